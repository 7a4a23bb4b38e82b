"""The matrices of the book's alternate presentation against the Hadamard product of the core."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.network.backprop import Network
from lab.network.costs import Quadratic
from lab.network.matrix_form import full_product, transport_matrix
from tests.network.passes import ran


@st.composite
def passes(draw):
    """A pass of one network and one example, and its weights: dicts of layer → array."""
    sizes = tuple(draw(st.lists(st.integers(1, 6), min_size=2, max_size=6)))
    network = Network(sizes, (*(Tanh(),) * (len(sizes) - 2), Sigmoid()), Quadratic())
    theta, *_, p, _ = ran(network, 1, 1, draw(st.integers(0, 2**32 - 1)))
    slope, delta, e = (
        {l: block[0, :, 0] for l, block in blocks.items()} for blocks in (p.slope, p.delta, p.e)
    )
    return network.depth, slope, delta, e[network.depth], {l: w[0] for l, w in theta.w.items()}


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-16)


@given(passes())
def test_the_product_of_all_layers(made):
    """δ^l = Σ′(z^l) (w^{l+1})ᵀ … (w^L)ᵀ Σ′(z^L) ∇_a C, from the right, and δ^l = M ∇_a C, from the left.

    At l = L that is BP1. What the brackets from the left round differently is small beside |M| |∇_a C|.
    """
    L, slope, delta, gradient, w = made
    for l in range(1, L + 1):
        slopes, weights = [slope[k] for k in range(l, L + 1)], [w[k] for k in range(l + 1, L + 1)]
        close(full_product(slopes, weights, gradient), delta[l])
        M = transport_matrix(slopes, weights)
        assert M.shape == (len(slope[l]), len(slope[L]))
        size = np.abs(np.diag(slope[l]))
        for k in range(l + 1, L + 1):
            size = size @ np.abs(w[k].T) @ np.abs(np.diag(slope[k]))
        assert np.all(np.abs(M @ gradient - delta[l]) <= 1e-12 * (size @ np.abs(gradient)))
