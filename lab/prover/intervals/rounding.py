"""Interval arithmetic: sums, products and quotients, rounded outwards where they are not exact.

>>> add(single(0.1), single(0.2))
Interval(low=0.3, high=0.30000000000000004)
"""

from fractions import Fraction
from math import inf, isinf, isnan, nextafter

from flint import arb, fmpq

from lab.numerics import Interval

LARGEST_DIVISOR = 1000
"""The largest q of a fraction p/q that an exponent is read as."""


def exponent(c: float) -> fmpq:
    """What an exponent stands for: the fraction that is written where a float of it is held, as 1/3 or 0.2.

    So (1 + |z|³)^(1/3) grows as |z| does, where with the float it would be less by |z|^(6e-17).

    >>> exponent(1 / 3), exponent(2.5)
    (1/3, 5/2)
    """
    written = Fraction(c).limit_denominator(LARGEST_DIVISOR)
    return fmpq(*(written if float(written) == c else Fraction(c)).as_integer_ratio())


def single(x: float) -> Interval:
    """The interval of one number."""
    return Interval(x, x)


def add(x: Interval, y: Interval) -> Interval:
    """All sums."""
    return Interval(_sum(x.low, y.low, -inf), _sum(x.high, y.high, inf))


def neg(x: Interval) -> Interval:
    """All negatives."""
    return Interval(-x.high, -x.low)


def sub(x: Interval, y: Interval) -> Interval:
    """All differences."""
    return Interval(_sum(x.low, -y.high, -inf), _sum(x.high, -y.low, inf))


def mul(x: Interval, y: Interval) -> Interval:
    """All products. 0·∞ is 0: the ∞ of an interval is not in it."""
    if x.low < 0 and x.high <= 0:
        return neg(mul(neg(x), y))
    if y.low < 0 and y.high <= 0:
        return neg(mul(x, neg(y)))
    high = _product(x.high, y.high, inf)
    if x.low >= 0:
        return Interval(_product(x.low if y.low >= 0 else x.high, y.low, -inf), high)
    if y.low >= 0:
        return Interval(_product(x.low, y.high, -inf), high)
    low = min(_product(x.low, y.high, -inf), _product(x.high, y.low, -inf))
    return Interval(low, max(_product(x.low, y.low, inf), high))


def div(x: Interval, y: Interval) -> Interval | None:
    """All quotients; None where the divisor may be 0."""
    if y.low <= 0 <= y.high:
        return None
    if y.high < 0:
        x, y = neg(x), neg(y)
    low = _quotient(x.low, y.high if x.low >= 0 else y.low, -inf)
    return Interval(low, _quotient(x.high, y.low if x.high >= 0 else y.high, inf))


def _rounded(value: float, error: float, towards: float) -> float:
    """The float ``value`` or its neighbour, on the side of ``towards`` of the exact value + ``error``."""
    wrong = error < 0 if towards < 0 else error > 0
    return nextafter(value, towards) if wrong else value


def _overflowed(infinite: float, towards: float) -> float:
    """A float on the side of ``towards`` of a real that is too large to be one."""
    return infinite if infinite == towards else nextafter(infinite, towards)


def _sum(x: float, y: float, towards: float) -> float:
    total = x + y
    rest = total - x
    error = (x - (total - rest)) + (y - rest)  # Knuth's exact error of a sum
    if error == 0:
        return total
    if isnan(total):
        return towards
    if isinf(total):
        return total if isinf(x) or isinf(y) else _overflowed(total, towards)
    return _rounded(total, error, towards)


def _product_error(x: float, y: float, product: float) -> float:
    """A number of the sign of x·y − product; the error itself away from the limits of the floats.

    Each factor is split in two floats of half the digits, whose products are exact (Dekker, 1971).
    """
    if not 1e-250 < abs(product) < 1e290 or not -1e290 < x < 1e290 or not -1e290 < y < 1e290:
        exact = Fraction(x) * Fraction(y)
        return (exact > product) - (exact < product)
    x_high, y_high = x * 134217729, y * 134217729
    x_high, y_high = x_high - (x_high - x), y_high - (y_high - y)
    x_low, y_low = x - x_high, y - y_high
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _product(x: float, y: float, towards: float) -> float:
    """x·y, rounded."""
    if x == 0 or y == 0:
        return 0.0
    product = x * y
    if isinf(product):
        return product if isinf(x) or isinf(y) else _overflowed(product, towards)
    return _rounded(product, _product_error(x, y, product), towards)


def _quotient(x: float, y: float, towards: float) -> float:
    """x/y for y > 0, rounded; 0 where y is ∞."""
    if x == 0 or isinf(y):
        return 0.0
    quotient = x / y
    if isinf(quotient):
        return quotient if isinf(x) else _overflowed(quotient, towards)
    return _rounded(quotient, _quotient_error(x, y, quotient), towards)


def _quotient_error(x: float, y: float, quotient: float) -> float:
    """A number of the sign of x/y − quotient, for y > 0."""
    if not 1e-250 < abs(x) < 1e290 or not 1e-250 < abs(quotient) < 1e290 or y > 1e290:
        exact = Fraction(x) / Fraction(y)
        return (exact > quotient) - (exact < quotient)
    back = quotient * y
    return (x - back) - _product_error(quotient, y, back)  # x − back is exact: they are neighbours


def upper(ball: arb) -> float:
    """The least float that is not less than the ball; infinite where there is none, or no ball."""
    top = ball.upper()
    near = float(top)
    if isnan(near):
        return inf
    return near if near == inf or arb(near) >= top else nextafter(near, inf)
