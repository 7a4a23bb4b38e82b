"""Expectations under normal z of many q and c at once, where inputs differ in norm and correlation.

Each is a smooth function of √q, √q′ and arccos c, also for a σ with kinks. So it is computed at a few of them
and interpolated: by the polynomial through Chebyshev points, or not at all where there are as few values as
points. Where f goes to 0 with z, what is interpolated is divided by √(q q′), and so of small q no less exact.
Where inputs are all alike it is what `lab.theory.moments` has.
"""

from collections.abc import Callable

import numpy as np
from numpy.polynomial.legendre import leggauss

from lab.numerics import Array
from lab.theory.moments import FINE, PairRule, deviation, mean_square, pair_table

_SAME = 1e-12
"""Values that differ by less than this, relative to the largest, count as one."""

_SMALL = (1e-24, 1e-20)
"""A q, and what E f² is at most there, of an f that goes to 0 with z as z does."""

_ENDS = np.array([0.0, 1.2, 2.6, 4.5, 9.0])
_COARSE = PairRule(
    leggauss(6),
    np.concatenate([-_ENDS[:0:-1], _ENDS]),
    np.array([-5.0, -1.5, 0.0, 1.5, 5.0]),
    4.0 ** np.arange(-1, 20),
    1.0,
)
"""For every two of many q."""


def squares(f: Callable[[Array], Array], q: Array, breaks: tuple[float, ...] = ()) -> Array:
    """E f(√q g)², g ~ N(0, 1), of each q (K,); ``breaks`` are the kinks and jumps of f.

    Within 1 % of the largest where f turns no faster than tanh and q ≤ 4, and 0.1 % where q ≤ 1. Of several
    q it is f(0)² at q = 0, and no limit. NaN or ∞ of one q is that of all.

    >>> squares(lambda z: z**2, np.array([1.0, 2.0])).round(9).tolist()
    [3.0, 12.0]
    """
    if not np.isfinite(q).all():
        return np.full(q.shape, np.nan)
    points, shares = _interpolated(q, 2 * _points_of_size(q), np.sqrt, np.square)
    known = np.array([mean_square(f, float(at), breaks) for at in points])
    if len(points) == 1 or not np.isfinite(known).all():
        return np.full(q.shape, known.max())
    if points[0] == 0:
        known[0] = float(np.asarray(f(np.zeros(1)))[0]) ** 2
    if _vanishes(f, breaks):
        known, shares = known / np.where(points > 0, points, np.inf), shares * q[:, None]
    return np.asarray(np.maximum(shares @ known, 0))


def products(f: Callable[[Array], Array], pairs: Array, breaks: tuple[float, ...] = ()) -> Array:
    """E f(z) f(z′) of each pair (K,): z ~ N(0, q), z′ ~ N(0, q′) of correlation c.

    q, q′ and c are the rows of ``pairs`` (3, K). As exact as `squares`, which it is where c = 1 and q = q′.

    >>> q, other, c = [1.0, 2.0], [4.0, 2.0], [0.5, 0.25]
    >>> products(lambda z: z, np.array([q, other, c])).round(6).tolist()
    [1.0, 0.5]
    """
    q, other, c = pairs
    if not np.isfinite(pairs).all():
        return np.full(c.shape, np.nan)
    found, equal = np.empty(c.shape), (c == 1) & (q == other)
    if equal.any():
        found[equal] = squares(f, q[equal], breaks)
    if (apart := ~equal).any():
        found[apart] = _of_different(f, pairs[:, apart], breaks)
    return found


def _of_different(f: Callable[[Array], Array], pairs: Array, breaks: tuple[float, ...]) -> Array:
    both, c = pairs[:2].ravel(), pairs[2]
    sizes, shares = _interpolated(both, _points_of_size(both), np.sqrt, np.square)
    angle = np.arccos([c.max(), c.min()])
    angles, shares_of_c = _interpolated(c, 5 + round(8 * np.diff(angle)[0] / np.pi), np.arccos, np.cos)
    deviations, by = (np.sqrt(sizes), _COARSE) if len(sizes) > 1 else ([deviation(sizes[0])], FINE)
    table = np.stack([pair_table(f, np.array(deviations), float(at), breaks, by) for at in angles])
    if not np.isfinite(table).all():
        return np.full(c.shape, table.max())
    if len(sizes) > 1 and _vanishes(f, breaks):
        shares = shares * np.sqrt(both)[:, None] / np.where(sizes > 0, np.sqrt(sizes), np.inf)
    one, two = np.split(shares, 2)
    across = (shares_of_c @ table.reshape(len(angles), -1)).reshape(-1, len(sizes), len(sizes))
    return np.asarray(np.einsum("kab,ka,kb->k", across, one, two))


def _vanishes(f: Callable[[Array], Array], breaks: tuple[float, ...]) -> bool:
    """Whether f goes to 0 with z, and about as fast."""
    small, most = _SMALL
    return mean_square(f, 0.0, breaks) == 0 and mean_square(f, small, breaks) < most


def _points_of_size(q: Array) -> int:
    """More, the further the q lie from each other."""
    low, high = np.sqrt([q.min(), q.max()])
    return 3 + round(4 * (high - low) / high) if high else 3


def _interpolated(
    values: Array, most: int, scale: Callable[[Array], Array], inverse: Callable[[Array], Array]
) -> tuple[Array, Array]:
    """Up to ``most`` points (P,), and the shares (K, P) with which a function there makes up that of values.

    They are evenly good on a ``scale``, whose ``inverse`` leads back.
    """
    distinct = np.unique(values)
    distinct = distinct[np.append(True, np.diff(distinct) > _SAME * np.abs(distinct).max())]
    if len(distinct) <= most:
        nearest = np.abs(values[:, None] - distinct).argmin(axis=1)
        return distinct, np.eye(len(distinct))[nearest]
    at = scale(values)
    turn = (np.arange(most) + 0.5) * np.pi / most
    points = (at.max() + at.min()) / 2 - (at.max() - at.min()) / 2 * np.cos(turn)
    away = at[:, None] - points
    away[away == 0] = np.finfo(float).tiny
    parts = (-1.0) ** np.arange(most) * np.sin(turn) / away  # the barycentric formula
    return inverse(points), parts / parts.sum(axis=1, keepdims=True)
