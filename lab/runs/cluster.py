"""Training chunks with the workers of a Dask scheduler that runs already, on this machine or on a cluster.

The scheduler sends a chunk to a worker, and to another one where that is lost. Readings come back here, and
here alone parts are written: so the bytes are those of a run without a cluster, and `lab resume` goes on.
Whoever may connect to a scheduler can run code on its workers: let it listen inside a trusted network.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

from threadpoolctl import threadpool_limits

from lab.data.dataset import Dataset
from lab.errors import LabError
from lab.runs.preparation import Chunk
from lab.runs.provenance import versions
from lab.runs.workers import Outcome, Progress, Task, data_of, failed, readings_of
from lab.training.recorder import Readings

if TYPE_CHECKING:
    from distributed import Client, Future

    Submitted: TypeAlias = dict[Future, Task]

MOST_LOST = 3
"""So often a chunk is sent again whose data were lost with all workers that had them."""

AHEAD = 4
"""So many chunks for each thread of the cluster are with the scheduler at a time."""

CONNECT_SECONDS = 10

_alone = threading.Lock()
"""Held while a chunk trains, since the threads of BLAS are limited for a whole process."""


def scheduled(tasks: Sequence[Task], address: str, progress: Progress) -> Iterator[Outcome]:
    """Train the chunks with the workers of the scheduler, keep their parts, and yield how each ended.

    Data are sent once to each worker, by content: a worker needs no file of them. It needs the lab, with the
    versions of this machine. Where this generator ends before its chunks do, these are cancelled.

    ``progress`` is called as a chunk ends, with the steps of its trials. Raises LabError where the extra
    ``cluster`` is not installed, nothing answers at the ``address``, a worker's versions differ, or the
    scheduler goes away; StorageError where a part cannot be kept.
    """
    with _connected(address) as client:
        _require_alike(client)
        yield from _Walk(client, progress).through(tasks)


class _Walk:
    """The chunks that are with the scheduler, and the data that its workers hold."""

    def __init__(self, client: "Client", progress: Progress) -> None:
        self.client, self.progress = client, progress
        self.pending: Submitted = {}
        self.data: dict[str, Future] = {}
        self.lost: dict[Chunk, int] = {}
        self.expected = versions()

    def through(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        from distributed import as_completed

        waiting, ended = iter(tasks), as_completed(loop=self.client.loop)
        try:
            while True:
                room = AHEAD * max(sum(self.client.nthreads().values()), 1) - len(self.pending)
                for _, task in zip(range(room), waiting, strict=False):
                    ended.add(self.submit(task))
                if not self.pending:
                    return
                future = next(ended)
                task = self.pending.pop(future)
                if future.status in ("cancelled", "lost"):
                    ended.add(self.submit(self.again(task)))
                    continue
                yield self.kept(task, future)
        finally:
            self.client.cancel(list(self.pending), force=True)

    def submit(self, task: Task) -> "Future":
        """Send a chunk, and its data where no worker has them."""
        data = data_of(task)
        if data.sha256 not in self.data:
            name = f"lab-data-{data.sha256}-{uuid4().hex}"
            try:
                self.data |= {data.sha256: self.client.scatter({name: data}, broadcast=True)[name]}
            except TimeoutError as error:
                raise LabError("--scheduler: no worker is left that takes the data") from error
        place = f"{task.folder}-{task.chunk.variant}-{task.chunk.first}"
        future = self.client.submit(
            _trained_here, task, self.data[data.sha256], self.expected, key=f"lab-{place}-{uuid4().hex}"
        )
        self.pending[future] = task
        return future

    def again(self, task: Task) -> Task:
        """The task once more, with its data sent anew. Raises LabError where that is no use."""
        self.lost[task.chunk] = self.lost.get(task.chunk, 0) + 1
        if self.client.status != "running" or self.lost[task.chunk] > MOST_LOST:
            raise LabError("the scheduler lost the chunks; what is finished is kept, go on with: lab resume")
        self.data.pop(data_of(task).sha256, None)
        return task

    def kept(self, task: Task, future: "Future") -> Outcome:
        """How a chunk ended whose future did; its part is written."""
        try:
            outcome, readings, steps = future.result()
        except Exception as error:  # a worker that it killed, again and again, or that could not load it
            return failed(task.chunk, error)
        if readings is not None:
            task.folder.keep_part(task.chunk, readings)
        self.progress(steps)
        return outcome  # type: ignore[no-any-return]


def _trained_here(
    task: Task, data: Dataset, expected: dict[str, str]
) -> tuple[Outcome, Readings | None, int]:
    """Train a chunk in this worker: how it ended, its readings and the steps that were taken."""
    done: list[int] = []
    try:
        _require_same(expected, versions(), "a worker")
        with _alone, threadpool_limits(1):
            readings = readings_of(task, data, done.append)
    except (Exception, SystemExit) as error:
        return failed(task.chunk, error), None, sum(done)
    return Outcome(task.chunk), readings, sum(done)


@contextmanager
def _connected(address: str) -> Iterator["Client"]:
    try:
        from distributed import Client
    except ImportError as error:
        raise LabError("--scheduler: run: pip install 'activation-lab[cluster]'") from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise LabError(
            f"--scheduler {address}: {reason}; expected the address of a Dask scheduler that runs, "
            "such as tcp://host:8786"
        ) from error
    try:
        yield client
    finally:
        client.close()


def _require_alike(client: "Client") -> None:
    """Raise LabError where a worker, or none, is there that could not give the same bytes."""
    if not client.nthreads():
        raise LabError("--scheduler: has no workers; start one: dask worker ADDRESS --nthreads 1")
    try:
        found: dict[str, Any] = client.run(versions)
    except Exception as error:
        raise LabError(
            f"--scheduler: a worker cannot load the lab: {type(error).__name__}: {error}; "
            "expected the same activation-lab on every worker"
        ) from error
    for worker, its in found.items():
        _require_same(versions(), its, f"the worker {worker}")


def _require_same(expected: dict[str, str], found: dict[str, str], who: str) -> None:
    other = [
        f"{name} {found.get(name)}, expected {version}"
        for name, version in expected.items()
        if found.get(name) != version
    ]
    if other:
        raise LabError(f"--scheduler: {who} has {', '.join(other)}, as this machine has")
