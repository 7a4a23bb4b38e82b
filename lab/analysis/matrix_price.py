"""What the matrix form costs: δ^1 from ∇_a C by ⊙, and by Σ′ bracketed from either side.

With n_l neurons in layer l, the multiplications are

    by ⊙               Σ_{l<L} n_l n_{l+1} + Σ_l n_l
    Σ′ from the right  Σ_{l<L} n_l n_{l+1} + Σ_l n_l²
    Σ′ from the left   n_1 Σ_{l>1} (n_{l−1} n_l + n_l²) + n_1 n_L

and the slopes are held as Σ_l n_l numbers or, with the zeros of Σ′, as Σ_l n_l².
See `lab.network.matrix_form`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from timeit import repeat

import numpy as np
import pandas as pd

from lab.analysis.demon import Scene
from lab.network.matrix_form import full_product, hadamard_product, transport_matrix
from lab.numerics import Array

FORMS = ("⊙", "Σ′ from the right", "Σ′ from the left")

LONG_ENOUGH = 0.02
"""Seconds that a form is timed for, at least once, three times over."""


def multiplications(sizes: Sequence[int]) -> tuple[int, int, int]:
    """Those of `FORMS`, for layers of n_1 … n_L neurons.

    >>> multiplications((30, 30, 10))
    (1270, 3100, 66300)
    """
    between = sum(below * above for below, above in pairwise(sizes))
    squares = sum(n * n for n in sizes)
    left = sizes[0] * (between + squares - sizes[0] ** 2 + sizes[-1])
    return between + sum(sizes), between + squares, left


@np.errstate(all="ignore")
def price(given: Scene) -> pd.DataFrame:
    """What each of `FORMS` costs: a row a form.

    Its columns are ``form``, ``multiplications``, ``numbers`` (of the slopes), ``microseconds``,
    ``times_hadamard`` and ``difference``: how far its δ^1 is from that by ⊙, relative to the largest δ. The
    times are measured here and now, the best of three.
    """
    sizes, L = given.network.sizes[1:], given.network.depth
    slopes = [given.p.slope[l][0, :, 0] for l in range(1, L + 1)]
    weights = [np.ascontiguousarray(given.theta.w[l][0]) for l in range(2, L + 1)]
    gradient = given.p.e[L][0, :, 0]

    def from_the_left() -> Array:
        return np.asarray(transport_matrix(slopes, weights) @ gradient)

    right = partial(full_product, slopes, weights, gradient)
    ways = (partial(hadamard_product, slopes, weights, gradient), right, from_the_left)
    deltas, seconds = [way() for way in ways], [_seconds(way) for way in ways]
    largest = np.abs(deltas[0]).max() or 1.0
    columns = {
        "form": FORMS,
        "multiplications": multiplications(sizes),
        "numbers": (sum(sizes), *2 * (sum(n * n for n in sizes),)),
        "microseconds": [1e6 * one for one in seconds],
        "times_hadamard": [one / seconds[0] for one in seconds],
        "difference": [np.abs(delta - deltas[0]).max() / largest for delta in deltas],
    }
    return pd.DataFrame(columns)


@np.errstate(all="ignore")
def passed_on(given: Scene) -> pd.DataFrame:
    """What the layers above do to an error: a row a layer, with the largest and the least singular value.

    δ^l = M_l ∇_a C, so ‖δ^l‖ lies between ``least`` and ``most`` times ‖∇_a C‖ where layer l is as wide as
    the output or wider; else the least is 0. NaN where M_l is not finite.
    """
    L, rows = given.network.depth, []
    slopes = {l: given.p.slope[l][0, :, 0] for l in range(1, L + 1)}
    for l in range(1, L + 1):
        above = range(l, L + 1)
        M = transport_matrix([slopes[k] for k in above], [given.theta.w[k][0] for k in above[1:]])
        values = np.linalg.svd(M, compute_uv=False) if np.isfinite(M).all() else np.array([np.nan])
        least = 0.0 if M.shape[0] < M.shape[1] else values[-1]
        rows.append({"layer": l, "shape": f"{M.shape[0]} × {M.shape[1]}", "most": values[0], "least": least})
    return pd.DataFrame(rows)


def _seconds(way: Callable[[], Array]) -> float:
    """The time of one call, the best of three series."""
    once = min(repeat(way, number=1, repeat=2))
    number = max(int(LONG_ENOUGH / max(once, 1e-7)), 1)
    return min(repeat(way, number=number, repeat=3)) / number
