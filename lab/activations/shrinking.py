"""Shrinkage: small z become 0, or nearly."""

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
        _check_threshold(self.threshold)

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


@dataclass(frozen=True)
class TanhShrink(InPlace):
    """σ(z) = z − tanh z, with σ′(z) = tanh² z.

    Its slope vanishes at 0, as z², and nowhere else.
    """

    formula = FORMULAS["tanh-shrink"]

    slope_range = Interval(0.0, 1.0)
    range = REALS

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = zD/(1 + D) with D = z²/(3 + z²/(5 + …)) for |z| < ½, else the difference; σ′ = tanh² z."""
        one = scalar(1, z.dtype)
        np.multiply(z, z, out=scratch)
        np.divide(scratch, scalar(15, z.dtype), out=slope)
        for odd in (13, 11, 9, 7, 5, 3):
            np.add(slope, scalar(odd, z.dtype), out=slope)
            np.divide(scratch, slope, out=slope)
        np.add(slope, one, out=a)
        np.divide(slope, a, out=a)
        np.multiply(a, z, out=a)
        np.tanh(z, out=slope)
        np.subtract(z, slope, out=a, where=scratch >= scalar(0.25, z.dtype))
        np.multiply(slope, slope, out=slope)


def _check_threshold(threshold: float) -> None:
    if not threshold > 0:
        raise ValueError(f"threshold must be > 0, got {threshold}")
