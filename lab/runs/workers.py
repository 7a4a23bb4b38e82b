"""Training chunks in this process, in others or on a cluster, with one BLAS thread each.

A chunk has the same bits wherever it runs; the number of workers decides only how long it takes.
"""

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from threading import Event
from time import monotonic
from typing import TypeAlias

from threadpoolctl import threadpool_limits

from lab.data.dataset import Dataset
from lab.errors import LabError, StorageError, told
from lab.experiment.variants import Variant
from lab.numerics import Array
from lab.processes import can_begin, deferred
from lab.runs.crew import Crew, Died, Line
from lab.runs.folder import RunFolder
from lab.runs.held import Held, held, let_go
from lab.runs.identity import Key
from lab.runs.preparation import Bench, Chunk
from lab.runs.provenance import code_of
from lab.training.divergence import located
from lab.training.loop import CALL_SECONDS, Course
from lab.training.recorder import Readings
from lab.training.stack import Training

Progress: TypeAlias = Callable[[int], None]
"""What is called with the number of trial-steps done since its last call."""

CHECKPOINT_SECONDS = 10.0
"""A chunk that is not at its end is kept this often."""

CHECKPOINT_SHARE = 0.05
"""Writing checkpoints takes about this share of a chunk's time at most."""


@dataclass(frozen=True)
class Task:
    """A chunk with all that a worker needs to train it, as plain values.

    ``data`` are those that were read when the run was prepared, or the files that hold them, or None where
    they go beside the task; the worker makes the parts again. ``code`` is the sha256 of each file of one's
    own that they are made from. It is kept on its way every ``keep_seconds``, if that is more often than
    `CHECKPOINT_SECONDS`.
    """

    chunk: Chunk
    variant: Variant
    bench: Bench
    folder: RunFolder
    data: Dataset | Held | None
    key: Key
    code: Mapping[str, str]
    keep_seconds: float = inf


_last: list[tuple[Key, Training]] = []
"""The training of the last chunk, if it may serve the next; of each process its own."""


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


def summed(progress: Callable[[int, int], None] | None, total: int) -> Progress:
    """What calls ``progress`` with the sum of the steps done, and their total."""
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, total)

    return advance


def trained(
    tasks: Sequence[Task],
    workers: int,
    progress: Progress,
    trial_timeout: float | None = None,
    scheduler: str = "",
    mixed: bool = False,
    meanwhile: Iterable[object] = (),
) -> Iterator[Outcome]:
    """Train the chunks and yield how each ended, as they end.

    Code of one's own is trained in processes that may die, and so is what has a ``trial_timeout`` in seconds.
    With the address of a ``scheduler`` its workers train them, ``mixed`` also by other versions: see
    `lab.runs.cluster`. This process does what is to be done ``meanwhile``, step by step, while processes on
    this machine train, else before.

    The first Ctrl-C puts down what is under way, and KeyboardInterrupt is raised when that is kept. Raises
    StorageError as soon as something cannot be kept.
    """
    with deferred() as stop:
        line = _Here(progress, stop)
        for outcome in _somewhere(tasks, workers, line, trial_timeout, scheduler, mixed, meanwhile):
            if outcome.unkept:
                raise StorageError(outcome.error)
            if not outcome.stopped:
                yield outcome
    if stop.is_set():
        raise KeyboardInterrupt


def _somewhere(
    tasks: Sequence[Task],
    workers: int,
    line: Line,
    trial_timeout: float | None,
    scheduler: str,
    mixed: bool,
    meanwhile: Iterable[object],
) -> Iterator[Outcome]:
    own = any(task.code and task.bench.allow_code for task in tasks) and can_begin()
    if tasks and not scheduler and (own or trial_timeout is not None or min(workers, len(tasks)) > 1):
        return _apart(tasks, workers, line, trial_timeout, meanwhile)
    deque(meanwhile, maxlen=0)
    if scheduler and tasks:
        from lab.runs.cluster import scheduled

        return scheduled(tasks, scheduler, line, trial_timeout, mixed)
    return _here(tasks, line)


@dataclass(frozen=True)
class _Here(Line):
    """The line to a task in this process."""

    progress: Progress
    stop: Event

    def tell(self, done: int) -> None:
        self.progress(done)

    def stopped(self) -> bool:
        return self.stop.is_set()


def _here(tasks: Sequence[Task], line: Line) -> Iterator[Outcome]:
    with threadpool_limits(1):
        for task in tasks:
            if line.stopped():
                return
            yield _outcome(task, line)


def _apart(
    tasks: Sequence[Task],
    workers: int,
    line: Line,
    seconds: float | None,
    meanwhile: Iterable[object],
) -> Iterator[Outcome]:
    """Train in processes of their own, to which the data go by files, so many ``seconds`` a trial at most."""
    files = {id(task.data): task.folder.path / ".data" for task in tasks}
    datasets = {id(task.data): task.data for task in tasks if isinstance(task.data, Dataset)}
    try:
        kept = {key: held(data, files[key]) for key, data in datasets.items()}
        sent = [replace(task, data=kept.get(id(task.data), task.data)) for task in tasks]
        limits = [None if seconds is None else seconds * len(task.chunk.trials) for task in tasks]
        crew: Crew[Outcome] = Crew(_outcome, sent, min(workers, len(tasks)), line, limits)
        for number, ended in crew.results(meanwhile):
            yield Outcome(tasks[number].chunk, ended.why) if isinstance(ended, Died) else ended
    finally:
        for home in set(files.values()):
            let_go(home)


def _outcome(task: Task, line: Line) -> Outcome:
    """Train a chunk, from its checkpoint if there is one, and keep its part."""
    chunk, folder, key = task.chunk, task.folder, task.key
    try:
        course, kept = begun(task, data_of(task), folder.checkpoint(chunk, key)), monotonic()
        interval = usual = min(task.keep_seconds, CHECKPOINT_SECONDS)
        line.tell(course.done)
        while not course.ended:
            before = course.done
            course.advance(CALL_SECONDS)
            line.tell(course.done - before)
            stopped = line.stopped() and not course.ended
            if stopped or monotonic() - kept > interval:
                began = monotonic()
                folder.keep_checkpoint(chunk, course.saved(), key)
                kept = monotonic()
                interval = max(usual, (kept - began) / CHECKPOINT_SHARE)
            if stopped:
                return Outcome(chunk, stopped=True)
        folder.keep_part(chunk, read(course), key)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # code of one's own may raise anything, SystemExit too
        return failed(chunk, error)
    return Outcome(chunk)


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
