"""Trainings by the compiled engine: what is read is as ever, and θ does not know of it."""

from dataclasses import replace

import numpy as np
import pytest

from lab.experiment.schedule import schedule
from lab.network.kernel.library import functions
from lab.network.optimisers import Adam, Descent, Momentum
from lab.training.loop import begun, train
from tests.training.trainings import made_examples, training

if functions(np.dtype("f8")) is None:
    pytest.skip("the kernel was not built here", allow_module_level=True)

SIZES = (4, 6, 5, 3)


def given(**changes):
    """Nine steps over batches of 10 of 24 examples, the last of an epoch ragged; by the compiled engine."""
    data = made_examples(4, 3, 24)
    base = {"train": data, "batch": 10, "steps": 9, "decay": 0.1, "engine": "compiled"}
    return training(SIZES, **(base | changes))


@pytest.mark.parametrize("batch", [10, 24])
@pytest.mark.parametrize("optimiser", [Descent(), Momentum(), Adam()])
def test_readings_are_those_of_the_readable_core(optimiser, batch):
    compiled = train(given(optimiser=optimiser, batch=batch), range(2))
    numpy = train(given(optimiser=optimiser, batch=batch, engine="numpy"), range(2))
    for name in ("layers", "figures", "final", "histograms", "neurons"):
        np.testing.assert_allclose(getattr(compiled, name), getattr(numpy, name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_weights_do_not_know_what_is_read(dtype):
    data = made_examples(4, 3, 24, dtype)
    by = []
    for stops in ([9], [1, 2, 3, 9], range(1, 10)):
        stack, steps = begun(given(train=data, dtype=dtype), range(2))
        for step in stops:
            steps.run_to(step)
            steps.propagate()
            steps.plan()
        by.append(stack.theta.vector.copy())
    np.testing.assert_array_equal(by[0], by[1])
    np.testing.assert_array_equal(by[0], by[2])


def test_a_trial_is_the_same_alone():
    few = replace(given().recording, schedule=schedule(9, 4))
    together = train(replace(given(), recording=few), range(3))
    alone = train(replace(given(), recording=few), range(1, 2))
    np.testing.assert_allclose(together.layers[:, 1], alone.layers[:, 0], rtol=1e-13)


def test_a_diverged_trial_ends_its_training():
    found = train(given(eta=1e300, steps=50), range(2))
    assert (found.diverged > 0).all()
    assert np.isnan(found.final).all()
