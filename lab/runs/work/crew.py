"""Processes that do one task at a time, so that one that dies or hangs takes only its own task along."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Generic, TypeVar

from lab.processes import begun

POLL_SECONDS = 0.2

END_SECONDS = 5.0
"""A process that is asked to end is killed when it has not after so long."""

_DONE = object()

Task = TypeVar("Task")
Result = TypeVar("Result")


class Line:
    """Between tasks and those who wait for them: how much is done, and whether they are to come to a stop."""

    def tell(self, task: object, done: int) -> None:
        """So much of a task is done by now; less than before where it begins again."""

    def stopped(self) -> bool:
        """Whether the tasks are to keep what they have, and return."""
        return False


def unless_stopped(steps: Iterable[object], line: Line) -> Iterator[None]:
    """Do these steps, one after another, until they are through or the ``line`` is stopped."""
    todo = iter(steps)
    while not line.stopped() and next(todo, _DONE) is not _DONE:
        yield


@dataclass(frozen=True)
class Died:
    """The fate of a task whose process ended before the task did; ``why`` in words."""

    why: str


class Crew(Generic[Task, Result]):
    """Does ``function(task, line)`` for each task, in so many processes.

    There may be none at first, and ``workers`` more later. A process gets what ``sent`` makes of a task. One
    that dies takes its own task along and no other. That task is tried once more, alone, when the others are
    through, and only then given up. One that lasts longer than its limit, in seconds, is ended and given up.
    Once ``line`` is stopped, tasks under way are told so, and no other begins.
    """

    def __init__(
        self,
        function: Callable[[Any, Line], Result],
        tasks: Sequence[Task],
        workers: int,
        line: Line,
        limits: Sequence[float | None],
        sent: Callable[[Task], Any] = lambda task: task,
    ) -> None:
        self.workers = workers
        self._function, self._tasks, self._line, self._limits = function, tasks, line, limits
        self._sent = sent
        self._waiting, self._suspects = deque(range(len(tasks))), deque[int]()
        self._alone: set[int] = set()
        self._crew: list[_Worker] = []

    @property
    def waiting(self) -> int:
        """How many tasks have not begun."""
        return len(self._waiting)

    def taken(self) -> Iterator[int]:
        """The numbers of tasks that the caller does itself, each taken from those that wait."""
        while self._waiting:
            yield self._waiting.popleft()

    def results(
        self, meanwhile: Iterable[tuple[int, Result] | None] = ()
    ) -> Iterator[tuple[int, Result | Died]]:
        """The numbers of the tasks with their results, as they end.

        This process does what is to be done ``meanwhile``: a step of it each time it has heard all workers,
        and the rest when all tasks ended. A step may give a result of a task that was `taken`.
        """
        todo, busy = iter(meanwhile), True
        try:
            while self._manned(busy) or busy:
                step = next(todo, _DONE) if busy else _DONE
                busy = step is not _DONE
                if isinstance(step, tuple):
                    yield step
                wait([worker.connection for worker in self._crew], 0 if busy else POLL_SECONDS)
                for worker in list(self._crew):
                    yield from self._ended(worker)
        finally:
            for worker in self._crew:
                worker.kill()

    def _manned(self, busy: bool) -> bool:
        """Whether a process is at work, once all that can begin has begun; this one may be ``busy``."""
        if self._line.stopped():
            self._waiting.clear()
            self._suspects.clear()
            for worker in self._crew:
                worker.stop()
        if not (busy or self._crew or self._waiting) and self._suspects:
            self._alone.add(self._suspects[0])
            self._waiting.append(self._suspects.popleft())
        while self._waiting and len(self._crew) < self.workers:
            self._crew.append(_Worker(self._function))
            self._begin(self._crew[-1])
        return bool(self._crew)

    def _begin(self, worker: "_Worker") -> None:
        number = self._waiting.popleft()
        worker.give(number, self._sent(self._tasks[number]))

    def _ended(self, worker: "_Worker") -> Iterator[tuple[int, Result | Died]]:
        """The result of a worker's task, if there is one by now."""
        number, limit = worker.number, self._limits[worker.number]
        try:
            while worker.connection.poll():
                word, value = worker.connection.recv()
                if word == "begun":
                    worker.since = monotonic()
                elif word == "done":
                    self._line.tell(*value)
                else:
                    if self._waiting and not self._line.stopped():
                        self._begin(worker)
                    else:
                        self._crew.remove(worker)
                        worker.end()
                    yield number, value
                    return
        except (EOFError, OSError):
            self._crew.remove(worker)
            why = worker.kill()
            if number in self._alone:
                yield number, Died(f"its worker {why}, twice")
            else:
                self._suspects.append(number)
            return
        if limit is not None and monotonic() - worker.since > limit:
            self._crew.remove(worker)
            worker.kill()
            yield number, Died(f"took longer than the {limit:g} s that its trials may")


class _Worker:
    """A process and the number of the task that it does, ``since`` when."""

    def __init__(self, function: Callable[[Any, Line], Any]) -> None:
        self._process, self.connection = begun(_serve, function)
        self.number, self.since, self._stopped = -1, monotonic(), False

    def give(self, number: int, task: Any) -> None:
        """Let it do a task. That it died meanwhile is seen when it is listened to."""
        self.number, self.since = number, monotonic()
        with suppress(OSError):
            self.connection.send(task)

    def stop(self) -> None:
        """Tell it, once, to come to a stop."""
        if not self._stopped:
            self._stopped = True
            with suppress(OSError):
                self.connection.send("stop")

    def end(self) -> None:
        """Let it end, as nothing is left to do."""
        self.connection.close()
        self._process.join(END_SECONDS)
        self.kill()

    def kill(self) -> str:
        """End it, if it has not; how it ended, in words."""
        self._process.join(0 if self._process.exitcode is None else None)
        self._process.join(POLL_SECONDS)  # where its line is cut, it is ending by itself
        self._process.kill()
        self._process.join()
        self.connection.close()
        code = self._process.exitcode or 0
        return f"was killed (signal {-code}), perhaps for want of memory" if code < 0 else f"ended ({code})"


class _Told(Line):
    """The end of the line in a worker."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection

    def tell(self, task: object, done: int) -> None:
        self._connection.send(("done", (task, done)))

    def stopped(self) -> bool:
        return self._connection.poll()


def _serve(connection: "Connection[Any, Any]", function: Callable[[Any, Line], Any]) -> None:
    """What a worker does: task after task, until the line is closed."""
    with suppress(EOFError, OSError):
        while True:
            task = connection.recv()
            if task == "stop":
                return
            connection.send(("begun", None))
            connection.send(("ended", function(task, _Told(connection))))
