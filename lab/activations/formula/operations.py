"""The operations of a formula: each with its derivative and, where no kernel computes it, what it is made of.

A new function is one more row of `OPERATIONS` and one of `LANGUAGE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING, TypeAlias

from lab.activations.formula.signs import times

if TYPE_CHECKING:
    from lab.activations.formula.graph import Expression

E: TypeAlias = "Expression"
Making: TypeAlias = "Callable[..., Expression]"

FAR, SLOWEST = 64.0, 0.25
"""A |x| from which on exp(−x²/4) is 0 in float64 and in float32, and the rate of that."""


@dataclass(frozen=True)
class Operation:
    """One operation.

    derivative
        ``derivative(y, *x, *dx)``: the expression of dy, given y = f(x) and the dx.
    lowered
        The same value as an expression in kernels, precise in the tails; None where there is a kernel of
        the operation's name.
    """

    derivative: Making
    lowered: Making | None = None


@dataclass(frozen=True)
class Function:
    """A function of the language: the operation that it is, what it means, and its other names."""

    operation: str
    about: str
    arguments: tuple[str, ...] = ("x",)
    aliases: tuple[str, ...] = ()


def _product_slope(y: E, u: E, v: E, du: E, dv: E) -> E:
    if dv.number == 0:
        return times(v, du)
    return times(u, dv) if du.number == 0 else times(u, dv) + times(v, du)


def _quotient_slope(y: E, u: E, v: E, du: E, dv: E) -> E:
    return du / v if dv.number == 0 else (du - times(y, dv)) / v


def _power_slope(y: E, x: E, c: E, dx: E, dc: E) -> E:
    by_base = c * (x if c.number == 2 else x ** (c - 1)) * dx if dx.number != 0 else dx
    if dc.number == 0:
        return by_base
    by_exponent = y * x.call("log") * dc
    return by_exponent if dx.number == 0 else by_base + by_exponent


def _root_slope(y: E, x: E, dx: E) -> E:
    """Of √x; where x may be 0 a product, for dx may be 0 too: 0·∞ is taken for 0, and 0/0 is no number."""
    return 0.5 * dx / y if is_positive(x) else dx * (0.5 / y)


def is_positive(x: E) -> bool:
    """Whether x is seen to be a positive number and what is not negative, as 1 + z²."""
    if x.operation == "add":
        return any(is_positive(u) and _is_not_negative(v) for u, v in (x.arguments, x.arguments[::-1]))
    return not x.varies and (x.number is None or x.number > 0)


def _is_not_negative(x: E) -> bool:
    if x.operation == "pow":
        return (x.arguments[1].number or 1.0) % 2 == 0
    if x.operation in ("add", "mul", "div"):
        return all(map(_is_not_negative, x.arguments))
    return x.operation in ("abs", "exp", "cosh") or is_positive(x)


def _flat(y: E, *rest: E) -> E:
    return y.lifted(0)


def _chosen_slope(comparison: str, u: E, v: E, du: E, dv: E) -> E:
    """Of ``min`` and ``max``: where both are equal the first one's, or that of what does not vary."""
    first = u.call(f"{comparison}_equal" if v.varies else comparison, v)
    return first.call("where", du, dv)


def _sinc_curvature(slope: E, x: E) -> E:
    """−sinc x − 2 sinc′x/x, which is −1/3 at 0."""
    beside = -x.call("sinc") - 2 * slope / x
    return x.call("abs").call("greater", 0).call("where", beside, -1 / 3)


def _sigmoid(x: E) -> E:
    return 1 / (1 + 1 / x.call("exp"))


def _sigmoid_slope(x: E) -> E:
    return _sigmoid(x) / (1 + x.call("exp"))


def _softplus(x: E) -> E:
    R = x.call("exp")
    return x.call("max", 0) + R.call("min", 1 / R).call("log1p")


def _sech2(x: E) -> E:
    R = x.call("exp")
    return (2 / (R + 1 / R)).call("square")


def _distance(x: E) -> E:
    """|x|, no farther than `FAR`; max(x, −x), which a complex step passes through."""
    return x.call("max", -x).call("nearer")


def bell(x: E, rate: float) -> E:
    """exp(−rate·x²), precise in both tails, where the rounding of x² costs rate·x² units of precision.

    With y = |x| and h its first binary digits, h² is exact and y² − h² = (y − h)(y + h) is small. The rate is
    a power of 2, which rounds nothing, and at least `SLOWEST`.
    Source: Cody, *Rational Chebyshev approximations for the error function* (1969).
    """
    y = _distance(x)
    h = y.call("sixteenths")
    return (-rate * h.call("square")).call("exp") * (-rate * ((y - h) * (y + h))).call("exp")


def _distribution(x: E) -> E:
    """Φ(−|x|), or what it lacks to 1."""
    lower = 0.5 * (sqrt(0.5) * _distance(x)).call("erfcx") * bell(x, 0.5)
    return x.call("greater_equal", 0).call("where", 1 - lower, lower)


def _erfc(x: E) -> E:
    """1 − erf |x|, or what it lacks to 2."""
    lower = _distance(x).call("erfcx") * bell(x, 1.0)
    return x.call("greater_equal", 0).call("where", lower, 2 - lower)


def _arccot(x: E) -> E:
    """The arctan of 1/x on the right, where π/2 − arctan x cancels."""
    far = (1 / x.call("max", 1)).call("arctan")
    return x.call("greater", 1).call("where", far, pi / 2 - x.call("arctan"))


def _density(x: E) -> E:
    return 1 / sqrt(2 * pi) * bell(x, 0.5)


OPERATIONS: dict[str, Operation] = {
    "add": Operation(lambda y, u, v, du, dv: du + dv),
    "sub": Operation(lambda y, u, v, du, dv: du - dv),
    "mul": Operation(_product_slope),
    "div": Operation(_quotient_slope),
    "pow": Operation(_power_slope),
    "neg": Operation(lambda y, x, dx: -dx),
    "exp": Operation(lambda y, x, dx: y * dx),
    "expm1": Operation(lambda y, x, dx: x.call("exp") * dx),
    "log": Operation(lambda y, x, dx: dx / x),
    "log1p": Operation(lambda y, x, dx: dx / (1 + x)),
    "sqrt": Operation(_root_slope),
    "sin": Operation(lambda y, x, dx: x.call("cos") * dx),
    "cos": Operation(lambda y, x, dx: -x.call("sin") * dx),
    "sinc": Operation(lambda y, x, dx: x.call("sinc_slope") * dx),
    "sinc_slope": Operation(lambda y, x, dx: _sinc_curvature(y, x) * dx),
    "sinh": Operation(lambda y, x, dx: x.call("cosh") * dx),
    "cosh": Operation(lambda y, x, dx: x.call("sinh") * dx),
    "tanh": Operation(lambda y, x, dx: x.call("sech2") * dx),
    "sech2": Operation(lambda y, x, dx: -2 * x.call("tanh") * y * dx, _sech2),
    "arctan": Operation(lambda y, x, dx: dx / (1 + x**2)),
    "arccot": Operation(lambda y, x, dx: -dx / (1 + x**2), _arccot),
    "asinh": Operation(lambda y, x, dx: dx / (1 + x**2).call("sqrt")),
    "erf": Operation(lambda y, x, dx: 2 / sqrt(pi) * (-(x**2)).call("exp") * dx),
    "erfc": Operation(lambda y, x, dx: -2 / sqrt(pi) * (-(x**2)).call("exp") * dx, _erfc),
    "sigmoid": Operation(lambda y, x, dx: x.call("sigmoid_slope") * dx, _sigmoid),
    "sigmoid_slope": Operation(lambda y, x, dx: -y * (0.5 * x).call("tanh") * dx, _sigmoid_slope),
    "softplus": Operation(lambda y, x, dx: x.call("sigmoid") * dx, _softplus),
    "Phi": Operation(lambda y, x, dx: x.call("phi") * dx, _distribution),
    "phi": Operation(lambda y, x, dx: -(x * y * dx), _density),
    "abs": Operation(lambda y, x, dx: x.call("sign") * dx),
    "sign": Operation(_flat),
    "min": Operation(lambda y, *x: _chosen_slope("less", *x)),
    "max": Operation(lambda y, *x: _chosen_slope("greater", *x)),
    **{name: Operation(_flat) for name in ("less", "less_equal", "greater", "greater_equal")},
    "where": Operation(lambda y, c, u, v, dc, du, dv: c.call("where", du, dv)),
}
"""All operations by name."""

COMMUTATIVE = frozenset({"add", "mul"})
"""The operations whose arguments may change places; ``min`` and ``max`` may not, because of their kinks."""

EVEN = frozenset({"abs", "cos", "cosh", "sinc", "sech2", "sigmoid_slope", "phi"})
"""The functions with f(−x) = f(x)."""

ODD = frozenset({"sin", "sinc_slope", "sinh", "tanh", "arctan", "asinh", "erf", "sign"})
"""Those with f(−x) = −f(x)."""

PARTIAL = frozenset({"div", "pow", "log", "log1p", "sqrt"})
"""The operations that are undefined at some real arguments."""

LANGUAGE: tuple[Function, ...] = (
    Function("exp", "e to the power x"),
    Function("expm1", "exp(x) - 1, precise near 0"),
    Function("log", "the natural logarithm; x > 0"),
    Function("log1p", "log(1 + x), precise near 0; x > -1"),
    Function("sqrt", "the square root; x >= 0"),
    Function("sin", "the sine"),
    Function("cos", "the cosine"),
    Function("sinc", "sin(x)/x, and 1 at 0"),
    Function("sinh", "the hyperbolic sine"),
    Function("cosh", "the hyperbolic cosine"),
    Function("tanh", "the hyperbolic tangent"),
    Function("sech2", "1/cosh(x)**2, the slope of tanh"),
    Function("arctan", "the inverse of the tangent", aliases=("atan",)),
    Function("asinh", "the inverse of the hyperbolic sine", aliases=("arcsinh",)),
    Function("erf", "the error function"),
    Function("erfc", "1 - erf(x), precise for large x"),
    Function("sigmoid", "the logistic function 1/(1 + exp(-x))", aliases=("s",)),
    Function("softplus", "log(1 + exp(x))", aliases=("sp",)),
    Function("Phi", "the distribution function of the standard normal law"),
    Function("phi", "the density of the standard normal law, the slope of Phi"),
    Function("abs", "the absolute value; slope 0 at 0"),
    Function("sign", "-1, 0 or 1; slope 0 everywhere"),
    Function("min", "the smaller of two", ("x", "y")),
    Function("max", "the larger of two", ("x", "y")),
    Function("where", "x where the comparison holds, else y", ("comparison", "x", "y")),
)
"""The functions that a formula may call."""

FUNCTIONS: dict[str, str] = {
    name: function.operation for function in LANGUAGE for name in (function.operation, *function.aliases)
}
"""What a formula may call: the name in the text → the operation."""

ARITY: dict[str, int] = {function.operation: len(function.arguments) for function in LANGUAGE}
"""The number of arguments of a function's operation."""

COMPARISONS = frozenset({"less", "less_equal", "greater", "greater_equal"})

JUMPING = COMPARISONS | {"sign"}
"""The operations at whose switching points σ may jump."""

SWITCHES = JUMPING | {"abs", "min", "max"}
"""Those at whose switching points σ or σ′ may have a kink."""
