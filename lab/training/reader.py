"""The reader: brings to the recorder what a reading needs, the pass to look at, the norms, the figures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lab.network.backprop import backward, complete, cost, forward
from lab.network.buffers import Pass, as_pass, make_pass
from lab.network.parameters import Parameters, parameters
from lab.numerics import Array
from lab.training.examples import Examples, correct
from lab.training.recorder import Recorder
from lab.training.snapshot import Snapshot
from lab.training.stack import Stack
from lab.training.statistics import BlockNorms

HELD_BYTES, MOST_HELD = 2**22, 64
"""Passes are held until they are measured together: up to so many, which stay within about this."""


class Reader:
    """Reads passes of a stack, small ones several at a time.

    A small pass of one trial costs more in calls than in arithmetic. So only the norms of its parameters are
    measured at once; the pass is copied and held, and several are measured together: for a probe they are so
    many trials. In a stack the calls of a reading serve all trials already.

    ``plans`` tells whether Δθ must be in its buffer when a pass is read that is not the last. ``evaluated``
    gives C and the accuracy over the test examples.
    """

    def __init__(
        self,
        stack: Stack,
        recorder: Recorder,
        evaluated: Callable[[Examples], tuple[Array, Array]],
    ) -> None:
        training, self.recorder, self._evaluated = stack.training, recorder, evaluated
        self.network, self._test = training.network, training.test
        self.theta, self.gradient, self.update = stack.theta, stack.gradient, stack.update
        self.multiple = None if training.decay else training.optimiser.multiple(training.eta)
        self.trials = len(self.theta.vector)
        self._untested = (np.full(self.trials, np.nan),) * 2
        self._fixed: Pass | None = None
        if (fixed := recorder.recording.fixed_examples) is not None:
            self._fixed = make_pass(self.network.sizes, self.trials, *fixed.columns)
            self.gradient = parameters(self.network.sizes, self.trials, self.theta.vector.dtype)
            self.multiple = None
        measures_update = any(part == "update" for part, _ in recorder.norms)
        self.plans = recorder.looks_inside or (measures_update and self.multiple is None)
        self._of_inputs: dict[str, Array] = {}
        parts = {"theta": self.theta, "gradient": self.gradient, "update": self.update}
        known = {"update": "gradient"} if self.multiple is not None else {}  # where Δθ is c ∇C
        self._measured = sorted({(known.get(part, part), kind) for part, kind in recorder.norms})
        blocks = [x for part, kind in self._measured for x in getattr(parts[part], kind).values()]
        self._norms = BlockNorms(blocks, self.theta.vector)
        self._waits = self.trials == 1 and not recorder.looks_inside
        self._first, self._held = 0, list[tuple[Pass, Array, Array, tuple[Array, Array]]]()

    def read(self, reading: int, p: Pass, last: bool) -> None:
        """Record a pass, or in its place one over the fixed examples; no step follows the ``last``."""
        p = self._seen(p)
        norms = self._norms.measure()
        tests = self.recorder.tested_in(slice(reading, reading + 1))
        tested = self._evaluated(self._test) if tests else self._untested
        if last or not self._waits or 2 * p.vector.nbytes > HELD_BYTES:
            self.flush()
            self._record(reading, p, norms, tested, last)
            return
        if self._held and self._held[0][0] is not p:  # of another number of examples
            self.flush()
        self._first = reading - len(self._held)
        self._held.append((p, p.vector.copy(), norms, tested))
        if len(self._held) == min(HELD_BYTES // p.vector.nbytes, MOST_HELD):
            self.flush()

    def shown(self, p: Pass, last: bool) -> Snapshot:
        """What `read` would show to the probes."""
        p = self._seen(p)
        complete(self.network, p)
        return self._snapshot(p, self._norms.measure(), last)

    def of_passes(self, p: Pass) -> Snapshot:
        """What probes see that look at no parameters, of passes of any weights, with their e^L."""
        return self._snapshot(p, None, False)

    def _seen(self, p: Pass) -> Pass:
        """The pass that is measured: over the fixed examples where there are some, made now."""
        if self._fixed is None:
            return p
        forward(self.network, self.theta, self._fixed)
        backward(self.network, self.theta, self._fixed, self.gradient)
        return self._fixed

    def flush(self) -> None:
        """Record what is held: passes of one trial that follow one another, as of so many trials."""
        if self._held:
            passes, vectors, norms, tested = zip(*self._held, strict=True)
            p = passes[0]
            examples = None if p.own_examples else (p.a1[0], p.y)
            together = as_pass(np.concatenate(vectors), self.network.sizes, 1, p.examples, examples)
            costs, shares = map(np.concatenate, zip(*tested, strict=True))
            self._held = []
            self._record(self._first, together, np.concatenate(norms), (costs, shares))

    def _record(
        self, first: int, p: Pass, norms: Array, tested: tuple[Array, Array], last: bool = False
    ) -> None:
        network = self.network
        complete(network, p)
        accuracy = correct(p.a[network.depth], p.y, self._test.labelled) / p.examples
        snapshot = self._snapshot(p, norms, last)
        self.recorder.record(first, snapshot, (cost(network, p), accuracy, *tested), sound(p, self.theta))

    def _snapshot(self, p: Pass, norms: Array | None, last: bool) -> Snapshot:
        recording, found = self.recorder.recording, {}
        parts = (self.theta, self.gradient, None if last else self.update)
        thresholds = (recording.saturation_threshold, recording.low_input_threshold)
        if norms is not None:
            of_layers = norms.reshape(len(norms), len(self._measured), self.network.depth)
            found = {key: of_layers[:, k] for k, key in enumerate(self._measured)}
        of_inputs = {} if p.own_examples or norms is None else self._of_inputs
        return Snapshot(self.network, *parts, p, *thresholds, self.multiple, found, of_inputs)


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
