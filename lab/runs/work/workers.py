"""Training chunks in this process, in others or on a cluster, with one BLAS thread each.

A chunk has the same bits wherever it runs; the number of workers decides only how long it takes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from shutil import rmtree
from threading import Event
from time import monotonic
from typing import TypeAlias

from threadpoolctl import threadpool_limits

from lab.data.dataset import Dataset
from lab.errors import StorageError
from lab.processes import can_begin, deferred
from lab.runs.work.cluster import scheduled
from lab.runs.work.crew import Crew, Died, Line, performed
from lab.runs.work.held_data import held
from lab.runs.work.tasks import Outcome, Task, completed, forget

HIRING_SECONDS = 1.0
"""Other processes train only where they save more than this: so long it takes until one has begun."""

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
    `lab.runs.work.cluster`. Else this process trains alone until it has seen that ``workers`` would save more
    than `HIRING_SECONDS`. What is to be done ``meanwhile`` it does step by step while processes on this
    machine train, else before or after.

    The first Ctrl-C puts down what is under way, and KeyboardInterrupt is raised when that is kept. Raises
    StorageError as soon as something cannot be kept.
    """
    own = any(task.code and task.bench.allow_code for task in tasks) and can_begin()
    with deferred() as stop:
        line = _Here(progress, stop)
        if tasks and scheduler:
            performed(meanwhile, line)
            outcomes = scheduled(tasks, scheduler, line, trial_timeout, mixed)
        elif tasks and (own or trial_timeout is not None):
            outcomes = _apart(tasks, workers, line, trial_timeout, meanwhile)
        else:
            outcomes = _here_or_apart(tasks, workers, line, meanwhile)
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


def _here(tasks: Sequence[Task], line: Line) -> Iterator[Outcome]:
    try:
        with threadpool_limits(1):
            for task in tasks:
                if line.stopped():
                    return
                yield completed(task, line)
    finally:
        forget()


@dataclass
class _Alone(Line):
    """The line to tasks in this process, which stops them once it has seen that others would end sooner.

    ``steps`` are the trial-steps of all tasks; ``pace``, how many were done in a second when one last told.
    """

    line: _Here
    workers: int
    steps: int
    pace: float = inf
    heard: float = field(default_factory=monotonic)

    def tell(self, task: object, done: int) -> None:
        before, self.heard = self.heard, monotonic()
        left = self.left
        self.line.tell(task, done)
        self.pace = (left - self.left) / max(self.heard - before, 1e-9) or inf

    @property
    def left(self) -> int:
        """The trial-steps to be done."""
        return self.steps - self.line.done.total()

    def stopped(self) -> bool:
        saved = self.left / self.pace * (1 - 1 / self.workers)
        return self.line.stopped() or saved > HIRING_SECONDS


def _here_or_apart(
    tasks: Sequence[Task], workers: int, line: _Here, meanwhile: Iterable[object]
) -> Iterator[Outcome]:
    """Train in this process, until it is seen that several would be through sooner; then in those.

    What is under way goes on there from where it is. What is to be done ``meanwhile`` is done first where no
    others may be asked.
    """
    workers = workers if can_begin() else 1
    alone = _Alone(line, min(workers, len(tasks)), sum(task.steps for task in tasks))
    if alone.workers <= 1:
        performed(meanwhile, line)
    todo = list(tasks)
    for outcome in _here(tasks, alone):
        if not outcome.stopped:
            todo.pop(0)
            alone.workers = min(workers, len(todo) or 1)
        yield outcome
    if todo and not line.stopped():
        yield from _apart(todo, workers, line, None, meanwhile)
    else:
        performed(meanwhile, line)


def _apart(
    tasks: Sequence[Task], workers: int, line: Line, seconds: float | None, meanwhile: Iterable[object]
) -> Iterator[Outcome]:
    """Train in processes of their own, to which the data go by files, so many ``seconds`` a trial at most."""
    home = tasks[0].folder.path / ".data"
    datasets = {id(task.data): task.data for task in tasks if isinstance(task.data, Dataset)}
    try:
        kept = {key: held(data, home) for key, data in datasets.items()}
        sent = [replace(task, data=kept.get(id(task.data), task.data)) for task in tasks]
        limits = [None if seconds is None else seconds * len(task.chunk.trials) for task in tasks]
        crew: Crew[Outcome] = Crew(completed, sent, min(workers, len(tasks)), line, limits)
        for number, ended in crew.results(meanwhile):
            yield Outcome(tasks[number].chunk, ended.why) if isinstance(ended, Died) else ended
    finally:
        rmtree(home, ignore_errors=True)
