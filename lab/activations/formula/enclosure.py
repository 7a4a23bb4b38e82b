"""Rigorous bounds of an expression and of its slope over an interval: interval arithmetic, rounded outwards.

An interval holds every value that the expression takes, in exact arithmetic of the reals, where z lies in
an interval of its own, which may be unbounded.

The numbers of an expression are float64 and are taken as exact: ``0.1`` is the float next to 1/10, and
``pi*0.1``, which the parser folds into one number, is that float. Nothing is folded on the way to a slope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from lab.activations.formula.graph import Expression
from lab.activations.formula.operations import JUMPING
from lab.activations.formula.ranges import RULES, STRICT
from lab.activations.formula.tails import Tail, order, variable
from lab.activations.formula.tape import Node, Tape, Term
from lab.numerics import REALS, Interval

Box: TypeAlias = tuple[Interval, ...]
"""An interval of z and, behind it, one of each open parameter."""


class Bounds(NamedTuple):
    """What is known of a node over a box.

    values
        What holds its values; None where it is undefined for some z, or may be.
    tail
        Its order where z lies in a tail.
    strict
        Whether the node is known not to reach the ends of its values.
    """

    values: Interval | None
    tail: Tail | None = None
    strict: bool = False


def enclosed(expression: Expression, z: Interval) -> Interval:
    """An interval that holds the values of the expression for every z of the interval.

    It is all reals where nothing better is known, so also where the expression is undefined for some z.
    """
    taped = _taped(expression)
    values = evaluated(taped.tape, taped.below_value, (z,))[taped.value.node].values
    return REALS if values is None else values


def enclosed_slope(expression: Expression, z: Interval) -> Interval:
    """An interval that holds the derivative of the expression for every z of the interval.

    At a switching point the slope is that of the rules of differentiation. It is all reals where nothing
    better is known, so also where the expression or its derivative is undefined for some z.
    """
    taped = _taped(expression)
    known = evaluated(taped.tape, taped.below_slope, (z,))
    slope = known[taped.slope.node].values
    return REALS if slope is None or known[taped.value.node].values is None else slope


class _Taped(NamedTuple):
    tape: Tape
    value: Term
    slope: Term
    below_value: list[Node]
    below_slope: list[Node]


@lru_cache(maxsize=16)
def _taped(expression: Expression) -> _Taped:
    tape = Tape()
    value = tape.copied(expression)
    slope = tape.derivative(value)
    return _Taped(tape, value, slope, tape.below(value.node), tape.below(value.node, slope.node))


def evaluated(
    tape: Tape,
    nodes: Iterable[Node],
    box: Box,
    *,
    is_open: bool = False,
    known: Mapping[Node, Bounds] | None = None,
) -> dict[Node, Bounds]:
    """The bounds of these nodes over a box.

    Parameters
    ----------
    tape, nodes
        Each node comes after its arguments.
    box
        The intervals of z and of the open parameters.
    is_open
        Whether the ends of the interval of z do not belong to it.
    known
        Bounds that are known already and kept: of other nodes over this box, or of switches, where the
        rest is wanted as it is beside a point and not at it.
    """
    bounds = dict(known or {})
    for k in nodes:
        if k in bounds:
            continue
        name = tape.operation[k]
        if name == "constant":
            bounds[k] = Bounds(tape.constants[k])
        elif name == "z":
            bounds[k] = Bounds(box[0], _tail(box[0]), is_open)
        elif name == "parameter":
            bounds[k] = Bounds(box[tape.positions[k]])
        else:
            bounds[k] = _applied(name, *[bounds[argument] for argument in tape.arguments[k]])
    return bounds


def _tail(z: Interval) -> Tail | None:
    """The order of z where it lies in a tail, or in so much of one that intervals alone bound badly."""
    start, end = max(z.low, -z.high), max(-z.low, z.high)
    return variable(start) if start >= 1 and end >= 4 * start else None


_UNDEFINED = Bounds(None)


def _applied(name: str, *x: Bounds) -> Bounds:
    """The bounds of an operation on arguments of these bounds."""
    if name == "where":
        return _chosen(*x)
    rule, first, last = RULES.get(name), x[0], x[-1]  # no rule has more than two arguments
    if rule is None or first.values is None or last.values is None:
        return _UNDEFINED
    known = (first.values,) if len(x) == 1 else (first.values, last.values)
    strict = first.strict or last.strict
    values = _apart(name, *known) if strict and name in JUMPING else rule(*known)
    if values is None:
        return _UNDEFINED
    if strict:
        strict = name in STRICT or _keeps_ends(name, *known)
    if first.tail is None and last.tail is None:
        return Bounds(values, None, strict)
    tail = order(name, values, *zip(known, [argument.tail for argument in x], strict=True))
    most = tail.magnitude
    return Bounds(Interval(max(values.low, -most), min(values.high, most)), tail, strict)


def _apart(name: str, x: Interval, *others: Interval) -> Interval:
    """A comparison, or the sign of x, where x or the other does not reach its ends: if they touch only
    there, they are not equal.
    """
    y = others[0] if others else Interval(0.0, 0.0)
    if name.startswith("greater"):
        x, y = y, x
    below, above = x.high <= y.low, x.low >= y.high
    if name == "sign":
        return Interval(1.0 if above else -1.0, -1.0 if below else 1.0)
    return Interval(1.0 if below else 0.0, 0.0 if above else 1.0)


def _keeps_ends(name: str, x: Interval, *y: Interval) -> bool:
    """Whether an operation that is not strict everywhere is so on these arguments."""
    if name == "abs":
        return x.low >= 0 or x.high <= 0
    return name == "mul" and any(factor.low == factor.high != 0 for factor in (x, *y))


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


def undecided(tape: Tape, bounds: Mapping[Node, Bounds]) -> bool:
    """Whether some comparison or sign among these nodes is not known to have one value."""
    switches = [known.values for k, known in bounds.items() if tape.operation[k] in JUMPING]
    return any(values is None or values.low < values.high for values in switches)
