"""An activation written as a formula in z."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lab.activations.formula.graph import Expression
from lab.activations.formula.operations import SWITCHES
from lab.activations.formula.parser import parse, refused
from lab.activations.formula.program import Program, compiled
from lab.activations.formula.rewrites import stable
from lab.numerics import Array, Buffers, floating, grid
from lab.parts import Activation


@dataclass(frozen=True)
class Formula(Activation):
    """σ given by a formula such as ``tanh(z) + a*z``, with its exact derivative from the same graph.

    Parameters
    ----------
    text
        The formula: numbers, ``z``, parameters, ``+ - * / **``, and the functions of
        `lab.activations.formula.operations.LANGUAGE`; ``where(z > 0, …, …)`` chooses. ``lab formulas``
        tells it all. What `lab.activations.formula.rewrites` knows is read in its stable form.
    parameters
        Pairs of name and value, in alphabetical order.

    At a switching point of ``abs`` the derivative is the middle value, of ``min`` and ``max`` the first
    argument's, or a number's, of ``where`` the branch's that the comparison chooses.

    Raises FormulaError, with the column, where the text is not a formula.
    """

    text: str
    parameters: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters)))
        _ = self.expression

    def __str__(self) -> str:
        return " ".join([self.text, *(f"[{name} = {value:g}]" for name, value in self.parameters)])

    @cached_property
    def expression(self) -> Expression:
        """σ as an expression, in stable forms."""
        expression = stable(parse(self.text, dict(self.parameters)))
        if expression.number is not None:
            raise refused(self.text, 1, f"is the constant {expression.number:g}; it must depend on z")
        return expression

    @cached_property
    def slope_expression(self) -> Expression:
        """σ′ as an expression, in the same graph."""
        return stable(self.expression.graph.derivative(self.expression))

    @cached_property
    def _both(self) -> Program:
        return compiled(self.expression, self.slope_expression, spare=1)

    @cached_property
    def _value(self) -> Program:
        return compiled(self.expression)

    @cached_property
    def _slope(self) -> Program:
        return compiled(self.slope_expression)

    def __getstate__(self) -> dict[str, Any]:
        return {"text": self.text, "parameters": self.parameters}

    def __call__(self, z: Any) -> Any:
        """σ(z)."""
        return _computed(self._value, floating(z))[()]

    def derivative(self, z: Any) -> Any:
        """σ′(z)."""
        return _computed(self._slope, floating(z))[()]

    def with_derivative(self, z: Array, out: Buffers | None = None) -> tuple[Array, Array]:
        """σ(z) and σ′(z) in one pass over the shared subexpressions.

        As an `InPlace`, it leaves it to the caller to silence numpy's warnings where ``out`` is given.
        """
        if out is not None:
            self._both.run(z, out)
            return out[:2]
        a, slope, scratch = np.empty_like(z), np.empty_like(z), np.empty_like(z)
        with np.errstate(all="ignore"):
            self._both.run(z, (a, slope, scratch))
        return a, slope

    @cached_property
    def analytic(self) -> bool:  # type: ignore[override]
        """Whether the formula is free of switches, so that a complex step passes through it."""
        graph = self.expression.graph
        return not any(graph.operation[k] in SWITCHES for k in graph.below(self.expression.node))

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """The zeros of what the formula's switches compare, found on a grid and refined by bisection."""
        z = grid()
        found: set[float] = set()
        for difference in switches(self.expression, SWITCHES):
            program = compiled(difference)
            sign = _sign(program, z)
            zero = np.concatenate([[False], sign == 0, [False]])
            alone = zero[1:-1] & ~zero[:-2] & ~zero[2:]  # the ends of a plateau of zeros are kinks of its own
            crossing = np.flatnonzero(sign[:-1] * sign[1:] < 0)
            found.update(z[alone].tolist(), _crossings(program, z[crossing], z[crossing + 1]).tolist())
        return tuple(sorted(found))


@np.errstate(all="ignore")
def _computed(program: Program, z: Array) -> Array:
    """The one output of a program."""
    values = np.empty_like(z)
    program.run(z, (values,))
    return values


def _sign(program: Program, z: Array) -> Array:
    return np.asarray(np.sign(_computed(program, z)))


def _crossings(program: Program, left: Array, right: Array) -> Array:
    """Where the sign changes between each ``left`` and ``right``, halved down to neighbouring numbers."""
    begins = _sign(program, left)
    for _ in range(60):
        middle = (left + right) / 2
        same = _sign(program, middle) == begins
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return right


def switches(expression: Expression, operations: frozenset[str]) -> Iterator[Expression]:
    """What changes sign where one of these operations of the expression switches: its argument, or the
    difference of its two.
    """
    graph = expression.graph
    for k in graph.below(expression.node):
        if graph.operation[k] in operations:
            x = [Expression(graph, argument) for argument in graph.arguments[k]]
            difference = x[0] if len(x) == 1 else x[0] - x[1]
            if difference.number is None:
                yield difference
