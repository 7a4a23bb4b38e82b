"""Lost digits of σ′ are found where they are, and nowhere else."""

import mpmath as mp
import numpy as np
import pytest

import lab
from lab.activations.formula.formula import Formula
from lab.numerics import Interval
from lab.prover.digits import Loss, lost_digits


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "text",
    [
        *("tanh(z)", "z*s(z)", "z - tanh(z)", "log(cosh(z))", "(z + sqrt(z**2 + 4))/2", "z*tanh(exp(z))"),
        *("log(z + sqrt(z**2 + 1))", "z*exp(z)/(1 + exp(z))", "where(z > 0, z, 0.1*z/(1 + abs(z)))"),
        "sin(z)",
    ],
)
def test_what_is_written_in_a_precise_form_loses_none(text, dtype):
    assert lost_digits(Formula(text), dtype) == []


def test_a_difference_of_near_values_loses_them_where_they_are_near():
    sigma = Formula("1/log(3 + z**2) - 1/log(4 + z**2)")
    left, right = lost_digits(sigma)
    assert (left.z.low, left.z.high) == (-right.z.high, -right.z.low)
    assert right.z.high == pytest.approx(1e4)
    z = np.array([50.0, right.z.high])
    with mp.workdps(60):
        true = [
            sum(s * 2 * x / ((c + x**2) * mp.log(c + x**2) ** 2) for s, c in ((-1, 3), (1, 4)))
            for x in map(mp.mpf, z)
        ]
    near, far = abs(sigma.derivative(z) / np.array(true, dtype=float) - 1)
    assert near < 1e-12 < far <= 1.01 * right.error
    assert str(right).startswith(f"σ′ is off by up to {right.error:.1g} of itself for z from ")


def test_a_slope_that_becomes_0_is_lost_altogether():
    (loss,) = lost_digits(Formula("log(1 + exp(z)) - log(2 + exp(z))"))
    assert loss.error == 1
    assert 5 < loss.z.low < 15


def test_a_slope_that_is_no_number_is_called_so():
    assert str(Loss(Interval(88.7, 1e4), np.inf)) == "σ′ is not computed as a number for z from 88.7 to 1e+04"


def test_of_what_has_no_formula_and_of_other_dtypes_nothing_is_told(own):
    assert lost_digits(own) == []
    assert lost_digits(lab.activation("tanh"), np.float16) == []
