"""Timing things side by side: interleaved repetitions in one process, medians, ratios."""

import os
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from timeit import Timer

REPETITIONS = 9
SECONDS = 0.05
"""The least time that one repetition takes."""


def side_by_side(
    functions: Mapping[str, Callable[[], object]], seconds: float = SECONDS, repetitions: int = REPETITIONS
) -> dict[str, float]:
    """The median time in µs of one call of each function.

    Every function is called until ``seconds`` are over to find how many calls a repetition has; then the
    repetitions of all functions take turns, so that a change of the machine's speed hits all of them.
    """
    timers = {name: (Timer(function), _calls(function, seconds)) for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(repetitions):
        for name, (timer, calls) in timers.items():
            times[name].append(timer.timeit(calls) / calls * 1e6)
    return {name: median(values) for name, values in times.items()}


def _calls(function: Callable[[], object], seconds: float) -> int:
    function()
    began, calls = perf_counter(), 0
    while perf_counter() - began < seconds:
        function()
        calls += 1
    return calls


def on_one_core() -> None:
    """Keep this process to one core, so that no library has more of them than another."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
