"""A slope that is another's, but no lower than a floor."""

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import NamedTuple

import numpy as np

from lab.activations.design.integral import summed
from lab.activations.in_place import InPlace
from lab.numerics import REALS, Array, Interval, grid, measured, scalar
from lab.parts import Activation


class _Pieces(NamedTuple):
    """The intervals of z between the ``edges``: on each of them σ is the inner's, or the line εz where
    ``below``, plus the ``offset`` that makes it continuous.
    """

    edges: Array
    below: Array
    offset: Array


@dataclass(frozen=True)
class ClippedSlope(InPlace):
    """σ(z) = f(0) + ∫₀^z max(f′, ε) for an inner activation f; so σ′ = max(f′, ε).

    Where f′ ≥ ε it is f itself, but for a constant, and where f′ < ε the straight line εz, but for a
    constant; where f′(0) ≥ ε it is exactly f around 0. Every neuron passes at least ε of the error on,
    and none of the steep part is given up for that, as it is by `Floored`.

    The kinks are those of f that rise above ε, with what f says of them, and the points where f′ crosses ε:
    σ′ is continuous there, equal to ε, and only σ″ jumps. They are found between neighbouring points of
    a grid (0.0025 apart up to |z| = 30, then in ratios below 1.6) and then to the last digit.

    Parameters
    ----------
    inner
        f, whose slope may cross the floor any number of times, but settles in both tails.
    floor
        ε, no less than 0.
    """

    inner: Activation
    floor: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.floor < inf:
            raise ValueError(f"floor must be >= 0 and finite, got {self.floor}")

    @property
    def analytic(self) -> bool:  # type: ignore[override]
        return self.inner.analytic

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """The inner's where they are not under the floor, and where its slope crosses the floor."""
        inner = np.array(self.inner.kinks)
        beside = np.nextafter(inner, [[-inf], [inf]])
        seen = inner[~self._is_below(beside).all(axis=0)]
        return tuple(np.union1d(seen, self._pieces.edges).tolist())

    @cached_property
    def slope_range(self) -> Interval:
        inner = self.inner.slope_range
        return Interval(max(inner.low, self.floor), max(inner.high, self.floor))

    @cached_property
    def range(self) -> Interval:
        """The reals, if ε > 0; else the inner's where that never falls, and measured where it does."""
        if self.slope_range.low > 0:
            return REALS
        return self.inner.range if self.inner.slope_range.low >= 0 else measured(self, self.kinks)

    def _is_below(self, z: Array) -> Array:
        """Whether f′ < ε."""
        with np.errstate(all="ignore"):
            return np.asarray(np.asarray(self.inner.derivative(z)) < self.floor)

    @cached_property
    def _pieces(self) -> _Pieces:
        edges, below = self._crossings()
        zero = np.searchsorted(edges, 0.0, side="right")
        with np.errstate(all="ignore"):
            steps = np.asarray(self.inner(edges)) - self.floor * edges
            start = float(self.inner(np.zeros(1))[0]) if below[zero] else 0.0
        steps = np.where(below[1:], steps, -steps)  # by which the offset grows at an edge, to the right
        return _Pieces(edges, below, start + summed(steps, zero))

    def _crossings(self) -> tuple[Array, Array]:
        """Where f′ crosses the floor, in increasing order, and whether it is below before, between and after.

        A crossing is halved down to neighbouring numbers, and is the kink of f where f jumps over the floor.
        """
        far = np.geomspace(1e6, 1e300, 1500)
        z = np.unique(np.concatenate([-far, grid(self.inner.kinks), far]))
        below = self._is_below(z)
        at = np.flatnonzero(below[:-1] != below[1:])
        left, right, begins = z[at], z[at + 1], below[at]
        while True:
            middle = left + (right - left) / 2
            if not ((left < middle) & (middle < right)).any():
                break
            same = self._is_below(middle) == begins
            left, right = np.where(same, middle, left), np.where(same, right, middle)
        ends = zip(left.tolist(), right.tolist(), strict=True)
        edges = [next((k for k in self.inner.kinks if a <= k <= b), b) for a, b in ends]
        return np.array(edges, dtype=float), np.append(begins, below[-1])

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """f and f′ from the inner's one pass; then the floor, the line, and the offset of the piece."""
        self.inner.with_derivative(z, out=(a, slope, scratch))
        np.maximum(slope, scalar(self.floor, z.dtype), out=slope)
        at = np.searchsorted(self._pieces.edges, z, side="right")
        np.multiply(z, scalar(self.floor, z.dtype), scratch)
        np.copyto(a, scratch, where=self._pieces.below[at])
        np.take(self._pieces.offset.astype(z.dtype, copy=False), at, out=scratch, mode="clip")
        np.add(a, scratch, a)
