import numpy as np
import pytest

from lab.training.norms import BlockNorms, norm


@pytest.mark.parametrize("size", [1e-200, 1e-310, 1e200, 1e300])
def test_a_norm_of_extreme_numbers_keeps_its_digits(size):
    block = np.array([[[3.0, 0.0], [0.0, 4.0]], [[5.0, 12.0], [0.0, 0.0]]])
    rel = 1e-13 if size != 1e-310 else 1e-12
    np.testing.assert_allclose(norm(block * size) / size, [5, 13], rtol=rel)


def test_a_norm_is_scaled_trial_by_trial():
    block = np.array([[[3e-200, 4e-200]], [[3.0, 4.0]], [[3e200, 4e200]], [[0.0, 0.0]]])
    np.testing.assert_allclose(norm(block), [5e-200, 5, 5e200, 0], rtol=1e-15)


def test_a_norm_of_float32_keeps_its_dtype_and_its_range():
    found = norm(np.array([[[3e-30, 4e-30]], [[3e30, 4e30]]], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [5e-30, 5e30], rtol=1e-6)


def test_a_norm_of_what_is_not_finite():
    with np.errstate(all="ignore"):
        found = norm(np.array([[[np.inf, 1.0]], [[np.nan, 1.0]], [[-np.inf, 0.0]], [[3.0, 4.0]]]))
    np.testing.assert_array_equal(found, [np.inf, np.nan, np.inf, 5])


def test_a_norm_of_nothing_is_zero():
    assert norm(np.zeros((2, 0, 3))).tolist() == [0, 0]


@pytest.mark.parametrize("shape", [(5, 30, 1000), (5, 129, 200), (5, 1, 9000), (5, 100, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_norm_in_a_stack_has_the_bits_that_it_has_alone(shape, dtype):
    trials, n, m = shape
    block = np.random.default_rng(0).normal(size=(trials, n * (m + 1) + 1)).astype(dtype)[:, :-1]
    block = block.reshape(trials, n, m + 1)[:, :, :-1] if m == 200 else block[:, : n * m].reshape(shape)
    together = norm(block)
    for t in range(trials):
        assert norm(block[t : t + 1].copy())[0] == norm(block[t : t + 1])[0] == together[t]


# Many blocks at one stroke.


def blocks(dtype=np.float64, trials=3):
    """Views of one vector a trial, as the parameters are."""
    rng = np.random.default_rng(1)
    wb = rng.normal(size=(trials, 30, 8)).astype(dtype), rng.normal(size=(trials, 1, 31)).astype(dtype)
    return [part for block in wb for part in (block[:, :, :-1], block[:, :, -1:])]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norms_are_the_norms_of_the_blocks_as_they_are_now(dtype):
    given = blocks(dtype)
    made = BlockNorms(given)
    for _ in range(2):
        found = made.measure()
        assert (found.dtype, found.shape) == (dtype, (3, 4))
        for k, block in enumerate(given):
            np.testing.assert_allclose(found[:, k], norm(block), rtol=4 * np.finfo(dtype).eps)
            block *= 1.5


def test_norms_of_extreme_blocks_are_scaled_and_leave_the_others_their_bits():
    given = blocks()
    before = BlockNorms(given).measure()
    given[1][2] *= 1e-200
    given[2][0] *= 1e200
    with np.errstate(over="ignore"):
        after = BlockNorms(given).measure()
    assert after[2, 1] == pytest.approx(1e-200 * before[2, 1], rel=1e-14)
    assert after[0, 2] == pytest.approx(1e200 * before[0, 2], rel=1e-14)
    same = np.ones_like(after, bool)
    same[2, 1] = same[0, 2] = False
    assert (after[same] == before[same]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norms_in_a_stack_have_the_bits_that_they_have_alone(dtype):
    given = blocks(dtype, trials=5)
    together = BlockNorms(given).measure()
    for t in range(5):
        assert BlockNorms([block[t : t + 1].copy() for block in given]).measure().tolist() == [
            together[t].tolist()
        ]
