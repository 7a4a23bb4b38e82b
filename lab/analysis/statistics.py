"""Statistics over trials: how the values of a variant spread, and what the differences of pairs say.

A trial is one seed. The same seed gives variants of the same data the same order of the examples, and those
of the same sizes the same base draws of the weights. So variants are compared by the difference in each pair.
"""

from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, isnan, log2, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from lab.numerics import Array

LEVEL = 0.05
"""A smaller p is reported as a difference."""

POWER = 0.8
"""The chance to find a difference that `seeds_needed` asks for."""

EXACT_UP_TO = 30
"""Up to this number of pairs all 2ⁿ choices of signs are counted; of more, `FLIPS` are drawn."""

FLIPS = 99_999

_SAME = 1e-12
"""Differences, or sums of them, that differ by less than this, relative to their size, count as equal."""


@dataclass(frozen=True)
class Spread:
    """How one value a trial spreads: mean, standard deviation, median, and the band of 90 % of the trials.

    ``sd`` has n − 1 in its denominator. With one trial ``sd``, ``low`` and ``high`` are missing (NaN), not
    zero; with none, all are.
    """

    trials: int
    mean: float
    sd: float
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Paired:
    """What the differences of pairs say.

    ``difference`` is their mean, ``low`` and ``high`` its `interval`, ``p`` that of the `sign_flip` test,
    ``d_z`` the `effect_size`, ``seeds_needed`` the number of `seeds_needed` to find it. With one pair all but
    ``difference`` are missing (NaN); with none, that is too.
    """

    pairs: int
    difference: float
    low: float
    high: float
    p: float
    d_z: float
    seeds_needed: float


def spread(values: ArrayLike) -> Spread:
    """How finite values spread, one a trial."""
    x = np.asarray(values, np.float64)
    if len(x) < 2:
        only = float(x[0]) if len(x) else nan
        return Spread(len(x), only, nan, only, nan, nan)
    low, median, high = np.quantile(x, (0.05, 0.5, 0.95))
    return Spread(len(x), float(x.mean()), float(x.std(ddof=1)), float(median), float(low), float(high))


def paired(differences: ArrayLike) -> Paired:
    """What finite differences say, one a pair."""
    d = np.asarray(differences, np.float64)
    if len(d) < 2:
        return Paired(len(d), float(d[0]) if len(d) else nan, nan, nan, nan, nan, nan)
    low, high = interval(d)
    effect = effect_size(d)
    return Paired(len(d), float(d.mean()), low, high, sign_flip(d), effect, seeds_needed(effect))


def interval(differences: Array) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean difference, bias-corrected and accelerated (BCa).

    It needs two differences. The same differences give the same interval: the draws have a fixed seed. With
    few pairs it is too narrow: of normal differences it holds the true mean in 84 % of cases with 5 pairs, in
    90 % with 10, 92 % with 20 and 94 % with 30 (measured over 1500 samples each). `sign_flip` has no such
    fault.

    Source: B. Efron (1987), Better bootstrap confidence intervals; computed by `scipy.stats.bootstrap`.
    """
    if _all_equal(differences):
        return float(differences.mean()), float(differences.mean())
    from scipy import stats

    rng = np.random.default_rng(0)
    low, high = stats.bootstrap((differences,), np.mean, method="BCa", rng=rng).confidence_interval
    return float(low), float(high)


def sign_flip(differences: Array) -> float:
    """The two-sided p of the sign-flip test that the differences are symmetric about 0.

    It is the share of the 2ⁿ choices of signs that bring the sum at least as far from 0 as it is. Up to
    `EXACT_UP_TO` pairs all are counted: the sums over either half of the pairs are sorted, and for each sum
    of one half those of the other that reach far enough are counted at once (Horowitz & Sahni 1974), which
    `scipy.stats.permutation_test` cannot do: it holds all 2ⁿ. Of more pairs `FLIPS` choices are drawn with a
    fixed seed, the observed one is added, and p = (1 + hits)/(1 + drawn).

    Source: R. A. Fisher (1935), The design of experiments, § 21; B. Phipson & G. K. Smyth (2010),
    Permutation p-values should never be zero.
    """
    d = np.abs(differences)
    reach = abs(float(np.sum(differences))) - _SAME * float(d.sum())
    if reach <= 0:
        return 1.0
    if len(d) <= EXACT_UP_TO:
        left, right = _signed_sums(d[::2]), np.sort(_signed_sums(d[1::2]))
        hits = len(left) * len(right) - int(np.searchsorted(right, reach - left).sum())
        return 2.0 * hits / 2.0 ** len(d)
    rng = np.random.default_rng(0)
    sums = np.zeros(FLIPS)
    for one in d:
        sums += one * rng.choice((-1.0, 1.0), FLIPS)
    return (1 + int((np.abs(sums) >= reach).sum())) / (1 + FLIPS)


def effect_size(differences: Array) -> float:
    """Cohen's d_z: the mean difference over the standard deviation of the differences.

    Infinite where all are equal and not 0, missing (NaN) where all are 0.

    Source: J. Cohen (1988), Statistical power analysis for the behavioral sciences, eq. 2.3.5.
    """
    mean = float(differences.mean())
    if _all_equal(differences):
        return nan if mean == 0 else inf if mean > 0 else -inf
    return mean / float(differences.std(ddof=1))


def seeds_needed(d_z: float) -> float:
    """The least number of pairs that find a difference of this size with a power of 80 %.

    The power is that of the two-sided paired t test at `LEVEL`, from the noncentral t distribution with n − 1
    degrees of freedom and noncentrality d_z √n; beyond 10⁶ pairs from the normal approximation
    ((z₀.₉₇₅ + z₀.₈)/d_z)². The number is never less than `fewest_pairs`. It holds for one comparison, without
    Holm's correction, and takes the observed size for the true one. Missing (NaN) where d_z is missing or 0.

    Source: J. Cohen (1988), Statistical power analysis for the behavioral sciences, ch. 2.
    """
    size = abs(d_z)
    if isnan(size) or size == 0:
        return nan
    from scipy import special

    root = float(special.ndtri(1 - LEVEL / 2) + special.ndtri(POWER)) / size
    normal = root * root
    if normal > 1e6:
        return float(np.ceil(normal))
    n = max(ceil(normal), fewest_pairs())
    while isfinite(size) and _power(size, n) < POWER:
        n += 1
    return float(n)


def holm(p: ArrayLike) -> Array:
    """The p of a family of tests, adjusted so that any false alarm among them is as rare as each p says.

    The k-th smallest of m is multiplied by m − k + 1, and is no less than those before it. A missing p (NaN)
    stays missing and does not count.

    Source: S. Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    values = np.asarray(p, np.float64)
    adjusted = np.full(len(values), nan)
    order = np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * factors), 1.0)
    return adjusted


def least_holm(pairs: ArrayLike) -> Array:
    """The least p that each test of a family can have after `holm`, from the number of its ``pairs``.

    A `sign_flip` test of n pairs has no p below 2¹⁻ⁿ, nor below 1/(1 + `FLIPS`) where signs are drawn, and
    none at all (NaN) with fewer than 2. Holm's adjusted p only grow with each p of the family, so they are
    least where all of these are. Where one is not below `LEVEL`, no difference can be told from chance.
    """
    n = np.asarray(pairs, np.float64)
    least = np.where(n > EXACT_UP_TO, 1 / (1 + FLIPS), np.exp2(1 - n))
    return holm(np.where(n < 2, nan, least))


def fewest_pairs(family: int = 1) -> int:
    """The least n with ``family`` · 2¹⁻ⁿ < `LEVEL`.

    With fewer pairs no `sign_flip` test of a family of this size can tell a difference from chance.
    """
    return floor(1 + log2(family / LEVEL)) + 1


def _power(d_z: float, n: int) -> float:
    """The power of the two-sided paired t test, by functions that load without `scipy.stats`."""
    from scipy import special

    far = special.stdtrit(n - 1, 1 - LEVEL / 2)
    shift = d_z * sqrt(n)
    return float(1 - special.nctdtr(n - 1, shift, far) + special.nctdtr(n - 1, shift, -far))


def _signed_sums(d: Array) -> Array:
    """Σ ± d for all 2ⁿ choices of signs."""
    sums = np.zeros(1)
    for one in d:
        sums = np.concatenate([sums - one, sums + one])
    return sums


def _all_equal(d: Array) -> bool:
    return bool(np.ptp(d) <= _SAME * np.abs(d).max())
