"""The expectations of mean field theory proved: floats that they lie between, every rounding accounted for.

E σ(√q g)² and E σ′(√q g)², g ~ N(0, 1), are integrated in ball arithmetic for |g| ≤ `FURTHEST` and bounded
beyond (`lab.prover.integrals.normal_mean_square`). That can be done for formulas, for the classes of the lab
that have one, and of a σ that is designed by its σ′ for σ′ alone; σ or σ′ has to be defined everywhere, with
no poles, and to grow like a power of z at most.

All is about exact arithmetic, with the formula's numbers as float64 holds them. Of a σ that jumps, σ′ is its
slope where it does not.
"""

from collections.abc import Callable
from math import inf, isfinite, pi, sqrt

import numpy as np
from flint import arb, ctx

from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.integrals.normal_mean_square import (
    PRECISION,
    Integrand,
    mean_square_beyond,
    mean_square_within,
)
from lab.prover.intervals.rounding import add, mul, single, upper
from lab.prover.provable import exact_form

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
    return _enclosed(Integrand(form.value, form.value, form.switches), q, sigma)


def slope_square_enclosure(sigma: Activation, q: float) -> Interval | None:
    """Encloses E σ′(√q g)²; None where nothing is proved, and unless 0 < q < ∞."""
    if (form := exact_form(sigma)) is None:
        return None
    slope = Integrand(form.slope, form.value or form.slope, form.switches)
    return _enclosed(slope, q, sigma.derivative)


def chi_enclosure(sigma: Activation, q: float, weight_variance: float) -> Interval | None:
    """Encloses χ = σ_w² E σ′(√q g)²; None where `slope_square_enclosure` is."""
    found = slope_square_enclosure(sigma, q)
    return None if found is None else mul(single(weight_variance), found)


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


def forward_gain_enclosure(sigma: Activation) -> Interval | None:
    """Encloses 1/√E σ(g)², as `lab.theory.moments.forward_gain`; None where `square_enclosure` is."""
    return _reciprocal_root(square_enclosure(sigma, 1.0))


def backward_gain_enclosure(sigma: Activation) -> Interval | None:
    """Encloses 1/√E σ′(g)², as `lab.theory.moments.backward_gain`; None where `slope_square_enclosure` is."""
    return _reciprocal_root(slope_square_enclosure(sigma, 1.0))


def _enclosed(f: Integrand, q: float, computed: Callable[[Array], Array]) -> Interval | None:
    """Encloses E f(√q g)², where ``computed`` computes f."""
    if not 0 < q < inf:
        return None
    furthest = FURTHEST * sqrt(q)
    rest = mean_square_beyond(f, q, furthest)
    if not rest.is_finite():
        return None
    with np.errstate(all="ignore"):  # its size by Gauss–Hermite quadrature
        expected = float(_WEIGHTS @ np.square(computed(sqrt(q) * _NODES)) / sqrt(2 * pi))
    within = mean_square_within(f, q, furthest, expected)
    with ctx.workprec(PRECISION):
        low, high = -upper(-within), upper(within + rest)
    return Interval(max(0.0, low), high) if isfinite(high) else None


def _reciprocal_root(square: Interval | None) -> Interval | None:
    if square is None:
        return None
    with ctx.workprec(PRECISION):
        low, high = (1 / arb(end).sqrt() if end else arb.pos_inf() for end in (square.high, square.low))
        return Interval(-upper(-low), upper(high))
