"""The identity and the piecewise linear rectifiers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lab.activations.activation import REALS, Array, InPlace, Interval
from lab.activations.scalars import scalar


@dataclass(frozen=True)
class Identity(InPlace):
    """σ(z) = z, with σ′(z) = 1."""

    slope = Interval(1.0, 1.0)
    range = REALS

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z, σ′ = 1, but NaN where z is NaN."""
        np.copyto(a, z)
        slope.fill(1)
        np.copyto(slope, z, where=np.isnan(z))


@dataclass(frozen=True)
class ReLU(InPlace):
    """σ(z) = max(z, 0), with σ′(z) = 1 for z > 0, else 0; at the kink σ′(0) = 0.

    Source: Nair & Hinton, *Rectified linear units improve restricted Boltzmann machines* (2010).
    """

    slope = Interval(0.0, 1.0)
    range = Interval(0.0, np.inf)
    kinks = (0.0,)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0), σ′ = sign σ."""
        np.maximum(z, scalar(0, z.dtype), out=a)
        np.sign(a, out=slope)


@dataclass(frozen=True)
class LeakyReLU(InPlace):
    """σ(z) = z for z > 0, else αz, with σ′(z) = 1 for z > 0, else α; at the kink σ′(0) = 1.

    The leak α is called ``slope`` in an experiment file; it floors σ′.
    Source: Maas, Hannun & Ng, *Rectifier nonlinearities improve neural network acoustic models* (2013).
    """

    leak: float = field(default=0.01, metadata={"key": "slope"})

    kinks = (0.0,)

    @property
    def range(self) -> Interval:
        """The reals, or [0, ∞) where there is no positive leak."""
        return REALS if self.leak > 0 else Interval(0.0, np.inf)

    @property
    def slope(self) -> Interval:
        """[α, 1], or [1, α] for a leak above 1."""
        return Interval(min(self.leak, 1.0), max(self.leak, 1.0))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0) + α min(z, 0), σ′ = (1 − n) + αn with n = [z < 0] = −sign min(z, 0)."""
        np.minimum(z, 0, out=a)
        np.sign(a, out=slope)
        np.add(slope, 1, out=scratch)
        np.multiply(slope, -self.leak, out=slope)
        np.add(slope, scratch, out=slope)
        np.multiply(a, self.leak, out=a)
        np.maximum(z, 0, out=scratch)
        np.add(a, scratch, out=a)
