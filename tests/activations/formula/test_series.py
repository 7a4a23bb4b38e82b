"""Sums that cancel next to a point or far out keep their digits there, beside mpmath at 60 digits."""

import ast

import mpmath as mp
import numpy as np
import pytest

from lab.activations.formula.formula import Formula
from lab.activations.formula.series import expansions
from tests.exact import dual, judged

TEXTS = [
    *("tanh(z)/z", "z/(exp(z) - 1)", "(exp(z) - 1)/z", "z/tanh(z)", "sinh(z)/z", "arctan(z)/z", "erf(z)/z"),
    *("1/tanh(z) - 1/z", "1/z - 1/sinh(z)", "log(sinh(z)/z)", "1 - z/sinh(z)", "(exp(z) - 1 - z)/z**2"),
    *("exp(z) - 1 - z - z**2/2", "cos(z) - 1 + z**2/2", "tanh(z) - z + z**3/3", "tanh(z) - arctan(z)"),
    *("z*cosh(z) - sinh(z)", "sin(z) - z*cos(z)", "z/sqrt(1 + z**2) - tanh(z)", "erf(z) - tanh(z)"),
    *("sigmoid(z) - 0.5 - z/4", "log(1 + z**2) - z**2", "(1 - exp(-z**2))/z**2", "(exp(z) - exp(-z))/(2*z)"),
    *("sinh(2*z - 1) - sin(2*z - 1)", "z - log(1 + abs(z))*sign(z)", "max(z, 0) - tanh(z)"),
    *("1 - 1/(1 + abs(z))", "tanh(z)/sqrt(z**2)", "tanh(100*z)/z - 100"),
]

SIZES = [1e-20, 1e-12, 1e-8, 3e-6, 1e-4, 2e-3, 0.01, 0.03, 0.06, 0.12, 0.2, 0.24, 0.26, 0.45, 0.55, 0.9, 1.1]
Z = [side * size for size in SIZES for side in (-1, 1)]
ALLOWED = {np.float64: 5e-14, np.float32: 2e-5}


@pytest.mark.parametrize("text", TEXTS)
def test_value_and_slope_keep_their_digits_next_to_0(text):
    """σ′ of z/(e^z − 1) was 0 at 1e-20, where it is −½, and 1e-4 off at 1e-12."""
    sigma = Formula(text)
    tree = ast.parse(sigma.text, mode="eval")
    for dtype, allowed in ALLOWED.items():
        z = np.array(Z, dtype)
        for at, *found in zip(z, *sigma.with_derivative(z), strict=True):
            known = judged(tree, float(at))
            for value, true in zip(found, known, strict=True):
                held = abs(mp.mpf(float(value)) - true) <= allowed * abs(true) + float(np.finfo(dtype).tiny)
                assert held, (dtype.__name__, float(at), float(value), float(true))


@pytest.mark.parametrize("text", ["tanh(z)/z", "1/tanh(z) - 1/z", "log(sinh(z)/z)"])
def test_what_has_no_value_at_0_gets_none(text):
    sigma = Formula(text)
    assert np.isnan(sigma(0.0)), np.isnan(sigma.derivative(0.0))


@pytest.mark.parametrize(
    "text",
    [
        *("z*sigmoid(z)", "z/(1 + abs(z))", "tanh(z) + 0.1*z", "z*tanh(softplus(z))", "z - 1"),
        *("sqrt(1 + z**2) + abs(z)", "sqrt(z) - sqrt(exp(z))"),
    ],
)
def test_what_does_not_cancel_is_computed_as_it_is(text):
    assert not expansions(Formula(text).expression) | expansions(Formula(text).slope_expression)


@pytest.mark.parametrize(
    "step", ["max(min(z - 1.5, 1), -1) + 1", "sigmoid(1000*(z - 0.5))", "exp(300*z - 200)"]
)
def test_a_series_ends_where_another_piece_or_a_steep_step_may_begin(step):
    sigma, z = Formula(f"tanh(z) - z + {step}"), np.linspace(-1, 1, 41)
    expected = np.tanh(z) - z + Formula(step)(z)
    np.testing.assert_allclose(sigma(z), expected, rtol=1e-9, atol=1e-15)


LARGE = np.array([-1e4, -300.0, -12.0, -1.5, -1e-3, 1e-6, 0.7, 25.0, 1e3, 1e4])


@pytest.mark.parametrize(
    "text",
    [
        *("sqrt(1 + z**2) - abs(z)", "sqrt(z**2 + 1) - sqrt(z**2 + 2)", "sqrt(1 + exp(z)) - 1"),
        *("sqrt(abs(z) + 0.25) - 0.5", "z/2 + sqrt(z**2/4 + 1)", "z/2 - sqrt(z**2/4 + 1)"),
        "0.5*(sqrt((z + 1)**2 + 1) - sqrt((1 - z)**2 + 1))",
        *("sqrt(1 + exp(2*z)) - exp(z)", "exp(-z) - sqrt(1 + exp(-2*z))"),
        *("0.1*z + sqrt(z**2 + 1) - abs(z)", "tanh(z)/4 + sqrt(1 + z**2) - sqrt(2 + z**2) - tanh(z)/4"),
        *("sqrt(z**2 + z + 1) - abs(z)", "sqrt(z**2 + 2*z + 2) - sqrt(z**2 - 2*z + 2)"),
        *("z - 2*z/(1 + abs(z)) - z*abs(z)/(1 + abs(z))", "z/(1 + z**2) - 1/(z + sqrt(2 + z**2)/z)"),
        *("arctan(z) + z/(1 + z**2) - pi/2", "exp(z)*(1 - exp(z)/sqrt(1 + exp(2*z)))", "1 - z/(1 + abs(z))"),
        *("0.5*sqrt(4*z**2 + 3) - abs(z)", "(1 + z)/2 + sqrt((z + 1)**2/4 + 2)"),
        *("sqrt(1 + abs(z)) - sqrt(abs(z))", "sqrt(1 + abs(z)) - sqrt(2 + abs(z))"),
        *("(1 + abs(z))**0.25 - abs(z)**0.25", "1/sqrt(1 + abs(z)) - 1/sqrt(2 + abs(z))"),
        *("sqrt(2 + z**2) - sqrt(1 + abs(z))*sqrt(abs(z))", "sqrt(1 + exp(z)) - sqrt(exp(z))"),
    ],
)
def test_value_and_slope_keep_their_digits_far_out(text):
    sigma = Formula(text)
    z = LARGE[np.abs(LARGE) < 100] if "exp" in text else LARGE
    with mp.workdps(120):
        exact = [dual(ast.parse(text, mode="eval"), mp.mpf(x), slopes=True) for x in z.tolist()]
    values, slopes = ([float(pair[k]) for pair in exact] for k in (0, 1))
    np.testing.assert_allclose(sigma(z), values, rtol=2e-13)
    np.testing.assert_allclose(sigma.derivative(z), slopes, rtol=2e-12)


def test_of_a_root_of_a_number_the_value_at_0_is_0():
    assert Formula("sqrt(z**2 + 0.001) - sqrt(0.001)")(np.array([0.0, 1e-9])) == pytest.approx(
        [0.0, 1e-18 / (2 * 0.001**0.5)], rel=1e-14, abs=0
    )


@pytest.mark.parametrize("a", ["1e-170", "1e170", "1e300"])
def test_squares_that_are_no_floats_are_left_alone(a):
    assert Formula(f"{a}*sqrt(z**2 + 1) - {a}*z")(1.0) == pytest.approx(float(a) * (2**0.5 - 1), rel=1e-12)
    assert Formula(f"{a}*z + sqrt(z**2 + 1) - abs(z)")(0.0) == 1
