"""Costs against 350-digit arithmetic, and where the obvious forms overflow."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.activations import catalogue
from lab.activations.catalogue import TABLE as SIGMAS
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.network.costs import (
    TABLE,
    Absolute,
    CrossEntropy,
    Huber,
    Quadratic,
    SoftmaxCrossEntropy,
    is_identity,
    is_sigmoid,
    of_best_constant,
)
from lab.testing import check_cost

Identity = SIGMAS["identity"]

mp = mpmath.mp.clone()
mp.dps = 350

SIGMAS = catalogue.examples()
CERTAIN = ("hard-sigmoid", "sparse-sigmoid", "step")
"""Outputs that can be 0 and 1, where the cross-entropy is infinite."""
COSTS = {name: part() for name, part in TABLE.items()}
FAR = [-700.0, -40.0, 40.0, 700.0]


def block(*columns):
    """Columns of one trial: (1, neuron, example)."""
    return np.array(columns, dtype=float).T[None]


def error(cost, z, y, sigma):
    a, slope = sigma.with_derivative(z)
    out = np.full_like(z, np.nan)
    cost.error(z, a, slope, y, sigma, out)
    return out


def value(cost, z, y, sigma):
    return cost.value(z, sigma(z), y, sigma)


def test_quadratic_value_and_gradient():
    a, y = block([1.0, 2.0], [0.5, -1.0]), block([0.0, 4.0], [0.5, 1.0])
    assert np.array_equal(Quadratic().value(a, a, y, Identity()), [[0.5 * (1 + 4), 0.5 * 4]])
    out = np.empty_like(a)
    Quadratic().gradient(a, y, out)
    assert np.array_equal(out, block([1.0, -2.0], [0.0, -2.0]))


def test_absolute_value_and_gradient():
    a, y = block([1.0, 2.0], [0.5, -1.0]), block([0.0, 4.0], [0.5, 1.0])
    assert np.array_equal(Absolute().value(a, a, y, Identity()), [[1 + 2, 0 + 2]])
    out = np.empty_like(a)
    Absolute().gradient(a, y, out)
    assert np.array_equal(out, block([1.0, -1.0], [0.0, -1.0]))


def test_huber_is_quadratic_up_to_its_scale_and_a_line_beyond_it():
    a, y = block([0.5, 3.0, -7.0, 2.0]), block([0.0, 0.0, 0.0, 0.0])
    cost, out = Huber(scale=2.0), np.empty_like(a)
    assert cost.value(a, a, y, Identity())[0, 0] == 0.125 + 2 * (3 - 1) + 2 * (7 - 1) + 2
    cost.gradient(a, y, out)
    assert np.array_equal(out, block([0.5, 2.0, -2.0, 2.0]))
    wide = Huber(scale=100.0)
    assert np.array_equal(wide.value(a, a, y, Identity()), Quadratic().value(a, a, y, Identity()))
    with pytest.raises(ValueError, match=r"scale must be > 0, got 0"):
        Huber(scale=0)


@pytest.mark.parametrize("name", COSTS)
@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=6))
def test_no_constant_answer_costs_less_than_the_best(name, rows):
    """Against 40 others, of each output alone: a cost is a sum over the outputs."""
    cost, y = COSTS[name], np.array(rows).T
    sigma = Identity() if name == "softmax-cross-entropy" else Sigmoid()
    if name == "softmax-cross-entropy":
        y = (y + 0.1) / (y + 0.1).sum(axis=0)
    least, best = of_best_constant(cost, y, sigma), cost.best_constant(y)
    a = np.random.default_rng(0).normal(size=(40, 3))
    if name == "cross-entropy":
        a = 1 / (1 + np.exp(-a))
    z = np.log(a / (1 - a)) if name == "cross-entropy" else a
    a, z = (np.broadcast_to(values[..., None], (40, *y.shape)) for values in (a, z))
    assert best.shape == (3, 1)
    assert (cost.value(z, a, y[None], sigma).mean(axis=-1) >= least - 1e-12).all()


@pytest.mark.parametrize("name", COSTS)
def test_the_least_cost_is_that_of_each_target_as_its_own_answer(name):
    cost, y = COSTS[name], np.array([[0.2, 0.5, 1.0], [0.8, 0.5, 0.0]])
    answers = [cost.best_constant(column) for column in np.split(y, 3, axis=1)]
    a = np.concatenate(answers, axis=1)[None]
    sigma = Identity() if name == "softmax-cross-entropy" else Sigmoid()
    with np.errstate(divide="ignore"):
        z = np.log(a / (1 - a)) if name == "cross-entropy" else a
    assert cost.least(y) == pytest.approx(cost.value(z, a, y[None], sigma)[0], abs=1e-12)
    assert (cost.least(np.round(y[:, [0, 2]])) == 0).all()


@pytest.mark.parametrize("name", ["quadratic", "cross-entropy", "absolute", "huber"])
@pytest.mark.parametrize("y", [[[0.0]], [[1.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]])
def test_where_all_targets_are_alike_the_best_constant_costs_nothing(name, y):
    assert of_best_constant(COSTS[name], np.array(y), Sigmoid()) == 0.0


def test_the_median_and_the_centre_are_not_drawn_away_by_an_outlier():
    y = np.array([[0.0, 0.0, 0.1, 0.2, 1000.0]])
    assert Quadratic().best_constant(y)[0, 0] > 200
    assert Absolute().best_constant(y)[0, 0] == 0.1
    assert Huber(scale=0.1).best_constant(y)[0, 0] == pytest.approx(0.1, abs=1e-9)


@pytest.mark.parametrize("z", [*FAR, -3.0, -0.25, 0.0, 0.25, 3.0])
@pytest.mark.parametrize("y", [0.0, 0.3, 1.0])
def test_cross_entropy_on_a_sigmoid_is_exact_in_the_tails(z, y):
    exact = mp.log1p(mp.exp(z)) - mp.mpf(y) * z
    found = value(CrossEntropy(), block([z]), block([y]), Sigmoid())[0, 0]
    assert found == pytest.approx(float(exact), rel=1e-14 if y in (0, 1) else 1e-13, abs=0)
    found = error(CrossEntropy(), block([z]), block([y]), Sigmoid())[0, 0, 0]
    assert found == pytest.approx(float(1 / (1 + mp.exp(-z)) - mp.mpf(y)), rel=1e-14, abs=1e-17)


@pytest.mark.parametrize(
    ("sigma", "activation", "slope"),
    [
        (Sigmoid(), lambda z: 1 / (1 + np.exp(-z)), lambda z: 0.25 / np.cosh(z / 2) ** 2),
        (Formula("0.5 + 0.4*tanh(z)"), lambda z: 0.5 + 0.4 * np.tanh(z), lambda z: 0.4 / np.cosh(z) ** 2),
    ],
    ids=["sigmoid", "tanh"],
)
def test_cross_entropy_is_the_sum_over_the_outputs_whatever_sigma_is(sigma, activation, slope):
    z, y = block([0.5, -1.5, 2.0], [-3.0, 0.0, 1.0]), block([1.0, 0.0, 0.2], [0.0, 0.2, 1.0])
    a = activation(z)
    naive = -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a), axis=1)
    np.testing.assert_allclose(value(CrossEntropy(), z, y, sigma), naive, rtol=1e-13)
    expected = (a - y) / (a * (1 - a)) * slope(z)
    np.testing.assert_allclose(error(CrossEntropy(), z, y, sigma), expected, rtol=1e-12)


def test_cross_entropy_counts_no_logarithm_whose_factor_is_zero():
    a, y = block([0.0, 1.0, 0.25]), block([0.0, 1.0, 0.0])
    found = CrossEntropy().value(a, a, y, Identity())
    assert found[0, 0] == pytest.approx(-np.log(0.75), rel=1e-15)
    out = np.empty_like(a)
    CrossEntropy().gradient(a, y, out)
    np.testing.assert_allclose(out, block([0.0, 0.0, 1 / 0.75]), rtol=1e-15)


@pytest.mark.parametrize("sigma", [Identity(), Formula("z")], ids=str)
def test_softmax_against_many_digits(sigma):
    z, y = [0.5, -2.0, 3.25], [0.2, 0.5, 0.3]
    exact = [mp.exp(value) for value in z]
    p = [value / sum(exact) for value in exact]
    cost = -sum(mp.mpf(target) * mp.log(share) for target, share in zip(y, p, strict=True))
    found = value(SoftmaxCrossEntropy(), block(z), block(y), sigma)[0, 0]
    assert found == pytest.approx(float(cost), rel=1e-14)
    found = error(SoftmaxCrossEntropy(), block(z), block(y), sigma)[0, :, 0]
    expected = [float(share - target) for share, target in zip(p, y, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("shift", [1000.0, -1000.0, 1e6])
def test_softmax_does_not_overflow(shift):
    z, y = block([shift, shift + 1, shift - 1000]), block([0.0, 0.0, 1.0])
    found = value(SoftmaxCrossEntropy(), z, y, Identity())[0, 0]
    assert found == pytest.approx(float(1001 + mp.log1p(mp.exp(-1))), rel=1e-15)
    low, high = 1 / (1 + np.e), np.e / (1 + np.e)
    found = error(SoftmaxCrossEntropy(), z, y, Identity())
    np.testing.assert_allclose(found, block([low, high, -1.0]), rtol=1e-14)


def test_softmax_of_a_certain_right_answer_costs_nothing():
    z, y = block([1000.0, 0.0]), block([1.0, 0.0])
    assert value(SoftmaxCrossEntropy(), z, y, Identity())[0, 0] == 0
    assert not error(SoftmaxCrossEntropy(), z, y, Identity()).any()


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("cost", COSTS)
def test_every_cost_on_every_output_that_it_accepts_conforms(cost, outputs):
    for name, sigma in SIGMAS.items():
        infinite = cost == "cross-entropy" and name in CERTAIN
        if COSTS[cost].refuses(sigma) is None and not infinite:
            check_cost(COSTS[cost], sigma, outputs)


@pytest.mark.parametrize("cost", list(COSTS.values()), ids=list(COSTS))
def test_one_target_may_serve_all_trials(cost):
    sigma = Identity() if isinstance(cost, SoftmaxCrossEntropy) else Sigmoid()
    z = np.random.default_rng(0).normal(size=(3, 4, 5))
    y = np.eye(4)[:, [0, 1, 2, 3, 0]][None]
    each = np.broadcast_to(y, z.shape)
    assert np.array_equal(value(cost, z, y, sigma), value(cost, z, each, sigma))
    assert np.array_equal(error(cost, z, y, sigma), error(cost, z, each, sigma))
    assert value(cost, z, y, sigma).shape == (3, 5)


def test_outputs_that_a_cost_cannot_take_are_refused():
    assert CrossEntropy().refuses(Tanh()) == (
        "cross-entropy needs outputs in [0, 1], and this output σ ranges over [-1, 1]; "
        "expected output = 'sigmoid', or cost = 'quadratic'"
    )
    assert SoftmaxCrossEntropy().refuses(Sigmoid()) == (
        "softmax-cross-entropy holds the output's softmax itself; expected output = 'identity'"
    )


def test_only_cross_entropy_on_a_sigmoid_and_the_softmax_cancel_the_slope():
    cancelling = [(c, s) for c, cost in COSTS.items() for s, sigma in SIGMAS.items() if cost.cancels(sigma)]
    assert cancelling == [("cross-entropy", "sigmoid"), ("softmax-cross-entropy", "identity")]


@pytest.mark.parametrize(
    ("text", "is_it", "cost"),
    [
        ("1/(1 + exp(-z))", is_sigmoid, CrossEntropy()),
        ("s(z)", is_sigmoid, CrossEntropy()),
        ("exp(z)/(1 + exp(z))", is_sigmoid, CrossEntropy()),
        ("0.5*(1 + tanh(0.5*z))", is_sigmoid, CrossEntropy()),
        ("z", is_identity, SoftmaxCrossEntropy()),
        ("2*z/2", is_identity, SoftmaxCrossEntropy()),
    ],
)
def test_a_formula_is_taken_for_the_function_that_it_is(text, is_it, cost):
    assert is_it(Formula(text))
    assert cost.cancels(Formula(text))
    assert cost.refuses(Formula(text)) is None
    assert not any(is_it(Formula(other)) for other in ("s(2*z)", "tanh(z)", "2*z"))


def test_softmax_cross_entropy_refuses_targets_that_sum_to_other_than_1():
    """p − y is no slope of it there: δ would point elsewhere. Rounded shares are taken."""
    cost = SoftmaxCrossEntropy()
    assert cost.refuses_targets(np.array([[0.333, 0.333, 0.333], [0.0, 1.0, 0.0]])) is None
    assert cost.refuses_targets(np.array([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])) == (
        "softmax-cross-entropy needs targets that sum to 1, and some sum to 2; "
        "expected cost = 'cross-entropy' with output = 'sigmoid', or cost = 'quadratic'"
    )
