"""The reader: brings to the recorder what a reading needs, the pass to look at, the norms, the figures."""

from __future__ import annotations

import numpy as np

from lab.network.backprop import Network, backward, complete, cost, forward
from lab.network.buffers import Pass, as_pass, make_pass
from lab.network.parameters import Parameters, parameters
from lab.numerics import Array
from lab.training.examples import Evaluation, Outputs, correct
from lab.training.recorder import Recorder
from lab.training.snapshot import NormKey, Snapshot
from lab.training.stack import Stack
from lab.training.statistics import BlockNorms

RING_BYTES = 2**22
"""What is kept of readings until they are measured together stays within about this."""

LONGEST_RING = 64


class Reader:
    """Reads passes of a stack, small ones several at a time.

    A small pass of one trial costs more in calls than in arithmetic. So the norms of its parameters are
    measured at once, and the pass is copied in one call into a ring, whose passes are measured together when
    it is full: for a probe they are so many trials. ``plans`` tells whether Δθ must be in its buffer when a
    pass is read that is not the last.
    """

    def __init__(self, stack: Stack, recorder: Recorder, outputs: Outputs | None = None) -> None:
        training, self.recorder = stack.training, recorder
        self.network, self.labelled = training.network, training.test.labelled
        self.theta, self.gradient, self.update = stack.theta, stack.gradient, stack.update
        self.multiple = None if training.decay else training.optimiser.multiple(training.eta)
        self.trials = len(self.theta.vector)
        self.evaluation = Evaluation(self.network, training.test, self.trials, outputs)
        self._untested = (np.full(self.trials, np.nan),) * 2
        self._fixed: Pass | None = None
        if (fixed := recorder.recording.fixed_examples) is not None:
            self._fixed = make_pass(self.network.sizes, self.trials, *fixed.columns)
            self.gradient = parameters(self.network.sizes, self.trials, self.theta.vector.dtype)
            self.multiple = None
        measures_update = any(part == "update" for part, _ in recorder.norms)
        self.plans = recorder.looks_inside or (measures_update and self.multiple is None)
        self._of_inputs: dict[str, Array] = {}
        self._examples = min(training.batch, len(training.train)) if fixed is None else len(fixed)
        parts = {"theta": self.theta, "gradient": self.gradient, "update": self.update}
        self._norms = _ParameterNorms(self.network, parts, self.multiple, recorder.norms)
        self._ring: _Ring | None = None

    def read(self, reading: int, p: Pass, last: bool) -> None:
        """Record a pass, or in its place one over the fixed examples; no step follows the ``last``."""
        p = self._seen(p)
        ring = self._ring_for(p)
        tested = self.tested_at(reading)
        if last or ring is None or not ring.holds(p):
            self.flush()
            self._record(reading, p, self._norms.note(), tested, last)
            return
        ring.put(reading, p, self._norms.note(), tested)
        if len(ring.tested) == ring.slots:
            self.flush()

    def read_neurons(self, reading: int, p: Pass, last: bool) -> None:
        """Record single neurons of a pass as `read` does, and nothing else."""
        p = self._seen(p)
        complete(self.network, p)
        self.recorder.put_neurons(reading, self._snapshot(p, self._norms.note(), last))

    def _seen(self, p: Pass) -> Pass:
        """The pass that is measured: over the fixed examples where there are some, made now."""
        if self._fixed is None:
            return p
        forward(self.network, self.theta, self._fixed)
        backward(self.network, self.theta, self._fixed, self.gradient)
        return self._fixed

    def flush(self) -> None:
        """Record what the ring holds."""
        if self._ring is not None and self._ring.tested:
            self._record(*self._ring.taken())

    def tested_at(self, reading: int) -> tuple[Array, Array]:
        """`tested`; NaN at a reading at which the test examples are left alone."""
        return self.tested() if self.recorder.tested_in(slice(reading, reading + 1)) else self._untested

    def tested(self) -> tuple[Array, Array]:
        """C and the accuracy over the test examples."""
        return self.evaluation.cost_and_accuracy(self.theta)

    def _ring_for(self, p: Pass) -> _Ring | None:
        """The ring, which is made for the first pass that is no short batch; until then there is none."""
        if self._ring is None and p.examples == self._examples:
            longest = LONGEST_RING if self.trials == 1 and not self.recorder.looks_inside else 0
            self._ring = _Ring(self.network, p, longest, self._norms.rows.shape[1])
        return self._ring

    def _record(
        self, first: int, p: Pass, norms: Array, tested: tuple[Array, Array], last: bool = False
    ) -> None:
        network = self.network
        complete(network, p)
        accuracy = correct(p.a[network.depth], p.y, self.labelled) / p.examples
        snapshot = self._snapshot(p, norms, last)
        self.recorder.record(first, snapshot, (cost(network, p), accuracy, *tested), sound(p, self.theta))

    def _snapshot(self, p: Pass, norms: Array, last: bool) -> Snapshot:
        recording = self.recorder.recording
        parts = (self.theta, self.gradient, None if last else self.update)
        thresholds = (recording.saturation_threshold, recording.low_input_threshold)
        found = self._norms.by_key(norms), {} if p.own_examples else self._of_inputs
        return Snapshot(self.network, *parts, p, *thresholds, self.multiple, *found)


def sound(p: Pass, theta: Parameters) -> Array:
    """Whether the numbers of each row of a pass are numbers, and those of θ finite.

    An infinite z of finite weights is saturation. Weights that are not finite make a z that is not, and stay
    so: where a z is infinite the present weights tell. The rows are the T trials, or those of several passes.
    """
    whole, finite = np.ones((2, len(p.z[1])), bool)
    for z, delta in zip(p.z.values(), p.delta.values(), strict=True):
        finite &= np.isfinite(z).all(axis=(1, 2))
        whole &= np.isfinite(delta).all(axis=(1, 2))
    if finite.all():
        return whole
    for z in p.z.values():
        whole &= ~np.isnan(z).any(axis=(1, 2))
    return whole & (finite | np.resize(np.isfinite(theta.vector).all(axis=1), len(finite)))


class _ParameterNorms:
    """The norms of parameters, as far as they have to be measured when a pass is read.

    Those of Δθ are not, where it is c ∇C.
    """

    def __init__(
        self,
        network: Network,
        parts: dict[str, Parameters],
        multiple: float | None,
        wanted: frozenset[NormKey],
    ) -> None:
        if multiple is not None:
            wanted = frozenset(("gradient" if part == "update" else part, kind) for part, kind in wanted)
        self.keys, self.depth = sorted(wanted), network.depth
        blocks = [getattr(parts[part], kind)[l + 1] for part, kind in self.keys for l in range(self.depth)]
        self._norms = BlockNorms(blocks) if blocks else None
        theta = parts["theta"].vector
        self.rows = np.empty((len(theta), len(blocks)), theta.dtype)

    def note(self) -> Array:
        """The norms at a reading, (T, norms): a buffer that the next overwrites."""
        if self._norms is not None:
            self.rows[...] = self._norms.measure()
        return self.rows

    def by_key(self, rows: Array) -> dict[NormKey, Array]:
        """The norms of noted rows: (part, kind) → (rows, L)."""
        norms = rows.reshape(len(rows), len(self.keys), self.depth)
        return {key: norms[:, k] for k, key in enumerate(self.keys)}


class _Ring:
    """Room for some passes of one trial that follow one another, and the norms that belong to them.

    A stack of several trials has none: there the calls of a reading serve all of them already.
    """

    def __init__(self, network: Network, p: Pass, longest: int, norms: int) -> None:
        self.sizes, self.shape = network.sizes, (p.examples, p.own_examples)
        self.examples = None if p.own_examples else (p.a1[0], p.y)
        slots = min(RING_BYTES // p.vector.nbytes, longest)
        self.slots = slots if slots > 1 else 0
        self.passes = np.empty((self.slots, p.vector.shape[1]), p.vector.dtype)
        self.norms = np.empty((self.slots, norms), p.vector.dtype)
        self.first = 0
        self.tested: list[tuple[Array, Array]] = []

    def holds(self, p: Pass) -> bool:
        """Whether there is a ring for passes of this shape."""
        return self.slots > 0 and self.shape == (p.examples, p.own_examples)

    def put(self, reading: int, p: Pass, norms: Array, tested: tuple[Array, Array]) -> None:
        """Copy a reading into the next place; it follows the one before."""
        at = len(self.tested)
        self.first = reading - at
        self.passes[at] = p.vector[0]
        self.norms[at] = norms[0]
        self.tested.append(tested)

    def taken(self) -> tuple[int, Pass, Array, tuple[Array, Array]]:
        """All that is held, as of so many trials, and the number of the first reading; empties it."""
        at = len(self.tested)
        p = as_pass(self.passes[:at], self.sizes, 1, self.shape[0], self.examples)
        costs, shares = zip(*self.tested, strict=True)
        self.tested = []
        return self.first, p, self.norms[:at], (np.concatenate(costs), np.concatenate(shares))
