"""Enclosures in words, rounded outwards, so that what is printed is proved too."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from math import ceil, inf, isinf, log10

from lab.numerics import Interval

_DIGITS = 7

_NARROW = Fraction(1, 10**8)
"""Up to this error, relative to its size, a number is told with its error and not as an interval."""


def bounded(x: Interval) -> str:
    """``= 0.1``, ``= 0.071095855 ± 1e-09`` or ``∈ [0.0710, 0.0712]``: what is known of one number."""
    if x.low == x.high:
        return f"= {exactly(x.low)}"
    if x == Interval(-inf, inf):
        return "is not bounded by the proof"
    if isinf(x.high):
        return f"≥ {below(x.low)}"
    if isinf(x.low):
        return f"≤ {above(x.high)}"
    told = f"{(x.low + x.high) / 2:.9g}"
    error = max(abs(Fraction(told) - Fraction(end)) for end in (x.low, x.high))
    if error <= _NARROW * abs(Fraction(told)):
        return f"= {told} ± 1e{ceil(log10(error)):03d}"
    return f"∈ [{below(x.low)}, {above(x.high)}]"


def exactly(x: float) -> str:
    """The shortest decimal that reads as this float."""
    return _infinite(x) or repr(float(x) + 0.0).removesuffix(".0")


def below(x: float) -> str:
    """A short decimal that is not above x."""
    return _rounded(x, ROUND_FLOOR)


def above(x: float) -> str:
    """A short decimal that is not below x."""
    return _rounded(x, ROUND_CEILING)


def _rounded(x: float, towards: str) -> str:
    short = Context(prec=_DIGITS, rounding=towards).create_decimal(x)
    text = f"{float(short) + 0.0:.{_DIGITS}g}"
    if _infinite(x) or Decimal(text) == short:
        return _infinite(x) or text
    return f"{short.normalize():g}"  # a number with fewer digits than that, next to 0


def _infinite(x: float) -> str:
    return {inf: "∞", -inf: "−∞"}.get(x, "")


def towards(points: tuple[float, ...]) -> str:
    """``at z = 1.5`` or ``approached as z → ±∞``."""
    if not points:
        return ""
    if isinf(points[0]):
        return f"approached as z → {'±' if len(points) > 1 else '−' if points[0] < 0 else ''}∞"
    return f"at z = {points[0] + 0.0:.6g}"
