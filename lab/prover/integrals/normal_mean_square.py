"""The expectation of f(z)² for z ~ N(0, q), in ball arithmetic with a proved error.

Over a bounded |z| it is integrated. The error of Gauss–Legendre quadrature is bounded by the size of the
integrand on an ellipse around the path in the complex plane, and a path whose ellipse is not clear of poles,
cuts and switches is halved (Petras, *Self-validating integration and approximation of piecewise analytic
functions*, 2002; Johansson, *Numerical integration in arbitrary-precision ball arithmetic*, 2018). Between
two kinks f is continued as if there were none, so that the quadrature does not see them. What the tails add
is bounded by the order of f there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, nextafter

from flint import acb, arb, ctx

from lab.activations.formula.graph import Expression, below
from lab.numerics import Interval
from lab.prover.integrals.complex_balls import (
    NOT_ANALYTIC,
    Branch,
    ball_around,
    continued,
    pieces,
    switch_differences,
)
from lab.prover.intervals.enclosure import Bounds, evaluated
from lab.prover.intervals.rounding import neg, upper

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
"""The bits with which the bounds of intervals are computed, which are kept from one call to another."""

_MOST_KINKS = 64
"""The kinks next to 0 that pieces end at; others are left to the quadrature."""


@dataclass(frozen=True)
class Integrand:
    """A function f of z."""

    f: Expression
    defined: Expression  # another of the same graph that has to be defined where f is
    kinks: tuple[float, ...]  # where a switch of f may switch

    def bounds(self, z: Interval) -> Bounds:
        """The bounds of f over an interval; none where it is not proved to be defined."""
        bounds = evaluated((self.f, self.defined), (z,))
        return Bounds(None) if bounds[self.defined].values is None else bounds[self.f]


def mean_square_within(f: Integrand, q: float, furthest: float, expected: float) -> arb:
    """What holds E f(z)² 1{|z| ≤ furthest}, for z ~ N(0, q); not finite where nothing is proved.

    ``expected`` is about what it should be: the quadrature ends when it is known well in comparison.
    """
    kinks = sorted(f.kinks, key=abs)[:_MOST_KINKS]
    cuts = sorted({-furthest, furthest, *(x for x in kinks if abs(x) < furthest)})
    parts = list(pieces(cuts, switch_differences(below(f.f, f.defined))))
    most = max(MOST_EVALUATIONS // len(parts), _LEAST_EVALUATIONS)
    total = arb(0)
    with ctx.workprec(PRECISION):
        integrands = [(z, _density_times_square(f, q, z, known)) for z, known in parts]
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
    f: Integrand, q: float, path: Interval, known: Mapping[Expression, Branch]
) -> Callable[[acb, bool], acb]:
    """f(z)² e^{−z²/2q}/√(2πq) as a function of a ball around a part of the path, and of whether it has to be
    analytic on the ball.
    """
    function = continued((f.f, f.defined), known)
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


def mean_square_beyond(f: Integrand, q: float, start: float) -> arb:
    """What E f(z)² 1{|z| > start} does not exceed, for z ~ N(0, q); not finite where nothing is proved."""
    far = max(start, 1.0, *(2 * abs(kink) for kink in f.kinks))
    pieces = [Interval(start, far)] if start < far else []
    pieces.append(Interval(far, inf))  # beyond 1 and all kinks, where the order of a function is known
    return sum((_largest(f.bounds(z), q, start) for z in (*pieces, *map(neg, pieces))), arb(0))


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
