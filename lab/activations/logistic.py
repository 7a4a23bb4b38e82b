"""The logistic function s(z) = 1/(1 + e^{−z}) and what is made of it: sigmoid, softplus, SiLU and kin.

Everything is written in R = e^z, without a choice between the tails: s(z) = 1/(1 + 1/R) and
s(z)s(−z) = s(z)/(1 + R). Where R overflows or vanishes the infinity ends in the right limit, so both tails
keep their relative precision down to the smallest numbers, where a(1 − a) is exactly 0 from z = 37 on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.pieces import add_line
from lab.numerics import REALS, Array, Interval, scalar


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

    slope_range = Interval(0.0, 0.25)
    range = Interval(0.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = 1/(1 + 1/R), σ′ = σ/(1 + R) with R = e^z."""
        logistic(z, a, slope, scratch)


@dataclass(frozen=True)
class SigLin(InPlace):
    """σ(z) = s(z) + αz, with σ′(z) = s(z)s(−z) + α: the sigmoid with a straight line added.

    α is called ``slope`` in an experiment file. The slope never vanishes: α floors it.
    Source: the twisting term of LeCun et al. (1998), § 4.4, on the sigmoid; SigLin in Kunc & Kléma, *Three
    decades of activations* (2024).
    """

    leak: float = field(default=0.05, metadata={"key": "slope"})

    range = REALS

    def __post_init__(self) -> None:
        if not self.leak > 0:
            raise ValueError(f"slope must be > 0, got {self.leak}")

    @property
    def slope_range(self) -> Interval:
        """[α, ¼ + α]."""
        return Interval(self.leak, 0.25 + self.leak)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The sigmoid and the line αz."""
        logistic(z, a, slope, scratch)
        add_line(z, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class LogSigmoid(InPlace):
    """σ(z) = ln s(z) = −ln(1 + e^{−z}), with σ′(z) = s(−z).

    Its slope vanishes on the right as e^{−z}.
    Source: the log-likelihood of logistic regression, Cox, *The regression analysis of binary sequences*
    (1958); torch.nn.LogSigmoid.
    """

    slope_range = Interval(0.0, 1.0)
    range = Interval(-np.inf, 0.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = min(z, 0) − log1p(E), σ′ = 1/(1 + R) with R = e^z, E = min(R, 1/R)."""
        one = scalar(1, z.dtype)
        np.exp(z, slope)
        np.divide(one, slope, scratch)
        np.minimum(slope, scratch, out=scratch)
        np.log1p(scratch, scratch)
        np.minimum(z, scalar(0, z.dtype), out=a)
        np.subtract(a, scratch, a)
        np.add(slope, one, slope)
        np.divide(one, slope, slope)


@dataclass(frozen=True)
class Softplus(InPlace):
    """σ(z) = ln(1 + e^{βz})/β, with σ′(z) = s(βz): a smooth ReLU.

    Its slope vanishes on the left as e^{βz}.
    Source: Dugas et al., *Incorporating second-order functional knowledge* (2001), β = 1.
    """

    beta: float = 1.0

    slope_range = Interval(0.0, 1.0)
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
class SmoothLeaky(InPlace):
    """σ(z) = αz + (1 − α) ln(1 + e^z), with σ′(z) = α + (1 − α)s(z): a smooth leaky ReLU.

    α is called ``slope`` in an experiment file. The slope never vanishes: it rises from α to 1.
    Source: the softplus of Dugas et al. (2001), with the leak of Maas, Hannun & Ng (2013).
    """

    leak: float = field(default=0.1, metadata={"key": "slope"})

    range = REALS

    def __post_init__(self) -> None:
        if not 0 < self.leak <= 1:
            raise ValueError(f"slope must lie in (0, 1], got {self.leak}")

    @property
    def slope_range(self) -> Interval:
        """[α, 1]."""
        return Interval(self.leak, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """(1 − α) of the softplus, max(z, 0) + log1p(E) with E = min(R, 1/R), R = e^z, and the line αz."""
        one, rest = scalar(1, z.dtype), scalar(1 - self.leak, z.dtype)
        np.exp(z, a)
        np.divide(one, a, slope)
        np.minimum(a, slope, out=a)
        np.log1p(a, a)
        np.add(slope, one, slope)
        np.divide(one, slope, slope)
        np.maximum(z, scalar(0, z.dtype), out=scratch)
        np.add(a, scratch, a)
        np.multiply(a, rest, a)
        np.multiply(slope, rest, slope)
        add_line(z, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class SiLU(InPlace):
    """σ(z) = z s(z), also called swish, with σ′(z) = s(z) + z s(z)s(−z).

    Its slope is negative left of z = −1.278 and vanishes on the left.
    Source: Elfwing, Uchibe & Doya, *Sigmoid-weighted linear units* (2018).
    """

    slope_range = Interval(-0.09983932012886692, 1.099839320128867)
    range = Interval(-0.2784645427610738, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z s(z), σ′ = s(z) + z s(z)s(−z)."""
        logistic(z, a, slope, scratch)
        np.multiply(slope, z, slope)
        np.add(slope, a, slope)
        np.multiply(a, z, a)
