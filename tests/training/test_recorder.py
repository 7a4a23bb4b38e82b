from dataclasses import dataclass

import numpy as np
import pytest

from lab.activations.hyperbolic import Tanh
from lab.experiment.schedule import Schedule, schedule
from lab.network.backprop import Network, backward, complete, forward, make_pass
from lab.network.costs import Quadratic
from lab.network.parameters import count, parameters, seen_as_layers
from lab.parts import Probe
from lab.training.probes import COLUMNS, LearningSpeed
from lab.training.recorder import EDGES, HALF_BINS, STEP_COLUMNS, Recorder, counts
from lab.training.seen import Seen
from tests.training.trainings import PROBES

SIZES, TRIALS = (2, 3, 1), 3
SOUND = np.ones(TRIALS, bool)


def seen(seed=0):
    rng = np.random.default_rng(seed)
    network = Network(SIZES, (Tanh(), Tanh()), Quadratic())
    theta = seen_as_layers(rng.normal(size=(TRIALS, count(SIZES))), SIZES)
    gradient = parameters(SIZES, TRIALS)
    x = np.ones((1, 3, 4))
    x[:, :2] = rng.normal(size=(1, 2, 4))
    p = make_pass(network, TRIALS, x, np.zeros((1, 1, 4)))
    forward(network, theta, p)
    backward(network, theta, p, gradient)
    complete(network, p)
    return Seen(network, theta, gradient, theta, p, 0.05, 0.1)


def figures(cost=(1.0, 2.0, 3.0)):
    return tuple(np.array(cost) + shift for shift in (0, 10, 20, 30))


@dataclass(frozen=True)
class Told(Probe):
    """Two numbers that tell layer and trial apart."""

    columns = ("first", "second")

    def measure(self, seen, l):
        trials = np.arange(float(TRIALS))
        return l + 10 * trials, -(l + 10 * trials)


class Forbidden(Probe):
    """What nobody asked for is not computed."""

    columns = ("expensive",)

    def measure(self, seen, l):
        raise AssertionError("measured though no column of it is kept")


def recorder(probes=(Told(),), columns=("first", "second"), every=2, steps=4):
    return Recorder(schedule(steps, every), probes, columns, TRIALS, 2)


def test_a_reading_is_due_at_the_steps_of_the_schedule():
    made = recorder(every=3, steps=7)
    assert [made.due(step) for step in range(8)] == [0, None, None, 1, None, None, 2, 3]


def test_values_stand_at_their_reading_trial_layer_and_column():
    made = recorder(columns=("second", "first"))
    made.read(1, seen(), figures(), SOUND)
    assert made.layers.shape == (3, TRIALS, 2, 2)
    for trial in range(TRIALS):
        for l in (1, 2):
            value = l + 10 * trial
            assert made.layers[1, trial, l - 1].tolist() == [-value, value]
    assert np.isnan(made.layers[[0, 2]]).all()


def test_only_the_wanted_columns_are_kept():
    made = recorder((Forbidden(), Told(), LearningSpeed()), ("second", "learning_speed"))
    given = seen()
    made.read(0, given, figures(), SOUND)
    assert made.columns == ("second", "learning_speed")
    assert made.layers[0, 1, 1, 0] == -12
    assert made.layers[0, 1, 1, 1] == pytest.approx(np.linalg.norm(given.gradient.b[2][1]), rel=1e-15)


def test_figures_stand_in_the_order_of_their_names():
    made = recorder()
    made.read(2, seen(), figures(), SOUND)
    assert STEP_COLUMNS == ("cost", "accuracy", "test_cost", "test_accuracy")
    assert made.figures[2].tolist() == [[1, 11, 21, 31], [2, 12, 22, 32], [3, 13, 23, 33]]


def test_histograms_are_taken_at_their_readings():
    made = Recorder(Schedule(np.array([0, 5, 9]), np.array([0, 2]), np.array([1])), [], (), TRIALS, 2)
    for reading in range(3):
        made.read(reading, seen(reading), figures(), SOUND)
    readings = made.readings(figures(), 1.5)
    assert readings.histogram_steps.tolist() == [0, 9]
    for h, seed in ((0, 0), (1, 2)):
        for l in (1, 2):
            assert np.array_equal(readings.histograms[h, :, l - 1], counts(seen(seed).p.z[l]))
    assert [made.tests(reading) for reading in range(3)] == [False, True, False]
    assert readings.seconds == 1.5
    assert readings.final.tolist() == [[1, 11, 21, 31], [2, 12, 22, 32], [3, 13, 23, 33]]


# Counts of z.


def test_edges_are_symmetric_and_grow():
    assert len(EDGES) == 2 * HALF_BINS + 1
    np.testing.assert_array_equal(EDGES, -EDGES[::-1])
    assert EDGES[HALF_BINS] == 0
    assert EDGES[-1] == pytest.approx(1000, rel=1e-12)
    assert np.all(np.diff(EDGES[HALF_BINS:], 2) > 0)


def test_counts_are_those_of_a_histogram():
    z = np.random.default_rng(0).normal(scale=5, size=(3, 4, 50))
    for trial, row in enumerate(counts(z)):
        assert np.array_equal(row, np.histogram(z[trial], EDGES)[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_lies_beyond_is_held_by_the_outer_bins(dtype):
    z = np.array([[[-np.inf, -1e30, -1001.0, -1e-30, 0.0, 999.0, 1001.0, 1e30, np.inf]]], dtype)
    row = counts(z)[0]
    assert row.sum() == 9
    assert (row[0], row[-1], row[HALF_BINS - 1], row[HALF_BINS]) == (3, 4, 1, 1)


# Divergence.


@pytest.mark.parametrize("value", [np.nan, np.inf, None])
def test_a_trial_that_is_not_finite_is_missing_from_then_on_and_the_others_are_not(value):
    made = Recorder(schedule(4, 2), PROBES, COLUMNS, TRIALS, 2)
    cost = [1.0, 2.0, 3.0]
    made.read(0, seen(), figures(), SOUND)
    cost[1] = cost[1] if value is None else value
    made.read(1, seen(), figures(cost), np.array([True, value is not None, True]))
    made.read(2, seen(), figures(), SOUND)
    readings = made.readings(figures(), 0.0)
    assert readings.diverged.tolist() == [-1, 2, -1]
    assert np.isfinite(readings.layers[0]).all()
    assert np.isnan(readings.layers[1:, 1]).all()
    assert np.isnan(readings.figures[1:, 1]).all()
    assert np.isnan(readings.final[1]).all()
    assert not readings.histograms[1:, 1].any()
    for field in (readings.layers[:, [0, 2]], readings.figures[:, [0, 2]], readings.final[[0, 2]]):
        assert np.isfinite(field).all()
    assert (readings.histograms[:, [0, 2]].sum(axis=-1) == [12, 4]).all()


def test_a_figure_that_is_missing_is_no_divergence():
    made = recorder()
    made.read(0, seen(), (np.ones(TRIALS), *(np.full(TRIALS, np.nan),) * 3), SOUND)
    assert made.diverged.tolist() == [-1] * TRIALS
