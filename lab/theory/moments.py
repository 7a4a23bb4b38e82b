"""Expectations under normal z ~ N(0, q), and two of a correlation c: what mean field theory is made of.

    E f(z)       = ∫ f(√q g) φ(g) dg,    φ(g) = e^{−g²/2}/√(2π)
    E f(z) f(z′),    z, z′ ~ N(0, q),  E z z′ = c q

by Gauss–Legendre on panels that end where f may have a kink or a jump. Of one normal, a panel on which its
two halves give another integral is halved again, so that a kink that is not declared costs time and no
accuracy. (One Gauss–Hermite rule over all reals is wrong by per cents for ReLU, and misses the tails of a σ
that grows.)

What z and z′ have in common is one normal, √(|c| q) g, and the rest are two that are independent of it and of
each other. So their expectation is that of a square, E F(g)², or of F(g) F(−g) where c < 0, with

    F(g) = E f(√(|c| q) g + √((1 − |c|) q) h),    h ~ N(0, 1),

which is f made smooth.
"""

from collections.abc import Callable
from math import pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import leggauss

from lab.numerics import Array
from lab.parts import Activation
from lab.theory.turns import around, turns

FURTHEST = 38.0
"""The largest |g|: beyond it φ(g) < 6·10⁻³¹⁵."""

NEXT_TO_ZERO = 1e-200
"""√q where q is 0, for the limit q → 0 from both sides of a kink at 0; its square is no float."""

TOLERANCE = 1e-13
"""How far a panel and its halves may differ, relative to the integral of |f| φ.

An f that turns up and down ten thousand times between two panels' ends is settled less well.
"""

LASTING = 0.99
"""The share of an integral that is left on halved panels, at the last halving, from which on it is infinite:
of |z|^−s half the panel holds the share 2^(s − 1), which is 1 where the integral diverges.
"""

_ROUGHEST = 1e-321
"""How far they may differ at any size, since numbers below 1e-308 have fewer digits."""

_NODES, _WEIGHTS = leggauss(20)
_MOST_HALVINGS = 48
_MOST_PANELS = 2**14
_SCALES = 4.0 ** np.arange(-2, 41)
"""Distances from 0, in z, at which panels end: so a feature at any scale is seen at any q."""


class PairRule(NamedTuple):
    """How finely the expectations of pairs are integrated; distances are in standard deviations."""

    nodes: tuple[Array, Array]  # of Gauss–Legendre on a panel, and their weights
    ends: Array  # where panels end
    turns: Array  # where F turns around a kink of f, of what is not in common
    scales: Array  # the distances from 0, in z, at which panels end too
    reach: float  # how far they do


_ENDS = np.array([*range(8), 9, 12, 19, 38], dtype=float)
FINE = PairRule(
    leggauss(8),
    np.concatenate([-_ENDS[:0:-1], _ENDS]),
    np.array([-9.0, -3.0, -1.0, 0.0, 1.0, 3.0, 9.0]),
    _SCALES,
    np.inf,
)
"""Panels end closer where the normal has its weight."""


def mean_square(f: Callable[[Array], Array], q: float, breaks: tuple[float, ...] = ()) -> float:
    """E f(√q g)², g ~ N(0, 1), to a relative 1e-10; ``breaks`` are the kinks and jumps of f.

    NaN where f is NaN somewhere, ∞ where the integral diverges; it overflows no sooner than f itself, or the
    result, does.

    >>> round(mean_square(lambda z: z**2, 2.0), 9)
    12.0
    """
    z = deviation(q)
    return _expected(lambda g, root: (f(z * g) * root) ** 2, q, breaks)


def deviation(q: float) -> float:
    """√q, the standard deviation of z; at q = 0 a number so small that what is computed is the limit."""
    return sqrt(q) if q > 0 else NEXT_TO_ZERO


def square(sigma: Activation, q: float) -> float:
    """E σ(√q g)²: the mean square of a layer's activations, where its z have the mean square q."""
    return mean_square(sigma, q, turns(sigma))


def slope_square(sigma: Activation, q: float) -> float:
    """E σ′(√q g)²: the share of ‖∂C/∂a‖² that passes σ. What a jump would add, backpropagation misses."""
    return mean_square(sigma.derivative, q, turns(sigma))


def square_growth(sigma: Activation, q: float) -> float:
    """d/dq E σ(√q g)² = E[σ(√q g)² (g² − 1)]/(2q), q > 0, which is right also for a σ that jumps."""
    z = deviation(q)
    grown = _expected(lambda g, root: (sigma(z * g) * root) ** 2 * (g * g - 1), q, turns(sigma))
    return grown / (2 * q)


def forward_gain(sigma: Activation) -> float:
    """1/√E σ(g)²: weights of Var w = gain²/n_in keep the mean square of standard normal z.

    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), § 4.6; of gain 1 are the σ of Klambauer,
    Unterthiner, Mayr & Hochreiter, *Self-normalizing neural networks* (2017).
    """
    return _reciprocal_root(square(sigma, 1.0))


def backward_gain(sigma: Activation) -> float:
    """1/√E σ′(g)²: weights of Var w = gain²/n keep E ‖δ‖² over n neurons where z is standard normal.

    Source: He et al., *Delving deep into rectifiers* (2015), eq. (14), for any σ.
    """
    return _reciprocal_root(slope_square(sigma, 1.0))


def _reciprocal_root(square: float) -> float:
    return 1 / sqrt(square) if square else np.inf


def _expected(integrand: Callable[[Array, Array], Array], q: float, breaks: tuple[float, ...]) -> float:
    """∫ integrand(g, √φ(g)) dg, by halving the panels on which that is not yet settled.

    They end at whole numbers of g, at powers of 4 in z, and at the breaks of f.
    """
    if not np.isfinite(q):
        return np.nan
    inner = np.concatenate([-_SCALES, _SCALES, breaks]) / deviation(q)
    edges = np.union1d(np.arange(-FURTHEST, FURTHEST + 1), inner)
    edges = edges[np.abs(edges) <= FURTHEST]
    low, high = edges[:-1], edges[1:]
    total = 0.0
    with np.errstate(all="ignore"):
        whole, size = _panels(integrand, low, high)
        scale = max(TOLERANCE * float(size.sum()), _ROUGHEST)
        if (grows := _grows(integrand, scale)).any():
            return float(np.sign(whole[[0, -1]][grows].sum()) * np.inf)
        for _ in range(_MOST_HALVINGS):
            middle = (low + high) / 2
            (left, _), (right, _) = _panels(integrand, low, middle), _panels(integrand, middle, high)
            rough = np.abs(left + right - whole) > scale
            total += float((left + right)[~rough].sum())
            if not rough.any():
                return total
            if len(low) > _MOST_PANELS:
                return total + float((left + right)[rough].sum())
            before = float(np.abs(whole).sum())
            low = np.concatenate([low[rough], middle[rough]])
            high = np.concatenate([middle[rough], high[rough]])
            whole = np.concatenate([left[rough], right[rough]])
    if np.abs(whole).sum() > max(LASTING * before, scale):
        return float(np.sign(whole.sum()) * np.inf)
    return total + float(whole.sum())


def _grows(integrand: Callable[[Array, Array], Array], scale: float) -> Array:
    """On which of the two sides the integrand still grows where φ is all but 0, as of f = e^{z²/4}."""
    g = np.outer([FURTHEST - 1, FURTHEST], [-1.0, 1.0])
    near, far = np.abs(integrand(g, _root(g)))
    return np.asarray((far > scale) & (far >= 0.999 * near))


def _root(g: Array) -> Array:
    """√φ(g)."""
    return np.asarray(np.exp(-g * g / 4) / (2 * pi) ** 0.25)


def _panels(integrand: Callable[[Array, Array], Array], low: Array, high: Array) -> tuple[Array, Array]:
    """The integral over each panel, and that of its absolute value."""
    half = (high - low) / 2
    g = (low + high)[:, None] / 2 + half[:, None] * _NODES
    values = integrand(g, _root(g))
    return half * (values @ _WEIGHTS), half * (np.abs(values) @ _WEIGHTS)


def pair_mean(f: Callable[[Array], Array], q: float, c: float, breaks: tuple[float, ...] = ()) -> float:
    """E f(z) f(z′) for z, z′ ~ N(0, q) of correlation c; ``breaks`` are the kinks and jumps of f.

    To a relative 1e-6 of E f² where f turns no faster than tanh and q ≤ 100, and 1e-9 where q ≤ 1. A kink
    that is not among the breaks costs accuracy, and so does an f that oscillates where √q spans many of its
    periods. NaN where f is NaN somewhere, q is not finite or c is no correlation.

    >>> round(pair_mean(lambda z: z, 2.0, 0.5), 12)
    1.0
    """
    if not (np.isfinite(q) and abs(c) <= 1):
        return np.nan
    if c == 1:
        return mean_square(f, q, breaks)
    return float(pair_table(f, np.array([deviation(q)]), c, breaks)[0, 0])


def pair_table(
    f: Callable[[Array], Array], deviations: Array, c: float, breaks: tuple[float, ...], by: PairRule = FINE
) -> Array:
    """E f(z) f(z′) of every two of these standard deviations (Q, Q), of correlation c."""
    common, own = sqrt(abs(c)), sqrt(1 - abs(c))
    places, sizes = np.append(breaks, 0.0), np.maximum(deviations, NEXT_TO_ZERO)
    scales = [by.scales[by.scales < by.reach * size] / size for size in sizes]
    turned = np.concatenate([scales[-1], *(around(places / size, own, by.turns) for size in sizes)])
    smooth = []
    with np.errstate(all="ignore"):
        m, weights = _rule(np.zeros(1), common, np.concatenate([turned, -turned]), by)
        for each, size, ends in zip(deviations, sizes, scales, strict=True):
            z, shares = _rule(m[0], own, np.concatenate([places / size, ends, -ends]), by)
            smooth.append((f(z * each) * shares).sum(axis=1))
        F = np.array(smooth)
        return np.asarray((F * weights) @ (F if c >= 0 else F[:, ::-1]).T)


def _rule(m: Array, width: float, breaks: Array, by: PairRule) -> tuple[Array, Array]:
    """The z and the weights whose sum is E f(m + width h), h ~ N(0, 1), at each m: two arrays (m, node).

    Panels end at the breaks, too.
    """
    if width == 0:
        return m[:, None], np.ones((len(m), 1))
    first, *_, last = by.ends
    near = breaks[np.abs(breaks) < np.abs(m).max() + last * width]
    inner = np.clip((near - m[:, None]) / width, first, last)
    edges = np.sort(np.concatenate([inner, np.tile(by.ends, (len(m), 1))], axis=1), axis=1)
    low, high = edges[:, :-1], edges[:, 1:]
    wide = (high > low).any(axis=0)
    half, middle = ((high - low) / 2)[:, wide, None], ((low + high) / 2)[:, wide, None]
    nodes, weights = by.nodes
    h = (middle + half * nodes).reshape(len(m), -1)
    shares = (half * weights).reshape(len(m), -1) * np.exp(-h * h / 2)
    shares /= shares.sum(axis=1, keepdims=True)  # so of an f that hardly varies hardly anything is lost
    return m[:, None] + width * h, shares
