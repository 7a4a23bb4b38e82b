"""A chunk with all that it takes to train it, from its checkpoint to its part, in any process."""

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from time import monotonic

from lab.data.dataset import Dataset
from lab.errors import LabError, StorageError, told
from lab.experiment.variants import Variant
from lab.numerics import Array
from lab.runs.bench import Bench
from lab.runs.chunks import Chunk
from lab.runs.files.folder import RunFolder
from lab.runs.identity import Key
from lab.runs.provenance import code_of
from lab.runs.work.crew import Line
from lab.runs.work.held_data import Held
from lab.training.divergence import located
from lab.training.loop import CALL_SECONDS, Course
from lab.training.recorder import Readings
from lab.training.stack import Training

CHECKPOINT_SECONDS = 10.0
"""A chunk that is not at its end is kept this often."""

CHECKPOINT_SHARE = 0.05
"""Writing checkpoints takes about this share of a chunk's time at most."""


@dataclass(frozen=True)
class Task:
    """A chunk with all that a worker needs to train it, as plain values.

    ``data`` are those that were read when the run was prepared, or the files that hold them, or None where
    they go beside the task; the worker makes the parts again. ``steps`` are its trial-steps. ``code`` is the
    sha256 of each file of one's own that parts are made from. It is kept on its way every ``keep_seconds``,
    if that is more often than `CHECKPOINT_SECONDS`.
    """

    chunk: Chunk
    steps: int
    variant: Variant
    bench: Bench
    folder: RunFolder
    data: Dataset | Held | None
    key: Key
    code: Mapping[str, str]
    keep_seconds: float = inf


@dataclass(frozen=True)
class Outcome:
    """How a chunk ended: ``error`` is one line, ``trace`` its traceback; both are empty where it is done.

    ``unkept`` tells that the error is one of storage, so that nothing else can be kept either; ``stopped``
    that the chunk was put down on the way.
    """

    chunk: Chunk
    error: str = ""
    trace: str = ""
    unkept: bool = False
    stopped: bool = False


_last: list[tuple[Key, Training]] = []
"""The training of the last chunk, if it may serve the next; of each process its own, see `forget`."""


def completed(task: Task, line: Line) -> Outcome:
    """Train a chunk, from its checkpoint if there is one, and keep its part."""
    *_, outcome = advanced(task, line, CALL_SECONDS)
    assert outcome is not None
    return outcome


def advanced(task: Task, line: Line, seconds: float) -> Iterator[Outcome | None]:
    """Train a chunk likewise, for so many ``seconds`` each time, and yield None; at its end how it ended."""
    chunk, folder, key = task.chunk, task.folder, task.key
    try:
        course, kept = begun(task, data_of(task), folder.parts.checkpoint(chunk, key)), monotonic()
        interval = usual = min(task.keep_seconds, CHECKPOINT_SECONDS)
        line.tell(chunk, course.done)
        while not course.ended:
            yield None
            course.advance(seconds)
            line.tell(chunk, course.done)
            stopped = line.stopped() and not course.ended
            if stopped or monotonic() - kept > interval:
                began = monotonic()
                folder.parts.keep_checkpoint(chunk, course.saved(), key)
                kept = monotonic()
                interval = max(usual, (kept - began) / CHECKPOINT_SHARE)
            if stopped:
                yield Outcome(chunk, stopped=True)
                return
        folder.parts.keep(chunk, read(course), key)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # code of one's own may raise anything, SystemExit too
        yield failed(chunk, error)
        return
    yield Outcome(chunk)


def data_of(task: Task) -> Dataset:
    """The data of a chunk that has them with it."""
    assert task.data is not None
    return task.data.dataset() if isinstance(task.data, Held) else task.data


def begun(task: Task, data: Dataset, saved: Mapping[str, Array] | None) -> Course:
    """The training of a chunk, from its beginning or from where it was ``saved``.

    Raises LabError where code of one's own is not what it was.
    """
    if (present := code_of(task.code, task.bench.folder)) != task.code:
        changed = ", ".join(name for name, digest in task.code.items() if present.get(name) != digest)
        raise LabError(f"{changed} changed since the run began")
    return Course(_training(task, data), task.chunk.trials, saved)


def forget() -> None:
    """Let go of the training of the last chunk, and of its data, as no other chunk follows here."""
    _last.clear()


def _training(task: Task, data: Dataset) -> Training:
    """The training of a chunk: that of the chunk before if its key is the same and all parts are the lab's.

    Parts of others may remember, and numbers must not depend on what was trained before.
    """
    if _last and _last[0][0] == task.key:
        return _last[0][1]
    made = task.bench.training(task.variant.settings, data)
    parts: list[object] = [*made.network.sigmas, made.network.cost, made.optimiser, made.initialiser]
    parts += made.recording.probes
    _last[:] = [(task.key, made)] if all(type(part).__module__.startswith("lab.") for part in parts) else []
    return made


def read(course: Course) -> Readings:
    """What was recorded of a training that has ended, and where trials diverged."""
    return located(course.training, course.trials, course.finished())


def failed(chunk: Chunk, error: BaseException) -> Outcome:
    """How a chunk ended that raised this error."""
    if isinstance(error, LabError):
        return Outcome(chunk, str(error), unkept=isinstance(error, StorageError))
    return Outcome(chunk, told(error), "".join(traceback.format_exception(error)))
