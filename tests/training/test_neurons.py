import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import ReLU
from lab.experiment.schedule import Schedule
from lab.training.loop import Stack, train
from lab.training.neurons import NEURON_COLUMNS, of_neurons
from lab.training.recorder import Recorder
from lab.training.seen import Seen
from tests.training.trainings import training

Identity = TABLE["identity"]

SIZES = (3, 5, 4, 2)


def seen(given, trials=2):
    stack = Stack(given, range(trials))
    p = stack.propagate()
    return Seen(given.network, stack.theta, stack.gradient, None, p, 0.05, 0.1)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("l", [1, 2, 3])
def test_each_neuron_by_its_examples(dtype, l):
    given = seen(training(SIZES, sigma=Tanh(), dtype=dtype))
    found = of_neurons(given, l)
    assert found.shape == (2, SIZES[l], len(NEURON_COLUMNS))
    sigma, m = given.network.sigma(l), given.p.examples
    for t in range(2):
        for j in range(SIZES[l]):
            z = given.p.z[l][t, j].astype(float)
            slopes = np.array([float(sigma.derivative(value)) for value in z])
            share = sum(slope < 0.05 * sigma.slope_range.high for slope in slopes) / m
            expected = [slopes.mean(), share, float(np.mean(given.p.a[l][t, j]))]
            np.testing.assert_allclose(found[t, j, :3], expected, rtol=1e-5 if dtype == "float32" else 1e-13)
            assert found[t, j, 3] == pytest.approx(given.gradient.b[l][t, j, 0], rel=1e-4, abs=1e-9)


def test_the_mean_error_is_the_gradient_of_the_bias_with_its_sign():
    given = seen(training(SIZES, sigma=Tanh(), count=50))
    found = of_neurons(given, 2)[..., NEURON_COLUMNS.index("delta_mean")]
    np.testing.assert_allclose(found, given.gradient.b[2][..., 0], rtol=1e-11)
    assert (found > 0).any()
    assert (found < 0).any()


def test_a_planted_neuron_is_saturated_on_its_share_of_examples():
    given = seen(training((3, 4, 2), sigma=ReLU(), count=8))
    slope = given.p.slope[1]
    slope[...] = 1
    slope[0, 2, :6] = 0
    assert of_neurons(given, 1)[0, :, 1].tolist() == [0, 0, 6 / 8, 0]


def test_saturation_is_missing_where_the_slope_has_no_bound():
    found = of_neurons(seen(training((3, 4, 2), sigma=Formula("z + z**3/3"))), 1)
    assert np.isnan(found[..., 1]).all()
    assert np.isfinite(found[..., [0, 2, 3]]).all()


def test_neurons_are_read_when_z_is_binned():
    given = training(SIZES, steps=40, every=1)
    readings = train(given, range(2))
    assert len(readings.histogram_steps) == 12
    assert readings.neurons.shape == (12, 2, 11, 4)
    assert readings.widths.tolist() == [5, 4, 2]
    np.testing.assert_array_equal(readings.neurons[0, :, :5], of_neurons(seen(given), 1))
    last = readings.histogram_steps[-1]
    assert last == 40
    stack = Stack(given, range(2))
    for step in range(40):
        stack.propagate()
        stack.advance(step + 1)
    p = stack.propagate()
    final = Seen(given.network, stack.theta, stack.gradient, None, p, 0.05, 0.1)
    np.testing.assert_array_equal(readings.neurons[-1, :, 9:], of_neurons(final, 3))


def test_a_lone_trial_whose_readings_wait_in_the_ring_is_read_alike():
    given = training(SIZES, steps=40, every=1)
    alone, stacked = train(given, range(1)), train(given, range(3))
    assert alone.neurons.tobytes() == stacked.neurons[:, :1].tobytes()


def test_a_diverged_trial_is_missing_from_then_on():
    lost = training((3, 4, 2), sigma=ReLU(), output=Identity(), eta=1e200, steps=5)
    readings = train(lost, range(2))
    assert np.isfinite(readings.neurons[0]).all()
    gone = readings.histogram_steps >= readings.diverged[0]
    assert gone.any()
    assert np.isnan(readings.neurons[gone, 0]).all()


def test_unasked_there_is_no_room():
    made = Recorder(Schedule(np.array([0]), np.array([0]), np.array([0])), [], (), 3, 2)
    assert made.neurons.size == 0
    readings = made.readings((np.zeros(3),) * 4, 0.0)
    assert (readings.widths, readings.neurons) == (None, None)
