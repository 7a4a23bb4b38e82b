"""Expectations E f(z) f(z′) over two normals of correlation c: how alike a layer leaves two inputs.

    E f(z) f(z′),    z, z′ ~ N(0, q),  E z z′ = c q

What z and z′ have in common is one normal, √(|c| q) g, and the rest are two that are independent of it and of
each other. So the expectation is that of a square, E F(g)², or of F(g) F(−g) where c < 0, with

    F(g) = E f(√(|c| q) g + √((1 − |c|) q) h),    h ~ N(0, 1),

which is f made smooth. Both integrals are by Gauss–Legendre on panels.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
from numpy.polynomial.legendre import leggauss

from lab.numerics import Array
from lab.theory.moments import LEAST_Q, SCALES, Function, mean_square

_NODES, _WEIGHTS = leggauss(8)

_ENDS = np.array([*range(8), 9, 12, 19, 38], dtype=float)
_DEVIATIONS = np.concatenate([-_ENDS[:0:-1], _ENDS])
"""Where panels end, in standard deviations: closer where the normal has its weight."""

_TURNS = np.array([-9.0, -3.0, -1.0, 0.0, 1.0, 3.0, 9.0])
"""Where F turns around a kink of f, in standard deviations of what is not in common."""


def pair_mean(f: Function, q: float, c: float, breaks: tuple[float, ...] = ()) -> float:
    """E f(z) f(z′) for z, z′ ~ N(0, q) of correlation c; ``breaks`` are the kinks and jumps of f.

    To a relative 1e-6 of E f² where f turns no faster than tanh and q ≤ 100, and 1e-9 where q ≤ 1. A kink
    that is not among the breaks costs accuracy, and so does an f that oscillates where √q spans many of its
    periods. NaN where f is NaN somewhere, q is not finite or c is no correlation.
    """
    q = max(q, LEAST_Q)
    if not (np.isfinite(q) and abs(c) <= 1):
        return np.nan
    if c == 1:
        return mean_square(f, q, breaks)
    common, own = sqrt(abs(c) * q), sqrt((1 - abs(c)) * q)
    turns = np.add.outer(np.array([0.0, *breaks]), own * _TURNS).ravel()
    with np.errstate(all="ignore"):
        m, weights = _rule(np.zeros(1), common, turns)
        below = _smoothed(f, m[0], own, breaks)
        above = below if c >= 0 else _smoothed(f, -m[0], own, breaks)
        return float(weights[0] @ (below * above))


def _smoothed(f: Function, m: Array, own: float, breaks: tuple[float, ...]) -> Array:
    """E f(m + own h), h ~ N(0, 1), at each m."""
    z, weights = _rule(m, own, np.array([0.0, *breaks]))
    return np.asarray((f(z) * weights).sum(axis=1))


def _rule(m: Array, width: float, breaks: Array) -> tuple[Array, Array]:
    """The z and the weights whose sum is E f(m + width h), h ~ N(0, 1), at each m: two arrays (m, node)."""
    if width == 0:
        return m[:, None], np.ones((len(m), 1))
    furthest = _DEVIATIONS[-1]
    scales = SCALES[SCALES < np.abs(m).max() + furthest * width]
    known = np.concatenate([-scales, scales, breaks])
    inner = np.clip((known - m[:, None]) / width, -furthest, furthest)
    whole = np.broadcast_to(_DEVIATIONS, (len(m), len(_DEVIATIONS)))
    edges = np.sort(np.concatenate([inner, whole], axis=1), axis=1)
    low, high = edges[:, :-1], edges[:, 1:]
    wide = (high > low).any(axis=0)
    half, middle = ((high - low) / 2)[:, wide, None], ((low + high) / 2)[:, wide, None]
    h = middle + half * _NODES
    weights = half * _WEIGHTS * np.exp(-h * h / 2) / sqrt(2 * pi)
    flat = (len(m), -1)
    return m[:, None] + width * h.reshape(flat), weights.reshape(flat)
