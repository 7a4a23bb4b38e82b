"""A whole job as a user waits for it, figures and report included, beside the bare steps of torch."""

from statistics import median

from tests.benchmarks.peers import torch_eager
from tests.benchmarks.sweep import READINGS, REPETITIONS, by_the_lab
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.workloads import W1
from tests.benchmarks.writing import Rows

SEEDS, STEPS = 20, 4000
TITLE = f"a whole job: {W1}, {SEEDS} trials of {STEPS} steps, {READINGS} readings, float32, one core; seconds"


def rows() -> Rows:
    yield ("", "seconds", "times as long")
    took = median(by_the_lab(W1, SEEDS, STEPS, 1, ("sigmoid",), ()) for _ in range(REPETITIONS))
    yield ("`lab run`, from start to end", f"{took:.1f}", "1.0")
    if step := torch_eager(W1, "float32"):
        bare = side_by_side({"torch": step})["torch"] * SEEDS * STEPS / 1e6
        yield ("the steps alone, by torch", f"{bare:.1f}", f"{bare / took:.1f}")
