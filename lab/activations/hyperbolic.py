"""The hyperbolic tangent, the same with its tangents for tails, and what it leaves of z."""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace, clamp
from lab.activations.table import FORMULAS
from lab.numerics import REALS, Array, Interval, scalar


def tanh_sech2(u: Array, a: Array, slope: Array, scratch: Array) -> None:
    """Write tanh u into ``a`` and sech² u = (2/(R + 1/R))², R = e^u, into ``slope``; u may be in ``a``.

    1 − tanh² u is exactly 0 from u = 19 on; this form keeps its relative precision.
    """
    np.exp(u, slope)
    np.tanh(u, a)
    np.divide(scalar(1, u.dtype), slope, scratch)
    np.add(slope, scratch, slope)
    np.divide(scalar(2, u.dtype), slope, slope)
    np.multiply(slope, slope, slope)


@dataclass(frozen=True)
class Tanh(InPlace):
    """σ(z) = tanh z, with σ′(z) = sech² z.

    Its slope is at most 1 and vanishes in both tails as 4e^{−2|z|}.
    """

    formula = FORMULAS["tanh"]
    slope_range = Interval(0.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        tanh_sech2(z, a, slope, scratch)


@dataclass(frozen=True)
class ReLTanh(InPlace):
    """σ(z) = tanh h + (z − h) sech² h with h = min(max(z, low), high); σ′(z) = sech² h.

    The tanh between low = −1.5 and high = 0 unless told, and its tangents beyond: σ′ is continuous. The slope
    never vanishes.
    """

    formula = FORMULAS["reltanh"]

    low: float = -1.5
    high: float = 0.0

    range = REALS

    def __post_init__(self) -> None:
        if not -350 <= self.low < self.high <= 350:
            raise ValueError(f"must be -350 <= low < high <= 350, got low = {self.low}, high = {self.high}")

    @property
    def slope_range(self) -> Interval:
        """From the less of sech² at low and high to the greater, or to 1 where 0 lies between them."""
        ends = (_sech2(self.low), _sech2(self.high))
        return Interval(min(ends), 1.0 if self.low <= 0 <= self.high else max(ends))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        clamp(z, self.low, self.high, a)
        tanh_sech2(a, a, slope, scratch)
        clamp(z, self.low, self.high, scratch)
        np.subtract(z, scratch, out=scratch)
        np.multiply(scratch, slope, out=scratch)
        np.add(a, scratch, out=a)


def _sech2(z: float) -> float:
    return float(1 / np.cosh(z) ** 2)
