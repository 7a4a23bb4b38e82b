"""Numbers m·2^e whose exponent does not overflow, and the kernels of programs on them.

e^z is no float64 from z = 710 on, and e^{−e^z} is 0 from z = 6.6 on, though a product of the two has an
ordinary value or is 0 itself. Here an exponent is a float64 of its own, so ∞ and 0 come only from numbers
beyond 2^(10^308); and what is too small for a float64 becomes 0 at the end, not on the way.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from lab.activations.formula.kernels import KERNELS
from lab.numerics import Array

LN2, LN2_REST = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
"""ln 2 as a number with 21 zeros at its end, and the rest of it: k·LN2 is exact for |k| < 2²¹."""

SMALL = -1000.0
"""An exponent below which f(x) is f(0) + f′(0)·x to the last digit."""

NEAR_INFINITY = (40.0, 45.0)
"""The exponents of the numbers that stand for an infinite z."""

KNOWN = 2.0**52
"""The exponent beyond which a number is an order of size alone.

What is left of the product of two such, or of their difference, is not known. Their quotient is taken: it is
right where both are made of one exponential, as in e^z/(2 + e^z).
"""


MOST_FACTORS = 16
"""The largest whole power that is computed by products."""


class Scaled(NamedTuple):
    """The number m·2^e, with ½ ≤ |m| < 1.

    It is 0 where m is 0 and e is −∞, no number where m is NaN, and else too large or too small where e is
    ∞ or −∞.
    """

    m: Array
    e: Array

    @property
    def value(self) -> Array:
        """It as a float64, which may be 0 or ±∞."""
        return np.ldexp(self.m, np.clip(self.e, -3000, 3000).astype(np.int32))


def scaled(x: Array) -> Scaled:
    """Floats as scaled numbers."""
    return _normal(x, np.zeros_like(x))


def near_infinity(sign: float, exponent: float) -> Scaled:
    """Some numbers of this sign and exponent, to stand for ±∞: no two at the same place of a wave."""
    m = sign * np.linspace(0.5, 0.93, 8)
    return Scaled(m, np.full_like(m, exponent))


def _normal(m: Array, e: Array) -> Scaled:
    """M·2^e with |m| brought to [½, 1)."""
    fraction, more = np.frexp(m)
    infinite, zero = np.isinf(m), m == 0
    exponent = np.where(infinite, np.inf, np.where(zero, -np.inf, e + more))
    return Scaled(np.where(infinite, np.sign(m) / 2, fraction), exponent)


def _where(mask: Array, yes: Scaled, no: Scaled) -> Scaled:
    return Scaled(np.where(mask, yes.m, no.m), np.where(mask, yes.e, no.e))


def _neg(x: Scaled) -> Scaled:
    return Scaled(-x.m, x.e)


def _abs(x: Scaled) -> Scaled:
    return Scaled(np.abs(x.m), x.e)


def _mul(x: Scaled, y: Scaled) -> Scaled:
    """X·y; an exact 0 times what is too large is 0, what is too small times that is not known."""
    m, e = x.m * y.m, x.e + y.e
    exact = (m == 0) & ~np.isnan(m)
    most = np.maximum(np.abs(x.e), np.abs(y.e))
    unknown = np.isnan(e) | ((most > KNOWN) & (np.abs(e) < most / KNOWN))
    return _normal(np.where(unknown & ~exact, np.nan, m), np.where(exact, 0.0, e))


def _div(x: Scaled, y: Scaled) -> Scaled:
    m, e = x.m / y.m, x.e - y.e
    exact = (m == 0) | np.isinf(m)
    return _normal(np.where(np.isnan(e) & ~exact, np.nan, m), np.where(exact, 0.0, e))


def _add(x: Scaled, y: Scaled) -> Scaled:
    e = np.maximum(x.e, y.e)
    finite = np.where(np.isfinite(e), e, 0.0)
    shifts = [np.where(term.e == e, 0.0, np.maximum(term.e - e, -3000.0)).astype(np.int32) for term in (x, y)]
    m = np.ldexp(x.m, shifts[0]) + np.ldexp(y.m, shifts[1])
    unknown = (e == np.inf) & (x.e == y.e) & (np.sign(x.m) != np.sign(y.m))
    made = _normal(np.asarray(np.where(unknown, np.nan, m)), finite)
    cancelled = (np.abs(finite) > KNOWN) & (made.e < finite - 1)
    small = cancelled & (finite < 0)  # what is left of the two is smaller still
    m = np.where(small, 0.5, np.where(cancelled, np.nan, made.m))
    kept = np.where(np.isfinite(e) | (made.m == 0), made.e, e)
    return Scaled(m, np.where(small, finite, kept))


def _sub(x: Scaled, y: Scaled) -> Scaled:
    return _add(x, _neg(y))


def _exp(x: Scaled) -> Scaled:
    value = x.value
    k = np.rint(value / (LN2 + LN2_REST))
    rest = np.clip((value - k * LN2) - k * LN2_REST, -1.0, 1.0)
    m = np.where(np.isinf(k), 0.5, np.exp(rest))
    made = _normal(m, np.where(np.isinf(k), 0.0, k))
    return Scaled(made.m, np.where(np.isinf(k), k, made.e))


def _log(x: Scaled) -> Scaled:
    ordinary = np.abs(x.e) < 1000
    far = np.log(x.m) + x.e * (LN2 + LN2_REST)
    return scaled(np.where(ordinary, np.log(x.value), np.where(x.m == 0, -np.inf, far)))


def _sqrt(x: Scaled) -> Scaled:
    odd = np.isfinite(x.e) & (np.mod(x.e, 2) == 1)
    return _normal(np.sqrt(np.where(odd, 2 * x.m, x.m)), np.where(odd, x.e - 1, x.e) / 2)


def _pow(x: Scaled, y: Scaled) -> Scaled:
    """X^y by float64 where that is an ordinary number, else by e^(y ln|x|), with the sign of a whole y.

    One small whole y for all is as many products, which keep the digits.
    """
    power = y.value
    if power.size and (power == power.flat[0]).all() and power.flat[0] in range(2, MOST_FACTORS + 1):
        return reduce(_mul, [x] * int(power.flat[0]))
    plain = np.power(x.value, power)
    far = _exp(_mul(y, _log(_abs(x))))
    whole = power == np.rint(power)
    sign = np.where(x.m >= 0, 1.0, np.where(whole, np.where(np.mod(power, 2) == 1, -1.0, 1.0), np.nan))
    zero = x.m == 0
    ordinary = (np.abs(x.e) < 1000) & np.isfinite(plain) & (np.abs(plain) >= np.finfo(float).tiny)
    use_plain = ordinary | zero | (power == 0) | np.isnan(x.m)
    return _where(use_plain, scaled(plain), Scaled(sign * far.m, far.e))


def _of_value(name: str) -> Callable[[Scaled], Scaled]:
    """A kernel that is computed on floats."""

    def computed(x: Scaled) -> Scaled:
        out = np.empty_like(x.m)
        KERNELS[name](x.value, out)
        return scaled(out)

    return computed


def _straight(name: str, rate: float = 1.0) -> Callable[[Scaled], Scaled]:
    """A kernel with f(0) = 0 and f′(0) = rate, which is computed on floats."""
    near = _of_value(name)
    return lambda x: _where(x.e < SMALL, _normal(rate * x.m, x.e), near(x))


def _sinh(x: Scaled) -> Scaled:
    far = _exp(_abs(x))
    return _where(np.abs(x.value) > 300, Scaled(far.m * np.sign(x.m), far.e - 1), _straight("sinh")(x))


def _cosh(x: Scaled) -> Scaled:
    far = _exp(_abs(x))
    return _where(np.abs(x.value) > 300, Scaled(far.m, far.e - 1), _of_value("cosh")(x))


def _asinh(x: Scaled) -> Scaled:
    far = _log(Scaled(np.abs(x.m), x.e + 1))
    return _where(x.e > 500, Scaled(np.sign(x.m) * far.m, far.e), _straight("asinh")(x))


def _smaller(x: Scaled, y: Scaled) -> Scaled:
    unknown = np.isnan(x.m) | np.isnan(y.m)
    chosen = _where(_sub(x, y).m <= 0, x, y)
    return Scaled(np.where(unknown, np.nan, chosen.m), chosen.e)


SCALED: dict[str, Callable[..., Any]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "square": lambda x: _mul(x, x),
    "exp": _exp,
    "expm1": lambda x: _where(x.value > 300, _exp(x), _straight("expm1")(x)),
    "log": _log,
    "log1p": lambda x: _where(x.e > 1000, _log(x), _straight("log1p")(x)),
    "sqrt": _sqrt,
    "sinh": _sinh,
    "cosh": _cosh,
    "asinh": _asinh,
    **{name: _straight(name) for name in ("tanh", "arctan", "sin")},
    "erf": _straight("erf", 2 / np.sqrt(np.pi)),
    **{name: _of_value(name) for name in ("cos", "erfcx", "sinc", "sinc_slope")},
    "sixteenths": lambda x: _where(x.e > 50, x, _of_value("sixteenths")(x)),
    "nearer": lambda x: x,  # nothing runs over here
    "abs": _abs,
    "sign": lambda x: scaled(np.sign(x.m)),
    "copy": lambda x: scaled(x.astype(float)) if isinstance(x, np.ndarray) else x,
    "isnan": lambda x: np.isnan(x.m),
    "min": _smaller,
    "max": lambda x, y: _neg(_smaller(_neg(x), _neg(y))),
    "less": lambda x, y: _sub(x, y).m < 0,
    "less_equal": lambda x, y: _sub(x, y).m <= 0,
    "greater": lambda x, y: _sub(x, y).m > 0,
    "greater_equal": lambda x, y: _sub(x, y).m >= 0,
    "where": _where,
}
"""Every kernel of `lab.activations.formula.kernels` on scaled numbers."""
