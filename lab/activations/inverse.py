"""Logarithms and the arctangent: slopes that are positive everywhere and fall slowly, with no floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.numerics import REALS, Array, Interval, scalar


@dataclass(frozen=True)
class Asinh(InPlace):
    """σ(z) = asinh z = ln(z + √(1 + z²)), with σ′(z) = 1/√(1 + z²).

    Its slope vanishes in both tails, but only as 1/|z|; σ has no bound.
    Source: Burbidge, Magee & Robb, *Alternative transformations to handle extreme values* (1988).
    """

    slope_range = Interval(0.0, 1.0)
    range = REALS

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Asinh z, and one over √(1 + z²)."""
        np.multiply(z, z, out=slope)
        np.add(slope, scalar(1, z.dtype), out=slope)
        np.sqrt(slope, out=slope)
        np.divide(scalar(1, z.dtype), slope, slope)
        np.arcsinh(z, out=a)


@dataclass(frozen=True)
class Symlog(InPlace):
    """σ(z) = sign(z) ln(1 + |z|), with σ′(z) = 1/(1 + |z|).

    Its slope vanishes in both tails, but only as 1/|z|; σ has no bound. At 0 it is smooth: σ′(0) = 1.
    Source: Webber, *A bi-symmetric log transformation for wide-range data* (2013); Hafner et al.,
    *Mastering diverse domains through world models* (2023).
    """

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


@dataclass(frozen=True)
class Arctan(InPlace):
    """σ(z) = arctan z, with σ′(z) = 1/(1 + z²).

    Its slope vanishes in both tails, but only as z^{−2}.
    Source: Kamruzzaman & Aziz, *A note on activation function in multilayer feedforward learning* (2002).
    """

    slope_range = Interval(0.0, 1.0)
    range = Interval(-np.pi / 2, np.pi / 2)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Arctan z, and one over 1 + z²."""
        np.multiply(z, z, out=slope)
        np.add(slope, scalar(1, z.dtype), out=slope)
        np.divide(scalar(1, z.dtype), slope, slope)
        np.arctan(z, out=a)
