"""What is made of the normal distribution and its bell: GELU, its tanh form, the error function, the bump."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from scipy.special import erf

from lab.activations.in_place import InPlace
from lab.activations.logistic import logistic
from lab.activations.normal import DENSITY_AT_0, FAR, bell, lower_tail
from lab.activations.pieces import clamp, side
from lab.numerics import Array, Interval, scalar

ERF_SLOPE_AT_0 = 2 / sqrt(pi)
BUMP_STEEPEST = 0.8577638849607068
"""√(2/e), at z = ∓1/√2."""


@dataclass(frozen=True)
class GELU(InPlace):
    """σ(z) = zΦ(z), with σ′(z) = Φ(z) + zφ(z); Φ and φ are the normal distribution and density.

    This is the exact form. Its slope is negative left of z = −0.752 and vanishes on the left as z e^{−z²/2}.
    Source: Hendrycks & Gimpel, *Gaussian error linear units* (2016).
    """

    slope_range = Interval(-0.12890414518515479, 1.1289041451851548)
    range = Interval(-0.16997120747990367, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0) − yΦ(−y) and σ′ = T, or 1 − T from 0 on; y = |z|, T = Φ(−y) − yφ(y)."""
        apart = np.empty_like(z)  # in one piece, where ``a`` of a stack is not
        bell(z, out=slope, y=scratch, scratch=apart)
        lower_tail(scratch, slope, out=apart)
        np.multiply(slope, scalar(DENSITY_AT_0, z.dtype), slope)
        np.multiply(slope, scratch, slope)
        np.subtract(apart, slope, slope)
        np.multiply(apart, scratch, apart)
        np.maximum(z, scalar(0, z.dtype), out=scratch)
        np.subtract(scratch, apart, a)
        side(z, scratch)
        np.multiply(slope, scratch, slope)
        np.maximum(scratch, scalar(0, z.dtype), out=scratch)
        np.subtract(scratch, slope, slope)


@dataclass(frozen=True)
class GELUTanh(InPlace):
    """σ(z) = z(1 + tanh u)/2 with u = √(2/π)(z + 0.044715z³), with σ′(z) = s(2u) + 2zu′ s(2u)s(−2u).

    An approximation of `GELU`, within 5e−4 of it. Its slope is negative left of z = −0.752 and vanishes on
    the left as z³ e^{−0.0714|z|³}.
    Source: Hendrycks & Gimpel, *Gaussian error linear units* (2016), § 2. jax's default; torch's and
    Keras's is the exact form, as here.
    """

    slope_range = Interval(-0.12899306865877178, 1.1289930686587717)
    range = Interval(-0.17004075057125406, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z s(v), σ′ = s(v) + hv′ s(v)s(−v) with v = 2u at h = z clamped to ±40, where s(v) has ended."""
        one, linear, cubic = (scalar(x, z.dtype) for x in (1, sqrt(8 / pi), 0.044715))
        clamp(z, -40.0, 40.0, a)
        np.multiply(a, a, out=scratch)
        np.multiply(scratch, cubic, out=scratch)
        np.add(scratch, one, out=scratch)
        np.multiply(scratch, a, out=scratch)
        np.multiply(scratch, linear, out=scratch)
        logistic(scratch, a, slope, scratch)
        clamp(z, -40.0, 40.0, scratch)
        np.multiply(slope, scratch, out=slope)
        np.multiply(slope, linear, out=slope)
        np.multiply(scratch, scratch, out=scratch)
        np.multiply(scratch, scalar(3 * 0.044715, z.dtype), out=scratch)
        np.add(scratch, one, out=scratch)
        np.multiply(slope, scratch, out=slope)
        np.add(slope, a, out=slope)
        np.maximum(z, scalar(-40, z.dtype), out=scratch)
        np.multiply(a, scratch, out=a)


@dataclass(frozen=True)
class Erf(InPlace):
    """σ(z) = erf z, the error function, with σ′(z) = 2e^{−z²}/√π.

    Its slope vanishes in both tails, as fast as e^{−z²}.
    Source: Williams, *Computing with infinite networks* (1997).
    """

    slope_range = Interval(0.0, ERF_SLOPE_AT_0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = erf z, σ′ = 2/√π times the bell."""
        bell(z, out=slope, y=scratch, scratch=a, rate=1.0)
        np.multiply(slope, scalar(ERF_SLOPE_AT_0, z.dtype), out=slope)
        erf(z, out=a)


@dataclass(frozen=True)
class Bump(InPlace):
    """σ(z) = e^{−z²}, with σ′(z) = −2z e^{−z²}: a counter-example that rises and falls.

    Its slope vanishes at 0 and in both tails, as z e^{−z²}.
    Source: Broomhead & Lowe, *Multivariable functional interpolation and adaptive networks* (1988).
    """

    slope_range = Interval(-BUMP_STEEPEST, BUMP_STEEPEST)
    range = Interval(0.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = e^{−z²}, σ′ = −2hσ with h = z clamped to where σ is 0."""
        bell(z, out=a, y=scratch, scratch=slope, rate=1.0)
        clamp(z, -FAR, FAR, slope)
        np.multiply(slope, a, out=slope)
        np.multiply(slope, scalar(-2, z.dtype), out=slope)
