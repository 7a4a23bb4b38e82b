"""What recording at every step adds to a step: ``python -m tests.benchmarks.recording``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle

import numpy as np
from threadpoolctl import threadpool_limits

from lab.experiment.probes import COLUMNS
from lab.experiment.reader import LONGEST_RING, Reader
from lab.experiment.recorder import Recorder
from lab.experiment.schedule import schedule
from lab.experiment.training import Stack
from tests.benchmarks.timing import kernels, side_by_side
from tests.benchmarks.workloads import NORMS, W1, W2, W3A, W5, Workload

READINGS = 2**13
"""Those of the recorder; the first step of a ring must leave room for the whole of it."""


def read_every_step(workload: Workload, dtype: str, columns: Sequence[str]) -> Callable[[], object]:
    """A step that is read, into the rows of one recorder in turn."""
    training = workload.training(dtype, columns=tuple(columns))
    stack = Stack(training, range(1))
    plan = schedule(READINGS, 1)
    recorder = Recorder(plan, training.recording.probes, columns, 1, training.network.depth)
    reader = Reader(training.network, training.recording, training.test, stack.step, recorder)
    turns = cycle(range(READINGS - 2 * LONGEST_RING))

    def step() -> None:
        p = stack.propagate()
        reader.read(next(turns), p, last=False)
        stack.advance(1)

    return step


def alone(workload: Workload, dtype: str) -> Callable[[], object]:
    """The same step without a reading."""
    stack = Stack(workload.training(dtype), range(1))

    def step() -> None:
        stack.propagate()
        stack.advance(1)

    return step


def main(workloads: Sequence[Workload] = (W1, W5, W2, W3A)) -> None:
    """Print the table."""
    print(f"what recording at every step adds, float32, one network, one thread, {kernels()}\n")
    print(f"{'':5}{'step µs':>10}{'norms':>10}{'all default':>14}")
    with np.errstate(all="ignore"), threadpool_limits(1):
        for workload in workloads:
            times = side_by_side(
                {
                    "step": alone(workload, "float32"),
                    "norms": read_every_step(workload, "float32", NORMS),
                    "all": read_every_step(workload, "float32", COLUMNS),
                }
            )
            norms, everything = (times[key] / times["step"] - 1 for key in ("norms", "all"))
            print(f"{workload.name:5}{times['step']:>10.0f}{norms:>10.0%}{everything:>14.0%}", flush=True)


if __name__ == "__main__":
    main()
