from itertools import product
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lab.analysis import statistics
from lab.analysis.statistics import (
    EXACT_UP_TO,
    FLIPS,
    LEAST_EFFECT,
    LEVEL,
    Paired,
    effect_size,
    fewest_pairs,
    holm,
    interval,
    least_holm,
    paired,
    seeds_needed,
    sign_flip,
    spread,
)


def test_a_spread_by_hand():
    found = spread([1.0, 2.0, 3.0, 4.0, 10.0])

    assert (found.trials, found.mean, found.median) == (5, 4.0, 3.0)
    assert found.sd == pytest.approx(np.sqrt(12.5), rel=1e-15)
    assert (found.low, found.high) == (pytest.approx(1.2), pytest.approx(8.8))


@given(st.floats(-1e6, 1e6), st.integers(2, 30))
def test_values_that_are_all_the_same_do_not_spread(value, trials):
    """The mean of equal numbers may be off in its last bit."""
    found = spread([value] * trials)
    assert (found.mean, found.sd, found.median) == (value, 0, value)


def test_fault_40_of_one_trial_or_pair_spread_and_interval_are_missing_and_not_zero():
    trial, pair = spread([3.0]), paired([0.5])
    assert (trial.trials, trial.mean, trial.median) == (1, 3.0, 3.0)
    assert (pair.pairs, pair.difference) == (1, 0.5)
    assert all(map(isnan, (trial.sd, trial.low, trial.high, pair.low, pair.high, pair.p, pair.d_z)))
    assert isnan(pair.seeds_needed)
    assert (spread([]).trials, paired([]).pairs) == (0, 0)
    assert all(map(isnan, (spread([]).mean, paired([]).difference)))


@pytest.mark.parametrize(
    ("differences", "p"),
    [([1, 2, 3], 2 / 8), ([-1] * 4, 2 / 16), ([3, 2, -1], 4 / 8)]
    + [(none, 1) for none in ([1, 2, -3], [0, 0, 1], [0, 0])],
)
def test_the_sign_flip_test_by_hand(differences, p):
    """3 + 2 − 1 = 4 is reached by 6, 4 and their negatives: 4 of 8 choices."""
    assert sign_flip(differences) == p


@pytest.mark.parametrize("n", [2, 3, 7, 14])
def test_exact_p_is_that_of_scipy(n):
    d = np.random.default_rng(3).normal(0.4, 1, n)
    theirs = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=2**n)
    assert len(theirs.null_distribution) == 2**n
    assert sign_flip(d) == theirs.pvalue


def test_accuracies_tie_in_spite_of_rounding():
    """No choice of signs brings ± 300 ± 200 ± 100 ± 7 nearer to 0 than 7, nor of thousandths."""
    thousandths = np.array([300, -200, -100, 7])
    assert sign_flip(thousandths / 1000) == sign_flip(thousandths) == 1.0
    shifted = np.array([100, 200, -300, 100, 100])
    assert sign_flip(0.1 + shifted / 1000 - 0.1) == sign_flip(shifted)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=24))
def test_exact_p_is_a_share_of_choices_whatever_the_order_and_the_side(values):
    p = sign_flip(values)
    assert 2.0 ** (1 - len(values)) <= p <= 1
    assert (p * 2 ** len(values)).is_integer()
    assert p == sign_flip(values[::-1]) == sign_flip([-value for value in values])


@pytest.mark.parametrize(("n", "ups"), [(EXACT_UP_TO, 20), (EXACT_UP_TO + 10, 26)])
def test_beyond_the_exact_the_p_is_drawn_and_close(n, ups):
    """Sums of ± 1 are binomial, so the exact p is known for any n."""
    d = np.where(np.arange(n) < ups, 1.0, -1.0)
    exact = 2 * stats.binom.sf(ups - 1, n, 0.5)
    error = 4 * np.sqrt(exact / 1e5) if n > EXACT_UP_TO else 1e-12 * exact
    assert sign_flip(d) == pytest.approx(exact, rel=0, abs=error)
    assert sign_flip(d) == sign_flip(d)


def test_an_interval_ends_where_p_passes_the_level():
    d = np.random.default_rng(4).normal(0.2, 1, EXACT_UP_TO + 5)
    for end, outward in zip(interval(d), (-1, 1), strict=True):
        assert (
            sign_flip(d - (end + 1e-6 * outward)) < statistics.LEVEL <= sign_flip(d - (end - 1e-6 * outward))
        )


@pytest.mark.parametrize("n", [9, 12, 24, EXACT_UP_TO + 5])
def test_the_interval_is_that_of_student_nearly_and_moves_and_grows_with_the_differences(n):
    d = np.random.default_rng(n).normal(1, 1, n)
    low, high = interval(d)
    assert (low, high) == interval(d)
    assert low < d.mean() < high
    student = stats.ttest_1samp(d, 0).confidence_interval(0.95)
    assert (low, high) == pytest.approx(tuple(student), abs=0.35 * (student.high - student.low))
    assert (low + 3, high + 3) == pytest.approx(interval(d + 3), rel=1e-4)
    assert (5 * low, 5 * high) == pytest.approx(interval(5 * d), rel=1e-4)
    assert (-high, -low) == pytest.approx(interval(-d), rel=1e-4)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-9, 9), min_size=6, max_size=16), st.integers(-6, 6))
def test_the_interval_holds_what_the_test_does_not_rule_out(values, shift):
    low, high = interval(values)
    p = sign_flip(np.subtract(values, shift))
    near = 1e-5 * max(map(abs, values))
    if low - near <= shift <= high + near:
        assert p >= LEVEL or min(abs(shift - low), abs(shift - high)) <= near
    else:
        assert p < LEVEL
    assert (low <= 0 <= high) == (sign_flip(values) >= LEVEL)


def test_the_interval_is_between_typical_values():
    """Hartigan's: with n = 6 all subset means but none are kept, from the least difference to the largest."""
    assert interval([3.0, 1.0, 2.0, 4.0, 9.0, 5.0]) == pytest.approx((1, 9), abs=1e-4)


@pytest.mark.parametrize("values", [[0, 0, 1, 1, 1, 2, 2, 3], [-2, 0, 0, 0, 1, 1], [1, 1, 1, 2, 2, 2, 5]])
def test_an_interval_holds_its_ends_where_differences_tie(values):
    """They are among the subset means, of which the test rules out none, and one may be the true mean."""
    low, high = interval(values)
    sets = [np.array(values)[(k >> np.arange(len(values))) & 1 == 1] for k in range(1, 2 ** len(values))]
    kept = [mean for mean in {part.mean() for part in sets} if sign_flip(np.subtract(values, mean)) >= LEVEL]
    assert low <= min(kept)
    assert max(kept) <= high
    assert (low, high) == pytest.approx((min(kept), max(kept)), abs=1e-4)


@pytest.mark.parametrize("n", [8, 17, EXACT_UP_TO, EXACT_UP_TO + 5])
def test_an_end_at_0_is_0(n):
    """Of accuracies, which tie: of so few gains that all may be chance, none is the least mean."""
    d = np.where(np.arange(n) < 3, 0.02, 0.0)
    assert interval(d)[0] == 0
    assert interval(-d) == (-interval(d)[1], 0)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-30, 30), min_size=6, max_size=11))
def test_the_ends_are_the_outermost_means_of_some_differences_that_are_not_ruled_out(values):
    """All of them are tried, in whole numbers: μ = s/k is held where s·n ‑ k·Σd is reached often enough."""
    low, high = interval(values)
    n, whole, signs = len(values), sum(values), np.array(list(product([-1, 1], repeat=len(values))))
    sums, counts = signs @ np.array(values), signs.sum(axis=1)
    subsets = {(s, k) for s, k in zip((whole + sums) // 2, (n + counts) // 2, strict=True) if k}
    held = [s / k for s, k in subsets
            if (np.abs(k * sums - s * counts) >= abs(k * whole - s * n)).mean() >= LEVEL]  # fmt: skip
    size = max(map(abs, values)) or 1
    assert low == pytest.approx(min(held), abs=1e-10 * size)
    assert high == pytest.approx(max(held), abs=1e-10 * size)
    assert low <= min(held)
    assert high >= max(held)


def test_so_few_pairs_that_nothing_is_ruled_out_have_no_interval():
    assert all(map(isnan, interval([0.3, 0.2, 0.4, 0.3, 0.1])))


def test_differences_that_are_all_alike_have_an_interval_of_one_point():
    assert interval(np.zeros(6)) == (0.0, 0.0)
    low, high = interval(np.array([0.3, 0.1 + 0.2, 0.3] * 2))
    assert low == high == pytest.approx(0.3)


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1.0, 1e200])
def test_what_differences_say_does_not_depend_on_their_size(size):
    d = np.random.default_rng(2).normal(0.5, 1, 12)
    found, plain = paired(size * d), paired(d)
    assert (found.p, found.seeds_needed) == (plain.p, plain.seeds_needed)
    assert found.d_z == pytest.approx(plain.d_z, rel=1e-12)
    assert (found.low / size, found.high / size) == pytest.approx((plain.low, plain.high), rel=1e-4)


@pytest.mark.parametrize(
    ("differences", "d_z"),
    [
        ([1, 2, 3], 2),
        ([-1, -3], -2 / np.sqrt(2)),
        ([0.3, 0.1 + 0.2], inf),
        ([-0.3, -0.3], -inf),
        ([0, 0], nan),
    ],
)
def test_the_effect_size_by_hand(differences, d_z):
    np.testing.assert_equal(effect_size(np.array(differences)), d_z)


def test_differences_that_cancel_but_for_rounding_are_no_difference():
    d = np.array([0.95, 0.93]) - np.array([0.94, 0.94])
    assert d.sum() != 0
    found = paired(d)
    assert (found.difference, found.d_z, found.p) == (0, 0, 1)
    assert isnan(found.seeds_needed)


PUBLISHED = [(0.2, 199), (0.5, 34), (0.8, 15), (-0.5, 34)]
"""As G*Power 3 and R's pwr.t.test have them for a two-sided paired test at 5 % and a power of 80 %."""


@pytest.mark.parametrize(
    ("d_z", "seeds"), [*PUBLISHED, (5.0, 6), (inf, 6), (0.0, nan), (nan, nan), (1e-200, inf)]
)
def test_the_seeds_needed_are_those_of_published_tables_and_no_fewer_than_tell_anything(d_z, seeds):
    np.testing.assert_equal(seeds_needed(d_z), seeds)


@pytest.mark.parametrize("d_z", [0.05, 0.3, 0.71, 0.9])
def test_beyond_few_pairs_the_seeds_needed_are_the_least_with_the_power_of_t(d_z):
    """By the noncentral t distribution of scipy.stats."""

    def power(n):
        far = stats.t.ppf(1 - LEVEL / 2, n - 1)
        return stats.nct.sf(far, n - 1, d_z * np.sqrt(n)) + stats.nct.cdf(-far, n - 1, d_z * np.sqrt(n))

    n = seeds_needed(d_z)
    assert power(n) >= 0.8 > power(n - 1)


def test_very_many_seeds_are_counted_by_the_normal_approximation():
    assert seeds_needed(1e-3) == pytest.approx(7.8489e6, rel=1e-4)


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ([0.03, 0.01, 0.5, 0.02], [0.06, 0.04, 0.5, 0.06]),  # 0.01·4, 0.02·3, 0.03·2, 0.5·1
        ([0.6, 0.9], [1.0, 1.0]),
        ([0.02, 0.02], [0.04, 0.04]),
        ([nan, 0.02, 0.04], [nan, 0.04, 0.04]),
        ([], []),
    ],
)
def test_holm_by_hand(p, adjusted):
    assert holm(p) == pytest.approx(adjusted, nan_ok=True)


@pytest.mark.parametrize(("family", "pairs"), [(1, 6), (3, 7), (6, 8), (7, 9), (28, 11), (66, 12)])
def test_the_fewest_pairs_are_the_least_that_can_tell(family, pairs):
    assert fewest_pairs(family) == pairs
    assert max(least_holm([pairs] * family)) < LEVEL <= min(least_holm([pairs - 1] * family))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(2, 9), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_no_differences_have_less_than_the_least_p(pairs, seed):
    rng = np.random.default_rng(seed)
    p = holm([sign_flip(rng.normal(1, 1, n)) for n in pairs])
    assert (p >= least_holm(pairs)).all()
    of_one_sign = [sign_flip(np.arange(1.0, n + 1)) for n in pairs]
    np.testing.assert_array_equal(least_holm([*pairs, 1, 0]), holm([*of_one_sign, nan, nan]))


@pytest.mark.parametrize(("n", "least"), [(EXACT_UP_TO, 2.0**-29), (EXACT_UP_TO + 1, 1 / (1 + FLIPS))])
def test_where_signs_are_drawn_the_least_p_is_that_of_the_draws(n, least):
    assert least_holm([n]) == sign_flip(np.ones(n)) == least


def test_what_differences_say_is_gathered():
    d = np.random.default_rng(2).normal(0.5, 1, 12)
    effect = effect_size(d)
    assert paired(d) == Paired(12, d.mean(), *interval(d), sign_flip(d), effect, seeds_needed(effect))


@pytest.mark.parametrize("n", range(6, 11))
def test_few_pairs_find_their_least_effect_four_times_in_five(n):
    """Of samples of its own; 0.8 ± 3.5 Monte-Carlo errors. A t test would find it oftener by far."""
    rng = np.random.default_rng(5)
    d_z = LEAST_EFFECT[n]
    found = np.mean([sign_flip(rng.normal(d_z, 1, n)) < LEVEL for _ in range(1500)])
    assert found == pytest.approx(0.8, abs=3.5 * np.sqrt(0.16 / 1500))
    assert seeds_needed(d_z) == n
    assert seeds_needed(0.99 * d_z) > n


@pytest.mark.slow
@pytest.mark.parametrize("tied", [False, True], ids=["any", "whole numbers"])
@pytest.mark.parametrize(("pairs", "samples"), [(6, 2000), (10, 2000), (20, 500), (30, 150)])
def test_the_interval_holds_the_true_mean_at_least_as_often_as_it_says(pairs, samples, tied):
    """Of normal differences about 1, ± 2.6 Monte-Carlo errors, which p and the interval tell alike."""
    rng, error = np.random.default_rng(5), 2.6 * np.sqrt(0.95 * 0.05 / samples)
    drawn = rng.normal(1, 1, (samples, pairs))
    drawn = np.round(drawn) if tied else drawn
    low, high = np.transpose([interval(d) for d in drawn])
    assert np.mean((low <= 1) & (high >= 1)) >= 0.95 - error
    assert [(a > 0 or b < 0) for a, b in zip(low, high, strict=True)] == [sign_flip(d) < LEVEL for d in drawn]


@pytest.mark.slow
@pytest.mark.parametrize("pairs", [3, 5, 6, 9, 14, 30])
def test_a_false_difference_is_found_no_oftener_than_p_says(pairs):
    """2000 sets of normal differences about 0."""
    rng = np.random.default_rng(6)
    p = np.array([sign_flip(rng.normal(size=pairs)) for _ in range(2000)])
    for level in (0.01, LEVEL, 0.2):
        assert np.mean(p <= level) <= level + 2.6 * np.sqrt(level / 2000)


@pytest.mark.slow
@pytest.mark.parametrize("d_z", [1.3, 1.02, 0.8, 0.6])
def test_the_seeds_needed_find_a_difference_four_times_in_five(d_z):
    """Of 2000 sets; one seed less finds it less often, up to the two hundredths by which t differs."""
    rng, n = np.random.default_rng(7), int(seeds_needed(d_z))
    enough, fewer = (
        np.mean([sign_flip(rng.normal(d_z, 1, several)) < LEVEL for _ in range(2000)])
        for several in (n, n - 1)
    )
    assert enough >= 0.8 - 2.6 * np.sqrt(0.16 / 2000)
    assert fewer < 0.8 + 0.02


def test_an_interval_from_0_on_has_no_minus_before_it():
    """Its end is found from without, so a little below 0."""
    assert str(interval([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])) == "(0.0, 5.0)"
