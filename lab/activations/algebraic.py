"""Roots and quotients of z: slopes that vanish as a power of z, or not at all.

Where z² overflows, the root is ∞ and every form below ends in the right limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.pieces import add_line, clamp
from lab.numerics import REALS, Array, Interval, scalar

FAR = 1e18
"""A |z| from which on √(1 + z²) is |z| in float64; its square is a number in float32."""


@dataclass(frozen=True)
class Softsign(InPlace):
    """σ(z) = z/(1 + |z|), with σ′(z) = 1/(1 + |z|)².

    Its slope vanishes in both tails, but only as z^{−2}.
    Source: Bergstra, Desjardins, Lamblin & Bengio, *Quadratic polynomials learn better image features*
    (2009).
    """

    slope_range = Interval(0.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z/(1 + |z|), σ′ = 1/(1 + |z|)²."""
        _softsign(z, a, slope, scratch)


@dataclass(frozen=True)
class LeakySoftsign(InPlace):
    """σ(z) = (1 − α)z/(1 + |z|) + αz, with σ′(z) = (1 − α)/(1 + |z|)² + α.

    α is called ``slope`` in an experiment file. The slope never vanishes: α floors it, and it falls to α
    only as z^{−2}.
    Source: the softsign of Bergstra et al. (2009), lifted as LeCun et al. (1998), § 4.4, lift the tanh.
    """

    leak: float = field(default=0.1, metadata={"key": "slope"})

    range = REALS

    def __post_init__(self) -> None:
        if not 0 < self.leak <= 1:
            raise ValueError(f"slope must lie in (0, 1], got {self.leak}")

    @property
    def slope_range(self) -> Interval:
        """[α, 1]."""
        return Interval(self.leak, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """(1 − α) of the softsign and the line αz."""
        rest = scalar(1 - self.leak, z.dtype)
        _softsign(z, a, slope, scratch)
        np.multiply(a, rest, out=a)
        np.multiply(slope, rest, out=slope)
        add_line(z, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class Squareplus(InPlace):
    """σ(z) = (z + √(z² + b))/2, with σ′(z) = (1 + z/√(z² + b))/2: a softplus without exponentials.

    Its slope vanishes on the left, but only as b/4z².
    Source: Barron, *Squareplus: a softplus-like algebraic rectifier* (2021).
    """

    b: float = 4.0

    slope_range = Interval(0.0, 1.0)
    range = Interval(0.0, np.inf)

    def __post_init__(self) -> None:
        if not self.b > 0:
            raise ValueError(f"b must be > 0, got {self.b}")

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0) + b/2(r + y); σ′ = T = b/2r(r + y), or 1 − T from 0 on; r = √(z² + b), y = |z|."""
        zero, half_b = scalar(0, z.dtype), scalar(self.b / 2, z.dtype)
        _root(z, self.b, scratch)
        _distance(z, a)
        np.add(a, scratch, out=a)
        np.divide(half_b, a, out=a)
        np.divide(a, scratch, out=slope)
        np.subtract(scalar(1, z.dtype), slope, out=slope, where=z >= zero)
        np.maximum(z, zero, out=scratch)
        np.add(a, scratch, out=a)


@dataclass(frozen=True)
class ISRU(InPlace):
    """σ(z) = z/√(1 + z²), with σ′(z) = (1 + z²)^{−3/2}: the inverse square root unit.

    Its slope vanishes in both tails, as |z|^{−3}.
    Source: Carlile, Delamarter, Kinney, Marti & Whitney, *Improving deep learning by inverse square root
    linear units* (2017), with α = 1.
    """

    slope_range = Interval(0.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = h/√(1 + h²) with h = z clamped to ±`FAR`, σ′ = 1/r³ with r = √(1 + z²)."""
        clamp(z, -FAR, FAR, a)
        _root(a, 1.0, scratch)
        np.divide(a, scratch, out=a)
        _root(z, 1.0, scratch)
        np.divide(scalar(1, z.dtype), scratch, slope)
        np.divide(slope, scratch, out=slope)
        np.divide(slope, scratch, out=slope)


@dataclass(frozen=True)
class BentIdentity(InPlace):
    """σ(z) = a(√(z² + 1) − 1) + z, with σ′(z) = 1 + az/√(z² + 1).

    Its slope never vanishes for |a| < 1: it rises from 1 − a on the left to 1 + a on the right.
    Source: Godfrey, *An evaluation of parametric activation functions for deep learning* (2019), the
    bendable linear unit; a = ½ is the bent identity.
    """

    a: float = 0.5

    range = REALS

    def __post_init__(self) -> None:
        if not abs(self.a) < 1:
            raise ValueError(f"a must lie in (-1, 1), got {self.a}")

    @property
    def slope_range(self) -> Interval:
        """[1 − |a|, 1 + |a|]."""
        return Interval(1 - abs(self.a), 1 + abs(self.a))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z + azh/(1 + r), σ′ = 1 + ah/r with h = z clamped to ±`FAR` and r = √(1 + h²)."""
        one, bend = scalar(1, z.dtype), scalar(self.a, z.dtype)
        clamp(z, -FAR, FAR, a)
        _root(a, 1.0, scratch)
        np.divide(a, scratch, out=slope)
        np.multiply(slope, bend, out=slope)
        np.add(slope, one, out=slope)
        np.add(scratch, one, out=scratch)
        np.divide(a, scratch, out=a)
        np.multiply(a, bend, out=a)
        np.add(a, one, out=a)
        np.multiply(a, z, out=a)


def _softsign(z: Array, a: Array, slope: Array, scratch: Array) -> None:
    _distance(z, scratch)
    np.add(scratch, 1, out=scratch)
    np.divide(z, scratch, out=a)
    np.divide(1, scratch, out=slope)
    np.divide(slope, scratch, out=slope)


def _distance(z: Array, out: Array) -> None:
    """Write |z| as max(z, −z), which a complex step passes through."""
    np.negative(z, out=out)
    np.maximum(z, out, out=out)


def _root(z: Array, b: float, out: Array) -> None:
    """Write √(z² + b)."""
    np.multiply(z, z, out=out)
    np.add(out, scalar(b, z.dtype), out=out)
    np.sqrt(out, out=out)
