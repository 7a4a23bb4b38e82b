"""The hyperbolic tangent and LeCun's scaling of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.activation import REALS, Array, InPlace, Interval
from lab.activations.scalars import scalar


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
    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3.
    """

    slope = Interval(0.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = tanh z, σ′ = sech² z."""
        tanh_sech2(z, a, slope, scratch)


@dataclass(frozen=True)
class LeCunTanh(InPlace):
    """σ(z) = 1.7159 tanh(2z/3) + twist·z, with σ′(z) = 1.1439 sech²(2z/3) + twist.

    Scaled so that σ(±1) = ±1 nearly; the twisting term, 0 here unless told, is there "to avoid flat
    spots": it bounds σ′ away from zero.
    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), § 4.4.
    """

    twist: float = 0.0

    def __post_init__(self) -> None:
        if not self.twist >= 0:
            raise ValueError(f"twist must be >= 0, got {self.twist}")

    @property
    def slope(self) -> Interval:
        """[twist, 1.7159·⅔ + twist], both ends at or towards their limits."""
        return Interval(self.twist, 1.7159 * 2 / 3 + self.twist)

    @property
    def range(self) -> Interval:
        """The reals, or ±1.7159 without a twist."""
        return REALS if self.twist else Interval(-1.7159, 1.7159)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Tanh and sech² of 2z/3, scaled, and the twist added."""
        height, stretch, twist = (scalar(x, z.dtype) for x in (1.7159, 2 / 3, self.twist))
        np.multiply(z, stretch, a)
        tanh_sech2(a, a, slope, scratch)
        np.multiply(a, height, a)
        np.multiply(slope, height * stretch, slope)
        if self.twist:
            np.multiply(z, twist, scratch)
            np.add(a, scratch, a)
            np.add(slope, twist, slope)
