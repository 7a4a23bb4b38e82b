"""Readings that the kernel takes: each quantity is that of its probe, within rounding."""

from dataclasses import replace

import numpy as np
import pytest

from lab.activations.catalogue import examples as activations
from lab.experiment.schedule import schedule
from lab.network.compiled import refusal
from lab.network.costs import TABLE as COSTS
from lab.network.initialisers import Constant
from lab.network.kernel.library import functions
from lab.network.optimisers import TABLE as OPTIMISERS
from lab.training import compiled_reader
from lab.training.compiled_reader import MEASURED, OF_NORMS, CompiledReader
from lab.training.loop import train
from lab.training.probes import EqualNeurons
from tests.training.trainings import made_examples, training

if functions(np.dtype("f8")) is None:
    pytest.skip("the kernel was not built here", allow_module_level=True)

SIZES = (4, 6, 5, 3)
SIGMAS = activations()
UNLIKE = [probe for probe in MEASURED if probe is not EqualNeurons]
"""Those that do not ask whether neurons are equal, as the first weights of some tests make them."""


@pytest.fixture
def taken(monkeypatch):
    """Which readings the kernel took, and an end to that once it is set to None."""
    by_kernel: list[bool] = []
    real = CompiledReader.read

    def read(self, reading, last):
        by_kernel.append(real(self, reading, last) if allowed[0] else False)
        return by_kernel[-1]

    allowed = [True]
    monkeypatch.setattr(compiled_reader.CompiledReader, "read", read)
    return by_kernel, allowed


def given(probes=MEASURED, dtype="float64", **changes):
    """Forty steps over batches of 10 of 24 examples, read at each, by the compiled engine."""
    data = made_examples(4, 3, 24, dtype)
    base = {"train": data, "batch": 10, "steps": 40, "dtype": dtype, "engine": "compiled", "neurons": False}
    made = training(SIZES, **(base | changes))
    columns = tuple(column for probe in probes for column in probe.columns)
    recording = replace(made.recording, probes=tuple(probe() for probe in probes), columns=columns)
    return replace(made, recording=recording)


def both(taken, trainings, trials=range(3)):
    """The readings by the kernel where it can, and those by the numpy core alone."""
    by_kernel, allowed = taken
    found = train(trainings, trials)
    assert sum(by_kernel) >= 20
    allowed[0] = False
    return found, train(trainings, trials)


def agree(found, expected, rtol, atol=1e-14):
    for k, name in enumerate(found.columns):
        np.testing.assert_allclose(
            found.layers[..., k], expected.layers[..., k], rtol=rtol, atol=atol, err_msg=name
        )
    np.testing.assert_allclose(found.figures, expected.figures, rtol=rtol, atol=atol)
    np.testing.assert_array_equal(found.diverged, expected.diverged)


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("batch", [10, 24])
@pytest.mark.parametrize(
    ("optimiser", "decay"), [("descent", 0.0), ("descent", 0.1), ("adam", 0.0), ("momentum", 0.1)]
)
def test_every_quantity_is_that_of_its_probe(taken, optimiser, decay, batch, fixed):
    seen = made_examples(4, 3, 17, seed=3) if fixed else None
    changes = {"optimiser": OPTIMISERS[optimiser](), "eta": 0.05, "decay": decay, "batch": batch}
    agree(*both(taken, given(fixed_examples=seen, **changes)), rtol=1e-10)


@pytest.mark.parametrize("cost", ["quadratic", "cross-entropy", "softmax-cross-entropy"])
@pytest.mark.parametrize("sigma", ["tanh", "relu", "gelu", "identity", "leaky-relu", "hard-tanh", "sin"])
def test_of_any_activation_and_cost(taken, sigma, cost):
    output = SIGMAS["identity" if cost == "softmax-cross-entropy" else "sigmoid"]
    made = given(sigma=SIGMAS[sigma], output=output, cost=COSTS[cost](), eta=0.05)
    assert refusal(made.network, made.optimiser, np.dtype("f8")) is None
    agree(*both(taken, made), rtol=1e-10)


def test_a_float32_is_right_to_its_digits(taken):
    columns = [probe for probe in MEASURED if probe.__name__ != "LowInput"]
    agree(*both(taken, given(columns, dtype="float32")), rtol=2e-4, atol=1e-5)


def test_norms_alone(taken):
    agree(*both(taken, given(OF_NORMS)), rtol=1e-11)


def test_errors_whose_squares_are_no_floats(taken):
    small = {"sigma": SIGMAS["identity"], "initialiser": Constant(1e-120), "eta": 0.0}
    found, expected = both(taken, given(UNLIKE, cost=COSTS["quadratic"](), **small))
    speed = found.columns.index("learning_speed")
    assert 0 < found.layers[:, :, 0, speed].max() < 1e-200
    agree(found, expected, rtol=1e-12, atol=0)


def test_a_unit_that_is_dead_has_no_speed(taken):
    found, expected = both(taken, given(UNLIKE, sigma=SIGMAS["relu"], initialiser=Constant(0.0), eta=0.0))
    assert (found.layers[:, :, 0, found.columns.index("learning_speed")] == 0).all()
    agree(found, expected, rtol=1e-12)


def test_trials_that_diverge_are_left_and_others_go_on(taken):
    linear, steps = SIGMAS["identity"], 1000
    made = given(sigma=linear, output=linear, cost=COSTS["quadratic"](), eta=0.15, steps=steps)
    made = replace(made, recording=replace(made.recording, schedule=schedule(steps, 20)))
    found, expected = both(taken, made)
    assert (found.diverged >= 0).tolist() == [True, False, True]
    agree(found, expected, rtol=1e-9)


def test_neurons_that_may_be_equal_are_left_to_the_probe(taken):
    by_kernel, _ = taken
    found = train(given(initialiser=Constant(0.1)), range(2))
    assert not any(by_kernel)
    equal = found.layers[0, :, 0, found.columns.index("equal_neurons")]
    np.testing.assert_array_equal(equal, 1)


def test_a_probe_of_another_kind_is_left_to_the_core(taken):
    by_kernel, _ = taken
    train(training(SIZES, engine="compiled", steps=40), range(2))
    assert len(by_kernel) == 41
    assert not any(by_kernel)
