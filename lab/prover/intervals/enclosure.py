"""Rigorous bounds of an expression over an interval of z: interval arithmetic, rounded outwards.

An interval holds every value that the expression takes, in exact arithmetic of the reals, where z lies in
an interval of its own, which may be unbounded.

The numbers of an expression are float64 and are taken as exact: ``0.1`` is the float next to 1/10, and
``pi*0.1``, which the parser folds into one number, is that float. Nothing is folded on the way to a slope.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple, TypeAlias

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.operations import EVEN, JUMPING
from lab.numerics import REALS, Interval
from lab.prover.intervals.exact_graph import exact_expression
from lab.prover.intervals.ranges import RULES, STRICT
from lab.prover.intervals.rounding import div, single
from lab.prover.tails.orders import Tail
from lab.prover.tails.rules import next_to, tail_of, variable

Box: TypeAlias = tuple[Interval, ...]
"""An interval of z and, behind it, one of each open parameter."""


class Bounds(NamedTuple):
    """What is known of an expression over a box."""

    values: Interval | None  # what holds its values; None where it is undefined for some z, or may be
    tail: Tail | None = None  # how fast it grows or falls there, where z lies in a tail
    strict: bool = False  # whether it is known not to reach the ends of its values


def enclosed(expression: Expression, z: Interval) -> Interval:
    """An interval that holds the values of the expression for every z of the interval.

    It is all reals where nothing better is known, so also where the expression is undefined for some z.

    >>> from lab.activations.formula.formula import Formula
    >>> str(enclosed(Formula("z**2 + 1").expression, Interval(-2.0, 1.0)))
    '[1, 5]'
    """
    f = _exact(expression)
    return evaluated((f,), (z,))[f].values or REALS


_exact = lru_cache(maxsize=16)(exact_expression)


def evaluated(
    wanted: Sequence[Expression],
    box: Box,
    *,
    is_open: bool = False,
    known: Mapping[Expression, Bounds] | None = None,
) -> dict[Expression, Bounds]:
    """The bounds over a box of these expressions of one graph, and of all that they rest on.

    The ends of an interval of z that ``is_open`` do not belong to it. Bounds that are ``known`` are kept: of
    other expressions over this box, or of switches, where the rest is wanted as it is beside a point and not
    at it.
    """
    bounds = dict(known or {})
    for node in below(*wanted):
        if node in bounds:
            continue
        name = node.operation
        if name == "constant":
            bounds[node] = Bounds(node.values)
        elif name == "z":
            bounds[node] = Bounds(box[0], _tail(box[0], is_open), is_open)
        elif name == "parameter":
            bounds[node] = Bounds(box[node.position])
        else:
            bounds[node] = _applied(name, *[bounds[argument] for argument in node.arguments])
    return bounds


def _tail(z: Interval, is_open: bool) -> Tail | None:
    """The order of z where it lies in a tail, or in so much of one that intervals alone bound badly; or
    where it does not reach an end that is 0, or is next to a kink: then that is the rounder of its ends.
    """
    if is_open and 0 in (z.low, z.high) and 0 < z.magnitude <= 1:
        return next_to(z, 0.0)
    if is_open and (kink := kink_of(z)) is not None:
        return next_to(z, kink)
    start, end = max(z.low, -z.high), max(-z.low, z.high)
    return variable(z) if start >= 1 and end >= 4 * start else None


def kink_of(z: Interval) -> float | None:
    """The rounder of the ends of an interval that is so narrow as one next to a kink; None of a wider one."""
    if not 0 < z.high - z.low <= _NEXT * z.magnitude < inf:
        return None
    return min(z.low, z.high, key=lambda end: end.as_integer_ratio()[1])


_NEXT = 2.0**-49
"""The width, relative to z, of an interval next to a kink."""

_UNDEFINED = Bounds(None)
_ZERO = Interval(0.0, 0.0)


def _applied(name: str, *x: Bounds) -> Bounds:
    """The bounds of an operation on arguments of these bounds."""
    if name == "where":
        return _chosen(*x)
    rule, first, last = RULES.get(name), x[0], x[-1]  # no rule has more than two arguments
    if rule is None or first.values is None or last.values is None:
        return _UNDEFINED
    known = [first.values] if len(x) == 1 else [first.values, last.values]
    strict = first.strict or last.strict
    values = _strictly_compared(name, *known) if strict and name in JUMPING else rule(*known)
    if values is None and (first if name == "pow" else last).strict:
        values = _beside_zero(name, *known)
    if values is None:
        return _UNDEFINED
    u, v = first.values, last.values
    if name in ("max", "min") and (u.low >= v.high or v.low >= u.high):
        strict = (first if (u.low >= v.high) == (name == "max") else last).strict
    elif strict:
        strict = name in STRICT or _keeps_strict(name, *known)
    if first.tail is None and last.tail is None:
        return Bounds(values, None, strict)
    tail = tail_of(name, values, *zip(known, [argument.tail for argument in x], strict=True))
    within = tail.values
    return Bounds(Interval(max(values.low, within.low), min(values.high, within.high)), tail, strict)


def _strictly_compared(name: str, x: Interval, y: Interval = _ZERO) -> Interval:
    """A comparison of x and y, or the sign of x, where one of them does not reach its ends: if they touch
    only there, they are not equal.
    """
    if name.startswith("greater"):
        x, y = y, x
    less, greater = x.high <= y.low, x.low >= y.high
    if name == "sign":
        return Interval(1.0 if greater else -1.0, -1.0 if less else 1.0)
    return Interval(1.0 if less else 0.0, 0.0 if greater else 1.0)


def _beside_zero(name: str, x: Interval, *rest: Interval) -> Interval | None:
    """A quotient, a logarithm or a power, where the divisor or x comes near 0 from one side and does not
    reach it.
    """
    y = rest[0] if rest else x
    if name == "log" and x.low == 0 < x.high:
        return Interval(-inf, RULES["log"](single(x.high)).high)  # type: ignore[union-attr]
    if name == "pow" and x.low == 0 < x.high and y.high < 0:
        least = RULES["pow"](single(x.high), y)
        return Interval(least.low if least else 0.0, inf)
    if name != "div" or not (y.low == 0 or y.high == 0):
        return None
    most = div(x, single(y.high or y.low))
    positive = (y.low == 0) == (x.low >= 0)
    if most is None or x.low < 0 < x.high:
        return REALS
    return Interval(most.low, inf) if positive else Interval(-inf, most.high)


def _keeps_strict(name: str, x: Interval, *y: Interval) -> bool:
    """Whether an operation that is not in `STRICT` rises or falls strictly on these arguments."""
    is_fixed = [one.low == one.high != 0 for one in (x, *y)]
    if name in _BELLS or (name == "pow" and is_fixed[1]):
        return x.low >= 0 or x.high <= 0
    if name == "div" and is_fixed[0]:
        return y[0].low >= 0 or y[0].high <= 0
    return name in ("mul", "div") and any(is_fixed[name == "div" :])


_BELLS = EVEN - {"cos", "sinc"}
"""The even functions that rise or fall strictly on either side of 0."""


def _chosen(condition: Bounds, yes: Bounds, no: Bounds) -> Bounds:
    """A branch, undefined or not, where the condition is decided; else the hull of both."""
    if condition.values is None:
        return _UNDEFINED
    if condition.values.low == 1:
        return yes
    if condition.values.high == 0:
        return no
    if yes.values is None or no.values is None:
        return _UNDEFINED
    return Bounds(Interval(min(yes.values.low, no.values.low), max(yes.values.high, no.values.high)))


def undecided(bounds: Mapping[Expression, Bounds]) -> bool:
    """Whether some comparison or sign among these nodes is not known to have one value."""
    switches = [known.values for node, known in bounds.items() if node.operation in JUMPING]
    return any(values is None or values.low < values.high for values in switches)
