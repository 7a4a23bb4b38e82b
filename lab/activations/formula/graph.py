"""Expressions as nodes of a graph: each is an operation on earlier nodes, and equal ones are one object.

So what σ and σ′ share is there once. A kind of graph has its own forms in which it writes an expression.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import TypeAlias, TypeVar

from lab.activations.formula.operations import COMMUTATIVE, PARTIAL
from lab.numerics import Interval

_index = attrgetter("index")

T = TypeVar("T")
Operator: TypeAlias = "Callable[[Expression, Expression | float], Expression]"


def _operators(name: str) -> tuple[Operator, Operator]:
    """The methods of an operator of Python: for an expression on its left, and for one on its right alone."""
    return lambda x, y: x.call(name, y), lambda x, y: x.lifted(y).call(name, x)


@dataclass(eq=False, slots=True)
class Expression:
    """A node of a graph, written with Python's operators."""

    graph: Graph = field(repr=False)
    index: int  # how many nodes were made in its graph before it, all of its arguments among them
    operation: str  # beside `OPERATIONS`: "z", "parameter" (left open) and "constant"
    arguments: tuple[Expression, ...]
    position: int  # of an open parameter, from 1 on
    number: float | None  # of a constant: the number that it is known to be exactly
    values: Interval | None  # of a constant of an exact graph: what holds it; None where it is undefined
    origin: tuple[str, tuple[Expression, ...]] | None  # of such a constant: what it is made of
    total: bool  # whether it is seen to be defined for every real z
    varies: bool  # whether it depends on z

    def call(self, name: str, *others: Expression | float) -> Expression:
        """``name(self, *others)``."""
        return self.graph.apply(name, self, *map(self.lifted, others))

    def of(self, arguments: Sequence[Expression]) -> Expression:
        """The same operation on other arguments; itself where it has none."""
        return self.graph.apply(self.operation, *arguments) if arguments else self

    def lifted(self, other: Expression | float) -> Expression:
        """A number as a node of this graph; a node as it is."""
        return other if isinstance(other, Expression) else self.graph.constant(other)

    def derivative(self, position: int = 0) -> Expression:
        """∂/∂z, or that by the open parameter of a position; at a switch that of its rule."""
        by = self.graph.parameter(position) if position else self.graph.z()
        return self.graph.derivative(self, by)

    __add__, __radd__ = _operators("add")
    __sub__, __rsub__ = _operators("sub")
    __mul__, __rmul__ = _operators("mul")
    __truediv__, __rtruediv__ = _operators("div")
    __pow__, __rpow__ = _operators("pow")

    def __neg__(self) -> Expression:
        return self.call("neg")


class Graph(ABC):
    """Makes expressions, each once."""

    def __init__(self) -> None:
        self._made: dict[object, Expression] = {}

    @abstractmethod
    def constant(self, value: float) -> Expression:
        """A number."""

    @abstractmethod
    def apply(self, name: str, *x: Expression) -> Expression:
        """An operation on expressions, in the form that this graph prefers."""

    @abstractmethod
    def derivative(self, of: Expression, by: Expression) -> Expression:
        """The derivative by a variable."""

    def z(self) -> Expression:
        return self.variable("z")

    def variable(self, name: str) -> Expression:
        """A variable of any name: a formula has z alone, a pattern of `rewrites` has others."""
        return self._node(name)

    def parameter(self, position: int) -> Expression:
        """A parameter that is left open, for bounds over a range of its values; it cannot be computed."""
        return self._node("parameter", position=position)

    def exponent(self, c: Expression) -> Expression:
        """What an exponent stands for: itself, where numbers are floats."""
        return c

    def leaf(self, like: Expression) -> Expression:
        """The like of a variable, an open parameter or a number of another graph."""
        if like.number is not None:
            return self.constant(like.number)
        return self.parameter(like.position) if like.position else self.variable(like.operation)

    def _node(
        self,
        name: str,
        *x: Expression,
        position: int = 0,
        number: float | None = None,
        values: Interval | None = None,
        origin: tuple[str, tuple[Expression, ...]] | None = None,
    ) -> Expression:
        if name in COMMUTATIVE:
            x = tuple(sorted(x, key=_index))
        key = (name, x, position, None if number is None else number.hex(), values, origin)
        if key not in self._made:
            total = _is_total(name, x) and all(argument.total for argument in x)
            varies = name == "z" or any(argument.varies for argument in x)
            self._made[key] = Expression(
                self, len(self._made), name, x, position, number, values, origin, total, varies
            )
        return self._made[key]


def _is_total(name: str, x: tuple[Expression, ...]) -> bool:
    """Whether an operation is defined where its arguments are."""
    if name not in PARTIAL:
        return True
    second = x[-1].number
    if second is None or name not in ("div", "pow"):
        return second is not None
    return second != 0 if name == "div" else second >= 0 and second.is_integer()


@lru_cache(maxsize=128)
def below(*expressions: Expression) -> tuple[Expression, ...]:
    """What these rest on, themselves included, each after its arguments."""
    wanted, waiting = set(expressions), list(expressions)
    while waiting:
        new = [argument for argument in waiting.pop().arguments if argument not in wanted]
        wanted.update(new)
        waiting += new
    return tuple(sorted(wanted, key=_index))


def folded(made: Callable[[Expression, list[T]], T], *roots: Expression) -> list[T]:
    """What is made of some expressions: of each node below, and of what was made of its arguments.

    The height of an expression, for one:

    >>> from lab.activations.formula.formula import Formula
    >>> folded(lambda node, inner: 1 + max(inner, default=0), Formula("tanh(2*z) + z").expression)
    [4]
    """
    found: dict[Expression, T] = {}
    for node in below(*roots):
        found[node] = made(node, [found[x] for x in node.arguments])
    return [found[root] for root in roots]
