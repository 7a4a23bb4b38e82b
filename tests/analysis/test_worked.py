"""The worked example against the core, and the demon against derivatives that are known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.analysis.demon import scene
from lab.analysis.worked import Measured, measured, worked
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic
from lab.network.parameters import count


@st.composite
def scenes(draw):
    """A network with drawn weights, and an example."""
    sizes = tuple(draw(st.lists(st.integers(1, 5), min_size=2, max_size=5)))
    hidden = draw(st.sampled_from([Tanh(), Sigmoid(), ReLU()]))
    cost = draw(st.sampled_from([Quadratic(), CrossEntropy()]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    network = Network(sizes, (*(hidden,) * (len(sizes) - 2), Sigmoid()), cost)
    return scene(
        network, rng.normal(size=count(sizes)), rng.normal(size=sizes[0]), rng.uniform(0, 1, sizes[-1])
    )


@given(scenes())
def test_three_forms_and_the_demon_find_the_delta_of_the_core(example):
    for layer in worked(example):
        assert list(layer.forms) == ["componentwise", "hadamard", "matrix"]
        for form in layer.forms.values():
            np.testing.assert_allclose(form, layer.delta, rtol=1e-11, atol=1e-15)
        assert layer.of_b.agrees(layer.delta)
        assert layer.of_w.agrees(layer.gradient)
        assert layer.gradient.shape == layer.w.shape == layer.of_w.value.shape
        assert layer.of_b.doubt.max() < 1e-7


def alone(*sigmas, vector=(0.6, 0.9), x=1.0, y=0.0, cost=None):
    network = Network((1,) * (len(sigmas) + 1), sigmas, cost or Quadratic())
    return scene(network, np.array(vector), np.array([x]), np.array([y]))


@pytest.mark.parametrize("wrong", [1.001, 0.0, -1.0])
def test_a_wrong_delta_is_found_out(wrong):
    (layer,) = worked(alone(Sigmoid()))
    assert layer.of_b.agrees(layer.delta)
    assert not layer.of_b.agrees(wrong * layer.delta)
    assert not layer.of_w.agrees(replace(layer, delta=wrong * layer.delta).gradient)
    assert not layer.of_b.agrees(np.array([np.nan]))


def test_the_demon_of_a_line_and_of_a_weight_that_nothing_comes_into():
    """Over one ReLU C = (wx + b − y)²/2: the slope by b is a − y, and by w x times that."""
    at = alone(ReLU(), vector=(2.0, 0.5), x=3.0, y=1.0)
    assert measured(at, 1, np.array([0, 0]), np.array([1.0, 3.0])).value == pytest.approx([5.5, 16.5])
    nothing = measured(at, 1, np.array([0]), np.array([0.0]))
    assert nothing.value == [0]


@pytest.mark.parametrize("b", [0.01, 1e-3, -0.02])
def test_a_kink_nearby_is_left_behind(b):
    at = alone(ReLU(), vector=(0.0, b), y=1.0)
    assert measured(at, 1, np.array([0]), np.ones(1)).value == pytest.approx(
        b - 1 if b > 0 else 0.0, abs=1e-9
    )


def test_where_bp1_is_infinity_times_zero_the_lab_and_the_demon_agree_all_the_same():
    (layer,) = worked(alone(Sigmoid(), vector=(800.0, 0.0), cost=CrossEntropy()))
    assert np.isnan(layer.hadamard).all()
    assert np.isnan(layer.matrix).all()
    assert layer.delta == [1.0]
    assert layer.of_b.agrees(layer.delta)


def test_how_far_they_are_apart():
    found = Measured(np.array([1.0, 2.0]), np.array([0.1, 0.1]))
    assert found.difference(np.array([1.0, 2.5])) == 0.5
    assert found.agrees(np.array([1.0, 2.5]))
    assert not found.agrees(np.array([1.0, 3.5]))
