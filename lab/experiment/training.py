"""The training loop: one stack of trials from its first weights to its last reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from time import monotonic

import numpy as np

from lab.activations.activation import Array
from lab.errors import PartError
from lab.experiment.examples import Evaluation, Examples, accuracy, fed
from lab.experiment.probes import Probe, Seen
from lab.experiment.recorder import Readings, Recorder
from lab.experiment.schedule import Schedule
from lab.experiment.streams import stream
from lab.network.backprop import Network, Pass, backward, complete, cost, forward, make_pass, with_ones
from lab.network.initialisers import Initialiser, initialised
from lab.network.optimisers import Optimiser
from lab.network.parameters import Parameters, parameters, seen_as_layers


@dataclass(frozen=True)
class Recording:
    """What is recorded: when, which quantities, with which thresholds.

    ``probe`` are the examples that every reading sees, or None to read the batch of the step.
    """

    schedule: Schedule
    probes: tuple[Probe, ...]
    columns: tuple[str, ...]
    saturation_threshold: float
    low_input_threshold: float
    probe: Examples | None = None


@dataclass(frozen=True)
class Training:
    """Everything that decides the numbers of a training, but the trials.

    ``decay`` is λ of the book: w ← (1 − ηλ/n) w − η ∂C/∂w with n training examples; b is not decayed.
    """

    network: Network
    initialiser: Initialiser
    optimiser: Optimiser
    eta: float
    decay: float
    batch: int
    steps: int
    seed: int
    train: Examples
    test: Examples
    recording: Recording


def train(training: Training, trials: range, progress: Callable[[int], None] | None = None) -> Readings:
    """Train these trials side by side; ``progress`` is told the trial-steps that were done.

    A trial whose numbers stop being finite goes on as NaN and touches no other. When all have, training
    stops. Raises PartError where a part makes weights that are no numbers.
    """
    began = monotonic()
    network, recording = training.network, training.recording
    streams = [stream(training.seed, trial) for trial in trials]
    theta = initialised(training.initialiser, network.sizes, streams, training.train.x.dtype)
    if not np.isfinite(theta.vector).all():
        raise PartError(f"the initialiser {training.initialiser} makes weights that are not finite")
    gradient, update = (parameters(network.sizes, len(trials), theta.vector.dtype) for _ in range(2))
    state = training.optimiser.initial(theta.vector)
    decay = _decay(training, theta)
    recorder = Recorder(recording.schedule, recording.probes, recording.columns, len(trials), network.depth)
    reader = _Reader(training, theta, recorder)
    told = 0
    with np.errstate(all="ignore"):
        for step, p in zip(count(), fed(network, training.train, training.batch, streams), strict=False):
            last = step == training.steps
            forward(network, theta, p)
            backward(network, theta, p, gradient)
            if not last:
                training.optimiser.step(state, gradient.vector, training.eta, step + 1, out=update.vector)
                if decay is not None:
                    np.add(update.vector, decay * theta.vector, out=update.vector)
            if (reading := recorder.due(step)) is not None:
                reader.read(reading, p, gradient, None if last else update)
                if progress is not None:
                    progress((step - told) * len(trials))
                    told = step
            if last or (recorder.diverged >= 0).all():
                break
            np.add(theta.vector, update.vector, out=theta.vector)
        final = (*Evaluation(network, training.train, len(trials)).figures(theta), *reader.tested())
    if progress is not None:
        progress((training.steps - told) * len(trials))
    return recorder.readings(final, monotonic() - began)


class _Reader:
    """Brings what a reading needs to the recorder: the pass that is looked at, and the figures."""

    def __init__(self, training: Training, theta: Parameters, recorder: Recorder) -> None:
        self.training, self.theta, self.recorder = training, theta, recorder
        network, trials, probe = training.network, len(theta.vector), training.recording.probe
        self.evaluation = Evaluation(network, training.test, trials)
        self.probed: tuple[Pass, Parameters] | None = None
        if probe is not None:
            p = make_pass(network, trials, with_ones(probe.x[:, :-1], probe.x.dtype), probe.y.T[None])
            self.probed = p, seen_as_layers(np.zeros_like(theta.vector), network.sizes)

    def read(self, reading: int, p: Pass, gradient: Parameters, update: Parameters | None) -> None:
        network, recording = self.training.network, self.training.recording
        if self.probed is not None:
            p, gradient = self.probed
            forward(network, self.theta, p)
            backward(network, self.theta, p, gradient)
        complete(network, p)
        share = accuracy(p.a[network.depth], p.y, self.training.train.labelled)
        tested = self.tested() if self.recorder.tests(reading) else (np.full_like(share, np.nan),) * 2
        seen = Seen(
            network,
            self.theta,
            gradient,
            update,
            p,
            recording.saturation_threshold,
            recording.low_input_threshold,
        )
        self.recorder.read(reading, seen, (cost(network, p), share, *tested))

    def tested(self) -> tuple[Array, Array]:
        """C and the accuracy over the test examples."""
        return self.evaluation.figures(self.theta)


def _decay(training: Training, theta: Parameters) -> Array | None:
    """−ηλ/n for every weight and 0 for every bias, (1, P); None without decay."""
    if training.decay == 0:
        return None
    vector = np.zeros((1, theta.vector.shape[1]), theta.vector.dtype)
    for w in seen_as_layers(vector, training.network.sizes).w.values():
        w[...] = -training.eta * training.decay / len(training.train)
    return vector
