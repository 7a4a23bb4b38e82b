"""A whole sweep as a user waits for it, from the start of a process.

Eight activations, ten or more seeds each, in float32. The lab reads its default quantities 20 times, keeps
its parts and writes its tables (``lab run --no-plots``); jax trains the same networks on as many batches,
compiled once for each σ with all its seeds under ``vmap``, and writes nothing. Both have one core, and the
lab's two workers two.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from lab.experiment.toml_writer import document
from tests.benchmarks import peers
from tests.benchmarks.timing import on_one_core
from tests.benchmarks.workloads import SWEPT, W4, W5, Workload
from tests.benchmarks.writing import Rows

SWEEPS = {"W4": (W4, 10, 300), "W5": (W5, 80, 2000)}
"""A workload, seeds of each σ, steps."""

READINGS = 20
TITLE = f"a sweep of eight σ, float32, {READINGS} readings; seconds from the start of the process"
REPETITIONS = 3


def experiment(workload: Workload, seeds: int, steps: int, sigmas: Sequence[str] = SWEPT) -> str:
    """The sweep as an experiment file beside its data."""
    return document(
        {
            "data": {"name": "data.npz", "train": workload.count, "test": 100},
            "network": {"hidden": list(workload.sizes[1:-1]), "cost": "quadratic"},
            "training": {"eta": 0.01, "batch": workload.batch, "steps": steps, "dtype": "float32"},
            "trials": {"seeds": seeds},
            "record": {"every": steps // READINGS},
            "vary": {"network.activation": list(sigmas)},
        }
    )


def by_the_lab(
    workload: Workload,
    seeds: int,
    steps: int,
    workers: int,
    sigmas: Sequence[str] = SWEPT,
    more: Sequence[str] = ("--no-plots",),
) -> float:
    """Seconds of ``lab run`` with these words ``more``, of one worker on one core."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        x, y = workload.data("float32")
        labels = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0].astype(int)
        np.savez(folder / "data.npz", x=np.vstack([x, x[:100]]), y=np.hstack([labels, labels[:100]]))
        (folder / "sweep.toml").write_text(experiment(workload, seeds, steps, sigmas))
        words = ["run", "sweep.toml", *more, "--workers", str(workers)]
        return _seconds([sys.executable, "-m", "lab", *words], folder, workers)


def by_jax(name: str) -> float:
    """Seconds of a process that trains the same by jax, on one core."""
    script = f"from tests.benchmarks import sweep; sweep.trained_by_jax({name!r})"
    return _seconds([sys.executable, "-c", script], Path.cwd(), 1)


def trained_by_jax(name: str) -> None:
    """The sweep, many steps a call."""
    workload, seeds, steps = SWEEPS[name]
    for sigma in SWEPT:
        scan = peers.jax_scan(workload, "float32", sigma, seeds)
        for _ in range(steps // workload.steps):
            scan()


def _seconds(words: Sequence[str], folder: Path, cores: int) -> float:
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}
    began = perf_counter()
    subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, **one},
        check=True,
        capture_output=True,
        preexec_fn=on_one_core if cores == 1 and hasattr(os, "sched_setaffinity") else None,
    )
    return perf_counter() - began


def rows() -> Rows:
    yield ("network, batch", "trials", "steps", "lab, 1 worker", "lab, 2 workers", "jax")
    for name, sweep in SWEEPS.items():
        ways = {"1": partial(by_the_lab, *sweep, 1), "2": partial(by_the_lab, *sweep, 2)}
        if find_spec("jax"):
            ways["jax"] = partial(by_jax, name)
        rounds = [{way: seconds() for way, seconds in ways.items()} for _ in range(REPETITIONS)]
        times = {way: median(times[way] for times in rounds) for way in ways}
        cells = [
            f"{times[way]:.1f} ({times[way] / times['1']:.2f} ×)" if way in times else "–"
            for way in ("2", "jax")
        ]
        workload, seeds, steps = sweep
        yield (str(workload), str(len(SWEPT) * seeds), str(steps), f"{times['1']:.1f}", *cells)
