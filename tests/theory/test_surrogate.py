"""What a counterfactual passes back, as theory sees it."""

from math import erf, sqrt

import numpy as np
import pytest

import lab
from lab.theory.moments import pair_mean, slope_square, square
from lab.theory.surrogate import Surrogate


def test_the_value_is_that_of_sigma_and_the_slope_is_lifted():
    tanh = lab.activation("tanh")
    lifted = Surrogate(tanh, 0.1)
    z = np.linspace(-5, 5, 41)
    np.testing.assert_array_equal(lifted(z), tanh(z))
    np.testing.assert_array_equal(lifted.derivative(z), np.maximum(tanh.derivative(z), 0.1))
    assert square(lifted, 2.0) == pytest.approx(square(tanh, 2.0), rel=1e-12)


def test_its_kinks_are_where_the_slope_crosses_the_floor():
    """sech² z = 0.1 at z = ±arcosh √10."""
    crossing = np.arccosh(sqrt(10))
    for name, floor, kinks in (
        ("tanh", 0.1, (-crossing, crossing)),
        ("relu", 0.25, (0.0,)),
        ("identity", 0.25, ()),
    ):
        assert Surrogate(lab.activation(name), floor).kinks == pytest.approx(kinks, abs=1e-9)


def test_moments_of_a_lifted_step():
    """E max(σ′, ε)² of hard-tanh: 1 within ±1 and ε² outside."""
    lifted = Surrogate(lab.activation("hard-tanh"), 0.25)
    within = erf(1 / sqrt(2))
    assert slope_square(lifted, 1.0) == pytest.approx(within + 0.25**2 * (1 - within), rel=1e-9)
    assert pair_mean(lifted.derivative, 1.0, 0.0, lifted.kinks) == pytest.approx(
        (within + 0.25 * (1 - within)) ** 2, rel=1e-9
    )
