"""Whether σ has a value everywhere and jumps nowhere: what a bound of its slope rests on.

σ can be undefined only where an operation is, and jump only where a comparison or a sign switches. Intervals
of z are halved until in each σ is defined and nothing switches, or until they are as short as floats
allow: there a jump, or a lack of value, is proved or left in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite

from lab.activations.formula.enclosure import Bounds, Box, evaluated, undecided
from lab.activations.formula.rounding import mul
from lab.activations.formula.tape import Node, Tape, Term
from lab.numerics import REALS, Interval
from lab.prover.mean_value import middle_of

MOST_INTERVALS = 2000
"""Intervals that are looked at."""

LARGEST_STEP = 1e-10
"""The largest jump of σ, relative to 1 or |σ|, that is taken for rounding of the formula's numbers."""

_NO_JUMPS = "try min, max or abs, which cannot jump"
_DEFINED = "try a form without log, roots and quotients there"

_SMALL = 1e-30
"""The |z| next to which places are not told apart from 0."""

_MOST_JUMPS = 8
"""Jumps that are found before the search ends."""


@dataclass(frozen=True)
class Continuity:
    """What is known of the jumps of σ and of where it is undefined.

    jumps
        Where σ is proved to jump: the first that were found, in order.
    undefined
        A z at which σ is proved to have no value, if one was found.
    doubt
        Why σ is not proved to be continuous, empty where it is.
    advice
        What to try where it is in doubt.
    """

    jumps: tuple[float, ...] = ()
    undefined: float | None = None
    doubt: str = ""
    advice: str = ""


def continuity(sigma: Term, slope: Term, parameters: Box = (), suspects: Iterable[float] = ()) -> Continuity:
    """Where σ, given on a tape with its slope, jumps or is undefined; ``suspects`` are looked at first."""
    return _Search(sigma, slope, parameters).result(suspects)


class _Search:
    def __init__(self, sigma: Term, slope: Term, parameters: Box) -> None:
        self.tape, self.sigma, self.slope, self.parameters = sigma.tape, sigma.node, slope.node, parameters
        self._below = self.tape.below(self.sigma)
        self._below_slope = self.tape.below(self.sigma, self.slope)
        self._jumps: list[float] = []
        self._doubt = self._advice = ""

    def result(self, suspects: Iterable[float]) -> Continuity:
        """What is found within `MOST_INTERVALS` intervals."""
        undefined = next(filter(self._impossible, suspects), None)
        waiting = [Interval(1.0, inf), Interval(-inf, -1.0), Interval(-1.0, 1.0)]
        left = MOST_INTERVALS
        while undefined is None and waiting and left and len(self._jumps) < _MOST_JUMPS:
            left -= 1
            z = waiting.pop()
            if self._continuous(z):
                continue
            middle = middle_of(z)
            if not _is_short(z) and z.low < middle < z.high:
                waiting += [Interval(z.low, middle), Interval(middle, z.high)]
            else:
                undefined = next(filter(self._impossible, _points(z)), None)
                if undefined is None:
                    self._settle(z)
        if undefined is not None:
            return Continuity((), undefined, f"σ is undefined at z = {undefined + 0.0:.6g}")
        if self._jumps:
            jumps = tuple(sorted(self._jumps))
            return Continuity(jumps, None, f"σ jumps at z = {jumps[0]:.6g}")
        if waiting:
            self._note(waiting[-1], f": {MOST_INTERVALS} intervals do not suffice")
        return Continuity((), None, self._doubt, self._advice)

    def _continuous(self, z: Interval) -> bool:
        """Whether σ is defined and does not jump over an interval, but for a small step."""
        bounds = self._bounds(self._below, z)
        values = bounds[self.sigma].values
        if values is None:
            return False
        return not undecided(self.tape, bounds) or values.high - values.low <= _step(values)

    def _settle(self, z: Interval) -> None:
        """Note a jump or a doubt where an interval cannot be halved any more."""
        middle = 0.0 if 0 in z else middle_of(z)
        around = 4e-15 * max(abs(middle), _SMALL)
        if _is_short(z) and self._is_jump(Interval(z.low - around, z.high + around)):
            if not any(abs(middle - jump) <= 100 * around for jump in self._jumps):
                self._jumps.append(middle)
        else:
            self._note(z, f" {'near' if _is_short(z) else 'beyond'} z = {middle:.6g}")

    def _note(self, z: Interval, place: str) -> None:
        """Keep the first doubt."""
        if not self._doubt and self._bounds(self._below, z)[self.sigma].values is None:
            self._doubt, self._advice = f"σ may be undefined{place}", _DEFINED
        elif not self._doubt:
            self._doubt, self._advice = f"σ may jump{place}", _NO_JUMPS

    def _bounds(self, nodes: list[Node], z: Interval) -> dict[Node, Bounds]:
        return evaluated(self.tape, nodes, (z, *self.parameters))

    def _values(self, z: float) -> Interval:
        return self._bounds(self._below, Interval(z, z))[self.sigma].values or REALS

    def _is_jump(self, z: Interval) -> bool:
        """Whether σ rises or falls over the interval by more than its slope allows, and so must jump."""
        left, right = self._values(z.low), self._values(z.high)
        gap = max(left.low - right.high, right.low - left.high)
        known = self._bounds(self._below_slope, z)
        values, slope = known[self.sigma].values, known[self.slope].values
        if values is None or slope is None:
            return False
        rise = mul(Interval(slope.magnitude, slope.magnitude), Interval(0.0, 2 * (z.high - z.low)))
        return gap > _step(values) + rise.high

    def _impossible(self, z: float) -> bool:
        """Whether σ is proved to have no value at z."""
        bounds = self._bounds(self._below, Interval(z, z))
        impossible: dict[Node, bool] = {}
        for k in self._below:
            impossible[k] = bounds[k].values is None and _impossible(self.tape, k, bounds, impossible)
        return impossible[self.sigma]


def _is_short(z: Interval) -> bool:
    """Whether an interval is about as short as floats allow."""
    return z.high - z.low <= 1e-15 * max(abs(middle_of(z)), _SMALL)


def _points(z: Interval) -> list[float]:
    """The floats of a short interval at which poles are likely."""
    return [0.0] if 0 in z else [point for point in (z.low, middle_of(z), z.high) if isfinite(point)]


def _step(values: Interval) -> float:
    """The largest jump among these values of σ that is taken for rounding."""
    return LARGEST_STEP * max(1.0, values.magnitude) if isfinite(values.magnitude) else 0.0


def _impossible(tape: Tape, k: Node, bounds: Mapping[Node, Bounds], impossible: Mapping[Node, bool]) -> bool:
    """Whether a node without bounds is proved to have no value, given which of its arguments are."""
    arguments = tape.arguments[k]
    if tape.operation[k] == "where":
        condition, yes, no = arguments
        chosen = bounds[condition].values
        if chosen is not None and chosen.low == chosen.high:
            return impossible[yes if chosen.low else no]
        return impossible[condition]
    if any(impossible[argument] for argument in arguments):
        return True
    x = [values for argument in arguments if (values := bounds[argument].values) is not None]
    outside = _OUTSIDE.get(tape.operation[k])
    return outside is not None and len(x) == len(arguments) and outside(*x)


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
