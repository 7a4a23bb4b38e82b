from dataclasses import dataclass

import numpy as np
import pytest

from lab.activations.hyperbolic import Tanh
from lab.errors import PartError
from lab.experiment.schedule import Schedule, schedule
from lab.network.backprop import Network
from lab.network.costs import Quadratic
from lab.parts import Probe
from lab.training.probes import LearningSpeed
from lab.training.recorder import EDGES, HALF_BINS, STEP_COLUMNS, Recorder, Recording, counts
from lab.training.snapshot import Snapshot
from tests.network.passes import ran
from tests.training.trainings import COLUMNS, PROBES

SIZES, TRIALS = (2, 3, 1), 3
SOUND = np.ones(TRIALS, bool)


def snapshot(seed=0):
    network = Network(SIZES, (Tanh(), Tanh()), Quadratic())
    theta, _, _, p, gradient = ran(network, TRIALS, 4, seed)
    return Snapshot(network, theta, gradient, theta, p, 0.05, 0.1)


def figures(cost=(1.0, 2.0, 3.0)):
    return tuple(np.array(cost) + shift for shift in (0, 10, 20, 30))


FIGURES = [[1, 11, 21, 31], [2, 12, 22, 32], [3, 13, 23, 33]]
"""The same as they are kept, trial by trial."""


@dataclass(frozen=True)
class Planted(Probe):
    """Two numbers that differ from layer to layer and trial to trial."""

    columns = ("first", "second")

    def measure(self, snapshot, l):
        trials = np.arange(float(TRIALS))
        return l + 10 * trials, -(l + 10 * trials)


class Forbidden(Probe):
    """What nobody asked for is not computed."""

    columns = ("expensive",)

    def measure(self, snapshot, l):
        raise AssertionError("measured though no column of it is kept")


def recorder(probes=(Planted(),), columns=("first", "second"), plan=None):
    plan = schedule(4, 2) if plan is None else plan
    return Recorder(Recording(plan, tuple(probes), columns, 0.05, 0.1), TRIALS, SIZES)


@pytest.mark.parametrize(("count", "binned"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 3)])
def test_the_first_readings_have_their_histograms(count, binned):
    plan = Schedule(np.arange(5), np.array([0, 2, 4]), np.array([0]))
    first = recorder(plan=plan).readings.first_readings(count)
    assert first.steps.tolist() == list(range(count))
    assert (len(first.layers), len(first.figures)) == (count, count)
    assert (len(first.histogram_steps), len(first.histograms)) == (binned, binned)


def test_which_of_some_readings_are_tested_and_binned():
    made = recorder(plan=Schedule(np.arange(9), np.array([0, 4, 8]), np.array([0, 3, 5, 8])))
    assert made.tested_in(slice(2, 6)) == [1, 3]
    assert made.tested_in(slice(6, 8)) == []
    assert [made.bins(reading) for reading in range(9)] == [reading in (0, 4, 8) for reading in range(9)]


def test_values_stand_at_their_reading_trial_layer_and_column():
    made = recorder(columns=("second", "first"))
    made.record(1, snapshot(), figures(), SOUND)
    expected = [[[-l - 10 * trial, l + 10 * trial] for l in (1, 2)] for trial in range(TRIALS)]
    assert made.readings.layers[1].tolist() == expected
    assert np.isnan(made.readings.layers[[0, 2]]).all()
    assert len(made.readings.layers) == 3
    assert STEP_COLUMNS == ("cost", "accuracy", "test_cost", "test_accuracy")
    assert made.readings.figures[1].tolist() == FIGURES


def test_only_the_wanted_columns_are_kept():
    made = recorder((Forbidden(), Planted(), LearningSpeed()), ("second", "learning_speed"))
    given = snapshot()
    made.record(0, given, figures(), SOUND)
    assert made.readings.columns == ("second", "learning_speed")
    second, speed = made.readings.layers[0, 1, 1]
    assert second == -12
    assert speed == pytest.approx(np.linalg.norm(given.gradient.b[2][1]), rel=1e-15)


@dataclass(frozen=True)
class Given(Probe):
    """Whatever it is given."""

    found: object
    columns = ("found",)

    def measure(self, snapshot, l):
        return self.found


@pytest.mark.parametrize(
    "found",
    [(np.ones((TRIALS, 2)),), np.ones(TRIALS), (1.0,), (), (np.ones(TRIALS), np.ones(TRIALS))],
    ids=lambda found: str(np.shape(found)),
)
def test_a_probe_that_gives_no_number_a_trial_for_each_column_is_named(found):
    """They had ended in "could not broadcast" and "tuple index out of range", or were taken as they came."""
    with pytest.raises(PartError, match=rf"(?s)Given\(.*: measure gives .* of found, .* shape \({TRIALS},\)"):
        recorder((Given(found),), ("found",)).record(0, snapshot(), figures(), SOUND)


def test_histograms_are_taken_at_their_readings():
    made = recorder((), (), Schedule(np.array([0, 5, 9]), np.array([0, 2]), np.array([1])))
    for reading in range(3):
        made.record(reading, snapshot(reading), figures(), SOUND)
    readings = made.finished(figures(), 1.5)
    assert readings.histogram_steps.tolist() == [0, 9]
    for h, seed in ((0, 0), (1, 2)):
        for l in (1, 2):
            assert np.array_equal(readings.histograms[h, :, l - 1], counts(snapshot(seed).p.z[l]))
    assert made.tested_in(slice(0, 3)) == [1]
    assert readings.seconds == 1.5
    assert readings.final.tolist() == FIGURES


# Counts of z.


def test_edges_are_symmetric_and_grow():
    assert len(EDGES) == 2 * HALF_BINS + 1
    np.testing.assert_array_equal(EDGES, -EDGES[::-1])
    assert EDGES[HALF_BINS] == 0
    assert EDGES[-1] == pytest.approx(1000, rel=1e-12)
    assert np.all(np.diff(EDGES[HALF_BINS:], 2) > 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_counts_are_those_of_a_histogram_whose_outer_bins_hold_what_lies_beyond(dtype):
    z = np.random.default_rng(0).normal(scale=5, size=(3, 4, 50))
    for trial, row in enumerate(counts(z)):
        assert np.array_equal(row, np.histogram(z[trial], EDGES)[0])
    z = np.array([[[-np.inf, -1e30, -1001.0, -1e-30, 0.0, 999.0, 1001.0, 1e30, np.inf]]], dtype)
    row = counts(z)[0]
    assert row.sum() == 9
    assert (row[0], row[-1], row[HALF_BINS - 1], row[HALF_BINS]) == (3, 4, 1, 1)


# Divergence.


@pytest.mark.parametrize("value", [np.nan, np.inf, None])
def test_a_trial_that_is_not_finite_is_missing_from_then_on_and_the_others_are_not(value):
    """A number of it, or its cost; a figure that is missing from the start is no divergence."""
    made = recorder(PROBES, COLUMNS)
    cost = [1.0, 2.0 if value is None else value, 3.0]
    missing = (np.full(TRIALS, np.nan),) * 3
    made.record(0, snapshot(), (np.ones(TRIALS), *missing), SOUND)
    made.record(1, snapshot(), figures(cost), np.array([True, value is not None, True]))
    made.record(2, snapshot(), figures(), SOUND)
    readings = made.finished(figures(), 0.0)
    assert readings.diverged.tolist() == [-1, 2, -1]
    assert np.isfinite(readings.layers[0]).all()
    for field in (readings.layers[1:], readings.figures[1:], readings.final[None]):
        assert np.isnan(field[:, 1]).all()
        assert np.isfinite(field[:, [0, 2]]).all()
    assert not readings.histograms[1:, 1].any()
    assert (readings.histograms[:, [0, 2]].sum(axis=-1) == [12, 4]).all()
