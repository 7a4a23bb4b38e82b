"""What a counterfactual passes back in place of σ′, for theory to predict."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lab.numerics import Array, root
from lab.parts import Activation

_SIZES = np.geomspace(1e-3, 1e3, 400)
_GRID = np.concatenate([-_SIZES[::-1], [0.0], _SIZES])
"""Between neighbours of these a crossing of the floor is looked for."""


@dataclass(frozen=True)
class Surrogate(Activation):
    """σ with max(σ′, floor) where a derivative is asked for: no σ, since that is not its slope.

    It stands for `lab.network.backprop.Network.surrogate_floor`. Its kinks are those of σ and where σ′
    crosses the floor, as far as it does so between points that are near each other.
    """

    inner: Activation
    floor: float

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        def above(z: float) -> float:
            return float(self.inner.derivative(z)) - self.floor

        with np.errstate(all="ignore"):
            heights = np.asarray(self.inner.derivative(_GRID)) - self.floor
            crossed = heights[:-1] * heights[1:] < 0
            found = [root(above, *_GRID[i : i + 2]) for i in np.flatnonzero(crossed)]
        return tuple(sorted({*self.inner.kinks, *found}))

    def __call__(self, z: Array) -> Array:
        return np.asarray(self.inner(z))

    def derivative(self, z: Array) -> Array:
        return np.asarray(np.maximum(self.inner.derivative(z), self.floor))
