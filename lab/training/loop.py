"""The training loop: some trials from their first weights to their last reading, with either engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from time import monotonic

import numpy as np

from lab.network.parameters import Parameters
from lab.numerics import Array
from lab.training.compiled import CompiledSteps
from lab.training.compiled_reader import CompiledReader
from lab.training.reader import Reader
from lab.training.recorder import Readings, Recorder
from lab.training.stack import Stack, Training

CALL_SECONDS = 0.2
"""Steps are taken for about so long before an interrupt, a checkpoint or progress is thought of."""


def train(training: Training, trials: range) -> Readings:
    """The readings of these trials, trained side by side to the end; raises as `Course`."""
    course = Course(training, trials)
    course.advance(inf)
    return course.finished()


class Course:
    """The training of some trials, which can be put down between two steps and taken up again.

    A trial whose numbers stop being finite goes on as NaN and touches no other. When all have, it has ended.
    ``saved`` is what `saved` gave of the same training and the same trials: the rest is trained then, with
    the same bits. Raises PartError where a part makes weights that are no numbers.
    """

    def __init__(self, training: Training, trials: range, saved: Mapping[str, Array] | None = None) -> None:
        self.training, self.trials = training, trials
        self._stack, self._steps = begun(training, trials)
        self._recorder = Recorder(training.recording, len(trials), training.network.sizes)
        self._reader = Reader(self._stack, self._recorder, self._steps.evaluated)
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
        began, step = monotonic(), self._steps.step
        with np.errstate(all="ignore"):
            while not self.ended and (self._steps.step == step or monotonic() - began < seconds):
                self._go_on()
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
            final = [
                figure
                for given in (self.training.train, self.training.test)
                for figure in self._steps.evaluated(given)
            ]
        return self._recorder.finished(final, self._seconds + monotonic() - began)

    def _go_on(self) -> None:
        """Take the reading that is due, in the kernel with steps and readings after it, or steps up to it.

        So many steps at a time as last `CALL_SECONDS`, but at most eight times as many as were ever taken.
        """
        began, step, due = monotonic(), self._steps.step, self._due[self._read]
        if step < due:
            self._steps.run_to(min(due, step + self._pace))
        elif self._compiled and (readings := self._compiled.take(self._read, self._pace)):
            self._read += readings
        else:
            self._look()
        if steps := self._steps.step - step:
            in_time = steps * CALL_SECONDS / max(monotonic() - began, 1e-9)
            self._pace = max(1, int(min(in_time, max(self._pace, 8 * steps))))

    def _look(self) -> None:
        """Read the step that is next by the numpy core, and take it: a plan moves the optimiser on."""
        p, last = self._steps.propagate(), self._steps.step == self.training.steps
        if self._reader.plans and not last:
            self._steps.plan()
        self._reader.read(self._read, p, last)
        self._read += 1
        if not self.ended:
            self._steps.run_to(self._steps.step + 1)

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
