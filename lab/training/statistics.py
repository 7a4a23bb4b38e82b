"""Statistics of a block of shape (trial, neuron, example), one number a trial: (T, n, m) → (T,)."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from lab.numerics import Array, Interval

SORTED_VALUES = 32768
"""A percentile is over all (neuron, example) of a layer up to this many, else over every k-th example."""


def norm(block: Array) -> Array:
    """‖·‖ of each trial's block: shape (T, n, m) → (T,).

    A block so small or so large that its squares leave the range of its dtype is scaled first, so that a
    learning speed of 1e−200 is not taken for 0. Each row is summed on its own, so that a trial in a stack has
    the same bits as alone.
    """
    with np.errstate(over="ignore"):
        squares = np.vecdot(block, block).sum(axis=1)
    least, most = _safe_squares(block.dtype)
    safe = (squares > least) & (squares < most)
    if safe.all():
        return np.asarray(np.sqrt(squares))
    return np.where(safe, np.sqrt(squares), scaled_norm(block))


def scaled_norm(block: Array) -> Array:
    """`norm` by way of the largest number, which no square over- or underflows."""
    scale = scale_of(block)
    scaled = block / scale
    return np.asarray(scale[:, 0, 0] * np.sqrt(np.vecdot(scaled, scaled).sum(axis=1)))


def scale_of(block: Array) -> Array:
    """The largest size in each trial's block, to divide by, (T, 1, 1): 1 where that is 0 or not finite."""
    largest = np.abs(block).max(axis=(1, 2), keepdims=True, initial=0)
    return np.where((largest > 0) & np.isfinite(largest), largest, 1)


class BlockNorms:
    """`norm` of blocks (T, n, m) of a vector (T, P), which are measured again and again while they change."""

    def __init__(self, blocks: Sequence[Array], vector: Array) -> None:
        self.blocks, dtype = tuple(blocks), vector.dtype
        rows = np.cumsum([0, *(block.shape[1] for block in blocks)])
        self._squares = np.empty((len(vector), rows[-1]), dtype)
        of_blocks = [self._squares[:, first:end] for first, end in pairwise(rows)]
        self._products = [
            (np.multiply, block[..., 0], squares) if block.shape[2] == 1 else (np.vecdot, block, squares)
            for block, squares in zip(blocks, of_blocks, strict=True)
        ]
        self._starts = rows[:-1]
        self._least, self._most = _safe_squares(dtype)

    def measure(self) -> Array:
        """The norms as they are now: (T, number of blocks)."""
        for product, block, squares in self._products:
            product(block, block, squares)
        sums = np.add.reduceat(self._squares, self._starts, axis=1)
        norms = np.sqrt(sums)
        if not (self._least < sums.min(initial=np.inf) and sums.max(initial=0) < self._most):
            for k, block in enumerate(self.blocks):
                safe = (sums[:, k] > self._least) & (sums[:, k] < self._most)
                norms[:, k] = np.where(safe, norms[:, k], scaled_norm(block))
        return np.asarray(norms)


@lru_cache
def _safe_squares(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Between these a sum of squares has lost nothing to underflow or overflow."""
    limits = np.finfo(dtype)
    return float(limits.tiny / limits.eps), float(limits.max)


def mean(block: Array) -> Array:
    """The mean over neurons and examples."""
    rows = block.reshape(len(block), -1)
    return np.asarray(np.add.reduce(rows, axis=1) / rows.shape[1])


def counted(mask: Array) -> Array:
    """How many examples of each neuron a mask (T, n, m) holds: (T, n), as float64."""
    return np.asarray(np.vecdot(mask.astype(np.float32), np.ones(mask.shape[2], np.float32)), np.float64)


def percentiles(block: Array, qs: Sequence[float]) -> tuple[Array, ...]:
    """The q-th percentiles of each trial's block, linear between neighbours: (T,) for each q.

    They are over all values up to `SORTED_VALUES`, of more over every k-th example.
    """
    rows = block[:, :, :: sorted_every(*block.shape[1:])].reshape(len(block), -1)
    places, shares = ranks(rows.shape[1], qs)
    return tuple(between(np.sort(rows, axis=-1)[:, places], shares).T)


def ranks(count: int, qs: Sequence[float]) -> tuple[Array, Array]:
    """Which of so many sorted values are below and above the q-th percentiles, and how far these lie between.

    >>> ranks(6, (50, 98))
    (array([[2, 3],
           [4, 5]]), array([0.5, 0.9]))
    """
    at = np.array(qs) / 100 * (count - 1)
    below = at.astype(np.int64)
    return np.stack([below, np.minimum(below + 1, count - 1)], axis=-1), at - below


def between(values: Array, shares: Array) -> Array:
    """What lies so far between the two values at the end of each row: (…, 2) → (…)."""
    low, high = values[..., 0], values[..., 1]
    return np.asarray(low + shares.astype(values.dtype) * (high - low))


def sorted_every(n: int, m: int) -> int:
    """Of n neurons and m examples every how-many-th example is taken for percentiles."""
    return max(1, -(-n * m // SORTED_VALUES))


def low_share(a: Array, threshold: float) -> Array:
    """The share of (neuron, example) with |a| up to ``threshold`` times the rms of its trial: 0 always is."""
    cells = a.shape[1] * a.shape[2]
    low = np.abs(a) <= (threshold * norm(a) / np.sqrt(cells))[:, None, None]
    return np.asarray(np.count_nonzero(low, axis=(1, 2)) / cells)


def equal_share(z: Array, live: Array) -> Array:
    """The share of neurons whose z is that of another on every example; of those that are not ``live``, none.

    Those are compared whose products of z (T, n, m) with m fixed numbers that no others have are the same, to
    a relative 1e-5 (1e-10 in float64) of ‖z_j‖: neurons with the same weights differ by rounding.
    """
    if z.shape[1] < 2:
        return np.zeros(len(z))
    told = marks(z.shape[2], z.dtype)
    sizes = np.sqrt(np.vecdot(z, z))
    mark = np.where(live, np.vecdot(z, told), np.inf)
    order = np.argsort(mark, axis=1)
    mark, sizes = (np.take_along_axis(values, order, axis=1) for values in (mark, sizes))
    most_apart = near_share(z.dtype) * np.maximum(sizes[:, 1:], sizes[:, :-1])
    with np.errstate(invalid="ignore"):
        alike = np.abs(np.diff(mark, axis=1)) <= most_apart
        t, k = alike.nonzero()
        apart = np.abs(z[t, order[t, k + 1]] - z[t, order[t, k]])
        alike[t, k] = apart.max(axis=1, initial=0) <= most_apart[t, k]
    edge = np.zeros((len(z), 1), bool)
    return np.asarray((np.hstack([alike, edge]) | np.hstack([edge, alike])).mean(axis=1))


@lru_cache
def marks(m: int, dtype: np.dtype[Any]) -> Array:
    """The m numbers with which `equal_share` tells neurons."""
    made = np.asarray(np.random.default_rng(0).normal(size=m), dtype)
    made.flags.writeable = False  # it is shared
    return made


def near_share(dtype: np.dtype[Any]) -> float:
    """By which share of ‖z‖ `equal_share` lets neurons differ."""
    return 1e-5 if dtype == np.float32 else 1e-10


def cosine(first: Array, second: Array) -> Array:
    """⟨x, y⟩/(‖x‖‖y‖) of each trial's blocks; NaN where one of them is 0."""
    x, y = (block / norm(block)[:, None, None] for block in (first, second))
    return np.asarray(np.clip(np.vecdot(x, y).sum(axis=1), -1, 1))


def phi_b(a: Array, reach: Interval) -> Array:
    """φ_B of outputs a of a σ that ranges over ``reach``; NaN where that is unbounded.

    The outputs are scaled to g in [−1, 1] and sorted into B = 10 bins of one width; with f_b outputs in bin b
    and ḡ_b their mean, φ_B = Σ_b |ḡ_b| f_b / Σ_b f_b: near 0 where all outputs are central, 1 where all are
    at an end. 0 is the edge of two of the ten bins, so that no bin holds both signs, and the sum is that of
    |g|: φ_B = ⟨|g|⟩ over neurons and examples, whatever the even number of bins.

    Source: Rakitianskaia and Engelbrecht (2015), "Measuring saturation in neural networks".
    """
    width = reach.high - reach.low
    if not 0 < width < np.inf:
        return np.full(len(a), np.nan)
    g = (2 * a - (reach.low + reach.high)) / width
    return np.asarray(mean(np.abs(g)), np.float64)


def rank_share(a: Array) -> Array:
    """How many principal directions hold 99 % of the variance of a, as a share of n.

    The variance is that over the m examples. Its directions are those of the smaller of ããᵀ and ãᵀã, ã = a
    less its means, which share their eigenvalues λ_1 ≥ λ_2 ≥ …: the least k with Σ_{i≤k} λ_i ≥ 0.99 Σ λ_i.
    0 where nothing varies, NaN where a is not finite.

    Source: Richter, Shenk et al. (2020), "Feature space saturation during training"; what their program
    delve calls the saturation of a layer.
    """
    _, n, m = a.shape
    sound = np.asarray(np.isfinite(a).all(axis=(1, 2)))
    centred = np.where(sound[:, None, None], a, 0)
    centred /= scale_of(centred)
    centred -= centred[:, :, :1].copy()  # so that what does not vary is exactly 0
    centred -= centred.mean(axis=2, keepdims=True)
    covariance = centred @ centred.mT if n <= m else centred.mT @ centred
    values = np.linalg.eigvalsh(covariance)[:, ::-1].astype(np.float64)
    held = np.cumsum(np.maximum(values, 0), axis=1)
    total = held[:, -1:]
    directions = np.where(total[:, 0] > 0, 1 + (held < 0.99 * total).sum(axis=1), 0)
    return np.where(sound, directions / n, np.nan)
