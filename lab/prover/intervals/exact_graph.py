"""An expression and its derivatives as one graph, with nothing rounded on the way.

A `FloatGraph` folds constants to floats, which is right for computing and wrong for proving. An exact graph
folds them to intervals, and it writes what interval arithmetic bounds badly in a form of the same value that
it bounds well, and that is defined where the other is. In 1 + tanh u both terms are near 1 in size where the
sum is near 0, in 2 sigmoid(2u) there is nothing to cancel; in sin u cos u an interval forgets that one is
small where the other is large, in sin(2u)/2 it need not know.
"""

import operator
from collections.abc import Callable
from fractions import Fraction
from math import isfinite
from typing import final

from flint import ctx

from lab.activations.formula.derivatives import chained
from lab.activations.formula.graph import Expression, Graph, folded
from lab.activations.formula.operations import OPERATIONS
from lab.activations.formula.terms import coefficients, factors
from lab.numerics import Interval
from lab.prover.intervals.ranges import RULES
from lab.prover.intervals.rounding import LARGEST_DIVISOR, exponent

_PRECISION = 128
"""The bits with which constants are folded: so many that they lie between neighbouring floats."""


@final
class ExactGraph(Graph):
    """Makes expressions whose constants are intervals that hold them.

    >>> third = ExactGraph().constant(1) / 3
    >>> third.number is None, 1/3 in third.values
    (True, True)
    """

    def constant(self, value: float | Interval | None) -> Expression:
        """A number, a number that is known to lie in an interval, or none."""
        values = Interval(float(value), float(value)) if isinstance(value, int | float) else value
        number = values.low + 0.0 if values is not None and values.low == values.high else None
        return self._node("constant", number=number, values=values)

    def apply(self, name: str, *x: Expression) -> Expression:
        if (simple := _simpler(name, *x)) is not None:
            return simple
        if name in RULES and all(argument.operation == "constant" for argument in x):
            values = [argument.values for argument in x]
            with ctx.workprec(_PRECISION):
                held = None if None in values else RULES[name](*values)
            if held is not None and held.low != held.high:
                made = self._node("constant", values=held, origin=(name, x))
                whole = _fraction(made)
                return made if whole is None or whole != float(whole) else self.constant(float(whole))
            return self.constant(held)
        return self._node(name, *x)

    def exponent(self, c: Expression) -> Expression:
        """The fraction that an exponent stands for."""
        if (p := exponent(c.number or 0.0)).q > LARGEST_DIVISOR or c.number is None:
            return c
        return self.constant(int(p.p)) / int(p.q)

    def derivative(self, of: Expression, by: Expression) -> Expression:
        return chained(of, {by: self.constant(1)}, _SLOPES)


def exact_expression(expression: Expression) -> Expression:
    """An expression in an exact graph of its own."""
    graph = ExactGraph()

    def made(node: Expression, x: list[Expression]) -> Expression:
        return graph.apply(node.operation, *x) if x else graph.leaf(node)

    return folded(made, expression)[0]


def _fraction(x: Expression) -> Fraction | None:
    """A constant that is made of numbers by sums, products and quotients, as a fraction."""
    if x.number is not None:
        return Fraction(x.number) if isfinite(x.number) else None
    name, arguments = x.origin or ("", ())
    known = [_fraction(one) for one in arguments]
    return _OF_FRACTIONS[name](*known) if name in _OF_FRACTIONS and None not in known else None


_OF_FRACTIONS = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv}


def _power_slope(y: Expression, x: Expression, c: Expression, dx: Expression, dc: Expression) -> Expression:
    """Of x^c: c·(x^c/x)·dx where c − 1 is no float, as of 3/10, but with x^(c−1) where that is 0 at 0."""
    held = x.graph.exponent(c)
    if c.number is not None and (less := held - 1).number is None:
        left = _fraction(less) or 0
        return held * (x ** float(left) if left > 0 else y / x) * dx
    return OPERATIONS["pow"].derivative(y, x, c, dx, dc)


_SLOPES: dict[str, Callable[..., Expression]] = {
    "pow": _power_slope,
    "erf": lambda y, x, dx: x.call("erf_slope") * dx,
    "erfc": lambda y, x, dx: -(x.call("erf_slope") * dx),
    "erf_slope": lambda y, x, dx: -2 * (x * y) * dx,
    "sinc_slope": lambda y, x, dx: x.call("sinc_curvature") * dx,
    "sinc_curvature": lambda y, x, dx: x.call("sinc_jerk") * dx,
    "softsign": lambda y, x, dx: dx / (1 + x.call("abs")) ** 2,
    "isru": lambda y, x, dx: dx * (1 + x**2) ** -1.5,
}
"""Rules of differentiation that `OPERATIONS` has with a rounded constant, or not at all."""


def _simpler(name: str, x: Expression, *rest: Expression) -> Expression | None:
    """``name(x, *rest)`` by other operations, where there is a better form; None where there is none."""
    y = rest[0] if rest else x
    match name:
        case "add":
            if 0 in (x.number, y.number):
                return y if x.number == 0 else x
            return _lacking(x, y, 1) or _of_opposite_terms(x, y) or _of_opposite_terms(y, x)
        case "sub":
            if y.number == 0:
                return x
            return -y if x.number == 0 else _lacking(x, y, -1) or _of_alike_terms(x, y) or _bump(x, y)
        case "mul":
            return _product(x, y)
        case "div":
            return x if y.number == 1 else _quotient(x, y)
        case "neg":
            return x.arguments[0] if x.operation == "neg" else None
        case "pow":
            if y.varies and x.number is not None and x.number > 0:
                return (y * x.call("log")).call("exp")
            return x if y.number == 1 else None
        case "less" | "greater" | "less_equal" | "greater_equal":
            return x.lifted(float(name.endswith("equal"))) if x == y and x.total else None
        case "where":
            return rest[0] if rest[0] == rest[1] else None
    return None


def _lacking(x: Expression, y: Expression, sign: int) -> Expression | None:
    """1 ± tanh u = 2 sigmoid(±2u) and 1 ± erf u = erfc(∓u), for x ± y in either order of a sum."""
    if sign == 1 and y.number == 1:
        x, y = y, x
    if x.number != 1 or y.operation not in ("tanh", "erf"):
        return None
    (u,) = y.arguments
    return 2 * (2 * sign * u).call("sigmoid") if y.operation == "tanh" else (-sign * u).call("erfc")


def _of_alike_terms(x: Expression, y: Expression) -> Expression | None:
    """x − y where terms of both are multiples of one: 2(z − 1) − 2z is −2.

    What is not defined everywhere does not vanish: ln z − ln z is no number at z = −1.
    """
    u, v = coefficients(x), coefficients(y)
    if not any(f.varies for f in u.keys() & v.keys()):
        return None
    total = x.lifted(0)
    for f in dict.fromkeys([*u, *v]):
        factor = u.get(f, x.lifted(0)) - v.get(f, x.lifted(0))
        if factor.number == 0 and not f.total:
            return None
        total = total + (factor if not f.varies else factor * f)
    return total


def _of_opposite_terms(x: Expression, y: Expression) -> Expression | None:
    return _of_alike_terms(x, y.arguments[0]) if y.operation == "neg" else None


def _bump(x: Expression, y: Expression) -> Expression | None:
    """c(sigmoid u − sigmoid v) = −c·sigmoid(u)·sigmoid(−v)·expm1(v − u), where v − u is a number."""
    (a, s), (b, t) = _with_factor(x), _with_factor(y)
    if s.operation != "sigmoid" or t.operation != "sigmoid" or a != b:
        return None
    (u,), (v,) = s.arguments, t.arguments
    apart = v - u
    if apart.varies:
        return None
    return a * -apart.call("expm1") * (s * (-v).call("sigmoid"))


def _product(x: Expression, y: Expression) -> Expression | None:
    for one, other in ((x, y), (y, x)):
        if one.number == 0:
            return one
        if one.number == 1:
            return other
        if one.number == -1:
            return -other
        if one.operation == "neg" and not other.varies:
            return -(one.arguments[0] * other)
    (a, u), (b, v) = _with_factor(x), _with_factor(y)
    if {u.operation, v.operation} == {"sin", "cos"} and u.arguments == v.arguments:  # sin u cos u = sin(2u)/2
        return 0.5 * (a * b) * (2 * u.arguments[0]).call("sin")
    return None


def _with_factor(x: Expression) -> tuple[Expression, Expression]:
    """x = a·u, where a does not depend on z."""
    if x.operation == "neg":
        a, u = _with_factor(x.arguments[0])
        return -a, u
    if x.operation == "mul":
        for one, other in (x.arguments, x.arguments[::-1]):
            if not one.varies:
                a, u = _with_factor(other)
                return one * a, u
    return x.lifted(1), x


def _quotient(x: Expression, y: Expression) -> Expression | None:
    """Sinh u/cosh u = tanh u, u/(1 + |u|), u/√(u² + c) and e^u/(c + e^u) = sigmoid(u − ln c), also where the
    dividend has a further factor.
    """
    if y.operation == "exp":  # whose least values are no floats
        return x * (-y.arguments[0]).call("exp")
    if y.operation == "cosh":
        sines = ((f, rest) for f, rest in factors(x) if f.operation == "sinh" and f.arguments == y.arguments)
        return next((f.arguments[0].call("tanh") * rest for f, rest in sines), None)
    if y.operation == "sqrt" and y.arguments[0].operation == "add":
        return _over_root(x, *y.arguments[0].arguments)
    if y.operation == "add":
        one, size = y.arguments if y.arguments[0].number is not None else y.arguments[::-1]
        b, power = _with_factor(size)
        if power.operation == "exp" and (one.number or 0) * (b.number or 0) > 0 and (a := _ratio(x, power)):
            return a / b * (power.arguments[0] - (one / b).call("log")).call("sigmoid")
        if one.number == 1 and size.operation == "abs":
            u = size.arguments[0]
            factor = _ratio(x, u)
            return None if factor is None else factor * u.call("softsign")
    return None


def _over_root(x: Expression, square: Expression, c: Expression) -> Expression | None:
    """u/√(u² + c) = isru(u/√c)."""
    if square.number is not None:
        square, c = c, square
    if c.number is None or c.number <= 0 or square.operation != "pow" or square.arguments[1].number != 2:
        return None
    u = square.arguments[0]
    factor = _ratio(x, u)
    return None if factor is None else factor * (u / c.call("sqrt")).call("isru")


def _ratio(x: Expression, u: Expression) -> Expression | None:
    """The number a of x = a·u; None where there is none, or it is not known to be finite."""
    (a, v), (b, w) = _with_factor(x), _with_factor(u)
    if v != w:
        return None
    if a == b:
        return x.lifted(1)
    return a / b if b.number else None
