"""Properties of an activation that follow from what it claims, to choose by, and what makes it unfit."""

from collections.abc import Callable

import numpy as np

from lab.numerics import Nearby, endless, grid
from lab.parts import Activation

MIRRORED_TO = 1e-12
"""How far σ(−z) may differ from ∓σ(z), relative to 1 + |σ(z)|, for σ to be called odd or even."""

ROUNDING = 2.0**-52
"""How far a slope may be off by rounding, relative to the largest slope or 1."""


def monotone(sigma: Activation) -> bool:
    """Whether σ never falls: inf σ′ ≥ 0, and every jump goes up."""
    around = [np.array([np.nextafter(at, -np.inf), at, np.nextafter(at, np.inf)]) for at in sigma.jumps]
    return sigma.slope_range.low >= 0 and all(bool(np.all(np.diff(sigma(z)) >= 0)) for z in around)


def odd(sigma: Activation) -> bool:
    """Whether σ(−z) = −σ(z), looked at on the points of `grid` and on their mirror images."""
    return _mirrored(sigma, -1)


def even(sigma: Activation) -> bool:
    """Whether σ(−z) = σ(z), likewise. A negative z then does what −z does: σ′ changes its sign at 0."""
    return _mirrored(sigma, 1)


def _mirrored(sigma: Activation, sign: int) -> bool:
    z = grid(sigma.kinks)
    with np.errstate(all="ignore"):
        right, left = sign * sigma(z), sigma(-z)
        size = np.minimum(np.abs(left), np.abs(right))
        alike = (right == left) | (np.abs(right - left) <= MIRRORED_TO * (1 + size))
        return bool(np.all(alike | (np.isnan(right) & np.isnan(left))))


def bounded(sigma: Activation) -> bool:
    """Whether the range of σ is finite."""
    return bool(np.isfinite(sigma.range.magnitude))


def floored(sigma: Activation) -> bool:
    """Whether inf σ′ > 0: the slope is bounded away from zero, so that no neuron saturates.

    An inf that is less than the `ROUNDING` of the slopes beside it is none.
    """
    slopes = sigma.slope_range
    return slopes.low > ROUNDING * min(1.0, slopes.magnitude)


def kinked(sigma: Activation) -> bool:
    """Whether σ′ does not exist, or jumps, somewhere."""
    return bool(sigma.kinks)


def unusable(sigma: Activation) -> str:
    """Why no network can train with σ, at the z next to 0 of a grid up to ±20; empty where nothing is wrong.

    There it is undefined, or overflows, or its slope is not a number. A finite σ may have an infinite slope,
    however its formula writes that: see `infinite_slopes`.

    >>> from lab.activations.formula.formula import Formula
    >>> unusable(Formula("log(z)")), unusable(Formula("tanh(z)"))
    ('is undefined at z = 0', '')
    """
    z = np.linspace(-20, 20, 81)
    with np.errstate(all="ignore"):
        a, slope = map(np.asarray, sigma.with_derivative(z))
    steep = np.zeros_like(z, dtype=bool)
    if not np.isfinite(slope).all():
        steep = np.isin(z, [at for at, *_ in infinite_slopes(sigma)])
    for values, problem in ((a, "is undefined"), (np.where(steep, 0, slope), "has no finite slope")):
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            at = bad[np.argmin(np.abs(z[bad]))]
            farther = min(max(at + int(np.sign(z[at])), 0), len(z) - 1)
            if values is a and np.isinf(a[[at, farther]]).all() and z[at]:
                problem = "overflows: |σ| is more than 1.8e308"
            return f"{problem} at z = {z[at]:g}"
    return ""


def infinite_slopes(sigma: Activation) -> tuple[Nearby, ...]:
    """The places where |σ′| grows without end, as `endless` sees it: each with a z near it and σ′ there.

    >>> from lab.activations.formula.formula import Formula
    >>> infinite_slopes(Formula("sqrt(max(z, 0))"))
    (Nearby(place=0.0, z=9.313225746154785e-10, value=16384.0),)
    >>> infinite_slopes(Formula("max(z, 0)**1.5"))
    ()
    """
    return tuple({found.place: found for found in endless(sigma.derivative, sigma.kinks)}.values())


PROPERTIES: dict[str, Callable[[Activation], bool]] = {
    holds.__name__: holds for holds in (monotone, odd, even, bounded, floored, kinked)
}
"""The properties by name."""


def properties(sigma: Activation) -> tuple[str, ...]:
    """The names of the properties that σ has."""
    return tuple(name for name, holds in PROPERTIES.items() if holds(sigma))
