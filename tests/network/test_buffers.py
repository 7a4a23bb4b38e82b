import numpy as np
import pytest

from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.network.backprop import Network
from lab.network.buffers import as_pass, make_batch, make_pass, with_ones
from lab.network.costs import Quadratic
from lab.network.parameters import parameters
from tests.network.passes import again, drawn, ran

NETWORK = Network((2, 3, 1), (Tanh(), Sigmoid()), Quadratic())


def test_with_ones_turns_rows_into_columns_over_ones():
    block = with_ones([[1, 2, 3], [4, 5, 6]], np.float32)
    assert np.array_equal(block, [[[1, 4], [2, 5], [3, 6], [1, 1]]])
    assert block.dtype == np.float32


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("trials", [1, 3])
def test_a_pass_is_views_of_one_vector_and_a_copy_of_it_is_a_copy_of_the_pass(own, trials):
    theta, x, y = drawn(NETWORK.sizes, trials, 4, seed=7)
    p = make_batch(NETWORK.sizes, trials, 4, float)
    p.a1[0][:, :-1], p.a1[0][:, -1], p.y[...] = x.T, 1, y.T
    if not own:
        p = make_pass(NETWORK.sizes, trials, p.a1[0].copy(), p.y.copy())
    assert p.own_examples == own
    again(NETWORK, theta, p, parameters(NETWORK.sizes, trials))
    copy = as_pass(p.vector.copy(), NETWORK.sizes, trials, 4, None if own else (p.a1[0], p.y))
    for name in ("a1", "a", "z", "slope", "e", "delta"):
        for l, block in getattr(p, name).items():
            assert np.shares_memory(block, p.vector) == (own or l > 0)
            assert np.array_equal(getattr(copy, name)[l], block)
    assert np.array_equal(copy.y, p.y)


def test_rows_of_vectors_are_a_pass_of_as_many_trials():
    sizes = NETWORK.sizes
    vectors = np.arange(2.0 * make_batch(sizes, 1, 4, float).vector.size).reshape(2, -1)
    both = as_pass(vectors, sizes, 1, 4)
    for k in range(2):
        alone = as_pass(vectors[k : k + 1], sizes, 1, 4)
        assert all(np.array_equal(both.delta[l][k], alone.delta[l][0]) for l in (1, 2))
        assert np.array_equal(both.y[k], alone.y[0])
    assert both.matrices is both
    assert alone.matrices.z[1].shape == (3, 4)


def test_a_pass_used_again_knows_only_its_new_examples_and_parameters():
    theta, x, y, _, first = ran(NETWORK, 2, 4, seed=8)
    block, target = with_ones(np.zeros_like(x)), np.zeros_like(y.T)[None]
    p, gradient = make_pass(NETWORK.sizes, 2, block, target), parameters(NETWORK.sizes, 2)
    other, _, _ = drawn(NETWORK.sizes, 2, 4, seed=10)
    again(NETWORK, other, p, gradient)
    block[0, :-1], target[0] = x.T, y.T
    again(NETWORK, theta, p, gradient)
    assert gradient.vector.tobytes() == first.vector.tobytes()
