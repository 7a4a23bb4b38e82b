"""‖·‖ of blocks of numbers: of one block, and of all blocks of a training in few calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from lab.numerics import Array


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
    scale = scale_of(block, (1, 2))
    scaled = block / scale[:, None, None]
    return np.asarray(scale * np.sqrt(np.vecdot(scaled, scaled).sum(axis=1)))


def scale_of(block: Array, axis: int | tuple[int, ...], *, keepdims: bool = False) -> Array:
    """The largest size of a number along the axes, to divide by: 1 where that is 0 or not finite."""
    largest = np.abs(block).max(axis=axis, keepdims=keepdims, initial=0)
    return np.where((largest > 0) & np.isfinite(largest), largest, 1)


class BlockNorms:
    """`norm` of blocks (T, n, m) of one dtype, which are measured again and again while they change."""

    def __init__(self, blocks: Sequence[Array]) -> None:
        self.blocks = tuple(blocks)
        rows = np.cumsum([0, *(block.shape[1] for block in blocks)])
        trials, dtype = len(blocks[0]), blocks[0].dtype
        self._squares = np.empty((trials, rows[-1]), dtype)
        self._products = [
            (np.multiply, block[..., 0], squares) if block.shape[2] == 1 else (np.vecdot, block, squares)
            for block, squares in zip(blocks, np.split(self._squares, rows[1:-1], axis=1), strict=True)
        ]
        self._starts = rows[:-1]
        self._least, self._most = _safe_squares(dtype)

    def measure(self) -> Array:
        """The norms as they are now: (T, number of blocks)."""
        for product, block, squares in self._products:
            product(block, block, squares)
        sums = np.add.reduceat(self._squares, self._starts, axis=1)
        norms = np.sqrt(sums)
        if not (self._least < np.minimum.reduce(sums, None) and np.maximum.reduce(sums, None) < self._most):
            for k, block in enumerate(self.blocks):
                safe = (sums[:, k] > self._least) & (sums[:, k] < self._most)
                norms[:, k] = np.where(safe, norms[:, k], scaled_norm(block))
        return np.asarray(norms)


@lru_cache
def _safe_squares(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Between these a sum of squares has lost nothing to underflow or overflow."""
    limits = np.finfo(dtype)
    return float(limits.tiny / limits.eps), float(limits.max)
