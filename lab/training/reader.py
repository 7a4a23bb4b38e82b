"""What a reading needs, brought to the recorder: the pass that is looked at, the parameters, the figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

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
from lab.network.parameters import Parameters, count, seen_as_layers
from lab.numerics import Array
from lab.parts import Probe
from lab.training.examples import Evaluation, Examples, accuracy
from lab.training.norms import Norms
from lab.training.recorder import Recorder
from lab.training.seen import Norm, Seen, few_examples

RING_BYTES = 2**22
"""What is kept of readings until they are measured together stays within about this."""

LONGEST_RING = 64

KEPT_PARAMETERS = 4096
"""Up to so many parameters are copied, and their norms taken later, of several readings at once."""


@dataclass(frozen=True)
class Recording:
    """What is recorded: when, which quantities, with which thresholds.

    ``probe`` are the examples that every reading sees, or None to read the batch of the step. ``neurons``
    tells whether single neurons are measured too.
    """

    schedule: Schedule
    probes: tuple[Probe, ...]
    columns: tuple[str, ...]
    saturation_threshold: float
    low_input_threshold: float
    probe: Examples | None = None
    neurons: bool = False


@dataclass(frozen=True)
class Step:
    """What a step of training is made of: the buffers of θ, ∇C and Δθ, the same arrays at every step.

    ``multiple`` is the c of a training whose Δθ is c ∇C, or None where it is not.
    """

    theta: Parameters
    gradient: Parameters
    update: Parameters
    multiple: float | None = None


class Reader:
    """Reads passes of a stack, small ones several at a time.

    A small pass of one trial costs more in calls than in arithmetic. So the norms of its parameters are
    measured at once, and the pass is copied into a ring, at one stroke, whose passes are measured together
    when it is full: for a probe they are so many trials.
    """

    def __init__(
        self, network: Network, recording: Recording, test: Examples, step: Step, recorder: Recorder
    ) -> None:
        self.network, self.recording, self.recorder = network, recording, recorder
        self.trials = len(step.theta.vector)
        self.labelled = test.labelled
        self._evaluation = Evaluation(network, test, self.trials)
        self._untested = (np.full(self.trials, np.nan),) * 2
        self._probed: Pass | None = None
        if recording.probe is not None:
            self._probed = make_pass(network, self.trials, *recording.probe.columns)
            gradient = seen_as_layers(np.zeros_like(step.theta.vector), network.sizes)
            step = replace(step, gradient=gradient, multiple=None)
        self.step = step
        self._of_inputs: dict[str, Array] = {}
        self._room: tuple[_Norms, _Ring] | None = None

    @property
    def plans(self) -> bool:
        """Whether Δθ must be in its buffer when a pass is read that is not the last."""
        norm_of_update = ("update", "w") in self.recorder.norms and self.step.multiple is None
        return norm_of_update or self.recorder.looks_inside

    def read(self, reading: int, p: Pass, last: bool) -> None:
        """Record a pass, or in its place one over the probe's examples; no step comes after the ``last``."""
        if self._probed is not None:
            p = self._probed
            forward(self.network, self.step.theta, p)
            backward(self.network, self.step.theta, p, self.step.gradient)
        if self._room is None:
            norms = _Norms(self.network, p, self.step, self.recorder.norms)
            alone = self.trials == 1 and not self.recorder.looks_inside
            self._room = norms, _Ring(self.network, p, LONGEST_RING if alone else 0, norms.rows.shape[1])
        norms, ring = self._room
        tested = self.tested() if self.recorder.tests(reading) else self._untested
        if last or not ring.holds(p):
            self.flush()
            self._measure(reading, p, norms.note(), tested, last)
            return
        ring.put(reading, p, norms.note(), tested)
        if ring.full:
            self.flush()

    def flush(self) -> None:
        """Measure what the ring holds."""
        if self._room is not None and self._room[1].count:
            self._measure(*self._room[1].taken())

    def tested(self) -> tuple[Array, Array]:
        """C and the accuracy over the test examples."""
        return self._evaluation.figures(self.step.theta)

    def _measure(
        self, first: int, p: Pass, norms: Array, tested: tuple[Array, Array], last: bool = False
    ) -> None:
        network, recording, step = self.network, self.recording, self.step
        complete(network, p)
        share = accuracy(p.a[network.depth], p.y, self.labelled)
        assert self._room is not None
        seen = Seen(
            network,
            step.theta,
            step.gradient,
            None if last else step.update,
            p,
            recording.saturation_threshold,
            recording.low_input_threshold,
            step.multiple,
            self._room[0].told(norms),
            {} if p.own_examples else self._of_inputs,
        )
        self.recorder.read(first, seen, (cost(network, p), share, *tested), self._sound(p))

    def _sound(self, p: Pass) -> Array:
        """Whether the numbers of each row of a pass are numbers, and those of θ finite.

        An infinite z of finite weights is saturation. Weights that are not finite make a z that is not, and
        stay so: where a z is infinite the present weights tell.
        """
        sound, finite = np.ones((2, len(p.z[1])), bool)
        for z, delta in zip(p.z.values(), p.delta.values(), strict=True):
            finite &= np.isfinite(z).all(axis=(1, 2))
            sound &= np.isfinite(delta).all(axis=(1, 2))
        if finite.all():
            return sound
        for z in p.z.values():
            sound &= ~np.isnan(z).any(axis=(1, 2))
        weights = np.isfinite(self.step.theta.vector).all(axis=1)
        return sound & (finite | np.resize(weights, len(finite)))


class _Norms:
    """The norms of parameters, as far as they have to be measured when a pass is read.

    Those of ∇C are not, where the pass itself tells them sooner; those of Δθ not, where it is c ∇C. A
    reading leaves a row of numbers: the norms, or of a small network, whose calls cost more than its
    numbers, the parameters themselves.
    """

    def __init__(self, network: Network, p: Pass, step: Step, wanted: frozenset[Norm]) -> None:
        told = {"gradient"} if few_examples(network, p.examples) else set()
        if step.multiple is not None:
            told.add("update")
            wanted |= {("gradient", kind) for part, kind in wanted if part == "update"}
        self.network = network
        self.names = [(part, kind) for part, kind in sorted(wanted) if part not in told]
        self.parts = {part: getattr(step, part) for part, _ in self.names}
        self.keeps = count(network.sizes) <= KEPT_PARAMETERS
        self._norms = self._of(self.parts) if self.names else None
        numbers = len(self.parts) * count(network.sizes) if self.keeps else len(self.names) * network.depth
        self.rows = np.empty((len(step.theta.vector), numbers), p.vector.dtype)

    def note(self) -> Array:
        """The rows of numbers of a reading, (T, numbers): a buffer that the next overwrites."""
        if self._norms is not None and not self.keeps:
            self.rows[...] = self._norms.measure()
        else:
            P = count(self.network.sizes)
            for k, part in enumerate(self.parts.values()):
                self.rows[:, k * P : (k + 1) * P] = part.vector
        return self.rows

    def told(self, rows: Array) -> dict[Norm, Array]:
        """The norms of noted rows by name: (rows, L) each."""
        if not self.names:
            return {}
        if self.keeps:
            vectors = np.split(rows, len(self.parts), axis=1)
            kept = (seen_as_layers(vector, self.network.sizes) for vector in vectors)
            norms = self._of(dict(zip(self.parts, kept, strict=True))).measure()
        else:
            norms = rows
        by_name = norms.reshape(len(norms), -1, self.network.depth)
        return {name: by_name[:, k] for k, name in enumerate(self.names)}

    def _of(self, parts: dict[str, Parameters]) -> Norms:
        layers = range(1, self.network.depth + 1)
        return Norms([getattr(parts[part], kind)[l] for part, kind in self.names for l in layers])


class _Ring:
    """Room for some passes of one trial that follow one another, and the norms that belong to them.

    A stack of several trials has none: there the calls of a reading serve all of them already.
    """

    def __init__(self, network: Network, p: Pass, longest: int, norms: int) -> None:
        self.network, self.shape = network, (p.examples, p.own_examples)
        self.examples = None if p.own_examples else (p.a1[0], p.y)
        slots = min(RING_BYTES // p.vector.nbytes, longest)
        self.slots = slots if slots > 1 else 0
        self.passes = np.empty((self.slots, p.vector.shape[1]), p.vector.dtype)
        self.norms = np.empty((self.slots, norms), p.vector.dtype)
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

    def put(self, reading: int, p: Pass, norms: Array, tested: tuple[Array, Array]) -> None:
        """Copy a reading into the next place; it follows the one before."""
        at = self.count
        if at == 0:
            self.first = reading
        self.passes[at] = p.vector[0]
        self.norms[at] = norms[0]
        self.tested.append(tested)

    def taken(self) -> tuple[int, Pass, Array, tuple[Array, Array]]:
        """All that is held, as of so many trials, and the number of the first reading; empties it."""
        at = self.count
        p = seen_as_pass(self.network, self.passes[:at], 1, self.shape[0], self.examples)
        costs, shares = zip(*self.tested, strict=True)
        self.tested = []
        return self.first, p, self.norms[:at], (np.concatenate(costs), np.concatenate(shares))
