"""An expression and its derivatives as one graph, with nothing rounded on the way.

`lab.activations.formula.graph.Graph` folds constants to floats, which is right for computing and wrong for
proving. An exact graph folds them to intervals, and it writes what interval arithmetic bounds badly in a form
that it bounds well: `lab.activations.formula.identities`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lab.activations.formula.arithmetic import Arithmetic
from lab.activations.formula.graph import Expression
from lab.activations.formula.identities import simpler
from lab.activations.formula.operations import COMMUTATIVE, JUMPING, OPERATIONS
from lab.activations.formula.ranges import RULES
from lab.numerics import Interval

_VARIABLES = frozenset({"z", "parameter"})


@dataclass(eq=False)
class ExactExpression(Arithmetic):
    """A node of an exact graph: an operation on earlier nodes. Equal expressions are one object.

    graph, index
        Its graph, and how many nodes were made there before it, all of its arguments among them.
    operation, arguments
        Beside those of `RULES` and ``"where"``: ``"z"``, ``"parameter"`` (left open) and ``"constant"``.
    position
        Of a variable: 0 for z, and from 1 on for the open parameters.
    values
        Of a constant: an interval that holds it; None where it is undefined.
    varies
        Whether it depends on z.
    """

    graph: ExactGraph = field(repr=False)
    index: int
    operation: str
    arguments: tuple[ExactExpression, ...] = ()
    position: int = 0
    values: Interval | None = None
    varies: bool = False

    @property
    def number(self) -> float | None:
        """The number that the expression is known to be exactly, or None."""
        return self.values.low if self.values is not None and self.values.low == self.values.high else None

    def call(self, name: str, *others: ExactExpression | float) -> ExactExpression:
        return self.graph.apply(name, self, *(self.lifted(other) for other in others))

    def lifted(self, other: ExactExpression | float) -> ExactExpression:
        return other if isinstance(other, ExactExpression) else self.graph.constant(other)

    def derivative(self, position: int = 0) -> ExactExpression:
        """∂/∂z, or that by the parameter of a position; at a switch that of its rule.

        >>> sigma = ExactGraph().variable().call("tanh")
        >>> sigma.derivative().operation
        'sech2'
        """
        by, zero, one = self.graph.variable(position), self.graph.constant(0), self.graph.constant(1)
        slopes: dict[ExactExpression, ExactExpression] = {by: one}
        for y in below(self):
            if y is by:
                continue
            dx = [slopes[x] for x in y.arguments]
            if y.operation in JUMPING or all(slope is zero for slope in dx):
                slopes[y] = zero
            else:
                rule: Callable[..., Any] = _SLOPES.get(y.operation) or OPERATIONS[y.operation].derivative
                slopes[y] = rule(y, *y.arguments, *dx)
        return slopes[self]


class ExactGraph:
    """Makes exact expressions, each once.

    >>> third = ExactGraph().constant(1) / 3
    >>> third.number is None, 1/3 in third.values
    (True, True)
    """

    def __init__(self) -> None:
        self._made: dict[tuple[str, tuple[ExactExpression, ...], int, object], ExactExpression] = {}

    def variable(self, position: int = 0) -> ExactExpression:
        """The variable z, at position 0, or the open parameter of a position from 1 on."""
        return self._node("parameter" if position else "z", position=position, varies=position == 0)

    def constant(self, value: float | Interval | None) -> ExactExpression:
        """A number, a number that is known to lie in an interval, or none."""
        values = Interval(float(value), float(value)) if isinstance(value, int | float) else value
        return self._node("constant", values=values)

    def apply(self, name: str, *x: ExactExpression) -> ExactExpression:
        """An operation, in a form of the same value that interval arithmetic bounds well."""
        if (simple := simpler(name, *x)) is not None:
            return simple
        if name in RULES and all(argument.operation == "constant" for argument in x):
            values = [argument.values for argument in x]
            return self.constant(None if None in values else RULES[name](*values))
        if name in COMMUTATIVE:
            x = tuple(sorted(x, key=_index))
        return self._node(name, x, varies=any(argument.varies for argument in x))

    def _node(
        self,
        name: str,
        arguments: tuple[ExactExpression, ...] = (),
        *,
        position: int = 0,
        values: Interval | None = None,
        varies: bool = False,
    ) -> ExactExpression:
        key = (name, arguments, position, values)
        if key not in self._made:
            self._made[key] = ExactExpression(
                self, len(self._made), name, arguments, position, values, varies
            )
        return self._made[key]


def exact_expression(expression: Expression) -> ExactExpression:
    """An expression in an exact graph of its own."""
    source, graph = expression.graph, ExactGraph()
    made: dict[int, ExactExpression] = {}
    for k in source.below(expression.node):
        name = source.operation[k]
        if name == "constant":
            made[k] = graph.constant(source.number[k])
        elif name in _VARIABLES:
            made[k] = graph.variable(int(source.number[k]))
        else:
            made[k] = graph.apply(name, *(made[argument] for argument in source.arguments[k]))
    return made[expression.node]


@lru_cache(maxsize=128)
def below(*expressions: ExactExpression) -> tuple[ExactExpression, ...]:
    """What these rest on, themselves included, each after its arguments."""
    wanted, waiting = set(expressions), list(expressions)
    while waiting:
        new = [argument for argument in waiting.pop().arguments if argument not in wanted]
        wanted.update(new)
        waiting += new
    return tuple(sorted(wanted, key=_index))


def _index(expression: ExactExpression) -> int:
    return expression.index


_SLOPES: dict[str, Callable[..., ExactExpression]] = {
    "erf": lambda y, x, dx: x.call("erf_slope") * dx,
    "erfc": lambda y, x, dx: -(x.call("erf_slope") * dx),
    "erf_slope": lambda y, x, dx: -2 * (x * y) * dx,
    "softsign": lambda y, x, dx: dx / (1 + x.call("abs")) ** 2,
    "isru": lambda y, x, dx: dx * (1 + x**2) ** -1.5,
}
"""Rules of differentiation that `OPERATIONS` has with a rounded constant, or not at all."""
