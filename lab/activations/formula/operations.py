"""The operations of a formula: each with its value on arrays, its derivative and, where it is made of
simpler ones, what it is lowered to before it is computed.

A new function is one more row of `OPERATIONS` and its name in `FUNCTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from lab.activations import normal
from lab.activations.activation import Array

if TYPE_CHECKING:
    from lab.activations.formula.graph import Expression


@dataclass(frozen=True)
class Operation:
    """One operation.

    compute
        ``compute(*arguments, out=buffer)`` writes the value.
    derivative
        ``derivative(y, *x, *dx)``: the expression of dy, given y = f(x) and the dx.
    lowered
        The same value as an expression in simpler operations, stable in the tails; None for a primitive.
    """

    compute: Callable[..., Any]
    derivative: Callable[..., Expression]
    lowered: Callable[..., Expression] | None = None

    def of_numbers(self, *numbers: Any) -> float:
        """The value at numbers, for folding constants."""
        out = np.empty(1)
        with np.errstate(all="ignore"):
            self.compute(*(np.full(1, number) for number in numbers), out=out)
        return float(out[0])


def _sigmoid(z: Array, out: Array) -> None:
    np.copyto(out, special.expit(z))


def _sigmoid_slope(z: Array, out: Array) -> None:
    np.copyto(out, special.expit(z) * special.expit(-z))


def _softplus(z: Array, out: Array) -> None:
    np.logaddexp(z, 0, out=out)


def _sech2(z: Array, out: Array) -> None:
    np.copyto(out, 4 * special.expit(2 * z) * special.expit(-2 * z))


def _constant(value: float, z: Array, out: Array) -> None:
    out.fill(value)
    np.copyto(out, z, where=np.isnan(z))


def _where(condition: Array, yes: Any, no: Any, out: Array) -> None:
    chosen = np.where(condition != 0, yes, no)
    np.copyto(out, chosen, casting="same_kind")
    np.copyto(out, condition, where=np.isnan(condition))


def _comparison(ufunc: np.ufunc) -> Callable[..., None]:
    def compute(left: Any, right: Any, out: Array) -> None:
        ufunc(left, right, out=out)
        np.copyto(out, np.nan, where=np.isnan(left) | np.isnan(right))

    return compute


def _power(base: Any, exponent: Any, out: Array) -> None:
    if isinstance(exponent, float) and exponent in (2.0, 3.0):
        squared = np.multiply(base, base, out=out if exponent == 2 else None)
        if exponent == 3:
            np.multiply(squared, base, out=out)
    else:
        np.power(base, exponent, out=out)


def _power_slope(y: Expression, x: Expression, c: Expression, dx: Expression, dc: Expression) -> Expression:
    lower = x if c.number == 2 else x ** (c - 1)
    by_base = c * lower * dx
    return by_base if dc.number == 0 else by_base + y * x.call("log") * dc


def _flat(y: Expression, *rest: Expression) -> Expression:
    return y.graph.constant(0)


def _min_slope(y: Expression, u: Expression, v: Expression, du: Expression, dv: Expression) -> Expression:
    first = u.call("less" if v.number is not None else "less_equal", v)
    return first.call("where", du, dv)


def _max_slope(y: Expression, u: Expression, v: Expression, du: Expression, dv: Expression) -> Expression:
    first = u.call("greater" if v.number is not None else "greater_equal", v)
    return first.call("where", du, dv)


def _lowered_sigmoid(x: Expression) -> Expression:
    return 1 / (1 + 1 / x.call("exp"))


def _lowered_sigmoid_slope(x: Expression) -> Expression:
    return _lowered_sigmoid(x) / (1 + x.call("exp"))


def _lowered_softplus(x: Expression) -> Expression:
    R = x.call("exp")
    return x.call("max", 0) + R.call("min", 1 / R).call("log1p")


def _lowered_sech2(x: Expression) -> Expression:
    R = x.call("exp")
    return (2 / (R + 1 / R)) ** 2


OPERATIONS: dict[str, Operation] = {
    "add": Operation(np.add, lambda y, u, v, du, dv: du + dv),
    "sub": Operation(np.subtract, lambda y, u, v, du, dv: du - dv),
    "mul": Operation(np.multiply, lambda y, u, v, du, dv: u * dv + v * du),
    "div": Operation(np.divide, lambda y, u, v, du, dv: (du - y * dv) / v),
    "pow": Operation(_power, _power_slope),
    "neg": Operation(np.negative, lambda y, x, dx: -dx),
    "exp": Operation(np.exp, lambda y, x, dx: y * dx),
    "expm1": Operation(np.expm1, lambda y, x, dx: x.call("exp") * dx),
    "log": Operation(np.log, lambda y, x, dx: dx / x),
    "log1p": Operation(np.log1p, lambda y, x, dx: dx / (1 + x)),
    "sqrt": Operation(np.sqrt, lambda y, x, dx: 0.5 * dx / y),
    "sin": Operation(np.sin, lambda y, x, dx: x.call("cos") * dx),
    "cos": Operation(np.cos, lambda y, x, dx: -x.call("sin") * dx),
    "sinh": Operation(np.sinh, lambda y, x, dx: x.call("cosh") * dx),
    "cosh": Operation(np.cosh, lambda y, x, dx: x.call("sinh") * dx),
    "tanh": Operation(np.tanh, lambda y, x, dx: x.call("sech2") * dx),
    "sech2": Operation(
        _sech2,
        lambda y, x, dx: -2 * x.call("tanh") * y * dx,
        _lowered_sech2,
    ),
    "arctan": Operation(np.arctan, lambda y, x, dx: dx / (1 + x**2)),
    "asinh": Operation(np.arcsinh, lambda y, x, dx: dx / (1 + x**2).call("sqrt")),
    "erf": Operation(special.erf, lambda y, x, dx: 2 / sqrt(pi) * (-(x**2)).call("exp") * dx),
    "sigmoid": Operation(_sigmoid, lambda y, x, dx: x.call("sigmoid_slope") * dx, _lowered_sigmoid),
    "sigmoid_slope": Operation(
        _sigmoid_slope, lambda y, x, dx: y * (1 - 2 * x.call("sigmoid")) * dx, _lowered_sigmoid_slope
    ),
    "softplus": Operation(
        _softplus,
        lambda y, x, dx: x.call("sigmoid") * dx,
        _lowered_softplus,
    ),
    "Phi": Operation(normal.distribution, lambda y, x, dx: x.call("phi") * dx),
    "phi": Operation(normal.density, lambda y, x, dx: -x * y * dx),
    "abs": Operation(np.abs, lambda y, x, dx: x.call("sign") * dx),
    "sign": Operation(np.sign, _flat),
    "min": Operation(np.minimum, _min_slope),
    "max": Operation(np.maximum, _max_slope),
    "less": Operation(_comparison(np.less), _flat),
    "less_equal": Operation(_comparison(np.less_equal), _flat),
    "greater": Operation(_comparison(np.greater), _flat),
    "greater_equal": Operation(_comparison(np.greater_equal), _flat),
    "constant": Operation(_constant, _flat),
    "copy": Operation(np.positive, lambda y, x, dx: dx),
    "where": Operation(_where, lambda y, c, u, v, dc, du, dv: c.call("where", du, dv)),
}
"""All operations by name. Two stand only in programs: ``copy``, and ``constant`` (a number, but NaN
where z is)."""

COMMUTATIVE = frozenset({"add", "mul"})
"""The operations whose arguments may change places; ``min`` and ``max`` may not, because of their kinks."""

FUNCTIONS: dict[str, str] = {
    **{
        name: name
        for name in (
            *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "sech2"),
            *("arctan", "asinh", "erf", "sigmoid", "softplus", "Phi", "phi"),
            *("abs", "sign", "min", "max", "where"),
        )
    },
    "s": "sigmoid",
    "sp": "softplus",
    "atan": "arctan",
    "arcsinh": "asinh",
}
"""What a formula may call: the name in the text → the operation."""

ARITY: dict[str, int] = {"min": 2, "max": 2, "where": 3}
"""The number of arguments of a function; 1 where not told."""

SWITCHES = frozenset({"abs", "sign", "min", "max", "less", "less_equal", "greater", "greater_equal"})
"""The operations at whose switching points σ or σ′ may have a kink."""

JUMPING = frozenset({"sign", "less", "less_equal", "greater", "greater_equal"})
"""Those of them at which σ itself may jump."""
