"""z times a gate that opens with z: mish, ACON-B and LiSHT. SiLU and GELU are of this kind too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.hyperbolic import tanh_sech2
from lab.activations.in_place import InPlace
from lab.activations.logistic import SiLU, logistic
from lab.activations.pieces import add_line, clamp
from lab.numerics import REALS, Array, Interval, scalar

SHUT = -800.0
"""A z at and below which e^z is 0."""

OPEN = 25.0
"""A z from which on mish is z, and its slope 1, to the precision of float64."""


@dataclass(frozen=True)
class Mish(InPlace):
    """σ(z) = z tanh(ln(1 + e^z)), with σ′(z) = t + z(1 − t²)s(z), t = tanh(ln(1 + e^z)).

    Its slope is negative left of z = −1.192 and vanishes on the left as z e^z.
    Source: Misra, *Mish: a self regularized non-monotonic activation function* (2019).
    """

    slope_range = Interval(-0.11252612238946255, 1.088498161251728)
    range = Interval(-0.30884341301725043, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """t = W/(W + 2), t′ = 4(W − R)/(W + 2)² with R = e^h, W = R(R + 2), h = z clamped; σ′ = t + ht′."""
        two = scalar(2, z.dtype)
        clamp(z, SHUT, OPEN, scratch)
        np.exp(scratch, out=slope)
        np.add(slope, two, out=a)
        np.multiply(a, slope, out=a)
        np.subtract(a, slope, out=slope)
        np.multiply(slope, scalar(4, z.dtype), out=slope)
        np.add(a, two, out=scratch)
        np.divide(slope, scratch, out=slope)
        np.divide(slope, scratch, out=slope)
        np.divide(a, scratch, out=a)
        clamp(z, SHUT, OPEN, scratch)
        np.multiply(slope, scratch, out=slope)
        np.add(slope, a, out=slope)
        np.maximum(z, scalar(SHUT, z.dtype), out=scratch)
        np.multiply(a, scratch, out=a)


@dataclass(frozen=True)
class AconB(InPlace):
    """σ(z) = (1 − p)z s(u) + pz with u = β(1 − p)z; σ′(z) = (1 − p)s(u)(1 + u s(−u)) + p.

    A smooth maximum of z and pz, that is of a leaky ReLU. Its slope is that of the SiLU, at u, times 1 − p
    and lifted by p: it never vanishes for p > 0.0908.
    Source: Ma, Zhang, Liu & Sun, *Activate or not: learning customized activation* (2021), ACON-B.
    """

    beta: float = 1.0
    p: float = 0.25

    def __post_init__(self) -> None:
        if not self.beta > 0:
            raise ValueError(f"beta must be > 0, got {self.beta}")
        if not 0 <= self.p < 1:
            raise ValueError(f"p must lie in [0, 1), got {self.p}")

    @property
    def slope_range(self) -> Interval:
        """(1 − p) times the bounds of the SiLU, plus p."""
        of_silu = SiLU.slope_range
        return Interval((1 - self.p) * of_silu.low + self.p, (1 - self.p) * of_silu.high + self.p)

    @property
    def range(self) -> Interval:
        """The reals, or for p = 0 that of the SiLU over β."""
        return REALS if self.p else Interval(SiLU.range.low / self.beta, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The SiLU at u, and the line pz."""
        gate, rest = scalar(self.beta * (1 - self.p), z.dtype), scalar(1 - self.p, z.dtype)
        np.multiply(z, gate, out=scratch)
        logistic(scratch, a, slope, scratch)
        np.multiply(z, gate, out=scratch)
        np.multiply(slope, scratch, out=slope)
        np.add(slope, a, out=slope)
        np.multiply(slope, rest, out=slope)
        np.multiply(a, z, out=a)
        np.multiply(a, rest, out=a)
        if self.p:
            add_line(z, self.p, a, slope, scratch)


@dataclass(frozen=True)
class LiSHT(InPlace):
    """σ(z) = z tanh z, with σ′(z) = tanh z + z sech² z: a counter-example, since z and −z look alike.

    Its slope vanishes at 0 alone; it is negative on the whole left.
    Source: Roy, Manna, Dubey & Chaudhuri, *LiSHT: non-parametric linearly scaled hyperbolic tangent
    activation function* (2019).
    """

    slope_range = Interval(-1.1996786402577337, 1.1996786402577337)
    range = Interval(0.0, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z tanh z, σ′ = tanh z + h sech² z with h = z clamped to where sech² is 0."""
        tanh_sech2(z, a, slope, scratch)
        clamp(z, SHUT, -SHUT, scratch)
        np.multiply(slope, scratch, out=slope)
        np.add(slope, a, out=slope)
        np.multiply(a, z, out=a)
