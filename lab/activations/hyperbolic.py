"""The hyperbolic tangent, LeCun's scaling of it, and tanh with a straight line added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.pieces import add_line
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
    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3.
    """

    slope_range = Interval(0.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = tanh z, σ′ = sech² z."""
        tanh_sech2(z, a, slope, scratch)


@dataclass(frozen=True)
class LeCunTanh(InPlace):
    """σ(z) = 1.7159 tanh(2z/3) + twist·z, with σ′(z) = 1.1439 sech²(2z/3) + twist.

    Scaled so that σ(±1) = ±1 nearly; the twisting term, 0 here unless told, is there "to avoid flat
    spots": it bounds the slope away from zero, which without it vanishes in both tails.
    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), § 4.4.
    """

    twist: float = 0.0

    def __post_init__(self) -> None:
        if not self.twist >= 0:
            raise ValueError(f"twist must be >= 0, got {self.twist}")

    @property
    def slope_range(self) -> Interval:
        """[twist, 1.7159·⅔ + twist], both ends at or towards their limits."""
        return Interval(self.twist, 1.7159 * 2 / 3 + self.twist)

    @property
    def range(self) -> Interval:
        """The reals, or ±1.7159 without a twist."""
        return REALS if self.twist else Interval(-1.7159, 1.7159)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Tanh and sech² of 2z/3, scaled, and the twist added."""
        _scaled(z, 1.7159, 2 / 3, a, slope, scratch)
        if self.twist:
            add_line(z, self.twist, a, slope, scratch)


@dataclass(frozen=True)
class TwistedTanh(InPlace):
    """σ(z) = tanh z + twist·z, with σ′(z) = sech² z + twist.

    The twisting term floors the slope, which never vanishes.
    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), § 4.4.
    """

    twist: float = 0.1

    range = REALS

    def __post_init__(self) -> None:
        if not self.twist > 0:
            raise ValueError(f"twist must be > 0, got {self.twist}")

    @property
    def slope_range(self) -> Interval:
        """[twist, 1 + twist]."""
        return Interval(self.twist, 1 + self.twist)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Tanh and sech², and the twist added."""
        tanh_sech2(z, a, slope, scratch)
        add_line(z, self.twist, a, slope, scratch)


@dataclass(frozen=True)
class TanhLU(InPlace):
    """σ(z) = α tanh(βz) + γz, with σ′(z) = αβ sech²(βz) + γ: the tanh linear unit.

    The line floors the slope, which never vanishes for γ > 0.
    Source: Shen, Zhang, Zhou & Yin, *Enhancement of neural networks with an alternative activation function
    tanhLU* (2022).
    """

    alpha: float = 1.0
    beta: float = 1.0
    gamma: float = 0.1

    def __post_init__(self) -> None:
        for name, value in (("alpha", self.alpha), ("beta", self.beta)):
            if not value > 0:
                raise ValueError(f"{name} must be > 0, got {value}")
        if not self.gamma >= 0:
            raise ValueError(f"gamma must be >= 0, got {self.gamma}")

    @property
    def slope_range(self) -> Interval:
        """[γ, αβ + γ]."""
        return Interval(self.gamma, self.alpha * self.beta + self.gamma)

    @property
    def range(self) -> Interval:
        """The reals, or ±α without the line."""
        return REALS if self.gamma else Interval(-self.alpha, self.alpha)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Tanh and sech² of βz, scaled, and the line added."""
        _scaled(z, self.alpha, self.beta, a, slope, scratch)
        if self.gamma:
            add_line(z, self.gamma, a, slope, scratch)


def _scaled(z: Array, height: float, stretch: float, a: Array, slope: Array, scratch: Array) -> None:
    """Write height·tanh(stretch·z) and its derivative."""
    tall, steep = scalar(height, z.dtype), scalar(stretch, z.dtype)
    np.multiply(z, steep, a)
    tanh_sech2(a, a, slope, scratch)
    np.multiply(a, tall, a)
    np.multiply(slope, tall * steep, slope)
