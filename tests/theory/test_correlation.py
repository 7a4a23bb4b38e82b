"""The map of the correlation of two inputs, its fixed points, and what pairs of errors keep."""

from math import acos, asin, inf, nan, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lab
from lab.theory.correlation import fixed_correlation, next_correlation, pair_chi
from lab.theory.mean_field import chi, fixed_point, next_q

TANH = lab.activation("tanh")


def rest_of(name, weight_variance, bias_variance):
    sigma = lab.activation(name)
    rest = fixed_point(sigma, weight_variance, bias_variance)
    return fixed_correlation(sigma, rest, weight_variance, bias_variance)


def test_the_map_of_relu():
    """Under He's weights c ← (√(1 − c²) + (π − arccos c) c)/π, whatever q: Cho & Saul (2009)."""
    relu, c = lab.activation("relu"), 0.0
    for _ in range(4):
        above = next_correlation(relu, 3.0, c, 2.0, 0.0, next_q(relu, 3.0, 2.0, 0.0))
        assert above == pytest.approx((sqrt(1 - c * c) + (pi - acos(c)) * c) / pi, abs=1e-10)
        c = above


def test_order_and_chaos():
    """Poole et al. (2016), fig. 2: where χ > 1 inputs part, and where χ < 1 all become alike."""
    order = rest_of("tanh", 1.69, 0.09)
    assert (order.c, order.slope) == (1, pytest.approx(0.939807429, abs=1e-8))
    assert order.depth_scale == pytest.approx(16.1082, abs=5e-5)
    chaos = rest_of("tanh", 6.25, 0.09)
    assert 0 < chaos.c < 1
    assert 0 < chaos.slope < 1


def test_a_fixed_point_is_where_the_map_comes_to_rest():
    rest = fixed_point(TANH, 6.25, 0.09)
    found = fixed_correlation(TANH, rest, 6.25, 0.09)
    c = 0.99
    for _ in range(150):
        c = next_correlation(TANH, rest.q, c, 6.25, 0.09, rest.q)
    assert found.c == pytest.approx(c, abs=1e-9)
    h = 1e-4
    low, high = (next_correlation(TANH, rest.q, c + way, 6.25, 0.09, rest.q) for way in (-h, h))
    assert found.slope == pytest.approx((high - low) / (2 * h), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "weight_variance", "c", "depth_scale"),
    [
        ("tanh", 4.0, 0, None),  # odd and chaotic: inputs become orthogonal
        ("relu", 2.0, 1, inf),
        ("identity", 1.0, nan, inf),  # every correlation stays as it is
        ("tanh", 0.5, nan, nan),  # q has no fixed point but 0
        ("relu", 3.0, nan, nan),
        ("log(z)", 1.0, nan, nan),
    ],
)
def test_where_inputs_end_up_without_biases(name, weight_variance, c, depth_scale):
    found = rest_of(name, weight_variance, 0.0)
    np.testing.assert_array_equal(found.c, c)
    if depth_scale is not None:
        np.testing.assert_array_equal(found.depth_scale, depth_scale)


def test_a_jump_parts_inputs_however_near():
    """Of a step without biases c ← ½ + arcsin(c)/π, whatever σ_w² is."""
    found = rest_of("step", 3.0, 0.0)
    assert found.c == pytest.approx(0.5 + asin(found.c) / pi, abs=1e-6)
    assert found.c == pytest.approx(0.789833, abs=1e-6)
    assert found.slope == pytest.approx(1 / (pi * sqrt(1 - found.c**2)), rel=1e-4)


def test_without_any_signal_all_inputs_are_alike_and_of_a_straight_line_all_of_chi_is_linear():
    assert next_correlation(TANH, 1.0, 0.3, 0.0, 0.0, 0.0) == 1
    assert pair_chi(lab.activation("identity"), 3.0, 0.0, 1.5) == pytest.approx(1.5, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["tanh", "sigmoid", "relu", "elu", "gelu", "softsign"]),
    q=st.floats(1e-3, 100),
    c=st.floats(0, 1),
    weight_variance=st.floats(0.1, 5),
    bias_variance=st.floats(0, 2),
)
def test_bounds(name, q, c, weight_variance, bias_variance):
    """On [0, 1] a map into [0, 1] that is convex, so never below its tangent at 1; and χ_c ≤ χ."""
    sigma = lab.activation(name)
    above = next_q(sigma, q, weight_variance, bias_variance)
    found = next_correlation(sigma, q, c, weight_variance, bias_variance, above)
    left = chi(sigma, q, weight_variance)
    assert max(0, 1 - left * q / above * (1 - c)) - 1e-6 <= found <= 1
    assert pair_chi(sigma, q, c, weight_variance) <= left * (1 + 1e-6)
