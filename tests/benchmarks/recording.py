"""What recording at every step adds to a step."""

from collections.abc import Callable

from lab.runs.bench import recorded
from lab.training.compiled_reader import OF_PERCENTILES
from lab.training.loop import train
from lab.training.probes import TABLE
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.workloads import W1, W2, W3A, W5, Workload
from tests.benchmarks.writing import Rows

TITLE = "what recording at every step adds to it, float32, one core"

PROBES = {name: part() for name, part in TABLE.items()}
DEFAULT = recorded(["default"], PROBES)
QUANTITIES = {
    "norms": ("learning_speed", "learning_speed_w", "delta_rms"),
    "default but percentiles": tuple(name for name in DEFAULT if name not in OF_PERCENTILES),
    "default": DEFAULT,
    "all": recorded(["all"], PROBES),
}
"""What is recorded: the norms of ∂C/∂b, ∂C/∂w and δ, and what the words of ``record.quantities`` mean."""

CASES = ((W1, 30), (W1, 100), (W5, 30), (W5, 100), (W2, 40), (W3A, 20))
"""A workload, and how many times the steps of one call of it a course takes."""

REPETITIONS = 3


def course(workload: Workload, times: int, columns: tuple[str, ...], every: int = 1) -> Callable[[], object]:
    """A whole course of training of one trial that reads these quantities."""
    training = workload.training("float32", columns, steps=times * workload.steps, every=every)

    def trained() -> None:
        train(training, range(1))

    return trained


def rows() -> Rows:
    kinds = (f"{word} ({len(columns)})" for word, columns in QUANTITIES.items())
    yield ("network, batch", "steps", "a step, µs", *kinds)
    for workload, times in CASES:
        read = {word: course(workload, times, columns) for word, columns in QUANTITIES.items()}
        courses = {"none": course(workload, times, (), every=10**9), **read}
        took, steps = side_by_side(courses, repetitions=REPETITIONS), times * workload.steps
        added = (f"{took[word] / took['none'] - 1:.0%}" for word in QUANTITIES)
        yield (str(workload), str(steps), f"{took['none'] / steps:.0f}", *added)
