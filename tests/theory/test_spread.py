"""Expectations of many q and c at once, against those of one after the other and against an integral."""

from math import inf

import numpy as np
import pytest

import lab
from lab.theory.moments import mean_square, pair_mean
from lab.theory.spread import products, squares

NAMES = ("relu", "tanh", "sigmoid", "gelu", "softsign", "hard-tanh", "step")


def parts(name):
    """σ and σ′, and their kinks."""
    sigma = lab.activation(name)
    return (sigma, sigma.derivative), sigma.kinks


def some(low, high, least=-1.0, many=400):
    """Pairs of mean squares and a correlation between these bounds, evenly: (3, K)."""
    return np.random.default_rng(3).uniform([[low], [low], [least]], [[high], [high], [1]], (3, many))


def integral(f, q, other, c):
    """E f(z) f(z′) by the rectangle rule, which a kink costs some accuracy."""
    g = np.linspace(-7, 7, 701) + 3e-3
    weight = np.exp(-g * g / 2)
    z, again = np.sqrt(q) * g[:, None], np.sqrt(other) * (c * g[:, None] + np.sqrt(1 - c * c) * g)
    return (weight @ (f(z) * f(again)) @ weight) / weight.sum() ** 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("low", "high", "least"), [(0.5, 1, 0.9), (1e-3, 1, -1), (0.1, 4, -1)])
def test_pairs_of_any_norms_and_correlation(name, low, high, least):
    functions, kinks = parts(name)
    pairs = some(low, high, least)
    for f in functions:
        found = products(f, pairs, kinks)
        allowed = (1e-2 if high > 1 else 4e-3) * mean_square(f, high, kinks)  # of it the integral 3e-3
        for at in range(4):
            assert found[at] == pytest.approx(integral(f, *pairs[:, at]), abs=allowed)


@pytest.mark.parametrize("name", NAMES)
def test_of_one_norm_it_is_what_one_pair_after_the_other_has(name):
    functions, kinks = parts(name)
    for f in functions:
        few = np.array([[1.3] * 4, [1.3] * 4, [0.4, -0.2, 1.0, 0.4]])
        alone = [pair_mean(f, *at, kinks) for at in few[1:].T]
        assert products(f, few, kinks).tolist() == pytest.approx(alone, rel=1e-13)
        q = np.array([0.3, 2.0, 0.3])
        assert squares(f, q, kinks) == pytest.approx([mean_square(f, at, kinks) for at in q], rel=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_many_norms_are_interpolated(name):
    functions, kinks = parts(name)
    q = np.geomspace(1e-6, 4, 30)
    for f in functions:
        known = np.array([mean_square(f, at, kinks) for at in q])
        np.testing.assert_allclose(squares(f, q, kinks), known, atol=1e-2 * known.max())
        equal = np.stack([q, q, np.ones(30)])
        np.testing.assert_allclose(products(f, equal, kinks), squares(f, q, kinks), rtol=1e-12)


def test_of_a_relu_all_is_exact():
    """Cho & Saul (2009): √(q q′) (sin θ + (π − θ) cos θ)/(2π), and (π − θ)/(2π) for σ′, θ = arccos c."""
    relu, pairs = lab.activation("relu"), some(0.0, 3.0)
    turn = np.arccos(pairs[2])
    scale = np.sqrt(pairs[0] * pairs[1]) / (2 * np.pi)
    both = scale * (np.sin(turn) + (np.pi - turn) * np.cos(turn))
    np.testing.assert_allclose(products(relu, pairs, relu.kinks), both, rtol=1e-3, atol=1e-4)
    slopes = products(relu.derivative, pairs, relu.kinks)
    np.testing.assert_allclose(slopes, (np.pi - turn) / (2 * np.pi), atol=1e-3)


def test_small_norms_are_as_exact_as_large_ones():
    tanh = lab.activation("tanh")
    pairs = some(1e-9, 1e-7)
    pairs[:2, 0] = 1.0
    found = products(tanh, pairs)[1:]
    np.testing.assert_allclose(
        found, np.prod(np.sqrt(pairs[:2, 1:]), axis=0) * pairs[2, 1:], rtol=0.02, atol=2e-9
    )


def test_an_input_of_norm_zero_among_others_has_f_of_zero():
    relu = lab.activation("relu")
    pairs = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
    assert products(relu.derivative, pairs, relu.kinks).tolist() == pytest.approx([0, 0, 0.5])


@pytest.mark.parametrize("bad", [inf, np.nan])
def test_what_is_not_finite_is_told_of_all(bad):
    relu = lab.activation("relu")
    assert np.isnan(squares(relu, np.array([1.0, bad]))).all()
    assert np.isnan(products(relu, np.array([[1.0, bad], [1.0, 1.0], [0.5, 0.5]]))).all()


def test_a_slope_that_is_not_square_integrable():
    root = lab.activation("where(z>0, sqrt(z), 0*z)")
    assert (squares(root.derivative, np.array([1.0, 2.0]), root.kinks) == inf).all()


@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "softsign", "hard-tanh"])
def test_of_what_goes_to_0_with_z_small_norms_keep_their_digits_beside_large_ones(name):
    sigma = lab.activation(name)
    q = np.geomspace(1e-6, 4, 30)
    known = [mean_square(sigma, at, sigma.kinks) for at in q]
    np.testing.assert_allclose(squares(sigma, q, sigma.kinks), known, rtol=2e-3)
    pairs = np.stack([q, q[::-1], np.full(len(q), 0.5)])
    alone = [products(sigma, pair[:, None], sigma.kinks)[0] for pair in pairs.T]
    np.testing.assert_allclose(products(sigma, pairs, sigma.kinks), alone, rtol=2e-2)
