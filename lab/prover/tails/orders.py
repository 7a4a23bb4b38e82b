"""Orders c·t^p·e^(rt): how fast a function grows or falls in a tail, and how orders add, multiply and divide.

Exponents are exact fractions and factors are Arb's balls, so that every bound is proved.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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
    """t^power · e^(rate·t), ordered by how fast it grows."""

    rate: fmpq = NONE
    power: fmpq = NONE

    def times(self, other: "Order", n: fmpq = ONE) -> "Order":
        """The order of a product with the n-th power of a function of another order."""
        return Order(self.rate + n * other.rate, self.power + n * other.power)

    def most(self, start: fmpq) -> arb | None:
        """Its supremum for t ≥ start; None where there is none."""
        if self > CONSTANT:
            return None
        return self._at(max(start, self.power / -self.rate) if self.rate < 0 < self.power else start)

    def least(self, start: fmpq) -> arb:
        """Its infimum for t ≥ start."""
        if self < CONSTANT:
            return ZERO
        turn = -self.power / self.rate if self.power < 0 < self.rate else ONE
        found = self._at(max(start, turn))
        nearer = _FAR / self.rate if self.rate else ONE
        return found if found.is_finite() else self._at(max(turn, min(start, nearer)))

    def _at(self, t: fmpq) -> arb:
        return arb(t) ** arb(self.power) * arb(self.rate * t).exp()


class Line(NamedTuple):
    """A function slope·t + d, with d in a span."""

    slope: fmpq
    rest: Span


CONSTANT = Order()


@dataclass(frozen=True, eq=False)
class Tail:
    """The order of f(z) over an interval of z of one sign, with t = |z| ≥ start ≥ 1, or t = 1/|z| next to 0.

    f = c·t^power·e^(rate·t) with c in ``span`` (None: nothing is known), and
    |f| ≥ least·t^growth·e^(climb·t), for the orders (rate, power) and ``lower`` = (climb, growth). It may be
    known to be ``unbounded`` also where that says less, as of a logarithm. If its ``swing`` is 1, a
    continuous f is, however far out, both above some c > 0 and below −c, as a wave is; if 2, above and
    below every number. The ``origin`` of f is an operation and the tails of its arguments.
    """

    start: fmpq
    span: Span | None
    order: Order = CONSTANT
    least: arb = ZERO
    lower: Order = CONSTANT
    line: Line | None = None
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
    least = arb(max(values.low, -values.high, 0.0))
    return Tail(start, span, least=least, line=Line(NONE, span) if span else None)


def negative(x: Tail) -> Tail:
    """Of −x."""
    line = x.line and Line(-x.line.slope, Span(-x.line.rest.high, -x.line.rest.low))
    return replace(x, span=x.span and Span(-x.span.high, -x.span.low), line=line)


def size(x: Tail) -> Tail:
    """Of |x|."""
    x = replace(x, swing=0)
    if x.span is None or x.span.low >= 0:
        return x
    if x.span.high <= 0:
        return negative(x)
    return replace(x, span=Span(ZERO, x.span.most), line=None)


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
    order, line = large.order, None
    if (one := _line_beside(x, y)) and (other := _line_beside(y, x)):
        rest = Span(one.rest.low + other.rest.low, one.rest.high + other.rest.high)
        line = Line(one.slope + other.slope, rest)
        if line.slope == 0 and order > CONSTANT:
            span, order = rest, CONSTANT
    grows = any(u.grows and (same_sign or v.is_bounded) for u, v in ((x, y), (y, x)))
    swings = any(u.swing == 2 and v.is_bounded for u, v in ((x, y), (y, x)))
    return Tail(x.start, span, order, least, lower, line, grows, 2 if swings else 0)


def _line_beside(x: Tail, y: Tail) -> Line | None:
    """X as a line; beside one that is not level, what has a bound is a level one."""
    if x.line or not (y.line and y.line.slope != 0 and x.is_bounded):
        return x.line
    return Line(NONE, Span(arb(x.values.low), arb(x.values.high)))


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
    return Span(_extreme(ends, arb.min), _extreme(ends, arb.max))


def _extreme(values: Iterable[arb], chosen: Callable[[arb, arb], arb]) -> arb:
    first, *rest = values
    for value in rest:
        first = chosen(first, value)
    return first


def product(x: Tail, y: Tail) -> Tail:
    """Of x·y."""
    span = products(x.span, y.span) if x.span and y.span else None
    lower, line = x.lower.times(y.lower), None
    for one, other in ((x, y), (y, x)):
        if one.line and other.line and (by := _number(other.line)) is not None:
            line = Line(one.line.slope * by, products(one.line.rest, other.line.rest))
    stays = [(u, v) for u, v in ((x, y), (y, x)) if v.grows or (v.least > 0 and v.lower >= CONSTANT)]
    grows = any(u.grows for u, _ in stays)
    swing = max((2 if v.grows and u.swing else u.swing for u, v in stays), default=0)
    return Tail(x.start, span, x.order.times(y.order), x.least * y.least, lower, line, grows, swing)


def number_in(x: Span) -> fmpq | None:
    """The number of a span that holds one only, if it is a float."""
    c = float(x.low)
    return exact(c) if x.low == x.high and isfinite(c) and arb(c) == x.low else None


def _number(line: Line | None) -> fmpq | None:
    return number_in(line.rest) if line and line.slope == 0 else None


def inverse(x: Tail) -> Tail:
    """Of 1/x."""
    span: Span | None
    if x.span is not None and (x.span.low > 0 or x.span.high < 0):
        ends = [1 / end for end in x.span]
        span, order = Span(_extreme(ends, arb.min), _extreme(ends, arb.max)), CONSTANT.times(x.order, -ONE)
    else:
        span = Span(-1 / x.least, 1 / x.least) if x.least > 0 else None
        order = CONSTANT.times(x.lower, -ONE)
    least = 1 / x.span.most if x.span is not None and x.span.most > 0 else ZERO
    return Tail(x.start, span, order, least, CONSTANT.times(x.order, -ONE))


def power(x: Tail, c: float) -> Tail | None:
    """Of x^c."""
    if c < 0:
        positive = power(x, -c)
        return positive and inverse(positive)
    by, of = exponent(c), size(x).span
    odd = c % 2 == 1
    span = None if of is None else Span(of.low ** arb(by), of.high ** arb(by))
    if odd and x.span is not None and x.span.low < 0:
        span = negative(Tail(x.start, span)).span if x.span.high <= 0 else Span(-span.high, span.high)  # type: ignore[union-attr]
    lower, order = CONSTANT.times(x.lower, by), CONSTANT.times(x.order, by)
    return Tail(x.start, span, order, x.least ** arb(by), lower, unbounded=c > 0 and x.grows)


def scaled(x: Tail, low: arb, high: arb) -> Tail:
    """Of what is between low and high times x."""
    span = x.span and products(x.span, Span(low, high))
    return Tail(x.start, span, x.order, x.least * low.max(ZERO), x.lower)


def quotient(x: Tail, y: Tail) -> Tail:
    """Of x/y."""
    made, line = product(x, inverse(y)), None
    if x.line and (by := _number(y.line)):
        factor = 1 / arb(by)
        line = Line(x.line.slope / by, products(x.line.rest, Span(factor, factor)))
    return replace(made, line=line)
