"""Statistics over trials: how the values of a variant spread, and what the differences of pairs say.

A trial is one seed. The same seed gives variants of the same data the same order of the examples, and those
of the same sizes the same base draws of the weights. So variants are compared by the difference in each pair.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, inf, isnan, log2, log10, nan, sqrt
from typing import TypeAlias

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

LEAST_EFFECT = {6: 1.791, 7: 1.333, 8: 1.188, 9: 1.088, 10: 1.005}
"""Of few pairs the least d_z that the sign-flip test of normal differences finds with the chance `POWER`.

Found from 160 000 samples or more. Of differences above 0, Σ_F d ≤ 0 of as few sets F of pairs as p < `LEVEL`
allows. So a sample is found from the shift on that brings the k-th least of its subset means above 0: this is
the shift of 4 samples in 5.
"""

_NEAR = 1e-12
"""How near the ends of an interval are found, relative to the largest difference."""

_DIGITS = 6
"""An end that is next to a number of so many digits more than the largest difference is that number."""

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
    low, median, high = map(float, np.quantile(x, (0.05, 0.5, 0.95)))
    return Spread(len(x), mean(x), 0.0 if _all_equal(x) else float(x.std(ddof=1)), median, low, high)


def mean(values: ArrayLike) -> float:
    """The mean of finite values; of equal ones just their value, which their sum may miss by rounding."""
    x = np.asarray(values, np.float64)
    if not len(x):
        return nan
    return float(np.median(x) if _all_equal(x) else x.mean())


def paired(differences: ArrayLike) -> Paired:
    """What finite differences say, one a pair."""
    d = np.asarray(differences, np.float64)
    if len(d) < 2:
        return Paired(len(d), float(d[0]) if len(d) else nan, nan, nan, nan, nan, nan)
    low, high = interval(d)
    effect = effect_size(d)
    return Paired(len(d), _mean(d), low, high, sign_flip(d), effect, seeds_needed(effect))


def _mean(d: Array) -> float:
    """Their mean; 0 where they cancel but for rounding."""
    return float(d.mean()) if abs(d.sum()) > _SAME * np.abs(d).sum() else 0.0


def interval(differences: ArrayLike) -> tuple[float, float]:
    """The 95 % interval of the mean difference: all μ of which `sign_flip` of d − μ has no p below `LEVEL`.

    So 0 lies outside it exactly where p < `LEVEL`. It is missing (NaN) with fewer than `fewest_pairs`, which
    rule out no μ. Its ends are means of some of the differences. They are found by bisection from without, so
    that they do not fall short of the last such μ, which tied differences make likely to be the true one.

    Source: J. A. Hartigan (1969), Using subsample values as typical values.

    >>> interval([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    (1.0, 6.0)
    """
    d = np.asarray(differences, np.float64)
    if len(d) < fewest_pairs():
        return nan, nan
    if _all_equal(d):
        return float(d.mean()), float(d.mean())
    scaled, scale = _scaled(d)
    search, width = _test(tuple(scaled)), float(np.ptp(scaled))
    within, beyond = [], []
    for bound in (scaled.min() - width, scaled.max() + width):
        p, held, ruled_out = search(), float(scaled.mean()), float(bound)
        while abs(ruled_out - held) > _NEAR:
            middle = (ruled_out + held) / 2
            ruled_out, held = (ruled_out, middle) if p(middle) >= LEVEL else (middle, held)
        end = ruled_out * scale
        short = round(end, _DIGITS - floor(log10(scale))) + 0.0
        within.append(held * scale)
        beyond.append(short if abs(short - end) < 2 * len(d) * _SAME * scale else end)
    low, high = within if search()(0.0) < LEVEL and beyond[0] <= 0 <= beyond[1] else beyond
    return low, high


def sign_flip(differences: ArrayLike) -> float:
    """The two-sided p of the sign-flip test that the differences are symmetric about 0.

    It is the share of the 2ⁿ choices of signs that bring the sum at least as far from 0 as it is. Up to
    `EXACT_UP_TO` pairs all are counted: the sums over either half of the pairs are sorted, and for each sum
    of one half those of the other that reach far enough are counted at once (Horowitz & Sahni 1974), which
    `scipy.stats.permutation_test` cannot do: it holds all 2ⁿ. Of more pairs `FLIPS` choices are drawn with a
    fixed seed, the observed one is added, and p = (1 + hits)/(1 + drawn).

    Source: R. A. Fisher (1935), The design of experiments, § 21; B. Phipson & G. K. Smyth (2010),
    Permutation p-values should never be zero.
    """
    return _test(tuple(_scaled(np.asarray(differences, np.float64))[0]))()(0.0)


def _scaled(d: Array) -> tuple[Array, float]:
    """Differences over the largest, and its size; 1 where all are 0."""
    scale = float(np.abs(d).max(initial=0)) or 1.0
    return d / scale, scale


_Search: TypeAlias = Callable[[float], float]
"""μ → `sign_flip` of d − μ, asked of one side of the mean, ever nearer to where it passes `LEVEL`."""


@lru_cache(maxsize=1)
def _test(differences: tuple[float, ...]) -> Callable[[], _Search]:
    """Begins a search. The sums of signs, and of signs times d, serve the test and all of the interval."""
    d = np.array(differences)
    return _of_all_signs(d) if len(d) <= EXACT_UP_TO else _of_drawn_signs(d)


def _of_all_signs(d: Array) -> Callable[[], _Search]:
    halves = [_signed_sums_of_shifts(half) for half in (d[::2], d[1::2])]

    def p(shift: float) -> float:
        if (least := _reach(d, shift)) <= 0:
            return 1.0
        left, right = (np.sort(sums - shift * ones, kind="stable") for sums, ones in halves)
        hits = len(left) * len(right) - int(np.searchsorted(right, least - left[::-1]).sum())
        return 2.0 * hits / 2.0 ** len(d)

    return lambda: p


def _of_drawn_signs(d: Array) -> Callable[[], _Search]:
    """Fewer choices reach so far the farther μ is from the mean: a search leaves out those it knows of."""
    codes, ones_of_all = _drawn_signs(len(d))
    sums_of_all, room = _sums_of_drawn(d, codes), np.empty(FLIPS)

    def search() -> _Search:
        sums, ones, sure = sums_of_all, ones_of_all, 0

        def p(shift: float) -> float:
            nonlocal sums, ones, sure
            far = np.multiply(ones, shift, out=room[: len(ones)])
            hit = np.abs(np.subtract(sums, far, out=far), out=far) >= _reach(d, shift)
            hits = sure + int(np.count_nonzero(hit))
            found = (1 + hits) / (1 + FLIPS)
            asked = ~hit if found < LEVEL else hit
            if 2 * np.count_nonzero(asked) < len(asked):
                sure = hits if found < LEVEL else sure
                sums, ones = sums[asked], ones[asked]
            return found

        return p

    return search


def _reach(d: Array, shift: float) -> float:
    """How far from 0 the sum of d − μ is."""
    shifted = d - shift
    return abs(float(shifted.sum())) - _SAME * float(np.abs(shifted).sum())


@lru_cache(maxsize=1)
def _drawn_signs(n: int) -> tuple[list[Array], Array]:
    """`FLIPS` choices of the signs of n pairs, the same ones every time, and the sum of each.

    They are kept for all comparisons of a run. Of eight pairs a choice is its place in `_signed_sums`.
    """
    rng = np.random.default_rng(0)
    codes = [np.zeros(FLIPS, np.uint8) for _ in range(0, n, 8)]
    for pair in range(n):
        codes[pair // 8] |= (rng.integers(0, 2, FLIPS) << pair % 8).astype(np.uint8)
    return codes, _sums_of_drawn(np.ones(n), codes)


def _sums_of_drawn(d: Array, codes: Sequence[Array]) -> Array:
    """Σ ± d for these choices of signs."""
    sums = np.zeros(FLIPS)
    for at, code in enumerate(codes):
        sums += _signed_sums(d[8 * at : 8 * at + 8])[code]
    return sums


def effect_size(differences: ArrayLike) -> float:
    """Cohen's d_z: the mean difference over the standard deviation of the differences.

    Infinite where all are equal and not 0, missing (NaN) where all are 0.

    Source: J. Cohen (1988), Statistical power analysis for the behavioral sciences, eq. 2.3.5.
    """
    d = np.asarray(differences, np.float64)
    if _all_equal(d):
        mean = float(d.mean())
        return nan if mean == 0 else inf if mean > 0 else -inf
    d = np.ldexp(d, -int(np.frexp(np.abs(d).max())[1]))  # so that no square underflows
    return _mean(d) / float(d.std(ddof=1))


def seeds_needed(d_z: float) -> float:
    """The least number of pairs of which the `sign_flip` test finds a difference of this size 4 times in 5.

    It takes differences as normal. Of few pairs `LEAST_EFFECT` tells it. Of more, the power is that of the
    two-sided paired t test at `LEVEL`, from which it then differs by less than two hundredths: from the
    noncentral t distribution with n − 1 degrees of freedom and noncentrality d_z √n,
    beyond 10⁶ pairs from the normal approximation ((z₀.₉₇₅ + z₀.₈)/d_z)². It holds for one comparison,
    without Holm's correction, and takes the observed size for the true one. Missing (NaN) where d_z is
    missing or 0.

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
    for n, least in LEAST_EFFECT.items():
        if size >= least:
            return float(n)
    n = max(ceil(normal), max(LEAST_EFFECT) + 1)
    while _power(size, n) < POWER:
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


def _signed_sums_of_shifts(d: Array) -> tuple[Array, Array]:
    """The same of d and of ones, in an order in which Σ ± (d − μ) is in few rising runs for every μ."""
    sums, ones = _signed_sums(d), _signed_sums(np.ones(len(d)))
    order = np.lexsort((sums, ones))
    return sums[order], ones[order]


def _all_equal(d: Array) -> bool:
    return bool(np.ptp(d) <= _SAME * np.abs(d).max())
