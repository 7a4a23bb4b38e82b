"""The expectation of f(z)² for z ~ N(0, q) over a bounded |z|, in ball arithmetic with a proved error.

The error of Gauss–Legendre quadrature is bounded by the size of the integrand on an ellipse around the path
in the complex plane, and a path whose ellipse is not clear of poles, cuts and switches is halved (Petras,
*Self-validating integration and approximation of piecewise analytic functions*, 2002; Johansson, *Numerical
integration in arbitrary-precision ball arithmetic*, 2018). Between two kinks f is continued as if there were
none, so that the quadrature does not see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf, nextafter

from flint import acb, arb, ctx

from lab.activations.formula.enclosure import evaluated
from lab.activations.formula.tails import upper
from lab.activations.formula.tape import Node, Tape
from lab.numerics import Interval
from lab.prover.complex_balls import NOTHING, continued, of_interval
from lab.prover.mean_value import Function
from lab.prover.sides import Side, sides, switches

GOAL = 2.0**-60
"""How wide an integral is to be, relative to the size that is expected."""

MOST_EVALUATIONS = 60_000
"""So often the integrand may be evaluated; what is open then widens the integral."""

_LEAST_EVALUATIONS = 1000
"""So often at least on each piece."""

SMALLEST = 1e-300
"""What is not told from 0."""

PRECISION = 128
"""The bits with which is integrated: what cancels in z − tanh z for a small z leaves enough."""

_PRECISION_OF_BOUNDS = 53
"""The bits with which the bounds of intervals are computed, which are kept from one call to another."""

_MOST_KINKS = 64
"""The kinks next to 0 that pieces end at; others are left to the quadrature."""

_BESIDE = 4
"""Floats on both sides of a kink within which it lies: its place is known as a float only."""


@dataclass(frozen=True)
class Integrand:
    """A function f on a tape.

    wanted
        The nodes of f and of what is to be defined where f is.
    kinks
        Where a switch of f may switch.
    end
        The |z| from which on f is what it is there; infinite if there is none.
    """

    tape: Tape
    wanted: tuple[Node, ...]
    kinks: tuple[float, ...]
    end: float = inf


def mean_square_within(f: Integrand, q: float, furthest: float, expected: float) -> arb:
    """What holds E f(z)² 1{|z| ≤ furthest}, for z ~ N(0, q); not finite where nothing is proved.

    ``expected`` is about what it should be: the quadrature ends when it is known well in comparison.
    """
    compared = switches(f.tape, f.tape.below(*f.wanted))
    kinks = sorted(f.kinks, key=abs)[:_MOST_KINKS]
    cuts = sorted({-furthest, furthest, *(x for x in kinks if abs(x) < furthest)})
    pieces = list(_pieces(cuts, compared))
    total = arb(0)
    with ctx.workprec(PRECISION):
        most = max(MOST_EVALUATIONS // len(pieces), _LEAST_EVALUATIONS)
        for z, known in pieces:
            total += _integrated(_density_times_square(f, q, known), z, expected, most)
    return total


def _pieces(
    cuts: Iterable[float], compared: Mapping[Node, Function]
) -> Iterator[tuple[Interval, Mapping[Node, Side]]]:
    """The intervals between the cuts and their switches; what is beside a cut apart where it is in doubt."""
    for low, high in pairwise(cuts):
        inner, outer = low, high
        for _ in range(_BESIDE):
            inner, outer = nextafter(inner, inf), nextafter(outer, -inf)
        known = sides(compared, Interval(low, high))
        if len(known) == len(compared) or not inner < outer:
            yield Interval(low, high), known
        else:
            for z in (Interval(low, inner), Interval(inner, outer), Interval(outer, high)):
                yield z, sides(compared, z)


def _integrated(integrand: Callable[[acb, bool], acb], z: Interval, expected: float, most: int) -> arb:
    found = acb.integral(
        integrand,
        acb(z.low),
        acb(z.high),
        rel_tol=arb(GOAL),
        abs_tol=arb(GOAL * expected if SMALLEST < expected < inf else SMALLEST),
        eval_limit=most,
    )
    return found.real


def _density_times_square(f: Integrand, q: float, known: Mapping[Node, Side]) -> Callable[[acb, bool], acb]:
    """f(z)² e^{−z²/2q}/√(2πq) as a function of a ball and of whether it has to be analytic there."""
    function = continued(f.tape, f.wanted, known)
    nodes = f.tape.below(*f.wanted)
    rate, factor = -1 / (2 * arb(q)), 1 / (2 * arb.pi() * q).sqrt()

    def integrand(z: acb, analytic: bool) -> acb:
        values = function(z)
        if all(value.is_finite() for value in values):
            value = values[0]
        elif analytic:
            return NOTHING
        else:
            value = _bounded(f, nodes, z.real)
        return value**2 * (z**2 * rate).exp() * factor

    return integrand


def _bounded(f: Integrand, nodes: list[Node], z: arb) -> acb:
    """What holds f over the reals of a ball on which it need not be analytic."""
    with ctx.workprec(_PRECISION_OF_BOUNDS):
        bounds = evaluated(f.tape, nodes, (Interval(-upper(-z), upper(z)),))
    if any(bounds[k].values is None for k in f.wanted):
        return NOTHING
    return of_interval(bounds[f.wanted[0]].values)
