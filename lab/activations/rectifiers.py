"""Straight lines that meet at their kinks, and a parabola between two of them."""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace, clamp
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


@dataclass(frozen=True)
class SoftShrink(InPlace):
    """σ(z) = sign(z) max(|z| − λ, 0), with σ′(z) = 1 for |z| > λ, else 0; at the kinks σ′(±λ) = 0.

    λ is called ``threshold``. The slope is 0 for |z| ≤ λ: it saturates in the middle and not in the tails.
    """

    formula = FORMULAS["soft-shrink"]

    threshold: float = 0.5

    slope_range = Interval(0.0, 1.0)
    range = REALS

    def __post_init__(self) -> None:
        if not self.threshold > 0:
            raise ValueError(f"threshold must be > 0, got {self.threshold}")

    @property
    def kinks(self) -> tuple[float, ...]:
        return (-self.threshold, self.threshold)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z − h with h = clamp z to ±λ, σ′ = sign² σ."""
        clamp(z, -self.threshold, self.threshold, a)
        np.subtract(z, a, out=a)
        np.sign(a, out=slope)
        np.multiply(slope, slope, out=slope)


@dataclass(frozen=True)
class SparsePlus(InPlace):
    """σ(z) = 0, (z + 1)²/4 or z for z ≤ −1, |z| < 1, z ≥ 1; σ′(z) = min(max((z + 1)/2, 0), 1).

    Softplus with an end: its slope is 0 for z ≤ −1. σ′ has no jump, only σ″.
    """

    formula = FORMULAS["sparse-plus"]
    slope_range = Interval(0.0, 1.0)
    range = Interval(0.0, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ′ = (clamp z + 1)/2, σ = max(σ′², z): the parabola lies above the line, which touches it."""
        clamp(z, -1.0, 1.0, slope)
        np.add(slope, scalar(1, z.dtype), out=slope)
        np.multiply(slope, scalar(0.5, z.dtype), out=slope)
        np.multiply(slope, slope, out=a)
        np.maximum(a, z, out=a)


@dataclass(frozen=True)
class SparseSigmoid(InPlace):
    """σ(z) = min(max((z + 1)/2, 0), 1), with σ′(z) = ½ for |z| < 1, else 0; at the kinks σ′(±1) = ¼.

    The derivative of `SparsePlus`. Its slope is 0 for |z| > 1.
    """

    formula = FORMULAS["sparse-sigmoid"]
    slope_range = Interval(0.0, 0.5)
    range = Interval(0.0, 1.0)
    kinks = (-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = (clamp z + 1)/2, σ′ = (sign(z + 1) − sign(z − 1))/4."""
        one, half = scalar(1, z.dtype), scalar(0.5, z.dtype)
        np.add(z, one, out=slope)
        np.sign(slope, out=slope)
        np.subtract(z, one, out=scratch)
        np.sign(scratch, out=scratch)
        np.subtract(slope, scratch, out=slope)
        np.multiply(slope, scalar(0.25, z.dtype), out=slope)
        clamp(z, -1.0, 1.0, a)
        np.add(a, one, out=a)
        np.multiply(a, half, out=a)
