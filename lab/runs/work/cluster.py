"""Training chunks with the workers of a Dask scheduler that runs already, on this machine or on a cluster.

The scheduler sends a chunk to a worker, and to another one where that is lost. Readings come back here, and
here alone parts are written: so the bytes are those of a run without a cluster, and `lab resume` goes on.
Whoever may connect to a scheduler can run code on its workers: let it listen inside a trusted network.
"""

import gc
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

from threadpoolctl import threadpool_limits

from lab.data.dataset import Dataset
from lab.errors import LabError, in_one_line, installs, told
from lab.numerics import Array
from lab.runs.chunks import Chunk
from lab.runs.files.whereabouts import word
from lab.runs.identity import Key, differences, key, made_with
from lab.runs.work.crew import POLL_SECONDS, Line
from lab.runs.work.tasks import Outcome, Task, begun, data_of, failed, read
from lab.training.loop import CALL_SECONDS
from lab.training.recorder import Readings

if TYPE_CHECKING:
    from distributed import Client, Future

    Submitted: TypeAlias = dict[Future, Task]

MOST_LOST = 3
"""So often a chunk is sent again whose data were lost with all workers that had them."""

AHEAD = 4
"""So many chunks for each thread of the cluster are with the scheduler at a time."""

CONNECT_SECONDS = 10

MAY_BE_MIXED = "; to mix them all the same, say --allow-mixed"

_alone = threading.Lock()
"""Held while a chunk trains, since the threads of BLAS are limited for a whole process."""


def scheduled(
    tasks: Sequence[Task], address: str, line: Line, trial_timeout: float | None = None, mixed: bool = False
) -> Iterator[Outcome]:
    """Train the chunks with the workers of the scheduler, keep their parts, and yield how each ended.

    Data are sent once to each worker, by content: a worker needs no file of them. A chunk that was put down
    goes on from its checkpoint; on a worker none is made. Its part is kept under the key that the worker
    found: another training than here is refused, and versions and processors other than here, unless they
    may be ``mixed``. Trials that take longer than the ``trial_timeout`` are given up between two steps. Once
    the ``line`` is stopped, or this generator ends before its chunks do, these are cancelled.

    The ``line`` is told as a chunk ends, of the steps of its trials. Raises LabError where the extra
    ``cluster`` is not installed, nothing answers at the ``address``, a worker may not be mixed in, or the
    scheduler goes away; StorageError where a part cannot be kept.
    """
    with _connected(address) as client:
        _require_alike(client, tasks, mixed)
        yield from _Walk(client, line, trial_timeout, mixed).through(tasks)


def require(address: str) -> None:
    """Raises LabError where the extra ``cluster`` is not installed, or nothing answers at the ``address``."""
    with _connected(address):
        pass


class _Walk:
    """The chunks that are with the scheduler, and the data that its workers hold."""

    def __init__(self, client: "Client", line: Line, trial_timeout: float | None, mixed: bool) -> None:
        self.client, self.line, self.trial_timeout, self.mixed = client, line, trial_timeout, mixed
        self.pending: Submitted = {}
        self.data: dict[str, Future] = {}
        self.lost: dict[Chunk, int] = {}
        self.ended: SimpleQueue[Future] = SimpleQueue()

    def through(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        waiting = iter(tasks)
        try:
            while True:
                if not self.line.stopped():
                    room = AHEAD * max(sum(self.client.nthreads().values()), 1) - len(self.pending)
                    for _, task in zip(range(room), waiting, strict=False):
                        self.submit(task)
                if not self.pending or (self.line.stopped() and self.ended.empty()):
                    return
                with suppress(Empty):
                    yield from self.taken(self.ended.get(timeout=POLL_SECONDS))
        finally:
            self.client.cancel(list(self.pending), force=True)

    def submit(self, task: Task) -> None:
        """Send a chunk, and its data where no worker has them."""
        data = data_of(task)
        if data.sha256 not in self.data:
            name = f"lab-data-{data.sha256}-{uuid4().hex}"
            try:
                self.data |= {data.sha256: self.client.scatter({name: data}, broadcast=True)[name]}
            except TimeoutError as error:
                raise LabError("--scheduler: no worker is left that takes the data") from error
        seconds = self.trial_timeout
        future = self.client.submit(
            _trained_here,
            replace(task, data=None),
            self.data[data.sha256],
            task.folder.parts.checkpoint(task.chunk, task.key),
            None if seconds is None else seconds * len(task.chunk.trials),
            self.mixed,
            key=f"lab-{task.folder}-{task.chunk.variant}-{task.chunk.first}-{uuid4().hex}",
        )
        self.pending[future] = task
        future.add_done_callback(self.ended.put)

    def taken(self, future: "Future") -> Iterator[Outcome]:
        """How a chunk ended whose future did; its part is written. A chunk that was lost is sent again."""
        task = self.pending.pop(future)
        if future.status in ("cancelled", "lost"):
            self.submit(self.again(task))
            return
        try:
            outcome, readings, found, steps = future.result()
        except Exception as error:  # a worker that it killed, again and again, or that could not load it
            yield failed(task.chunk, error)
            return
        if readings is not None:
            task.folder.parts.keep(task.chunk, readings, found)
        self.line.tell(task.chunk, steps)
        yield outcome

    def again(self, task: Task) -> Task:
        """The task once more, with its data sent anew. Raises LabError where that is no use."""
        self.lost[task.chunk] = self.lost.get(task.chunk, 0) + 1
        if self.client.status != "running" or self.lost[task.chunk] > MOST_LOST:
            lost = "the scheduler lost the chunks; what is finished is kept, go on with"
            raise LabError(f"{lost}: lab resume {word(task.folder.path)}")
        self.data.pop(data_of(task).sha256, None)
        return task


def _trained_here(
    task: Task, data: Dataset, saved: Mapping[str, Array] | None, limit: float | None, mixed: bool
) -> tuple[Outcome, Readings | None, Key, int]:
    """Train a chunk in this worker: how it ended, its readings, their key and the steps that were taken."""
    done = 0
    try:
        with _alone, threadpool_limits(1):
            course, since = begun(task, data, saved), monotonic()
            found = key(course.training, data.sha256)
            _require_same(task.key.trained, found.trained, "a worker")
            if not mixed:
                _require_same(task.key.made_with, found.made_with, "a worker", MAY_BE_MIXED)
            while not course.ended:
                course.advance(CALL_SECONDS)
                done = course.done
                if limit is not None and monotonic() - since > limit:
                    raise LabError(f"took longer than the {limit:g} s that its trials may")
            return Outcome(task.chunk), read(course), found, course.done
    except (Exception, SystemExit) as error:
        return failed(task.chunk, error), None, task.key, done


@contextmanager
def _connected(address: str) -> Iterator["Client"]:
    try:
        from distributed import Client
    except ImportError as error:
        raise LabError(
            f"--scheduler needs Dask, which is not installed; run: {installs('cluster')}"
        ) from error
    client, reason = None, ""
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = in_one_line(error)
    if client is None:
        gc.collect()  # what is left of the client closes now: while another begins, it would wait for ever
        raise LabError(
            f"--scheduler {address}: {reason}; expected the address of a Dask scheduler that runs, "
            "such as tcp://host:8786"
        )
    try:
        yield client
    finally:
        client.close()


def _require_alike(client: "Client", tasks: Sequence[Task], mixed: bool) -> None:
    """Raise LabError where a worker, or none, is there that could not give the same bytes."""
    if not client.nthreads():
        raise LabError("--scheduler: has no workers; start one: dask worker ADDRESS --nthreads 1")
    expected = {name: value for task in tasks for name, value in task.key.made_with.items()}
    try:
        found: dict[str, dict[str, str]] = client.run(made_with, "numpy")
    except Exception as error:
        raise LabError(
            f"--scheduler: a worker cannot load the lab: {told(error)}; "
            "expected the same activation-lab on every worker"
        ) from error
    for worker, its in found.items():
        if not mixed:
            _require_same(
                expected, {name: its[name] for name in expected}, f"the worker {worker}", MAY_BE_MIXED
            )


def _require_same(expected: Mapping[str, str], found: Mapping[str, str], who: str, hint: str = "") -> None:
    if expected != found:
        raise LabError(
            f"--scheduler: {who} has not what this machine has: {differences(expected, found)}{hint}"
        )
