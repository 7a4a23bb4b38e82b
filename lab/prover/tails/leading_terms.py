"""The first terms of a function in a tail: what is left of a sum in which the orders cancel.

For z → −∞ the slope of z·(z + √(z² + 1)) is a sum of two functions that fall like 1/t, and an order with an
enclosed factor does not tell that 1/(4t³) is left. So a sum that cancels is looked at by its first terms,
c·t^p·e^(rt) with exact c, and an enclosed rest, from Taylor's theorem with the rest of Lagrange.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, product
from math import isqrt
from operator import itemgetter
from typing import TypeAlias

from flint import arb, fmpq

from lab.numerics import Interval
from lab.prover.intervals.rounding import exponent, upper
from lab.prover.tails.orders import CONSTANT, NONE, ONE, ZERO, Order, Span, Tail, number_in, products

MOST_TERMS = 3
"""The terms that are kept, and the power of what is small that goes into the rest."""

_LARGEST_POWER = 64
"""The largest power that a factor is raised to."""

_LINE = Order(power=ONE)

Part: TypeAlias = tuple[Order, Span]
"""A function of which its quotient with an order lies in a span."""


class NoTermsError(ArithmeticError):
    """The first terms of a function are not known."""


@dataclass(frozen=True)
class Series:
    """f = Σ c·t^p·e^(rt) + rest for t ≥ start: the largest term first, and a rest smaller than any."""

    start: fmpq
    terms: tuple[tuple[Order, fmpq], ...]
    rest: Part | None = None

    def __add__(self, other: "Series | int") -> "Series":
        y = self._lifted(other)
        return _gathered(self.start, [*self.terms, *y.terms], self.rests + y.rests)

    def __neg__(self) -> "Series":
        return self * -1

    def __sub__(self, other: "Series | int") -> "Series":
        return self + -self._lifted(other)

    def __mul__(self, other: "Series | int") -> "Series":
        y = self._lifted(other)
        for u, v in ((self, y), (y, self)):
            if len(v.terms) == 1 and v.rest is None:
                return u._scaled(*v.terms[0])
        terms = [(p.times(q), c * d) for p, c in self.terms for q, d in y.terms]
        with_rest = [*product(self.parts, y.rests), *product(self.rests, y.parts[: len(y.terms)])]
        return _gathered(self.start, terms, [(p.times(q), products(s, t)) for (p, s), (q, t) in with_rest])

    def __truediv__(self, other: "Series | int") -> "Series":
        return self * self._lifted(other).power(-ONE)

    def _lifted(self, x: "Series | int") -> "Series":
        return x if isinstance(x, Series) else Series(self.start, ((CONSTANT, fmpq(x)),) if x else ())

    @property
    def rests(self) -> list[Part]:
        """The rest, if there is one."""
        return [self.rest] if self.rest else []

    @property
    def parts(self) -> list[Part]:
        """The terms and the rest."""
        return [*((order, _single(c)) for order, c in self.terms), *self.rests]

    @property
    def largest(self) -> Part:
        """The largest order, and what holds f divided by it."""
        return _joined(self.start, self.parts) if self.parts else (CONSTANT, Span(ZERO, ZERO))

    def _scaled(self, order: Order, c: fmpq) -> "Series":
        """f·c·order."""
        rest = self.rest and (self.rest[0].times(order), products(self.rest[1], _single(c)))
        return Series(self.start, tuple((own.times(order), d * c) for own, d in self.terms), rest)

    def _small(self) -> tuple[Order, fmpq, "Series", Span]:
        """The first term, and ε of f = term·(1 + ε), with the span of 1 + ε > 0."""
        if not self.terms:
            raise NoTermsError
        (order, c), *more = self.terms
        small = Series(self.start, tuple(more), self.rest)._scaled(CONSTANT.times(order, -ONE), 1 / c)
        low, high = _joined(self.start, small.parts, CONSTANT)[1]
        if not low > -1:
            raise NoTermsError
        return order, c, small, Span(1 + low, 1 + high)

    def power(self, p: fmpq) -> "Series":
        """f^p."""
        order, c, small, (low, high) = self._small()
        third = p * (p - 1) * (p - 2) / 6
        last = products(_single(third), _ordered(low ** arb(p - 3), high ** arb(p - 3)))
        return _taylor(small, (ONE, p, p * (p - 1) / 2), last)._scaled(CONSTANT.times(order, p), _root(c, p))

    def exp(self) -> "Series":
        """e^f, where f is a line and what is bounded."""
        rate = next((c for order, c in self.terms if order == _LINE), NONE)
        rest = Series(self.start, tuple(term for term in self.terms if term[0] != _LINE), self.rest)
        low, high = _joined(self.start, rest.parts, CONSTANT)[1]
        if rest.parts and rest.largest[0] == CONSTANT:
            return Series(self.start, (), (Order(rate), Span(low.exp(), high.exp())))
        last = Span(low.exp() / 6, high.exp() / 6)
        return _taylor(rest, (ONE, ONE, fmpq(1, 2)), last)._scaled(Order(rate), ONE)

    def log(self) -> "Series":
        """Log f, where f is near c·e^(rt), or between two of these."""
        order, (low, high) = self.largest
        if order.power != 0 or order.logs != 0 or not low > 0:
            raise NoTermsError
        line, near = [(_LINE, order.rate)], (CONSTANT, Span(low.log(), high.log()))
        if not self.terms:
            return _gathered(self.start, line, [near])
        _, c, small, (low, high) = self._small()
        rest = _taylor(small, (NONE, ONE, fmpq(-1, 2)), Span(high**-3 / 3, low**-3 / 3))
        factor = [(CONSTANT, _single(arb(c).log()))] if c != 1 else []
        return rest + _gathered(self.start, line, factor)

    def size(self) -> "Series":
        """|f|."""
        low, high = self.largest[1]
        if not (low >= 0 or high <= 0):
            raise NoTermsError
        return self if low >= 0 else -self


@lru_cache(maxsize=1 << 12)
def terms_of(x: Tail) -> Series | None:
    """The first terms of the function of this order; None where nothing is known of them.

    >>> from lab.numerics import Interval
    >>> from lab.prover.tails.rules import variable
    >>> z = variable(Interval(4.0, float("inf")))
    >>> [(order.power, c) for order, c in (terms_of(z).power(fmpq(2)) + 1).power(fmpq(1, 2)).terms]
    [(1, 1), (-1, 1/2), (-3, -1/8)]
    """
    if x.origin:
        name, arguments = x.origin
        known = [*map(terms_of, arguments)] if name in RULES else [None]
        with suppress(NoTermsError):
            if None not in known:
                return RULES[name](*known)
    if x.span is None:
        return None
    if (c := number_in(x.span)) is not None:
        return _gathered(x.start, [(x.order, c)], [])
    return Series(x.start, (), (x.order, x.span))


def line_of(x: Tail) -> tuple[fmpq, Span] | None:
    """The slope a ≠ 0 of x = a·t + d and what d lies in; None where x is no such line."""
    f = terms_of(x) if x.order == _LINE else None
    slope = dict(f.terms).get(_LINE) if f else None
    if f is None or slope is None:
        return None
    with suppress(NoTermsError):
        others = [(order, _single(c)) for order, c in f.terms if order != _LINE]
        return slope, _joined(f.start, others + f.rests, CONSTANT)[1]
    return None


def limit_of(x: Tail) -> tuple[Interval, int] | None:
    """What holds the number that f tends to where t has no end, and whether f is above it (1) or below (−1)
    in all of the tail, or neither is known (0); None where no such number is known.
    """
    if x.vanishes:
        return Interval(0.0, 0.0), 0
    f = terms_of(x)
    if f is None or not f.terms or f.terms[0][0] != CONSTANT:
        return None
    limit, side = arb(f.terms[0][1]), 0
    with suppress(NoTermsError):
        low, high = Series(f.start, f.terms[1:], f.rest).largest[1]
        side = int(low > 0) - int(high < 0)
    return Interval(-upper(-limit), upper(limit)), side


def _gathered(start: fmpq, terms: Iterable[tuple[Order, fmpq]], rests: Sequence[Part]) -> Series:
    """The sum, with as many terms as are larger than the rests."""
    largest = max((order for order, _ in rests), default=None)
    kept: list[tuple[Order, fmpq]] = []
    small = [*rests]
    of_order = itemgetter(0)
    for order, alike in groupby(sorted(terms, key=of_order, reverse=True), of_order):
        c = sum((one for _, one in alike), NONE)
        if c == 0:
            continue
        if len(kept) < MOST_TERMS and (largest is None or order > largest):
            kept.append((order, c))
        else:
            small.append((order, _single(c)))
    return Series(start, tuple(kept), _joined(start, small) if small else None)


def _joined(start: fmpq, parts: Sequence[Part], order: Order | None = None) -> Part:
    """The sum of functions, by an order that is not less than any of theirs."""
    order = order or max(own for own, _ in parts)
    low = high = ZERO
    for own, span in parts:
        most = own.times(order, -ONE).most(start)
        if most is None:
            raise NoTermsError
        part = products(span, Span(most if own == order else ZERO, most))
        low, high = low + part.low, high + part.high
    if not (low.is_finite() and high.is_finite()):
        raise NoTermsError
    return order, Span(low, high)


def _taylor(small: Series, coefficients: Sequence[fmpq], last: Span) -> Series:
    """Σ a_k·ε^k + last·ε^n."""
    total = Series(small.start, (), (CONSTANT, last))
    for a in reversed(coefficients):
        total = small * total + Series(small.start, ((CONSTANT, a),) if a != 0 else ())
    return total


def _single(c: fmpq | arb) -> Span:
    return Span(arb(c), arb(c))


def _ordered(x: arb, y: arb) -> Span:
    return Span(x.min(y), x.max(y))


def _root(c: fmpq, p: fmpq) -> fmpq:
    """c^p, where it is a fraction."""
    if p.q == 1 and abs(p) <= _LARGEST_POWER:
        return c ** int(p.p)
    if c == 1:
        return c
    if p.q == 2 and c > 0:
        root = fmpq(isqrt(int(c.p)), isqrt(int(c.q)))
        if root**2 == c:
            return _root(root, 2 * p)
    raise NoTermsError


def _arctan(x: Series) -> Series:
    """Of what is small: x·h(x²), with h(q) between 1 − q/3 and that + q²/5 where q ≤ 1."""
    low, high = _joined(x.start, x.parts, CONSTANT)[1]
    if not (low >= -1 and high <= 1):
        raise NoTermsError
    return x * _of_square(x, fmpq(-1, 3), fmpq(1, 5))


def _of_square(x: Series, second: fmpq, last: fmpq) -> Series:
    """Of what is small: h(x²), with h(q) between 1 + second·q and that + last·q²."""
    _joined(x.start, x.parts, CONSTANT)
    return _taylor(x * x, (ONE, second), Span(ZERO, arb(last)))


def _arccot(x: Series) -> Series:
    if not x._small()[1] > 0:
        raise NoTermsError
    return _arctan(x.power(-ONE))


def _sigmoid(x: Series) -> Series:
    return ((-x).exp() + 1).power(-ONE)


def _power(x: Series, c: Series) -> Series:
    match c:
        case Series(terms=((order, p),), rest=None) if order == CONSTANT:
            return x.power(exponent(float(p)))
    raise NoTermsError


RULES: dict[str, Callable[..., Series]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": _power,
    "abs": Series.size,
    "exp": Series.exp,
    "expm1": lambda x: x.exp() - 1,
    "log": Series.log,
    "log1p": lambda x: (x + 1).log(),
    "sqrt": lambda x: x.power(fmpq(1, 2)),
    "sin": lambda x: x * _of_square(x, fmpq(-1, 6), fmpq(1, 120)),
    "cos": lambda x: _of_square(x, fmpq(-1, 2), fmpq(1, 24)),
    "arctan": _arctan,
    "arccot": _arccot,
    "asinh": lambda x: (x + (x * x + 1).power(fmpq(1, 2))).log(),
    "sinh": lambda x: (x.exp() - (-x).exp()) / 2,
    "cosh": lambda x: (x.exp() + (-x).exp()) / 2,
    "softplus": lambda x: (x.exp() + 1).log(),
    "sigmoid": _sigmoid,
    "sigmoid_slope": lambda x: _sigmoid(x) * _sigmoid(-x),
    "tanh": lambda x: -(_sigmoid(x * -2) * 2) + 1,
    "sech2": lambda x: _sigmoid(x * 2) * _sigmoid(x * -2) * 4,
    "softsign": lambda x: x / (x.size() + 1),
    "isru": lambda x: x * (x * x + 1).power(fmpq(-1, 2)),
}
"""The first terms of each operation that has some, from those of its arguments."""
