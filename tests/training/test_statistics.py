import numpy as np
import pytest

from lab.numerics import REALS, Interval
from lab.training.statistics import BlockNorms, norm, phi_b, rank_share

UNIT = Interval(0, 1)

# φ_B.


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([0.5, 0.5, 0.5], 0),
        ([0.0, 1.0, 1.0, 0.0], 1),
        ([0.25, 0.75], 0.5),
        ([0.5, 1.0], 0.5),  # bins [0, .2) and [.8, 1], each of one
        ([0.55, 0.58, 0.1], (0.1 + 0.16 + 0.8) / 3),  # two share a bin
        ([0.45, 0.55], 0.1),  # the signs are in two bins: they do not cancel
    ],
)
@pytest.mark.parametrize("reach", [UNIT, Interval(-7, -2)], ids=str)
def test_phi_b_by_hand(outputs, expected, reach):
    block = reach.low + (reach.high - reach.low) * np.array(outputs)[None, None]
    assert phi_b(block, reach)[0] == pytest.approx(expected, rel=1e-15 if reach == UNIT else 1e-14, abs=1e-15)


@pytest.mark.parametrize("reach", [REALS, Interval(0, np.inf), Interval(-np.inf, 0), Interval(2, 2)], ids=str)
def test_phi_b_is_missing_where_the_outputs_have_no_two_ends(reach):
    assert np.isnan(phi_b(np.full((2, 3, 4), 2.0), reach)).all()


# Directions.


def of_variances(variances, m=200, seed=0):
    """Activations whose principal variances are these, in directions that are no neuron's."""
    rng = np.random.default_rng(seed)
    n = len(variances)
    q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    scores, _ = np.linalg.qr(np.column_stack([np.ones(m), rng.normal(size=(m, n))]))
    return (q @ (np.sqrt(variances)[:, None] * scores[:, 1:].T) + rng.normal(size=(n, 1)))[None]


@pytest.mark.parametrize(
    ("variances", "directions"),
    [
        ([1, 0, 0, 0], 1),
        ([0.991, 0.009, 0, 0], 1),
        ([0.989, 0.011, 0, 0], 2),
        ([1, 1, 1, 1], 4),
        ([0.6, 0.385, 0.01, 0.005], 3),
        ([0.5, 0.495, 0.0025, 0.0025], 2),
    ],
)
@pytest.mark.parametrize("size", [1.0, 1e-150, 1e200])
def test_the_directions_of_planted_variances(variances, directions, size):
    assert rank_share(size * of_variances(variances))[0] == directions / 4


def test_fewer_examples_than_neurons_have_as_many_directions_at_most():
    a = np.random.default_rng(1).normal(size=(2, 40, 5))
    np.testing.assert_array_equal(rank_share(a), 4 / 40)  # five points span four directions


def test_both_sides_tell_the_same():
    a = np.random.default_rng(2).normal(size=(3, 9, 9)) * np.geomspace(1, 0.01, 9)[:, None]
    wide, tall = (rank_share(np.concatenate([a] * k, axis=2)) for k in (1, 3))
    np.testing.assert_array_equal(wide, tall)


@pytest.mark.parametrize("value", [0.0, 0.3, 1e-200, 1e200])
def test_what_does_not_vary_has_no_direction(value):
    assert rank_share(np.full((1, 5, 1001), value))[0] == 0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_missing_and_leaves_the_others_bitwise_alone(value):
    a = np.random.default_rng(3).normal(size=(3, 6, 20))
    expected = rank_share(a)
    a[1, 2, 3] = value
    found = rank_share(a)
    assert np.isnan(found[1])
    assert found[[0, 2]].tobytes() == expected[[0, 2]].tobytes()


# Norms.


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1.0, 1e200, 1e300])
def test_a_norm_is_scaled_trial_by_trial_and_keeps_its_digits(size):
    block = np.array([[[3.0, 0.0], [0.0, 4.0]], [[5.0, 12.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
    block[0] *= size
    np.testing.assert_allclose(
        norm(block) / [size, 1, 1], [5, 13, 0], rtol=1e-13 if size != 1e-310 else 1e-12
    )


def test_a_norm_of_float32_keeps_its_dtype_and_its_range():
    found = norm(np.array([[[3e-30, 4e-30]], [[3e30, 4e30]]], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [5e-30, 5e30], rtol=1e-6)


def test_a_norm_of_what_is_not_finite_or_nothing():
    with np.errstate(all="ignore"):
        found = norm(np.array([[[np.inf, 1.0]], [[np.nan, 1.0]], [[-np.inf, 0.0]], [[3.0, 4.0]]]))
    np.testing.assert_array_equal(found, [np.inf, np.nan, np.inf, 5])
    assert norm(np.zeros((2, 0, 3))).tolist() == [0, 0]


SHAPES = [(7, 30, 1000), (5, 30, 12), (4, 1, 9), (3, 8, 1), (5, 129, 200), (5, 1, 9000), (5, 100, 1)]


def phi_of_tanh(a):
    return phi_b(a, Interval(-1, 1))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("apart", [0, 1], ids=["in one piece", "a view of rows"])
@pytest.mark.parametrize("measure", [rank_share, phi_of_tanh, norm])
def test_a_stacked_trial_has_the_bits_that_it_has_alone(shape, dtype, apart, measure):
    trials, n, m = shape
    a = np.random.default_rng(0).uniform(-1, 1, (trials, n, m + apart)).astype(dtype)[:, :, :m]
    stacked = measure(a)
    assert stacked.dtype == (dtype if measure is norm else np.float64)
    for t in range(trials):
        assert stacked[t : t + 1].tobytes() == measure(a[t : t + 1]).tobytes()
        assert measure is not norm or norm(a[t : t + 1].copy())[0] == stacked[t]


# Many blocks at one stroke.


def blocks(dtype=np.float64, trials=3):
    """Views of one vector a trial, as the parameters are, and the vector."""
    sizes = [(30, 8), (1, 31), (4, 3)]
    vector = np.random.default_rng(1).normal(size=(trials, sum(n * k for n, k in sizes))).astype(dtype)
    ends = np.cumsum([n * k for n, k in sizes])[:-1]
    wb = [x.reshape(trials, *size) for x, size in zip(np.split(vector, ends, axis=1), sizes, strict=True)]
    return [part for block in wb for part in (block[:, :, :-1], block[:, :, -1:])], vector


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norms_are_the_norms_of_the_blocks_as_they_are_now(dtype):
    given, vector = blocks(dtype)
    made = BlockNorms(given, vector)
    for _ in range(2):
        found = made.measure()
        assert (found.dtype, found.shape) == (dtype, (3, 6))
        for k, block in enumerate(given):
            np.testing.assert_allclose(found[:, k], norm(block), rtol=4 * np.finfo(dtype).eps)
            block *= 1.5
    assert BlockNorms([], vector).measure().shape == (3, 0)


def test_norms_of_extreme_blocks_are_scaled_and_leave_the_others_their_bits():
    given, vector = blocks()
    before = BlockNorms(given, vector).measure()
    given[1][2] *= 1e-200
    given[2][0] *= 1e200
    with np.errstate(over="ignore"):
        after = BlockNorms(given, vector).measure()
    assert after[2, 1] == pytest.approx(1e-200 * before[2, 1], rel=1e-14)
    assert after[0, 2] == pytest.approx(1e200 * before[0, 2], rel=1e-14)
    same = np.ones_like(after, bool)
    same[2, 1] = same[0, 2] = False
    assert (after[same] == before[same]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norms_in_a_stack_have_the_bits_that_they_have_alone(dtype):
    given, vector = blocks(dtype, trials=5)
    together = BlockNorms(given, vector).measure()
    for t in range(5):
        alone = BlockNorms([block[t : t + 1].copy() for block in given], vector[:1]).measure()
        assert alone.tolist() == [together[t].tolist()]
