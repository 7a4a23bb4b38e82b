"""Random formulas, and their exact values and slopes from an evaluator that shares nothing with the lab's."""

import ast
import sys
from functools import lru_cache
from unittest.mock import patch

import mpmath as mp
from hypothesis import strategies as st

from lab.activations.formula.operations import FUNCTIONS

LARGEST = 1e6
"""The largest exponent that mpmath is asked to raise e to."""

PRECISIONS = ((60, 90), (3000, 3400), (20_000, 20_400))
"""Digits in pairs: how far their values differ tells how far they can be trusted."""

VANISHING = False
"""Whether e^x is 0 for a smaller exponent than −LARGEST, and not unknown."""


class Undefined(Exception):
    """The formula has no value there."""


class Unknown(Exception):
    """A kink, where there is no slope, or numbers too large for the evaluator."""


def _but(where, raised, function):
    """The function, but an exception ``raised`` where its argument is so."""

    def limited(x):
        if where(x):
            raise raised
        return function(x)

    return limited


def _small(function):
    """The function, where its argument is not too large for mpmath."""
    return _but(lambda x: abs(x) > LARGEST, Unknown, function)


def _settling(function, low, high):
    """The function; its limits at −∞ and ∞ where `VANISHING` says so and e^x is out of reach."""

    def limited(x):
        limit = high if mp.re(x) > 0 else low
        return function(x) if abs(x) <= LARGEST or not VANISHING or limit is None else mp.mpf(limit)

    return limited


def _wave(function):
    """The function, where its argument has not too many digits before the point."""
    return _but(lambda x: abs(x) > mp.mpf(10) ** 10_000, Unknown, function)


_exponential = _settling(_small(mp.exp), 0, None)
_sigmoid = _settling(_small(lambda x: 1 / (1 + mp.exp(-x))), 0, 1)
_sech2 = _settling(_small(lambda x: 1 / mp.cosh(x) ** 2), 0, 0)
_tanh = _settling(mp.tanh, -1, 1)
_sin, _cos = _wave(mp.sin), _wave(mp.cos)
_inverse = _but(lambda x: x == 0, Unknown, lambda x: 1 / x)
_kinked = _but(lambda x: x == 0, Unknown, mp.sign)


def _density(x):
    return _exponential(-x * x / 2) / mp.sqrt(2 * mp.pi)


SMOOTH = {
    "exp": (_exponential, _exponential),
    "expm1": (_settling(_small(mp.expm1), -1, None), _exponential),
    "log": (_but(lambda x: x <= 0, Undefined, mp.log), lambda x: 1 / x),
    "log1p": (_but(lambda x: x <= -1, Undefined, mp.log1p), lambda x: 1 / (1 + x)),
    "sqrt": (_but(lambda x: x < 0, Undefined, mp.sqrt), lambda x: _inverse(2 * mp.sqrt(x))),
    "sin": (_sin, _cos),
    "cos": (_cos, lambda x: -_sin(x)),
    "sinc": (_wave(mp.sinc), lambda x: (_cos(x) - mp.sinc(x)) / x if x else mp.mpf(0)),
    "sinh": (_small(mp.sinh), _small(mp.cosh)),
    "cosh": (_small(mp.cosh), _small(mp.sinh)),
    "tanh": (_tanh, _sech2),
    "sech2": (_sech2, lambda x: -2 * _sech2(x) * _tanh(x)),
    "arctan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "arccot": (lambda x: mp.pi / 2 - mp.atan(x), lambda x: -1 / (1 + x * x)),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)),
    "erfc": (_settling(_small(mp.erfc), 2, 0), lambda x: -2 / mp.sqrt(mp.pi) * _exponential(-x * x)),
    "erf": (mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * _exponential(-x * x)),
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * _sigmoid(-x)),
    "softplus": (lambda x: max(x, 0) + mp.log1p(_exponential(-abs(x))), _sigmoid),
    "Phi": (_settling(_small(mp.ncdf), 0, 1), _density),
    "phi": (_density, lambda x: -x * _density(x)),
    "abs": (abs, _kinked),
    "sign": (mp.sign, lambda x: 0 * _kinked(x)),
}
"""Each function of one argument and its derivative."""


def dual(tree, z, slopes):
    """Value and slope at z by dual numbers, walked from Python's syntax tree; the slope is 0 if unwanted."""
    match tree:
        case ast.Expression(body=body):
            return dual(body, z, slopes)
        case ast.Constant(value=value):
            return mp.mpf(value), mp.mpf(0)
        case ast.Name(id="z"):
            return z, mp.mpf(1)
        case ast.Name(id="pi" | "e" as name):
            return +getattr(mp, name), mp.mpf(0)
        case ast.UnaryOp(operand=operand):
            u, du = dual(operand, z, slopes)
            return -u, -du
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            varies = any(isinstance(node, ast.Name) for node in ast.walk(right))
            return _power(*dual(left, z, slopes), *dual(right, z, slopes), varies, slopes)
        case ast.BinOp(left=left, op=operator, right=right):
            (u, du), (v, dv) = dual(left, z, slopes), dual(right, z, slopes)
            if isinstance(operator, ast.Div) and v == 0:
                raise Undefined
            return {
                ast.Add: lambda: (u + v, du + dv),
                ast.Sub: lambda: (u - v, du - dv),
                ast.Mult: lambda: (u * v, u * dv + v * du),
                ast.Div: lambda: (u / v, (du * v - u * dv) / v**2),
            }[type(operator)]()
        case ast.Call(
            func=ast.Name(id="where"), args=[ast.Compare(left=left, ops=[operator]) as condition, yes, no]
        ):
            u, v = dual(left, z, slopes)[0], dual(condition.comparators[0], z, slopes)[0]
            if slopes and u == v:
                raise Unknown
            holds = {ast.Lt: u < v, ast.LtE: u <= v, ast.Gt: u > v, ast.GtE: u >= v}[type(operator)]
            return dual(yes if holds else no, z, slopes)
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=[one, other]):
            (u, du), (v, dv) = dual(one, z, slopes), dual(other, z, slopes)
            if slopes and u == v:
                raise Unknown
            return (u, du) if (u < v) == (name == "min") else (v, dv)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            function, derivative = SMOOTH[FUNCTIONS.get(name, name)]
            u, du = dual(argument, z, slopes)
            return function(u), (derivative(u) * du if slopes else mp.mpf(0))
    raise AssertionError(ast.dump(tree))


def _power(u, du, c, dc, varies, slopes):
    if (u == 0 and c == 0) or abs(c) > LARGEST:
        raise Unknown
    whole = mp.isint(c)
    if (u < 0 and not whole) or (u == 0 and c < 0):
        raise Undefined
    if u != 0 and abs(c * mp.log(abs(u))) > LARGEST:
        raise Unknown
    y = u ** (int(c) if whole else c)
    if not slopes:
        return y, mp.mpf(0)
    if (u == 0 and c < 1) or (varies and u <= 0):
        raise Unknown
    return y, c * u ** (int(c) - 1 if whole else c - 1) * du + (y * mp.log(u) * dc if varies else 0)


@lru_cache
def _tree(text):
    return ast.parse(text, mode="eval")


@lru_cache(maxsize=1 << 12)
def exact(text, z, slopes, digits=(60, 90)):
    """The value, or the slope, at z and how far it can be trusted."""
    found = []
    for places in digits:
        with mp.workdps(places):
            found.append(dual(_tree(text), mp.mpf(z), slopes)[1 if slopes else 0])
    with mp.workdps(max(digits)):
        return found[1], 10 * abs(found[1] - found[0]) + abs(found[1]) * mp.mpf(10) ** (5 - min(digits))


def lies_in(bounds, text, z, slopes, slack=0):
    """Whether the value, or the slope, lies in an interval, but for a relative slack and the least float.

    The slack is that of constants which are rounded as the formula is read. What seems to lie outside is
    computed once more: 90 digits are too few for 1 + 5e-324.
    """
    for digits in PRECISIONS:
        value, doubt = exact(text, z, slopes, digits)
        with mp.workdps(max(digits)):
            doubt += abs(value) * slack + (mp.mpf(2) ** -1074 if slack else 0)
            if bounds.low - doubt <= value <= bounds.high + doubt:
                return True
    return False


def rises(text, z, to, slack=0):
    """Whether σ is not less at the second z than at the first, but for a slack relative to |σ|."""
    for digits in PRECISIONS:
        (before, doubt), (after, more) = (exact(text, x, False, digits) for x in (z, to))
        with mp.workdps(max(digits)):
            if after - before >= -(doubt + more + slack * max(abs(before), abs(after))):
                return True
    return False


def _with_digits(tree, z, digits):
    """Value and slope at z with exponents up to 10¹⁷; None where there are none, or not known."""
    with mp.workdps(digits), patch.multiple(sys.modules[__name__], LARGEST=1e17, VANISHING=True):
        try:
            return dual(tree, mp.mpf(z), slopes=True)
        except (Undefined, Unknown):
            return None


def judged(tree, z):
    """Value and slope at z where two precisions agree on 25 digits; None where there are none, or not known.

    The second pair is enough for 1 − tanh² z as far as it is a float64; a 0 may be lost to fewer digits.
    """
    for pair in ((60, 90), (340, 400), (3000, 3400)):
        first, second = (_with_digits(tree, z, digits) for digits in pair)
        if first is None or second is None:
            return None
        if pair[0] == 60 and not all(second):
            continue
        if all(abs(x - y) <= mp.mpf(10) ** -25 * abs(y) for x, y in zip(first, second, strict=True)):
            return second
    return None


def roughly(tree, z):
    """As `judged`, with the 15 digits of a float64."""
    return _with_digits(tree, z, 15)


NUMBERS = ["0.5", "2", "1.25", "3", "0.1", "7"]
UNARY = sorted(name for name in FUNCTIONS if name not in ("min", "max", "where"))
COMPARISONS = ["<", "<=", ">", ">="]


def grown(inner):
    number = st.sampled_from(NUMBERS)
    other = st.one_of(inner, number)
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(UNARY), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), other),
        st.builds("({} {} {})".format, number, st.sampled_from("+-*/"), inner),
        st.builds("(-{})".format, inner),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "3", "-1", "-2", "0.5", "1.5", "-0.5"])),
        st.builds("({})**({})".format, st.one_of(inner, number), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, other),
        st.builds("where({} {} {}, {}, {})".format, inner, st.sampled_from(COMPARISONS), other, other, inner),
    )


FORMULAS = st.recursive(st.just("z"), grown, max_leaves=6)
