"""Shrinkage: small z become 0."""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.pieces import clamp
from lab.activations.table import FORMULAS
from lab.numerics import REALS, Array, Interval, scalar


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
        """±λ."""
        return (-self.threshold, self.threshold)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = z − h with h = clamp z to ±λ, σ′ = sign² σ."""
        clamp(z, -self.threshold, self.threshold, a)
        np.subtract(z, a, out=a)
        np.sign(a, out=slope)
        np.multiply(slope, slope, out=slope)
