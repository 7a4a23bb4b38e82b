"""Expectations under normals, against closed forms, published gains and an independent quadrature."""

from dataclasses import dataclass
from itertools import pairwise
from math import acos, asin, erf, exp, inf, nan, pi, sinh, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import lab
from lab.parts import Activation
from lab.theory import moments
from lab.theory.moments import pair_mean
from lab.theory.turns import turns

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


@pytest.mark.parametrize("q", [1e-12, 1e-3, 0.5, 1.0, 10.0, 100.0, 1e6])
def test_closed_forms(q):
    def square(name):
        return moments.square(lab.activation(name), q)

    assert square("relu") == pytest.approx(q / 2, rel=1e-13)
    assert square("identity") == pytest.approx(q, rel=1e-13)
    assert square("sin") == pytest.approx(-np.expm1(-2 * q) / 2, rel=1e-10)
    assert square("erf") == pytest.approx(2 / pi * np.arcsin(2 * q / (1 + 2 * q)), rel=1e-10)
    assert square("step") == pytest.approx(0.5, rel=1e-13)
    assert square("bump") == pytest.approx(1 / sqrt(1 + 4 * q), rel=1e-10)
    if q <= 100:  # it grows as fast as it can
        assert square("exponential") == pytest.approx(exp(2 * q), rel=1e-10)
    within = erf(1 / sqrt(2 * q))
    plu = moments.slope_square(lab.activation("plu"), q)
    assert plu == pytest.approx(within + 0.01 * (1 - within), rel=1e-12)


def gaussian(f, q, kinks=()):
    """E f(√q g) by scipy's adaptive quadrature."""
    ends = sorted({-12.0, 0.0, 12.0, *(kink / sqrt(q) for kink in kinks)})

    def integrand(g):
        return float(f(sqrt(q) * g)) * exp(-g * g / 2) / sqrt(2 * pi)

    return sum(quad(integrand, *piece, epsabs=0, epsrel=1e-12, limit=400)[0] for piece in pairwise(ends))


@pytest.mark.parametrize("name", ["sigmoid", "softsign", "hard-swish", "selu", "soft-shrink", "damped-snake"])
@pytest.mark.parametrize("q", [0.2, 3.0, 40.0])
def test_against_another_quadrature(name, q):
    sigma = lab.activation(name)
    for f, found in ((sigma, moments.square(sigma, q)), (sigma.derivative, moments.slope_square(sigma, q))):
        assert found == pytest.approx(gaussian(lambda z, f=f: f(z) ** 2, q, sigma.kinks), rel=1e-10)


@dataclass(frozen=True)
class Bent(Activation):
    """A σ that does not declare its kink at 1/3 and its jump at −0.7."""

    def __call__(self, z):
        return np.maximum(z - 1 / 3, 0) + (np.asarray(z) > -0.7)

    def derivative(self, z):
        return (np.asarray(z) > 1 / 3).astype(float)


def test_a_kink_that_is_not_declared_costs_no_accuracy():
    above = 0.5 * (1 - erf(1 / 3 / sqrt(2)))
    assert moments.slope_square(Bent(), 1.0) == pytest.approx(above, rel=1e-10)
    jumped = moments.mean_square(lambda z: (z > -0.7).astype(float), 1.0)
    assert jumped == pytest.approx(0.5 * (1 + erf(0.7 / sqrt(2))), rel=1e-10)


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


CORRELATIONS = [-1.0, -0.7, 0.0, 1e-9, 0.3, 0.95, 0.9999, 1 - 1e-9, 1.0]


def of_pairs(name, q, c):
    sigma = lab.activation(name)
    return pair_mean(sigma, q, c, sigma.kinks), pair_mean(sigma.derivative, q, c, sigma.kinks)


@pytest.mark.parametrize("c", CORRELATIONS)
@pytest.mark.parametrize("q", [1e-6, 0.4, 1.0])
def test_closed_forms_of_pairs(q, c):
    """ReLU: Cho & Saul (2009), eqs. (4) and (6); erf: Williams (1998), eq. (11)."""
    angle = acos(c)
    value, slope = of_pairs("relu", q, c)
    assert value == pytest.approx(q * (sqrt(1 - c * c) + (pi - angle) * c) / (2 * pi), abs=1e-9 * q)
    assert slope == pytest.approx((pi - angle) / (2 * pi), abs=1e-9)
    assert of_pairs("erf", q, c)[0] == pytest.approx(2 / pi * asin(2 * q * c / (1 + 2 * q)), abs=1e-9)
    assert of_pairs("sin", q, c)[0] == pytest.approx(exp(-q) * sinh(q * c), abs=1e-9)
    assert of_pairs("identity", q, c) == pytest.approx((q * c, 1), rel=1e-12)


@pytest.mark.parametrize(("name", "q", "c"), [("tanh", 4.0, 0.6), ("gelu", 1.0, -0.4), ("sigmoid", 9.0, 0.9)])
def test_pairs_against_another_quadrature(name, q, c):
    """The trapezoid rule, which loses nothing on what is smooth and vanishes at both ends."""
    sigma = lab.activation(name)
    g = np.arange(-8, 8, 0.02)
    h = g[:, None]
    both = sigma(sqrt(q) * g) * sigma(sqrt(q) * (c * g + sqrt(1 - c * c) * h))
    expected = np.sum(both * np.exp(-(g * g + h * h) / 2)) * 0.02**2 / (2 * pi)
    assert pair_mean(sigma, q, c) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("name", ["softsign", "hard-swish", "selu", "soft-shrink", "mish", "step", "plu"])
@pytest.mark.parametrize("q", [0.01, 1.0, 40.0])
def test_at_both_ends_it_is_a_moment_of_one_normal(name, q):
    """c = 0: the square of the mean; c → 1: the mean square."""
    sigma = lab.activation(name)
    scale = moments.square(sigma, q)
    mean = gaussian(sigma, q, sigma.kinks)
    assert pair_mean(sigma, q, 0.0, sigma.kinks) == pytest.approx(mean**2, abs=1e-7 * scale)
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


def test_what_overflows_is_not_finite_and_what_is_undefined_is_nan():
    assert not np.isfinite(moments.square(lab.activation("exponential"), 1e4))
    tanh, log = lab.activation("tanh"), lab.activation("log(z)")
    assert np.isnan([moments.square(log, 1.0), moments.square(tanh, inf), pair_mean(log, 1.0, 0.5)]).all()
    for q, c in ((nan, 0.5), (inf, 0.5), (1.0, nan), (1.0, 1.0 + 1e-9)):
        assert np.isnan(pair_mean(tanh, q, c))


@pytest.mark.parametrize(
    ("text", "due"), [("exp(z**2/4)", inf), ("z*exp(z**2/3)", inf), ("exp(z**2/5)", sqrt(5))]
)
def test_a_mean_square_is_infinite_where_sigma_grows_as_the_normal_falls(text, due):
    """E e^{2cg²} is 1/√(1 − 4c) below c = 1/4, and infinite from there on."""
    assert moments.square(lab.activation(text), 1.0) == pytest.approx(due, rel=1e-12)


def test_without_any_slope_the_backward_gain_is_infinite_and_at_q_0_slopes_are_those_at_0():
    assert moments.backward_gain(lab.activation("step")) == inf
    assert of_pairs("tanh", 0.0, 0.3) == pytest.approx((0, 1), abs=1e-12)
    assert of_pairs("relu", 0.0, 0.0)[1] == pytest.approx(0.25)
    assert np.isfinite(of_pairs("relu", 0.0, -1.0)).all()


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("tanh(1e8*z)", 53192304.05352435),
        ("tanh(1e6*(z - 1))", 322627.6326921911),
        ("exp(-(1e6*(z - 1))**2)", 303265.3298563167),
        ("exp(-1e12*(z**2 - 2.46912*z + 1.5241383936))", 233504.96),
        ("z + 1/(1 + 1e16*(z - 1.2345)**2)", 1 + 1e8 * pi / 4 * exp(-(1.2345**2) / 2) / sqrt(2 * pi)),
    ],
)
def test_a_narrow_turn_is_seen_wherever_it_is(text, due):
    sigma = lab.activation(text)
    assert moments.slope_square(sigma, 1.0) == pytest.approx(due, rel=1e-6)


@pytest.mark.parametrize("c", [0.0, 0.5, -0.9])
@pytest.mark.parametrize("place", [0.0, 1.2345])
def test_a_pair_meets_where_a_narrow_turn_is(place, c):
    """σ′ is nearly 2δ(z − place), so of a pair it is 4 times the density of z = z′ = place."""
    sigma = lab.activation("tanh(1e6*(z - place))", place=place)
    due = 4 * exp(-(place**2) / (1 + c)) / (2 * pi * sqrt(1 - c * c))
    assert pair_mean(sigma.derivative, 1.0, c, turns(sigma)) == pytest.approx(due, rel=1e-5)


@pytest.mark.parametrize("q", [1e-30, 1e-140, 1e-300])
def test_a_small_q_keeps_its_digits(q):
    tanh, wave = lab.activation("tanh"), lab.activation("z*sin(z)")
    assert moments.square(tanh, q) == pytest.approx(q, rel=1e-9)
    assert pair_mean(tanh, q, 0.5) == pytest.approx(q / 2, rel=1e-6)
    assert moments.slope_square(wave, q) == pytest.approx(4 * q, rel=1e-9)
    assert moments.square(wave, q) == pytest.approx(3 * q * q, rel=1e-9, abs=1e-320)


def test_at_q_zero_it_is_the_limit():
    assert moments.square(lab.activation("tanh"), 0.0) == 0.0
    assert moments.slope_square(lab.activation("z*sin(z)"), 0.0) == 0.0
    assert moments.slope_square(lab.activation("relu"), 0.0) == pytest.approx(0.5)
    assert moments.square(lab.activation("step"), 0.0) == pytest.approx(0.5)
