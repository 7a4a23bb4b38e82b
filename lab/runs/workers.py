"""Training chunks in this process or in a pool, with one BLAS thread each.

A chunk has the same bits wherever it runs; the number of workers decides only how long it takes.
"""

import multiprocessing
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from threadpoolctl import threadpool_limits

from lab.data.dataset import Dataset
from lab.errors import LabError
from lab.experiment.schema import Data
from lab.experiment.variants import Variant
from lab.processes import pool, submitted
from lab.runs.folder import RunFolder
from lab.runs.preparation import Bench, Chunk
from lab.training.divergence import located
from lab.training.loop import train
from lab.training.recorder import Readings

Progress: TypeAlias = Callable[[int], None]
"""What is called with the number of trial-steps done since its last call."""

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Task:
    """A chunk with all that a worker needs to train it, as plain values.

    The worker loads the data and makes the parts again: that is less than they would take to send.
    """

    chunk: Chunk
    variant: Variant
    bench: Bench
    folder: RunFolder


@dataclass(frozen=True)
class Outcome:
    """How a chunk ended: ``error`` is one line, ``trace`` its traceback; both are empty where it is done."""

    chunk: Chunk
    error: str = ""
    trace: str = ""


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
    tasks: Sequence[Task], workers: int, progress: Progress, scheduler: str = ""
) -> Iterator[Outcome]:
    """Train the chunks and yield how each ended, as they end.

    With the address of a ``scheduler`` its workers train them, see `lab.runs.cluster`.
    """
    _loaded.cache_clear()  # a file may have changed since this process trained on it
    if scheduler and tasks:
        from lab.runs.cluster import scheduled

        yield from scheduled(tasks, scheduler, progress)
    elif workers <= 1 or len(tasks) <= 1:
        with threadpool_limits(1):
            for task in tasks:
                yield _outcome(task, progress)
    else:
        yield from _pooled(tasks, min(workers, len(tasks)), progress)


def _pooled(tasks: Sequence[Task], workers: int, progress: Progress) -> Iterator[Outcome]:
    """A pool, and a second one for what is left where a worker of the first is killed."""
    waiting = {task.chunk: task for task in tasks}
    for _ in range(2):
        with suppress(BrokenProcessPool):
            for outcome in _one_pool(list(waiting.values()), workers, progress):
                del waiting[outcome.chunk]
                yield outcome
            return
    for chunk in waiting:
        yield Outcome(chunk, "its worker was killed twice, perhaps for want of memory")


def _one_pool(tasks: Sequence[Task], workers: int, progress: Progress) -> Iterator[Outcome]:
    counter = multiprocessing.get_context("spawn").Value("q", 0)
    reported = 0
    with pool(workers, _count_in, counter) as processes:
        pending = set(submitted(processes, _outcome, tasks, _count))
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            progress(counter.value - reported)
            reported = counter.value
            for future in done:
                yield future.result()


_counter: Any = None


def _count_in(counter: Any) -> None:
    """Prepare a worker: its progress is counted here."""
    global _counter
    _counter = counter


def _count(done: int) -> None:
    with _counter.get_lock():
        _counter.value += done


def _outcome(task: Task, progress: Progress) -> Outcome:
    """Train a chunk and keep its part."""
    try:
        task.folder.keep_part(task.chunk, readings_of(task, data_of(task), progress))
    except Exception as error:
        return failed(task.chunk, error)
    return Outcome(task.chunk)


def data_of(task: Task) -> Dataset:
    """The data that a chunk is trained on, loaded once for the chunks that share them."""
    settings = task.variant.settings
    return _loaded(task.bench, settings.data.model_dump_json(exclude_none=True), settings.trials.seed)


def readings_of(task: Task, data: Dataset, progress: Progress) -> Readings:
    """Train a chunk; what was recorded of it."""
    training, trials = task.bench.training(task.variant.settings, data), task.chunk.trials
    return located(training, trials, train(training, trials, progress))


def failed(chunk: Chunk, error: BaseException) -> Outcome:
    """How a chunk ended that raised this error."""
    if isinstance(error, LabError):
        return Outcome(chunk, str(error))
    trace = "".join(traceback.format_exception(error))
    return Outcome(chunk, f"{type(error).__name__}: {error}", trace)


@lru_cache(maxsize=4)
def _loaded(bench: Bench, data: str, seed: int) -> Dataset:
    """The data that ``[data]`` means, as JSON since that can be hashed."""
    return bench.dataset(Data.model_validate_json(data), seed)
