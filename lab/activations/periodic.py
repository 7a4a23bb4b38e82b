"""Functions with a sine in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.numerics import REALS, Array, Interval, scalar


@dataclass(frozen=True)
class Sin(InPlace):
    """σ(z) = sin z, with σ′(z) = cos z: a counter-example, whose slope changes its sign again and again.

    Its slope vanishes at every odd multiple of π/2.
    Source: Sitzmann, Martel, Bergman, Lindell & Wetzstein, *Implicit neural representations with periodic
    activation functions* (2020).
    """

    slope_range = Interval(-1.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Sine and cosine."""
        np.sin(z, out=a)
        np.cos(z, out=slope)


@dataclass(frozen=True)
class DampedSnake(InPlace):
    """σ(z) = z + (b/a) sin²(az), with σ′(z) = 1 + b sin(2az).

    Its slope never vanishes for b < 1; b = 1 is the snake itself, flat at az = −π/4 + kπ.
    Source: Ziyin, Hartwig & Ueda, *Neural networks fail to learn periodic functions and how to fix it*
    (2020), for b = 1.
    """

    a: float = 1.0
    b: float = 0.5

    range = REALS

    def __post_init__(self) -> None:
        if not self.a > 0:
            raise ValueError(f"a must be > 0, got {self.a}")
        if not 0 <= self.b <= 1:
            raise ValueError(f"b must lie in [0, 1], got {self.b}")

    @property
    def slope_range(self) -> Interval:
        """[1 − b, 1 + b]."""
        return Interval(1 - self.b, 1 + self.b)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z + (b/a)S², σ′ = 1 − b + b(S + C)², with S and C the sine and the cosine of az."""
        np.multiply(z, scalar(self.a, z.dtype), out=scratch)
        np.sin(scratch, out=a)
        np.cos(scratch, out=slope)
        np.add(slope, a, out=slope)
        np.multiply(slope, slope, out=slope)
        np.multiply(slope, scalar(self.b, z.dtype), out=slope)
        np.add(slope, scalar(1 - self.b, z.dtype), out=slope)
        np.multiply(a, a, out=a)
        np.multiply(a, scalar(self.b / self.a, z.dtype), out=a)
        np.add(a, z, out=a)
