"""The buffers of a pass: every number that goes forward and backward through a stack of networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.numerics import Array


@dataclass(frozen=True)
class Pass:
    """The buffers of one forward and backward pass of T trials over m examples, made once and reused.

    Each of the dicts goes from a layer l to an array (T, n_l, m), or (1, n_l, m) where all trials share it.
    All are views of ``vector``, block after block, so that a pass is copied in one call; only x and y may
    have been given from outside, and ``own_examples`` is then false.

    ``slope`` is σ′(z), and ``a1`` is a over a last row of ones: (T, n_l + 1, m); a[0] is the input x.
    e^l = ∂C/∂a^l and δ^l = ∂C/∂z^l have 1/m in each column; `lab.network.backprop.complete` fills e[L]. The
    target y is (T or 1, n_L, m).
    """

    examples: int
    vector: Array
    own_examples: bool
    a1: dict[int, Array]
    a: dict[int, Array]
    z: dict[int, Array]
    slope: dict[int, Array]
    e: dict[int, Array]
    delta: dict[int, Array]
    y: Array

    @cached_property
    def matrices(self) -> Pass:
        """The same arrays without the axis of trials where there is one trial, else itself."""
        if len(self.vector) > 1 or len(self.z[1]) > 1:
            return self
        blocks = (self.a1, self.a, self.z, self.slope, self.e, self.delta)
        a1, a, z, slope, e, delta = map(without_trials, blocks)
        return replace(self, a1=a1, a=a, z=z, slope=slope, e=e, delta=delta)

    @cached_property
    def product(self) -> Callable[..., Any]:
        """What multiplies `matrices`: of one trial ``np.dot``, whose call costs half as much."""
        return np.matmul if self.matrices is self else np.dot


def without_trials(blocks: dict[int, Array]) -> dict[int, Array]:
    """The blocks (1, n, m) of one trial as matrices (n, m)."""
    return {l: block[0] for l, block in blocks.items()}


def make_pass(sizes: tuple[int, ...], trials: int, x: Array, y: Array) -> Pass:
    """Buffers for T trials of a network of n_0 … n_L neurons on these inputs and targets.

    ``x`` has the shape (T or 1, n_0 + 1, m) with ones in its last row, as `with_ones` makes it, and ``y``
    (T or 1, n_L, m). Both are kept, not copied, so that new examples may be written into them.
    """
    _, starts = _layout(sizes, trials, x.shape[-1], own_examples=False)
    return as_pass(np.zeros((1, starts[-1]), x.dtype), sizes, trials, x.shape[-1], (x, y))


def make_batch(sizes: tuple[int, ...], trials: int, m: int, dtype: npt.DTypeLike) -> Pass:
    """Buffers for T trials on m examples of their own: rows to be written into ``a1[0].mT`` and ``y.mT``."""
    _, starts = _layout(sizes, trials, m, own_examples=True)
    return as_pass(np.zeros((1, starts[-1]), dtype), sizes, trials, m)


def as_pass(
    vector: Array, sizes: tuple[int, ...], trials: int, m: int, examples: tuple[Array, Array] | None = None
) -> Pass:
    """The views of a pass's vector, or of K such vectors in rows, as of K passes of one trial.

    x and y are in the vector unless they are given as ``examples``.
    """
    shapes, starts = _layout(sizes, trials, m, own_examples=examples is None)
    blocks = iter(
        vector[:, start : start + trials * rows * columns].reshape(-1, rows, columns)
        for start, (rows, columns) in zip(starts, shapes, strict=False)
    )
    layers = range(1, len(sizes))
    a1, z, slope, e, delta = ({l: next(blocks) for l in layers} for _ in range(5))
    for block in a1.values():
        block[:, -1] = 1
    x, y = examples or (block.mT for block in blocks)
    a1 = {0: x, **a1}
    a = {l: block[:, :-1] for l, block in a1.items()}
    return Pass(m, vector, examples is None, a1, a, z, slope, e, delta, y)


def places(sizes: tuple[int, ...], m: int) -> tuple[Array, int]:
    """Where in a row of `as_pass`, with examples given, a1, z, σ′, e and δ of each layer begin: (5, L).

    And how many numbers the row has.
    """
    _, starts = _layout(sizes, 1, m, own_examples=False)
    return np.array(starts[:-1], np.int64).reshape(5, -1), starts[-1]


def with_ones(x: npt.ArrayLike, dtype: npt.DTypeLike = np.float64) -> Array:
    """Examples in rows, (m, n), as columns over a last row of ones: (1, n + 1, m), for `make_pass`.

    >>> with_ones([[2, 3], [4, 5]])[0]
    array([[2., 4.],
           [3., 5.],
           [1., 1.]])
    """
    rows = np.asarray(x)
    columns = np.ones((1, rows.shape[1] + 1, rows.shape[0]), dtype)
    columns[0, :-1] = rows.T
    return columns


def _layout(
    sizes: tuple[int, ...], trials: int, m: int, own_examples: bool
) -> tuple[list[tuple[int, int]], list[int]]:
    """The matrices in the order of a vector: a1, z, σ′, e, δ layer by layer, then x and y.

    And where their blocks begin, at multiples of 16 numbers, and where the last ends.
    """
    shapes = [(n + 1, m) for n in sizes[1:]] + 4 * [(n, m) for n in sizes[1:]]
    if own_examples:
        shapes += [(m, sizes[0] + 1), (m, sizes[-1])]
    return shapes, list(accumulate((-(-trials * n * k // 16) * 16 for n, k in shapes), initial=0))
