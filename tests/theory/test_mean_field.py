"""The maps of q and χ, their fixed points and the critical line, against published numbers."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lab
from lab.theory.mean_field import boundary, chi, critical, depth_scale, fixed_point, next_q

TANH = lab.activation("tanh")


@pytest.mark.parametrize(
    ("name", "weight_variance", "bias_variance", "q", "left"),
    [
        ("tanh", 1.69, 0.09, 0.607046792, 0.939807429),
        ("tanh", 6.25, 0.09, 4.079123875, 1.585224765),
        ("sigmoid", 1.0, 1.0, 1.302134036, 0.041959735),
        ("selu", 1.0, 0.0, 1.0, 1.0715749924557996),
    ],
)
def test_fixed_points(name, weight_variance, bias_variance, q, left):
    rest = fixed_point(lab.activation(name), weight_variance, bias_variance)
    assert rest.q == pytest.approx(q, abs=1e-8)
    assert rest.chi == pytest.approx(left, abs=1e-8)
    assert rest.stable
    assert not rest.everywhere


def test_depth_scale():
    assert fixed_point(TANH, 1.69, 0.09).depth_scale == pytest.approx(16.1082, abs=5e-5)
    assert fixed_point(TANH, 6.25, 0.09).depth_scale < 0
    assert [depth_scale(left) for left in (0.0, 1.0, 1 - 1e-16, inf)] == [0, inf, inf, 0]


@pytest.mark.parametrize(("bias_variance", "expected"), [(0.0, 1.0), (0.05, 1.760955), (0.25, 2.401489)])
def test_the_critical_line_of_tanh(bias_variance, expected):
    found = critical(TANH, bias_variance)
    assert found.weight_variance == pytest.approx(expected, abs=1e-6)
    assert chi(TANH, found.q, found.weight_variance) == pytest.approx(1, abs=1e-9)
    assert next_q(TANH, found.q, found.weight_variance, bias_variance) == pytest.approx(found.q, abs=1e-9)


def test_the_critical_weights_of_rectifiers_are_those_of_he():
    assert critical(lab.activation("relu"), 0.0).weight_variance == pytest.approx(2, rel=1e-14)
    leaky = critical(lab.activation("leaky-relu", slope=0.3), 0.0)
    assert leaky.weight_variance == pytest.approx(2 / (1 + 0.3**2), rel=1e-14)


def test_a_formula_of_ones_own_is_taken_as_its_twin_is():
    own = critical(lab.activation("tanh(z)"), 0.05)
    assert own.weight_variance == pytest.approx(critical(TANH, 0.05).weight_variance, rel=1e-10)


@pytest.mark.parametrize("name", ["softplus", "gelu", "silu", "exponential", "step", "max(z, 0)**0.75"])
def test_some_have_no_critical_point(name):
    """From q = 1 the map of SiLU and GELU leaves every point where χ = 1; a step passes no error; of a power
    of ReLU χ is the same whatever the weights.
    """
    assert critical(lab.activation(name), 0.0) is None


@pytest.mark.parametrize(
    ("name", "weight_variance", "q", "left", "everywhere"),
    [
        ("relu", 2.0, 1.0, 1.0, True),
        ("identity", 1.0, 1.0, 1.0, True),
        ("relu", 2.1, inf, nan, False),
        ("relu", 1.9, 0.0, 0.95, False),
        ("tanh", 1.0, 0.0, 1.0, False),
        ("exponential", 1.0, inf, nan, False),
        ("log(z)", 1.0, nan, nan, False),
        ("hard-tanh", 1.0, 0.0, 1.0, False),  # which moves q down for ever, by e^(−1/2q): by a rounding only
        ("step", 1.0, 0.5, 0.0, False),
    ],
)
def test_where_the_map_of_q_ends(name, weight_variance, q, left, everywhere):
    """Every q is fixed under a homogeneous σ alone."""
    rest = fixed_point(lab.activation(name), weight_variance, 0.0)
    np.testing.assert_array_equal(rest.q, q)
    assert rest.chi == pytest.approx(left, nan_ok=True)
    assert rest.everywhere == everywhere
    if everywhere:
        assert rest.growth == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("name", ["tanh", "softsign"])
def test_the_critical_line_starts_where_it_does_without_biases(name):
    sigma = lab.activation(name)
    for bias_variance in (1e-15, 1e-12, 1e-9):
        assert critical(sigma, bias_variance).weight_variance == pytest.approx(1, rel=0.03)


def test_the_boundary_of_order_and_chaos():
    """Of ReLU it is 2 whatever the biases, though q grows without end there; of GELU it ends up at 2."""
    for bias_variance in (0.0, 0.5, 2.0):
        assert boundary(lab.activation("relu"), bias_variance) == pytest.approx(2, rel=1e-5)
    gelu = lab.activation("gelu")
    edges = [boundary(gelu, bias_variance) for bias_variance in (0.0, 0.1, 0.2, 2.0)]
    assert edges[2] == critical(gelu, 0.2).weight_variance
    for bias_variance, edge in zip((0.0, 0.1, 0.2), edges, strict=False):
        below, above = (fixed_point(gelu, way * edge, bias_variance) for way in (0.99, 1.01))
        assert below.chi < 1
        assert above.q == inf or above.chi > 1
    assert boundary(lab.activation("step"), 0.5) is None


def test_a_fixed_point_is_where_the_map_comes_to_rest():
    for name in ("sigmoid", "tanh", "softsign", "elu", "gelu"):
        sigma, q = lab.activation(name), 1.0
        for _ in range(400):
            q = next_q(sigma, q, 1.3, 0.2)
        assert fixed_point(sigma, 1.3, 0.2).q == pytest.approx(q, rel=1e-9)


FLOORED = ["tanh(z) + floor*z", "s(z) + floor*z", "max(z, 0) + floor*z", "z*floor + erf(3*z)"]


@settings(max_examples=60, deadline=None)
@given(
    text=st.sampled_from(FLOORED),
    floor=st.floats(1e-6, 2),
    q=st.floats(0, 1e4),
    weight_variance=st.floats(1e-3, 10),
)
def test_a_floor_under_the_slope_is_a_floor_under_chi(text, floor, q, weight_variance):
    sigma = lab.activation(text, floor=floor)
    left = chi(sigma, q, weight_variance)
    assert left >= weight_variance * floor**2 * (1 - 1e-10)


@pytest.mark.parametrize("size", [1e-10, 1e-100])
def test_a_fixed_point_is_found_however_small_it_is(size):
    """σ is s·tanh(2z/s), so q*/s² is that of tanh(2z)."""
    due = fixed_point(lab.activation("tanh(2*z)"), 1.0, 0.0)
    found = fixed_point(lab.activation("size*tanh(2*z/size)", size=size), 1.0, 0.0)
    assert found.q == pytest.approx(due.q * size**2, rel=1e-9)
    assert found.chi == pytest.approx(due.chi, rel=1e-9)
