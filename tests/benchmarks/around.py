"""What is around the training: start-up, tables and figures."""

import io
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from timeit import Timer

import numpy as np
import pandas as pd

from lab.figures import draw
from lab.runs.files import csv_files
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.writing import Rows

ROWS, COLUMNS = 10**6, 10
LINES = 6
TITLE = f"around the training, seconds, one core; tables of {ROWS:,} × {COLUMNS}"


def start_up() -> dict[str, float]:
    """Seconds of processes that do nothing, tell the help, and check the first experiment."""
    programs = {
        "python -c pass": ["-c", "pass"],
        "lab --help": ["-m", "lab", "--help"],
        "lab check": ["-m", "lab", "check", "experiments/vanishing.toml"],
    }
    run = partial(subprocess.run, check=True, capture_output=True)
    return seconds({name: partial(run, [sys.executable, *words]) for name, words in programs.items()})


def tables() -> dict[str, float]:
    """Seconds for a million rows of ten numbers: from an array to a table, and to files in memory."""
    array = np.random.default_rng(0).normal(size=(ROWS, COLUMNS))
    names = [f"quantity{k}" for k in range(COLUMNS)]
    table = pd.DataFrame(array, columns=names)
    functions: dict[str, Callable[[], object]] = {
        "array → DataFrame": lambda: pd.DataFrame(array, columns=names),
        "npz": lambda: np.savez(io.BytesIO(), array),
        "CSV by pandas": lambda: table.to_csv(index=False),
        "CSV by the lab": lambda: csv_files.csv_by_python(table),
    }
    if find_spec("pyarrow"):
        functions["CSV by pyarrow"] = lambda: csv_files.csv(table)
        functions["Parquet"] = lambda: table.to_parquet(index=False)
    return {name: Timer(function).timeit(1) for name, function in functions.items()}


def figures() -> dict[str, float]:
    """Seconds to draw and save the figure ``training`` with six lines of many readings."""
    return seconds({f"{LINES} lines of {points:,} points": _figure(points) for points in (10_000, 100_000)})


def seconds(functions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Medians of repetitions that take turns."""
    return {name: micros / 1e6 for name, micros in side_by_side(functions).items()}


def _figure(points: int) -> Callable[[], object]:
    rng = np.random.default_rng(0)
    steps = pd.DataFrame(
        {
            "variant": np.repeat([f"variant {k}" for k in range(LINES)], points),
            "trial": 0,
            "step": np.tile(np.arange(points), LINES),
            "epoch": np.tile(np.arange(points) / 100, LINES),
            "status": "done",
            "cost": rng.random(LINES * points),
        }
    )

    def drawn() -> None:
        with TemporaryDirectory() as folder:
            draw("training", {"steps": steps}).savefig(Path(folder) / "figure.png")

    return drawn


def rows() -> Rows:
    yield ("", "seconds")
    for times in (start_up(), tables(), figures()):
        yield from ((name, f"{took:.3f}") for name, took in times.items())
