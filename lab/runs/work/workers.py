"""Training chunks in this process, in others or on a cluster, with one BLAS thread each.

A chunk has the same bits wherever it runs; the number of workers decides only how long it takes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from shutil import rmtree
from threading import Event
from time import monotonic
from typing import TypeAlias

from threadpoolctl import threadpool_limits

from lab.data.dataset import Dataset
from lab.errors import StorageError
from lab.processes import can_begin, deferred
from lab.runs.work.cluster import scheduled
from lab.runs.work.crew import Crew, Died, Line, unless_stopped
from lab.runs.work.held_data import Held, held
from lab.runs.work.tasks import Outcome, Task, advanced, completed, forget
from lab.training.loop import CALL_SECONDS

HIRING_SECONDS = 1.0
"""Other processes train only where they save more than this: so long it takes until one has begun."""

HEARING_SECONDS = 0.01
"""So long at least this process trains before it hears the others."""

Progress: TypeAlias = Callable[[int], None]
"""What is called with the number of trial-steps done since its last call."""


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
    `lab.runs.work.cluster`. Else this process trains, and others beside it, so that there are ``workers``,
    once it has seen that they would save more than `HIRING_SECONDS`. What is to be done ``meanwhile`` it does
    while processes on this machine train or begin to, else before or after.

    The first Ctrl-C puts down what is under way, and KeyboardInterrupt is raised when that is kept. Raises
    StorageError as soon as something cannot be kept.
    """
    foreign = any(task.code and task.bench.allow_code for task in tasks) and can_begin()
    with deferred() as stop:
        line = _Here(progress, stop)
        if tasks and scheduler:
            for _ in unless_stopped(meanwhile, line):
                pass
            outcomes = scheduled(tasks, scheduler, line, trial_timeout, mixed)
        else:
            apart = foreign or trial_timeout is not None
            outcomes = _on_this_machine(tasks, workers, line, trial_timeout, apart, meanwhile)
        for outcome in outcomes:
            if outcome.unkept:
                raise StorageError(outcome.error)
            if not outcome.stopped:
                yield outcome
    if stop.is_set():
        raise KeyboardInterrupt


@dataclass
class _Here(Line):
    """The line to this process: what is ``done`` of each task, and of which no progress is told twice."""

    progress: Progress
    stop: Event
    done: Counter[object] = field(default_factory=Counter)

    def tell(self, task: object, done: int) -> None:
        more = max(done - self.done[task], 0)
        self.done[task] += more
        self.progress(more)

    def stopped(self) -> bool:
        return self.stop.is_set()


def _on_this_machine(
    tasks: Sequence[Task],
    workers: int,
    line: _Here,
    seconds: float | None,
    apart: bool,
    meanwhile: Iterable[object],
) -> Iterator[Outcome]:
    """Train in processes, so many ``seconds`` a trial at most, and in this one too where not ``apart``.

    Data go to a process by files.
    """
    files: dict[int, Held] = {}

    def home(task: Task) -> Path:
        return task.folder.path / ".data"

    def sent(task: Task) -> Task:
        data = task.data
        if not isinstance(data, Dataset):
            return task
        if id(data) not in files:
            files[id(data)] = held(data, home(task))
        return replace(task, data=files[id(data)])

    limits = [None if seconds is None else seconds * len(task.chunk.trials) for task in tasks]
    crew = Crew(completed, tasks, min(workers, len(tasks)) if apart else 0, line, limits, sent)
    steps = unless_stopped(meanwhile, line) if apart else _here(crew, tasks, workers, line, meanwhile)
    try:
        with threadpool_limits(1):
            for number, ended in crew.results(steps):
                yield Outcome(tasks[number].chunk, ended.why) if isinstance(ended, Died) else ended
    finally:
        forget()
        for folder in set(map(home, tasks)):  # also of files that a full disk cut short
            rmtree(folder, ignore_errors=True)


def _here(
    crew: Crew[Task, Outcome], tasks: Sequence[Task], workers: int, line: _Here, meanwhile: Iterable[object]
) -> Iterator[tuple[int, Outcome] | None]:
    """The steps of this process, which trains what waits, and hires the others of the crew where that pays.

    What is to be done ``meanwhile`` is done as soon as others are hired; first where none may be.
    """
    workers = workers if can_begin() else 1
    pace, rest = _Pace(line, sum(task.steps for task in tasks)), unless_stopped(meanwhile, line)
    if min(workers, len(tasks)) <= 1:
        yield from rest
    for number in crew.taken():
        for outcome in advanced(tasks[number], pace, HEARING_SECONDS):
            useful = min(workers, crew.waiting + (outcome is None))
            if not crew.workers and useful > 1 and pace.saved(useful) > HIRING_SECONDS:
                crew.workers = useful - 1
            yield (number, outcome) if outcome else None
            if crew.workers:
                yield from rest
    yield from rest


@dataclass
class _Pace(Line):
    """The line to tasks in this process: how fast they go.

    ``steps`` are the trial-steps of all tasks; ``pace``, how many are done in a second. It is looked at over
    `CALL_SECONDS` at least, since the first steps of a training, which are read, last longer than others.
    """

    line: _Here
    steps: int
    pace: float = inf
    heard: float = field(default_factory=monotonic)
    lately: int = 0

    def tell(self, task: object, done: int) -> None:
        left = self.left
        self.line.tell(task, done)
        self.lately += left - self.left
        seconds = monotonic() - self.heard
        if seconds >= CALL_SECONDS or not self.lately:
            self.pace = self.lately / max(seconds, 1e-9) or inf
            self.heard, self.lately = monotonic(), 0

    def stopped(self) -> bool:
        return self.line.stopped()

    @property
    def left(self) -> int:
        """The trial-steps to be done."""
        return self.steps - self.line.done.total()

    def saved(self, workers: int) -> float:
        """The seconds that so many processes save."""
        return self.left / self.pace * (1 - 1 / workers)
