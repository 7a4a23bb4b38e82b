"""The logistic function s(z) = 1/(1 + e^{−z}) and what is made of it: sigmoid, softplus and SiLU.

Everything is written in R = e^z, without a choice between the tails: s(z) = 1/(1 + 1/R) and
s(z)s(−z) = s(z)/(1 + R). Where R overflows or vanishes the infinity ends in the right limit, so both tails
keep their relative precision down to the smallest numbers, where a(1 − a) is exactly 0 from z = 37 on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.activation import Array, InPlace, Interval
from lab.activations.scalars import scalar


def logistic(z: Array, a: Array, slope: Array, scratch: Array) -> None:
    """Write s(z) into ``a`` and s(z)s(−z) into ``slope``.

    ``a`` is touched twice only: in a stack it lies apart from trial to trial, and costs double.
    """
    one = scalar(1, z.dtype)
    np.exp(z, slope)  # R
    np.divide(one, slope, scratch)
    np.add(scratch, one, scratch)
    np.divide(one, scratch, a)
    np.add(slope, one, slope)
    np.divide(a, slope, slope)


@dataclass(frozen=True)
class Sigmoid(InPlace):
    """The logistic sigmoid σ(z) = 1/(1 + e^{−z}), with σ′(z) = σ(z)σ(−z).

    Its slope is at most ¼ and vanishes in both tails as e^{−|z|}.
    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1.
    """

    slope = Interval(0.0, 0.25)
    range = Interval(0.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = 1/(1 + 1/R), σ′ = σ/(1 + R) with R = e^z."""
        logistic(z, a, slope, scratch)


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
        """σ = (max(βz, 0) + log1p(E))/β and σ′ = s(βz), with E = exp(−|βz|) = min(R, 1/R), R = e^{βz}."""
        one, beta = scalar(1, z.dtype), scalar(self.beta, z.dtype)
        np.multiply(z, beta, scratch)
        if z.dtype.kind == "c":  # a complex infinity has no limit
            np.clip(scratch, -700, 700, out=a)
            np.exp(a, a)
        else:
            np.exp(scratch, a)
        np.divide(one, a, slope)
        np.minimum(a, slope, out=a)
        np.log1p(a, a)
        np.add(slope, one, slope)
        np.divide(one, slope, slope)
        np.maximum(scratch, scalar(0, z.dtype), out=scratch)
        np.add(a, scratch, a)
        np.divide(a, beta, a)


@dataclass(frozen=True)
class SiLU(InPlace):
    """σ(z) = z s(z), also called swish, with σ′(z) = s(z) + z s(z)s(−z).

    Its slope is negative left of z = −1.278 and vanishes on the left.
    Source: Elfwing, Uchibe & Doya, *Sigmoid-weighted linear units* (2018).
    """

    slope = Interval(-0.09983932012886692, 1.099839320128867)
    range = Interval(-0.2784645427610738, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z s(z), σ′ = s(z) + z s(z)s(−z)."""
        logistic(z, a, slope, scratch)
        np.multiply(slope, z, slope)
        np.add(slope, a, slope)
        np.multiply(a, z, a)
