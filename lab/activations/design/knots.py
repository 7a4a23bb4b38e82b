"""A slope through knots: σ′ piecewise linear, σ piecewise quadratic."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf, isfinite
from typing import NamedTuple

import numpy as np

from lab.activations.design.integral import summed
from lab.activations.formula.graph import Expression
from lab.activations.in_place import InPlace
from lab.numerics import Array, Interval


class _Pieces(NamedTuple):
    """The pieces between neighbouring knots, to which 0 is added: a column for each quantity.

    ``base`` is the end of a piece that is nearer to 0, and ``value`` and ``rate`` are σ and σ′ there.
    """

    left: Array
    right: Array
    left_slope: Array
    right_slope: Array
    base: Array
    value: Array
    rate: Array


@dataclass(frozen=True)
class Knots(InPlace):
    """σ′ is the piecewise linear function through the knots (zᵢ, σ′ᵢ), and constant beyond the ends.

    σ is its exact integral, piecewise quadratic, with σ(0) = 0: on a piece with the base b,
    σ(z) = σ(b) + ½(z − b)(σ′(b) + σ′(z)), the trapezoid rule. The extremes of σ′ lie at knots.

    The kinks are the knots where σ′ has a corner: it is continuous there and only σ″ jumps.

    Parameters
    ----------
    z
        The places of the knots, at least two, strictly increasing.
    slopes
        σ′ at each of them.
    """

    z: Sequence[float] = (-2.0, 0.0, 2.0)
    slopes: Sequence[float] = (0.1, 1.0, 0.1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "z", tuple(map(float, self.z)))
        object.__setattr__(self, "slopes", tuple(map(float, self.slopes)))
        if len(self.z) != len(self.slopes):
            given = f"{len(self.z)} z, {len(self.slopes)} slopes"
            raise ValueError(f"every knot needs a z and a slope, got {given}")
        if len(self.z) < 2:
            raise ValueError(f"at least 2 knots are needed, got {len(self.z)}")
        for name, values in (("z", self.z), ("slopes", self.slopes)):
            if wrong := [value for value in values if not isfinite(value)]:
                raise ValueError(f"{name} must be finite, got {wrong[0]}")
        for before, after in pairwise(self.z):
            if not before < after:
                raise ValueError(f"z must be strictly increasing, got {after:g} after {before:g}")

    def slope_over(self, z: Expression) -> Expression:
        """σ′ as an expression in z, of its graph: the line of each piece, kept between its two slopes.

        So it is exactly what it should be at each knot, where the graph computes with bounds.
        """
        slope = z.lifted(self.slopes[-1])
        knots = zip(map(z.lifted, self.z), map(z.lifted, self.slopes), strict=True)
        for (a, s), (b, t) in reversed(list(pairwise(knots))):
            low, high = sorted((s, t), key=lambda end: end.number or 0.0)
            line = s + (t - s) * ((z - a) / (b - a))
            slope = z.call("less", b).call("where", line.call("max", low).call("min", high), slope)
        return slope

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """The knots at which neighbouring pieces of σ′ are not in line."""
        steepness = np.diff(self.slopes) / np.diff(self.z)
        bends = np.diff(steepness, prepend=0.0, append=0.0) != 0
        return tuple(np.array(self.z)[bends].tolist())

    @property
    def slope_range(self) -> Interval:
        return Interval(min(self.slopes), max(self.slopes))

    @cached_property
    def range(self) -> Interval:
        """From σ at the knots, at the zeros of σ′ between them, and at ±∞, by the slopes at the ends."""
        knots, slopes = np.array(self.z), np.array(self.slopes)
        flat = np.flatnonzero(slopes[:-1] * slopes[1:] < 0)
        share = slopes[flat] / (slopes[flat] - slopes[flat + 1])
        values = self(np.concatenate([knots, knots[flat] + share * (knots[flat + 1] - knots[flat])])).tolist()
        ends = [-inf * np.sign(slopes[0]) if slopes[0] else values[0]]
        ends += [inf * np.sign(slopes[-1])] if slopes[-1] else []
        return Interval(float(min(values + ends)), float(max(values + ends)))

    @cached_property
    def _pieces(self) -> _Pieces:
        z = np.union1d(self.z, [0.0])
        slopes = np.interp(z, self.z, self.slopes)
        zero = np.searchsorted(z, 0.0)
        rises = np.diff(z) * (slopes[:-1] + slopes[1:]) / 2
        values = summed(rises, zero)
        base = np.arange(len(rises)) + (np.arange(len(rises)) < zero)
        return _Pieces(z[:-1], z[1:], slopes[:-1], slopes[1:], z[base], values[base], slopes[base])

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The piece of each z by bisection; σ′ as the mean of its ends, weighted by the distances to them."""
        pieces = _Pieces(*(column.astype(z.dtype, copy=False) for column in self._pieces))
        at = np.searchsorted(pieces.left[1:], z, side="right")
        known = np.clip(z, pieces.left[0], pieces.right[-1])
        left, right = pieces.left[at], pieces.right[at]
        width = right - left
        np.subtract(right, known, slope)
        np.divide(slope, width, slope)
        np.multiply(slope, pieces.left_slope[at], slope)
        np.subtract(known, left, scratch)
        np.divide(scratch, width, scratch)
        np.multiply(scratch, pieces.right_slope[at], scratch)
        np.add(slope, scratch, slope)
        np.add(slope, pieces.rate[at], scratch)
        np.subtract(known, pieces.base[at], a)
        np.multiply(a, scratch, a)
        np.multiply(a, 0.5, a)
        np.add(a, pieces.value[at], a)
        np.subtract(z, known, scratch)
        np.multiply(scratch, slope, scratch)
        np.add(a, scratch, a)
