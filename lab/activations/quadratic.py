"""Two straight ends joined by a parabola."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.pieces import clamp
from lab.numerics import Array, Interval, scalar


@dataclass(frozen=True)
class SparsePlus(InPlace):
    """σ(z) = 0, (z + 1)²/4 or z for z ≤ −1, |z| < 1, z ≥ 1; σ′(z) = min(max((z + 1)/2, 0), 1).

    Softplus with an end: its slope is 0 for z ≤ −1. σ′ has no jump, only σ″.
    Source: jax.nn.sparse_plus; the derivative is `SparseSigmoid`.
    """

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
class HardSwish(InPlace):
    """σ(z) = z min(max(z/6 + ½, 0), 1), with σ′(z) = 0, (2z + 3)/6, 1 left of, between, right of ±3.

    At the kinks σ′(−3) = 0 and σ′(3) = 1, the outer slopes. The slope is 0 for z ≤ −3 and at z = −3/2, and
    negative between; it jumps from −½ to 0 at −3 and from 3/2 to 1 at 3.
    Source: Howard et al., *Searching for MobileNetV3* (2019).
    """

    slope_range = Interval(-0.5, 1.5)
    range = Interval(-0.375, np.inf)
    kinks = (-3.0, 3.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, −3)(h + 3)/6; σ′ = lr(2h + 3)/6 + 1 − r with l = [z > −3], r = [z < 3], h = clamp z."""
        one, three, six = (scalar(x, z.dtype) for x in (1, 3, 6))
        clamp(z, -3.0, 3.0, scratch)
        np.add(scratch, three, out=a)
        np.add(scratch, scratch, out=slope)
        np.add(slope, three, out=slope)
        np.divide(slope, six, out=slope)
        np.subtract(three, scratch, out=scratch)
        np.sign(scratch, out=scratch)
        np.multiply(slope, scratch, out=slope)
        np.subtract(one, scratch, out=scratch)
        np.add(slope, scratch, out=slope)
        np.sign(a, out=scratch)
        np.multiply(slope, scratch, out=slope)
        np.divide(a, six, out=a)
        np.maximum(z, scalar(-3, z.dtype), out=scratch)
        np.multiply(a, scratch, out=a)
