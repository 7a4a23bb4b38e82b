"""Enclosures as text, rounded outwards, so that what is printed is proved too."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import partial
from math import ceil, inf, isclose, isinf, log10

from lab.numerics import REALS, Interval

_DIGITS = 7

_ALL_DIGITS = 17
"""With so many every float is itself."""

_NARROW = Fraction(1, 10**8)
"""Up to this error, relative to its size, a number is written with its error and not as an interval."""

_OF_ARITHMETIC = 1e-14
"""So much, relative to its size, may rounding outwards have moved a bound that is short."""


def enclosure_text(x: Interval) -> str:
    """What is known of one number, after its name.

    >>> enclosure_text(Interval(0.1, 0.1)), enclosure_text(Interval(0.071, 0.0712))
    ('= 0.1', '∈ [0.07099999, 0.0712]')
    >>> enclosure_text(Interval(1 / 3, 1 / 3 + 1e-10))
    '= 0.333333333 ± 1e-09'
    >>> enclosure_text(Interval(1.7e308, 1.70000001e308))
    '= 1.7e+308 ± 1e300'
    """
    if x.low == x.high:
        return f"= {shortest_decimal(x.low)}"
    if x == REALS:
        return "is not bounded by the proof"
    if isinf(x.high):
        return f"≥ {rounded_down(x.low)}"
    if isinf(x.low):
        return f"≤ {rounded_up(x.high)}"
    middle = f"{x.low / 2 + x.high / 2:.9g}"  # halved first, since the sum of large ends has no end
    error = max(abs(Fraction(middle) - Fraction(end)) for end in (x.low, x.high))
    if error <= _NARROW * abs(Fraction(middle)):
        return f"= {middle} ± 1e{ceil(log10(error)):03d}"
    return f"∈ [{rounded_down(x.low)}, {rounded_up(x.high)}]"


def shortest_decimal(x: float) -> str:
    """The shortest decimal that reads as this float."""
    return _infinite(x) or repr(float(x) + 0.0).removesuffix(".0")


def in_few_digits(x: float, fits: Callable[[float], bool], fewest: int = 1) -> float:
    """The float next to x that has the fewest digits of those that fit, but not less than these; else x.

    >>> in_few_digits(0.33333, lambda y: y < 1 / 3), in_few_digits(2 / 3, lambda y: y > 2 / 3)
    (0.3, 0.7)
    """
    cut = (float(f"{x:.{digits}g}") + 0.0 for digits in range(fewest, _ALL_DIGITS + 1))
    return next(filter(fits, cut), x)


def _rounded(x: float, digits: int = _DIGITS, *, rounding: str) -> str:
    short = Context(prec=digits, rounding=rounding).create_decimal(x)
    text = f"{float(short) + 0.0:.{digits}g}"
    if _infinite(x) or Decimal(text) == short:
        return _infinite(x) or text
    return f"{short.normalize():g}"  # a number with fewer digits than that, next to 0


rounded_down = partial(_rounded, rounding=ROUND_FLOOR)
"""A short decimal that is not above x."""

rounded_up = partial(_rounded, rounding=ROUND_CEILING)
"""A short decimal that is not below x."""


def bound_text(x: float) -> str:
    """A lower bound as people write it where that is short, else rounded down.

    >>> bound_text(0.3), bound_text(1 / 3)
    ('0.3', '0.3333333')
    """
    written = shortest_decimal(x)
    return written if Decimal(written) == Decimal(f"{x:.{_DIGITS}g}") else rounded_down(x)


def short_bound(x: float, *, up: bool) -> str:
    """A bound in four digits, rounded outwards: an upper one if ``up``, else a lower one.

    What the arithmetic of a proof added to a short number, in its last digits, is left out.

    >>> short_bound(-0.128904, up=False), short_bound(1.1000000000000003, up=True), short_bound(inf, up=True)
    ('−0.129', '1.1', '∞')
    """
    return _outwards(x, 4, up=up).replace("-", "−")


def outward_text(x: Interval) -> str:
    """An interval in few digits, which holds all of it, but for what arithmetic added, as in `short_bound`.

    >>> outward_text(Interval(1 / 3, 1.5 + 1e-9)), outward_text(Interval(-inf, 1.0000000000000002))
    ('[0.3333333, 1.500001]', '[−∞, 1]')
    """
    return f"[{_outwards(x.low, _DIGITS, up=False)}, {_outwards(x.high, _DIGITS, up=True)}]"


def _outwards(x: float, digits: int, *, up: bool) -> str:
    nearest = f"{x + 0.0:.{digits}g}"
    is_short = isclose(float(nearest), x, rel_tol=_OF_ARITHMETIC)
    return _infinite(x) or (nearest if is_short else (rounded_up if up else rounded_down)(x, digits))


def _infinite(x: float) -> str:
    return {inf: "∞", -inf: "−∞"}.get(x, "")


def place_text(points: tuple[float, ...], reached: bool = True) -> str:
    """Where an extreme is reached or approached: ``, at z = 1.5``, ``, approached as z → ±∞``, or nothing.

    >>> place_text((1.5,)), place_text((2**0.5,)), place_text((-inf, inf)), place_text((-1.0,), reached=False)
    (', at z = 1.5', ', at z ≈ 1.41421', ', approached as z → ±∞', ', approached as z → -1')
    """
    if not points:
        return ""
    if not reached and not isinf(points[0]):
        return f", approached as z → {points[0] + 0.0:.6g}"
    if isinf(points[0]):
        return f", approached as z → {'±' if len(points) > 1 else '−' if points[0] < 0 else ''}∞"
    return f", at {z_text(points[0])}"


def z_text(z: float) -> str:
    """A z in a few digits, and whether that is all of it.

    >>> z_text(-1.25), z_text(1.23456789)
    ('z = -1.25', 'z ≈ 1.23457')
    """
    short = f"{z + 0.0:.6g}"
    return f"z {'=' if float(short) == z else '≈'} {short}"
