"""On which side of its switches a formula is: between two kinks it is one smooth function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from lab.activations.formula.operations import SWITCHES
from lab.activations.formula.tape import Node, Tape, Term
from lab.numerics import Interval
from lab.prover.mean_value import NOTHING, Function

Side: TypeAlias = Literal[-1, 1]
"""Whether what a switch compares, its argument or the first less the second, is negative or positive."""


def switches(tape: Tape, nodes: Iterable[Node]) -> dict[Node, Function]:
    """What the switches among these nodes compare."""
    return {k: _compared(tape, k) for k in nodes if tape.operation[k] in SWITCHES | {"softsign"}}


def sides(compared: Mapping[Node, Function], z: Interval) -> dict[Node, Side]:
    """The switches that are on one side for all z of an interval without its ends, and on which."""
    found = {k: _side(difference, z) for k, difference in compared.items()}
    return {k: side for k, side in found.items() if side is not None}


def _compared(tape: Tape, k: Node) -> Function:
    x = [Term(tape, argument) for argument in tape.arguments[k]]
    difference = x[0] if len(x) == 1 else x[0] - x[1]
    slope = tape.derivative(difference)
    curvature = tape.derivative(slope)
    return Function(tape, difference.node, difference.node, (slope.node,), curvature.node)


def _side(difference: Function, z: Interval) -> Side | None:
    """Its sign; what is not negative and rises or falls strictly is positive, or a zero would end that."""
    extent = difference.over((z,), NOTHING)
    low, high = extent.least.low, extent.greatest.high
    monotone = bool(extent.gradient) and 0 not in extent.gradient[0]
    if low > 0 or (low == 0 and monotone):
        return 1
    return -1 if high < 0 or (high == 0 and monotone) else None
