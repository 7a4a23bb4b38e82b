"""Numbers of a block (trial, neuron, example): its mean, its counts, its percentiles, a number a trial."""

from __future__ import annotations

import numpy as np

from lab.numerics import Array
from lab.training.norms import norm

SORTED_VALUES = 2048
"""A percentile is over all (neuron, example) of a layer up to this many, else over every k-th example."""


def flat(block: Array) -> Array:
    """A block (T, n, m) as (T, n·m)."""
    return block.reshape(len(block), -1)


def mean(block: Array) -> Array:
    """The mean over neurons and examples: (T,)."""
    return np.asarray(np.add.reduce(flat(block), axis=1) / (block.shape[1] * block.shape[2]))


def counted(mask: Array) -> Array:
    """How many examples of each neuron a mask (T, n, m) holds: (T, n), as float64."""
    return np.asarray(np.vecdot(mask.astype(np.float32), np.ones(mask.shape[2], np.float32)), np.float64)


def thinned(block: Array) -> Array:
    """Sorted values of each trial's block (T, n, m), of every k-th example beyond `SORTED_VALUES`."""
    _, n, m = block.shape
    stride = max(1, -(-n * m // SORTED_VALUES))
    return np.sort(flat(block[:, :, ::stride]), axis=-1)


def percentile(ordered: Array, q: float) -> Array:
    """The q-th percentile of sorted rows, linear between neighbours."""
    at = q / 100 * (ordered.shape[-1] - 1)
    low = int(at)
    high = min(low + 1, ordered.shape[-1] - 1)
    return np.asarray(ordered[:, low] + (at - low) * (ordered[:, high] - ordered[:, low]))


def low_share(a: Array, threshold: float) -> Array:
    """The share of (neuron, example) with |a| below ``threshold`` times the rms of its trial: (T,)."""
    cells = a.shape[1] * a.shape[2]
    low = np.abs(a) < (threshold * norm(a) / np.sqrt(cells))[:, None, None]
    return np.asarray(np.count_nonzero(low, axis=(1, 2)) / cells)


def cosine(first: Array, second: Array) -> Array:
    """⟨x, y⟩/(‖x‖‖y‖) of each trial's blocks (T, n, m): (T,). NaN where one of them is 0."""
    x, y = (block / norm(block)[:, None, None] for block in (first, second))
    return np.asarray(np.clip(np.vecdot(x, y).sum(axis=1), -1, 1))
