"""Numbers as every room takes them: arrays, intervals, scalars, random streams, roots and extremes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Buffers: TypeAlias = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Interval:
    """The reals between ``low`` and ``high``, which may be infinite; the ends need not be reached.

    >>> str(Interval(0.0, 0.25)), 0.1 in Interval(0.0, 0.25)
    ('[0, 0.25]', True)
    """

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"[{self.low:.6g}, {self.high:.6g}]"

    @property
    def magnitude(self) -> float:
        """The supremum of |x| over the interval."""
        return max(abs(self.low), abs(self.high))


REALS = Interval(-np.inf, np.inf)

FARTHEST = 1e300
"""The |z| at which a function that changes slowly is taken to have reached its limits."""


@lru_cache(maxsize=4096)
def scalar(value: float, dtype: np.dtype[Any]) -> Array:
    """``value`` as a read-only array without axes: an operand that numpy need not convert at every call.

    On arrays of a few hundred elements a Python number as operand costs as much as the arithmetic.
    """
    made = np.array(value, dtype)
    made.flags.writeable = False
    return made


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The random numbers for this purpose: how many are drawn for another never changes them."""
    name = int.from_bytes(sha256(purpose.encode()).digest()[:8])
    return np.random.default_rng(np.random.SeedSequence([seed, name]))


def floating(z: Any) -> Array:
    """``z`` as an array, integers as float64, any floating or complex dtype as it is."""
    array: Array = np.asarray(z)
    return array if np.issubdtype(array.dtype, np.inexact) else array.astype(np.float64)


def grid(kinks: tuple[float, ...] = ()) -> Array:
    """Points that see the whole of a σ: dense about 0, out to ±10⁶, and both sides of every kink."""
    far = np.geomspace(30, 1e6, 600)
    near = np.linspace(-30, 30, 24001)
    sides = [np.nextafter(k, side) for k in kinks for side in (-np.inf, np.inf)]
    return np.unique(np.concatenate([-far, near, far, np.array(sides + list(kinks), dtype=float)]))


GROWN = 1e50
"""So many times larger than on the `grid` a function is at the end of floats that grows without end."""

MOST_VALLEYS = 12
"""So many of the least values between neighbours on the grid are looked at closer: which is the least is not
seen before."""

_FAR = np.outer([-FARTHEST, -(FARTHEST**0.5), FARTHEST**0.5, FARTHEST], 1 - np.arange(32) * 2.0**-52).ravel()
"""Far out, neighbours among which a wave has its highs and its lows."""


def measured(function: Callable[[Array], Array], kinks: tuple[float, ...] = ()) -> Interval:
    """The least and the greatest value of ``function`` on `grid`: an estimate of its infimum and supremum.

    The most extreme places between points of the grid are refined by bounded minimisation; an extreme at the
    end of the grid where the function still moves is taken to be infinite.
    """
    z = grid(kinks)
    with np.errstate(all="ignore"):
        values = np.asarray(function(z), dtype=float)
        low, high = _least(function, z, values), -_least(lambda z: -function(z), z, -values)
        ends = np.asarray(function(np.array([-FARTHEST, FARTHEST])), dtype=float)
        before = np.asarray(function(np.array([-1, 1]) * FARTHEST**0.5), dtype=float)
        ends[np.abs(ends) < 1e-3 * np.abs(before)] = 0.0  # what still falls there falls to 0
        far = np.asarray(function(_FAR), dtype=float)
        largest = np.abs(values[np.isfinite(values)]).max(initial=1.0)
        grown = np.isfinite(far) & (np.abs(far) / GROWN > largest)
    settled = np.concatenate([ends[np.isfinite(ends)], np.inf * np.sign(far[grown])])
    return Interval(min([low, *settled.tolist()]), max([high, *settled.tolist()]))


def root(
    function: Callable[[float], float], low: float, high: float, *, xtol: float = 2e-12, rtol: float = 2**-50
) -> float:
    """A root of a continuous ``function`` that has different signs at ``low`` and ``high``.

    It is found to within xtol + rtol |root|. Raises ValueError where the signs are the same.
    Source: R. P. Brent, *Algorithms for minimization without derivatives* (1973), ch. 4.

    >>> round(root(lambda x: x * x - 2, 1.0, 2.0), 9)
    1.414213562
    """
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=xtol, rtol=rtol))


def _least(function: Callable[[Array], Array], z: Array, values: Array) -> float:
    from scipy.optimize import minimize_scalar

    at = int(np.nanargmin(values)) if not np.isnan(values).all() else 0
    least = float(values[at])
    if at in (0, len(z) - 1):
        before = float(function(z[at : at + 1] / 10)[0])
        grows = abs(least) > abs(before) and before - least > 0.01 * abs(least)
        return -np.inf if grows else least
    inner = values[1:-1]
    valleys = 1 + np.flatnonzero((inner <= values[:-2]) & (inner <= values[2:]))
    refined = [
        minimize_scalar(
            lambda point: float(function(np.array([point]))[0]),
            bounds=(z[valley - 1], z[valley + 1]),
            method="bounded",
            options={"xatol": 1e-12},
        ).fun
        for valley in valleys[np.argsort(values[valleys], kind="stable")][:MOST_VALLEYS]
    ]
    return min(least, *map(float, refined))
