"""A whole sweep as a user waits for it, from the start of a process: ``python -m tests.benchmarks.sweep``.

Eight activations, ten or more seeds each, in float32. The lab reads all its quantities 20 times, keeps its
parts and writes its tables (``lab run --no-plots``); jax trains the same networks on as many batches,
compiled once for each σ with all its seeds under ``vmap``, and writes nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from tests.benchmarks import peers
from tests.benchmarks.workloads import SWEPT, W4, W5, Workload

SWEEPS = {"W4": (W4, 10, 300), "W5": (W5, 80, 2000)}
"""A workload, seeds of each σ, steps."""

READINGS = 20
REPETITIONS = 3


def experiment(workload: Workload, seeds: int, steps: int) -> str:
    """The sweep as an experiment file beside its data."""
    hidden = ", ".join(str(n) for n in workload.sizes[1:-1])
    names = ", ".join(f'"{name}"' for name in SWEPT)
    return f"""
[data]
name = "data.npz"
train = {workload.count}
test = 100
[network]
hidden = [{hidden}]
cost = "quadratic"
[training]
eta = 0.01
batch = {workload.batch}
steps = {steps}
dtype = "float32"
[trials]
seeds = {seeds}
[record]
every = {steps // READINGS}
[vary]
"network.activation" = [{names}]
"""


def by_the_lab(workload: Workload, seeds: int, steps: int, workers: int) -> float:
    """Seconds of ``lab run``."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        x, y = workload.data("float32")
        labels = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0].astype(int)
        np.savez(folder / "data.npz", x=np.vstack([x, x[:100]]), y=np.hstack([labels, labels[:100]]))
        (folder / "sweep.toml").write_text(experiment(workload, seeds, steps))
        words = ["run", "sweep.toml", "--no-plots", "--workers", str(workers)]
        return _seconds([sys.executable, "-m", "lab", *words], folder)


def by_jax(name: str) -> float:
    """Seconds of a process that trains the same by jax."""
    return _seconds([sys.executable, "-m", "tests.benchmarks.sweep", name], Path.cwd())


def trained_by_jax(workload: Workload, seeds: int, steps: int) -> None:
    """The sweep, in calls of `peers.SCAN` steps."""
    for name in SWEPT:
        scan = peers.jax_scan(workload, "float32", name, seeds)
        for _ in range(steps // peers.SCAN):
            scan()


def _seconds(words: Sequence[str], folder: Path) -> float:
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}
    began = perf_counter()
    subprocess.run(words, cwd=folder, env={**os.environ, **one}, check=True, capture_output=True)
    return perf_counter() - began


def main() -> None:
    """Print the table."""
    print(f"a whole sweep of eight σ, float32, {READINGS} readings; seconds from the start of the process\n")
    print(f"{'':4}{'trials':>8}{'steps':>8}{'lab, 1 worker':>16}{'lab, 2 workers':>22}{'jax':>22}")
    for name, (workload, seeds, steps) in SWEEPS.items():
        times: dict[str, list[float]] = {}
        for _ in range(REPETITIONS):
            for workers in (1, 2):
                seconds = by_the_lab(workload, seeds, steps, workers)
                times.setdefault(f"{workers}", []).append(seconds)
            if find_spec("jax"):
                times.setdefault("jax", []).append(by_jax(name))
        one = median(times["1"])
        cells = [
            f"{median(times[key]):.1f} ({median(times[key]) / one:.2f} ×)" if key in times else "–"
            for key in ("2", "jax")
        ]
        print(
            f"{name:4}{len(SWEPT) * seeds:>8}{steps:>8}{one:>16.1f}"
            + "".join(f"{cell:>22}" for cell in cells),
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        trained_by_jax(*SWEEPS[sys.argv[1]])
    else:
        main()
