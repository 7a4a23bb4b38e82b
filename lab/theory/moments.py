"""Expectations E f(z) of functions of a normal z ~ N(0, q): what mean field theory is made of.

    E f = ∫ f(√q g) φ(g) dg,    φ(g) = e^{−g²/2}/√(2π)

by Gauss–Legendre on panels that end where f may have a kink or a jump. A panel on which its two halves tell
another integral is halved again, so that a kink that nobody declared costs time and no accuracy. (One
Gauss–Hermite rule over all reals is wrong by per cents for ReLU, and misses the tails of a σ that grows.)
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import TypeAlias

import numpy as np
from numpy.polynomial.legendre import leggauss

from lab.numerics import Array
from lab.parts import Activation

Function: TypeAlias = Callable[[Array], Array]
"""An elementwise function of z."""

FURTHEST = 38.0
"""The largest |g|: beyond it φ(g) is no number that float64 can tell from 0."""

LEAST_Q = 1e-24
"""A smaller q, also 0, is taken as this one: the limit q → 0, from both sides of a kink at 0."""

TOLERANCE = 1e-13
"""How far a panel and its halves may differ, relative to the integral of |f| φ.

An f that turns up and down ten thousand times between two panels' ends is settled less well.
"""

_NODES, _WEIGHTS = leggauss(20)
_MOST_HALVINGS = 48
_MOST_PANELS = 2**14
SCALES = 4.0 ** np.arange(-2, 41)
"""Distances from 0, in z, at which panels end: so a feature at any scale is seen at any q."""


def mean(f: Function, q: float, breaks: tuple[float, ...] = ()) -> float:
    """E f(√q g), g ~ N(0, 1), to a relative 1e-10 of E |f|; ``breaks`` are the kinks and jumps of f.

    NaN where f is NaN somewhere, infinite or NaN where the expectation overflows.
    """
    z = sqrt(_at_least(q))
    return _expected(lambda g, root: f(z * g) * root * root, q, breaks)


def mean_square(f: Function, q: float, breaks: tuple[float, ...] = ()) -> float:
    """E f(√q g)², g ~ N(0, 1), to a relative 1e-10; no overflow before f itself, or the result, does."""
    z = sqrt(_at_least(q))
    return _expected(lambda g, root: (f(z * g) * root) ** 2, q, breaks)


def square(sigma: Activation, q: float) -> float:
    """E σ(√q g)²: the mean square of a layer's activations."""
    return mean_square(sigma, q, sigma.kinks)


def slope_square(sigma: Activation, q: float) -> float:
    """E σ′(√q g)²: the share of ‖e‖² that passes a layer. What a jump would add, backpropagation misses."""
    return mean_square(sigma.derivative, q, sigma.kinks)


def square_growth(sigma: Activation, q: float) -> float:
    """d/dq E σ(√q g)² = E[σ(√q g)² (g² − 1)]/(2q), which is right also for a σ that jumps."""
    z = sqrt(_at_least(q))
    grown = _expected(lambda g, root: (sigma(z * g) * root) ** 2 * (g * g - 1), q, sigma.kinks)
    return grown / (2 * z * z)


def forward_gain(sigma: Activation) -> float:
    """1/√E σ(g)²: weights of this gain keep the mean square of standard normal z.

    Source: LeCun et al. (1998); Klambauer et al. (2017) for σ with gain 1.
    """
    return _reciprocal_root(square(sigma, 1.0))


def backward_gain(sigma: Activation) -> float:
    """1/√E σ′(g)²: weights of this gain keep the error's norm where z is standard normal.

    Source: He et al., *Delving deep into rectifiers* (2015), eq. (14), for any σ.
    """
    return _reciprocal_root(slope_square(sigma, 1.0))


def _reciprocal_root(square: float) -> float:
    return 1 / sqrt(square) if square else np.inf


def _at_least(q: float) -> float:
    return max(q, LEAST_Q)


def _expected(integrand: Callable[[Array, Array], Array], q: float, breaks: tuple[float, ...]) -> float:
    """∫ integrand(g, √φ(g)) dg, by halving the panels on which that is not yet settled."""
    if not np.isfinite(q):
        return np.nan
    edges = _edges(q, breaks)
    low, high = edges[:-1], edges[1:]
    total = 0.0
    with np.errstate(all="ignore"):
        whole, size = _panels(integrand, low, high)
        scale = TOLERANCE * float(size.sum())
        for _ in range(_MOST_HALVINGS):
            middle = (low + high) / 2
            (left, _), (right, _) = _panels(integrand, low, middle), _panels(integrand, middle, high)
            rough = np.abs(left + right - whole) > scale
            total += float((left + right)[~rough].sum())
            if not rough.any():
                return total
            if len(low) > _MOST_PANELS:
                return total + float((left + right)[rough].sum())
            low = np.concatenate([low[rough], middle[rough]])
            high = np.concatenate([middle[rough], high[rough]])
            whole = np.concatenate([left[rough], right[rough]])
    return total + float(whole.sum())


def _edges(q: float, breaks: tuple[float, ...]) -> Array:
    """Ends of panels in g: whole numbers, powers of 4 in z, and the breaks of f."""
    inner = np.concatenate([-SCALES, SCALES, np.array(breaks, dtype=float)]) / sqrt(_at_least(q))
    edges = np.union1d(np.arange(-FURTHEST, FURTHEST + 1), inner)
    return np.asarray(edges[np.abs(edges) <= FURTHEST])


def _panels(integrand: Callable[[Array, Array], Array], low: Array, high: Array) -> tuple[Array, Array]:
    """The integral over each panel, and that of its absolute value."""
    half = (high - low) / 2
    g = (low + high)[:, None] / 2 + half[:, None] * _NODES
    root = np.exp(-g * g / 4) / (2 * pi) ** 0.25
    values = integrand(g, root)
    return half * (values @ _WEIGHTS), half * (np.abs(values) @ _WEIGHTS)
