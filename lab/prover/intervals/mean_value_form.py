"""Tight bounds of a function over a box, from bounds of its partial derivatives there.

Interval arithmetic overestimates by an amount that shrinks with the width of a box. Where a partial
derivative has one sign, the extremes lie at the ends of that variable, and else the mean value form
f(x) ∈ f(c) + Σ ∂ᵥf(box)·(v − cᵥ) overestimates by the square of the width only (Moore, *Interval
Analysis*, 1966, ch. 6). Where f is convex in z it lies above its tangents, and the one at the lowest point,
which Newton's method finds, is level: so a minimum is enclosed without many boxes around it.

The first two need that f is continuous on the box and the third that ∂f/∂z is, so none is used where a
comparison or a sign in them may switch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf, isinf
from typing import NamedTuple, TypeAlias

from lab.activations.formula.graph import Expression
from lab.activations.formula.operations import JUMPING
from lab.numerics import REALS, Interval
from lab.prover.intervals.enclosure import Bounds, Box, evaluated, kink_of, undecided
from lab.prover.intervals.rounding import add, mul, single, sub
from lab.prover.tails.leading_terms import limit_of
from lab.prover.tails.orders import Tail

FAR = 1e300
"""The |z| that stands for a limit: what holds from there on is taken to hold towards infinity."""

EMPTY = Interval(inf, -inf)
"""An interval that holds no value."""

_NEWTON_STEPS = 8

_SMALLEST_STEP = 1e-9
"""Newton's method ends with a step that is shorter than this, relative to the width of the box."""

Point: TypeAlias = tuple[float, ...]


class Extent(NamedTuple):
    """How far a function goes over a box: enclosures of its infimum and supremum there."""

    least: Interval
    greatest: Interval
    least_at: Point  # where the function is not above ``least.high``, or towards which it tends to be
    greatest_at: Point
    gradient: tuple[
        Interval, ...
    ] = ()  # of the partial derivatives, if needed and the function is continuous


@dataclass(frozen=True, eq=False)
class ExactFunction:
    """A function of z and of ``parameters`` open parameters, with its partial derivatives.

    It counts as undefined where the expression ``defined`` is: σ′ where σ is.
    """

    value: Expression
    defined: Expression
    parameters: int = 0
    _kept: dict[object, Interval] = field(default_factory=dict)

    @cached_property
    def _partials(self) -> tuple[Expression, ...]:
        return tuple(self.value.derivative(position) for position in range(self.parameters + 1))

    @cached_property
    def _curvature(self) -> Expression:
        """∂²/∂z²."""
        return self._partials[0].derivative()

    def at(self, point: Point) -> Interval:
        """What holds the value at a point; all reals where nothing is known, or it is undefined."""
        return self._values(tuple(map(single, point)), {})

    def over(self, box: Box, settled: Interval = EMPTY) -> Extent:
        """The extent over a box without the ends of its z, or over one of a single z.

        Values within ``settled`` are of no interest: a box that has no others is not looked at closely.
        """
        is_open = box[0].low < box[0].high
        known = evaluated((self.defined, self.value), box, is_open=is_open)
        values, tail, _ = known[self.value]
        if values is None or known[self.defined].values is None:
            return _extent_by_values(box, REALS, None)
        switching = undecided(known)
        plain = _extent_by_values(box, values, tail, switching)
        if switching or (settled.low <= values.low and values.high <= settled.high):
            return plain
        sloped = evaluated(self._partials, box, is_open=is_open, known=known)
        gradient = tuple(sloped[partial].values or REALS for partial in self._partials)
        curvature = REALS
        if _turns_in_z_alone(box, gradient) and not undecided(sloped):
            curved = evaluated((self._curvature,), box, is_open=is_open, known=sloped)
            curvature = curved[self._curvature].values or REALS
        switches = {node: bounds for node, bounds in known.items() if node.operation in JUMPING}
        least, least_at = self._extreme(box, gradient, curvature, switches, least=True)
        greatest, greatest_at = self._extreme(box, gradient, curvature, switches, least=False)
        return Extent(
            Interval(max(plain.least.low, least.low), min(plain.least.high, least.high)),
            Interval(max(plain.greatest.low, greatest.low), min(plain.greatest.high, greatest.high)),
            least_at if least.high < plain.least.high else plain.least_at,
            greatest_at if greatest.low > plain.greatest.low else plain.greatest_at,
            gradient,
        )

    def _extreme(
        self,
        box: Box,
        gradient: tuple[Interval, ...],
        curvature: Interval,
        switches: Mapping[Expression, Bounds],
        *,
        least: bool,
    ) -> tuple[Interval, Point]:
        """An enclosure of the infimum over the box, or of the supremum, and where it was looked for.

        The variables in which the function rises or falls stand at an end, the others in the middle; or
        z where its tangent is level.
        """
        centre: list[Interval] = []
        turning: list[int] = []
        for i, (v, partial) in enumerate(zip(box, gradient, strict=True)):
            if _has_one_sign(partial):
                centre.append(_end(v, low=(partial.low >= 0) == least))
            elif isinf(v.low) or isinf(v.high):
                return REALS, tuple(map(middle_of, box))
            else:
                centre.append(single(middle_of(v)))
                turning.append(i)
        slopes = list(gradient)
        if curvature.low >= 0 if least else curvature.high <= 0:
            centre[0], slopes[0] = self._level(box[0], centre, switches)
        there = around = self._values(tuple(centre), switches)
        for i in turning:
            around = add(around, mul(slopes[i], sub(box[i], centre[i])))
        enclosure = Interval(around.low, there.high) if least else Interval(there.low, around.high)
        return enclosure, tuple(map(middle_of, centre))

    def _level(
        self, z: Interval, centre: Sequence[Interval], switches: Mapping[Expression, Bounds]
    ) -> tuple[Interval, Interval]:
        """Where in z the function is nearly level, and its slope there, by Newton's method."""
        point = middle_of(z)
        for _ in range(_NEWTON_STEPS):
            wanted = (self._partials[0], self._curvature)
            known = evaluated(wanted, (single(point), *centre[1:]), known=switches)
            slope, curvature = (known[f].values or REALS for f in wanted)
            steep, bent = middle_of(slope), middle_of(curvature)
            moved = min(max(point - steep / bent, z.low), z.high) if bent else point
            if abs(moved - point) <= _SMALLEST_STEP * (z.high - z.low):
                return single(point), slope
            point = moved
        return single(middle_of(z)), REALS

    def _values(self, box: Box, switches: Mapping[Expression, Bounds]) -> Interval:
        """What holds the values over a closed box, with the switches as they are beside it."""
        key = (box, tuple(switches.items()))
        if key not in self._kept:
            known = evaluated((self.defined, self.value), box, known=switches)
            defined = known[self.defined].values is not None
            self._kept[key] = (known[self.value].values if defined else None) or REALS
        return self._kept[key]


def _turns_in_z_alone(box: Box, gradient: tuple[Interval, ...]) -> bool:
    """Whether z is bounded and the only variable in which f may turn: so that its curvature is of use."""
    in_z, *others = (not _has_one_sign(partial) for partial in gradient)
    return in_z and not any(others) and not isinf(box[0].low) and not isinf(box[0].high)


def _has_one_sign(partial: Interval) -> bool:
    return partial.low >= 0 or partial.high <= 0


def _extent_by_values(box: Box, values: Interval, tail: Tail | None, switching: bool = False) -> Extent:
    """The extent by the values alone, and by what is known of their order next to a kink or without an end.

    An extreme is infinite where |f| outgrows every bound as a power of z; and where f tends to a number, but
    at a kink, they have it between them.
    """
    middle = tuple(map(middle_of, box))
    kink = kink_of(box[0])
    ends = [end for end in (box[0].low, box[0].high) if isinf(end) or end in (0, kink)]
    if tail is None or not ends:
        return Extent(values, values, middle, middle)
    limit = (ends[0], *middle[1:])
    if tail.swing == 2 and not switching:
        return Extent(single(-inf), single(inf), limit, limit)
    if tail.grows and values.low >= 0:
        return Extent(values, single(inf), middle, limit)
    if tail.grows and values.high <= 0:
        return Extent(single(-inf), values, limit, middle)
    known = None if kink is not None else limit_of(tail)
    if known is None:
        return Extent(values, values, middle, middle)
    near, side = known
    least = near if side > 0 else Interval(values.low, min(values.high, near.high))
    greatest = near if side < 0 else Interval(max(values.low, near.low), values.high)
    return Extent(least, greatest, middle if side < 0 else limit, middle if side > 0 else limit)


def _end(v: Interval, *, low: bool) -> Interval:
    """The low end or the high end; all that is far out where that is infinite."""
    end = v.low if low else v.high
    if end == inf:
        return Interval(max(v.low, FAR), inf)
    if end == -inf:
        return Interval(-inf, min(v.high, -FAR))
    return single(end)


def middle_of(v: Interval) -> float:
    """Where to split: farther and farther out, at 2, 4, 16, 256, …, where the interval is unbounded.

    >>> middle_of(Interval(1.0, 2.0)), middle_of(Interval(4.0, inf)), middle_of(REALS)
    (1.5, 16.0, 0.0)
    """
    if v.low == -inf and v.high == inf:
        return 0.0
    if v.high == inf:
        return min(max(2.0, v.low * v.low), FAR) if v.low < FAR else v.low
    if v.low == -inf:
        return -middle_of(Interval(-v.high, inf))
    return v.low + (v.high - v.low) / 2
