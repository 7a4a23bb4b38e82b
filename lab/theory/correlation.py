"""The correlation of two inputs on their way up, and what of the mean error over many of them comes down.

    c ← (σ_w² E σ(z) σ(z′) + σ_b²)/q⁺        the correlation of z and z′ one layer up
    χ_c = σ_w² E σ′(z) σ′(z′)                what a layer leaves of E δ·δ′, going down

with z, z′ ~ N(0, q) of correlation c, and q⁺ the mean square one layer up. Of two equal inputs, c = 1, χ_c is
χ of `lab.theory.mean_field`. The mean of δ over many inputs has the square E δ·δ′ over pairs of them: where a
layer makes inputs less alike, that shrinks faster than E ‖δ‖².

Sources: Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli, *Exponential expressivity in deep neural networks
through transient chaos* (2016), eqs. (5) and (6); Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, *Deep
information propagation* (2017), eqs. (5) to (7).
"""

from dataclasses import dataclass
from math import isfinite, nan

from lab.numerics import root
from lab.parts import Activation
from lab.theory.mean_field import FixedPoint, depth_scale
from lab.theory.moments import pair_mean
from lab.theory.turns import turns

_NEAREST = 1e-9
"""A fixed point that is nearer to c = 1 than this counts as c = 1."""

_BESIDE_A_JUMP = 1e-4
"""The same for a σ that jumps, whose map falls away from c = 1 as the root of the distance does."""

_FLAT = 1e-9
"""Where the map moves c by no more than this, c counts as fixed."""


def next_correlation(
    sigma: Activation, q: float, c: float, weight_variance: float, bias_variance: float, q_above: float
) -> float:
    """c one layer up, (σ_w² E σ(z) σ(z′) + σ_b²)/q⁺ with q⁺ = ``q_above``; 1 where all z are 0, and so is q⁺.

    Source: Poole et al. (2016), eq. (5).
    """
    if q_above == 0:
        return 1.0
    covariance = weight_variance * pair_mean(sigma, q, c, turns(sigma)) + bias_variance
    return max(-1.0, min(1.0, covariance / q_above)) if isfinite(covariance) else nan


def pair_chi(sigma: Activation, q: float, c: float, weight_variance: float) -> float:
    """χ_c = σ_w² E σ′(z) σ′(z′); also the slope of the map of c, times q⁺/q.

    At c = 0 it is σ_w² (E σ′)², the part of χ that a linear σ would have; at c = 1 it is χ.
    """
    return weight_variance * pair_mean(sigma.derivative, q, c, turns(sigma))


@dataclass(frozen=True)
class FixedCorrelation:
    """Where the map of c comes to rest, at the fixed point of the map of q.

    c is the stable fixed point in [0, 1]: 1 where all inputs become alike; NaN where q has none but 0, and
    where every c is fixed, as of a linear σ without biases. The slope of the map there is χ_c, but of a σ
    that jumps, whose error misses the jump.
    """

    c: float
    slope: float

    @property
    def depth_scale(self) -> float:
        """ξ_c = −1/ln χ_c: the layers over which c comes nearer to the fixed point by e."""
        return depth_scale(self.slope)


def fixed_correlation(
    sigma: Activation, rest: FixedPoint, weight_variance: float, bias_variance: float
) -> FixedCorrelation:
    """The fixed point of the map of c at the fixed point ``rest`` of the map of q.

    On [0, 1] the map is convex and rises from a value ≥ 0 to 1. So it is c = 1 where χ ≤ 1, "order", and else
    the one fixed point below, "chaos": inputs however alike part as far as that. A σ that jumps parts them
    always, since a jump lies between some of them however near.
    """
    q = rest.q
    if not (isfinite(q) and q > 0):
        return FixedCorrelation(nan, nan)

    def excess(c: float) -> float:
        return next_correlation(sigma, q, c, weight_variance, bias_variance, q) - c

    def at(c: float) -> FixedCorrelation:
        if not sigma.jumps or c == 1:
            return FixedCorrelation(c, pair_chi(sigma, q, c, weight_variance))
        step = min(_BESIDE_A_JUMP, 1 - c) / 2
        return FixedCorrelation(c, 1 + (excess(c + step) - excess(c - step)) / (2 * step))

    if max(abs(excess(0.25)), abs(excess(0.75))) <= _FLAT:
        return FixedCorrelation(nan, 1.0)
    nearest = 1 - (_BESIDE_A_JUMP if sigma.jumps else _NEAREST)
    if (rest.chi <= 1 and not sigma.jumps) or excess(nearest) >= 0:
        return at(1.0)
    return at(0.0 if excess(0.0) <= 0 else root(excess, 0.0, nearest, xtol=1e-12))
