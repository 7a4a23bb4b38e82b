"""Whether σ has a value everywhere and jumps nowhere: what a bound of its slope rests on.

σ can be undefined only where an operation is, and jump only where a comparison or a sign switches. Intervals
of z are halved until in each σ is defined and nothing switches, or until they are as short as floats
allow: there a jump, or a lack of value, is proved or left in doubt.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite

from lab.activations.formula.graph import Expression, below
from lab.numerics import REALS, Interval
from lab.prover.enclosure import Bounds, Box, evaluated, undecided
from lab.prover.mean_value_form import middle_of
from lab.prover.rounding import mul, single

MOST_INTERVALS = 2000
"""Intervals that are looked at."""

LARGEST_STEP = 1e-10
"""The largest jump of σ, relative to 1 or |σ|, that is taken for rounding of the formula's numbers."""

_NO_JUMPS = "try min, max or abs, which cannot jump"
_DEFINED = "try a form without log, roots and quotients there"

_SMALL = 1e-30
"""Up to this |z| an interval is short where it would be at z = `_SMALL`: so halving towards 0 ends."""

_MOST_JUMPS = 8
"""Jumps that are found before the search ends."""


@dataclass(frozen=True)
class Continuity:
    """What is known of the jumps of σ and of where it is undefined."""

    jumps: tuple[float, ...] = ()  # where σ is proved to jump: the first that were found, in order
    undefined: float | None = None  # a z at which σ is proved to have no value, if one was found
    doubt: str = ""  # why σ is not proved to be continuous
    advice: str = ""  # what to try where it is in doubt


def continuity(
    sigma: Expression, slope: Expression, parameters: Box = (), suspects: Iterable[float] = ()
) -> Continuity:
    """Where σ jumps or is undefined, from σ and σ′ in one graph; ``suspects`` are looked at first."""
    search = _Search(sigma, slope, parameters)
    undefined = next(filter(search.is_undefined, suspects), None)
    waiting = [Interval(1.0, inf), Interval(-inf, -1.0), Interval(-1.0, 1.0)]
    left = MOST_INTERVALS
    while undefined is None and waiting and left and len(search.jumps) < _MOST_JUMPS:
        left -= 1
        z = waiting.pop()
        if search.is_continuous(z):
            continue
        middle = middle_of(z)
        if not _is_short(z) and z.low < middle < z.high:
            waiting += [Interval(z.low, middle), Interval(middle, z.high)]
            continue
        likely_poles = [0.0] if 0 in z else filter(isfinite, (z.low, middle, z.high))
        undefined = next(filter(search.is_undefined, likely_poles), None)
        if undefined is None:
            search.note_jump_or_doubt(z)
    if undefined is not None:
        return Continuity((), undefined, f"σ is undefined at z = {undefined + 0.0:.6g}")
    if search.jumps:
        jumps = tuple(sorted(search.jumps))
        return Continuity(jumps, None, f"σ jumps at z = {jumps[0]:.6g}")
    if waiting:
        search.note_doubt(waiting[-1], f": {MOST_INTERVALS} intervals do not suffice")
    return Continuity((), None, search.doubt, search.advice)


class _Search:
    """Jumps of σ that were found, and the first doubt."""

    def __init__(self, sigma: Expression, slope: Expression, parameters: Box) -> None:
        self._sigma, self._slope, self._parameters = sigma, slope, parameters
        self.jumps: list[float] = []
        self.doubt = self.advice = ""

    def is_continuous(self, z: Interval) -> bool:
        """Whether σ is defined and does not jump over an interval, but for a small step."""
        bounds = self._bounds(z)
        values = bounds[self._sigma].values
        if values is None:
            return False
        return not undecided(bounds) or values.high - values.low <= _largest_step(values)

    def is_undefined(self, z: float) -> bool:
        """Whether σ is proved to have no value at z."""
        bounds = self._bounds(single(z))
        undefined: dict[Expression, bool] = {}
        for node in below(self._sigma):
            undefined[node] = bounds[node].values is None and _is_undefined(node, bounds, undefined)
        return undefined[self._sigma]

    def note_jump_or_doubt(self, z: Interval) -> None:
        """Where an interval cannot be halved any more."""
        middle = 0.0 if 0 in z else middle_of(z)
        around = 4e-15 * max(abs(middle), _SMALL)
        if _is_short(z) and self._jumps_over(Interval(z.low - around, z.high + around)):
            if not any(abs(middle - jump) <= 100 * around for jump in self.jumps):
                self.jumps.append(middle)
        else:
            self.note_doubt(z, f" {'near' if _is_short(z) else 'beyond'} z = {middle:.6g}")

    def note_doubt(self, z: Interval, place: str) -> None:
        """Keep the first doubt."""
        if not self.doubt and self._values(z) is None:
            self.doubt, self.advice = f"σ may be undefined{place}", _DEFINED
        elif not self.doubt:
            self.doubt, self.advice = f"σ may jump{place}", _NO_JUMPS

    def _bounds(self, z: Interval) -> dict[Expression, Bounds]:
        return evaluated((self._sigma,), (z, *self._parameters))

    def _values(self, z: Interval) -> Interval | None:
        return self._bounds(z)[self._sigma].values

    def _jumps_over(self, z: Interval) -> bool:
        """Whether σ rises or falls over the interval by more than its slope allows, and so must jump."""
        left, right = (self._values(single(end)) or REALS for end in (z.low, z.high))
        gap = max(left.low - right.high, right.low - left.high)
        known = evaluated((self._sigma, self._slope), (z, *self._parameters))
        values, slope = known[self._sigma].values, known[self._slope].values
        if values is None or slope is None:
            return False
        rise = mul(single(slope.magnitude), Interval(0.0, 2 * (z.high - z.low)))
        return gap > _largest_step(values) + rise.high


def _is_short(z: Interval) -> bool:
    """Whether an interval is about as short as floats allow."""
    return z.high - z.low <= 1e-15 * max(abs(middle_of(z)), _SMALL)


def _largest_step(values: Interval) -> float:
    """The largest jump among these values of σ that is taken for rounding."""
    return LARGEST_STEP * max(1.0, values.magnitude) if isfinite(values.magnitude) else 0.0


def _is_undefined(
    node: Expression, bounds: Mapping[Expression, Bounds], undefined: Mapping[Expression, bool]
) -> bool:
    """Whether a node without bounds is proved to have no value, given which of its arguments are."""
    if node.operation == "where":
        condition, yes, no = node.arguments
        chosen = bounds[condition].values
        if chosen is not None and chosen.low == chosen.high:
            return undefined[yes if chosen.low else no]
        return undefined[condition]
    if any(undefined[argument] for argument in node.arguments):
        return True
    x = [values for argument in node.arguments if (values := bounds[argument].values) is not None]
    outside = _OUTSIDE.get(node.operation)
    return outside is not None and len(x) == len(node.arguments) and outside(*x)


def _no_power(x: Interval, c: Interval) -> bool:
    if x.low == x.high == 0:
        return c.high < 0
    return x.high < 0 and c.low == c.high and c.low != int(c.low)


_OUTSIDE: dict[str, Callable[..., bool]] = {
    "div": lambda x, y: y.low == y.high == 0,
    "log": lambda x: x.high <= 0,
    "log1p": lambda x: x.high <= -1,
    "sqrt": lambda x: x.high < 0,
    "pow": _no_power,
}
"""Whether arguments lie outside of what an operation is defined for, all of them."""
