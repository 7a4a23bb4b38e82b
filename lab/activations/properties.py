"""Properties of an activation that follow from what it claims, to choose by."""

from collections.abc import Callable

import numpy as np

from lab.numerics import grid
from lab.parts import Activation

ODD_TO = 1e-12
"""How far σ(−z) may differ from −σ(z), relative to 1 + |σ(z)|, for σ to be called odd."""


def monotone(sigma: Activation) -> bool:
    """Whether σ never falls: inf σ′ ≥ 0, and every jump goes up."""
    around = [np.array([np.nextafter(at, -np.inf), at, np.nextafter(at, np.inf)]) for at in sigma.jumps]
    return sigma.slope_range.low >= 0 and all(bool(np.all(np.diff(sigma(z)) >= 0)) for z in around)


def odd(sigma: Activation) -> bool:
    """Whether σ(−z) = −σ(z), looked at on the points of `grid` and on their mirror images."""
    z = grid(sigma.kinks)
    with np.errstate(all="ignore"):
        right, left = sigma(z), sigma(-z)
        size = np.minimum(np.abs(left), np.abs(right))
        return bool(np.all((right == -left) | (np.abs(right + left) <= ODD_TO * (1 + size))))


def bounded(sigma: Activation) -> bool:
    """Whether the range of σ is finite."""
    return bool(np.isfinite(sigma.range.magnitude))


def floored(sigma: Activation) -> bool:
    """Whether inf σ′ > 0: the slope is bounded away from zero, so that no neuron saturates."""
    return sigma.slope_range.low > 0


def kinked(sigma: Activation) -> bool:
    """Whether σ′ does not exist, or jumps, somewhere."""
    return bool(sigma.kinks)


PROPERTIES: dict[str, Callable[[Activation], bool]] = {
    holds.__name__: holds for holds in (monotone, odd, bounded, floored, kinked)
}
"""The properties by name."""


def properties(sigma: Activation) -> tuple[str, ...]:
    """The names of the properties that σ has."""
    return tuple(name for name, holds in PROPERTIES.items() if holds(sigma))
