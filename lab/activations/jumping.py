"""Functions that jump: the threshold and the step. `HardShrink` jumps too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.numerics import Array, Interval, scalar


@dataclass(frozen=True)
class Threshold(InPlace):
    """σ(z) = z for z > t, else v, with σ′(z) = 1 for z > t, else 0.

    At t it jumps from v to t (unless v = t); there σ(t) = v and σ′(t) = 0. Its slope is 0 for z ≤ t. Both
    parameters have to be given.
    Source: torch.nn.Threshold; with t = v = 0 it is the ReLU.
    """

    t: float
    v: float

    slope_range = Interval(0.0, 1.0)

    @property
    def range(self) -> Interval:
        """{v} and (t, ∞), as the least interval around both."""
        return Interval(min(self.t, self.v), np.inf)

    @property
    def kinks(self) -> tuple[float, ...]:
        """T."""
        return (self.t,)

    @property
    def jumps(self) -> tuple[float, ...]:
        """T, unless v = t."""
        return () if self.t == self.v else (self.t,)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ′ = sign(max(z, t) − t), and v written over z where z ≤ t."""
        t = scalar(self.t, z.dtype)
        np.maximum(z, t, out=slope)
        np.subtract(slope, t, out=slope)
        np.sign(slope, out=slope)
        np.copyto(a, z)
        np.copyto(a, scalar(self.v, z.dtype), where=z <= t)


@dataclass(frozen=True)
class Step(InPlace):
    """σ(z) = 1 for z > 0, else 0, with σ′(z) = 0 everywhere: the perceptron, a counter-example.

    Its slope vanishes at every z, so by BP2 no error passes it: no weight below a step ever learns. At the
    jump σ(0) = 0, and σ′(0) is told as 0.
    Source: McCulloch & Pitts (1943); Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1.
    """

    slope_range = Interval(0.0, 0.0)
    range = Interval(0.0, 1.0)
    kinks = (0.0,)
    jumps = (0.0,)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = [z > 0], σ′ = 0, but NaN where z is NaN."""
        np.greater(z, scalar(0, z.dtype), out=a)
        slope.fill(0)
        hole = np.isnan(z)
        np.copyto(a, z, where=hole)
        np.copyto(slope, z, where=hole)
