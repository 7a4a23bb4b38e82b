"""What recording at every step adds to a step: ``python -m tests.benchmarks.recording``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle

import numpy as np
from threadpoolctl import threadpool_limits

from lab.experiment.schedule import schedule
from lab.training.loop import Stack
from lab.training.reader import LONGEST_RING, Reader
from lab.training.recorder import Recorder
from tests.benchmarks.peers import lab
from tests.benchmarks.timing import kernels, on_one_core, side_by_side
from tests.benchmarks.workloads import NORMS, W1, W2, W3A, W5, Workload
from tests.training.trainings import COLUMNS

READINGS = {1: 2**12, 80: 2**9}
"""Readings of a recorder of so many trials: enough that its few histograms do not count."""

CASES = ((W1, 1), (W5, 1), (W2, 1), (W3A, 1), (W5, 80))
"""A workload, and how many trials step side by side."""


def read_every_step(
    workload: Workload, trials: int, dtype: str, columns: Sequence[str]
) -> Callable[[], object]:
    """A step that is read, into the rows of one recorder in turn."""
    training = workload.training(dtype, columns=tuple(columns))
    stack = Stack(training, range(trials))
    readings = READINGS[trials]
    recording = replace(training.recording, schedule=schedule(readings, 1))
    reader = Reader(stack, Recorder(recording, trials, training.network.sizes[1:]))
    turns = cycle(range(readings - (2 * LONGEST_RING if trials == 1 else 0)))

    def step() -> None:
        p = stack.propagate()
        reader.read(next(turns), p, last=False)
        stack.advance(1)

    return step


def main(cases: Sequence[tuple[Workload, int]] = CASES) -> None:
    """Print the table."""
    on_one_core()
    print(f"what recording at every step adds, float32, one core, {kernels()}\n")
    print(f"{'':5}{'trials':>8}{'step µs':>10}{'norms':>10}{'all default':>14}")
    with np.errstate(all="ignore"), threadpool_limits(1):
        for workload, trials in cases:
            times = side_by_side(
                {
                    "step": lab(workload, "float32", trials),
                    "norms": read_every_step(workload, trials, "float32", NORMS),
                    "all": read_every_step(workload, trials, "float32", COLUMNS),
                }
            )
            norms, everything = (times[key] / times["step"] - 1 for key in ("norms", "all"))
            print(
                f"{workload.name:5}{trials:>8}{times['step']:>10.0f}{norms:>10.0%}{everything:>14.0%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
