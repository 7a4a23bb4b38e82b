"""The logistic function s(z) = 1/(1 + e^{−z}) and what is made of it: sigmoid, softplus and SiLU.

Everything is written in E = exp(−|z|), which never overflows: s(z) = 1/(1 + E) for z ≥ 0 and E/(1 + E)
for z < 0, and s(z)s(−z) = E/(1 + E)² on both sides. So both tails keep their relative precision down to
the smallest numbers, where a(1 − a) is exactly 0 from z = 37 on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.activation import Array, InPlace, Interval
from lab.activations.scalars import scalar

FEW = 2048
"""Below so many numbers the calls cost more than the arithmetic: then the form of fewer or cheaper calls."""


def exp_minus_abs(z: Array, out: Array) -> None:
    """Write exp(−|z|) into ``out``; for complex z −|z| is min(z, −z), which a complex step passes through."""
    if z.dtype.kind == "c":
        np.negative(z, out=out)
        np.minimum(z, out, out=out)
    elif z.size < FEW:
        np.copysign(z, scalar(-1, z.dtype), out=out)
    else:
        np.abs(z, out=out)
        np.negative(out, out=out)
    np.exp(out, out=out)


def logistic(z: Array, E: Array, out: Array, scratch: Array) -> None:
    """Write s(z) into ``out``, given E = exp(−|z|); ``scratch`` is left as 1 + E.

    The numerator is the greater of E and the step [z ≥ 0], for few numbers made as ½ + ½ sign z.
    """
    if z.dtype.kind != "c" and z.size < FEW:
        np.copysign(scalar(0.5, z.dtype), z, out=out)
        np.add(out, scalar(0.5, z.dtype), out=out)
    else:
        np.greater_equal(z, 0, out=out)
    np.maximum(out, E, out=out)
    np.add(E, scalar(1, z.dtype), out=scratch)
    np.divide(out, scratch, out=out)


@dataclass(frozen=True)
class Sigmoid(InPlace):
    """The logistic sigmoid σ(z) = 1/(1 + e^{−z}), with σ′(z) = σ(z)σ(−z).

    Its slope is at most ¼ and vanishes in both tails as e^{−|z|}.
    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1.
    """

    slope = Interval(0.0, 0.25)
    range = Interval(0.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = s(z), σ′ = E/(1 + E)²."""
        exp_minus_abs(z, out=slope)
        logistic(z, slope, out=a, scratch=scratch)
        np.divide(slope, scratch, out=slope)
        np.divide(slope, scratch, out=slope)


@dataclass(frozen=True)
class Softplus(InPlace):
    """σ(z) = ln(1 + e^{βz})/β, with σ′(z) = s(βz): a smooth ReLU.

    Its slope vanishes on the left as e^{βz}.
    Source: Dugas et al., *Incorporating second-order functional knowledge* (2001), β = 1.
    """

    beta: float = 1.0

    slope = Interval(0.0, 1.0)
    range = Interval(0.0, np.inf)

    def __post_init__(self) -> None:
        if not self.beta > 0:
            raise ValueError(f"beta must be > 0, got {self.beta}")

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = (max(βz, 0) + log1p(E))/β and σ′ = s(βz), with E = exp(−|βz|)."""
        np.multiply(z, self.beta, out=a)
        exp_minus_abs(a, out=scratch)
        logistic(z, scratch, out=slope, scratch=a)
        np.log1p(scratch, out=scratch)
        np.multiply(z, self.beta, out=a)
        np.maximum(a, 0, out=a)
        np.add(a, scratch, out=a)
        np.divide(a, self.beta, out=a)


@dataclass(frozen=True)
class SiLU(InPlace):
    """σ(z) = z s(z), also called swish, with σ′(z) = s(z) + z s(z)s(−z).

    Its slope is negative left of z = −1.278 and vanishes on the left.
    Source: Elfwing, Uchibe & Doya, *Sigmoid-weighted linear units* (2018).
    """

    slope = Interval(-0.09983932012886692, 1.099839320128867)
    range = Interval(-0.2784645427610738, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z s(z), σ′ = s(z) + z E/(1 + E)²."""
        exp_minus_abs(z, out=slope)
        logistic(z, slope, out=a, scratch=scratch)
        np.divide(slope, scratch, out=slope)
        np.divide(slope, scratch, out=slope)
        np.multiply(slope, z, out=slope)
        np.add(slope, a, out=slope)
        np.multiply(a, z, out=a)
