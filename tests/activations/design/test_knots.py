import tomllib
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.activations.design.knots import Knots
from lab.errors import PartError
from lab.experiment.specify import from_spec
from lab.numerics import REALS, Interval
from lab.testing import check_activation

TENT = Knots((-2, 0, 2), (0.1, 1, 0.1))
SHAPES = (
    TENT,
    Knots((-1, 2.5), (0.0, 1.0)),
    Knots((1, 2, 3), (0.0, -1.0, 0.0)),
    Knots((-3.3, -2.1, -1.7), (0.2, 0.5, -0.1)),
    Knots((-1, 0.3, 1.4, 2), (1.0, 0.0, 0.0, 1.0)),
)


def exact(sigma, z):
    """σ(z) and σ′(z) in rational numbers: the integral of the interpolated slope, a trapezoid at a time."""
    knots = [(Fraction(x), Fraction(y)) for x, y in zip(sigma.z, sigma.slopes, strict=True)]

    def slope(at):
        if at <= knots[0][0]:
            return knots[0][1]
        for (x0, y0), (x1, y1) in pairwise(knots):
            if at <= x1:
                return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
        return knots[-1][1]

    end = Fraction(float(z))
    low, high = min(Fraction(0), end), max(Fraction(0), end)
    edges = [low, *(x for x, _ in knots if low < x < high), high]
    area = sum(((b - a) * (slope(a) + slope(b)) / 2 for a, b in pairwise(edges)), Fraction(0))
    return (area if end >= 0 else -area), slope(end)


@pytest.mark.parametrize("sigma", SHAPES, ids=str)
def test_the_conformance_suite_holds(sigma):
    check_activation(sigma)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("sigma", [TENT, SHAPES[1], Knots((1, 2, 4), (3e-9, 1.0, 1e-12))], ids=str)
def test_slopes_of_one_sign_keep_the_relative_precision_of_both(sigma, dtype):
    z = np.concatenate([np.linspace(-5, 5, 1001), [-700, 700, 1e-300, -1e-20, 0], sigma.z]).astype(dtype)
    a, slope = sigma.with_derivative(z)
    assert a.dtype == slope.dtype == dtype
    relative = 8 * np.finfo(dtype).eps
    for point, value, prime in zip(z, a, slope, strict=True):
        true, true_slope = exact(sigma, point)
        assert abs(Fraction(float(prime)) - true_slope) <= relative * true_slope + Fraction(1e-45)
        assert abs(Fraction(float(value)) - true) <= relative * abs(true) + Fraction(1e-45)


@settings(max_examples=60)
@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=9, unique=True),
    st.lists(st.integers(-9, 9), min_size=9, max_size=9),
    st.lists(st.floats(-12, 12), min_size=1, max_size=9),
)
def test_any_knots_are_integrated_exactly(places, slopes, points):
    sigma = Knots(sorted(place / 7 for place in places), [slope / 3 for slope in slopes[: len(places)]])
    assert sigma(0.0) == 0
    for point in points:
        value, slope = exact(sigma, point)
        assert sigma(point) == pytest.approx(float(value), rel=1e-13, abs=1e-13)
        assert sigma.derivative(point) == pytest.approx(float(slope), rel=1e-13, abs=1e-13)


def test_at_the_knots_the_slopes_are_those_given():
    sigma = Knots((-1.1, -0.3, 0.7, 2.9), (0.3, 0.9, 0.2, 0.7))
    assert sigma.derivative(np.array(sigma.z)).tolist() == list(sigma.slopes)
    assert sigma.derivative(np.array([-1e308, -5, 5, 1e308])).tolist() == [0.3, 0.3, 0.7, 0.7]


def test_a_line_of_toml_makes_it(travels):
    line = 'activation = {name = "knots", z = [-2, 0, 2], slopes = [0.1, 1, 0.1]}'
    made = from_spec(tomllib.loads(line)["activation"])
    assert made == TENT == Knots()
    assert hash(made) == hash(TENT)
    assert made.z == (-2.0, 0.0, 2.0)
    travels(made)


@pytest.mark.parametrize(
    ("sigma", "slope", "values", "kinks"),
    [
        (TENT, Interval(0.1, 1), REALS, (-2, 0, 2)),
        (Knots((-1, 1), (0.5, 0.5)), Interval(0.5, 0.5), REALS, ()),
        (Knots((-1, 0, 1), (0, 1, 2)), Interval(0, 2), Interval(-0.5, np.inf), (-1, 1)),
        (Knots((-1, 0, 1), (0, 1, 0)), Interval(0, 1), Interval(-0.5, 0.5), (-1, 0, 1)),
        (Knots((-1, 1), (-1, 1)), Interval(-1, 1), Interval(0, np.inf), (-1, 1)),
        (Knots((1, 3), (1, -1)), Interval(-1, 1), Interval(-np.inf, 1.5), (1, 3)),
        (Knots((2, 3), (0, 0)), Interval(0, 0), Interval(0, 0), ()),
    ],
    ids=str,
)
def test_claims(sigma, slope, values, kinks):
    assert (sigma.slope_range, sigma.range, sigma.kinks) == (slope, values, kinks)


def test_a_thousand_knots_follow_a_curve():
    z = np.linspace(-6, 6, 1000)
    sigma = Knots(z, 1 / np.cosh(z) ** 2)
    np.testing.assert_allclose(sigma(z), np.tanh(z), atol=1e-5)


def test_knots_that_are_one_number_in_float32():
    sigma = Knots((-1, 0.5, 0.5 + 1e-12, 1), (0.1, 0.2, 0.9, 1.0))
    z = np.linspace(-2, 2, 401, dtype=np.float32)
    np.testing.assert_allclose(sigma(z), sigma(z.astype(np.float64)), rtol=1e-5, atol=1e-6)
    assert np.isfinite(sigma.derivative(z)).all()


@pytest.mark.parametrize(
    ("z", "slopes", "message"),
    [
        ((0,), (1,), "at least 2 knots are needed, got 1"),
        ((), (), "at least 2 knots are needed, got 0"),
        ((0, 1), (1,), "every knot needs a z and a slope, got 2 z, 1 slopes"),
        ((0, 2, 1), (1, 1, 1), "z must be strictly increasing, got 1 after 2"),
        ((0, 0), (1, 1), "z must be strictly increasing, got 0 after 0"),
        ((0, np.inf), (1, 1), "z must be finite, got inf"),
        ((np.nan, 1), (1, 1), "z must be finite, got nan"),
        ((0, 1), (1, np.nan), "slopes must be finite, got nan"),
    ],
    ids=str,
)
def test_wrong_knots_are_told(z, slopes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Knots(z, slopes)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"z": [0, 1], "slopes": [1]}, "'knots': every knot needs a z and a slope"),
        ({"z": [0, 1], "slope": [1, 1]}, "'knots' has no parameter 'slope'; did you mean 'slopes'"),
        ({"z": 3, "slopes": [1, 1]}, "'knots': z = 3: expected"),
        ({"z": ["0", "1"], "slopes": [1, 1]}, "'knots': z = \\['0', '1'\\]: expected a number"),
    ],
    ids=str,
)
def test_wrong_lines_of_toml_are_told(table, message):
    with pytest.raises(PartError, match=f"^{message}"):
        from_spec({"name": "knots", **table})
