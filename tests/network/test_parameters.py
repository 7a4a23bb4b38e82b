import numpy as np
import pytest

from lab.network.parameters import as_parameters, count, parameters

SIZES = (3, 2, 1, 4)


def test_count_is_the_number_of_weights_and_biases():
    assert count(SIZES) == 2 * (3 + 1) + 1 * (2 + 1) + 4 * (1 + 1)


def test_shapes_are_those_of_the_book():
    theta = parameters(SIZES, trials=5)
    assert theta.vector.shape == (5, count(SIZES))
    assert {l: w.shape for l, w in theta.w.items()} == {1: (5, 2, 3), 2: (5, 1, 2), 3: (5, 4, 1)}
    assert {l: b.shape for l, b in theta.b.items()} == {1: (5, 2, 1), 2: (5, 1, 1), 3: (5, 4, 1)}


@pytest.mark.parametrize("trials", [1, 3])
def test_every_parameter_is_seen_exactly_once_in_views_of_the_vector(trials):
    size = count(SIZES)
    theta = as_parameters(np.arange(trials * size).reshape(trials, size), SIZES)
    assert all(np.shares_memory(b, theta.vector) for p in (theta.wb, theta.w, theta.b) for b in p.values())
    for trial in range(trials):
        seen = np.concatenate([part[l][trial].ravel() for part in (theta.w, theta.b) for l in theta.w])
        assert sorted(seen) == list(range(trial * size, (trial + 1) * size))


def test_the_biases_are_the_last_column():
    theta = parameters(SIZES, trials=2)
    theta.b[1][...] = 7
    theta.w[1][...] = 3
    assert np.array_equal(theta.wb[1][1], [[3, 3, 3, 7], [3, 3, 3, 7]])
    assert np.array_equal(theta.vector[1, :8], [3, 3, 3, 7, 3, 3, 3, 7])
    assert not theta.vector[:, 8:].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype(dtype):
    theta = parameters(SIZES, 2, dtype)
    assert {block.dtype for block in (theta.vector, *theta.wb.values())} == {np.dtype(dtype)}
