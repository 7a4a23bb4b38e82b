"""Programs that keep their digits where floats run over on the way.

A program is tried once on a grid of z, beside an arithmetic that has more room: that of float64 for the
smaller dtypes, that of scaled numbers for float64. Where the two differ, the z between are weak, and from
then on values there are computed again with more room. A formula that has no weak z costs nothing more.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from lab.activations.formula.apart import EXPONENTIAL, apart
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.program import Program, compiled, of_kernels
from lab.activations.formula.rewrites import precise
from lab.activations.formula.scaled import NEAR_INFINITY, Scaled, near_infinity, scaled
from lab.numerics import Array, Interval

ALLOWED = {2: 2e-3, 4: 4e-6, 8: 1e-9}
"""The relative difference from more room that is no weakness, by the bytes of a number.

Between scaled numbers and float64 it is wide, since both round as float64 does.
"""

NEAR_0 = 1e-3
"""The |z| below which a value that is 0, or nearly, is no sign that something ran over."""

FAR = 1e15
"""A |z| that no network has that learns: there is no need to look for it at every step."""

WIDE = 1e3
"""A |z| beyond which the exponent of an exponential, as of z², may have more digits than are exact."""

HUGE = 1e50
"""A |z| beyond which a power of it may run over."""

FARTHEST = 1e300
"""A |z| beyond which an exponent itself may run over."""

NEAR, BESIDE = 15.0, 1e-4
"""A |z| up to which a z may be lost alone, as at a kink, and how far beside it, relative to it, is looked."""

REFINED = 64
"""The points between two of the grid where a value falls below the normal numbers."""

JOINED = 3
"""The points of the grid between two weak ones that are taken to be weak too."""


@dataclass(frozen=True)
class Careful:
    """A program with the intervals of z in which it is computed with more room."""

    program: Program
    expressions: tuple[Expression, ...]
    beside: "Careful | None" = None  # another one of the same σ and σ′, whose weak z are taken
    _weak: dict[Any, tuple[Interval, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _apart(self) -> Program | None:
        """The same with exponents apart; None where there are none."""
        if not any(node.operation in EXPONENTIAL for node in below(*self.expressions)):
            return None
        return of_kernels(apart(*map(precise, self.expressions), checked=True))

    def run(self, z: Array, buffers: tuple[Array, ...], *, far: bool = True) -> None:
        """As `Program.run`; of a complex step as it is, and not ``far`` as it is beyond `FAR`."""
        self.program.run(z, buffers)
        if z.dtype.kind != "f" or not z.size or not (weak := self.weak(z.dtype, far=far)):
            return
        least, most = float(np.minimum.reduce(z, None)), float(np.maximum.reduce(z, None))
        if all(most < one.low or least > one.high for one in weak):
            return
        where = np.zeros(z.shape, dtype=bool)
        for one in weak:
            where |= (z >= one.low) & (z <= one.high)
        if where.any():
            for out, better in zip(buffers, self._with_more_room(z[where]), strict=False):
                out[where] = better

    def weak(self, dtype: np.dtype[Any], *, far: bool = True) -> tuple[Interval, ...]:
        """The intervals of z in which a value of this dtype is lost on the way; not ``far``, within `FAR`."""
        if (dtype, far) not in self._weak:
            with np.errstate(all="ignore"):
                found = self.beside.weak(dtype) if self.beside else self._found_weak(dtype)
            near = tuple(one for one in found if one.low < FAR and one.high > -FAR)
            self._weak.update({(dtype, True): found, (dtype, False): near})
        return self._weak[dtype, far]

    def beside_more_room(self, dtype: np.dtype[Any]) -> tuple[Array, list[Array]]:
        """The z of all sizes at which the program is tried, and its outputs there with more room."""
        z = self._refined(grid_of(dtype))
        return z, self._with_more_room(z)

    def _found_weak(self, dtype: np.dtype[Any]) -> tuple[Interval, ...]:
        if dtype.itemsize == 2:
            return (Interval(-np.inf, np.inf),)
        z = self._refined(grid_of(dtype))
        alone = z[~np.all(np.isfinite(self._plain(z)), axis=0) & (np.abs(z) < NEAR)]
        z = np.unique(np.concatenate([z, alone * (1 - BESIDE), alone * (1 + BESIDE)]).astype(dtype))
        plain = self._plain(z)
        tiny = np.finfo(dtype).tiny
        sound = [np.isfinite(a) & ((np.abs(a) >= tiny) | (np.abs(z) < NEAR_0)) for a in plain]
        if dtype.itemsize == 8 and np.all(sound):
            return ()
        wrong = np.zeros(z.shape, dtype=bool)
        for found, better in zip(plain, self._with_more_room(z), strict=True):
            wrong |= differs(found, better)
        return stretches(wrong, z, wider=1)  # digits are lost before it shows

    def _refined(self, z: Array) -> Array:
        """The grid, denser where an output falls below the normal numbers, as a factor may do sooner."""
        tiny = np.finfo(z.dtype).tiny
        falls = np.zeros(len(z) - 1, dtype=bool)
        for values in self._with_more_room(z):
            normal = np.abs(values) >= tiny
            falls |= normal[1:] != normal[:-1]
        at = np.flatnonzero(
            falls & (np.minimum(np.abs(z[1:]), np.abs(z[:-1])) > NEAR_0) & np.isfinite(z[1:] - z[:-1])
        )
        between = np.linspace(z[at], z[at + 1], REFINED)
        return np.unique(np.concatenate([z, between.ravel().astype(z.dtype)]))

    def _plain(self, z: Array) -> list[Array]:
        """The outputs of the program as it is."""
        buffers = tuple(np.empty_like(z) for _ in range(self.program.given))
        self.program.run(z, buffers)
        return list(buffers[: self.program.outputs])

    def _with_more_room(self, z: Array) -> list[Array]:
        """The outputs as float64, computed where neither e^z nor a product with it runs over."""
        with np.errstate(all="ignore"):
            if z.dtype.itemsize < 8:
                wide = z.astype(np.float64)
                buffers = tuple(np.empty_like(wide) for _ in range(self.program.given))
                self.run(wide, buffers)
                return list(buffers[: self.program.outputs])
            ends = np.unique(z[np.isinf(z)])
            beside = [near_infinity(np.sign(end), e) for end in ends for e in NEAR_INFINITY]
            points = Scaled(*map(np.concatenate, zip(scaled(z), *beside, strict=True)))
            sizes = np.cumsum([z.size, *(one.m.size for one in beside)])
            outputs = []
            for found in self.program.scaled(points):
                values, *limits = np.split(found.value, sizes[:-1])
                for end, near, far in zip(ends, limits[::2], limits[1::2], strict=True):
                    values[z == end] = _limit(near, far)
                outputs.append(values)
            return self._mended(z, outputs)

    def _mended(self, z: Array, outputs: list[Array]) -> list[Array]:
        """Scaled outputs, with exponents apart at finite z where those are no numbers, or beyond `WIDE`.

        Beyond `HUGE` these are scaled too, but where no digit of an exponent is left: floats tell its sign.
        What is no finite number in either, beyond `FARTHEST`, is what it tends to.
        """
        doubtful = np.isfinite(z) & ((np.abs(z) > WIDE) | np.isnan(outputs).any(axis=0))
        if not (self._apart and doubtful.any()):
            return outputs
        at = z[doubtful]
        buffers = tuple(np.empty_like(at) for _ in range(self._apart.given))
        self._apart.run(at, buffers)
        if (huge := np.abs(at) > HUGE).any():
            for found, better in zip(buffers, self._apart.scaled(scaled(at[huge])), strict=False):
                found[huge] = np.where(np.isnan(better.m), found[huge], better.value)
        limits = self._with_more_room(np.array([-np.inf, np.inf])) if (np.abs(at) > FARTHEST).any() else []
        for k, values in enumerate(outputs):
            found = np.where(np.isnan(buffers[k]), values[doubtful], buffers[k])
            if limits:
                lost = ~np.isfinite(found) & np.isnan(buffers[k]) & (np.abs(at) > FARTHEST)
                found[lost] = np.where(at < 0, *limits[k])[lost]
            values[doubtful] = found
        return outputs


def careful(*expressions: Expression, spare: int = 0, beside: Careful | None = None) -> Careful:
    """The careful program of these expressions, for a caller with spare buffers."""
    return Careful(compiled(*expressions, spare=spare), expressions, beside)


def differs(found: Array, better: Array) -> Array:
    """Where what was found on a grid, in a smaller dtype or on the way, is not the better float64."""
    held = better.astype(found.dtype)
    allowed = ALLOWED[found.dtype.itemsize] * _size(better) + np.finfo(found.dtype).tiny
    return np.asarray(~(np.abs(found - better) <= allowed) & (found != held) & ~np.isnan(held))


def stretches(wrong: Array, z: Array, wider: int = 0) -> tuple[Interval, ...]:
    """The intervals of z around those of a grid that are wrong, up to the next that are not; of more than
    one, ``wider`` by so many.
    """
    wrong = wrong.copy()
    for k in range(1, JOINED + 1):  # what is weak on both sides is weak
        wrong[k:-k] |= wrong[: -2 * k] & wrong[2 * k :]
    ends = np.diff(np.concatenate([[0], wrong.astype(int), [0]])).nonzero()[0]
    pairs = ends.reshape(-1, 2) + np.where(np.diff(ends)[::2, None] > 1, [-wider, wider], 0)
    bounds = [-np.inf, -np.inf, *z.tolist(), np.inf, np.inf]
    return tuple(Interval(bounds[begin + 1], bounds[end + 2]) for begin, end in pairs.tolist())


def _size(values: Array) -> Array:
    """The sizes of values on the grid; next to a zero, where digits must go, that of what is around."""
    size = np.pad(np.abs(values), 2, mode="edge")
    left, right = np.maximum(size[:-4], size[1:-3]), np.maximum(size[3:-1], size[4:])
    return np.asarray(np.maximum(np.abs(values), np.minimum(left, right)))


def _limit(near: Array, far: Array) -> float:
    """The limit of what has these values at some large z and at much larger ones; NaN where none is seen."""
    sign = np.sign(far[0])
    if np.all((np.abs(far) > 1.05 * np.abs(near)) | np.isinf(far)) and np.all(np.sign(far) == sign):
        return float(sign) * np.inf
    if np.all(np.abs(far) < 0.95 * np.abs(near)) or not np.any(far):
        return 0.0
    return float(far[0]) if np.ptp([near, far]) <= 1e-9 * abs(far[0]) else np.nan


@lru_cache(maxsize=4)
def grid_of(dtype: np.dtype[Any]) -> Array:
    """From −∞ to ∞ over all sizes that a number of this dtype has, dense where |z| < 15."""
    least, most = float(np.finfo(dtype).tiny), float(np.finfo(dtype).max) * 0.999
    ranges = ((least, 0.01, 20), (15, 1e4, 90), (1e4, most, 60))
    far = np.concatenate([np.geomspace(*one) for one in ranges])
    points = np.concatenate([-far, np.linspace(-15, 15, 241), far, [-np.inf, np.inf]])
    return np.unique(points.astype(dtype))
