"""Small trainings put together by hand, for the tests of the loop and of what reads it."""

from dataclasses import fields, replace

import numpy as np

from lab.activations.logistic import Sigmoid
from lab.experiment.schedule import schedule
from lab.network.backprop import Network
from lab.network.costs import Quadratic
from lab.network.initialisers import Nielsen
from lab.network.optimisers import Descent
from lab.training.examples import examples
from lab.training.neurons import NEURON_COLUMNS
from lab.training.probes import TABLE
from lab.training.recorder import Recording
from lab.training.stack import Training

PROBES = tuple(probe() for probe in TABLE.values())
COLUMNS = tuple(column for probe in PROBES if not probe.counterfactual for column in probe.columns)
"""The quantities of every training that the lab ships, in the order of the table ``layers``."""


def made_examples(features, outputs, count, dtype="float64", seed=0):
    """Labelled examples: normal inputs, and classes of no meaning as one-hot rows or one column."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, max(outputs, 2), count)
    y = np.eye(outputs)[classes] if outputs > 1 else classes[:, None].astype(float)
    return examples(rng.normal(size=(count, features)), y, True, dtype)


def training(sizes, *, sigma=None, output=None, cost=None, count=8, dtype="float64", train=None, **changes):
    """A training of 3 steps over the whole batch, read at every step, all of which ``changes`` may change.

    ``every``, ``columns``, ``fixed_examples`` and ``neurons`` change the recording.
    """
    given = made_examples(sizes[0], sizes[-1], count, dtype) if train is None else train
    sigmas = (sigma or Sigmoid(),) * (len(sizes) - 2) + (output or Sigmoid(),)
    steps, every = changes.pop("steps", 3), changes.pop("every", 1)
    recording = Recording(
        schedule=schedule(steps, every),
        probes=PROBES,
        columns=changes.pop("columns", COLUMNS),
        saturation_threshold=changes.pop("saturation_threshold", 0.05),
        low_input_threshold=changes.pop("low_input_threshold", 0.1),
        fixed_examples=changes.pop("fixed_examples", None),
        neurons=NEURON_COLUMNS if changes.pop("neurons", True) else (),
    )
    base = Training(
        network=Network(sizes, sigmas, cost or Quadratic()),
        initialiser=Nielsen(),
        optimiser=Descent(),
        eta=0.5,
        decay=0.0,
        batch=len(given),
        steps=steps,
        seed=0,
        train=given,
        test=made_examples(sizes[0], sizes[-1], 5, dtype, seed=1),
        recording=recording,
    )
    return replace(base, **changes)


def of_trial(readings, t):
    """The readings of the t-th trial of a stack, as a stack of one."""
    one = slice(t, t + 1)
    return replace(
        readings,
        layers=readings.layers[:, one],
        figures=readings.figures[:, one],
        histograms=readings.histograms[:, one],
        neurons=None if readings.neurons is None else readings.neurons[:, one],
        diverged=readings.diverged[one],
        final=readings.final[one],
    )


def unlike(first, second):
    """The fields, and the quantities, in which two readings differ in any bit; the time does not count."""
    differing = []
    for field in fields(first):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if field.name == "layers":
            for i, column in enumerate(first.columns):
                if one[..., i].tobytes() != other[..., i].tobytes():
                    differing.append(column)
        elif field.name != "seconds" and np.asarray(one).tobytes() != np.asarray(other).tobytes():
            differing.append(field.name)
    return differing
