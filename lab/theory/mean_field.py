"""Mean field theory of a wide network of one σ: how z spreads, and how the error shrinks, layer by layer.

    q ← σ_w² E σ(√q g)² + σ_b²        the mean square of z, going up
    χ = σ_w² E σ′(√q g)²              what a layer leaves of E ‖δ‖², going down

with g ~ N(0, 1), σ_w² = n_in Var w and σ_b² = Var b. Weights and biases are independent and of mean 0.

Sources: Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli, *Exponential expressivity in deep neural networks
through transient chaos* (2016), eqs. (3) and (5); Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep
information propagation* (2017).
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf, isfinite, isnan, log, nan

import numpy as np

from lab.numerics import root
from lab.parts import Activation
from lab.theory.moments import slope_square, square, square_growth

LARGEST_Q = 1e12
"""A forward map that is still growing here has no fixed point."""

SMALL_Q = 1e-12
"""Below it the fixed point is looked for in larger steps."""

SMALLEST_Q = 1e-300
"""A forward map that is still falling here falls to 0."""

_ROUNDING = 1e-12
"""A relative difference up to this counts as rounding."""


def next_q(sigma: Activation, q: float, weight_variance: float, bias_variance: float) -> float:
    """The mean square of z one layer up: σ_w² E σ(√q g)² + σ_b² (Poole et al., 2016, eq. (3)).

    >>> from lab.activations.rectifiers import ReLU
    >>> round(next_q(ReLU(), 3.0, weight_variance=2.0, bias_variance=0.5), 12)
    3.5
    """
    return weight_variance * square(sigma, q) + bias_variance


def chi(sigma: Activation, q: float, weight_variance: float) -> float:
    """χ = σ_w² E σ′(√q g)²; at q = 0 its limit, σ_w² σ′(0)² where there is no kink.

    Below 1 the error vanishes on its way down, above 1 it explodes. Where σ′ ≥ ε ≥ 0 it is at least σ_w² ε².
    """
    return weight_variance * slope_square(sigma, q)


def depth_scale(chi: float) -> float:
    """ξ = −1/ln χ: the layers over which E ‖δ‖² falls by e; infinite at χ = 1, negative where it grows.

    >>> round(depth_scale(0.5), 4)
    1.4427
    """
    if isnan(chi):
        return nan
    if abs(chi - 1) <= _ROUNDING:
        return inf
    return 0.0 if chi in (0.0, inf) else -1 / log(chi)


@dataclass(frozen=True)
class FixedPoint:
    """Where the map of q comes to rest."""

    q: float  # infinite where q grows without end, NaN where σ is undefined
    growth: float  # the slope of the map there
    chi: float
    everywhere: bool = False  # whether every q is fixed, as for ReLU of σ_w² = 2; then q is 1

    @property
    def stable(self) -> bool:
        """Whether q comes back from both sides."""
        return abs(self.growth) < 1

    @property
    def depth_scale(self) -> float:
        """ξ = −1/ln χ."""
        return depth_scale(self.chi)


def fixed_point(sigma: Activation, weight_variance: float, bias_variance: float) -> FixedPoint:
    """The fixed point of the map of q that lies next to q = 1, on the side to which the map moves it.

    It is found as a root and not by iteration, which at a critical point would take for ever.
    """

    def excess(q: float) -> float:
        return next_q(sigma, q, weight_variance, bias_variance) / q - 1

    def at(q: float) -> FixedPoint:
        slope = chi(sigma, q, weight_variance)
        growth = slope if q == 0 else weight_variance * square_growth(sigma, q)
        return FixedPoint(q, growth, slope)

    moved = excess(1.0)
    if isnan(moved):
        return FixedPoint(nan, nan, nan)
    if abs(moved) <= _ROUNDING:
        return replace(at(1.0), everywhere=abs(excess(2.0)) <= _ROUNDING)
    factor = 2.0 if moved > 0 else 0.5
    last = here = 1.0
    while SMALLEST_Q < here < LARGEST_Q:
        here *= factor if here > SMALL_Q else factor**16
        there = excess(here)
        if not isfinite(there):
            break
        if there * moved < 0 and abs(there) > _ROUNDING:
            return at(root(excess, last, here, xtol=1e-300, rtol=1e-14))
        if abs(there) > _ROUNDING:  # where the map moves q by a rounding only, it may go on behind
            last = here
    return at(0.0) if factor < 1 else FixedPoint(inf, nan, nan)


@dataclass(frozen=True)
class Critical:
    """A σ_w² at which χ = 1 at the fixed point ``q`` of the map of q."""

    weight_variance: float
    q: float


@lru_cache(maxsize=256)
def critical(sigma: Activation, bias_variance: float) -> Critical | None:
    """The σ_w² at which χ(q*) = 1 for this σ_b², "the edge of chaos"; None where there is none.

    At a fixed point σ_w² = (q − σ_b²)/E σ(√q g)², so χ is a function of q alone, and its points χ = 1 are
    roots in one variable. For σ_b² = 0 and σ(0) = 0 there is also q → 0, where σ_w² = 1/E σ′² = 1/σ′(0)²: for
    an odd σ the only one, since q E σ′² ≥ Var σ (Poincaré). The first of these that the map of q goes to from
    q = 1 is returned.

    Source: Schoenholz et al. (2017); Hayou, Doucet & Rousseau, *On the impact of the activation function on
    deep neural networks training* (2019).

    >>> from lab.activations.rectifiers import ReLU
    >>> round(critical(ReLU(), 0.0).weight_variance, 12)
    2.0
    """

    def excess(q: float) -> float:
        return (q - bias_variance) * slope_square(sigma, q) / square(sigma, q) - 1

    with np.errstate(all="ignore"):
        above = np.geomspace(1e-12, 1e4, 81)
        found = [excess(bias_variance + rise) for rise in above]
        roots = [
            root(excess, bias_variance + low, bias_variance + high, xtol=1e-300, rtol=1e-14)
            for low, high, before, after in zip(above, above[1:], found, found[1:], strict=False)
            if before * after < 0 and min(abs(before), abs(after)) > _ROUNDING
        ]
        candidates = [(q - bias_variance) / square(sigma, q) for q in roots]
        passed = slope_square(sigma, 0.0) if bias_variance == 0 else 0.0
        if passed > 0 and passed < 2 * slope_square(sigma, SMALLEST_Q):  # of z^(3/4) there is no limit
            candidates.append(1 / passed)
    for weight_variance in candidates:
        rest = fixed_point(sigma, weight_variance, bias_variance)
        if abs(rest.chi - 1) <= 1e-6:
            return Critical(weight_variance, rest.q)
    return None


def boundary(sigma: Activation, bias_variance: float) -> float | None:
    """The σ_w² above which errors explode: where χ at the fixed point of q passes 1, also by a jump.

    It is the critical σ_w² where there is one. Else q grows without end from some σ_w² on, and χ is taken at
    its limit there. None where χ is on one side of 1 for all σ_w² from 10⁻³ to 10³, or undefined.
    """
    if (found := critical(sigma, bias_variance)) is not None:
        return found.weight_variance

    def excess(weight_variance: float) -> float:
        rest = fixed_point(sigma, weight_variance, bias_variance)
        return chi(sigma, min(rest.q, LARGEST_Q), weight_variance) - 1

    with np.errstate(all="ignore"):
        if not excess(1e-3) < 0 < excess(1e3):
            return None
        return root(excess, 1e-3, 1e3, rtol=1e-6)
