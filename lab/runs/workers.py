"""Training chunks in this process or in a pool, with one BLAS thread each.

The same chunks have the same bits wherever they run; workers decide only how long it takes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from lab.data.dataset import Dataset
from lab.errors import LabError
from lab.experiment.schema import Data
from lab.experiment.variants import Variant
from lab.runs.assembly import Bench
from lab.runs.chunks import Chunk, keep
from lab.training.loop import train

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Task:
    """A chunk with all that a worker needs to train it, as plain values."""

    chunk: Chunk
    variant: Variant
    bench: Bench
    parts: Path


@dataclass(frozen=True)
class Outcome:
    """How a chunk ended: ``error`` is one line and ``trace`` where it came from; both empty when done."""

    chunk: Chunk
    error: str = ""
    trace: str = ""


def usable_cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def trained(tasks: Sequence[Task], workers: int, progress: Callable[[int], None]) -> Iterator[Outcome]:
    """Train the chunks and yield how each ended, as they end; ``progress`` is told trial-steps done."""
    if workers <= 1 or len(tasks) <= 1:
        with threadpool_limits(1):
            for task in tasks:
                yield _trained(task, progress)
    else:
        yield from _pooled(tasks, min(workers, len(tasks)), progress)


def _pooled(tasks: Sequence[Task], workers: int, progress: Callable[[int], None]) -> Iterator[Outcome]:
    waiting, attempts = list(tasks), 0
    while waiting:
        attempts += 1
        ended: set[Chunk] = set()
        try:
            for outcome in _one_pool(waiting, workers, progress):
                ended.add(outcome.chunk)
                yield outcome
        except BrokenProcessPool:
            waiting = [task for task in waiting if task.chunk not in ended]
            if attempts == 2:
                for task in waiting:
                    yield Outcome(task.chunk, "its worker was killed twice, perhaps for want of memory")
                return
        else:
            return


def _one_pool(tasks: Sequence[Task], workers: int, progress: Callable[[int], None]) -> Iterator[Outcome]:
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q", 0)
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(counter,))
    told = 0
    try:
        with _deaf_to_interrupts():
            pending: set[Future[Outcome]] = {pool.submit(_work, task) for task in tasks}
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            progress(counter.value - told)
            told = counter.value
            for future in done:
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C meanwhile: processes started now inherit that, and their parent alone answers it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_counter: Any = None


def _begin(counter: Any) -> None:
    """Prepare a worker: one BLAS thread, a counter to tell progress by, and an end when its parent ends."""
    global _counter
    _counter = counter
    threadpool_limits(1)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _work(task: Task) -> Outcome:
    def progress(done: int) -> None:
        with _counter.get_lock():
            _counter.value += done

    return _trained(task, progress)


def _trained(task: Task, progress: Callable[[int], None]) -> Outcome:
    try:
        training = task.bench.training(task.variant.settings, _data(task.bench, task.variant))
        keep(train(training, task.chunk.trials, progress), task.chunk.path(task.parts))
    except LabError as error:
        return Outcome(task.chunk, str(error))
    except Exception as error:
        return Outcome(task.chunk, f"{type(error).__name__}: {error}", traceback.format_exc())
    return Outcome(task.chunk)


def _data(bench: Bench, variant: Variant) -> Dataset:
    settings = variant.settings
    return _loaded(bench, settings.data.model_dump_json(exclude_none=True), settings.trials.seed)


@lru_cache(maxsize=4)
def _loaded(bench: Bench, data: str, seed: int) -> Dataset:
    return bench.dataset(Data.model_validate_json(data), seed)
