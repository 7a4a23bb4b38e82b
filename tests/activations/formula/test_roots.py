"""Differences of roots keep their digits where the roots are nearly alike."""

import ast

import mpmath as mp
import numpy as np
import pytest

from lab.activations.formula.formula import Formula
from lab.activations.formula.parser import parse
from lab.activations.formula.roots import without_cancelling
from tests.exact import dual

Z = np.array([-1e4, -300.0, -12.0, -1.5, -1e-3, 1e-6, 0.7, 25.0, 1e3, 1e4])


@pytest.mark.parametrize(
    "text",
    [
        *("sqrt(1 + z**2) - abs(z)", "sqrt(z**2 + 1) - sqrt(z**2 + 2)", "sqrt(1 + exp(z)) - 1"),
        *("sqrt(abs(z) + 0.25) - 0.5", "z/2 + sqrt(z**2/4 + 1)", "z/2 - sqrt(z**2/4 + 1)"),
        "0.5*(sqrt((z + 1)**2 + 1) - sqrt((1 - z)**2 + 1))",
        *("sqrt(1 + exp(2*z)) - exp(z)", "exp(-z) - sqrt(1 + exp(-2*z))"),
        *("0.1*z + sqrt(z**2 + 1) - abs(z)", "tanh(z)/4 + sqrt(1 + z**2) - sqrt(2 + z**2) - tanh(z)/4"),
        *("sqrt(z**2 + z + 1) - abs(z)", "sqrt(z**2 + 2*z + 2) - sqrt(z**2 - 2*z + 2)"),
        *("0.5*sqrt(4*z**2 + 3) - abs(z)", "(1 + z)/2 + sqrt((z + 1)**2/4 + 2)"),
    ],
)
def test_value_and_slope_keep_their_digits(text):
    sigma = Formula(text)
    z = Z[np.abs(Z) < 100] if "exp" in text else Z
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


@pytest.mark.parametrize(
    "text", ["sqrt(1 + z**2) + abs(z)", "sqrt(z**2 + z**4) - abs(z)", "sqrt(z) - sqrt(exp(z))", "z - 1"]
)
def test_what_does_not_cancel_or_may_be_0_over_0_is_left_alone(text):
    assert without_cancelling(parse(text, {})) is None
