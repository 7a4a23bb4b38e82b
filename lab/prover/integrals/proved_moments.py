"""The expectations of mean field theory proved: floats that they lie between, every rounding accounted for.

E σ(√q g)² and E σ′(√q g)², g ~ N(0, 1), are integrated in ball arithmetic for |g| ≤ `FURTHEST`. The error of
Gauss–Legendre quadrature is bounded by the size of the integrand on an ellipse around the path in the complex
plane, and a path whose ellipse is not clear of poles, cuts and switches is halved (Petras, *Self-validating
integration and approximation of piecewise analytic functions*, 2002; Johansson, *Numerical integration in
arbitrary-precision ball arithmetic*, 2018). Between two kinks f is continued as if there were none, so that
the quadrature does not see them. What the tails add is bounded by the order of f there.

That can be done for formulas, for the classes of the lab that have one, and of a σ that is designed by its σ′
for σ′ alone; σ or σ′ has to be defined everywhere, with no poles, and to grow like a power of z at most.

All is about exact arithmetic, with the formula's numbers as float64 holds them. Of a σ that jumps, σ′ is its
slope where it does not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, isfinite, nextafter, pi, sqrt

import numpy as np
from flint import acb, arb, ctx

from lab.activations.formula.graph import Expression
from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.integrals.complex_balls import NOT_ANALYTIC, Continuation, ball_around, smooth_pieces
from lab.prover.intervals.enclosure import Bounds, evaluated
from lab.prover.intervals.rounding import add, mul, neg, single, upper
from lab.prover.provable import exact_form

GOAL = 2.0**-60
"""How wide an integral is to be, relative to the size that is expected."""

MOST_EVALUATIONS = 60_000
"""So often the integrand may be evaluated; what is open then widens the integral."""

_LEAST_EVALUATIONS = 1000
"""So often at least on each piece."""

SMALLEST = 1e-300
"""How wide an integral may be at least, however small its expected size."""

PRECISION = 128
"""The bits with which is integrated: what cancels in z − tanh z for a small z leaves enough."""

_PRECISION_OF_BOUNDS = 53
"""The bits of bounds by intervals, which are kept from one call to another."""

_MOST_KINKS = 64
"""The kinks next to 0 that pieces end at; others are left to the quadrature."""

_WIDTHS = (1e-14, 1e-13, 1e-12, 1e-10, 1e-8)
"""The relative distances from a computed fixed point at which the map is asked which way it moves."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(64)

FURTHEST = 38.0
"""The |g| up to which is integrated: beyond it the normal law has 6·10⁻³¹⁶."""


def square_enclosure(sigma: Activation, q: float) -> Interval | None:
    """Encloses E σ(√q g)²; None where nothing is proved, and unless 0 < q < ∞.

    >>> from lab.activations.formula.formula import Formula
    >>> 0.5 in square_enclosure(Formula("max(z, 0)"), 1.0)
    True
    """
    form = exact_form(sigma)
    if form is None or form.value is None:
        return None
    return _enclosed(_Integrand(form.value, form.value, form.switches), q, sigma)


def slope_square_enclosure(sigma: Activation, q: float) -> Interval | None:
    """Encloses E σ′(√q g)², which is χ/σ_w²; None where nothing is proved, and unless 0 < q < ∞."""
    if (form := exact_form(sigma)) is None:
        return None
    slope = _Integrand(form.slope, form.value or form.slope, form.switches)
    return _enclosed(slope, q, sigma.derivative)


def gain_enclosure(square: Interval) -> Interval:
    """Encloses 1/√E f(g)², the gain of weights, given what encloses E f(g)²."""
    with ctx.workprec(PRECISION):
        low, high = (1 / arb(end).sqrt() if end else arb.pos_inf() for end in (square.high, square.low))
        return Interval(-upper(-low), upper(high))


def fixed_point_enclosure(
    sigma: Activation, q: float, weight_variance: float, bias_variance: float
) -> Interval | None:
    """An interval around ``q`` that holds a fixed point of the map q ← σ_w² E σ(√q g)² + σ_b².

    The map is continuous, so there is one between a point that it moves up and one that it moves down, as
    its enclosures show. None where no such points are found nearby, as where the map only touches.
    """

    def direction(at: float) -> int:
        square = square_enclosure(sigma, at)
        if square is None:
            return 0
        above = add(mul(single(weight_variance), square), single(bias_variance))
        return 1 if above.low > at else -1 if above.high < at else 0

    for width in _WIDTHS:
        low, high = q * (1 - width), q * (1 + width)
        if direction(low) * direction(high) < 0:
            return Interval(low, high)
    return None


@dataclass(frozen=True)
class _Integrand:
    """A function f of z."""

    f: Expression
    defined: Expression  # another of the same graph that has to be defined where f is
    kinks: tuple[float, ...]  # where a switch of f may switch

    def bounds(self, z: Interval) -> Bounds:
        """The bounds of f over an interval; none where it is not proved to be defined."""
        bounds = evaluated((self.f, self.defined), (z,))
        return Bounds(None) if bounds[self.defined].values is None else bounds[self.f]


def _enclosed(f: _Integrand, q: float, computed: Callable[[Array], Array]) -> Interval | None:
    """Encloses E f(√q g)², where ``computed`` computes f."""
    if not 0 < q < inf:
        return None
    furthest = FURTHEST * sqrt(q)
    rest = _beyond(f, q, furthest)
    if not rest.is_finite():
        return None
    with np.errstate(all="ignore"):  # its size by Gauss–Hermite quadrature
        expected = float(_WEIGHTS @ np.square(computed(sqrt(q) * _NODES)) / sqrt(2 * pi))
    within = _within(f, q, furthest, expected)
    with ctx.workprec(PRECISION):
        low, high = -upper(-within), upper(within + rest)
    return Interval(max(0.0, low), high) if isfinite(high) else None


def _within(f: _Integrand, q: float, furthest: float, expected: float) -> arb:
    """What holds E f(z)² 1{|z| ≤ furthest}, for z ~ N(0, q); not finite where nothing is proved.

    ``expected`` is about what it should be: the quadrature ends when it is known well in comparison.
    """
    parts = smooth_pieces((f.f, f.defined), sorted(f.kinks, key=abs)[:_MOST_KINKS], furthest)
    most = max(MOST_EVALUATIONS // len(parts), _LEAST_EVALUATIONS)
    total = arb(0)
    with ctx.workprec(PRECISION):
        integrands = [(z, _density_times_square(f, q, z, function)) for z, function in parts]
        if not all(integrand(end, False).is_finite() for z, integrand in integrands for end in _ends(z)):
            return arb.nan()  # as of 1/√z beside 0: no halving helps
        for z, integrand in integrands:
            total += acb.integral(
                integrand,
                acb(z.low),
                acb(z.high),
                rel_tol=arb(GOAL),
                abs_tol=arb(GOAL * expected if SMALLEST < expected < inf else SMALLEST),
                eval_limit=most,
            ).real
    return total


def _ends(z: Interval) -> Iterator[acb]:
    """Balls around the shortest parts at both ends of an interval."""
    for end, towards in ((z.low, z.high), (z.high, z.low)):
        yield acb(arb(end).union(arb(nextafter(end, towards))))


def _density_times_square(
    f: _Integrand, q: float, path: Interval, function: Continuation
) -> Callable[[acb, bool], acb]:
    """f(z)² e^{−z²/2q}/√(2πq) as a function of a ball around a part of the path, and of whether it has to be
    analytic on the ball.
    """
    rate, factor = -1 / (2 * arb(q)), 1 / (2 * arb.pi() * q).sqrt()

    def integrand(z: acb, analytic: bool) -> acb:
        value, defined = function(z)
        if not (value.is_finite() and defined.is_finite()):
            if analytic:
                return NOT_ANALYTIC
            with ctx.workprec(_PRECISION_OF_BOUNDS):
                low, high = max(-upper(-z.real), path.low), min(upper(z.real), path.high)
                bounds = f.bounds(Interval(low, high))  # a ball sticks out by what it is rounded
            value = ball_around(bounds.values)
        return value**2 * (z**2 * rate).exp() * factor

    return integrand


def _beyond(f: _Integrand, q: float, start: float) -> arb:
    """What E f(z)² 1{|z| > start} does not exceed, for z ~ N(0, q); not finite where nothing is proved."""
    far = max(start, 1.0, *(2 * abs(kink) for kink in f.kinks))
    parts = [Interval(start, far)] if start < far else []
    parts.append(Interval(far, inf))  # beyond 1 and all kinks, where the order of a function is known
    return sum((_largest(f.bounds(z), q, start) for z in (*parts, *map(neg, parts))), arb(0))


def _largest(f: Bounds, q: float, start: float) -> arb:
    """What E f² over a part of z > a does not exceed, where |f| ≤ C·z^p with p ≥ 0.

    C² E z^2p 1{z > a} = C² q^p 2^(p − 1)/√π Γ(p + ½, a²/2q).
    """
    if f.values is None:
        return arb.pos_inf()
    most, power = arb(f.values.magnitude), arb(0)
    if not most.is_finite() and f.tail is not None and f.tail.span is not None and f.tail.order.rate <= 0:
        most, power = f.tail.span.most, arb(f.tail.order.power if f.tail.order.power > 0 else 0)
    moment = (arb(start) ** 2 / (2 * arb(q))).gamma_upper(power + 0.5)
    return most**2 * arb(q) ** power * arb(2) ** (power - 1) / arb.pi().sqrt() * moment
