"""Gauss–Legendre quadrature of a formula over panels, with a proved bound of its error.

Where f is analytic on the ellipse with the foci ±1 and the semi-axes (ρ ± 1/ρ)/2, and stays there within r
of some number, the rule of n nodes on [−1, 1] is wrong by 64/15 · r ρ^(−2n)/(1 − ρ^(−2)) at most (Trefethen,
*Approximation Theory and Approximation Practice*, 2013, theorem 19.3). On a panel of half the width h there
is a factor h. A part of the panel that begins at one of its ends has a smaller ellipse within that of the
panel, so the bound holds for it too. Where nothing is known of f in the complex plane, as beside a kink, the
integral and the sum both lie between the bounds of f times the width.
"""

from bisect import bisect_right
from collections.abc import Iterable
from math import inf, nan
from typing import NamedTuple

from flint import acb, arb, ctx

from lab.activations.design.integral import FARTHEST, NODES
from lab.activations.formula.graph import Expression
from lab.numerics import REALS, Interval
from lab.prover.integrals.complex_balls import Continuation, continued, smooth_pieces
from lab.prover.intervals.enclosure import evaluated
from lab.prover.intervals.mean_value_form import middle_of
from lab.prover.intervals.rounding import upper

PRECISION = 80
"""The bits with which f is computed at the nodes."""

_RHO = (32, 64, 16, 8, 4)
"""The sizes ρ of ellipses that are tried."""

with ctx.workprec(PRECISION):
    _RULE = [arb.legendre_p_root(NODES, k, weight=True) for k in reversed(range(NODES))]
    _AXES = [((rho + 1 / arb(rho)) / 2, (rho - 1 / arb(rho)) / 2) for rho in _RHO]
    _FACTORS = [64 / (15 * arb(rho) ** (2 * NODES) * (1 - arb(rho) ** -2)) for rho in _RHO]

_UNIT = arb(0, 1)
"""The numbers from −1 to 1."""


class Panel(NamedTuple):
    """What is proved of the integral of f over a panel, and of the quadrature there."""

    z: Interval
    integral: arb  # a ball that holds it; not finite where nothing is known
    error: float  # how wrong the rule is, in exact arithmetic, on the panel or a part from one of its ends
    bounds: Interval  # what holds f
    rates: tuple[float, ...]  # f at the nodes, from left to right; NaN where the error was found without


class Quadrature:
    """The quadrature of an exact expression f over panels within |z| ≤ `FARTHEST`.

    At the ``kinks`` a switch of f may switch. At the ``starts`` the pieces begin on which f is continued as
    one smooth function: panels should not reach over them.
    """

    def __init__(self, f: Expression, kinks: Iterable[float]) -> None:
        self._f = f
        self._pieces = smooth_pieces((f,), kinks, FARTHEST)
        self._undecided = continued((f,), {})
        self.starts = [z.low for z, _ in self._pieces]

    def over(self, z: Interval, goal: float = 0.0) -> Panel:
        """The panel z, with the best bound of its error, or the first within the ``goal``."""
        f = self._continuation(z)
        with ctx.workprec(PRECISION):
            error = _error(f, z, goal)
            return _smooth(f, z, error) if error < inf else self._plain(z)

    def within(self, z: Interval, goal: float) -> Panel | None:
        """The panel z if its error is within the goal, or floats do not allow to halve it; else None."""
        f = self._continuation(z)
        most = goal if z.low < middle_of(z) < z.high else inf
        with ctx.workprec(PRECISION):
            if (error := _error(f, z, goal)) < inf:
                return _smooth(f, z, error) if error <= most else None
            plain = self._plain(z)
        return plain if plain.error <= most else None

    def _continuation(self, z: Interval) -> Continuation:
        """F alone, as a function of a ball."""
        piece, f = self._pieces[max(bisect_right(self.starts, z.low) - 1, 0)]
        return f if z.high <= piece.high else self._undecided

    def _plain(self, z: Interval) -> Panel:
        """The panel by real bounds of f alone."""
        bounds = evaluated((self._f,), (z,))[self._f].values or REALS
        width, low, high = arb(z.high) - arb(z.low), arb(bounds.low), arb(bounds.high)
        return Panel(z, width * low.union(high), upper(width * (high - low)), bounds, (nan,) * NODES)


def _error(f: Continuation, z: Interval, goal: float) -> float:
    """The bound by the best ellipse, or the first that is good enough; infinite where f is not analytic."""
    middle, half = _middle_and_half(z)
    error = inf
    for (major, minor), factor in zip(_AXES, _FACTORS, strict=True):
        (values,) = f(acb(middle + half * major * _UNIT, half * minor * _UNIT))
        if values.is_finite():
            radius = (values.real.rad() ** 2 + values.imag.rad() ** 2).sqrt()
            error = min(error, upper(half * factor * radius))
        if error <= goal:
            break
    return error


def _smooth(f: Continuation, z: Interval, error: float) -> Panel:
    """The panel by the rule, in ball arithmetic, and the bound of its error."""
    middle, half = _middle_and_half(z)
    rates = [f(acb(middle + half * node))[0].real for node, _ in _RULE]
    total = sum((weight * rate for (_, weight), rate in zip(_RULE, rates, strict=True)), arb(0))
    between = f(acb(middle + half * _UNIT))[0].real
    bounds = Interval(-upper(-between), upper(between))
    return Panel(z, half * total + error * _UNIT, error, bounds, tuple(map(float, rates)))


def _middle_and_half(z: Interval) -> tuple[arb, arb]:
    low, high = arb(z.low), arb(z.high)
    return (low + high) / 2, (high - low) / 2
