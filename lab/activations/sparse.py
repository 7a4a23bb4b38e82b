"""A parabola between two straight lines, and its derivative."""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.pieces import between, clamp
from lab.activations.table import FORMULAS
from lab.numerics import Array, Interval, scalar


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
        """σ = (clamp z + 1)/2, σ′ = half of what lies between the bends."""
        half = scalar(0.5, z.dtype)
        between(z, -1.0, 1.0, slope, scratch)
        np.multiply(slope, half, out=slope)
        clamp(z, -1.0, 1.0, a)
        np.add(a, scalar(1, z.dtype), out=a)
        np.multiply(a, half, out=a)
