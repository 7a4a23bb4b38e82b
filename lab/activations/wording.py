"""Enclosures in words, rounded outwards, so that what is printed is proved too."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from math import inf, isinf

from lab.activations.activation import Interval

_DIGITS = 7


def bounded(x: Interval) -> str:
    """``= 0.1`` or ``∈ [0.07109585, 0.07109586]``: what is known of one number."""
    if x.low == x.high:
        return f"= {exactly(x.low)}"
    if x == Interval(-inf, inf):
        return "is not bounded by the proof"
    if isinf(x.high):
        return f"≥ {below(x.low)}"
    if isinf(x.low):
        return f"≤ {above(x.high)}"
    return f"∈ [{below(x.low)}, {above(x.high)}]"


def exactly(x: float) -> str:
    """All digits that tell the float from others."""
    return _infinite(x) or f"{x + 0.0:.{16 if float(f'{x:.16g}') == x else 17}g}"


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
