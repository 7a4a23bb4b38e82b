"""The hyperbolic tangent."""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.table import FORMULAS
from lab.numerics import Array, Interval, scalar


@dataclass(frozen=True)
class Tanh(InPlace):
    """σ(z) = tanh z, with σ′(z) = sech² z.

    Its slope is at most 1 and vanishes in both tails as 4e^{−2|z|}.
    """

    formula = FORMULAS["tanh"]
    slope_range = Interval(0.0, 1.0)
    range = Interval(-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ′ = (2/(R + 1/R))², R = e^z: 1 − tanh² z is exactly 0 from z = 19 on."""
        np.exp(z, slope)
        np.tanh(z, a)
        np.divide(scalar(1, z.dtype), slope, scratch)
        np.add(slope, scratch, slope)
        np.divide(scalar(2, z.dtype), slope, slope)
        np.multiply(slope, slope, slope)
