from dataclasses import dataclass, replace

import numpy as np
import pytest

from lab.activations.catalogue import TABLE
from lab.network.initialisers import Constant, Large
from lab.network.optimisers import Adam, Descent
from lab.parts import Probe
from lab.training import reader
from lab.training.examples import examples
from lab.training.loop import train
from tests.training.trainings import training, unlike

Identity = TABLE["identity"]


def one_by_one(monkeypatch, given):
    """What a lone trial reads where no reading waits for another."""
    with monkeypatch.context() as patch:
        patch.setattr(reader, "HELD_BYTES", 0)
        return train(given, range(1))


@pytest.mark.parametrize("longest", [2, 3, 7, 64])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch", [3, 8], ids=["with short batches", "whole"])
def test_readings_measured_together_have_the_bits_of_one_by_one(monkeypatch, longest, dtype, batch):
    given = training((3, 5, 4, 2), dtype=dtype, batch=batch, steps=20)
    monkeypatch.setattr(reader, "MOST_HELD", longest)
    assert unlike(train(given, range(1)), one_by_one(monkeypatch, given)) == []


def test_a_trial_that_diverges_in_the_midst_of_what_is_held_is_marked_at_its_own_reading(monkeypatch):
    line = Identity()
    given = training((3, 5, 2), sigma=line, output=line, steps=40, eta=1e3, initialiser=Large())
    together = train(given, range(1))
    assert 0 < together.diverged[0] < 40
    assert unlike(together, one_by_one(monkeypatch, given)) == []


def test_a_reading_is_of_the_weights_before_the_step_and_none_follows_the_last():
    """Copies are held: what training does after a reading does not reach it."""
    together, again = (train(training((3, 5, 2), steps=steps), range(1)) for steps in (5, 3))
    update_ratio = together.columns.index("update_ratio")

    assert together.layers[:3].tobytes() == again.layers[:3].tobytes()
    assert np.isnan(together.layers[-1, ..., update_ratio]).all()
    assert (together.layers[:-1, ..., update_ratio] > 0).all()


@dataclass(frozen=True)
class Inside(Probe):
    """What a probe of one's own may look at."""

    columns = ("theta", "gradient", "update")

    def measure(self, snapshot, l):
        none = np.full(len(snapshot.p.z[l]), np.nan)
        step = none if snapshot.update is None else snapshot.update.vector[:, 0]
        return snapshot.theta.vector[:, 0], snapshot.gradient.vector[:, 0], step


@pytest.mark.parametrize("optimiser", [Descent(), Adam()], ids=str)
def test_a_probe_that_looks_at_the_parameters_sees_those_of_its_reading(optimiser):
    given = training((3, 5, 4, 2), steps=6, batch=3, optimiser=optimiser)
    recording = replace(given.recording, probes=(Inside(),), columns=Inside.columns)
    found = train(replace(given, recording=recording), range(1)).layers[:, 0, 0]

    theta, gradient, update = found.T
    assert np.isnan(update[-1])
    np.testing.assert_allclose(np.diff(theta), update[:-1], rtol=1e-9)
    if isinstance(optimiser, Descent):
        np.testing.assert_allclose(update[:-1], -0.5 * gradient[:-1], rtol=1e-15)


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("batch", [2, 7], ids=["few", "many"])
def test_norms_are_those_of_the_parameters_however_they_are_found(batch, decay):
    """Of a step that is a multiple of the gradient or not."""
    given = training((40, 30, 20, 2), count=7, batch=batch, decay=decay, steps=9)
    plain = replace(given, optimiser=Same())
    found, expected = (train(one, range(1)).layers for one in (plain, given))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@dataclass(frozen=True)
class Same(Descent):
    """Descent that does not say that its steps are multiples of the gradient."""

    def multiple(self, eta):
        return None


def test_an_infinite_weight_is_a_divergence_and_an_infinite_z_of_finite_weights_is_none():
    """In float32: the weights of 1e30 times inputs of 1e30 overflow; the sigmoid is exactly 1 there."""
    far = examples(np.full((4, 1), 1e30), np.ones((4, 1)), False, "float32")
    given = training((1, 3, 1), train=far, dtype="float32", initialiser=Constant(w=1e30, b=0.0), steps=3)
    assert train(given, range(1)).diverged.tolist() == [-1]

    line = training(
        (1, 1, 1), sigma=Identity(), output=Identity(), train=far, dtype="float32", eta=1e30, steps=3
    )
    assert train(line, range(1)).diverged.tolist() == [0]
