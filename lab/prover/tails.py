"""How fast an expression grows or falls in a tail: what interval arithmetic cannot see in z·exp(−z²).

On z ≥ a the product of [a, ∞) and [0, exp(−a²)] is [0, ∞): an interval forgets that one factor falls
faster than the other grows. So every value has its order too, and products, quotients and powers have the
products, quotients and powers of orders. Exponents are exact fractions and factors are Arb's balls, so that
every bound is proved.
"""

from dataclasses import dataclass
from math import inf, isnan, nextafter

from flint import arb, fmpq

from lab.numerics import Interval

_NONE, _ZERO, _UNKNOWN = fmpq(0), arb(0), arb.pos_inf()


@dataclass(frozen=True)
class Tail:
    """The order of f(z) over an interval of z of one sign, with t = |z| ≥ start ≥ 1.

    |f| ≤ most · t^power · e^(−rate·t), where ``most`` is infinite if nothing is known, and
    |f| ≥ least · t^growth. The rate is not negative.
    """

    start: float
    most: arb
    power: fmpq = _NONE
    rate: fmpq = _NONE
    least: arb = _ZERO
    growth: fmpq = _NONE

    @property
    def grows(self) -> bool:
        """Whether |f| is known to outgrow every bound, if the interval has no end."""
        return bool(self.least > 0 and self.growth > 0)

    @property
    def vanishes(self) -> bool:
        """Whether f is known to tend to 0, if the interval has no end."""
        return bool(self.most.is_finite() and (self.rate > 0 or self.power < 0))

    @property
    def magnitude(self) -> float:
        """A number that |f| does not exceed; infinite where none is known.

        t^power · e^(−rate·t) rises up to t = power/rate and falls from there.
        """
        if self.rate == 0 and self.power > 0:
            return inf
        start = _exact(self.start)
        top = max(start, self.power / self.rate) if self.rate > 0 else start
        return upper(self.most * arb(top) ** arb(self.power) * arb(-self.rate * top).exp())


def variable(start: float) -> Tail:
    """The order of z itself."""
    return Tail(start, arb(1), fmpq(1), _NONE, arb(1), fmpq(1))


def order(name: str, values: Interval, *x: tuple[Interval, Tail | None]) -> Tail:
    """The order of ``name(*x)``, whose values are known to lie in an interval; one x at least has a Tail."""
    start = next(tail.start for _, tail in x if tail is not None)
    plain = _of_interval(values, start)
    made = _made(name, *((within, tail or _of_interval(within, start)) for within, tail in x))
    if made is None:
        return plain
    slower = made.rate == 0 and made.power > 0
    upper = plain if not made.most.is_finite() or (plain.most.is_finite() and slower) else made
    lower = made if made.least > 0 and (made.growth >= 0 or not plain.least > 0) else plain
    return Tail(start, upper.most, upper.power, upper.rate, lower.least, lower.growth)


def _of_interval(values: Interval, start: float) -> Tail:
    return Tail(start, arb(values.magnitude), least=arb(max(values.low, -values.high, 0.0)))


def _made(name: str, *orders: tuple[Interval, Tail]) -> Tail | None:
    """The order by the rule of the operation; None where it has none."""
    (within, x), (other, y) = orders[0], orders[-1]
    if name in ("neg", "abs"):
        return x
    if name == "add":
        return _sum(x, y, within.low >= 0 <= other.low or within.high <= 0 >= other.high)
    if name == "sub":
        return _sum(x, y, within.low >= 0 >= other.high or within.high <= 0 <= other.low)
    if name == "mul":
        return _product(x, y)
    if name == "div":
        return _product(x, _inverse(y))
    if name in ("max", "min") and (within.low >= other.high or other.low >= within.high):
        return x if (within.low >= other.high) == (name == "max") else y
    if name in ("max", "min"):
        both = _sum(x, y, False)  # |f(x, y)| ≤ |x| + |y|
        return Tail(x.start, both.most, both.power, both.rate)
    if name in ("exp", "expm1", "sinh", "cosh") and within.low >= 0:  # f(x) ≥ x
        return Tail(x.start, _UNKNOWN, least=x.least, growth=x.growth)
    if name == "sqrt":
        return _power(x, 0.5)
    if name == "pow" and other.low == other.high:
        return _power(x, other.low) if other.low >= 0 else _inverse(_power(x, -other.low))
    slow = within.low >= 0 if name == "log1p" else name == "log" and within.low >= 1
    if slow or name in ("asinh", "arctan", "tanh", "sin", "softsign", "isru"):  # |f(x)| ≤ |x|
        return Tail(x.start, x.most, x.power, x.rate)
    if name == "softplus" and within.low >= 0:  # x ≤ f(x) ≤ x + ln 2
        return _sum(x, Tail(x.start, arb(2).log()), True)
    if name in _DECAYS:
        side, power, most, rate = _DECAYS[name]
        if side == 0 or (within.low >= 0 if side > 0 else within.high <= 0):
            return _decay(x if power == 1 else _product(x, x), most, rate)
    return None


_DECAYS: dict[str, tuple[int, int, float, float]] = {
    "exp": (-1, 1, 1, 1),
    "sigmoid": (-1, 1, 1, 1),
    "softplus": (-1, 1, 1, 1),
    "sech2": (0, 1, 4, 2),
    "sigmoid_slope": (0, 1, 1, 1),
    "Phi": (-1, 2, 0.5, 0.5),
    "phi": (0, 2, 0.5, 0.5),
    "erfc": (1, 2, 1, 1),
    "erf_slope": (0, 2, 1.25, 1),
}
"""Side, power, most and rate: f(x) ≤ most·e^(−rate·|x|^power), on that side of 0, or (0) on both."""


def _sum(x: Tail, y: Tail, same_sign: bool) -> Tail:
    """Of x ± y, where the terms have the same sign or may have opposite ones."""
    power, rate = max(x.power, y.power), min(x.rate, y.rate)
    most = _most_of(x, power, rate) + _most_of(y, power, rate)
    large, small = (x, y) if x.least > 0 and (x.growth >= y.growth or not y.least > 0) else (y, x)
    if same_sign:
        return Tail(x.start, most, power, rate, large.least, large.growth)
    if small.power > large.growth:
        return Tail(x.start, most, power, rate)
    least = large.least - _most_of(small, large.growth, _NONE)
    return Tail(x.start, most, power, rate, least if least > 0 else _ZERO, large.growth)


def _most_of(x: Tail, power: fmpq, rate: fmpq) -> arb:
    """The factor of t^power · e^(−rate·t) in a bound of |x|, for a power not below and a rate not above its.

    With the start a and q ≤ p, (t/a)^q ≤ (t/a)^p.
    """
    return x.most * arb(x.start) ** arb(x.power - power) * arb((rate - x.rate) * _exact(x.start)).exp()


def _product(x: Tail, y: Tail) -> Tail:
    power, rate, growth = x.power + y.power, x.rate + y.rate, x.growth + y.growth
    return Tail(x.start, x.most * y.most, power, rate, x.least * y.least, growth)


def _inverse(x: Tail) -> Tail:
    most = 1 / x.least if x.least > 0 else _UNKNOWN
    bounded = x.most.is_finite() and x.most > 0
    return Tail(x.start, most, -x.growth, least=1 / x.most if bounded else _ZERO, growth=-x.power)


def _power(x: Tail, c: float) -> Tail:
    """Of |x|^c for c ≥ 0."""
    by = _exact(c)
    return Tail(x.start, x.most ** arb(c), x.power * by, x.rate * by, x.least ** arb(c), x.growth * by)


def _decay(x: Tail, most: float, rate: float) -> Tail | None:
    """Of a function that is at most most·e^(−rate·|x|), where |x| grows like t at least; else None.

    With the start a and m ≥ 1, t^m lies above its tangent at a: t^m ≥ m·a^(m−1)·t − (m−1)·a^m.
    """
    if x.growth < 1:
        return None
    height = rate * x.least * arb(x.start) ** arb(x.growth)
    slope = float((height * arb(x.growth) / x.start).lower()) * (1 - 1e-15)
    if not 1e-300 < slope < 1e300:
        return None
    return Tail(x.start, most * (height * arb(x.growth - 1)).exp(), rate=_exact(slope))


def _exact(x: float) -> fmpq:
    return fmpq(*x.as_integer_ratio())


def upper(ball: arb) -> float:
    """The least float that is not less than the ball; infinite where there is none, or no ball."""
    top = ball.upper()
    near = float(top)
    if isnan(near):
        return inf
    return near if near == inf or arb(near) >= top else nextafter(near, inf)
