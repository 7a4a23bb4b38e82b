"""Functions whose formula would lose digits, or time: roots of z² + b, and the symmetric logarithm."""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace, clamp
from lab.activations.table import FORMULAS
from lab.numerics import REALS, Array, Interval, scalar

FAR = 1e18
"""A |z| from which on √(1 + z²) is |z| in float64; its square is a number in float32."""

NEGLIGIBLE = 1e9
"""A |z|/√b from which on √(z² + b) is |z| in float64."""


@dataclass(frozen=True)
class Squareplus(InPlace):
    """σ(z) = (z + √(z² + b))/2, with σ′(z) = (1 + z/√(z² + b))/2: a softplus without exponentials.

    Its slope vanishes on the left, but only as b/4z².
    """

    formula = FORMULAS["squareplus"]

    b: float = 4.0

    slope_range = Interval(0.0, 1.0)
    range = Interval(0.0, np.inf)

    def __post_init__(self) -> None:
        if not self.b > 0:
            raise ValueError(f"b must be > 0, got {self.b}")

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0) + b/2(r + y); σ′ = T = b/2r(r + y), or 1 − T from 0 on; r = √(z² + b), y = |z|.

        r is √(h² + b) + (y − h), with h = min(y, `NEGLIGIBLE`·√b), whose square is a number where y² is none.
        """
        zero, half, quarter_b = (scalar(x, z.dtype) for x in (0, 0.5, self.b / 4))
        np.negative(z, out=a)  # |z| as max(z, −z), which a complex step passes through
        np.maximum(z, a, out=a)
        np.minimum(a, scalar(NEGLIGIBLE * self.b**0.5, z.dtype), out=scratch)
        np.subtract(a, scratch, out=slope)
        _root(scratch, self.b, scratch)
        np.add(slope, scratch, out=scratch)
        np.multiply(a, half, out=a)  # the sum may be too large, its half is not
        np.multiply(scratch, half, out=slope)
        np.add(a, slope, out=a)
        np.divide(quarter_b, a, out=a)
        np.divide(a, scratch, out=slope)
        np.subtract(scalar(1, z.dtype), slope, out=slope, where=z >= zero)
        np.maximum(z, zero, out=scratch)
        np.add(a, scratch, out=a)


@dataclass(frozen=True)
class BentIdentity(InPlace):
    """σ(z) = a(√(z² + 1) − 1) + z, with σ′(z) = 1 + az/√(z² + 1).

    Its slope never vanishes for |a| < 1: it rises from 1 − a on the left to 1 + a on the right.
    """

    formula = FORMULAS["bent-identity"]

    a: float = 0.5

    range = REALS

    def __post_init__(self) -> None:
        if not abs(self.a) < 1:
            raise ValueError(f"a must lie in (-1, 1), got {self.a}")

    @property
    def slope_range(self) -> Interval:
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


@dataclass(frozen=True)
class Symlog(InPlace):
    """σ(z) = sign(z) ln(1 + |z|), with σ′(z) = 1/(1 + |z|).

    Its slope vanishes in both tails, but only as 1/|z|; σ has no bound. At 0 it is smooth: σ′(0) = 1.
    """

    formula = FORMULAS["symlog"]
    slope_range = Interval(0.0, 1.0)
    range = REALS

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = log1p(p) − log1p(n), σ′ = 1/(1 + p + n) with p = max(z, 0) and n = max(−z, 0)."""
        zero = scalar(0, z.dtype)
        np.maximum(z, zero, out=a)
        np.negative(z, out=scratch)
        np.maximum(scratch, zero, out=scratch)
        np.add(a, scratch, out=slope)
        np.add(slope, scalar(1, z.dtype), out=slope)
        np.divide(scalar(1, z.dtype), slope, slope)
        np.log1p(a, out=a)
        np.log1p(scratch, out=scratch)
        np.subtract(a, scratch, out=a)


def _root(z: Array, b: float, out: Array) -> None:
    """Write √(z² + b)."""
    np.multiply(z, z, out=out)
    np.add(out, scalar(b, z.dtype), out=out)
    np.sqrt(out, out=out)
