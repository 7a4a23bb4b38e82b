"""What a reading needs, brought to the recorder: the pass that is looked at, the parameters, the figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.activation import Array
from lab.experiment.examples import Evaluation, Examples, accuracy
from lab.experiment.probes import Probe, Seen
from lab.experiment.recorder import Recorder
from lab.experiment.schedule import Schedule
from lab.network.backprop import (
    Network,
    Pass,
    backward,
    complete,
    cost,
    forward,
    make_pass,
    seen_as_pass,
)
from lab.network.parameters import Parameters, seen_as_layers

RING_BYTES = 2**22
"""What is kept of readings until they are measured together stays within about this."""

LONGEST_RING = 64


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


class Reader:
    """Reads passes of a stack, small ones several at a time.

    A small pass of one trial costs more in calls than in arithmetic. So its readings are copied into a ring,
    each at one stroke, and measured together when the ring is full: for a probe they are so many trials.
    """

    def __init__(
        self, network: Network, recording: Recording, test: Examples, theta: Parameters, recorder: Recorder
    ) -> None:
        self.network, self.recording, self.theta, self.recorder = network, recording, theta, recorder
        self.trials = len(theta.vector)
        self.labelled = test.labelled
        self._evaluation = Evaluation(network, test, self.trials)
        self._probed: tuple[Pass, Parameters] | None = None
        if (probe := recording.probe) is not None:
            p = make_pass(network, self.trials, *probe.columns)
            self._probed = p, seen_as_layers(np.zeros_like(theta.vector), network.sizes)
        self._ring: _Ring | None = None

    def read(self, reading: int, p: Pass, gradient: Parameters, update: Parameters | None) -> None:
        """Record a pass, or in its place a pass over the probe's examples; ``update`` is None at the end."""
        if self._probed is not None:
            p, gradient = self._probed
            forward(self.network, self.theta, p)
            backward(self.network, self.theta, p, gradient)
        tested = self.tested() if self.recorder.tests(reading) else (np.full(self.trials, np.nan),) * 2
        if self._ring is None:
            self._ring = _Ring(self.network, p, self.theta)
        if update is None or not self._ring.holds(p):
            self.flush()
            self._measure(reading, p, self.theta, gradient, update, tested)
            return
        self._ring.put(reading, p, (self.theta, gradient, update), tested)
        if self._ring.full:
            self.flush()

    def flush(self) -> None:
        """Measure what the ring holds."""
        if self._ring is not None and self._ring.count:
            self._measure(*self._ring.taken())

    def tested(self) -> tuple[Array, Array]:
        """C and the accuracy over the test examples."""
        return self._evaluation.figures(self.theta)

    def _measure(
        self,
        first: int,
        p: Pass,
        theta: Parameters,
        gradient: Parameters,
        update: Parameters | None,
        tested: tuple[Array, Array],
    ) -> None:
        network, recording = self.network, self.recording
        complete(network, p)
        share = accuracy(p.a[network.depth], p.y, self.labelled)
        thresholds = recording.saturation_threshold, recording.low_input_threshold
        seen = Seen(network, theta, gradient, update, p, *thresholds)
        self.recorder.read(first, seen, (cost(network, p), share, *tested))


class _Ring:
    """Room for some readings of one trial that follow one another: passes, parameters, gradients and steps.

    A stack of several trials has none: there the calls of a reading serve all of them already.
    """

    def __init__(self, network: Network, p: Pass, theta: Parameters) -> None:
        self.network, self.shape = network, (p.examples, p.own_examples)
        self.examples = None if p.own_examples else (p.a1[0], p.y)
        size, count = p.vector.shape[1], theta.vector.shape[1]
        slots = min(RING_BYTES // ((size + 3 * count) * p.vector.itemsize), LONGEST_RING)
        self.slots = int(slots) if len(theta.vector) == 1 and slots > 1 else 0
        self.passes = np.empty((self.slots, size), p.vector.dtype)
        self.parameters = [np.empty((self.slots, count), theta.vector.dtype) for _ in range(3)]
        self.first = 0
        self.tested: list[tuple[Array, Array]] = []

    @property
    def count(self) -> int:
        """How many readings it holds."""
        return len(self.tested)

    @property
    def full(self) -> bool:
        """Whether there is no room left."""
        return self.count == self.slots

    def holds(self, p: Pass) -> bool:
        """Whether there is a ring for passes of this shape."""
        return self.slots > 0 and self.shape == (p.examples, p.own_examples)

    def put(
        self, reading: int, p: Pass, parameters: tuple[Parameters, ...], tested: tuple[Array, Array]
    ) -> None:
        """Copy a reading into the next place; it follows the one before."""
        self.first = reading if self.count == 0 else self.first
        self.passes[self.count] = p.vector[0]
        for place, given in zip(self.parameters, parameters, strict=True):
            place[self.count] = given.vector[0]
        self.tested.append(tested)

    def taken(self) -> tuple[int, Pass, Parameters, Parameters, Parameters, tuple[Array, Array]]:
        """All that is held, as of so many trials, and the number of the first reading; empties it."""
        p = seen_as_pass(self.network, self.passes[: self.count], 1, self.shape[0], self.examples)
        theta, gradient, update = (
            seen_as_layers(part[: self.count], self.network.sizes) for part in self.parameters
        )
        costs, shares = zip(*self.tested, strict=True)
        self.tested = []
        return self.first, p, theta, gradient, update, (np.concatenate(costs), np.concatenate(shares))
