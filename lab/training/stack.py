"""A stack of trials in the midst of training, and all that decides its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lab.errors import PartError
from lab.network.backprop import Network, backward, forward
from lab.network.buffers import Pass
from lab.network.first_weights import initialised
from lab.network.parameters import Parameters, as_parameters, parameters
from lab.numerics import Array, stream
from lab.parts import Initialiser, Optimiser, State, Stream
from lab.training.examples import Evaluation, Examples, Feed, Order, steps_per_epoch
from lab.training.recorder import Recording

BLOCK = 2**16
"""Parameters that are moved together: a block of them and of their gradients stays in a core's cache."""


@dataclass(frozen=True)
class Training:
    """Everything that decides the numbers of a training, but the trials.

    ``decay`` is λ of the book: w ← (1 − ηλ/n) w − η ∂C/∂w with n training examples; b is not decayed.
    ``engine`` is ``"numpy"`` or ``"compiled"``, what takes the steps.
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
    engine: str = "numpy"

    @property
    def steps_per_epoch(self) -> int:
        """The steps in which each example is taken once."""
        return steps_per_epoch(len(self.train), self.batch)

    @property
    def seen(self) -> int:
        """The examples that a reading sees: those of a step's batch, or the fixed ones."""
        fixed = self.recording.fixed_examples
        return min(self.batch, len(self.train)) if fixed is None else len(fixed)


def streams_of_trial(seed: int, trial: int) -> Stream:
    """The random streams of a trial: purpose → generator.

    They depend on nothing else: not on the variant, so that variants are compared in pairs, and not on a
    counter, so that one more trial changes no other.
    """
    return lambda purpose: stream(seed, f"{purpose}/trial {trial}")


@dataclass(frozen=True)
class _Vectors:
    """What a step is computed from, as vectors of shape (T, P) or (1, P)."""

    theta: Array
    gradient: Array
    state: State
    decay: Array | None

    def columns(self, cut: slice) -> _Vectors:
        state = {name: vector[:, cut] for name, vector in self.state.items()}
        decay = None if self.decay is None else self.decay[:, cut]
        return _Vectors(self.theta[:, cut], self.gradient[:, cut], state, decay)


class Stack:
    """T trials in the midst of training: parameters, gradients and the next step, in buffers made once.

    `run_to` takes steps. Before the next one, `propagate` shows its pass, and `plan` its Δθ.
    ``step`` is the number of steps taken. Raises PartError where the first weights are no numbers.
    """

    def __init__(self, training: Training, trials: Sequence[int]) -> None:
        self.training, self.step = training, 0
        self.streams = streams = [streams_of_trial(training.seed, trial) for trial in trials]
        sizes, dtype = training.network.sizes, training.train.x.dtype
        with np.errstate(over="ignore", invalid="ignore"):  # weights that run over are told as such
            self.theta = initialised(training.initialiser, sizes, streams, dtype, training.network.sigmas)
        if not np.isfinite(self.theta.vector).all():
            raise PartError(f"the initialiser {training.initialiser} makes weights that are not finite")
        self.gradient, self.update = (parameters(sizes, len(trials), dtype) for _ in range(2))
        self.state, decay = training.optimiser.initial(self.theta.vector), _decay(training, self.theta)
        self._whole = _Vectors(self.theta.vector, self.gradient.vector, self.state, decay)
        self.order = Order(len(training.train), training.batch, streams)
        self.feed = Feed(training.network, training.train, self.order)
        every = self.theta.vector.shape[1]
        size = max(BLOCK // len(trials), 1) if training.optimiser.elementwise else every
        cuts = [slice(at, at + size) for at in range(0, every, size)]
        self._blocks = [self._whole.columns(cut) for cut in cuts]
        self._scratch = self.update.vector if len(cuts) == 1 else np.empty_like(self._blocks[0].theta)
        self._propagated = self._planned = False
        self._evaluations: dict[Examples, Evaluation] = {}

    def run_to(self, step: int) -> None:
        """Take the steps up to this one, which is the next to be taken then."""
        while self.step < step:
            if not self._propagated:
                self.propagate()
            if self._planned:
                np.add(self.theta.vector, self.update.vector, out=self.theta.vector)
            else:
                self._advance()
            self.step += 1
            self._propagated = self._planned = False

    def saved(self) -> dict[str, Array]:
        """θ, the optimiser's state and the order of the examples, to go on between two steps."""
        state = {f"state {name}": vector for name, vector in self.state.items()}
        order = {f"order {name}": values for name, values in self.order.saved().items()}
        return {"theta": self.theta.vector, **state, **order}

    def restored(self, saved: Mapping[str, Array], step: int) -> None:
        """Go on from what was `saved` after so many steps."""
        self.theta.vector[...] = saved["theta"]
        for name, vector in self.state.items():
            vector[...] = saved[f"state {name}"]
        self.order.restored({key[6:]: saved[key] for key in saved if key.startswith("order ")})
        self.step = step

    def propagate(self) -> Pass:
        """Forward and backward over the batch of the next step."""
        p = self.feed.at(self.step)
        forward(self.training.network, self.theta, p)
        backward(self.training.network, self.theta, p, self.gradient)
        self._propagated = True
        return p

    def evaluated(self, given: Examples) -> tuple[Array, Array]:
        """C and the accuracy of each trial over all of these examples, (T,) each."""
        if given not in self._evaluations:
            trials = len(self.theta.vector)
            self._evaluations[given] = Evaluation(self.training.network, given, trials)
        return self._evaluations[given].cost_and_accuracy(self.theta)

    def plan(self) -> None:
        """Put Δθ of the propagated step into ``update``: the optimiser's, and the decay of weights."""
        self._step(self._whole, self.update.vector)
        self._planned = True

    def _advance(self) -> None:
        """θ ← θ + Δθ, block by block, so that Δθ never leaves the cache; the same bits as when planned."""
        for block in self._blocks:
            update = self._scratch[:, : block.theta.shape[1]]
            self._step(block, update)
            np.add(block.theta, update, out=block.theta)

    def _step(self, part: _Vectors, out: Array) -> None:
        self.training.optimiser.step(part.state, part.gradient, self.training.eta, self.step + 1, out=out)
        if part.decay is not None:
            np.add(out, part.decay * part.theta, out=out)


def _decay(training: Training, theta: Parameters) -> Array | None:
    """−ηλ/n for every weight and 0 for every bias, (1, P); None without decay."""
    if training.decay == 0:
        return None
    vector = np.zeros((1, theta.vector.shape[1]), theta.vector.dtype)
    for w in as_parameters(vector, training.network.sizes).w.values():
        w[...] = -training.eta * training.decay / len(training.train)
    return vector
