"""The values that each operation takes on an interval, by Arb's balls at the end points.

A function that rises has its extremes at the ends, an even one that falls from 0 has them there or at 0, and
so on: Arb evaluates it at the end points, and the radius of its ball is added
(Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, 2017).
"""

from collections.abc import Callable
from functools import lru_cache, partial
from math import copysign, inf, isinf, nextafter, pi
from typing import Any, TypeAlias

from flint import arb, ctx

from lab.numerics import REALS, Interval
from lab.prover.intervals.rounding import add, div, exponent, mul, neg, sub, upper
from lab.prover.intervals.sinc_ranges import SINC, sinc_range

Rule: TypeAlias = Callable[..., Interval | None]
"""From intervals of the arguments to one of the values; None where some value is undefined."""

Ball: TypeAlias = Callable[[arb], arb]

_LARGEST_EXPONENT = 709.0
"""An x at which e^x is a float. Where it is no ball, far beyond, it is not less than there."""


@lru_cache(maxsize=1 << 14)
def _point(function: Ball, x: float, precision: int) -> Interval:
    """The value at one finite point, computed with so many bits; neighbouring boxes share their ends."""
    return _of_ball(function(arb(x)))


def _of_ball(ball: arb) -> Interval:
    """The floats around a ball; all reals where it is none."""
    return Interval(-upper(-ball), upper(ball))


def _rising(function: Ball, at_minus: float, at_plus: float) -> Callable[[Interval], Interval]:
    """The rule of a nondecreasing function with these limits."""

    def rule(x: Interval) -> Interval:
        low = at_minus if x.low == -inf else max(value(x.low).low, at_minus)
        high = at_plus if x.high == inf else min(value(x.high).high, at_plus)
        return Interval(low, high)

    def value(x: float) -> Interval:
        found = _point(function, x, ctx.prec)
        if found != REALS or abs(x) <= _LARGEST_EXPONENT:
            return found
        nearer = _point(function, copysign(_LARGEST_EXPONENT, x), ctx.prec)
        return Interval(nearer.low, inf) if x > 0 else Interval(-inf, nearer.high)

    return rule


def _falling(function: Ball, at_minus: float, at_plus: float) -> Callable[[Interval], Interval]:
    """The rule of a nonincreasing function with these limits."""
    rule = _rising(lambda x: function(-x), at_plus, at_minus)
    return lambda x: rule(neg(x))


def _even(rule: Callable[[Interval], Interval]) -> Callable[[Interval], Interval]:
    """The rule of an even function, given its rule on [0, ∞)."""
    return lambda x: rule(_abs(x))


def _bell(function: Ball, most: float) -> Callable[[Interval], Interval]:
    """The rule of an even function that falls from no more than ``most`` at 0 to 0 in both tails."""
    return _even(_falling(function, most, 0.0))


def _above(least: float, rule: Callable[[Interval], Interval]) -> Rule:
    """The rule of a function that is defined above ``least`` only."""
    return lambda x: rule(x) if x.low > least else None


def _abs(x: Interval) -> Interval:
    if x.low >= 0:
        return x
    if x.high <= 0:
        return neg(x)
    return Interval(0.0, max(-x.low, x.high))


def _wave(function: Ball) -> Callable[[Interval], Interval]:
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
        if x.low == 0 < power and c.high < inf:  # of each x it rises or falls with c
            return Interval(0.0, max(_raised(end)(x).high for end in (power, c.high)))
        return _exp(mul(c, _log(x))) if x.low > 0 else None
    if power < 0:
        inverse = _pow(x, Interval(-power, -power))
        return None if inverse is None else div(Interval(1.0, 1.0), inverse)
    if power != int(power):
        return _raised(power)(x) if x.low >= 0 else None
    return _raised(power)(x if power % 2 == 1 else _abs(x))


@lru_cache(maxsize=64)
def _raised(power: float) -> Callable[[Interval], Interval]:
    """The rule of x^power for a power ≥ 0, where it rises: for x ≥ 0, or all x where the power is odd."""
    if power != int(power):
        written = exponent(power)
        return _rising(lambda u: u ** arb(written) if u > 0 else arb(0), 0.0, inf)
    return _rising(lambda u: u ** int(power), -inf if power % 2 == 1 else 0.0, inf)


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _logistic(x: arb) -> arb:
    return 1 / (1 + (-x).exp()) if x >= 0 else x.exp() / (1 + x.exp())


def _logistic_slope(x: arb) -> arb:
    return _logistic(x) * _logistic(-x)


def distribution(x: Any) -> Any:
    """Φ(x), also of a complex ball."""
    return (-x / arb(2).sqrt()).erfc() / 2


def density(x: Any) -> Any:
    """φ(x) = e^(−x²/2)/√(2π), also of a complex ball."""
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


def arccot(x: arb) -> arb:
    """π/2 − arctan x, which lies in (0, π)."""
    return (1 / x).atan() if x > 1 else arb.pi() / 2 - x.atan()


def erf_slope(x: Any) -> Any:
    """2 e^(−x²)/√π, also of a complex ball."""
    return 2 * (-x * x).exp() / arb.pi().sqrt()


def _exp(x: Interval) -> Interval:
    """e^x; beside 0 its ball holds 1, but e^x lies on one side of it."""
    values = _growth(x)
    return Interval(
        max(values.low, 1.0) if x.low >= 0 else values.low,
        min(values.high, 1.0) if x.high <= 0 else values.high,
    )


_growth = _rising(lambda x: x.exp(), 0.0, inf)
_log = _rising(lambda x: x.log(), -inf, inf)
_root = _rising(lambda x: x.sqrt(), 0.0, inf)

RULES: dict[str, Rule] = {
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": div,
    "neg": neg,
    "pow": _pow,
    "exp": _exp,
    "expm1": _rising(lambda x: x.expm1(), -1.0, inf),
    "log": _above(0.0, _log),
    "log1p": _above(-1.0, _rising(lambda x: x.log1p(), -inf, inf)),
    "sqrt": lambda x: _root(x) if x.low >= 0 else None,
    "sin": _wave(lambda x: x.sin()),
    "cos": _wave(lambda x: x.cos()),
    **{name: partial(sinc_range, n=n) for n, name in enumerate(SINC)},
    "sinh": _rising(lambda x: x.sinh(), -inf, inf),
    "cosh": _even(_rising(lambda x: x.cosh(), 1.0, inf)),
    "tanh": _rising(lambda x: x.tanh(), -1.0, 1.0),
    "sech2": _bell(lambda x: 4 * _logistic_slope(2 * x), 1.0),
    "arctan": _rising(lambda x: x.atan(), nextafter(-pi / 2, -inf), nextafter(pi / 2, inf)),
    "arccot": _falling(arccot, nextafter(pi, inf), 0.0),
    "asinh": _rising(lambda x: x.asinh(), -inf, inf),
    "erf": _rising(lambda x: x.erf(), -1.0, 1.0),
    "erfc": _falling(lambda x: x.erfc(), 2.0, 0.0),
    "erf_slope": _bell(erf_slope, nextafter(2 / pi**0.5, inf)),
    "sigmoid": _rising(_logistic, 0.0, 1.0),
    "sigmoid_slope": _bell(_logistic_slope, 0.25),
    "softplus": _rising(lambda x: x.max(arb(0)) + (-abs(x)).exp().log1p(), 0.0, inf),
    "softsign": _rising(lambda x: x / (1 + abs(x)), -1.0, 1.0),
    "isru": _rising(lambda x: x / (1 + x * x).sqrt(), -1.0, 1.0),
    "Phi": _rising(distribution, 0.0, 1.0),
    "phi": _bell(density, nextafter(1 / (2 * pi) ** 0.5, inf)),
    "abs": _abs,
    "sign": lambda x: Interval(_sign(x.low), _sign(x.high)),
    "min": lambda x, y: Interval(min(x.low, y.low), min(x.high, y.high)),
    "max": lambda x, y: Interval(max(x.low, y.low), max(x.high, y.high)),
    "less": lambda x, y: Interval(float(x.high < y.low), float(x.low < y.high)),
    "less_equal": lambda x, y: Interval(float(x.high <= y.low), float(x.low <= y.high)),
    "greater": lambda x, y: Interval(float(x.low > y.high), float(x.high > y.low)),
    "greater_equal": lambda x, y: Interval(float(x.low >= y.high), float(x.high >= y.low)),
}
"""The rule of each operation but ``where``. These stand only in exact graphs: ``erfc``; ``erf_slope``, the
derivative of erf; the higher derivatives of `SINC`; ``softsign``, x/(1 + |x|); and ``isru``, x/√(1 + x²)."""

STRICT = frozenset(
    {
        *("add", "sub", "neg", "exp", "expm1", "log", "log1p", "sqrt", "sinh", "tanh", "arctan", "asinh"),
        *("arccot", "erf", "erfc", "sigmoid", "softplus", "Phi", "softsign", "isru"),
    }
)
"""The operations that rise or fall strictly: on an interval without its ends they do not reach their own."""
