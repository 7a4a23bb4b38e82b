from math import fsum

import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.formula.formula import Formula
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.training.loop import train
from lab.training.neurons import NEURON_COLUMNS, of_neurons
from lab.training.snapshot import Snapshot
from lab.training.stack import Stack
from tests.training.test_probes import rooted, share
from tests.training.trainings import training

NEURONS = (3, 5, 4, 2)


def stacked(given, steps=0):
    """What a probe is given of two trials after some steps of training."""
    stack = Stack(given, range(2))
    for step in range(steps):
        stack.run_to(step + 1)
    p = stack.propagate()
    return Snapshot(given.network, stack.theta, stack.gradient, None, p, 0.05, 0.1)


def of_layer(given, l):
    """The columns of the neurons of a layer, (T, n_l) each, by their names."""
    start = sum(NEURONS[:l])
    block = of_neurons(given)[:, start : start + NEURONS[l]]
    return {name: block[..., k] for k, name in enumerate(NEURON_COLUMNS)}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("l", [0, 1, 2, 3])
def test_each_neuron_by_its_examples(dtype, l):
    """``speed_in`` and ``speed_out`` are norms of rows and columns of the ∂C/∂w that BP4 gives the core."""
    given = stacked(training(NEURONS, sigma=TABLE["silu"](), dtype=dtype, count=50))
    p, rel = given.p, 1e-5 if dtype == "float32" else 1e-12
    expected = {name: np.full((2, NEURONS[l]), np.nan) for name in NEURON_COLUMNS}
    for t, j in np.ndindex(2, NEURONS[l]):
        a = [float(value) for value in p.a[l][t if l else 0, j]]
        expected["a_mean"][t, j] = fsum(a) / 50
        expected["a_size"][t, j] = fsum(map(abs, a)) / 50
        if l:
            slopes = [float(given.network.sigma(l).derivative(float(z))) for z in p.z[l][t, j]]
            delta = [float(value) for value in p.delta[l][t, j]]  # of the mean cost: with 1/m each
            expected["slope_mean"][t, j] = fsum(slopes) / 50
            expected["slope_size"][t, j] = fsum(map(abs, slopes)) / 50
            most = given.network.sigma(l).slope_range.high
            expected["saturation"][t, j] = share([abs(slope) < 0.05 * most for slope in slopes])
            expected["delta_mean"][t, j] = given.gradient.b[l][t, j, 0]
            expected["delta_size"][t, j] = fsum(map(abs, delta))
            expected["speed_in"][t, j] = rooted(given.gradient.w[l][t, j])
        if l < 3:
            expected["speed_out"][t, j] = rooted(given.gradient.w[l + 1][t, :, j])
    for name, found in of_layer(given, l).items():
        np.testing.assert_allclose(found, expected[name], rel, 1e-8 if dtype == "float32" else 1e-16, name)


def test_the_weights_into_and_out_of_the_neurons_are_all_weights():
    given = stacked(training(NEURONS, sigma=Sigmoid()), 5)
    for l in (1, 2, 3):
        speed = given.norm("gradient", "w", l)
        for found in (of_layer(given, l)["speed_in"], of_layer(given, l - 1)["speed_out"]):
            np.testing.assert_allclose(np.sqrt((found**2).sum(axis=1)), speed, rtol=1e-12)


def test_a_low_neuron_and_a_saturated_one_stop_the_weights_beside_them():
    """a_k = 0 ⇒ ∂C/∂w_jk = 0 and σ′(z_j) = 0 ⇒ ∂C/∂w_jk = 0: BP4 and BP2, exactly."""
    given = stacked(training(NEURONS, sigma=Sigmoid()))
    given.p.a[1][:, 2] = 0
    given.p.delta[2][:, 1] = 0 * given.p.e[2][:, 1]
    out, into = of_layer(given, 1)["speed_out"], of_layer(given, 2)["speed_in"]
    assert ((out == 0) == (np.arange(5) == 2)).all()
    assert ((into == 0) == (np.arange(4) == 1)).all()


def test_a_gradient_whose_squares_underflow_has_a_size():
    given = stacked(training(NEURONS, sigma=Sigmoid(), dtype="float32"))
    usual = of_layer(given, 1)["speed_in"]
    given.p.delta[1][...] *= np.float32(2.0**-90)
    np.testing.assert_allclose(of_layer(given, 1)["speed_in"], usual * 2.0**-90, rtol=1e-5)


def test_the_saturation_of_a_neuron_is_its_share_of_the_examples_or_missing_where_the_slope_has_no_bound():
    given = stacked(training(NEURONS, sigma=ReLU(), count=8))
    given.p.slope[1][...] = 1
    given.p.slope[1][0, 2, :6] = 0
    assert of_layer(given, 1)["saturation"][0].tolist() == [0, 0, 6 / 8, 0, 0]
    found = of_layer(stacked(training(NEURONS, sigma=Formula("z + z**3/3"))), 1)
    assert np.isnan(found.pop("saturation")).all()
    assert np.isfinite(list(found.values())).all()


def test_neurons_are_read_when_z_is_binned_if_they_are_asked_for():
    given = training(NEURONS, steps=40, every=1)
    readings = train(given, range(2))
    assert len(readings.histogram_steps) == 12
    assert readings.neurons.shape == (12, 2, 14, len(NEURON_COLUMNS))
    assert readings.widths.tolist() == [3, 5, 4, 2]
    np.testing.assert_array_equal(readings.neurons[0], of_neurons(stacked(given)))
    assert readings.histogram_steps[-1] == 40
    np.testing.assert_array_equal(readings.neurons[-1], of_neurons(stacked(given, 40)))
    unasked = train(training(NEURONS, neurons=False), range(2))
    assert (unasked.widths, unasked.neurons) == (None, None)
