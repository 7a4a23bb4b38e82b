"""How fast an expression grows or falls in a tail: what interval arithmetic cannot see in z·exp(−z²).

On z ≥ a the product of [a, ∞) and [0, exp(−a²)] is [0, ∞): an interval forgets that one factor falls
faster than the other grows. So every value has an order too (`lab.prover.tails.orders`), by a rule of each
operation: (z³ + z)/(1 + z²) is of the order t, with a factor near 1 before it.
"""

from collections.abc import Callable
from dataclasses import replace
from math import inf, isfinite
from typing import TypeAlias

from flint import arb, fmpq

from lab.numerics import Interval
from lab.prover.intervals.rounding import div, single, sub
from lab.prover.tails.leading_terms import line_of, terms_of
from lab.prover.tails.orders import (
    CONSTANT,
    ONE,
    ZERO,
    Order,
    Span,
    Tail,
    bounded_by,
    exact,
    inverse,
    negative,
    of_interval,
    power,
    product,
    products,
    scaled,
    size,
    total,
    with_logarithm,
)

_POWER = 8
"""The k of e^u ≥ (e·u/k)^k, by which the exponential of what grows like e^t is compared with e^(kt)."""

Rule: TypeAlias = Callable[[Tail, Interval], Tail | None]
"""From the order of x, and what x lies in, to that of f(x); None where nothing is known."""


def variable(z: Interval) -> Tail:
    """The order of z itself over an interval on one side of 0, with t = |z|."""
    sign, order = 1 if z.low >= 0 else -1, Order(power=ONE)
    return Tail(exact(max(z.low, -z.high)), Span(arb(sign), arb(sign)), order, arb(1), order)


def next_to(z: Interval, end: float) -> Tail:
    """The order of z over an interval without an end of it, with t = 1/|z − end|."""
    one, order = arb(1 if z.low == end else -1), Order(power=-ONE)
    way = Tail(1 / (exact(z.high) - exact(z.low)), Span(one, one), order, arb(1), order)
    return way if end == 0 else tail_of("add", z, (single(end), None), (sub(z, single(end)), way))


def tail_of(name: str, values: Interval, *x: tuple[Interval, Tail | None]) -> Tail:
    """The order of ``name(*x)``, whose values are known to lie in an interval; one x at least has a Tail."""
    start = next(tail.start for _, tail in x if tail is not None)
    plain = of_interval(values, start)
    arguments = [tail or of_interval(within, start) for within, tail in x]
    made = _made(name, [within for within, _ in x], arguments)
    swing = int(arguments[0].grows) if name in ("sin", "cos") else made.swing if made else 0
    if made is None:
        return replace(plain, swing=swing, origin=(name, tuple(arguments)))
    span, order = made.span, made.order
    origin = made.origin if made in arguments else (name, tuple(arguments))  # as of a max
    is_wide = span and plain.span and order > CONSTANT and not _is_narrower(span, plain.span)
    if span is None or is_wide or not all(end.is_finite() for end in span):
        span, order = plain.span, CONSTANT
    elif plain.span and order == CONSTANT:
        span = Span(span.low.max(plain.span.low), span.high.min(plain.span.high))
    if span is not None:
        span = Span(
            span.low.max(ZERO).lower() if values.low >= 0 else span.low.lower(),
            span.high.min(ZERO).upper() if values.high <= 0 else span.high.upper(),
        )
    candidates = [(made.lower, made.least), (plain.lower, plain.least)]
    candidates += [(order, span.least)] if span else []
    lower, least = max(
        (known for known in candidates if known[1] > 0 and known[1].is_finite()),
        key=lambda known: (known[0], float(known[1].lower())),
        default=(CONSTANT, ZERO),
    )
    return Tail(start, span, order, least.lower(), lower, made.unbounded, swing, origin)


def _is_narrower(x: Span, y: Span) -> bool:
    """Whether x spans less than y does, relative to its size."""
    return bool(x.least * y.most > y.least * x.most)


def _sum(x: Tail, y: Tail, same_sign: bool) -> Tail:
    """Of x + y; where their orders cancel, by the first terms that are left."""
    made = total(x, y, same_sign)
    if made.span is not None and made.span.least == 0 and (left := terms_of(made)):
        order, span = left.largest
        if order < made.order:
            return replace(made, span=span, order=order)
    return made


def _made(name: str, within: list[Interval], tails: list[Tail]) -> Tail | None:
    """The order by the rule of the operation; None where it has none."""
    (x, *_), y, u, v = tails, tails[-1], within[0], within[-1]
    if name in ("add", "sub"):
        other, v = (y, v) if name == "add" else (negative(y), Interval(-v.high, -v.low))
        return _sum(x, other, u.low >= 0 <= v.low or u.high <= 0 >= v.high)
    if name in ("max", "min"):
        above = u.low >= v.high or (False if v.low >= u.high else _is_above(x, y))
        if above is None:  # |f(x, y)| ≤ |x| + |y|
            return bounded_by(x.start, total(size(x), size(y), True))
        return x if above == (name == "max") else y
    if name in _COMPARISONS:
        above = _is_above(x, y)
        known = float(above == name.startswith("greater"))
        return None if above is None else of_interval(Interval(known, known), x.start)
    if name == "pow":
        return power(x, v.low) if v.low == v.high and isfinite(v.low) else None
    if name in ("mul", "div"):
        return product(x, y if name == "mul" else inverse(y))
    return _RULES[name](x, u) if name in _RULES else None


def _is_above(x: Tail, y: Tail) -> bool | None:
    """Whether x > y in all of the tail, or x < y; None where neither is known, or they may be equal."""
    apart = (_sum if x.order == y.order else total)(x, negative(y), False).span
    if apart is None or not (apart.low > 0 or apart.high < 0):  # a ball that holds 0 is neither
        return None
    return bool(apart.low > 0)


def _exponential(x: Tail, within: Interval) -> Tail | None:
    """Of e^x: exactly of order e^(slope·t) for a line, else compared with such an order."""
    if line := line_of(x):
        slope, rest = line
        span = Span(rest.low.exp(), rest.high.exp())
        return Tail(x.start, span, Order(slope), span.low, Order(slope))
    if (found := _faster(x)) is None or not (within.low >= 0 or within.high <= 0):
        return None
    order, factor = found
    if within.low >= 0:
        return Tail(x.start, None, least=factor, lower=order)
    return Tail(x.start, Span(ZERO, 1 / factor), CONSTANT.times(order, -ONE))


def _faster(x: Tail) -> tuple[Order, arb] | None:
    """An order and a factor f with e^|x| ≥ f·t^p·e^(rt), where |x| grows like t at least; else None."""
    if not x.least > 0:
        return None
    climb, growth, logs = x.lower
    if climb > 0:
        base = arb(1).exp() * x.least / _POWER
        return CONSTANT.times(x.lower, fmpq(_POWER)), base**_POWER
    if climb < 0 or growth < 1 or (growth == 1 and logs < 0):
        return None
    least, a = x.least, arb(x.start)
    if logs < 0:  # half of what is more than t is left
        order, factor = x.lower.without_logs(min(ONE, (growth - 1) / (-2 * logs)))
        growth, least = order.power, least * factor
    # With the start a and m ≥ 1, t^m lies above its tangent at a: t^m ≥ m·a^(m−1)·t − (m−1)·a^m.
    height = least * a ** arb(growth)
    slope = float((height * arb(growth) / a).lower()) * (1 - 1e-15)
    if not 1e-300 < slope < 1e300:
        return None
    return Order(rate=exact(slope)), (-height * arb(growth - 1)).exp()


def _logarithm(x: Tail, within: Interval) -> Tail | None:
    """Of ln x, for x = c·t^p·e^(rt)·L^q: near r·t, or p·L where r is 0: ln L ≤ ln t < L and ln L ≤ L/e."""
    slow = x.order.rate == 0 and (x.order.power == 0 or 0 < within.low <= within.high < inf)
    if x.span is not None and x.span.low > 0 and x.start >= 1 and not slow:
        rate, power, logs = map(arb, x.order)
        low, high = (c.log() for c in x.span)
        if rate == 0:
            of, nearest = Order(logs=ONE), with_logarithm(x.start)
            factor, terms = power, (low - power, high - power, logs * nearest * arb(-1).exp())
        else:
            of, nearest = Order(power=ONE), arb(x.start)
            factor, terms = rate, (low, high, (abs(power) + abs(logs)) * with_logarithm(x.start))
        ends = [
            (terms[0].min(ZERO) - abs(terms[2])) / nearest,
            (terms[1].max(ZERO) + abs(terms[2])) / nearest,
        ]
        return Tail(x.start, Span(factor + ends[0], factor + ends[1]), of, unbounded=x.grows)
    if within.high <= 1:
        return negative(_slow(inverse(x), Interval(1.0, inf), arb(1)))
    return _slow(x, within, arb(1)) if within.low >= 1 else None


def _slow(x: Tail, within: Interval, by: arb) -> Tail:
    """Of a logarithm f(x) of the sign of x with |f(x)| ≤ ln(1 + by·|x|), which is ≤ k·(by·|x|)^(1/k)."""
    root = power(size(scaled(x, by, by)), 1 / _POWER)
    if root is None or root.span is None:
        return replace(bounded_by(x.start, x), unbounded=x.grows)
    most = _POWER * root.span.high
    low, high = (-most if within.low < 0 else ZERO), (most if within.high > 0 else ZERO)
    return Tail(x.start, Span(low, high), root.order, unbounded=x.grows)


def _near_x(ratio: Callable[[arb], arb], at_0: arb, *, unbounded: bool = False) -> Rule:
    """Of an odd f(x) = x·r(|x|), where r falls or rises from ``at_0`` as |x| grows."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if x.span is None:
            return None
        most = max(within.magnitude, 1e-300)
        end = ratio(arb(most)) if isfinite(most) else ZERO
        if not end.is_finite():
            return None
        factors = Span(end.min(at_0), end.max(at_0))
        return Tail(x.start, products(x.span, factors), x.order, unbounded=unbounded and x.grows)

    return rule


def _expm1(x: Tail, within: Interval) -> Tail | None:
    if (line := line_of(x)) and line[0] > 0 and within.low > 0:
        grown = _exponential(x, within)
        return grown and scaled(grown, 1 - (-arb(within.low)).exp(), arb(1))
    if within.magnitude > 1 or x.span is None:
        return _exponential(x, within) if within.low >= 1 and line is None else None
    m = arb(max(within.magnitude, 1e-300))
    return Tail(x.start, products(x.span, Span(-(-m).expm1() / m, m.expm1() / m)), x.order)


def _log1p(x: Tail, within: Interval) -> Tail | None:
    outgrows = x.order > CONSTANT and (x.order.rate > 0 or within.high == inf)
    if outgrows and x.span is not None and x.span.low > 0:
        return _logarithm(total(x, of_interval(Interval(1.0, 1.0), x.start), True), Interval(1.0, inf))
    if x.span is None or not within.low > -1:
        return None
    if within.low >= 0 and within.high == inf and x.order > CONSTANT:
        return _slow(x, within, arb(1))
    low, high = arb(min(within.low, -1e-300)), arb(max(within.high, 1e-300))
    least = high.log1p() / high if isfinite(within.high) else ZERO
    return Tail(x.start, products(x.span, Span(least, low.log1p() / low)), x.order, unbounded=x.grows)


def _asinh(x: Tail, within: Interval) -> Tail | None:
    if within.magnitude == inf and x.span is not None and x.order > CONSTANT:
        if not x.span.least > 0 or not (nearest := max(within.low, -within.high)) > 0:
            return _slow(x, within, arb(2))
        grown = _logarithm(
            scaled(size(x), arb(2), 1 + (1 + 1 / arb(nearest) ** 2).sqrt()), Interval(1.0, inf)
        )
        return grown and (grown if within.low > 0 else negative(grown))
    return _near_x(lambda m: m.asinh() / m, arb(1), unbounded=True)(x, within)


def _arccot(x: Tail, within: Interval) -> Tail | None:
    """Of arctan(1/x) for x > 0."""
    if not within.low > 0 or (inner := div(Interval(1.0, 1.0), within)) is None:
        return None
    return _RULES["arctan"](inverse(x), inner)


def _falling(most: arb, rate: int, curve: Callable[[arb], arb], *, even: bool = True) -> Rule:
    """Of most·e^(−rate·|x|)·r, r in [curve(e^(−rate·least |x|)), 1], for x ≤ 0 or on both sides."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if within.high > 0 and not (even and within.low >= 0):
            return None
        down = product(negative(size(x)), of_interval(Interval(rate, rate), x.start))
        nearest = min(abs(within.low), abs(within.high))
        fallen = _exponential(down, Interval(-inf, -rate * nearest))
        return fallen and scaled(fallen, most * curve((-rate * arb(nearest)).exp()), most)

    return rule


def _falling_square(most: float, rate: float, side: int) -> Rule:
    """Of a function that is at most most·e^(−rate·x²), on a side of 0 or (0) on both."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if side and not (within.low >= 0 if side > 0 else within.high <= 0):
            return None
        square = product(x, x)
        down = negative(product(square, of_interval(Interval(rate, rate), x.start)))
        fallen = _exponential(down, Interval(-inf, 0.0))
        return fallen and scaled(fallen, ZERO, arb(most))

    return rule


def _softplus(x: Tail, within: Interval) -> Tail | None:
    if within.low >= 0:  # x ≤ f(x) = x + log(1 + e^(−x))
        more = Span(ZERO, (-arb(within.low)).exp().log1p())
        return total(x, Tail(x.start, more), True)
    if within.high > 0 or (fallen := _exponential(x, within)) is None:
        return None
    most = arb(max(within.high, -700.0)).exp()
    return scaled(fallen, most.log1p() / most, arb(1))


def _hyperbolic(sign: int) -> Rule:
    """Of sinh (−1) and cosh (+1): e^|x|/2·(1 ± e^(−2|x|))."""

    def rule(x: Tail, within: Interval) -> Tail | None:
        if sign < 0 and within.magnitude <= 1:
            return _near_x(lambda m: m.sinh() / m, arb(1))(x, within)
        if not (within.low > 0 or within.high < 0):
            return None
        nearest = min(abs(within.low), abs(within.high))
        grown = _exponential(size(x), Interval(nearest, inf))
        other = (-2 * arb(nearest)).exp() * sign
        if grown is None:
            return None
        halved = scaled(grown, (1 + other.min(ZERO)) / 2, (1 + other.max(ZERO)) / 2)
        return negative(halved) if sign < 0 and within.high < 0 else halved

    return rule


_COMPARISONS = ("greater", "greater_equal", "less", "less_equal")

_RULES: dict[str, Rule] = {
    "neg": lambda x, within: negative(x),
    "abs": lambda x, within: size(x),
    "exp": _exponential,
    "expm1": _expm1,
    "log": _logarithm,
    "log1p": _log1p,
    "sqrt": lambda x, within: power(x, 0.5),
    "sinh": _hyperbolic(-1),
    "cosh": _hyperbolic(1),
    "softplus": _softplus,
    "tanh": _near_x(lambda m: m.tanh() / m, arb(1)),
    "arctan": _near_x(lambda m: m.atan() / m, arb(1)),
    "arccot": _arccot,
    "asinh": _asinh,
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
