"""The logistic function s(z) = 1/(1 + e^{−z}).

Everything is written in R = e^z, without a choice between the tails: s(z) = 1/(1 + 1/R) and
s(z)s(−z) = s(z)/(1 + R). Where R overflows or vanishes the infinity ends in the right limit, so both tails
keep their relative precision down to the smallest numbers, where a(1 − a) is exactly 0 from z = 37 on.
"""

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.table import FORMULAS
from lab.numerics import Array, Interval, scalar


@dataclass(frozen=True)
class Sigmoid(InPlace):
    """The logistic sigmoid σ(z) = 1/(1 + e^{−z}), with σ′(z) = σ(z)σ(−z).

    Its slope is at most ¼ and vanishes in both tails as e^{−|z|}.
    """

    formula = FORMULAS["sigmoid"]
    slope_range = Interval(0.0, 0.25)
    range = Interval(0.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = 1/(1 + 1/R), σ′ = σ/(1 + R) with R = e^z."""
        one = scalar(1, z.dtype)
        np.exp(z, slope)  # R
        np.divide(one, slope, scratch)
        np.add(scratch, one, scratch)
        np.divide(one, scratch, a)
        np.add(slope, one, slope)
        np.divide(a, slope, slope)
