"""Rigorous bounds of an expression and of its slope over an interval: interval arithmetic, rounded outwards.

An interval holds every value that the expression takes, in exact arithmetic of the reals, where z lies in
an interval of its own, which may be unbounded. Sums, products and quotients are rounded outwards where
they are not exact; functions are evaluated at the end points by Arb's balls, whose radius is added
(Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, 2017).

The numbers of an expression are float64 and are taken as exact: ``0.1`` is the float next to 1/10, and
``pi*0.1``, which the parser folds into one number, is that float. Nothing is folded on the way to a slope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf, isnan, nextafter, pi
from typing import Any, TypeAlias

from flint import arb

from lab.activations.activation import REALS, Interval
from lab.activations.formula.graph import Expression, Node
from lab.activations.formula.operations import JUMPING, OPERATIONS
from lab.activations.formula.tails import Tail, order, upper, variable

Rule: TypeAlias = Callable[..., Interval | None]
"""From intervals of the arguments to one of the values; None where some value is undefined."""


def enclosed(expression: Expression, z: Interval) -> Interval:
    """An interval that holds the values of the expression for every z of the interval.

    It is all reals where nothing better is known, so also where the expression is undefined for some z.
    """
    values = _values(expression, z)[expression.node].values
    return REALS if values is None else values


def enclosed_slope(expression: Expression, z: Interval) -> Interval:
    """An interval that holds the derivative of the expression for every z of the interval.

    The rules of differentiation are applied to intervals, as forward automatic differentiation does; at a
    switching point the slope is that of the rules. It is all reals where nothing better is known, so also
    where the expression or its derivative is undefined for some z.
    """
    graph = expression.graph
    values = _values(expression, z)
    slopes: dict[Node, _Bounds] = {}
    for k, y in values.items():
        name, arguments = graph.operation[k], graph.arguments[k]
        if y.values is None:
            slopes[k] = y
        elif name == "z":
            slopes[k] = _number(1.0)
        elif name in JUMPING or all(slopes[argument].number == 0 for argument in arguments):
            slopes[k] = _number(0.0)
        else:
            derivative: Any = _SLOPES.get(name, OPERATIONS[name].derivative)
            slopes[k] = derivative(y, *(values[x] for x in arguments), *(slopes[x] for x in arguments))
    slope = slopes[expression.node].values
    return REALS if slope is None else slope


def decided(expression: Expression, z: Interval) -> bool:
    """Whether every comparison and sign in the expression has one value over the whole interval."""
    graph = expression.graph
    switching = (y.values for k, y in _values(expression, z).items() if graph.operation[k] in JUMPING)
    return all(values is not None and values.low == values.high for values in switching)


@dataclass(frozen=True)
class _Bounds:
    """What is known of a node, with the operators that the rules of differentiation are written in.

    ``values`` is None where the node is undefined for some z; ``number`` is the number that it is, if any;
    ``tail`` is its order where z lies in a tail.
    """

    values: Interval | None
    number: float | None = None
    tail: Tail | None = None

    def call(self, name: str, *others: _Bounds | float) -> _Bounds:
        """``name(self, *others)``."""
        arguments = [self, *(_lifted(other) for other in others)]
        if name == "where":
            return _where(*arguments)
        known = [argument.values for argument in arguments if argument.values is not None]
        values = _RULES[name](*known) if len(known) == len(arguments) else None
        tails = [argument.tail for argument in arguments]
        if values is None or not any(tails):
            return _Bounds(values)
        tail = order(name, values, *zip(known, tails, strict=True))
        within = Interval(max(values.low, -tail.magnitude), min(values.high, tail.magnitude))
        return _Bounds(within, tail=tail)

    def __add__(self, other: _Bounds | float) -> _Bounds:
        return self.call("add", other)

    def __radd__(self, other: float) -> _Bounds:
        return _lifted(other).call("add", self)

    def __sub__(self, other: _Bounds | float) -> _Bounds:
        return self.call("sub", other)

    def __rsub__(self, other: float) -> _Bounds:
        return _lifted(other).call("sub", self)

    def __mul__(self, other: _Bounds | float) -> _Bounds:
        return self.call("mul", other)

    def __rmul__(self, other: float) -> _Bounds:
        return _lifted(other).call("mul", self)

    def __truediv__(self, other: _Bounds | float) -> _Bounds:
        return self.call("div", other)

    def __rtruediv__(self, other: float) -> _Bounds:
        return _lifted(other).call("div", self)

    def __pow__(self, other: _Bounds | float) -> _Bounds:
        return self.call("pow", other)

    def __neg__(self) -> _Bounds:
        return self.call("neg")


_UNDEFINED = _Bounds(None)


def _number(value: float) -> _Bounds:
    return _Bounds(Interval(value, value), value)


def _lifted(other: _Bounds | float) -> _Bounds:
    return other if isinstance(other, _Bounds) else _number(float(other))


def _tail(z: Interval) -> Tail | None:
    """The order of z where it lies in a tail."""
    start = max(z.low, -z.high)
    return variable(start) if start >= 1 and inf in (z.high, -z.low) else None


def _values(expression: Expression, z: Interval) -> dict[Node, _Bounds]:
    """The bounds of the nodes below the expression, each after its arguments."""
    graph = expression.graph
    known: dict[Node, _Bounds] = {}
    for k in graph.below(expression.node):
        name = graph.operation[k]
        if name == "z":
            known[k] = _Bounds(z, tail=_tail(z))
        elif name == "constant":
            known[k] = _number(graph.number[k])
        else:
            first, *others = (known[argument] for argument in graph.arguments[k])
            known[k] = first.call(name, *others)
    return known


def _rounded(value: float, error: float, towards: float) -> float:
    """The float ``value`` or its neighbour, on the side of ``towards`` of the exact value + ``error``."""
    wrong = error < 0 if towards < 0 else error > 0
    return nextafter(value, towards) if wrong else value


def _overflowed(infinite: float, towards: float) -> float:
    """A float on the side of ``towards`` of a real that is too large to be one."""
    return infinite if infinite == towards else nextafter(infinite, towards)


def _sum(x: float, y: float, towards: float) -> float:
    total = x + y
    if isnan(total):
        return towards
    if isinf(total):
        return total if isinf(x) or isinf(y) else _overflowed(total, towards)
    rest = total - x
    return _rounded(total, (x - (total - rest)) + (y - rest), towards)  # Knuth's exact error of a sum


def _product_error(x: float, y: float, product: float) -> float:
    """A number of the sign of x·y − product; the error itself (Dekker, 1971) away from the limits."""
    if not 1e-250 < abs(product) < 1e290 or max(abs(x), abs(y)) > 1e290:
        exact = Fraction(x) * Fraction(y)
        return (exact > product) - (exact < product)
    (x_high, x_low), (y_high, y_low) = _halves(x), _halves(y)
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _halves(x: float) -> tuple[float, float]:
    """Two floats of half the digits, whose sum is x."""
    scaled = 134217729 * x
    high = scaled - (scaled - x)
    return high, x - high


def _product(x: float, y: float, towards: float) -> float:
    """x·y rounded, to the nearest where ``towards`` is 0; 0·∞ is 0: the ∞ of an interval is not in it."""
    if x == 0 or y == 0:
        return 0.0
    product = x * y
    if towards == 0 or isinf(x) or isinf(y):
        return product
    if isinf(product):
        return _overflowed(product, towards)
    return _rounded(product, _product_error(x, y, product), towards)


def _quotient(x: float, y: float, towards: float) -> float:
    """x/y rounded likewise, for y other than 0; by an ∞ it is 0."""
    if x == 0 or isinf(y):
        return 0.0
    quotient = x / y
    if towards == 0 or isinf(x):
        return quotient
    if isinf(quotient):
        return _overflowed(quotient, towards)
    exact = Fraction(x) / Fraction(y)
    return _rounded(quotient, (exact > quotient) - (exact < quotient), towards)


def _add(x: Interval, y: Interval) -> Interval:
    return Interval(_sum(x.low, y.low, -inf), _sum(x.high, y.high, inf))


def _neg(x: Interval) -> Interval:
    return Interval(-x.high, -x.low)


def _sub(x: Interval, y: Interval) -> Interval:
    return _add(x, _neg(y))


def _of_ends(of: Callable[[float, float, float], float], x: Interval, y: Interval) -> Interval:
    """The hull of an operation that is monotonic in each argument.

    Only the ends that give the extremes before rounding are rounded outwards: rounding keeps the order.
    """
    ends = {(a, b): of(a, b, 0.0) for a in (x.low, x.high) for b in (y.low, y.high)}
    low, high = min(ends.values()), max(ends.values())
    return Interval(
        min(of(a, b, -inf) for (a, b), value in ends.items() if value == low),
        max(of(a, b, inf) for (a, b), value in ends.items() if value == high),
    )


def _mul(x: Interval, y: Interval) -> Interval:
    return _of_ends(_product, x, y)


def _div(x: Interval, y: Interval) -> Interval | None:
    return None if y.low <= 0 <= y.high else _of_ends(_quotient, x, y)


def _point(function: Callable[[arb], arb], x: float) -> Interval:
    """The value at one finite point, as an interval."""
    return _of_ball(function(arb(x)))


def _of_ball(ball: arb) -> Interval:
    """The floats around a ball; all reals where it is none."""
    return Interval(-upper(-ball), upper(ball))


def _rising(
    function: Callable[[arb], arb], at_minus: float, at_plus: float
) -> Callable[[Interval], Interval]:
    """The rule of a nondecreasing function with these limits."""

    def rule(x: Interval) -> Interval:
        low = at_minus if x.low == -inf else _point(function, x.low).low
        high = at_plus if x.high == inf else _point(function, x.high).high
        return Interval(max(low, at_minus), min(high, at_plus))

    return rule


def _even(rule: Callable[[Interval], Interval]) -> Callable[[Interval], Interval]:
    """The rule of an even function, given its rule on [0, ∞)."""
    return lambda x: rule(_abs(x))


def _falling(function: Callable[[arb], arb], most: float) -> Callable[[Interval], Interval]:
    """The rule on [0, ∞) of a function that falls to 0 from no more than ``most``."""

    def rule(x: Interval) -> Interval:
        low = 0.0 if x.high == inf else _point(function, x.high).low
        return Interval(max(low, 0.0), min(_point(function, x.low).high, most))

    return rule


def _above(least: float, rule: Callable[[Interval], Interval]) -> Rule:
    """The rule of a function that is defined above ``least`` only."""
    return lambda x: rule(x) if x.low > least else None


def _abs(x: Interval) -> Interval:
    if x.low >= 0:
        return x
    if x.high <= 0:
        return _neg(x)
    return Interval(0.0, max(-x.low, x.high))


def _wave(function: Callable[[arb], arb]) -> Callable[[Interval], Interval]:
    def rule(x: Interval) -> Interval:
        if isinf(x.low) or isinf(x.high) or x.high - x.low > 2 * pi:
            return Interval(-1.0, 1.0)
        middle = x.low + (x.high - x.low) / 2
        radius = max(x.high - middle, middle - x.low)
        around = _of_ball(function(arb(middle, nextafter(radius, inf) if radius else 0.0)))
        return Interval(max(around.low, -1.0), min(around.high, 1.0))

    return rule


def _pow(x: Interval, c: Interval) -> Interval | None:
    """x^c: for any x where c is one whole number, for x ≥ 0 where c is positive, else for x > 0."""
    power = c.low
    if power != c.high or isinf(power):
        return _exp(_mul(c, _rising(_log_ball, -inf, inf)(x))) if x.low > 0 else None
    if power < 0:
        inverse = _pow(x, Interval(-power, -power))
        return None if inverse is None else _div(Interval(1.0, 1.0), inverse)
    if power != int(power):
        raised = _rising(lambda u: u ** arb(power) if u > 0 else arb(0), 0.0, inf)
        return raised(x) if x.low >= 0 else None
    odd = power % 2 == 1
    raised = _rising(lambda u: u ** int(power), -inf if odd else 0.0, inf)
    return raised(x if odd else _abs(x))


def _sqrt(x: Interval) -> Interval | None:
    return _rising(lambda u: u.sqrt(), 0.0, inf)(x) if x.low >= 0 else None


def _sign(x: Interval) -> Interval:
    return Interval(
        1.0 if x.low > 0 else 0.0 if x.low == 0 else -1.0,
        -1.0 if x.high < 0 else 0.0 if x.high == 0 else 1.0,
    )


def _less(x: Interval, y: Interval) -> Interval:
    return Interval(1.0 if x.high < y.low else 0.0, 0.0 if x.low >= y.high else 1.0)


def _less_equal(x: Interval, y: Interval) -> Interval:
    return Interval(1.0 if x.high <= y.low else 0.0, 0.0 if x.low > y.high else 1.0)


def _where(condition: _Bounds, yes: _Bounds, no: _Bounds) -> _Bounds:
    """A branch, undefined or not, where the condition is decided; else the hull of both."""
    if condition.values is None:
        return condition
    if condition.values.low == 1:
        return yes
    if condition.values.high == 0:
        return no
    if yes.values is None or no.values is None:
        return _UNDEFINED
    return _Bounds(Interval(min(yes.values.low, no.values.low), max(yes.values.high, no.values.high)))


def _log_ball(x: arb) -> arb:
    return x.log()


def _logistic_ball(x: arb) -> arb:
    return 1 / (1 + (-x).exp()) if x >= 0 else x.exp() / (1 + x.exp())


def _logistic_slope_ball(x: arb) -> arb:
    return _logistic_ball(x) * _logistic_ball(-x)


def _sech2_ball(x: arb) -> arb:
    return 4 * _logistic_slope_ball(2 * x)


def _softplus_ball(x: arb) -> arb:
    return x.max(arb(0)) + (-abs(x)).exp().log1p()


def _distribution_ball(x: arb) -> arb:
    return (-x / arb(2).sqrt()).erfc() / 2


def _density_ball(x: arb) -> arb:
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


def _erf_slope_ball(x: arb) -> arb:
    return 2 * (-x * x).exp() / arb.pi().sqrt()


_exp = _rising(lambda x: x.exp(), 0.0, inf)

_RULES: dict[str, Rule] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "exp": _exp,
    "expm1": _rising(lambda x: x.expm1(), -1.0, inf),
    "log": _above(0.0, _rising(_log_ball, -inf, inf)),
    "log1p": _above(-1.0, _rising(lambda x: x.log1p(), -inf, inf)),
    "sqrt": _sqrt,
    "sin": _wave(lambda x: x.sin()),
    "cos": _wave(lambda x: x.cos()),
    "sinh": _rising(lambda x: x.sinh(), -inf, inf),
    "cosh": _even(_rising(lambda x: x.cosh(), 1.0, inf)),
    "tanh": _rising(lambda x: x.tanh(), -1.0, 1.0),
    "sech2": _even(_falling(_sech2_ball, 1.0)),
    "arctan": _rising(lambda x: x.atan(), nextafter(-pi / 2, -inf), nextafter(pi / 2, inf)),
    "asinh": _rising(lambda x: x.asinh(), -inf, inf),
    "erf": _rising(lambda x: x.erf(), -1.0, 1.0),
    "erf_slope": _even(_falling(_erf_slope_ball, nextafter(2 / pi**0.5, inf))),
    "sigmoid": _rising(_logistic_ball, 0.0, 1.0),
    "sigmoid_slope": _even(_falling(_logistic_slope_ball, 0.25)),
    "softplus": _rising(_softplus_ball, 0.0, inf),
    "Phi": _rising(_distribution_ball, 0.0, 1.0),
    "phi": _even(_falling(_density_ball, nextafter(1 / (2 * pi) ** 0.5, inf))),
    "abs": _abs,
    "sign": _sign,
    "min": lambda x, y: Interval(min(x.low, y.low), min(x.high, y.high)),
    "max": lambda x, y: Interval(max(x.low, y.low), max(x.high, y.high)),
    "less": _less,
    "less_equal": _less_equal,
    "greater": lambda x, y: _less(y, x),
    "greater_equal": lambda x, y: _less_equal(y, x),
}

_SLOPES: dict[str, Callable[..., _Bounds]] = {
    "erf": lambda y, x, dx: x.call("erf_slope") * dx,
}
"""Rules of differentiation without a rounded constant, where that of `OPERATIONS` has one."""
