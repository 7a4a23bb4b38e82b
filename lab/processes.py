"""Processes that work beside this one."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

Task = TypeVar("Task")
Result = TypeVar("Result")


def usable_cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def pool(workers: int, begin: Callable[..., object], *given: Any) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes with one BLAS thread each, that end when this process does.

    Each calls ``begin(*given)`` first. At the end of the context what has not begun is dropped, and what has
    is waited for. A worker that is killed breaks the pool: its futures raise BrokenProcessPool.
    """
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(begin, *given))
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def submitted(
    executor: ProcessPoolExecutor, function: Callable[..., Result], tasks: Iterable[Task], *more: Any
) -> list[Future[Result]]:
    """The futures of ``function(task, *more)``; only this process answers to Ctrl-C, not those that start."""
    with _deaf_to_interrupts():
        return [executor.submit(function, task, *more) for task in tasks]


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C meanwhile, which processes that start now inherit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(begin: Callable[..., object], *given: Any) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    begin(*given)
    threadpool_limits(1)  # of the libraries that are loaded by now


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
