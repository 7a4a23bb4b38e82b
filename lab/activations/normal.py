"""The normal distribution Φ and density φ, with their relative precision kept in both tails.

In the left tail exp(−z²/2) loses z²/2 units of precision to the rounding of z², and so does erfc. Here
z² is split: with y = |z| and h its first binary digits, h² is exact and y² − h² = (y − h)(y + h) is small.
So Φ(−y) = ½ erfcx(y/√2) exp(−y²/2) is right down to the smallest numbers.
Source: Cody, *Rational Chebyshev approximations for the error function* (1969), for the split.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from lab.activations.activation import Array
from lab.activations.erfcx import erfcx

FAR = 64.0
"""A |z| from which on exp(−z²/2) is 0 in float64 and in float32."""

DENSITY_AT_0 = 1 / sqrt(2 * pi)


def bell(z: Array, out: Array, y: Array, scratch: Array, rate: float = 0.5) -> None:
    """Write exp(−rate·z²) into ``out`` and min(|z|, `FAR`) into ``y``; complex steps pass through.

    ``rate`` is a power of 2, so that its product with h² is exact.
    """
    _distance(z, y)
    np.multiply(y, 16, out=out)
    np.trunc(out.real, out=out.real)
    np.divide(out, 16, out=out)
    np.subtract(y, out, out=scratch)
    np.add(y, out, out=y)
    np.multiply(scratch, y, out=scratch)
    np.multiply(scratch, -rate, out=scratch)
    np.exp(scratch, out=scratch)
    np.multiply(out, out, out=out)
    np.multiply(out, -rate, out=out)
    np.exp(out, out=out)
    np.multiply(out, scratch, out=out)
    _distance(z, y)


def lower_tail(y: Array, E: Array, out: Array) -> None:
    """Write Φ(−y) into ``out`` for y ≥ 0, given E = exp(−y²/2)."""
    np.multiply(y, sqrt(0.5), out=out)
    erfcx(out, out)
    np.multiply(out, 0.5, out=out)
    np.multiply(out, E, out=out)


def distribution(z: Array, out: Array) -> None:
    """Write Φ(z) into ``out``: Φ(−|z|), or what it lacks to 1."""
    E, y = np.empty_like(out), np.empty_like(out)
    bell(z, out=E, y=y, scratch=out)
    lower_tail(y, E, out=out)
    np.subtract(1, out, out=out, where=z >= 0)


def density(z: Array, out: Array) -> None:
    """Write φ(z) = exp(−z²/2)/√2π into ``out``."""
    bell(z, out=out, y=np.empty_like(out), scratch=np.empty_like(out))
    np.multiply(out, DENSITY_AT_0, out=out)


def _distance(z: Array, out: Array) -> None:
    np.negative(z, out=out)
    np.maximum(z, out, out=out)
    np.minimum(out, FAR, out=out)
