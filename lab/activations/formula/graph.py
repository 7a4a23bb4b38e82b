"""The expression graph of a formula: value and exact derivative in one graph.

A graph is a list of nodes, each an operation on earlier nodes; equal expressions are one node, so what σ
and σ′ share is computed once. Building a node folds constants, drops what does nothing (x + 0, 1·x) and
brings minus signs and factors to one place, so that equal expressions become one node more often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import isfinite
from typing import TypeAlias

from lab.activations.formula.arithmetic import Arithmetic, below
from lab.activations.formula.kernels import of_numbers
from lab.activations.formula.operations import COMMUTATIVE, EVEN, ODD, OPERATIONS, PARTIAL

Node: TypeAlias = int


@dataclass(eq=False)
class Graph:
    """Nodes by number: node k is ``operation[k]`` applied to the nodes ``arguments[k]``.

    The operation ``"z"`` is the variable, ``"constant"`` the number ``number[k]``, and ``"parameter"`` the
    open parameter at position ``number[k]``. A node is ``total`` where it is seen to be defined for every
    real z.
    """

    operation: list[str] = field(default_factory=list)
    arguments: list[tuple[Node, ...]] = field(default_factory=list)
    number: list[float] = field(default_factory=list)
    total: list[bool] = field(default_factory=list)
    _known: dict[tuple[str, tuple[Node, ...], str], Node] = field(default_factory=dict)

    def z(self) -> Expression:
        """The variable."""
        return self.variable("z")

    def variable(self, name: str) -> Expression:
        """A variable of any name: a formula has z alone, a pattern of `rewrites` has others."""
        return self._node(name, (), 0.0)

    def parameter(self, position: int) -> Expression:
        """A parameter that is left open, for bounds over a range of its values; it cannot be computed."""
        return self._node("parameter", (), float(position))

    def constant(self, value: float) -> Expression:
        """A number."""
        return self._node("constant", (), float(value))

    def apply(self, name: str, *arguments: Expression) -> Expression:
        """An operation on expressions, simplified where that changes no value and no domain.

        So 0·x is 0 only where x is total: 0·log z is not 0 at z = −1.
        """
        if name in _SIMPLER and (simpler := _SIMPLER[name](*arguments)) is not None:
            return simpler
        numbers = [x.number for x in arguments if x.number is not None]
        if len(numbers) == len(arguments):
            lowered = OPERATIONS[name].lowered if name in OPERATIONS else None
            return lowered(*arguments) if lowered else self.constant(of_numbers(name, *numbers))
        nodes = tuple(argument.node for argument in arguments)
        return self._node(name, tuple(sorted(nodes)) if name in COMMUTATIVE else nodes, 0.0)

    def derivative(self, of: Expression) -> Expression:
        """The expression of ∂/∂z, by the chain rule over the nodes below (forward mode).

        Of f(c·z + d) it is c·f′(u) at u = c·z + d, so that f′ has the form that the rewrites know.
        """
        x = of.arguments
        if of.operation in ("add", "sub"):
            return self.derivative(x[0]).call(of.operation, self.derivative(x[1]))
        if of.operation == "neg":
            return -self.derivative(x[0])
        line, rate = self._line(of.node)
        slopes = {} if line is None else {line: self.constant(1)}
        found = self._forward(of, slopes)
        return found if line is None else found * rate

    def _line(self, node: Node) -> tuple[Node | None, float]:
        """The one node c·z + d through which alone z enters, and c; None where there is none or c is 1."""
        rates: dict[Node, float | None] = {}
        entered: set[Node] = set()
        for k in self.below(node):
            arguments = self.arguments[k]
            inner = [rates[argument] for argument in arguments]
            rates[k] = float(self.operation[k] == "z")
            if any(rate != 0 for rate in inner):
                rates[k] = self._rate(self.operation[k], arguments, inner)
                if rates[k] is None:
                    entered |= {argument for argument, rate in zip(arguments, inner, strict=True) if rate}
        line = entered.pop() if len(entered) == 1 else None
        rate = 1.0 if line is None else rates[line] or 1.0
        return (None if rate == 1 else line), rate

    def _rate(self, name: str, arguments: tuple[Node, ...], inner: list[float | None]) -> float | None:
        """The c of a line c·z + d that is made of lines with these; None where it is none."""
        numbers = [Expression(self, argument).number for argument in arguments]
        match name, inner, numbers:
            case "add" | "sub" | "neg", _, _ if None not in inner:
                return of_numbers(name, *(rate for rate in inner if rate is not None))
            case "mul", [float(rate), _], [_, float(number)]:
                return rate * number
            case "mul", [_, float(rate)], [float(number), _]:
                return rate * number
            case "div", [float(rate), _], [_, float(number)]:
                return rate / number
        return None

    def _forward(self, of: Expression, slopes: dict[Node, Expression]) -> Expression:
        """The slope of a node, where those of some nodes are given."""
        for k in self.below(of.node):
            if k in slopes:
                continue
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
        return below(self.arguments, nodes)

    def _node(self, name: str, arguments: tuple[Node, ...], number: float) -> Expression:
        key = (name, arguments, number.hex())
        if key not in self._known:
            self._known[key] = len(self.operation)
            self.operation.append(name)
            self.arguments.append(arguments)
            self.number.append(number)
            self.total.append(self._is_total(name, arguments))
        return Expression(self, self._known[key])

    def _is_total(self, name: str, arguments: tuple[Node, ...]) -> bool:
        if name in PARTIAL:
            second = Expression(self, arguments[-1]).number
            if second is None or (name == "div" and second == 0):
                return False
            if name == "pow" and not (second >= 0 and second.is_integer()):
                return False
        return all(self.total[argument] for argument in arguments)


@dataclass(frozen=True)
class Expression(Arithmetic):
    """A node of a graph, written with Python's operators."""

    graph: Graph = field(repr=False)
    node: Node

    @property
    def number(self) -> float | None:
        """The number that the expression is, or None."""
        return self.graph.number[self.node] if self.operation == "constant" else None

    @property
    def operation(self) -> str:
        """The operation that it is."""
        return self.graph.operation[self.node]

    @property
    def arguments(self) -> list[Expression]:
        """What the operation is applied to."""
        return [Expression(self.graph, argument) for argument in self.graph.arguments[self.node]]

    @property
    def total(self) -> bool:
        """Whether it is seen to be defined for every real z."""
        return self.graph.total[self.node]

    def call(self, name: str, *others: Expression | float) -> Expression:
        """``name(self, *others)``."""
        return self.graph.apply(name, self, *(self.lifted(other) for other in others))

    def lifted(self, other: Expression | float) -> Expression:
        """A number on the same graph."""
        return other if isinstance(other, Expression) else self.graph.constant(other)


def _simpler_sum(x: Expression, y: Expression) -> Expression | None:
    if x.number == 0:
        return y
    if y.number == 0:
        return x
    if y.operation == "neg":
        return x - y.arguments[0]
    return y - x.arguments[0] if x.operation == "neg" else None


def _simpler_difference(x: Expression, y: Expression) -> Expression | None:
    if y.number == 0:
        return x
    if x == y and x.total:
        return x.graph.constant(0)
    if x.number == 0:
        return -y
    if y.operation == "neg":
        return x + y.arguments[0]
    return -(x.arguments[0] + y) if x.operation == "neg" else None


def _simpler_product(x: Expression, y: Expression) -> Expression | None:
    for one, other in ((x, y), (y, x)):
        if one.number == 0 and other.total:
            return one
        if one.number == 1:
            return other
        if one.number == -1:
            return -other
        if one.operation == "neg":
            return -(one.arguments[0] * other)
    (c, u), (d, v) = _factored(x), _factored(y)
    factor = None if c is None or d is None else _exact_product(c, d)
    if factor is not None and (u is not None or v is not None):
        rest = u if v is None else v if u is None else u * v
        return None if rest is None else factor * rest
    return x**2 if x == y else None


def _simpler_quotient(x: Expression, y: Expression) -> Expression | None:
    if y.number == 1:
        return x
    if y.number == -1:
        return -x
    if x.operation == "neg":
        return -(x.arguments[0] / y)
    if y.operation == "neg":
        return -(x / y.arguments[0])
    if y.number and isfinite(1 / y.number) and _exact_product(1 / y.number, y.number) == 1:
        return x * (1 / y.number)
    c, u = _factored(x)
    if c is None or u is None or not y.number:
        return None
    factor = c / y.number
    return factor * u if _exact_product(factor, y.number) == c else None


def _simpler_power(x: Expression, c: Expression) -> Expression | None:
    if c.number == 1:
        return x
    if c.number is not None and c.number % 2 == 0 and _has_a_sign(x):
        return (-x) ** c
    return x.graph.constant(1) if (c.number == 0 and x.total) or (x.number == 1 and c.total) else None


def _simpler_negative(x: Expression) -> Expression | None:
    if x.operation == "neg":
        return x.arguments[0]
    if x.operation == "sub":
        u, v = x.arguments
        return v - u
    if x.operation in ("mul", "div"):
        u, v = x.arguments
        if u.number is not None or u.operation == "sub":
            return (-u).call(x.operation, v)
        if x.operation == "mul" and (v.number is not None or v.operation == "sub"):
            return u * -v
    return None


def _simpler_even(x: Expression, name: str) -> Expression | None:
    return (-x).call(name) if _has_a_sign(x) else None


def _simpler_odd(x: Expression, name: str) -> Expression | None:
    return -(-x).call(name) if _has_a_sign(x) else None


def _has_a_sign(x: Expression) -> bool:
    """Whether it is written with a minus, as −u or −2·u."""
    factors = x.arguments if x.operation == "mul" else []
    return x.operation == "neg" or any(u.number is not None and u.number < 0 for u in factors)


def _simpler_choice(condition: Expression, yes: Expression, no: Expression) -> Expression | None:
    if condition.number is not None:
        return no if condition.number == 0 else yes
    return yes if yes == no and condition.total else None


def _factored(x: Expression) -> tuple[float | None, Expression | None]:
    """A number and what it multiplies, None for 1; no number where there is no factor."""
    if x.number is not None:
        return x.number, None
    if x.operation == "mul":
        for one, other in (x.arguments, x.arguments[::-1]):
            if one.number is not None:
                return one.number, other
    if x.operation == "div":
        u, v = x.arguments
        if v.number and _exact_product(1 / v.number, v.number) == 1:
            return 1 / v.number, u
    return None, None


def _exact_product(c: float, d: float) -> float | None:
    """c·d where it needs no rounding."""
    product = c * d
    if not isfinite(product):
        return None
    (p, q), (r, s), (t, u) = (number.as_integer_ratio() for number in (c, d, product))
    return product if p * r * u == t * q * s else None


_SIMPLER: dict[str, Callable[..., Expression | None]] = {
    "add": _simpler_sum,
    "sub": _simpler_difference,
    "mul": _simpler_product,
    "div": _simpler_quotient,
    "pow": _simpler_power,
    "neg": _simpler_negative,
    "where": _simpler_choice,
    **{name: partial(_simpler_even, name=name) for name in EVEN},
    **{name: partial(_simpler_odd, name=name) for name in ODD},
}
"""The rules of `Graph.apply`, by operation."""
