"""Expectations under a normal, against closed forms, published gains and an independent quadrature."""

from dataclasses import dataclass
from math import erf, exp, inf, isnan, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad

import lab
from lab.parts import Activation
from lab.theory import moments

GAINS = """
sigmoid 1.84623 .04484; tanh 1.59254 .46440; relu 1.41421 .50000; elu 1.24520 .66810; selu 1.00000 1.07157;
silu 1.67653 .37948; mish 1.48685 .47908; gelu 1.53353 .45585;
softsign 2.33753 .22767; softplus 1.04187 .29338; lecun-tanh 1.15437 .80399;
twisted-tanh 1.37956 .59554; plu 1.34731 .68586; reltanh 1.19365 .73360;
bent-identity .96550 1.08608; smooth-leaky 1.08708 .33764
"""


@pytest.mark.parametrize("line", GAINS.replace("\n", " ").split(";"), ids=lambda line: line.split()[0])
def test_gains_to_the_digits_known(line):
    name, gain, passed = line.split()
    sigma = lab.activation(name)
    assert moments.forward_gain(sigma) == pytest.approx(float(gain), abs=6e-6)
    assert moments.slope_square(sigma, 1.0) == pytest.approx(float(passed), abs=6e-6)
    assert moments.backward_gain(sigma) == pytest.approx(moments.slope_square(sigma, 1.0) ** -0.5)


@pytest.mark.parametrize("q", [1e-12, 1e-3, 0.3, 1.0, 7.0, 100.0, 1e6])
def test_closed_forms(q):
    def square(name):
        return moments.square(lab.activation(name), q)

    assert square("relu") == pytest.approx(q / 2, rel=1e-13)
    assert square("identity") == pytest.approx(q, rel=1e-13)
    assert square("sin") == pytest.approx(-np.expm1(-2 * q) / 2, rel=1e-10)
    assert square("erf") == pytest.approx(2 / pi * np.arcsin(2 * q / (1 + 2 * q)), rel=1e-10)
    assert square("step") == pytest.approx(0.5, rel=1e-13)
    assert square("bump") == pytest.approx(1 / sqrt(1 + 4 * q), rel=1e-10)
    within = erf(1 / sqrt(2 * q))
    plu = moments.slope_square(lab.activation("plu"), q)
    assert plu == pytest.approx(within + 0.01 * (1 - within), rel=1e-12)


@pytest.mark.parametrize("q", [0.5, 10.0, 100.0])
def test_a_sigma_that_grows_as_fast_as_it_can(q):
    assert moments.square(lab.activation("exponential"), q) == pytest.approx(exp(2 * q), rel=1e-10)


def test_what_overflows_is_not_finite_and_what_is_undefined_is_nan():
    assert not np.isfinite(moments.square(lab.activation("exponential"), 1e4))
    assert isnan(moments.square(lab.activation("log(z)"), 1.0))
    assert isnan(moments.square(lab.activation("tanh"), inf))


@pytest.mark.parametrize("name", ["sigmoid", "softsign", "hard-swish", "selu", "soft-shrink", "damped-snake"])
@pytest.mark.parametrize("q", [0.2, 3.0, 40.0])
def test_against_another_quadrature(name, q):
    sigma = lab.activation(name)
    ends = sorted({-12.0, 0.0, 12.0, *(kink / sqrt(q) for kink in sigma.kinks)})
    for f, found in ((sigma, moments.square(sigma, q)), (sigma.derivative, moments.slope_square(sigma, q))):
        expected = sum(
            quad(
                lambda g, f=f: float(f(sqrt(q) * g)) ** 2 * exp(-g * g / 2) / sqrt(2 * pi),
                *ends[at : at + 2],
                epsabs=0,
                epsrel=1e-12,
                limit=400,
            )[0]
            for at in range(len(ends) - 1)
        )
        assert found == pytest.approx(expected, rel=1e-10)


@dataclass(frozen=True)
class Bent(Activation):
    """A σ that tells nobody of its kink at 1/3 and of its jump at −0.7."""

    def __call__(self, z):
        return np.maximum(z - 1 / 3, 0) + (np.asarray(z) > -0.7)

    def derivative(self, z):
        return (np.asarray(z) > 1 / 3).astype(float)


def test_a_kink_that_nobody_declared_costs_no_accuracy():
    above = 0.5 * (1 - erf(1 / 3 / sqrt(2)))
    assert moments.slope_square(Bent(), 1.0) == pytest.approx(above, rel=1e-10)
    assert moments.mean(lambda z: (z > -0.7).astype(float), 1.0) == pytest.approx(
        0.5 * (1 + erf(0.7 / sqrt(2))), rel=1e-10
    )


def test_means():
    """E ReLU = √(q/2π), E tanh = 0."""
    q, relu = 2.5, lab.activation("relu")
    assert moments.mean(relu, q, relu.kinks) == pytest.approx(sqrt(q / (2 * pi)), rel=1e-13)
    assert abs(moments.mean(lab.activation("tanh"), q)) < 1e-15


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "selu", "step", "hard-shrink", "gelu"])
def test_growth_is_the_derivative_of_the_square(name):
    sigma, q, h = lab.activation(name), 1.7, 1e-4
    difference = (moments.square(sigma, q + h) - moments.square(sigma, q - h)) / (2 * h)
    assert moments.square_growth(sigma, q) == pytest.approx(difference, rel=1e-6, abs=1e-10)


@pytest.mark.parametrize(
    ("name", "at_zero"), [("tanh", 1.0), ("relu", 0.5), ("sigmoid", 1 / 16), ("step", 0.0)]
)
def test_at_zero_it_is_the_limit_from_both_sides(name, at_zero):
    assert moments.slope_square(lab.activation(name), 0.0) == pytest.approx(at_zero, rel=1e-12)


def test_without_any_slope_the_backward_gain_is_infinite():
    assert moments.backward_gain(lab.activation("step")) == inf
