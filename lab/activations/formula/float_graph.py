"""The graph of a formula that is computed: constants are floats.

It drops what does nothing (x + 0, 1·x) and brings minus signs and factors to one place, so that equal
expressions become one node more often.
"""

from collections.abc import Callable
from functools import partial
from math import e, isfinite
from typing import final

from lab.activations.formula.derivatives import chained
from lab.activations.formula.graph import Expression, Graph, below
from lab.activations.formula.kernels import of_numbers
from lab.activations.formula.operations import COMPARISONS, EVEN, ODD, OPERATIONS
from lab.activations.formula.terms import factors


@final
class FloatGraph(Graph):
    """Makes expressions whose constants are folded to floats."""

    def constant(self, value: float) -> Expression:
        return self._node("constant", number=float(value))

    def apply(self, name: str, *x: Expression) -> Expression:
        """An operation on expressions, simplified where that changes no value and no domain.

        So 0·x is 0 only where x is total: 0·log z is not 0 at z = −1.
        """
        if name in _SIMPLER and (simpler := _SIMPLER[name](*x)) is not None:
            return simpler
        numbers = [argument.number for argument in x if argument.number is not None]
        if len(numbers) < len(x):
            return self._node(name, *x)
        lowered = OPERATIONS[name].lowered if name in OPERATIONS else None
        return lowered(*x) if lowered else self.constant(of_numbers(name, *numbers))

    def derivative(self, of: Expression, by: Expression) -> Expression:
        """The derivative; of f(c·z + d) it is c·f′(u) at u = c·z + d, so that f′ has the form that the
        rewrites know.
        """
        x = of.arguments
        if of.operation in ("add", "sub"):
            return self.derivative(x[0], by).call(of.operation, self.derivative(x[1], by))
        if of.operation == "neg":
            return -self.derivative(x[0], by)
        for factor, rest in factors(of) if of.operation == "mul" else ():
            if factor.number not in (None, 1):
                return factor * self.derivative(rest, by)
        line, rate = _line(of, by)
        found = chained(of, {line: self.constant(1)}, {})
        return found if line is by else found * rate


def _line(of: Expression, by: Expression) -> tuple[Expression, float]:
    """The one c·z + d through which alone z enters, and c; z itself and 1 where there is none or c is 1."""
    rates: dict[Expression, float | None] = {}
    entered: set[Expression] = set()
    for y in below(of):
        inner = [rates[x] for x in y.arguments]
        rates[y] = float(y is by)
        if any(rate != 0 for rate in inner):
            rates[y] = _rate(y, inner)
            if rates[y] is None:
                entered |= {x for x, rate in zip(y.arguments, inner, strict=True) if rate}
    line = entered.pop() if len(entered) == 1 else by
    rate = rates.get(line) or 1.0
    return (by if rate == 1 else line), rate


def _rate(y: Expression, inner: list[float | None]) -> float | None:
    """The c of a line c·z + d that is made of lines with these; None where it is none."""
    match y.operation, inner, [x.number for x in y.arguments]:
        case "add" | "sub" | "neg", _, _ if None not in inner:
            return of_numbers(y.operation, *(rate for rate in inner if rate is not None))
        case "mul", [float(rate), _], [_, float(number)]:
            return rate * number
        case "mul", [_, float(rate)], [float(number), _]:
            return rate * number
        case "div", [float(rate), _], [_, float(number)] if number != 0:
            return rate / number
    return None


def _simpler_sum(x: Expression, y: Expression) -> Expression | None:
    if x.number == 0:
        return y
    if y.number == 0:
        return x
    if x is y:
        return 2 * x
    if _has_a_sign(y):
        return x - -y
    return y - -x if _has_a_sign(x) else _common_factor("add", x, y)


def _simpler_difference(x: Expression, y: Expression) -> Expression | None:
    if y.number == 0:
        return x
    if x is y and x.total:
        return x.lifted(0)
    if x.operation == "add" and y.total and any(y is term for term in x.arguments):
        return next((term for term in x.arguments if term is not y), y)
    if x.number == 0:
        return -y
    if x.operation == "sub" and x.arguments[0] is y and y.total:
        return -x.arguments[1]
    if (
        x.total
        and (y.operation == "add" or (y.operation == "sub" and y.arguments[0] is x))
        and x in y.arguments
    ):
        return -(y - x)
    if _has_a_sign(y):
        return x + -y
    return -(x.arguments[0] + y) if x.operation == "neg" else _common_factor("sub", x, y)


def _common_factor(name: str, x: Expression, y: Expression) -> Expression | None:
    """C·u ± c·v as c·(u ± v), also where u or v is 1: 0.5 + 0.5·tanh z is 0.5·(1 + tanh z); and u/d ± v/d."""
    if x.operation == y.operation == "div" and x.arguments[1] is y.arguments[1] and not x.arguments[1].varies:
        return x.arguments[0].call(name, y.arguments[0]) / x.arguments[1]
    (c, u), (d, v) = _factored_quotient(x), _factored_quotient(y)
    if c is None or c in (0, 1) or c != d or (u is None and v is None):
        return None
    one, other = (x.lifted(1) if within is None else within for within in (u, v))
    return c * one.call(name, other)


def _factored_quotient(x: Expression) -> tuple[float | None, Expression | None]:
    """As `_factored`, and c·(u/v) for (c·u)/v."""
    c, u = _factored(x)
    if c is None and x.operation == "div":
        over, under = x.arguments
        c, u = _factored(over)
        return (c, u / under) if c is not None and u is not None else (None, None)
    return c, u


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
        if one.operation == "div" and one.arguments[1] is other and other.number:
            return one.arguments[0]
        if _is_masked(one) and other.total:
            return one.arguments[0].call("where", *(branch * other for branch in one.arguments[1:]))
    (c, u), (d, v) = _factored(x), _factored(y)
    factor = None if c is None or d is None else _exact_product(c, d)
    if factor is not None and (u is not None or v is not None):
        rest = u if v is None else v if u is None else u * v
        return None if rest is None else factor * rest
    return x**2 if x is y else None


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
    d, v = _factored(y)
    if d and v is not None and _exact_product(1 / d, d) == 1:  # a power of 2: nothing is rounded
        return x / v * (1 / d)
    c, u = _factored(x)
    if c is None or u is None or not y.number:
        return None
    factor = c / y.number
    return factor * u if _exact_product(factor, y.number) == c else None


def _simpler_power(x: Expression, c: Expression) -> Expression | None:
    if x.number == e and c.number is None:
        return c.call("exp")
    if c.number == 1:
        return x
    if c.number is not None and c.number < 0:
        return 1 / x**-c
    if c.number is not None and c.number % 2 == 0 and (x.operation == "abs" or _has_a_sign(x)):
        return (x.arguments[0] if x.operation == "abs" else -x) ** c
    return x.lifted(1) if (c.number == 0 and x.total) or (x.number == 1 and c.total) else None


def _simpler_negative(x: Expression) -> Expression | None:
    if x.operation == "neg":
        return x.arguments[0]
    if x.operation == "sub":
        u, v = x.arguments
        return v - u
    if _is_masked(x):
        condition, *branches = x.arguments
        return condition.call("where", *(one if one.number == 0 else -one for one in branches))
    if x.operation in ("mul", "div"):
        u, v = x.arguments
        if x.operation == "mul" and v.number is not None:
            return u * -v
        if u.number is not None or u.operation == "sub" or (x.operation == "div" and _has_a_sign(u)):
            return (-u).call(x.operation, v)
        if x.operation == "mul" and v.operation == "sub":
            return u * -v
    return None


def _is_masked(x: Expression) -> bool:
    """Whether it is a choice, one side of which is 0."""
    return x.operation == "where" and 0 in [branch.number for branch in x.arguments[1:]]


def _simpler_even(x: Expression, name: str) -> Expression | None:
    if name == x.operation == "abs":
        return x
    return (-x).call(name) if _has_a_sign(x) else None


def _simpler_odd(x: Expression, name: str) -> Expression | None:
    return -(-x).call(name) if _has_a_sign(x) else None


def _has_a_sign(x: Expression) -> bool:
    """Whether it is written with a minus, as −2, −u, −2·u or −2·u/v."""
    if x.operation == "div":
        return _has_a_sign(x.arguments[0])
    factors = x.arguments if x.operation == "mul" else [x]
    return x.operation == "neg" or any(u.number is not None and u.number < 0 for u in factors)


def _simpler_comparison(x: Expression, y: Expression, name: str) -> Expression | None:
    if x.varies and y.varies and (apart := x - y).number is not None:
        return apart.call(name, 0)
    return None


def _simpler_choice(condition: Expression, yes: Expression, no: Expression) -> Expression | None:
    if condition.number is not None:
        return no if condition.number == 0 else yes
    return yes if yes is no and condition.total else None


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
    **{name: partial(_simpler_comparison, name=name) for name in COMPARISONS},
    **{name: partial(_simpler_even, name=name) for name in (*EVEN, "square")},
    **{name: partial(_simpler_odd, name=name) for name in ODD},
}
"""The rules of `FloatGraph.apply`, by operation."""
