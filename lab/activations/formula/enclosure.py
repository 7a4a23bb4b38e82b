"""Rigorous bounds of an expression over an interval: interval arithmetic, rounded outwards.

An interval holds every value that the expression takes where z lies in an interval of its own, which may
be unbounded. Sums, products and quotients are rounded outwards where they are not exact; functions are
evaluated at the end points by Arb's balls, whose radius is added (Johansson, *Arb: efficient
arbitrary-precision midpoint-radius interval arithmetic*, 2017).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, isinf, isnan, nextafter, pi

from flint import arb

from lab.activations.activation import REALS, Interval
from lab.activations.formula.graph import Expression


def enclosed(expression: Expression, z: Interval) -> Interval:
    """An interval that holds the values of the expression for every z of the interval.

    It is all reals where nothing better is known, so also where the expression is undefined for some z.
    """
    graph = expression.graph
    known: dict[int, Interval] = {}
    for k in graph.below(expression.node):
        name = graph.operation[k]
        if name == "z":
            known[k] = z
        elif name == "constant":
            known[k] = Interval(graph.number[k], graph.number[k])
        else:
            known[k] = _RULES[name](*(known[argument] for argument in graph.arguments[k]))
    return known[expression.node]


def _rounded(value: float, exact: Fraction, towards: float) -> float:
    """A finite float next to the exact number, on the side of ``towards``; itself where it is exact."""
    error = Fraction(value) - exact
    wrong = error > 0 if towards < 0 else error < 0
    return nextafter(value, towards) if wrong else value


def _sum(x: float, y: float, towards: float) -> float:
    total = x + y
    if isnan(total):
        return towards
    if isinf(total):
        return total if isinf(x) or isinf(y) or total == towards else nextafter(total, towards)
    return _rounded(total, Fraction(x) + Fraction(y), towards)


def _product(x: float, y: float, towards: float) -> float:
    """x·y rounded; 0·∞ is 0, since the ∞ of an interval is no member of it."""
    if x == 0 or y == 0:
        return 0.0
    product = x * y
    if isinf(product):
        return product if isinf(x) or isinf(y) or product == towards else nextafter(product, towards)
    return _rounded(product, Fraction(x) * Fraction(y), towards)


def _reciprocal(x: float, towards: float) -> float:
    if isinf(x):
        return 0.0
    reciprocal = 1 / x
    if isinf(reciprocal):
        return reciprocal if reciprocal == towards else nextafter(reciprocal, towards)
    return _rounded(reciprocal, 1 / Fraction(x), towards)


def _add(x: Interval, y: Interval) -> Interval:
    return Interval(_sum(x.low, y.low, -inf), _sum(x.high, y.high, inf))


def _neg(x: Interval) -> Interval:
    return Interval(-x.high, -x.low)


def _sub(x: Interval, y: Interval) -> Interval:
    return _add(x, _neg(y))


def _mul(x: Interval, y: Interval) -> Interval:
    ends = [(a, b) for a in (x.low, x.high) for b in (y.low, y.high)]
    return Interval(min(_product(a, b, -inf) for a, b in ends), max(_product(a, b, inf) for a, b in ends))


def _div(x: Interval, y: Interval) -> Interval:
    if y.low <= 0 <= y.high:
        return REALS
    return _mul(x, Interval(_reciprocal(y.high, -inf), _reciprocal(y.low, inf)))


def _point(function: Callable[[arb], arb], x: float) -> Interval:
    """The value at one finite point, as an interval."""
    return _of_ball(function(arb(x)))


def _of_ball(ball: arb) -> Interval:
    """The floats around a ball."""
    middle, radius = float(ball.mid()), float(ball.rad())
    if isnan(middle) or isnan(radius):
        return REALS
    low, high = nextafter(middle, -inf), nextafter(middle, inf)
    radius = nextafter(radius, inf)
    return Interval(_sum(low, -radius, -inf), _sum(high, radius, inf))


def _rising(
    function: Callable[[arb], arb], at_minus: float, at_plus: float
) -> Callable[[Interval], Interval]:
    """The rule of a nondecreasing function with these limits."""

    def rule(x: Interval) -> Interval:
        low = at_minus if x.low == -inf else _point(function, x.low).low if x.low < inf else at_plus
        high = at_plus if x.high == inf else _point(function, x.high).high if x.high > -inf else at_minus
        return Interval(max(low, at_minus), min(high, at_plus))

    return rule


def _from_zero(rule: Callable[[Interval], Interval]) -> Callable[[Interval], Interval]:
    """The rule of an even function, given its rule on [0, ∞)."""
    return lambda x: rule(_abs(x))


def _falling(function: Callable[[arb], arb], at_zero: float) -> Callable[[Interval], Interval]:
    """The rule on [0, ∞) of a function that falls from ``at_zero`` to 0."""

    def rule(x: Interval) -> Interval:
        low = 0.0 if x.high == inf else _point(function, x.high).low
        high = _point(function, x.low).high if x.low < inf else 0.0
        return Interval(max(low, 0.0), min(high, nextafter(at_zero, inf)))

    return rule


def _defined_from(low: float, rule: Callable[[Interval], Interval]) -> Callable[[Interval], Interval]:
    """The rule of a function that is undefined below ``low``."""
    return lambda x: rule(x) if x.low >= low else REALS


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
        radius = nextafter(max(x.high - middle, middle - x.low), inf)
        around = _of_ball(function(arb(middle, radius)))
        return Interval(max(around.low, -1.0), min(around.high, 1.0))

    return rule


def _pow(x: Interval, c: Interval) -> Interval:
    if c.low != c.high:
        return _exp(_mul(c, _log(x))) if x.low > 0 else REALS
    power = c.low
    if power == int(power) and abs(power) <= 64:
        if power < 0:
            return _div(Interval(1.0, 1.0), _pow(x, Interval(-power, -power)))
        whole = int(power)
        raised = _rising(lambda u: u**whole, -inf if whole % 2 else 0.0, inf)
        return raised(x) if whole % 2 else raised(_abs(x))
    return _exp(_mul(c, _log(x))) if x.low > 0 else REALS


def _sign(x: Interval) -> Interval:
    return Interval(
        1.0 if x.low > 0 else 0.0 if x.low == 0 else -1.0,
        -1.0 if x.high < 0 else 0.0 if x.high == 0 else 1.0,
    )


def _less(x: Interval, y: Interval) -> Interval:
    return Interval(1.0 if x.high < y.low else 0.0, 0.0 if x.low >= y.high else 1.0)


def _less_equal(x: Interval, y: Interval) -> Interval:
    return Interval(1.0 if x.high <= y.low else 0.0, 0.0 if x.low > y.high else 1.0)


def _where(condition: Interval, yes: Interval, no: Interval) -> Interval:
    if condition.low == 1:
        return yes
    if condition.high == 0:
        return no
    return Interval(min(yes.low, no.low), max(yes.high, no.high))


_exp = _rising(lambda x: x.exp(), 0.0, inf)
_log = _defined_from(0.0, _rising(lambda x: x.log(), -inf, inf))


def _logistic_ball(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def _sech2_ball(x: arb) -> arb:
    return 1 / x.cosh() ** 2


_RULES: dict[str, Callable[..., Interval]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "exp": _exp,
    "expm1": _rising(lambda x: x.expm1(), -1.0, inf),
    "log": _log,
    "log1p": _defined_from(-1.0, _rising(lambda x: x.log1p(), -inf, inf)),
    "sqrt": _defined_from(0.0, _rising(lambda x: x.sqrt(), 0.0, inf)),
    "sin": _wave(lambda x: x.sin()),
    "cos": _wave(lambda x: x.cos()),
    "sinh": _rising(lambda x: x.sinh(), -inf, inf),
    "cosh": _from_zero(_rising(lambda x: x.cosh(), 1.0, inf)),
    "tanh": _rising(lambda x: x.tanh(), -1.0, 1.0),
    "sech2": _from_zero(_falling(_sech2_ball, 1.0)),
    "arctan": _rising(lambda x: x.atan(), nextafter(-pi / 2, -inf), nextafter(pi / 2, inf)),
    "asinh": _rising(lambda x: x.asinh(), -inf, inf),
    "erf": _rising(lambda x: x.erf(), -1.0, 1.0),
    "sigmoid": _rising(_logistic_ball, 0.0, 1.0),
    "sigmoid_slope": _from_zero(_falling(lambda x: _logistic_ball(x) * _logistic_ball(-x), 0.25)),
    "softplus": _rising(lambda x: (1 + x.exp()).log(), 0.0, inf),
    "Phi": _rising(lambda x: (-x / arb(2).sqrt()).erfc() / 2, 0.0, 1.0),
    "phi": _from_zero(_falling(lambda x: (-x * x / 2).exp() / (2 * arb.pi()).sqrt(), 0.39894228040143276)),
    "abs": _abs,
    "sign": _sign,
    "min": lambda x, y: Interval(min(x.low, y.low), min(x.high, y.high)),
    "max": lambda x, y: Interval(max(x.low, y.low), max(x.high, y.high)),
    "less": _less,
    "less_equal": _less_equal,
    "greater": lambda x, y: _less(y, x),
    "greater_equal": lambda x, y: _less_equal(y, x),
    "where": _where,
}
