"""ELU, GELU and softsign."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from scipy.special import erfc

from lab.activations.activation import Array, InPlace, Interval


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
        """σ = p + α expm1(n), σ′ = αe^n or, right of 0, sign p = 1;
        p = max(z, 0) and n = min(z, 0).
        """
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
        """Φ(z) = ½ erfc(−z/√2), which is exact on the left, where it is small."""
        np.multiply(z, -sqrt(0.5), out=a)
        erfc(a, out=a)
        np.multiply(a, 0.5, out=a)
        np.multiply(z, z, out=slope)
        np.multiply(slope, -0.5, out=slope)
        np.exp(slope, out=slope)
        np.multiply(slope, 1 / sqrt(2 * pi), out=slope)
        np.multiply(slope, z, out=slope)
        np.add(slope, a, out=slope)
        np.multiply(a, z, out=a)


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
