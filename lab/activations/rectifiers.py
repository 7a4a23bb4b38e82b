"""Straight lines that meet at 0."""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.table import FORMULAS
from lab.numerics import REALS, Array, Interval, scalar


@dataclass(frozen=True)
class ReLU(InPlace):
    """σ(z) = max(z, 0), with σ′(z) = 1 for z > 0, else 0; at the kink σ′(0) = 0.

    Its slope is 0 on the whole left.
    """

    formula = FORMULAS["relu"]
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

    The leak α, the parameter ``slope``, floors σ′, which vanishes only for α = 0.
    Defaults differ: 0.01 is torch's and jax's, Keras has 0.2.
    """

    formula = FORMULAS["leaky-relu"]

    slope: float = 0.01

    kinks = (0.0,)

    @property
    def range(self) -> Interval:
        return REALS if self.slope > 0 else Interval(0.0, np.inf)

    @property
    def slope_range(self) -> Interval:
        return Interval(min(self.slope, 1.0), max(self.slope, 1.0))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ′ = (1 − n) + αn with n = [z < 0] = −sign min(z, 0), and σ = σ′ z."""
        np.minimum(z, scalar(0, z.dtype), out=scratch)
        np.sign(scratch, slope)  # not in place, where numpy does not vectorise it
        if z.dtype.kind == "c":
            slope.imag.fill(0)
        np.add(slope, scalar(1, z.dtype), scratch)
        np.multiply(slope, scalar(-self.slope, z.dtype), slope)
        np.add(slope, scratch, slope)
        np.multiply(z, slope, a)
