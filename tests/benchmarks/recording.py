"""What recording at every step adds to a step."""

from collections.abc import Callable

from lab.runs.preparation import recorded
from lab.training.loop import train
from lab.training.probes import TABLE
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

STEPS = 4
"""How many times the steps of one call of a workload a course takes."""

CASES = ((W1, 1), (W5, 1), (W2, 1), (W3A, 1), (W5, 80))
"""A workload, and how many trials step side by side."""


def course(workload: Workload, trials: int, columns: tuple[str, ...], every: int = 1) -> Callable[[], object]:
    """A whole course of training that reads these quantities."""
    training = workload.training("float32", columns, steps=STEPS * workload.steps, every=every)

    def trained() -> None:
        train(training, range(trials))

    return trained


def rows() -> Rows:
    kinds = (f"{word} ({len(columns)})" for word, columns in QUANTITIES.items())
    yield ("network, batch", "trials", "a step, µs", *kinds)
    for workload, trials in CASES:
        read = {word: course(workload, trials, columns) for word, columns in QUANTITIES.items()}
        times = side_by_side({"none": course(workload, trials, (), every=10**9), **read})
        added = (f"{times[word] / times['none'] - 1:.0%}" for word in QUANTITIES)
        yield (str(workload), str(trials), f"{times['none'] / STEPS / workload.steps:.0f}", *added)
