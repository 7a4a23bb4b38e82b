"""The identity and the piecewise linear rectifiers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lab.activations.in_place import InPlace
from lab.numerics import REALS, Array, Interval, scalar


@dataclass(frozen=True)
class Identity(InPlace):
    """σ(z) = z, with σ′(z) = 1: a linear neuron. Its slope never vanishes."""

    slope_range = Interval(1.0, 1.0)
    range = REALS

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z, σ′ = 1, but NaN where z is NaN."""
        np.copyto(a, z)
        slope.fill(1)
        np.copyto(slope, z, where=np.isnan(z))


@dataclass(frozen=True)
class ReLU(InPlace):
    """σ(z) = max(z, 0), with σ′(z) = 1 for z > 0, else 0; at the kink σ′(0) = 0.

    Its slope is 0 on the whole left.
    Source: Nair & Hinton, *Rectified linear units improve restricted Boltzmann machines* (2010).
    """

    slope_range = Interval(0.0, 1.0)
    range = Interval(0.0, np.inf)
    kinks = (0.0,)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0), σ′ = sign σ."""
        np.maximum(z, scalar(0, z.dtype), out=a)
        np.sign(a, out=slope)


@dataclass(frozen=True)
class LeakyReLU(InPlace):
    """σ(z) = z for z > 0, else αz, with σ′(z) = 1 for z > 0, else α; at the kink σ′(0) = 1.

    The leak α is called ``slope`` in an experiment file; it floors σ′, which vanishes only for α = 0.
    Defaults differ: 0.01 is torch's and jax's, Keras has 0.2.
    Source: Maas, Hannun & Ng, *Rectifier nonlinearities improve neural network acoustic models* (2013).
    """

    leak: float = field(default=0.01, metadata={"key": "slope"})

    kinks = (0.0,)

    @property
    def range(self) -> Interval:
        """The reals, or [0, ∞) where there is no positive leak."""
        return REALS if self.leak > 0 else Interval(0.0, np.inf)

    @property
    def slope_range(self) -> Interval:
        """[α, 1], or [1, α] for a leak above 1."""
        return Interval(min(self.leak, 1.0), max(self.leak, 1.0))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Two straight lines that meet at 0."""
        leaky(z, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class PReLU(InPlace):
    """σ(z) = z for z > 0, else αz, with σ′(z) = 1 for z > 0, else α; at the kink σ′(0) = 1.

    A leaky ReLU whose leak α, called ``slope`` in an experiment file, is learned elsewhere from 0.25 on; here
    it is fixed, a parameter to vary. The slope vanishes on the left only for α = 0.
    Source: He, Zhang, Ren & Sun, *Delving deep into rectifiers* (2015).
    """

    leak: float = field(default=0.25, metadata={"key": "slope"})

    kinks = (0.0,)

    @property
    def range(self) -> Interval:
        """The reals, or [0, ∞) where there is no positive leak."""
        return REALS if self.leak > 0 else Interval(0.0, np.inf)

    @property
    def slope_range(self) -> Interval:
        """[α, 1], or [1, α] for a leak above 1."""
        return Interval(min(self.leak, 1.0), max(self.leak, 1.0))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Two straight lines that meet at 0."""
        leaky(z, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class RReLU(InPlace):
    """σ(z) = z for z > 0, else αz with α = (l + u)/2; σ′(z) = 1 for z > 0, else α; at the kink σ′(0) = 1.

    Elsewhere α is drawn between l = ``lower`` and u = ``upper`` while training and is their mean afterwards;
    here it is that mean throughout. The slope never vanishes where l + u > 0.
    Source: Xu, Wang, Chen & Li, *Empirical evaluation of rectified activations* (2015).
    """

    lower: float = 1 / 8
    upper: float = 1 / 3

    kinks = (0.0,)

    def __post_init__(self) -> None:
        if not 0 <= self.lower <= self.upper:
            raise ValueError(f"lower and upper must be 0 <= lower <= upper, got {self.lower}, {self.upper}")

    @property
    def leak(self) -> float:
        """α = (l + u)/2."""
        return (self.lower + self.upper) / 2

    @property
    def range(self) -> Interval:
        """The reals, or [0, ∞) without a leak."""
        return REALS if self.leak > 0 else Interval(0.0, np.inf)

    @property
    def slope_range(self) -> Interval:
        """[α, 1], or [1, α] for a leak above 1."""
        return Interval(min(self.leak, 1.0), max(self.leak, 1.0))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Two straight lines that meet at 0."""
        leaky(z, self.leak, a, slope, scratch)


def leaky(z: Array, leak: float, a: Array, slope: Array, scratch: Array) -> None:
    """σ′ = (1 − n) + αn with n = [z < 0] = −sign min(z, 0), and σ = σ′ z."""
    np.minimum(z, scalar(0, z.dtype), out=scratch)
    np.sign(scratch, slope)  # not in place, where numpy does not vectorise it
    if z.dtype.kind == "c":
        slope.imag.fill(0)
    np.add(slope, scalar(1, z.dtype), scratch)
    np.multiply(slope, scalar(-leak, z.dtype), slope)
    np.add(slope, scratch, slope)
    np.multiply(z, slope, a)
