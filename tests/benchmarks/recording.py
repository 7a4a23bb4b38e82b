"""What recording at every step adds to a step."""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

from lab.experiment.schedule import schedule
from lab.runs.preparation import recorded
from lab.training.loop import Stack
from lab.training.probes import TABLE
from lab.training.reader import LONGEST_RING, Reader
from lab.training.recorder import Recorder
from tests.benchmarks.peers import lab
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.workloads import W1, W2, W3A, W5, Workload
from tests.benchmarks.writing import Rows

TITLE = "what recording at every step adds to it, float32, one core"

PROBES = {name: part() for name, part in TABLE.items()}
QUANTITIES = {
    "norms": ("learning_speed", "learning_speed_w", "delta_rms"),
    "default": recorded(["default"], PROBES),
    "all": recorded(["all"], PROBES),
}
"""What is recorded: the norms of ∂C/∂b, ∂C/∂w and δ, and what the words of ``record.quantities`` mean."""

READINGS = {1: 2**12, 80: 2**9}
"""Readings of a recorder of so many trials: enough that its few histograms do not count."""

CASES = ((W1, 1), (W5, 1), (W2, 1), (W3A, 1), (W5, 80))
"""A workload, and how many trials step side by side."""


def read_every_step(workload: Workload, trials: int, columns: tuple[str, ...]) -> Callable[[], object]:
    """A step that is read, into the rows of one recorder in turn."""
    training = workload.training("float32", columns=columns)
    stack = Stack(training, range(trials))
    readings = READINGS[trials]
    recording = replace(training.recording, schedule=schedule(readings, 1))
    reader = Reader(stack, Recorder(recording, trials, training.network.sizes[1:]))
    turns = cycle(range(readings - (2 * LONGEST_RING if trials == 1 else 0)))

    def step() -> None:
        p = stack.propagate()
        reader.read(next(turns), p, last=False)
        stack.run_to(stack.step + 1)

    return step


def rows() -> Rows:
    kinds = (f"{word} ({len(columns)})" for word, columns in QUANTITIES.items())
    yield ("network, batch", "trials", "a step, µs", *kinds)
    for workload, trials in CASES:
        read = {word: read_every_step(workload, trials, columns) for word, columns in QUANTITIES.items()}
        times = side_by_side({"step": lab(workload, "float32", trials), **read})
        added = (f"{times[word] / times['step'] - 1:.0%}" for word in QUANTITIES)
        yield (str(workload), str(trials), f"{times['step']:.0f}", *added)
