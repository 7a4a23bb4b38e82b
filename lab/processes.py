"""Processes that work beside this one."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import ModuleType
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
    executor = ProcessPoolExecutor(workers, context, initializer=begun_worker, initargs=(begin, *given))
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def submitted(
    executor: ProcessPoolExecutor, function: Callable[..., Result], tasks: Iterable[Task], *more: Any
) -> list[Future[Result]]:
    """The futures of ``function(task, *more)``; only this process answers to Ctrl-C, not those that start."""
    with beginning():
        return [executor.submit(function, task, *more) for task in tasks]


class EndedError(Exception):
    """What was done `apart` was not done: its process ended, or took too long; the message says which."""


def apart(function: Callable[..., Result], *given: Any, seconds: float | None) -> Result:
    """``function(*given)``, done in a process of its own, which may print, hang or end without harm.

    What it prints goes to stderr. Raises EndedError where the process ends before the function does, and
    where that takes longer than so many ``seconds``, if any; then the process is killed.
    """
    process, connection = begun(_answer, function, *given)
    try:
        if not connection.poll(seconds):
            raise EndedError(f"took longer than {seconds:g} s")
        answer: Result = connection.recv()
        return answer
    except EOFError:
        process.join()
        raise EndedError(f"ended its process ({process.exitcode})") from None
    finally:
        process.kill()
        process.join()
        connection.close()


def _answer(connection: Connection, function: Callable[..., Any], *given: Any) -> None:
    connection.send(function(*given))


def begun(serve: Callable[..., object], *given: Any) -> tuple[BaseProcess, Connection]:
    """A process that does ``serve(connection, *given)``, and the other end of that connection.

    What it prints goes to stderr, and it ends when this process does.
    """
    context = multiprocessing.get_context("spawn")
    connection, theirs = context.Pipe()
    process = context.Process(target=_serving, args=(serve, theirs, *given), daemon=True)
    with beginning():
        process.start()
    theirs.close()
    return process, connection


def _serving(serve: Callable[..., object], connection: Connection, *given: Any) -> None:
    os.dup2(2, 1)  # what somebody's code prints is no result of a command
    begun_worker()
    serve(connection, *given)


def interrupt() -> None:
    """Answer Ctrl-C: raise KeyboardInterrupt, or let what `deferred` work is under way come to a stop."""
    if _stops:
        _stops[-1].set()
    else:
        raise KeyboardInterrupt


_stops: list[threading.Event] = []


@contextmanager
def deferred() -> Iterator[threading.Event]:
    """Meanwhile the first Ctrl-C only sets the event; whoever works here has to look at it.

    A second one is answered as ever. A handler other than Python's own calls `interrupt`.
    """
    stop = threading.Event()
    main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    own = main and before is signal.default_int_handler

    def first(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        stop.set()

    _stops.append(stop)
    if own:
        signal.signal(signal.SIGINT, first)
    try:
        yield stop
    finally:
        _stops.remove(stop)
        if own:
            signal.signal(signal.SIGINT, before)


def can_begin() -> bool:
    """Whether this process may have others beside it, as one of a pool of ``multiprocessing`` may not."""
    return not multiprocessing.current_process().daemon


@contextmanager
def beginning() -> Iterator[None]:
    """Meanwhile processes begin that ignore Ctrl-C, and do not run the script that is running here again.

    It is what `multiprocessing` would have each of them import; so nothing of it can be sent to them.
    """
    main = threading.current_thread() is threading.main_thread()
    with _one_at_a_time:
        script, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        before = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None  # which they inherit
        try:
            yield
        finally:
            if main:
                signal.signal(signal.SIGINT, before)
            sys.modules["__main__"] = script


_one_at_a_time = threading.Lock()


def begun_worker(begin: Callable[..., object] = lambda: None, *given: Any) -> None:
    """Make of this process one with a single BLAS thread, that ends when its parent does."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    begin(*given)
    threadpool_limits(1)  # of the libraries that are loaded by now


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
