"""What a stack draws, from which streams, and which layer σ matters to."""

from math import sqrt

import numpy as np
import pytest

import lab
from lab.network.first_weights import by_layer, initialised
from lab.network.initialisers import Critical, He, Large, LeCun, Nielsen


def by_purpose(purpose):
    """A stream of a trial: another generator for every purpose."""
    return np.random.default_rng(list(purpose.encode()))


def test_a_variant_differs_in_the_scale_of_its_weights_and_in_nothing_else():
    streams = [by_purpose]
    nielsen, lecun, large = (
        initialised(kind, (7, 5, 3), streams, np.dtype(np.float64)) for kind in (Nielsen(), LeCun(), Large())
    )
    for l, n_in in ((1, 7), (2, 5)):
        assert np.array_equal(nielsen.w[l], lecun.w[l])
        assert not lecun.b[l].any()
        np.testing.assert_allclose(large.w[l], nielsen.w[l] * sqrt(n_in), rtol=1e-15)
        assert np.array_equal(large.b[l], nielsen.b[l])


def test_every_layer_draws_from_streams_of_its_own_whatever_the_dtype():
    theta, single = (
        initialised(Nielsen(), (7, 5, 3), [by_purpose], np.dtype(dtype)) for dtype in (np.float64, np.float32)
    )
    for l, n_in, n_out in ((1, 7, 5), (2, 5, 3)):
        w = by_purpose(f"w/{l}").standard_normal((n_out, n_in)) / sqrt(n_in)
        np.testing.assert_allclose(theta.w[l][0], w, rtol=1e-15)
        assert np.array_equal(theta.b[l][0], by_purpose(f"b/{l}").standard_normal((n_out, 1)))
    assert single.vector.dtype == np.float32
    assert np.array_equal(single.vector, theta.vector.astype(np.float32))


def test_each_layer_is_fed_by_the_one_below_and_the_first_by_data():
    sigmas = [lab.activation(name) for name in ("relu", "tanh", "sigmoid")]
    layers = by_layer(Critical(), sigmas)
    assert [layer.variances(10, 4)[0] for layer in layers] == pytest.approx([0.1, 0.2, 0.1])
    assert by_layer(He(), sigmas) == [He()] * 3
    theta = initialised(Critical(), (7, 5, 3, 2), [by_purpose], np.dtype(np.float64), sigmas)
    w = by_purpose("w/2").standard_normal((3, 5)) * sqrt(2 / 5)
    np.testing.assert_allclose(theta.w[2][0], w, rtol=1e-15)
