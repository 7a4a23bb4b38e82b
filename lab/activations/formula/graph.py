"""Expressions as nodes of a graph: each is an operation on earlier nodes, and equal ones are one object.

So what σ and σ′ share is there once. A kind of graph has its own forms in which it writes an expression.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from operator import attrgetter, itemgetter
from typing import Any, TypeAlias

from lab.activations.formula.operations import COMMUTATIVE, OPERATIONS, PARTIAL, times
from lab.numerics import Interval

_index = attrgetter("index")


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
    total: bool  # whether it is seen to be defined for every real z
    varies: bool  # whether it depends on z

    def call(self, name: str, *others: Expression | float) -> Expression:
        """``name(self, *others)``."""
        return self.graph.apply(name, self, *map(self.lifted, others))

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

    def _node(
        self,
        name: str,
        *x: Expression,
        position: int = 0,
        number: float | None = None,
        values: Interval | None = None,
    ) -> Expression:
        if name in COMMUTATIVE:
            x = tuple(sorted(x, key=_index))
        key = (name, x, position, None if number is None else number.hex(), values)
        if key not in self._made:
            total = _is_total(name, x) and all(argument.total for argument in x)
            varies = name == "z" or any(argument.varies for argument in x)
            self._made[key] = Expression(
                self, len(self._made), name, x, position, number, values, total, varies
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


def chained(
    of: Expression, known: Mapping[Expression, Expression], rules: Mapping[str, Callable[..., Any]]
) -> Expression:
    """The derivative by the chain rule over the nodes below (forward mode), where those of some are known.

    ``rules`` come before those of `OPERATIONS`.
    """
    slopes = dict(known)
    for y in below(of):
        if y in slopes:
            continue
        dx = [slopes[x] for x in y.arguments]
        if all(slope.number == 0 for slope in dx):
            slopes[y] = y.lifted(0)
        else:
            rule = rules.get(y.operation) or OPERATIONS[y.operation].derivative
            special = _beside_constants(y, dx, rule) or _of_quotient(y, slopes, known)
            special = special or _of_one_power(y, slopes, known)
            slopes[y] = special or rule(y, *y.arguments, *dx)
    return slopes[of]


def _of_quotient(
    y: Expression, slopes: Mapping[Expression, Expression], known: Mapping[Expression, Expression]
) -> Expression | None:
    """The slope of a quotient by the first rule that knows its dividend, or else a factor of that."""
    if y.operation != "div" or slopes[y.arguments[1]].number == 0:
        return None
    over, v = y.arguments
    for u, factor in factors(over):
        within = _of_alike(u, v, slopes, known) or _of_powers(u, v, slopes, known)
        if within is not None:
            if factor.number == 1:
                return within
            return times(factor, within) + times(u / v, _slope(factor, slopes))
    return None


def _of_alike(
    u: Expression,
    v: Expression,
    slopes: Mapping[Expression, Expression],
    known: Mapping[Expression, Expression],
) -> Expression | None:
    """The slope of a quotient u/v of sums that share a term, or have one |f| where the other has f.

    With u = Σ bᵢfᵢ and v = Σ dᵢfᵢ it is Σ_{i<j} (bᵢdⱼ − bⱼdᵢ)(fᵢ′fⱼ − fᵢfⱼ′)/v²: what u and v have in common
    never appears, while it cancels in (u′ − (u/v)v′)/v.
    """
    above, below = coefficients(u, known), coefficients(v, known)
    terms = [*above, *(f for f in below if f not in above)]
    if len(terms) > MOST_TERMS or not any(_alike(f, g) for f in above for g in below):
        return None
    if not _are_held(above, below, slopes=slopes):
        return None
    return _determinant(terms, above, below, slopes) / v / v


def _of_powers(
    u: Expression,
    v: Expression,
    slopes: Mapping[Expression, Expression],
    known: Mapping[Expression, Expression],
) -> Expression | None:
    """The slope of u/w^p, where terms of u and of w are powers of one base, as in z/√(1 + az²).

    With u = Σ bᵢfᵢ and w = Σ dⱼgⱼ it is Σ bᵢdⱼ(fᵢ′gⱼ − p·fᵢgⱼ′)/(w·w^p). Of powers m and n of one base the
    difference is (1 − pn/m)·fᵢ′gⱼ: what (u′ − (u/v)v′)/v would only cancel far out never appears.
    """
    w, p = v, v.lifted(1)
    if v.operation == "sqrt" or (v.operation == "pow" and not v.arguments[1].varies):
        w, p = v.arguments[0], v.lifted(0.5) if v.operation == "sqrt" else v.arguments[1]
    above, below = coefficients(u, known), coefficients(w, known)
    if not _are_held(above, below, {w: p}, slopes=slopes) or len({*above, *below}) > MOST_TERMS:
        return None
    ratios = {(f, g): _ratio(f, g, slopes, known) for f in above for g in below}
    if not any(ratios.values()):
        return None
    total = u.lifted(0)
    for (f, g), ratio in ratios.items():
        if ratio is None:
            within = _slope(f, slopes) * g - p * (f * _slope(g, slopes))
        elif (share := 1 - p * ratio).number == 0:
            continue
        else:
            within = share * (_slope(f, slopes) * g)
        total = total + above[f] * below[g] * within
    return total / w / v


def _of_one_power(
    y: Expression, slopes: Mapping[Expression, Expression], known: Mapping[Expression, Expression]
) -> Expression | None:
    """The slope (1 + n/m)·f′·g of f·g where both are powers of one base, f one whose slope is finite:
    of z·√|z| or z²·√|z| it has no 0·∞ at 0.
    """
    pairs = (y.arguments, y.arguments[::-1]) if y.operation == "mul" else ()
    powers = [(_as_power(f, known)[1].number or 0.0, f, g) for f, g in pairs]
    for _, f, g in sorted((pair for pair in powers if pair[0] >= 1), key=itemgetter(0)):
        if ratio := _ratio(f, g, slopes, known):
            return (1 + ratio) * (slopes[f] * g)
    return None


def _ratio(
    f: Expression,
    g: Expression,
    slopes: Mapping[Expression, Expression],
    known: Mapping[Expression, Expression],
) -> Expression | None:
    """n/m of the powers m and n of one base that f and g are, if it is held; None where they are none."""
    (base, m), (other, n) = _as_power(f, known), _as_power(g, known)
    if not f.varies or base is not other or m.number == 0:
        return None
    return ratio if _are_held({f: (ratio := n / m)}, slopes=slopes) else None


def _as_power(x: Expression, known: Mapping[Expression, Expression]) -> tuple[Expression, Expression]:
    """A base and its power, of a term but for its sign and a constant: z² and z|z| are the second of z."""
    if x in known:
        return x, x.lifted(1)
    match x.operation, x.arguments:
        case "abs" | "neg", (u,):
            return _as_power(u, known)
        case "pow", (u, power) if not power.varies:
            base, m = _as_power(u, known)
            return base, m * power
        case "sqrt", (u,):
            base, m = _as_power(u, known)
            return base, 0.5 * m
        case "mul", (u, v) if u.varies and v.varies:
            (base, m), (other, n) = _as_power(u, known), _as_power(v, known)
            return (base, m + n) if base is other else (x, x.lifted(1))
        case "mul" | "div", (u, v) if not v.varies:
            return _as_power(u, known)
        case "mul", (u, v) if not u.varies:
            return _as_power(v, known)
    return x, x.lifted(1)


def _determinant(
    terms: list[Expression],
    above: Mapping[Expression, Expression],
    below: Mapping[Expression, Expression],
    slopes: Mapping[Expression, Expression],
) -> Expression:
    """Σ_{i<j} (bᵢdⱼ − bⱼdᵢ)(fᵢ′fⱼ − fᵢfⱼ′) over these terms."""
    total = zero = terms[0].lifted(0)
    for f, g in combinations(terms, 2):
        weight = above.get(f, zero) * below.get(g, zero) - above.get(g, zero) * below.get(f, zero)
        if weight.number != 0 and not _alike(f, g):
            total = total + weight * (_slope(f, slopes) * g - f * _slope(g, slopes))
    return total


def _slope(x: Expression, slopes: Mapping[Expression, Expression]) -> Expression:
    """The derivative of a node that may have been made since the slopes below it became known."""
    if x in slopes:
        return slopes[x]
    if not x.arguments:
        return x.lifted(0)
    inner = [_slope(argument, slopes) for argument in x.arguments]
    slope: Expression = OPERATIONS[x.operation].derivative(x, *x.arguments, *inner)
    return slope


def _are_held(*sums: Mapping[Expression, Expression], slopes: Mapping[Expression, Expression]) -> bool:
    """Whether no constant of these terms is what is differentiated by, as an open parameter may be."""
    return all(_slope(c, slopes).number == 0 for terms in sums for c in terms.values())


def factors(product: Expression) -> Iterator[tuple[Expression, Expression]]:
    """An expression and 1; then each factor of a product, or of a dividend, with all the rest."""
    yield product, product.lifted(1)
    if product.operation == "mul":
        for one, other in (product.arguments, product.arguments[::-1]):
            yield from ((factor, rest * other) for factor, rest in factors(one))
    elif product.operation == "div":
        over, under = product.arguments
        yield from ((factor, rest / under) for factor, rest in factors(over))


MOST_TERMS = 4
"""The terms, other than those that they share, that a dividend and its divisor may have for `_of_alike`."""


def _alike(f: Expression, g: Expression) -> bool:
    """Whether both are the same term, or one is the size of the other."""
    sizes = [one for one, other in ((f, g), (g, f)) if one.operation == "abs" and one.arguments == (other,)]
    return f.varies and (f is g or bool(sizes))


def coefficients(x: Expression, known: Collection[Expression] = ()) -> dict[Expression, Expression]:
    """The terms of a sum, which depend on z, or are 1, with the constants before them; one that is ``known``
    is a term as a whole.
    """
    one, found = x.lifted(1), {}
    if not x.varies:
        return {one: x}
    if x in known:
        return {x: one}
    match x.operation, x.arguments:
        case "add" | "sub", (u, v):
            found = dict(coefficients(u, known))
            for f, c in coefficients(v, known).items():
                found[f] = found.get(f, x.lifted(0)).call(x.operation, c)
            return found
        case "expm1", (u,):
            return {u.call("exp"): one, one: -one}
        case "neg", (u,):
            return {f: -c for f, c in coefficients(u, known).items()}
        case "mul", (u, v) if not (u.varies and v.varies):
            constant, rest = (v, u) if u.varies else (u, v)
            return {f: constant * c for f, c in coefficients(rest, known).items()}
        case "div", (u, v) if not v.varies:
            return {f: c / v for f, c in coefficients(u, known).items()}
    return {x: one}


def _beside_constants(y: Expression, dx: list[Expression], rule: Callable[..., Any]) -> Expression | None:
    """The derivative of √u or u^c where u is constant on one side of a switch, as max(z, 0) is for z < 0:
    the slope of the outer function is infinite where u = 0, and the product 0·∞ is to be 0.
    """
    du = dx[0]
    is_root = y.operation == "sqrt" or (y.operation == "pow" and (y.arguments[1].number or 1.0) < 1)
    if not is_root or du.operation != "where" or any(x.number != 0 for x in dx[1:]):
        return None
    mask, yes, no = du.arguments
    if 0 not in (yes.number, no.number):
        return None
    return mask.call("where", *(x if x.number == 0 else rule(y, *y.arguments, x, *dx[1:]) for x in (yes, no)))


@lru_cache(maxsize=128)
def below(*expressions: Expression) -> tuple[Expression, ...]:
    """What these rest on, themselves included, each after its arguments."""
    wanted, waiting = set(expressions), list(expressions)
    while waiting:
        new = [argument for argument in waiting.pop().arguments if argument not in wanted]
        wanted.update(new)
        waiting += new
    return tuple(sorted(wanted, key=_index))
