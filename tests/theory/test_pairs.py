"""Expectations over two correlated normals, against closed forms and another quadrature."""

from math import acos, asin, exp, inf, isnan, nan, pi, sinh, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

import lab
from lab.theory import moments
from lab.theory.pairs import pair_mean

CORRELATIONS = [-1.0, -0.7, 0.0, 1e-9, 0.3, 0.95, 0.9999, 1 - 1e-9, 1.0]


def of_pairs(name, q, c):
    sigma = lab.activation(name)
    return pair_mean(sigma, q, c, sigma.kinks), pair_mean(sigma.derivative, q, c, sigma.kinks)


@pytest.mark.parametrize("c", CORRELATIONS)
@pytest.mark.parametrize("q", [1e-6, 0.4, 1.0])
def test_closed_forms(q, c):
    """ReLU: Cho & Saul (2009), eqs. (4) and (6); erf: Williams (1998), eq. (11)."""
    angle = acos(c)
    value, slope = of_pairs("relu", q, c)
    assert value == pytest.approx(q * (sqrt(1 - c * c) + (pi - angle) * c) / (2 * pi), abs=1e-9 * q)
    assert slope == pytest.approx((pi - angle) / (2 * pi), abs=1e-9)
    assert of_pairs("erf", q, c)[0] == pytest.approx(2 / pi * asin(2 * q * c / (1 + 2 * q)), abs=1e-9)
    assert of_pairs("sin", q, c)[0] == pytest.approx(exp(-q) * sinh(q * c), abs=1e-9)
    assert of_pairs("identity", q, c) == pytest.approx((q * c, 1), rel=1e-12)


@pytest.mark.parametrize(("name", "q", "c"), [("tanh", 4.0, 0.6), ("gelu", 1.0, -0.4), ("sigmoid", 9.0, 0.9)])
def test_against_another_quadrature(name, q, c):
    sigma = lab.activation(name)

    def integrand(h, g):
        z, other = sqrt(q) * g, sqrt(q) * (c * g + sqrt(1 - c * c) * h)
        return float(sigma(z)) * float(sigma(other)) * exp(-(g * g + h * h) / 2) / (2 * pi)

    expected = dblquad(integrand, -8, 8, -8, 8, epsabs=1e-9, epsrel=1e-9)[0]
    assert pair_mean(sigma, q, c) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("name", ["softsign", "hard-swish", "selu", "soft-shrink", "mish", "step", "plu"])
@pytest.mark.parametrize("q", [0.01, 1.0, 40.0])
def test_at_both_ends_it_is_a_moment_of_one_normal(name, q):
    """c = 0: the square of the mean; c → 1: the mean square."""
    sigma = lab.activation(name)
    scale = moments.square(sigma, q)
    assert pair_mean(sigma, q, 0.0, sigma.kinks) == pytest.approx(
        moments.mean(sigma, q, sigma.kinks) ** 2, abs=1e-7 * scale
    )
    assert pair_mean(sigma, q, 1.0, sigma.kinks) == scale
    assert pair_mean(sigma, q, 1 - 1e-14, sigma.kinks) == pytest.approx(scale, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["tanh", "relu", "gelu", "softplus", "step", "bump", "hard-sigmoid"]),
    q=st.floats(1e-3, 50),
    c=st.floats(0, 0.999),
    rise=st.floats(1e-3, 1),
)
def test_more_alike_means_more(name, q, c, rise):
    """On [0, 1] the expectation rises from 0 or more to E f²: a power series in c of no negative term."""
    sigma = lab.activation(name)
    whole = moments.square(sigma, q)
    low, high = (pair_mean(sigma, q, at, sigma.kinks) for at in (c, min(c + rise, 1.0)))
    assert -1e-9 * whole <= low <= high + 1e-9 * whole
    assert high <= whole * (1 + 1e-9)


def test_what_is_undefined_is_nan():
    tanh = lab.activation("tanh")
    assert isnan(pair_mean(tanh, nan, 0.5))
    assert isnan(pair_mean(tanh, inf, 0.5))
    assert isnan(pair_mean(tanh, 1.0, nan))
    assert isnan(pair_mean(tanh, 1.0, 1.0 + 1e-9))
    assert isnan(pair_mean(lab.activation("log(z)"), 1.0, 0.5))


def test_at_q_0_slopes_are_those_at_0():
    assert of_pairs("tanh", 0.0, 0.3) == pytest.approx((0, 1), abs=1e-12)
    assert of_pairs("relu", 0.0, 0.0)[1] == pytest.approx(0.25)
    assert np.isfinite(of_pairs("relu", 0.0, -1.0)).all()
