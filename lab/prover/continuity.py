"""Whether σ has a value everywhere and jumps nowhere: what a bound of its slope rests on.

σ can be undefined only where an operation is, and jump only where a comparison or a sign switches. Intervals
of z are halved until in each σ is defined and nothing switches, or until they are as short as floats
allow: there a jump, or a lack of value, is proved or left in doubt.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite, nextafter

from lab.activations.formula.graph import Expression, below, folded
from lab.activations.formula.operations import JUMPING
from lab.numerics import REALS, Interval
from lab.prover.intervals.enclosure import Bounds, Box, evaluated, undecided
from lab.prover.intervals.enclosure_text import in_few_digits, shortest_decimal
from lab.prover.intervals.mean_value_form import middle_of
from lab.prover.intervals.rounding import mul, single, sub
from lab.prover.tails.leading_terms import limit_of

MOST_INTERVALS = 2000
"""Intervals that are looked at."""

MOST_AFTER = 200
"""As many after the first doubt, for a jump or a lack of value that is proved."""

LARGEST_STEP = 2.0**-49
"""The largest jump of σ, relative to |σ| there, that is taken for rounding: eight units in the last place.

Pieces that meet are written with numbers that were rounded, as tanh(1) is where one of them begins.
"""

_NO_JUMPS = "try min, max or abs, which cannot jump"
_DEFINED = "try a form without log, roots and quotients there"

_SMALL = 1e-30
"""Up to this |z| an interval is short where it would be at z = `_SMALL`: so halving towards 0 ends."""

_LEAST_NORMAL = 2.0**-1022
"""What is smaller has the last place of this."""

_MOST_JUMPS = 8
"""Jumps that are found before the search ends."""


@dataclass(frozen=True)
class Continuity:
    """What is known of the jumps of σ and of where it is undefined."""

    jumps: tuple[float, ...] = ()  # where σ is proved to jump: the first that were found, in order
    undefined: float | None = None  # a z at which σ is proved to have no value, or a float next to one
    doubt: str = ""  # why σ is not proved to be continuous
    advice: str = ""  # what to try where it is in doubt
    all_found: bool = True  # whether there are no more jumps than these
    ways: tuple[int, ...] = ()  # of each jump 1 where σ is proved to rise there, −1 to fall, 0 neither
    steps: float = 0.0  # what all steps that were taken for rounding come to at most


def continuity(
    sigma: Expression, slope: Expression, parameters: Box = (), suspects: Iterable[float] = ()
) -> Continuity:
    """Where σ jumps or is undefined, from σ and σ′ in one graph.

    ``suspects`` are looked at before any interval is halved, and not asked for if none has to be.
    """
    search = _Search(sigma, slope, parameters)
    first = (Interval(1.0, inf), Interval(-inf, -1.0), Interval(-1.0, 1.0))
    waiting = [z for z in first if not search.is_continuous(z)]
    undefined = search.first_undefined(suspects) if waiting else None
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
        undefined = search.first_undefined(likely_poles)
        if undefined is None and _is_short(z) and search.is_undefined(_beside(z)):
            undefined = in_few_digits(middle, _beside(z).__contains__)
        if undefined is None:
            search.note_jump_or_doubt(z)
            left = min(left, MOST_AFTER) if search.doubt else left
    if undefined is not None:
        return Continuity((), undefined, f"σ is undefined at z = {shortest_decimal(undefined)}")
    if search.jumps:
        jumps, ways = zip(*sorted(search.jumps.items()), strict=True)
        all_found = not waiting and not search.doubt
        doubt = f"σ jumps at z = {shortest_decimal(jumps[0])}"
        return Continuity(jumps, None, doubt, all_found=all_found, ways=ways)
    if waiting:
        search.note_doubt(waiting[-1], f": {MOST_INTERVALS} intervals do not suffice")
    return Continuity((), None, search.doubt, search.advice, steps=search.steps)


class _Search:
    """Jumps of σ that were found, each with its way, and the first doubt."""

    def __init__(self, sigma: Expression, slope: Expression, parameters: Box) -> None:
        self._sigma, self._slope, self._parameters = sigma, slope, parameters
        self.jumps: dict[float, int] = {}
        self.steps = 0.0
        self.doubt = self.advice = ""

    def is_continuous(self, z: Interval) -> bool:
        """Whether σ is defined and does not jump over an interval, but for a small step."""
        bounds = self._bounds(z)
        values = bounds[self._sigma].values
        if values is not None and (not undecided(bounds) or values.low == values.high):
            return True
        return _is_short(z) and self._meets_in(z, values)

    def _meets_in(self, z: Interval, values: Interval | None) -> bool:
        """Whether σ is continuous over a short interval but for one float, and has its limits there; or else
        whether the values of σ differ by no more than its slope allows.
        """
        for point, left, right in self._steps(z, Interval(nextafter(z.low, -inf), nextafter(z.high, inf))):
            if left is not None and right is not None:
                there = self._values(single(point)) or REALS
                return self._is_rounding(max(left.magnitude, right.magnitude), _largest_step(there))
        most = None if values is None else self._most_rise(z)
        if values is None or most is None:
            return False
        return self._is_rounding(values.high - values.low, most + _largest_step(values))

    def _is_rounding(self, step: float, most: float) -> bool:
        """Whether a step is small enough; its size is remembered."""
        self.steps += step if step <= most else 0.0
        return step <= most

    def first_undefined(self, points: Iterable[float]) -> float | None:
        """The first of these z at which σ is proved to have no value."""
        return next((z for z in points if self.is_undefined(single(z))), None)

    def is_undefined(self, z: Interval) -> bool:
        """Whether σ is proved to have no value at some z of an interval."""
        bounds, *ends = map(self._bounds, (z, single(z.low), single(z.high)))

        def crosses_0(v: Expression) -> bool:
            left, right = (end[v].values for end in ends)
            is_continuous = bounds[v].values is not None and not undecided({x: bounds[x] for x in below(v)})
            return bool(is_continuous and left and right and mul(left, right).high < 0)

        def found(node: Expression, inner: list[bool]) -> bool:
            if bounds[node].values is not None:
                return False
            has_pole = node.operation == "div" and crosses_0(node.arguments[1])
            return has_pole or _is_undefined(node, bounds, inner)

        return folded(found, self._sigma)[0]

    def note_jump_or_doubt(self, z: Interval) -> None:
        """Where an interval cannot be halved any more."""
        middle, beside = _point(z), _beside(z)
        if _is_short(z) and (self._jumps_over(beside) or self._leaps(z, beside)):
            jump = next(
                (known for known in self.jumps if abs(middle - known) <= 50 * (beside.high - beside.low)),
                None,
            )
            if jump is None:
                jump = in_few_digits(middle, beside.__contains__)
            way = self._way(z, beside)
            self.jumps[jump] = way if self.jumps.get(jump, way) == way else 0
        else:
            self.note_doubt(z, f" {'near' if _is_short(z) else 'beyond'} z = {middle:.6g}")

    def note_doubt(self, z: Interval, place: str) -> None:
        """Keep the first doubt."""
        if not self.doubt and self._values(z) is None:
            self.doubt, self.advice = f"σ may be undefined{place}", _DEFINED
        elif not self.doubt:
            self.doubt, self.advice = f"σ may jump{place}", _NO_JUMPS

    def _bounds(
        self, z: Interval, known: Mapping[Expression, Bounds] | None = None
    ) -> dict[Expression, Bounds]:
        return evaluated((self._sigma,), (z, *self._parameters), known=known)

    def _values(self, z: Interval) -> Interval | None:
        return self._bounds(z)[self._sigma].values

    def _jumps_over(self, z: Interval) -> bool:
        """Whether σ rises or falls over the interval by more than its slope allows, and so must jump."""
        left, right = (self._values(single(end)) or REALS for end in (z.low, z.high))
        gap = max(left.low - right.high, right.low - left.high)
        most = self._most_rise(z)
        return most is not None and gap > _largest_step(left) + most

    def _leaps(self, z: Interval, beside: Interval) -> bool:
        """Whether at a float of z the value of σ is not that which it has towards one side."""
        for point, *steps in self._steps(z, beside):
            most = 2 * _largest_step(self._values(single(point)) or REALS)
            for step in steps:
                if step is not None and max(step.low, -step.high) > most + _largest_step(step):
                    return True
        return False

    def _way(self, z: Interval, beside: Interval) -> int:
        """1 where σ is continuous around z but for a float at which it rises, −1 where it falls there."""
        for _, left, right in self._steps(z, beside):
            if left is not None and right is not None:
                return (left.low >= 0 >= right.high) - (left.high <= 0 <= right.low)
        return 0

    def _steps(
        self, z: Interval, around: Interval
    ) -> Iterator[tuple[float, Interval | None, Interval | None]]:
        """The floats of a short interval at which σ may switch, with the steps from left and right."""
        for point in {0.0 if 0 in z else middle_of(z), z.low, middle_of(z), z.high}:
            left, right = Interval(around.low, point), Interval(point, around.high)
            yield point, self._step(point, left), self._step(point, right)

    def _step(self, point: float, side: Interval) -> Interval | None:
        """What the value of σ at a point has more than its limit on a side; None where σ may switch there."""
        known = evaluated((self._sigma,), (side, *self._parameters), is_open=True)
        there = self._bounds(single(point))
        value = there[self._sigma].values
        if undecided(known) or known[self._sigma].values is None or value is None:
            return None
        switches = {node: said for node, said in known.items() if node.operation in JUMPING}
        if all(there[node].values == said.values for node, said in switches.items()):
            return single(0.0)
        limits = {
            node: Bounds(limit[0])
            for node, said in known.items()
            if there[node].values is None and said.tail and (limit := limit_of(said.tail))
        }
        limit_of_all = self._bounds(single(point), switches | limits)[self._sigma].values
        return sub(value, limit_of_all or known[self._sigma].values or REALS)

    def _most_rise(self, z: Interval) -> float | None:
        """How far σ may rise over an interval by its slope alone; None where nothing is known of that."""
        known = evaluated((self._sigma, self._slope), (z, *self._parameters))
        slope = known[self._slope].values
        if known[self._sigma].values is None or slope is None or not isfinite(slope.magnitude):
            return None
        return mul(single(slope.magnitude), Interval(0.0, 2 * (z.high - z.low))).high


def _point(z: Interval) -> float:
    """A float of a short interval, 0 if that is in it."""
    return 0.0 if 0 in z else middle_of(z)


def _beside(z: Interval) -> Interval:
    """A short interval and a little on both sides, where what switches in it does not."""
    around = 4e-15 * max(abs(_point(z)), _SMALL)
    return Interval(z.low - around, z.high + around)


def _is_short(z: Interval) -> bool:
    """Whether an interval is about as short as floats allow."""
    return z.high - z.low <= 1e-15 * max(abs(middle_of(z)), _SMALL)


def _largest_step(values: Interval) -> float:
    """The largest jump among these values of σ that is taken for rounding."""
    return LARGEST_STEP * max(values.magnitude, _LEAST_NORMAL) if isfinite(values.magnitude) else 0.0


def _is_undefined(node: Expression, bounds: Mapping[Expression, Bounds], inner: list[bool]) -> bool:
    """Whether a node without bounds is proved to have no value, given which of its arguments have none."""
    if node.operation == "where":
        condition, yes, no = inner
        chosen = bounds[node.arguments[0]].values
        if chosen is not None and chosen.low == chosen.high:
            return yes if chosen.low else no
        return condition
    if any(inner):
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
