import numpy as np
import pytest
from trainings import training

from lab.activations.linear import Identity
from lab.experiment import reader
from lab.experiment.training import train
from lab.network.initialisers import Large


def same(one, other):
    assert one.layers.tobytes() == other.layers.tobytes()
    assert one.figures.tobytes() == other.figures.tobytes()
    assert one.histograms.tobytes() == other.histograms.tobytes()
    assert one.diverged.tolist() == other.diverged.tolist()


@pytest.mark.parametrize("longest", [2, 3, 7, 64])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch", [3, 8], ids=["with short batches", "whole"])
def test_readings_measured_together_have_the_bits_of_one_by_one(monkeypatch, longest, dtype, batch):
    given = training((3, 5, 4, 2), dtype=dtype, batch=batch, steps=20)
    monkeypatch.setattr(reader, "RING_BYTES", 0)
    one_by_one = train(given, range(1))
    monkeypatch.setattr(reader, "RING_BYTES", 2**22)
    monkeypatch.setattr(reader, "LONGEST_RING", longest)

    same(train(given, range(1)), one_by_one)


def test_a_trial_that_diverges_in_the_midst_of_a_ring_is_marked_at_its_own_reading(monkeypatch):
    line = Identity()
    given = training((3, 5, 2), sigma=line, output=line, steps=40, eta=1e3, initialiser=Large())
    monkeypatch.setattr(reader, "RING_BYTES", 0)
    one_by_one = train(given, range(1))
    monkeypatch.setattr(reader, "RING_BYTES", 2**22)
    together = train(given, range(1))

    assert 0 < together.diverged[0] < 40

    assert together.diverged.tolist() == one_by_one.diverged.tolist()
    same(together, one_by_one)


def test_a_reading_is_of_the_weights_before_the_step(monkeypatch):
    """The ring holds copies: what training does after a reading does not reach it."""
    given = training((3, 5, 2), steps=5)
    together = train(given, range(1))
    again = train(training((3, 5, 2), steps=3), range(1))
    update_ratio = together.columns.index("update_ratio")

    assert together.layers[:3].tobytes() == again.layers[:3].tobytes()
    assert np.isnan(together.layers[-1, ..., update_ratio]).all()
    assert np.isfinite(together.layers[:-1, ..., update_ratio]).all()
