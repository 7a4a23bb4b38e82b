"""What is told before the work, held to what a run takes."""

import json
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import pytest

import lab
from lab.analysis.ledger import COLUMNS
from lab.errors import ExperimentError
from lab.experiment.variants import load
from lab.figures.pictures import MOST_WORKERS
from lab.network.kernel.library import functions
from lab.results.training import prepare
from lab.runs.files.table_files import has_pyarrow
from lab.runs.forecast import estimate as estimates
from lab.runs.forecast import sample as samples
from lab.runs.forecast.estimate import (
    ARROW,
    CURVE_ROWS,
    DRAWING,
    LEDGER,
    PIECE_BYTES,
    TRAINS,
    bytes_of,
    estimate,
)
from lab.runs.forecast.sample import Sample
from lab.runs.preparation import prepared
from lab.runs.tables import PIECE_CELLS
from lab.runs.variant_tables import CURVE_Z
from lab.training.loop import Course
from tests.conftest import SMALL

ENGINES = ["numpy"] + ["compiled"] * (functions(np.dtype("f8")) is not None)


def near(told, found):
    assert found / 1.5 <= told <= found * 1.5, (told, found)


# What the arrays of a training take.

SHAPES = {
    "wide": {"network.hidden": [300, 300]},
    "wide, Adam, float32": {
        "network.hidden": [400],
        "training.optimiser": "adam",
        "training.dtype": "float32",
    },
    "all examples": {"network.hidden": [80, 80], "training.batch": "full"},
    "a batch of 1": {"network.hidden": [60, 60], "training.batch": 1},
    "fixed examples": {"record.on": "probe", "training.lambda": 1.0},
    "many trials": {"trials.seeds": 60, "network.hidden": [30, 30]},
    "many readings": {"trials.seeds": 20, "training.steps": 40, "record.every": 1},
    "all quantities": {"record.quantities": ["all"], "training.steps": 60, "record.every": 1},
    "all quantities of fixed examples": {"record.quantities": ["all"], "record.on": "probe"},
    "single neurons": {"record.neurons": True, "training.steps": 40},
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_arrays_of_a_training_are_counted(shape, engine, written):
    path = written('[data]\nname = "digits"\ntrain = 400\ntest = 200\n[network]\nhidden = [20, 20]\n'
                   "[training]\nbatch = 10\n")  # fmt: skip
    ready = prepared(load(path, {"training.steps": 4, "training.engine": engine} | SHAPES[shape]))
    _, training = ready.made[0]
    trials = max(len(chunk.trials) for chunk in ready.chunks)
    Course(training, range(1)).advance(0)  # what is made once stays out of it
    tracemalloc.start()
    try:
        course = Course(training, range(trials))
        while not course.ended:
            course.advance(1)
        course.finished()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    near(bytes_of(training, trials), peak)


# What a run takes.

MEASURED = """
import json, resource, sys
from pathlib import Path
import lab

def peak():
    told = Path("/proc/self/status")  # ru_maxrss counts the memory of the parent, too
    if told.exists():
        return 1024 * int(told.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

if __name__ == "__main__":
    run = lab.run(sys.argv[1], json.loads(sys.argv[2]), results=sys.argv[3], plots=sys.argv[4] == "True")
    print(run.path, peak())
"""


def held_to_a_run(path, given, plots, tmp_path):
    told = estimate(prepare(path, given), 1, plots)
    words = [
        sys.executable,
        "-c",
        MEASURED,
        str(path),
        json.dumps(given),
        str(tmp_path / "results"),
        str(plots),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    folder, peak = done.stdout.split()
    near(told.memory, int(peak))
    near(told.disk, sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()))
    return told, folder


def test_memory_and_disk_of_a_small_run_are_told_within_a_factor_of_one_and_a_half(small, tmp_path):
    told, folder = held_to_a_run(small, {"trials.seeds": 30}, False, tmp_path)
    assert told.rows == len(lab.load(folder).layers)


RUNS = {
    "many rows": {"trials.seeds": 40, "training.epochs": 60, "record.every": 1},
    "many rows, plots": {"trials.seeds": 20, "training.epochs": 60, "record.every": 1},
    "wide": {"network.hidden": [900, 900], "trials.seeds": 1},
    "a batch of 1": {"training.batch": 1, "training.epochs": 20},
    "many trials": {"trials.seeds": 400},
    "all quantities, neurons": {"record.quantities": ["all"], "record.neurons": True, "trials.seeds": 20},
    "one variant, plots": {"vary": {}, "training.epochs": 30},
}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shape", RUNS)
def test_memory_and_disk_of_runs_of_many_shapes(shape, engine, small, tmp_path):
    given = dict(RUNS[shape])
    if given.pop("vary", None) is not None:
        small.write_text(SMALL.replace('"network.activation" = ["sigmoid", "soft"]', ""))
    held_to_a_run(small, given | {"training.engine": engine}, "plots" in shape, tmp_path)


def test_what_is_counted_is_what_the_tables_have():
    assert len(CURVE_Z) == CURVE_ROWS
    assert PIECE_BYTES == pytest.approx(8 * PIECE_CELLS, rel=0.1)
    assert len(COLUMNS) == LEDGER
    assert DRAWING == MOST_WORKERS


def test_time_grows_with_steps_trials_and_variants_and_falls_with_workers(small, monkeypatch):
    sample = Sample(start=0.0, step=1.0, reading=0.0, binning=0.0, testing=0.0, end=0.0)
    monkeypatch.setattr(samples, "_sampled", lambda training, trials: sample)
    monkeypatch.setattr(estimates, "pace", lambda: 0.0)

    def seconds(workers=1, **given):
        path = small.with_name("other.toml")
        path.write_text(SMALL)
        return estimate(
            prepared(load(path, {key.replace("_", "."): x for key, x in given.items()})), workers
        ).seconds

    assert seconds() == 2 * 6
    assert seconds(training_epochs=20) == 2 * 60
    assert seconds(training_batch=1) == 2 * 120
    assert seconds(workers=2) == 6
    assert seconds(trials_seeds=600) == 6 * len(prepared(load(small, {"trials.seeds": 600})).chunks)


def test_what_fails_when_it_is_tried_leaves_only_the_time_unknown(small, monkeypatch):
    def refuses(*given):
        raise ZeroDivisionError

    monkeypatch.setattr(samples, "Course", refuses)
    told = estimate(prepare(small))
    assert isnan(told.seconds)
    assert told.memory > 0 < told.disk


@pytest.mark.parametrize(
    ("given", "key", "told"),
    [
        ({"network.hidden": [3000, 3000]}, "network.hidden", r"training needs about \d\d\d MiB of memory"),
        (
            {"trials.seeds": 5000, "training.epochs": 300},
            "record.every",
            r"2730000 rows of the table layers need about \d\.\d GiB of memory",
        ),
    ],
    ids=["fault 31: layers", "fault 44: rows"],
)
def test_what_memory_does_not_hold_is_refused_before_it_is_made(given, key, told, small, monkeypatch):
    monkeypatch.setattr(estimates, "free_memory", lambda: 2**29)
    monkeypatch.setattr(samples, "Course", None)
    with pytest.raises(ExperimentError, match=rf"{key}: {told}, and 510 MiB are free; expected"):
        prepare(small, given)


def test_code_of_ones_own_is_trained_in_a_process_of_its_own_which_takes_memory(small):
    ready = prepared(load(small))
    own = replace(ready, bench=replace(ready.bench, allow_code=True))
    arrow = ARROW * has_pyarrow()
    alone, apart = (estimate(one, tried=False).training - arrow for one in (ready, own))
    assert alone < 2 * TRAINS < apart < 2.2 * TRAINS
