"""The expression graph of a formula: value and exact derivative in one graph.

A graph is a list of nodes, each an operation on earlier nodes; equal expressions are one node, so what σ
and σ′ share is computed once. Building a node folds constants and drops what does nothing (x + 0, 1·x).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from lab.activations.formula.operations import COMMUTATIVE, OPERATIONS

Node: TypeAlias = int


@dataclass(eq=False)
class Graph:
    """Nodes by number: node k is ``operation[k]`` applied to the nodes ``arguments[k]``.

    The operation ``"z"`` is the variable, ``"constant"`` the number ``number[k]``, and ``"parameter"`` the
    open parameter at position ``number[k]``.
    """

    operation: list[str] = field(default_factory=list)
    arguments: list[tuple[Node, ...]] = field(default_factory=list)
    number: list[float] = field(default_factory=list)
    _known: dict[tuple[str, tuple[Node, ...], str], Node] = field(default_factory=dict)

    def z(self) -> Expression:
        """The variable."""
        return self._node("z", (), 0.0)

    def parameter(self, position: int) -> Expression:
        """A parameter that is left open, for bounds over a range of its values; it cannot be computed."""
        return self._node("parameter", (), float(position))

    def constant(self, value: float) -> Expression:
        """A number."""
        return self._node("constant", (), float(value))

    def apply(self, name: str, *arguments: Expression) -> Expression:
        """An operation on expressions, simplified where that changes no value."""
        if all(argument.number is not None for argument in arguments):
            return self.constant(OPERATIONS[name].of_numbers(*(argument.number for argument in arguments)))
        simple = self._simpler(name, *arguments)
        if simple is not None:
            return simple
        nodes = tuple(argument.node for argument in arguments)
        return self._node(name, tuple(sorted(nodes)) if name in COMMUTATIVE else nodes, 0.0)

    def derivative(self, of: Expression) -> Expression:
        """The expression of ∂/∂z, by the chain rule over the nodes below (forward mode)."""
        slopes: dict[Node, Expression] = {}
        for k in self.below(of.node):
            name, arguments = self.operation[k], self.arguments[k]
            if name == "z":
                slopes[k] = self.constant(1)
            elif all(slopes[argument].number == 0 for argument in arguments):
                slopes[k] = self.constant(0)
            else:
                y, x = Expression(self, k), [Expression(self, argument) for argument in arguments]
                slopes[k] = OPERATIONS[name].derivative(y, *x, *(slopes[argument] for argument in arguments))
        return slopes[of.node]

    def below(self, *nodes: Node) -> list[Node]:
        """The nodes that these rest on, themselves included, each after its arguments."""
        wanted, waiting = set(nodes), list(nodes)
        while waiting:
            for argument in self.arguments[waiting.pop()]:
                if argument not in wanted:
                    wanted.add(argument)
                    waiting.append(argument)
        return sorted(wanted)

    def _node(self, name: str, arguments: tuple[Node, ...], number: float) -> Expression:
        key = (name, arguments, number.hex())
        if key not in self._known:
            self._known[key] = len(self.operation)
            self.operation.append(name)
            self.arguments.append(arguments)
            self.number.append(number)
        return Expression(self, self._known[key])

    def _simpler(self, name: str, x: Expression, *rest: Expression) -> Expression | None:
        y = rest[0] if rest else x
        if name == "add":
            return y if x.number == 0 else x if y.number == 0 else None
        if name == "sub" and y.number == 0:
            return x
        if name == "sub" and x.node == y.node:
            return self.constant(0)
        if name == "sub" and x.number == 0:
            return -y
        if name == "mul":
            for one, other in ((x, y), (y, x)):
                if one.number == 0:
                    return one
                if one.number == 1:
                    return other
                if one.number == -1:
                    return -other
        if name in ("div", "pow") and y.number == 1:
            return x
        if name == "pow" and (y.number == 0 or x.number == 1):
            return self.constant(1)
        if name == "div" and x.number == 0:
            return x
        if name == "neg" and self.operation[x.node] == "neg":
            return Expression(self, self.arguments[x.node][0])
        if name == "where" and (x.number is not None or rest[0].node == rest[1].node):
            return rest[1] if x.number == 0 else rest[0]
        return None


@dataclass(frozen=True)
class Expression:
    """A node of a graph, written with Python's operators."""

    graph: Graph = field(repr=False)
    node: Node

    @property
    def number(self) -> float | None:
        """The number that the expression is, or None."""
        return self.graph.number[self.node] if self.graph.operation[self.node] == "constant" else None

    def call(self, name: str, *others: Expression | float) -> Expression:
        """``name(self, *others)``."""
        return self.graph.apply(name, self, *(self._lifted(other) for other in others))

    def __add__(self, other: Expression | float) -> Expression:
        return self.call("add", other)

    def __radd__(self, other: float) -> Expression:
        return self._lifted(other) + self

    def __sub__(self, other: Expression | float) -> Expression:
        return self.call("sub", other)

    def __rsub__(self, other: float) -> Expression:
        return self._lifted(other) - self

    def __mul__(self, other: Expression | float) -> Expression:
        return self.call("mul", other)

    def __rmul__(self, other: float) -> Expression:
        return self._lifted(other) * self

    def __truediv__(self, other: Expression | float) -> Expression:
        return self.call("div", other)

    def __rtruediv__(self, other: float) -> Expression:
        return self._lifted(other) / self

    def __pow__(self, other: Expression | float) -> Expression:
        return self.call("pow", other)

    def __neg__(self) -> Expression:
        return self.call("neg")

    def _lifted(self, other: Expression | float) -> Expression:
        return other if isinstance(other, Expression) else self.graph.constant(other)
