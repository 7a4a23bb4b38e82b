"""The normal distribution Φ and density φ, with their relative precision kept in both tails.

In the left tail exp(−z²/2) loses z²/2 units of precision to the rounding of z², and so does erfc. Here
z² is split: with y = |z| and h its first binary digits, h² is exact and y² − h² = (y − h)(y + h) is small.
So Φ(−y) = ½ erfcx(y/√2) exp(−y²/2) is right down to the smallest numbers.
Source: Cody, *Rational Chebyshev approximations for the error function* (1969), for the split.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from lab.activations.erfcx import erfcx
from lab.numerics import Array, scalar

FAR = 64.0
"""A |z| from which on exp(−z²/2) is 0 in float64 and in float32."""

DENSITY_AT_0 = 1 / sqrt(2 * pi)


def bell(z: Array, out: Array, y: Array, scratch: Array, rate: float = 0.5) -> None:
    """Write exp(−rate·z²) into ``out`` and min(|z|, `FAR`) into ``y``; complex steps pass through.

    ``rate`` is a power of 2, so that its product with h² is exact.
    """
    sixteen, minus_rate = scalar(16, z.dtype), scalar(-rate, z.dtype)
    _distance(z, y)
    np.multiply(y, sixteen, out)
    np.trunc(out.real, out.real)
    np.divide(out, sixteen, out)
    np.subtract(y, out, scratch)
    np.add(y, out, y)
    np.multiply(scratch, y, scratch)
    np.multiply(scratch, minus_rate, scratch)
    np.exp(scratch, scratch)
    np.multiply(out, out, out)
    np.multiply(out, minus_rate, out)
    np.exp(out, out)
    np.multiply(out, scratch, out)
    _distance(z, y)


def lower_tail(y: Array, E: Array, out: Array) -> None:
    """Write Φ(−y) into ``out`` for y ≥ 0, given E = exp(−y²/2)."""
    np.multiply(y, scalar(sqrt(0.5), y.dtype), out)
    erfcx(out, out)
    np.multiply(out, scalar(0.5, y.dtype), out)
    np.multiply(out, E, out)


def _distance(z: Array, out: Array) -> None:
    np.negative(z, out)
    np.maximum(z, out, out=out)
    np.minimum(out, scalar(FAR, z.dtype), out=out)
