"""Which branch of its switches a formula takes: between two kinks it is one smooth function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from lab.activations.formula.graph import Expression
from lab.activations.formula.operations import SWITCHES
from lab.numerics import Interval
from lab.prover.mean_value_form import ExactFunction

Branch: TypeAlias = Literal[-1, 1]
"""Whether what a switch compares, its argument or the first less the second, is negative or positive."""


def switch_differences(nodes: Iterable[Expression]) -> dict[Expression, ExactFunction]:
    """The switches among these nodes, and what each compares."""
    found = {}
    for node in nodes:
        if node.operation in SWITCHES or node.operation == "softsign":
            x, *others = node.arguments
            difference = x - others[0] if others else x
            found[node] = ExactFunction(difference, difference)
    return found


def branches(differences: Mapping[Expression, ExactFunction], z: Interval) -> dict[Expression, Branch]:
    """The switches that take one branch for all z of an interval without its ends, and which."""
    found = {node: _branch(difference, z) for node, difference in differences.items()}
    return {node: branch for node, branch in found.items() if branch is not None}


def _branch(difference: ExactFunction, z: Interval) -> Branch | None:
    """Its sign; what is ≥ 0 and rises or falls strictly is > 0, since it would change its sign at a 0."""
    extent = difference.over((z,))
    low, high = extent.least.low, extent.greatest.high
    monotone = bool(extent.gradient) and 0 not in extent.gradient[0]
    if low > 0 or (low == 0 and monotone):
        return 1
    return -1 if high < 0 or (high == 0 and monotone) else None
