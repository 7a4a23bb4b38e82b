"""An expression and its derivatives as one list of operations, with nothing rounded on the way.

`lab.activations.formula.graph.Graph` folds constants to floats, which is right for computing and wrong for
proving. A tape folds them to intervals, and it writes what interval arithmetic bounds badly in a form
that it bounds well: `lab.activations.formula.identities`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lab.activations.formula.arithmetic import below
from lab.activations.formula.graph import Expression
from lab.activations.formula.identities import Known, simpler
from lab.activations.formula.operations import COMMUTATIVE, JUMPING, OPERATIONS
from lab.activations.formula.ranges import RULES
from lab.numerics import Interval

Node: TypeAlias = int

_LEAVES = frozenset({"z", "parameter", "constant"})


@dataclass(eq=False)
class Tape:
    """Operations by number: node k is ``operation[k]`` applied to the nodes ``arguments[k]``.

    The operation ``"z"`` is the variable and ``"parameter"`` a parameter that is left open: ``positions[k]``
    is 0 for z and from 1 on for the parameters. ``"constant"`` is the interval ``constants[k]``, which is
    None where the constant is undefined.
    """

    operation: list[str] = field(default_factory=list)
    arguments: list[tuple[Node, ...]] = field(default_factory=list)
    positions: dict[Node, int] = field(default_factory=dict)
    constants: dict[Node, Interval | None] = field(default_factory=dict)
    _known: dict[tuple[str, tuple[Node, ...], object], Node] = field(default_factory=dict)
    _varying: list[bool] = field(default_factory=list)

    def variable(self, position: int = 0) -> Term:
        """The variable z, at position 0, or the open parameter of a position from 1 on."""
        made = self._node("parameter" if position else "z", (), position, position == 0)
        self.positions[made.node] = position
        return made

    def constant(self, value: float | Interval | None) -> Term:
        """A number, or a number that is known to lie in an interval."""
        values = Interval(float(value), float(value)) if isinstance(value, int | float) else value
        made = self._node("constant", (), values, False)
        self.constants[made.node] = values
        return made

    def copied(self, expression: Expression) -> Term:
        """An expression of a graph on this tape."""
        graph = expression.graph
        made: dict[int, Term] = {}
        for k in graph.below(expression.node):
            name = graph.operation[k]
            if name == "constant":
                made[k] = self.constant(graph.number[k])
            elif name in _LEAVES:
                made[k] = self.variable(int(graph.number[k]))
            else:
                made[k] = self.apply(name, *(made[argument] for argument in graph.arguments[k]))
        return made[expression.node]

    def apply(self, name: str, *terms: Term) -> Term:
        """An operation on terms, in a form of the same value that interval arithmetic bounds well."""
        simple = simpler(name, *terms)
        if simple is not None:
            return simple
        if all(self.operation[term.node] == "constant" for term in terms) and name in RULES:
            values = [self.constants[term.node] for term in terms]
            return self.constant(None if None in values else RULES[name](*values))
        nodes = tuple(term.node for term in terms)
        varying = any(self._varying[node] for node in nodes)
        return self._node(name, tuple(sorted(nodes)) if name in COMMUTATIVE else nodes, None, varying)

    def derivative(self, of: Term, position: int = 0) -> Term:
        """The derivative with respect to the variable of a position; at a switch that of its rule."""
        by = self.variable(position).node
        slopes: dict[Node, Term] = {}
        for k in self.below(of.node):
            name, arguments = self.operation[k], self.arguments[k]
            if k == by:
                slopes[k] = self.constant(1)
            elif name in _LEAVES or name in JUMPING or all(slopes[x].number == 0 for x in arguments):
                slopes[k] = self.constant(0)
            else:
                rule: Callable[..., Any] = _SLOPES.get(name) or OPERATIONS[name].derivative
                x = [Term(self, argument) for argument in arguments]
                slopes[k] = rule(Term(self, k), *x, *(slopes[argument] for argument in arguments))
        return slopes[of.node]

    def below(self, *nodes: Node) -> list[Node]:
        """The nodes that these rest on, themselves included, each after its arguments."""
        return below(self.arguments, nodes)

    def varies(self, node: Node) -> bool:
        """Whether a node depends on z."""
        return self._varying[node]

    def _node(self, name: str, arguments: tuple[Node, ...], which: object, varying: bool) -> Term:
        key = (name, arguments, which)
        if key not in self._known:
            self._known[key] = len(self.operation)
            self.operation.append(name)
            self.arguments.append(arguments)
            self._varying.append(varying)
        return Term(self, self._known[key])


@dataclass(frozen=True)
class Term(Known):
    """A node of a tape, with the operators that the rules of differentiation are written in."""

    tape: Tape = field(repr=False)
    node: Node

    @property
    def name(self) -> str:
        """Its operation."""
        return self.tape.operation[self.node]

    @property
    def arguments(self) -> tuple[Term, ...]:
        """What the operation is applied to."""
        return tuple(Term(self.tape, argument) for argument in self.tape.arguments[self.node])

    @property
    def varies(self) -> bool:
        """Whether it depends on z."""
        return self.tape.varies(self.node)

    @property
    def number(self) -> float | None:
        """The number that the term is, or None."""
        values = self.tape.constants.get(self.node)
        return values.low if values is not None and values.low == values.high else None

    def call(self, name: str, *others: Term | float) -> Term:
        """``name(self, *others)``."""
        return self.tape.apply(name, self, *(self.lifted(other) for other in others))

    def lifted(self, other: Term | float) -> Term:
        """A number on the same tape."""
        return other if isinstance(other, Term) else self.tape.constant(other)


_SLOPES: dict[str, Callable[..., Term]] = {
    "erf": lambda y, x, dx: x.call("erf_slope") * dx,
    "erfc": lambda y, x, dx: -(x.call("erf_slope") * dx),
    "erf_slope": lambda y, x, dx: -2 * (x * y) * dx,
    "softsign": lambda y, x, dx: dx / (1 + x.call("abs")) ** 2,
    "isru": lambda y, x, dx: dx * (1 + x**2) ** -1.5,
}
"""Rules of differentiation that `OPERATIONS` has with a rounded constant, or not at all."""
