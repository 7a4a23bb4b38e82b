"""Numbers as every room takes them: arrays, intervals, scalars, random streams, roots and extremes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

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


class TooSmallError(ValueError):
    """A number that is not 0 would be read as 0."""


def as_float(text: str) -> float:
    """The float of a decimal.

    Raises TooSmallError where it would be read as 0 and is not 0, ValueError where it is no number.

    >>> as_float("-1.5e3"), as_float("0e-400")
    (-1500.0, 0.0)
    """
    value = float(text)
    if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise TooSmallError(f"{text} would be read as 0; expected 0 or a size of at least 5e-324")
    return value


class Nearby(NamedTuple):
    """A place of `endless`, a ``z`` near it, and the ``value`` there."""

    place: float
    z: float
    value: float


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
    end of the grid where the function still moves is taken to be infinite, as is one at a place of `endless`.
    """
    z = grid(kinks)
    with np.errstate(all="ignore"):
        values = _seen(function, z)
        low, high = _least(function, z, values), -_least(lambda z: -function(z), z, -values)
        ends = np.asarray(function(np.array([-FARTHEST, FARTHEST])), dtype=float)
        before = np.asarray(function(np.array([-1, 1]) * FARTHEST**0.5), dtype=float)
        ends[np.abs(ends) < 1e-3 * np.abs(before)] = 0.0  # what still falls there falls to 0
        far = np.asarray(function(_FAR), dtype=float)
        largest = np.abs(values[np.isfinite(values)]).max(initial=1.0)
        grown = np.isfinite(far) & (np.abs(far) / GROWN > largest)
    steep = np.array([value for *_, value in endless(function, kinks)])
    settled = np.concatenate([ends[np.isfinite(ends)], np.inf * np.sign(far[grown]), np.inf * np.sign(steep)])
    return Interval(min([low, *settled.tolist()]), max([high, *settled.tolist()]))


_NEARER = 2.0 ** np.array([[-10], [-20], [-30], [-40]])
"""The distances from a place at which `endless` looks, relative to the place's |z| or 1."""

_STILL_GROWS = 0.9
"""The share of a growth which the next is at least, where there is no end; after |z|^p it is 2^(−10 p)."""

_TURNS = 12
"""So often the place of an extreme is looked for 32 times closer."""

_ROUNDING = 1e-9
"""A growth of less than this, relative to the value, may be rounding."""


def endless(function: Callable[[Array], Array], kinks: tuple[float, ...] = ()) -> list[Nearby]:
    """Where |function| grows without end, as it seems from ever nearer: at a kink, or where it is largest.

    Each place is told with a z near it and the function there, once for each side on which it grows. Growth
    as that of |z|^−p and of |log|z|| is seen.
    """
    z = grid(kinks)
    with np.errstate(all="ignore"):
        size = np.abs(_seen(function, z))
        peak = int(np.nanargmax(size)) if np.isfinite(size).any() else 0
        inner = np.array([peak] if 0 < peak < len(z) - 1 else [], dtype=int)
        largest = _between(lambda z: -np.abs(function(z)), z[inner - 1], z[inner + 1])[0].round(12) + 0.0
        apart = [at for at in largest if not np.isclose(at, kinks, rtol=1e-9, atol=1e-9).any()]
        places = np.array([*kinks, *apart], dtype=float)
        away = _NEARER * np.maximum(np.abs(places), 1.0)
        found = []
        for near in (places - away, places + away):
            values = np.asarray(function(near), dtype=float)
            grows = np.diff(np.abs(values), axis=0)
            begins = (grows[0] > _ROUNDING * np.abs(values[0])) & (values[0] != 0)
            no_end = begins & (grows[1:] >= _STILL_GROWS * grows[:-1]).all(axis=0)
            found += [
                Nearby(float(places[at]), float(near[2, at]), float(values[2, at]))
                for at in np.flatnonzero(no_end)
            ]
    return found


def _seen(function: Callable[[Array], Array], z: Array) -> Array:
    """The values at these points; NaN where a single one, between finite ones, is infinite."""
    values = np.array(function(z), dtype=float)
    finite = np.isfinite(values)
    values[1:-1][~finite[1:-1] & finite[:-2] & finite[2:]] = np.nan
    return values


def _between(function: Callable[[Array], Array], low: Array, high: Array) -> tuple[Array, Array]:
    """Where the function is least between each ``low`` and ``high``, and its values there.

    Each turn looks at 65 points of every interval together, and goes on beside the least of them.
    """
    places, least = low, np.full(len(low), np.inf)
    for _ in range(_TURNS):
        z = np.linspace(low, high, 65)
        values = np.asarray(function(z.ravel()), dtype=float).reshape(z.shape)
        values = np.where(np.isnan(values), np.inf, values)
        best, every = values.argmin(axis=0), np.arange(len(low))
        places, least = z[best, every], np.fmin(least, values[best, every])
        low, high = z[np.maximum(best - 1, 0), every], z[np.minimum(best + 1, 64), every]
    return places, least


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
    at = int(np.nanargmin(values)) if not np.isnan(values).all() else 0
    least = float(values[at])
    if at in (0, len(z) - 1):
        before = float(function(z[at : at + 1] / 10)[0])
        grows = abs(least) > abs(before) and before - least > 0.01 * abs(least)
        return -np.inf if grows else least
    inner = values[1:-1]
    valleys = 1 + np.flatnonzero((inner <= values[:-2]) & (inner <= values[2:]))
    lowest = valleys[np.argsort(values[valleys], kind="stable")][:MOST_VALLEYS]
    refined = _between(function, z[lowest - 1], z[lowest + 1])[1]
    return float(refined.min(initial=least))
