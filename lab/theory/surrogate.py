"""What a counterfactual passes back in place of σ′, for theory to predict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq

from lab.numerics import Array, Interval
from lab.parts import Activation

_SIZES = np.geomspace(1e-3, 1e3, 400)
_SEARCHED = np.concatenate([-_SIZES[::-1], [0.0], _SIZES])
"""Between neighbours of these a crossing of the floor is looked for."""


@dataclass(frozen=True)
class Surrogate(Activation):
    """σ with max(σ′, floor) where a derivative is asked for: no σ, since that is not its slope.

    It stands for `lab.network.backprop.Network.surrogate_floor`. Its kinks are those of σ and where σ′
    crosses the floor, as far as it does so between points that are near each other.
    """

    inner: Activation
    floor: float

    @property
    def range(self) -> Interval:
        """That of σ."""
        return self.inner.range

    @property
    def slope_range(self) -> Interval:
        """The slope of σ, lifted."""
        low, high = self.inner.slope_range.low, self.inner.slope_range.high
        return Interval(max(low, self.floor), max(high, self.floor))

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """Kinks of σ, and where σ′ crosses the floor."""
        with np.errstate(all="ignore"):
            above = np.asarray(self.inner.derivative(_SEARCHED)) - self.floor
            places = np.flatnonzero(above[:-1] * above[1:] < 0)
            found = [
                brentq(lambda z: float(self.inner.derivative(z)) - self.floor, *_SEARCHED[at : at + 2])
                for at in places
            ]
        return tuple(sorted({*self.inner.kinks, *map(float, found)}))

    def __call__(self, z: Array) -> Array:
        """σ(z)."""
        return np.asarray(self.inner(z))

    def derivative(self, z: Array) -> Array:
        """max(σ′(z), floor)."""
        return np.asarray(np.maximum(self.inner.derivative(z), self.floor))
