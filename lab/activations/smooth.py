"""ELU, GELU and softsign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.activation import Array, InPlace, Interval
from lab.activations.normal import DENSITY_AT_0, bell, lower_tail


@dataclass(frozen=True)
class ELU(InPlace):
    """σ(z) = z for z > 0, else α(e^z − 1), with σ′(z) = 1 for z > 0, else αe^z; σ′(0) = α.

    Its slope vanishes on the left as e^z; for α ≠ 1 it jumps at 0.
    Source: Clevert, Unterthiner & Hochreiter, *Fast and accurate deep network learning by ELUs* (2016).
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not self.alpha > 0:
            raise ValueError(f"alpha must be > 0, got {self.alpha}")

    @property
    def slope(self) -> Interval:
        """[0, max(1, α)]."""
        return Interval(0.0, max(1.0, self.alpha))

    @property
    def range(self) -> Interval:
        """[−α, ∞)."""
        return Interval(-self.alpha, np.inf)

    @property
    def kinks(self) -> tuple[float, ...]:
        """0 for α ≠ 1; for α = 1 the slope is continuous and only σ″ jumps."""
        return () if self.alpha == 1 else (0.0,)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = p + α expm1(n), σ′ = αe^n or, right of 0, sign p = 1; p = max(z, 0), n = min(z, 0)."""
        np.minimum(z, 0, out=a)
        np.exp(a, out=slope)
        np.multiply(slope, self.alpha, out=slope)
        np.expm1(a, out=a)
        np.multiply(a, self.alpha, out=a)
        np.maximum(z, 0, out=scratch)
        np.add(a, scratch, out=a)
        if self.alpha != 1:
            np.sign(scratch, out=scratch)
            np.copyto(slope, scratch, where=scratch != 0)


@dataclass(frozen=True)
class GELU(InPlace):
    """σ(z) = zΦ(z), with σ′(z) = Φ(z) + zφ(z); Φ and φ are the normal distribution and density.

    This is the exact form. Its slope is negative left of z = −0.752 and vanishes on the left as z e^{−z²/2}.
    Source: Hendrycks & Gimpel, *Gaussian error linear units* (2016).
    """

    slope = Interval(-0.12890414518515479, 1.1289041451851548)
    range = Interval(-0.16997120747990367, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0) − yΦ(−y) and σ′ = T, or 1 − T from 0 on; y = |z|, T = Φ(−y) − yφ(y)."""
        bell(z, out=slope, y=scratch, scratch=a)
        lower_tail(scratch, slope, out=a)
        np.multiply(slope, DENSITY_AT_0, out=slope)
        np.multiply(slope, scratch, out=slope)
        np.subtract(a, slope, out=slope)
        np.subtract(1, slope, out=slope, where=z >= 0)
        np.multiply(a, scratch, out=a)
        np.maximum(z, 0, out=scratch)
        np.subtract(scratch, a, out=a)


@dataclass(frozen=True)
class Softsign(InPlace):
    """σ(z) = z/(1 + |z|), with σ′(z) = 1/(1 + |z|)².

    Its slope vanishes in both tails, but only as z^{−2}.
    Source: Bergstra, Desjardins, Lamblin & Bengio, *Quadratic polynomials learn better image features*
    (2009).
    """

    slope = Interval(0.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """|z| as max(z, −z), which a complex step passes through."""
        np.negative(z, out=scratch)
        np.maximum(z, scratch, out=scratch)
        np.add(scratch, 1, out=scratch)
        np.divide(z, scratch, out=a)
        np.divide(1, scratch, out=slope)
        np.divide(slope, scratch, out=slope)
