"""Orders c·t^p·e^(rt)·L^q, L = 1 + ln t: how fast a function grows or falls in a tail, and how orders add,
multiply and divide.

Exponents are exact fractions and factors are Arb's balls, so that every bound is proved.
"""

from dataclasses import dataclass, replace
from functools import reduce
from math import inf, isfinite
from typing import NamedTuple

from flint import arb, fmpq

from lab.numerics import REALS, Interval
from lab.prover.intervals.rounding import exponent, upper

NONE, ONE, ZERO = fmpq(0), fmpq(1), arb(0)

_FAR = fmpq(700)
"""An x at which e^x is a float."""


class Span(NamedTuple):
    """The numbers from low to high, both finite."""

    low: arb
    high: arb

    @property
    def most(self) -> arb:
        """The largest |x|."""
        return (-self.low).max(self.high)

    @property
    def least(self) -> arb:
        """The smallest |x|, 0 where the span holds 0."""
        return self.low.max(-self.high).max(ZERO)


class Order(NamedTuple):
    """t^power · e^(rate·t) · (1 + ln t)^logs, ordered by how fast it grows."""

    rate: fmpq = NONE
    power: fmpq = NONE
    logs: fmpq = NONE

    def times(self, other: "Order", n: fmpq = ONE) -> "Order":
        """The order of a product with the n-th power of a function of another order."""
        return Order(*(own + n * more for own, more in zip(self, other, strict=True)))

    def most(self, start: fmpq) -> arb | None:
        """A bound from above for t ≥ start, which without logs is its supremum; None where there is none."""
        if self > CONSTANT:
            return None
        if self.logs > 0:  # half of what falls is left
            k = min(ONE, -self.power / (2 * self.logs)) if self.rate == 0 else ONE
            order, factor = self.without_logs(k)
            most = order.most(start)
            return most and most * factor
        return self._at(max(start, self.power / -self.rate) if self.rate < 0 < self.power else start, start)

    def least(self, start: fmpq) -> arb:
        """A bound from below for t ≥ start, which without logs is its infimum."""
        if self < CONSTANT:
            return ZERO
        if self.logs < 0:
            most = CONSTANT.times(self, -ONE).most(start)
            return ZERO if most is None else 1 / most
        turn = -self.power / self.rate if self.power < 0 < self.rate else ONE
        found = self._at(max(start, turn), start)
        nearer = _FAR / self.rate if self.rate else ONE
        return found if found.is_finite() else self._at(max(turn, min(start, nearer)), start)

    def without_logs(self, k: fmpq) -> tuple["Order", arb]:
        """An order and its factor, by L ≤ t^k/k for 0 < k ≤ 1: from above, or from below where logs < 0."""
        return Order(self.rate, self.power + k * self.logs), arb(k) ** -arb(self.logs)

    def _at(self, t: fmpq, start: fmpq) -> arb:
        """What it is at t, but for its logarithm, which is that of the start."""
        plain = arb(t) ** arb(self.power) * arb(self.rate * t).exp()
        return plain * with_logarithm(start) ** arb(self.logs) if self.logs else plain


def with_logarithm(t: fmpq) -> arb:
    """L = 1 + ln t."""
    return 1 + arb(t).log()


CONSTANT = Order()


@dataclass(frozen=True, eq=False)
class Tail:
    """The order of f(z) over an interval of z of one sign, with t = |z| ≥ start ≥ 1, or t = 1/|z| next to 0.

    f is c times its ``order`` with c in ``span`` (None: nothing is known), and |f| ≥ least·lower. It may be
    known to be ``unbounded`` also where that says less, as of ln ln t. If its ``swing`` is 1, a continuous f
    is, however far out, both above some c > 0 and below −c, as a wave is; if 2, above and below every number.
    The ``origin`` of f is an operation and the tails of its arguments.
    """

    start: fmpq
    span: Span | None
    order: Order = CONSTANT
    least: arb = ZERO
    lower: Order = CONSTANT
    unbounded: bool = False
    swing: int = 0
    origin: "tuple[str, tuple[Tail, ...]] | None" = None

    @property
    def grows(self) -> bool:
        """Whether |f| is known to outgrow every bound, if the interval has no end."""
        return self.unbounded or bool(self.least > 0 and self.lower > CONSTANT)

    @property
    def is_bounded(self) -> bool:
        """Whether |f| is known not to outgrow some bound."""
        return self.span is not None and self.order <= CONSTANT

    @property
    def vanishes(self) -> bool:
        """Whether f is known to tend to 0, if the interval has no end."""
        return self.span is not None and self.order < CONSTANT

    @property
    def values(self) -> Interval:
        """Numbers that f lies between; infinite where none are known."""
        if self.span is None:
            return REALS
        most, least = self.order.most(self.start), self.order.least(self.start)
        low, high = self.span
        down = low * least if low >= 0 else None if most is None else low * most
        up = high * least if high <= 0 else None if most is None else high * most
        return Interval(-inf if down is None else -upper(-down), inf if up is None else upper(up))


def exact(x: float) -> fmpq:
    """A float as a fraction."""
    return fmpq(*x.as_integer_ratio())


def of_interval(values: Interval, start: fmpq) -> Tail:
    """Of what lies in an interval, with no order of its own."""
    known = isfinite(values.magnitude)
    span = Span(arb(values.low), arb(values.high)) if known else None
    return Tail(start, span, least=arb(max(values.low, -values.high, 0.0)))


def negative(x: Tail) -> Tail:
    """Of −x."""
    span = x.span and Span(-x.span.high, -x.span.low)
    return replace(x, span=span, origin=("neg", (x,)))


def size(x: Tail) -> Tail:
    """Of |x|."""
    span = x.span
    if span is not None and span.low < 0:
        span = Span(-span.high, -span.low) if span.high <= 0 else Span(ZERO, span.most)
    return replace(x, span=span, swing=0, origin=("abs", (x,)))


def bounded_by(start: fmpq, x: Tail) -> Tail:
    """Of what is not larger than |x|."""
    return Tail(start, None if x.span is None else Span(-x.span.most, x.span.most), x.order)


def total(x: Tail, y: Tail, same_sign: bool) -> Tail:
    """Of x + y, where the two have the same sign or may have opposite ones."""
    large, small = (x, y) if x.order >= y.order else (y, x)
    span = None
    if large.span is not None and small.span is not None:
        most = small.order.times(large.order, -ONE).most(x.start) or ZERO  # its order is no larger
        rest = products(small.span, Span(ZERO if small.order < large.order else most, most))
        span = Span(large.span.low + rest.low, large.span.high + rest.high)
    lower, least = CONSTANT, ZERO
    if same_sign:
        lower, least = max((one.lower, one.least) for one in (x, y) if one.least > 0 or one is y)
    for u, v in ((x, y), (y, x)) if not same_sign else ():
        if (bound := _difference(u, v)) is not None:
            lower, least = bound
            if span is not None and u.span is not None:  # the sum has the sign of u
                low = span.low.max(ZERO) if u.span.low >= 0 else span.low
                span = Span(low, span.high.min(ZERO) if u.span.high <= 0 else span.high)
            break
    grows = any(u.grows and (same_sign or v.is_bounded) for u, v in ((x, y), (y, x)))
    swings = any(u.swing == 2 and v.is_bounded for u, v in ((x, y), (y, x)))
    swing, origin = 2 if swings else 0, ("add", (x, y))
    return Tail(x.start, span, large.order, least, lower, grows, swing, origin)


def _difference(x: Tail, y: Tail) -> tuple[Order, arb] | None:
    """What |x + y| is not less than where |x| outgrows |y|."""
    if y.span is None or not x.least > 0:
        return None
    factor = y.order.times(x.lower, -ONE).most(x.start)
    least = ZERO if factor is None else x.least - y.span.most * factor
    return (x.lower, least) if least > 0 else None


def products(x: Span, y: Span) -> Span:
    """All products."""
    ends = [a * b for a in x for b in y]
    return Span(reduce(arb.min, ends), reduce(arb.max, ends))


def product(x: Tail, y: Tail) -> Tail:
    """Of x·y."""
    span = products(x.span, y.span) if x.span and y.span else None
    stays = [(u, v) for u, v in ((x, y), (y, x)) if v.grows or (v.least > 0 and v.lower >= CONSTANT)]
    grows = any(u.grows for u, _ in stays)
    swing = max((2 if v.grows and u.swing else u.swing for u, v in stays), default=0)
    order, lower, origin = x.order.times(y.order), x.lower.times(y.lower), ("mul", (x, y))
    return Tail(x.start, span, order, x.least * y.least, lower, grows, swing, origin)


def number_in(x: Span) -> fmpq | None:
    """The number of a span that holds one only, if it is a float."""
    c = float(x.low)
    return exact(c) if x.low == x.high and isfinite(c) and arb(c) == x.low else None


def inverse(x: Tail) -> Tail:
    """Of 1/x."""
    span, order = None, x.order
    if x.span is not None and (x.span.low > 0 or x.span.high < 0):
        span = Span(1 / x.span.high, 1 / x.span.low)
    elif x.least > 0:
        span, order = Span(-1 / x.least, 1 / x.least), x.lower
    least = 1 / x.span.most if x.span is not None and x.span.most > 0 else ZERO
    return Tail(x.start, span, CONSTANT.times(order, -ONE), least, CONSTANT.times(x.order, -ONE))


def power(x: Tail, c: float) -> Tail | None:
    """Of x^c."""
    if c < 0:
        positive = power(x, -c)
        return positive and inverse(positive)
    by, span = exponent(c), size(x).span
    if span is not None:
        span = Span(span.low ** arb(by), span.high ** arb(by))
        if c % 2 == 1 and x.span is not None and x.span.low < 0:
            span = Span(-span.high, -span.low if x.span.high <= 0 else span.high)
    lower, order = CONSTANT.times(x.lower, by), CONSTANT.times(x.order, by)
    return Tail(x.start, span, order, x.least ** arb(by), lower, unbounded=c > 0 and x.grows)


def scaled(x: Tail, low: arb, high: arb) -> Tail:
    """Of what is between low and high times x."""
    span = x.span and products(x.span, Span(low, high))
    return Tail(x.start, span, x.order, x.least * low.max(ZERO), x.lower)
