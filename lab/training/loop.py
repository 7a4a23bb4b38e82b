"""The training loop: one stack of trials from its first weights to its last reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np

from lab.errors import PartError
from lab.network.backprop import Network, backward, forward
from lab.network.buffers import Pass
from lab.network.first_weights import initialised
from lab.network.parameters import Parameters, as_parameters, parameters
from lab.numerics import Array, stream
from lab.parts import Initialiser, Optimiser, State, Stream
from lab.training.compiled import CompiledSteps
from lab.training.compiled_reader import CompiledReader
from lab.training.examples import Evaluation, Examples, Order, fed, steps_per_epoch
from lab.training.reader import Reader
from lab.training.recorder import Readings, Recorder, Recording

CALL_SECONDS = 0.2
"""Steps are taken for about so long before an interrupt, a checkpoint or progress is thought of."""

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


def train(training: Training, trials: range, progress: Callable[[int], None] = lambda done: None) -> Readings:
    """The readings of these trials; see `trained`."""
    return trained(training, trials, progress)[0]


def trained(
    training: Training, trials: range, progress: Callable[[int], None] = lambda done: None
) -> tuple[Readings, Parameters]:
    """Train these trials side by side; ``progress`` is given the trial-steps done since its last call.

    A trial whose numbers stop being finite goes on as NaN and touches no other. When all have, training
    stops. What is read, and the parameters at the end. Raises PartError where a part makes weights that are
    no numbers.
    """
    course, reported = Course(training, trials), 0
    while not course.ended:
        course.advance(CALL_SECONDS)
        progress(course.done - reported)
        reported = course.done
    return course.finished(), course.theta


class Course:
    """The training of some trials, which can be put down between two steps and taken up again.

    ``saved`` is what `saved` gave of the same training and the same trials: the rest is trained then, with
    the same bits. Raises PartError where a part makes weights that are no numbers.
    """

    def __init__(self, training: Training, trials: range, saved: Mapping[str, Array] | None = None) -> None:
        self.training, self.trials = training, trials
        self._stack, self._steps = begun(training, trials)
        self._outputs = self._steps.engine.outputs if isinstance(self._steps, CompiledSteps) else None
        self._recorder = Recorder(training.recording, len(trials), training.network.sizes)
        self._reader = Reader(self._stack, self._recorder, self._outputs)
        self._compiled = (
            CompiledReader(self._steps, self._reader) if isinstance(self._steps, CompiledSteps) else None
        )
        self._due, self._read = training.recording.schedule.steps.tolist(), 0
        self._pace, self._seconds = 1, 0.0
        if saved is not None:
            self._read, self._seconds = int(saved["read"]), float(saved["seconds"])
            self._steps.restored(saved, int(saved["step"]))
            self._recorder.restored(saved)

    @property
    def ended(self) -> bool:
        """Whether the last step is read, or all trials diverged."""
        return self._read == len(self._due) or bool((self._recorder.readings.diverged >= 0).all())

    @property
    def theta(self) -> Parameters:
        """The parameters as they are."""
        return self._steps.theta

    @property
    def done(self) -> int:
        """The trial-steps done: all where it has ended."""
        return (self.training.steps if self.ended else self._steps.step) * len(self.trials)

    def advance(self, seconds: float) -> None:
        """Train for about so many seconds, and at least a step, or to the end."""
        began = monotonic()
        with np.errstate(all="ignore"):
            while not self.ended:
                step, due = self._steps.step, self._due[self._read]
                if step == due:
                    if not self._ahead():
                        self._look()
                    elif monotonic() - began >= seconds:
                        break
                    continue
                self._take(min(due - step, self._pace))
                if monotonic() - began >= seconds:
                    break
        self._seconds += monotonic() - began

    def saved(self) -> dict[str, Array]:
        """All that is needed to go on from here: plain arrays by name."""
        self._flush()
        numbers = {"step": self._steps.step, "read": self._read, "seconds": self._seconds}
        told = {key: np.array(x) for key, x in numbers.items()}
        return {**self._steps.saved(), **self._recorder.saved(), **told}

    def finished(self) -> Readings:
        """All that was recorded, once it has ended."""
        began = monotonic()
        self._flush()
        with np.errstate(all="ignore"):
            whole = Evaluation(self.training.network, self.training.train, len(self.trials), self._outputs)
            final = (*whole.cost_and_accuracy(self.theta), *self._reader.tested())
        return self._recorder.finished(final, self._seconds + monotonic() - began)

    def _take(self, steps: int) -> None:
        """Take so many steps, and learn how many last `CALL_SECONDS`."""
        began = monotonic()
        self._steps.run_to(self._steps.step + steps)
        self._learn_pace(steps, monotonic() - began)

    def _ahead(self) -> bool:
        """Take several readings with the steps after them in one call, where that can be."""
        began, step = monotonic(), self._steps.step
        readings = self._compiled.ahead(self._read, self._pace) if self._compiled else 0
        self._read += readings
        self._learn_pace(self._steps.step - step, monotonic() - began)
        return readings > 0

    def _learn_pace(self, steps: int, lasted: float) -> None:
        """How many steps last `CALL_SECONDS`: at most eight times as many as were ever taken at once."""
        if steps:
            in_time = steps * CALL_SECONDS / max(lasted, 1e-9)
            self._pace = max(1, int(min(in_time, max(self._pace, 8 * steps))))

    def _look(self) -> None:
        """Read the step that is next to be taken."""
        last = self._steps.step == self.training.steps
        if not (self._compiled and self._compiled.read(self._read, last)):
            p = self._steps.propagate()
            if self._reader.plans and not last:
                self._steps.plan()
            self._reader.read(self._read, p, last)
        self._read += 1

    def _flush(self) -> None:
        with np.errstate(all="ignore"):
            self._reader.flush()


def so_far(training: Training, trials: range, saved: Mapping[str, Array]) -> Readings:
    """What the `Course` of these trials had read where it was ``saved``."""
    recorder = Recorder(training.recording, len(trials), training.network.sizes)
    recorder.restored(saved)
    return recorder.readings.first_readings(int(saved["read"]))


def begun(training: Training, trials: Sequence[int]) -> tuple[Stack, Stack | CompiledSteps]:
    """These trials before their first step, and what takes their steps."""
    stack = Stack(training, trials)
    return stack, CompiledSteps(stack) if training.engine == "compiled" else stack


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
        self.theta = initialised(training.initialiser, sizes, streams, dtype, training.network.sigmas)
        if not np.isfinite(self.theta.vector).all():
            raise PartError(f"the initialiser {training.initialiser} makes weights that are not finite")
        self.gradient, self.update = (parameters(sizes, len(trials), dtype) for _ in range(2))
        self.state, decay = training.optimiser.initial(self.theta.vector), _decay(training, self.theta)
        self._whole = _Vectors(self.theta.vector, self.gradient.vector, self.state, decay)
        self.order = Order(len(training.train), training.batch, streams)
        self._passes = fed(training.network, training.train, self.order)
        size = max(BLOCK // len(trials), 1)
        cuts = [slice(at, at + size) for at in range(0, self.theta.vector.shape[1], size)]
        self._blocks = [self._whole.columns(cut) for cut in cuts]
        self._scratch = np.empty_like(self._blocks[0].theta)
        self._propagated = self._planned = False

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
        self._passes = fed(self.training.network, self.training.train, self.order, step)

    def propagate(self) -> Pass:
        """Forward and backward over the batch of the next step."""
        p = next(self._passes)
        forward(self.training.network, self.theta, p)
        backward(self.training.network, self.theta, p, self.gradient)
        self._propagated = True
        return p

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
