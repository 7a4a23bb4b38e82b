"""How fast an expression grows or falls in a tail: what interval arithmetic cannot see in z·exp(−z²).

On z ≥ a the product of [a, ∞) and [0, exp(−a²)] is [0, ∞): an interval forgets that one factor falls
faster than the other grows. So every value has its order too, t^p·e^(rt) with a factor before it, and sums,
products, quotients and powers have those of orders: (z³ + z)/(1 + z²) has one near 1 before t. Exponents are
exact fractions and factors are Arb's balls, so that every bound is proved.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan, nextafter
from typing import NamedTuple, TypeAlias

from flint import arb, fmpq

from lab.numerics import REALS, Interval

_NONE, _ONE, _ZERO = fmpq(0), fmpq(1), arb(0)

_POWER = 8
"""The k of e^u ≥ (e·u/k)^k, by which the exponential of what grows like e^t is compared with e^(kt)."""


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
        return self.low.max(-self.high).max(_ZERO)


class Order(NamedTuple):
    """t^power · e^(rate·t), ordered by how fast it grows."""

    rate: fmpq = _NONE
    power: fmpq = _NONE

    def times(self, other: "Order", n: fmpq = _ONE) -> "Order":
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
            return _ZERO
        return self._at(max(start, -self.power / self.rate) if self.power < 0 < self.rate else start)

    def _at(self, t: fmpq) -> arb:
        return arb(t) ** arb(self.power) * arb(self.rate * t).exp()


class Line(NamedTuple):
    """A function slope·t + d, with d in a span."""

    slope: fmpq
    rest: Span


CONSTANT = Order()


@dataclass(frozen=True)
class Tail:
    """The order of f(z) over an interval of z of one sign, with t = |z| ≥ start ≥ 1, or t = 1/|z| next to 0.

    f = c·t^power·e^(rate·t) with c in ``span`` (None: nothing is known), and
    |f| ≥ least·t^growth·e^(climb·t), for the orders (rate, power) and ``lower`` = (climb, growth). It may be
    known to be ``unbounded`` also where that says less, as of a logarithm.
    """

    start: fmpq
    span: Span | None
    order: Order = CONSTANT
    least: arb = _ZERO
    lower: Order = CONSTANT
    line: Line | None = None
    unbounded: bool = False

    @property
    def grows(self) -> bool:
        """Whether |f| is known to outgrow every bound, if the interval has no end."""
        return self.unbounded or bool(self.least > 0 and self.lower > CONSTANT)

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


Rule: TypeAlias = Callable[[Tail, Interval], Tail | None]
"""From the order of x, and what x lies in, to that of f(x); None where nothing is known."""


def variable(z: Interval) -> Tail:
    """The order of z itself over an interval on one side of 0; of t = 1/|z| where it ends at 0."""
    sign = 1 if z.low >= 0 else -1
    one, none = arb(sign), Span(_ZERO, _ZERO)
    if 0 in (z.low, z.high):
        order = Order(power=-_ONE)
        return Tail(1 / _exact(z.magnitude), Span(one, one), order, arb(1), order)
    start, order = _exact(z.low if sign > 0 else -z.high), Order(power=fmpq(1))
    return Tail(start, Span(one, one), order, arb(1), order, Line(fmpq(sign), none))


def tail_of(name: str, values: Interval, *x: tuple[Interval, Tail | None]) -> Tail:
    """The order of ``name(*x)``, whose values are known to lie in an interval; one x at least has a Tail."""
    start = next(tail.start for _, tail in x if tail is not None)
    plain = _of_interval(values, start)
    arguments = [tail or _of_interval(within, start) for within, tail in x]
    made = _made(name, [within for within, _ in x], arguments)
    if made is None:
        return plain
    span, order = made.span, made.order
    if made.line and made.line.slope == 0:
        span, order = made.line.rest, CONSTANT
    if span is None or not all(end.is_finite() for end in span) or (plain.span and order > CONSTANT):
        span, order = plain.span, CONSTANT
    elif plain.span and order == CONSTANT:
        span = Span(span.low.max(plain.span.low), span.high.min(plain.span.high))
    if span is not None:
        span = Span(
            span.low.max(_ZERO).lower() if values.low >= 0 else span.low.lower(),
            span.high.min(_ZERO).upper() if values.high <= 0 else span.high.upper(),
        )
    candidates = [(made.lower, made.least), (plain.lower, plain.least)]
    candidates += [(order, span.least)] if span else []
    lower, least = max(
        (known for known in candidates if known[1] > 0 and known[1].is_finite()),
        key=lambda known: (known[0], float(known[1].lower())),
        default=(CONSTANT, _ZERO),
    )
    return Tail(start, span, order, least.lower(), lower, made.line, made.unbounded)


def _of_interval(values: Interval, start: fmpq) -> Tail:
    known = isfinite(values.magnitude)
    span = Span(arb(values.low), arb(values.high)) if known else None
    least = arb(max(values.low, -values.high, 0.0))
    return Tail(start, span, least=least, line=Line(_NONE, span) if span else None)


def _made(name: str, within: list[Interval], tails: list[Tail]) -> Tail | None:
    """The order by the rule of the operation; None where it has none."""
    (x, *_), y, u, v = tails, tails[-1], within[0], within[-1]
    if name in ("add", "sub"):
        other, v = (y, v) if name == "add" else (_negative(y), Interval(-v.high, -v.low))
        return _sum(x, other, u.low >= 0 <= v.low or u.high <= 0 >= v.high)
    if name in ("max", "min") and (u.low >= v.high or v.low >= u.high):
        return x if (u.low >= v.high) == (name == "max") else y
    if name in ("max", "min"):  # |f(x, y)| ≤ |x| + |y|
        return _bounded_by(x.start, _sum(_size(x), _size(y), True))
    if name == "pow":
        return _power(x, v.low) if v.low == v.high and isfinite(v.low) else None
    rule = _RULES.get(name)
    return rule(x, u) if rule else _PAIRS[name](x, y) if name in _PAIRS else None


def _negative(x: Tail) -> Tail:
    line = x.line and Line(-x.line.slope, Span(-x.line.rest.high, -x.line.rest.low))
    return replace(x, span=x.span and Span(-x.span.high, -x.span.low), line=line)


def _size(x: Tail) -> Tail:
    if x.span is None or x.span.low >= 0:
        return x
    if x.span.high <= 0:
        return _negative(x)
    return replace(x, span=Span(_ZERO, x.span.most), line=None)


def _bounded_by(start: fmpq, x: Tail) -> Tail:
    """Of what is not larger than |x|."""
    return Tail(start, None if x.span is None else Span(-x.span.most, x.span.most), x.order)


def _sum(x: Tail, y: Tail, same_sign: bool) -> Tail:
    """Of x + y, where the two have the same sign or may have opposite ones."""
    large, small = (x, y) if x.order >= y.order else (y, x)
    span = None
    if large.span is not None and small.span is not None:
        most = small.order.times(large.order, -_ONE).most(x.start) or _ZERO  # its order is no larger
        rest = _products(small.span, Span(_ZERO if small.order < large.order else most, most))
        span = Span(large.span.low + rest.low, large.span.high + rest.high)
    lower, least = CONSTANT, _ZERO
    if same_sign:
        lower, least = max((one.lower, one.least) for one in (x, y) if one.least > 0 or one is y)
    elif (bound := _difference(x, y) or _difference(y, x)) is not None:
        lower, least = bound
    order, line = large.order, None
    if x.line and y.line:
        rest = Span(x.line.rest.low + y.line.rest.low, x.line.rest.high + y.line.rest.high)
        line = Line(x.line.slope + y.line.slope, rest)
        if line.slope == 0 and order > CONSTANT:
            span, order = rest, CONSTANT
    return Tail(x.start, span, order, least, lower, line, same_sign and (x.grows or y.grows))


def _difference(x: Tail, y: Tail) -> tuple[Order, arb] | None:
    """What |x + y| is not less than where |x| outgrows |y|."""
    if y.span is None or not x.least > 0:
        return None
    factor = y.order.times(x.lower, -_ONE).most(x.start)
    least = _ZERO if factor is None else x.least - y.span.most * factor
    return (x.lower, least) if least > 0 else None


def _products(x: Span, y: Span) -> Span:
    ends = [a * b for a in x for b in y]
    return Span(_extreme(ends, arb.min), _extreme(ends, arb.max))


def _extreme(values: Iterable[arb], chosen: Callable[[arb, arb], arb]) -> arb:
    first, *rest = values
    for value in rest:
        first = chosen(first, value)
    return first


def _product(x: Tail, y: Tail) -> Tail:
    span = _products(x.span, y.span) if x.span and y.span else None
    lower, line = x.lower.times(y.lower), None
    for one, other in ((x, y), (y, x)):
        if one.line and other.line and _is_number(other.line):
            by = other.line.rest
            line = Line(one.line.slope * _fraction(by.low), _products(one.line.rest, by))
    grows = any(u.grows and v.least > 0 and v.lower >= CONSTANT for u, v in ((x, y), (y, x)))
    return Tail(x.start, span, x.order.times(y.order), x.least * y.least, lower, line, grows)


def _is_number(line: Line) -> bool:
    return line.slope == 0 and line.rest.low == line.rest.high and line.rest.low.is_exact()


def _fraction(x: arb) -> fmpq:
    return _exact(float(x))


def _inverse(x: Tail) -> Tail:
    span: Span | None
    if x.span is not None and (x.span.low > 0 or x.span.high < 0):
        ends = [1 / end for end in x.span]
        span, order = Span(_extreme(ends, arb.min), _extreme(ends, arb.max)), CONSTANT.times(x.order, -_ONE)
    else:
        span = Span(-1 / x.least, 1 / x.least) if x.least > 0 else None
        order = CONSTANT.times(x.lower, -_ONE)
    least = 1 / x.span.most if x.span is not None and x.span.most > 0 else _ZERO
    return Tail(x.start, span, order, least, CONSTANT.times(x.order, -_ONE))


def _power(x: Tail, c: float) -> Tail | None:
    if c < 0:
        positive = _power(x, -c)
        return positive and _inverse(positive)
    by, exponent, size = _exact(c), arb(c), _size(x)
    odd = c % 2 == 1
    span = None if size.span is None else Span(size.span.low**exponent, size.span.high**exponent)
    if odd and x.span is not None and x.span.low < 0:
        span = _negative(Tail(x.start, span)).span if x.span.high <= 0 else Span(-span.high, span.high)  # type: ignore[union-attr]
    lower, order = CONSTANT.times(x.lower, by), CONSTANT.times(x.order, by)
    return Tail(x.start, span, order, x.least**exponent, lower, unbounded=c > 0 and x.grows)


def _exponential(x: Tail, within: Interval) -> Tail | None:
    """Of e^x: exactly of order e^(slope·t) for a line, else compared with such an order."""
    if x.line and x.line.slope != 0:
        span = Span(x.line.rest.low.exp(), x.line.rest.high.exp())
        return Tail(x.start, span, Order(rate=x.line.slope), span.low, Order(rate=x.line.slope))
    if (found := _faster(x)) is None or not (within.low >= 0 or within.high <= 0):
        return None
    order, factor = found
    if within.low >= 0:
        return Tail(x.start, None, least=factor, lower=order)
    return Tail(x.start, Span(_ZERO, 1 / factor), CONSTANT.times(order, -_ONE))


def _faster(x: Tail) -> tuple[Order, arb] | None:
    """An order and a factor f with e^|x| ≥ f·t^p·e^(rt), where |x| grows like t at least; else None."""
    if not x.least > 0:
        return None
    climb, growth = x.lower
    if climb > 0:
        base = arb(1).exp() * x.least / _POWER
        return Order(_POWER * climb, _POWER * growth), base**_POWER
    if climb < 0 or growth < 1:
        return None
    # With the start a and m ≥ 1, t^m lies above its tangent at a: t^m ≥ m·a^(m−1)·t − (m−1)·a^m.
    height = x.least * arb(x.start) ** arb(growth)
    slope = float((height * arb(growth) / arb(x.start)).lower()) * (1 - 1e-15)
    if not 1e-300 < slope < 1e300:
        return None
    return Order(rate=_exact(slope)), (-height * arb(growth - 1)).exp()


def _logarithm(x: Tail, within: Interval) -> Tail | None:
    if x.span is not None and x.span.low > 0 and x.order.power == 0 and x.order.rate != 0:
        rest = Span(x.span.low.log(), x.span.high.log())
        start, slope = arb(x.start), arb(x.order.rate)
        span = Span(slope + rest.low.min(_ZERO) / start, slope + rest.high.max(_ZERO) / start)
        return Tail(x.start, span, Order(power=fmpq(1)), line=Line(x.order.rate, rest))
    if within.low < 1:
        return None
    return replace(_bounded_by(x.start, x), unbounded=x.grows)  # |f(x)| ≤ |x|


def _near_x(ratio: Callable[[arb], arb], at_0: arb, *, unbounded: bool = False) -> Rule:
    """Of an odd f(x) = x·r(|x|), where r falls or rises from ``at_0`` as |x| grows."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if x.span is None:
            return None
        most = max(within.magnitude, 1e-300)
        end = ratio(arb(most)) if isfinite(most) else _ZERO
        if not end.is_finite():
            return None
        factors = Span(end.min(at_0), end.max(at_0))
        return Tail(x.start, _products(x.span, factors), x.order, unbounded=unbounded and x.grows)

    return rule


def _expm1(x: Tail, within: Interval) -> Tail | None:
    if x.line and x.line.slope > 0 and within.low > 0:
        grown = _exponential(x, within)
        return grown and _scaled(grown, 1 - (-arb(within.low)).exp(), arb(1))
    if within.magnitude > 1 or x.span is None:
        return _exponential(x, within) if within.low >= 1 and x.line is None else None
    m = arb(max(within.magnitude, 1e-300))
    return Tail(x.start, _products(x.span, Span(-(-m).expm1() / m, m.expm1() / m)), x.order)


def _log1p(x: Tail, within: Interval) -> Tail | None:
    if within.low >= 1 and x.order.rate > 0 and x.span is not None and x.span.low > 0:
        return _logarithm(_sum(x, _of_interval(Interval(1.0, 1.0), x.start), True), within)
    if x.span is None or not within.low > -1:
        return None
    low, high = arb(min(within.low, -1e-300)), arb(max(within.high, 1e-300))
    least = high.log1p() / high if isfinite(within.high) else _ZERO
    return Tail(x.start, _products(x.span, Span(least, low.log1p() / low)), x.order, unbounded=x.grows)


def _scaled(x: Tail, low: arb, high: arb) -> Tail:
    """Of what is between low and high times x."""
    span = x.span and _products(x.span, Span(low, high))
    return Tail(x.start, span, x.order, x.least * low.max(_ZERO), x.lower)


def _falling(most: arb, rate: int, curve: Callable[[arb], arb], *, even: bool = True) -> Rule:
    """Of most·e^(−rate·|x|)·r, r in [curve(e^(−rate·least |x|)), 1], for x ≤ 0 or on both sides."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if within.high > 0 and not (even and within.low >= 0):
            return None
        down = _product(_negative(_size(x)), _of_interval(Interval(rate, rate), x.start))
        nearest = min(abs(within.low), abs(within.high))
        fallen = _exponential(down, Interval(-inf, -rate * nearest))
        return fallen and _scaled(fallen, most * curve((-rate * arb(nearest)).exp()), most)

    return rule


def _falling_square(most: float, rate: float, side: int) -> Rule:
    """Of a function that is at most most·e^(−rate·x²), on a side of 0 or (0) on both."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if side and not (within.low >= 0 if side > 0 else within.high <= 0):
            return None
        square = _product(x, x)
        down = _negative(_product(square, _of_interval(Interval(rate, rate), x.start)))
        fallen = _exponential(replace(down, line=None), Interval(-inf, 0.0))
        return fallen and _scaled(fallen, _ZERO, arb(most))

    return rule


def _softplus(x: Tail, within: Interval) -> Tail | None:
    if within.low >= 0:  # x ≤ f(x) = x + log(1 + e^(−x))
        more = Span(_ZERO, (-arb(within.low)).exp().log1p())
        return _sum(x, Tail(x.start, more, line=Line(_NONE, more)), True)
    if within.high > 0 or (fallen := _exponential(x, within)) is None:
        return None
    most = arb(max(within.high, -700.0)).exp()
    return _scaled(fallen, most.log1p() / most, arb(1))


def _hyperbolic(sign: int) -> Rule:
    """Of sinh (−1) and cosh (+1): e^|x|/2·(1 ± e^(−2|x|))."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if sign < 0 and within.magnitude <= 1:
            return _near_x(lambda m: m.sinh() / m, arb(1))(x, within)
        if not (within.low > 0 or within.high < 0):
            return None
        nearest = min(abs(within.low), abs(within.high))
        grown = _exponential(_size(x), Interval(nearest, inf))
        other = (-2 * arb(nearest)).exp() * sign
        if grown is None:
            return None
        halved = _scaled(grown, (1 + other.min(_ZERO)) / 2, (1 + other.max(_ZERO)) / 2)
        return _negative(halved) if sign < 0 and within.high < 0 else halved

    return rule


def _quotient(x: Tail, y: Tail) -> Tail:
    made, line = _product(x, _inverse(y)), None
    if x.line and y.line and _is_number(y.line) and y.line.rest.low != 0:
        by = y.line.rest.low
        line = Line(x.line.slope / _fraction(by), _products(x.line.rest, Span(1 / by, 1 / by)))
    return replace(made, line=line)


_PAIRS: dict[str, Callable[[Tail, Tail], Tail]] = {"mul": _product, "div": _quotient}

_RULES: dict[str, Rule] = {
    "neg": lambda x, within: _negative(x),
    "abs": lambda x, within: _size(x),
    "exp": _exponential,
    "expm1": _expm1,
    "log": _logarithm,
    "log1p": _log1p,
    "sqrt": lambda x, within: _power(x, 0.5),
    "sinh": _hyperbolic(-1),
    "cosh": _hyperbolic(1),
    "softplus": _softplus,
    "tanh": _near_x(lambda m: m.tanh() / m, arb(1)),
    "arctan": _near_x(lambda m: m.atan() / m, arb(1)),
    "asinh": _near_x(lambda m: m.asinh() / m, arb(1), unbounded=True),
    "softsign": _near_x(lambda m: 1 / (1 + m), arb(1)),
    "isru": _near_x(lambda m: 1 / (1 + m * m).sqrt(), arb(1)),
    "erf": _near_x(lambda m: m.erf() / m, 2 / arb.pi().sqrt()),
    "sin": _near_x(lambda m: m.sin() / m if m < 3 else arb(-1), arb(1)),
    "sigmoid": _falling(arb(1), 1, lambda e: 1 / (1 + e), even=False),
    "sigmoid_slope": _falling(arb(1), 1, lambda e: 1 / (1 + e) ** 2),
    "sech2": _falling(arb(4), 2, lambda e: 1 / (1 + e) ** 2),
    "Phi": _falling_square(0.5, 0.5, -1),
    "phi": _falling_square(0.5, 0.5, 0),
    "erfc": _falling_square(1, 1, 1),
    "erf_slope": _falling_square(1.25, 1, 0),
}


def _exact(x: float) -> fmpq:
    return fmpq(*x.as_integer_ratio())


def upper(ball: arb) -> float:
    """The least float that is not less than the ball; infinite where there is none, or no ball."""
    top = ball.upper()
    near = float(top)
    if isnan(near):
        return inf
    return near if near == inf or arb(near) >= top else nextafter(near, inf)
