"""Each initialiser against its stated law, and what two of them share."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pytest

import lab
from lab.errors import PartError
from lab.network.first_weights import initialised
from lab.network.initialisers import (
    Constant,
    Critical,
    GlorotNormal,
    GlorotStandard,
    GlorotUniform,
    He,
    HeUniform,
    Large,
    LeCun,
    Nielsen,
    Normal,
    Orthogonal,
    Torch,
    Uniform,
)
from lab.parts import Initialiser

FEW, MANY = 300, 500
LAWS = {
    Nielsen: 1 / FEW,
    Large: 1.0,
    GlorotUniform: 2 / (FEW + MANY),
    GlorotNormal: 2 / (FEW + MANY),
    GlorotStandard: 1 / (3 * FEW),
    He: 2 / FEW,
    HeUniform: 2 / FEW,
    LeCun: 1 / FEW,
    Torch: 1 / (3 * FEW),
}
BOUNDS = {
    GlorotUniform: sqrt(6 / (FEW + MANY)),
    GlorotStandard: 1 / sqrt(FEW),
    HeUniform: sqrt(6 / FEW),
    Torch: 1 / sqrt(FEW),
}


def rng():
    return np.random.default_rng(2024)


def by_purpose(purpose):
    """A stream of a trial: another generator for every purpose."""
    return np.random.default_rng(list(purpose.encode()))


@pytest.mark.parametrize(("kind", "variance"), list(LAWS.items()))
def test_weights_have_the_stated_mean_variance_and_law(kind, variance):
    """Within five standard errors of 150 000 draws: √(v/N) of the mean, v√(2/N) at most of the variance."""
    w = kind().weights(FEW, MANY, rng())
    assert w.shape == (MANY, FEW)
    assert abs(w.mean()) < 5 * sqrt(variance / w.size)
    assert abs(w.var() / variance - 1) < 5 * sqrt(2 / w.size)
    kurtosis = np.mean((w - w.mean()) ** 4) / w.var() ** 2
    assert kurtosis == pytest.approx(1.8 if kind in BOUNDS else 3.0, abs=0.07)
    if kind in BOUNDS:
        assert np.abs(w).max() <= BOUNDS[kind]
        assert np.abs(w).max() == pytest.approx(BOUNDS[kind], rel=1e-3)


@pytest.mark.parametrize("kind", [*LAWS, Orthogonal])
def test_the_book_draws_its_biases_and_the_others_have_none(kind):
    b = kind().biases(20_000, rng())
    assert b.shape == (20_000, 1)
    if kind in (Nielsen, Large):
        assert abs(b.mean()) < 5 / sqrt(b.size)
        assert abs(b.var() - 1) < 5 * sqrt(2 / b.size)
    else:
        assert not b.any()


@pytest.mark.parametrize("kind", [*LAWS, Orthogonal])
def test_gain_scales_the_weights_and_not_the_biases(kind):
    assert kind().gain == (sqrt(2) if kind in (He, HeUniform) else 1)
    once, thrice = kind(gain=1.0), kind(gain=3.0)
    np.testing.assert_allclose(thrice.weights(7, 5, rng()), 3 * once.weights(7, 5, rng()), rtol=1e-15)
    assert np.array_equal(thrice.biases(5, rng()), once.biases(5, rng()))


@pytest.mark.parametrize(("n_in", "n_out"), [(1, 1), (1, 5), (5, 1), (40, 30), (30, 40), (30, 30)])
def test_orthogonal(n_in, n_out):
    w = Orthogonal(gain=1.5).weights(n_in, n_out, rng())
    assert w.shape == (n_out, n_in)
    product = w @ w.T if n_out <= n_in else w.T @ w
    np.testing.assert_allclose(product, 1.5**2 * np.eye(min(n_in, n_out)), rtol=0, atol=1e-12)


def test_orthogonal_is_drawn_uniformly():
    """Both signs of every entry occur alike, and E w² = 1/n: without the sign of R's diagonal they do not."""
    draws = np.stack([Orthogonal().weights(3, 3, np.random.default_rng(seed)) for seed in range(2000)])
    np.testing.assert_allclose(draws.mean(axis=0), np.zeros((3, 3)), atol=5 / sqrt(3 * 2000))
    np.testing.assert_allclose((draws**2).mean(axis=0), np.full((3, 3), 1 / 3), atol=5 * 0.3 / sqrt(2000))


def test_what_is_constant_has_a_mean_and_no_variance_of_use():
    constant = Constant(w=0.6, b=0.9)
    assert np.array_equal(constant.weights(3, 2, rng()), np.full((2, 3), 0.6))
    assert np.array_equal(constant.biases(2, rng()), np.full((2, 1), 0.9))
    assert Constant(w=2.0).b == 0
    assert np.isnan(constant.variances(3, 2)).all()


def test_initialisers_turn_the_same_draws_into_their_weights():
    normals = rng().standard_normal((5, 7))
    expected = {Nielsen: 7, LeCun: 7, Large: 1, GlorotNormal: 6, He: 3.5}
    for kind, divisor in expected.items():
        np.testing.assert_allclose(kind().weights(7, 5, rng()), normals / sqrt(divisor), rtol=1e-15)
    uniform, standard = GlorotUniform().weights(7, 5, rng()), GlorotStandard().weights(7, 5, rng())
    np.testing.assert_allclose(uniform, standard * sqrt(6 / 12) * sqrt(7), rtol=1e-15)


@pytest.mark.parametrize("kind", [*LAWS, Orthogonal, Normal, Critical])
def test_variances_are_those_of_the_draws(kind):
    """Against what any initialiser that says nothing of itself is measured to have."""
    stated, drawn = kind().variances(FEW, MANY), Initialiser.variances(kind(), FEW, MANY)
    assert stated == pytest.approx(drawn, rel=0.2 if kind in (Nielsen, Large, Torch) else 0.02)
    thrice = kind(gain=3.0) if kind in (*LAWS, Orthogonal) else Normal(weight_variance=9.0)
    once = kind(gain=1.0) if kind in (*LAWS, Orthogonal) else Normal()
    assert thrice.variances(7, 5)[0] == pytest.approx(9 * once.variances(7, 5)[0])


def test_normal():
    w = Normal(weight_variance=4.0, bias_variance=0.25)
    np.testing.assert_allclose(w.weights(7, 5, rng()), He(gain=2).weights(7, 5, rng()), rtol=1e-15)
    assert w.biases(20_000, rng()).var() == pytest.approx(0.25, rel=0.05)


def test_normal_of_one_spread_and_uniform_are_alike_whatever_the_width():
    for n_in in (1, 400):
        w = Normal(sd=0.1).weights(n_in, 7, rng())
        np.testing.assert_allclose(w, 0.1 * rng().standard_normal((7, n_in)), rtol=1e-15)
        assert not Normal(sd=0.1).layer_biases(n_in, 7, rng()).any()
        w = Uniform(0.25, 1.0).weights(n_in, 7, rng())
        np.testing.assert_allclose(w, 0.625 + 0.375 * rng().uniform(-1, 1, (7, n_in)), rtol=1e-15)
    assert Normal(sd=0.0).variances(3, 4) == (0, 0)
    w = Uniform(0.0, 1.0).weights(FEW, MANY, rng())
    assert 0 <= w.min() < 1e-4 < 1 - 1e-4 < w.max() <= 1
    assert np.isnan(Uniform(0.0, 1.0).variances(3, 4)[0])


@pytest.mark.parametrize(
    "made", [Torch(), He(bias="torch"), Orthogonal(bias="torch"), Uniform(-1, 1, bias="torch")]
)
def test_torch_draws_biases_by_the_number_of_inputs(made):
    b = made.layer_biases(25, 4000, rng())
    np.testing.assert_allclose(b, rng().uniform(-1, 1, (4000, 1)) / 5, rtol=1e-15)
    assert made.variances(25, 4000)[1] == pytest.approx(1 / 75)
    theta = initialised(made, (25, 4000), [by_purpose], np.dtype(np.float64))
    assert np.array_equal(theta.b[1][0], made.layer_biases(25, 4000, by_purpose("b/1")))


@pytest.mark.parametrize("kind", [*LAWS, Orthogonal, Normal, Critical])
def test_any_initialiser_takes_another_bias_and_leaves_its_weights(kind):
    for bias, b in (
        (0.5, np.full((5, 1), 0.5)),
        (0.0, np.zeros((5, 1))),
        ("normal", rng().standard_normal((5, 1))),
    ):
        made = kind(bias=bias)
        assert np.array_equal(made.layer_biases(7, 5, rng()), b)
        assert np.array_equal(made.weights(7, 5, rng()), kind().weights(7, 5, rng()))
    for bias, mean, variance in ((0.5, 0.5, 0), (0.0, 0, 0), ("normal", 0, 1)):
        made = kind(bias=bias)
        assert (made.bias_mean, made.variances(7, 5)[1]) == (mean, variance)


def test_critical_hands_its_bias_on():
    assert Critical(bias=0.5).fed_by(lab.activation("relu")).bias == 0.5
    assert Critical(bias=0.5).fed_by(lab.activation("softplus")).bias == 0.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Normal(sd=0.1, weight_variance=2.0), "sd and weight_variance both"),
        (lambda: Normal(sd=-0.1), "sd must be >= 0, got -0.1"),
        (lambda: Normal(bias_variance=0.1, bias=0.0), "bias and bias_variance both"),
        (lambda: Critical(bias_variance=0.1, bias=0.0), "bias and bias_variance both"),
        (lambda: Uniform(1.0, 1.0), "low = 1.0 and high = 1.0, expected low < high"),
    ],
)
def test_what_contradicts_itself_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("name", "bias_variance", "weight_variance"),
    [
        ("tanh", 0.0, 1.0),
        ("tanh", 0.05, 1.760955),
        ("tanh", 0.25, 2.401489),
        ("tanh(2*z)", 0.0, 0.25),
        ("relu", 0.0, 2.0),
        ("relu", 0.1, 2.0),
        ("softplus", 0.0, 1 / 0.29337904),
    ],
)
def test_critical_is_normal_of_the_variance_that_sigma_needs(name, bias_variance, weight_variance):
    made = Critical(bias_variance).fed_by(lab.activation(name))
    assert isinstance(made, Normal)
    assert made.weight_variance == pytest.approx(weight_variance, rel=1e-6)
    assert made.bias_variance == bias_variance


def test_critical_refuses_what_passes_no_error():
    message = r"no critical weights for step\(\): E σ′² is 0, expected a number > 0"
    with pytest.raises(PartError, match=message):
        Critical().fed_by(lab.activation("step"))
    with pytest.raises(ValueError, match="bias_variance must be >= 0, got -1"):
        Critical(-1)


@dataclass(frozen=True)
class Between(Initialiser):
    """One of one's own that tells no variances."""

    low: float
    high: float

    def weights(self, n_in, n_out, rng):
        return rng.uniform(self.low, self.high, (n_out, n_in))


def test_variances_of_ones_own_are_measured_where_the_mean_is_0():
    w, b = Between(-0.3, 0.3).variances(5, 1)
    assert w == pytest.approx(0.03, rel=0.1)
    assert b == 0
    assert np.isnan(Between(0.0, 0.2).variances(50, 30)).all()


@pytest.mark.parametrize("kind", [*LAWS, Orthogonal])
@pytest.mark.parametrize("gain", [0.0, -1.0])
def test_a_gain_that_makes_no_weights_is_told(kind, gain):
    with pytest.raises(ValueError, match=rf'gain must be > 0, got {gain}; \{{name = "constant", w = 0.0\}}'):
        kind(gain=gain)
