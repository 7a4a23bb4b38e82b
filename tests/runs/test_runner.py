import gc
import multiprocessing
import subprocess
import sys
import weakref
from dataclasses import dataclass, replace
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest

from lab import plugins
from lab.console.runs.listing import page as runs_page
from lab.errors import ExperimentError, LabError, StorageError
from lab.experiment.variants import load
from lab.parts import Initialiser
from lab.runs import runner
from lab.runs.files.folder import UNCHECKED
from lab.runs.files.root import runs
from lab.runs.files.whereabouts import word
from lab.runs.forecast.estimate import estimate
from lab.runs.growing import Growing
from lab.runs.parts import kept_parts, keys_of
from lab.runs.preparation import prepared, prepared_again
from lab.runs.runner import Terms, begun, resumed, run
from lab.runs.work import workers
from lab.runs.work.workers import trained
from lab.storage import remove
from lab.training.recorder import Recorder
from lab.training.stack import Stack


def table_bytes(folder):
    return {path.name: path.read_bytes() for path in (folder.path / "tables").glob("*.csv")}


def made(small, overrides=(), **leave):
    """A small experiment, changed and ready."""
    return prepared(load(small, overrides, **leave))


@pytest.fixture
def ready(small):
    return made(small)


def test_a_run_keeps_every_table_and_says_what_it_was(ready, root, monkeypatch):
    monkeypatch.setattr("sys.argv", ["/usr/bin/lab", "run", "small.toml"])
    done = []
    folder = run(ready, root, progress=done.append)
    assert sum(done) == ready.trial_steps == 2 * 3 * 6
    assert set(table_bytes(folder)) == {
        *("layers.csv", "steps.csv", "trials.csv", "variants.csv", "histograms.csv", "curves.csv"),
        "prediction.csv",
    }
    info = folder.info
    assert info["status"] == "done"
    assert info["argv"] == ["lab", "run", "small.toml"]
    assert info["variants"] == ["sigmoid", "soft"]
    assert [trial["status"] for trial in info["trials"]] == ["done"] * 6
    assert all(trial["seconds"] > 0 for trial in info["trials"])
    assert info["data"] == [{"name": "digits", "sha256": ready.data[0].sha256}]
    assert info["packages"]["numpy"] == np.__version__
    assert info["blas"]
    layers = folder.table("layers")
    assert len(layers) == 2 * 3 * 7 * 3  # variants, trials, readings 0 … 6, layers
    assert np.isfinite(layers["learning_speed"]).all()
    assert layers.groupby("step")["update_ratio"].apply(lambda ratio: ratio.isna().all()).to_dict() == {
        **dict.fromkeys(range(6), False),
        6: True,
    }


def test_that_a_class_was_not_checked_is_still_said_of_a_run_that_is_resumed(ready, root):
    note = f"{UNCHECKED}Mine(): derivative: …"
    folder = run(replace(ready, notes=(*ready.notes, note)), root)
    assert note in resumed(prepared_again(folder), folder).info["notes"]
    assert folder.info["notes"].count(note) == 1


def test_single_neurons_are_a_table_where_the_file_asks_for_them_and_are_not_too_many(ready, small, root):
    plain = run(ready, root)
    asked = run(made(small, ["record.neurons=true"]), root)
    assert set(asked.tables) - set(plain.tables) == {"neurons"}
    assert len(asked.table("neurons")) == 2 * 3 * 7 * (64 + 6 + 5 + 10)
    assert all(table.equals(asked.table(name)) for name, table in plain.tables.items())
    with pytest.raises(LabError, match=r"did not record 'neurons'; run again with -o record\.neurons=true"):
        plain.table("neurons")
    overrides = ["record.neurons=true", "network.hidden=[3000, 3000]", "trials.seeds=60"]
    with pytest.raises(ExperimentError, match=r"record\.neurons: the table of neurons would have at least"):
        load(small, overrides)


def test_a_run_that_ended_keeps_no_data_in_memory(small, root):
    ready = made(small)
    run(ready, root)
    held = [weakref.ref(one) for one in (*ready.data, *(training.train for _, training in ready.made))]
    del ready
    gc.collect()
    assert [one() for one in held] == [None] * len(held)


def test_the_tables_depend_on_neither_workers_nor_chunks(ready, root, monkeypatch):
    whole = table_bytes(run(ready, root))
    for count in (1, 2):
        assert table_bytes(run(ready, root, Terms(count))) == whole
    for size, chunks in ((1, 6), (2, 4)):
        monkeypatch.setattr("lab.runs.chunks.LARGEST_CHUNK", size)
        folder = run(ready, root)
        assert len(list((folder.path / "trials").glob("*.npz"))) == chunks
        assert table_bytes(folder) == whole


@pytest.mark.parametrize("workers", [None, 0, "2"])
def test_workers_are_a_count(workers):
    with pytest.raises(LabError, match=f"workers = {workers!r}: expected a whole number of processes"):
        Terms(workers)


def test_a_time_limit_is_refused_where_no_process_can_be_ended(monkeypatch):
    """As in one of a pool of multiprocessing, whose processes may begin no others."""
    monkeypatch.setattr(multiprocessing.current_process(), "_config", {"daemon": True})
    with pytest.raises(LabError, match="trial_timeout: needs processes that can be ended"):
        Terms(trial_timeout=1.0)


def test_another_trial_changes_no_other_and_variants_begin_with_the_same_draws(small, root):
    """Same seed, same widths: the weights of two variants at the start are the same."""
    three, four = (run(made(small, {"trials.seeds": seeds}), root).table("layers") for seeds in (3, 4))
    pd.testing.assert_frame_equal(three, four[four["trial"] < 3].reset_index(drop=True))
    start = three[three["step"] == 0].pivot(index=["trial", "layer"], columns="variant", values="weight_norm")
    assert (start["sigmoid"] == start["soft"]).all()


def test_fault_35_a_diverged_trial_is_kept_and_the_others_go_on(small, root):
    changed = {
        "training.epochs": 20,
        "training.eta": 5.0,
        "vary": {"network.activation": ["sigmoid", "z**3"]},
    }
    folder = run(made(small, changed), root)
    trials = folder.table("trials").set_index(["variant", "trial"])
    assert (trials.loc["z**3", "status"] == "diverged").all()
    assert (trials.loc["sigmoid", "status"] == "done").all()
    layers = folder.table("layers").query("variant == 'z**3' and trial == 0")
    lost = layers["step"] >= trials.loc[("z**3", 0), "diverged_at"]
    assert layers.loc[lost, "learning_speed"].isna().all()
    assert np.isfinite(layers.loc[~lost, "learning_speed"]).all()
    assert folder.info["status"] == "done"


@dataclass(frozen=True)
class Broken(Initialiser):
    """Weights that are no numbers."""

    def weights(self, n_in, n_out, rng):
        return np.full((n_out, n_in), np.nan)


def test_fault_37_weights_that_are_no_numbers_name_the_part(small, root, monkeypatch):
    monkeypatch.setitem(plugins.built_in("initialisers"), "broken", Broken)
    folder = run(made(small, {"vary": {"network.initialiser": ["nielsen", "broken"]}}), root)
    assert folder.table("trials")["status"].tolist() == ["done"] * 3 + ["failed"] * 3
    failure = folder.info["failures"][0]
    assert failure["variant"] == "broken"
    assert failure["trials"] == [0, 1, 2]
    assert failure["error"] == "the initialiser Broken() makes weights that are not finite"
    assert set(folder.table("layers")["variant"]) == {"nielsen"}


def test_weights_without_a_critical_point_are_noted(small):
    changed = {"vary": {"network.activation": ["gelu", "tanh"]}}
    for biases, noted in ((0.0, 1), (0.2, 0)):
        critical = {"name": "critical", "bias_variance": biases}
        notes = made(small, {**changed, "network.initialiser": critical}).notes
        assert len(notes) == noted
        assert all(note.startswith("gelu(): no critical weights of bias_variance = 0;") for note in notes)


def test_fault_71_a_target_out_of_reach_is_noted(small):
    changed = {"network.output": {"name": "leaky-relu", "slope": 0.0}, "network.cost": "quadratic"}
    assert made(small, changed).notes == ()
    assert made(small, {**changed, "network.output": "z/(3 + 3*abs(z))"}).notes == (
        "targets from 0 to 1 lie outside the range [-0.333333, 0.333333] of the output's activation, "
        "which cannot reach them all",
    )


def test_an_interrupted_run_and_one_with_a_damaged_part_are_resumed_to_the_same_bytes(
    ready, root, monkeypatch
):
    def interrupted(*given):
        yield next(trained(*given))
        raise KeyboardInterrupt

    done = run(ready, root)
    whole = table_bytes(done)
    with monkeypatch.context() as patch:
        patch.setattr(runner, "trained", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(ready, root)
    (folder,) = (one for one in runs(root) if one != done)
    assert (folder.info["status"], table_bytes(folder)) == ("interrupted", {})
    before = {path: path.stat().st_mtime_ns for path in (folder.path / "trials").iterdir()}
    part = next((done.path / "trials").glob("*.npz"))
    part.write_bytes(part.read_bytes()[:-1] + b"\0")

    for one in (folder, done):
        resumed(prepared_again(one), one)
        assert table_bytes(one) == whole
        assert one.info["status"] == "done"
    assert len(before) == 2
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


OWN_DATA = {"data": {"name": "mine.csv", "target": "y"}}


def write_csv(folder, slope=1, period=1):
    rows = "\n".join(f"{slope * i % 40},{i // period % 2}" for i in range(40))
    (folder / "mine.csv").write_text(f"a,y\n{rows}")


def test_a_run_is_taken_up_with_the_engines_that_it_began_with(ready, root):
    folder = run(ready, root)
    began = {variant.label: training.engine for variant, training in ready.made}
    assert folder.info["engines"] == began
    assert [training.engine for _, training in prepared_again(folder).made] == list(began.values())
    folder.describe({key: value for key, value in folder.info.items() if key != "engines"})
    assert [training.engine for _, training in prepared_again(folder).made] == ["numpy", "numpy"]


def test_fault_70_data_that_changed_are_refused_on_resume(small, root, tmp_path):
    write_csv(tmp_path)
    folder = run(made(small, OWN_DATA), root)
    write_csv(tmp_path, slope=3)
    again = prepared_again(folder)
    was, now = folder.info["data"][0]["sha256"][:12], again.data[0].sha256[:12]
    told = f"the data changed since the run began: mine.csv was {was}…, mine.csv is {now}…$"
    with pytest.raises(StorageError, match=told):
        resumed(again, folder)


def test_data_that_changed_between_two_runs_of_one_process_are_read_again(small, root, tmp_path):
    costs = []
    for period in (2, 2, 20):
        write_csv(tmp_path, slope=7, period=period)
        costs.append(run(made(small, OWN_DATA), root).table("trials")["final_cost"].tolist())
    assert costs[0] == costs[1] != costs[2]


def test_fault_109_what_a_cut_write_left_is_swept_when_the_run_is_taken_up(ready, root):
    folder = run(ready, root)
    for part in (".", "trials", "tables", "plots"):
        (folder.path / part / ".half.npz.123.tmp").write_bytes(b"x")
    (folder.path / ".data" / "old").mkdir(parents=True)
    resumed(ready, folder)
    assert not list(folder.path.rglob("*.tmp"))
    assert not (folder.path / ".data").exists()


def test_fault_97_a_full_disk_tells_how_to_go_on(ready, root, monkeypatch):
    told = "layers.csv: cannot be written: No space left on device"
    with monkeypatch.context() as full:
        full.setattr(Growing, "finished", Mock(side_effect=StorageError(told)))
        with pytest.raises(StorageError) as caught:
            run(ready, root)
    (folder,) = runs(root)
    resume = f"lab resume {word(folder.path)}"
    assert str(caught.value) == f"{told}; what is finished is kept, go on with: {resume}"
    assert folder.status == "interrupted"
    assert resumed(prepared_again(folder), folder).status == "done"


def test_a_run_that_its_caller_ends_is_not_done_before(ready, root):
    folder = run(ready, root, Terms(ends=False))
    assert (folder.info["status"], folder.status) == ("running", "interrupted")
    folder.ended("done")
    assert folder.status == "done"


def test_the_data_of_every_variant_are_recorded(small, root):
    """Two draws of one data set have one name and two contents."""
    folder = run(made(small, {"data.name": "moons", "vary": {"data.noise": [0.1, 0.2]}}), root)
    assert [data["name"] for data in folder.info["data"]] == ["moons", "moons"]
    assert len({data["sha256"] for data in folder.info["data"]}) == 2


def test_code_that_changed_is_refused_on_resume(small, root, mine, alone):
    mine()
    changed = {"vary": {"network.activation": ["sigmoid", "mine.py:Mine"]}}
    folder = run(made(small, changed, allow_code=True), root)
    assert list(folder.info["code"]) == ["mine.py"]
    resumed(prepared_again(folder, allow_code=True), folder)
    mine("np.sin(z)", "np.sin(z) + 1")
    with pytest.raises(
        StorageError, match=r"the code changed since the run began: mine\.py was \w{12}…, mine\.py is "
    ):
        resumed(prepared_again(folder, allow_code=True), folder)


def test_the_leave_that_a_run_had_is_no_leave_now(small, root, mine, alone, tmp_path):
    mine("import numpy as np", f"import numpy as np\nopen({str(tmp_path / 'ran')!r}, 'w').close()")
    changed = {"vary": {"network.activation": ["mine.py:Mine"]}}
    folder = run(made(small, changed, allow_code=True), root)
    assert folder.info["allow_code"] is True
    (tmp_path / "ran").unlink()
    with pytest.raises(ExperimentError, match=r"runs the code of mine\.py; .* say --allow-code"):
        prepared_again(folder)
    assert not (tmp_path / "ran").exists()


def test_fault_81_a_run_names_neither_user_nor_home(small, root, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOGNAME", tmp_path.parent.name)
    monkeypatch.setattr("sys.argv", ["lab", "run", str(small), f"--results={root}"])
    folder = run(made(small), root)
    told = (folder.path / "run.json").read_text()
    assert str(tmp_path) not in told
    assert tmp_path.parent.name not in told
    assert folder.info["argv"] == ["lab", "run", "~/small.toml", "--results=~/results"]
    resumed(prepared_again(folder), folder)


def test_code_in_a_folder_of_the_users_name_is_known_again_where_the_run_does_not_name_it(
    small, root, mine, alone, monkeypatch, tmp_path
):
    mine()
    for folder, file in (("alice", "mine.py"), ("project", "small.toml")):
        (tmp_path / folder).mkdir()
        (tmp_path / file).rename(tmp_path / folder / file)
    monkeypatch.setenv("LOGNAME", "alice")
    changed = {"vary": {"network.activation": ["../alice/mine.py:Mine"]}}
    done = run(made(tmp_path / "project" / "small.toml", changed, allow_code=True), root)
    assert list(done.info["code"]) == ["../~/mine.py"]
    remove(done.parts.path(done.parts.chunks[0]))
    assert resumed(prepared_again(done, allow_code=True), done).info["failures"] == []


def test_an_override_of_a_varied_key_takes_the_place_of_its_values(small):
    plan = load(small, ["network.activation=relu"])
    assert [variant.label for variant in plan.variants] == ["relu"]
    assert plan.notes == ("the values of network.activation in [vary] give way to its override",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("batch = 20", "batch = 61", r"small\.toml:12: training\.batch: a batch of 61 is more than the 60"),
        ('"digits"', '"mine.csv"\ntarget = "y"', r"small\.toml:4: data\.name: .*mine\.csv"),
        ('"digits"', '"teacher"', r"network\.cost: cross-entropy needs targets in \[0, 1\]"),
        ('"soft"]', '"sqrt(z) + z"]', r'vary\."network\.activation"\[1\]: .* is undefined at z = -0\.5'),
    ],
    ids=["fault 26: a batch larger than the data", "no data", "targets", "an activation undefined near 0"],
)
def test_what_does_not_fit_the_data_is_refused_at_its_line(small, old, new, problem):
    text = small.read_text(encoding="utf-8")
    assert old in text
    small.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ExperimentError, match=problem):
        made(small)


def test_fault_36_an_overflow_of_z_alone_is_saturation(small, root):
    """w of 1e38 in float32 makes z infinite, σ exactly 1 and σ′ exactly 0; nothing is lost."""
    constant = {"network.initialiser": {"name": "constant", "w": 1e38}, "network.cost": "quadratic"}
    changed = {"training.dtype": "float32", "vary": {"network.activation": ["sigmoid"]}}
    folder = run(made(small, constant | changed), root)
    assert (folder.table("trials")["status"] == "done").all()
    layers = folder.table("layers").query("layer == 1")
    assert (layers["saturation"] == 1).all()
    assert (layers["learning_speed"] == 0).all()


def test_fault_42_float32_stays_float32(small):
    stack = Stack(made(small, {"training.dtype": "float32"}).made[1][1], range(2))
    p = stack.propagate()
    stack.run_to(1)
    kinds = {array.dtype for part in (p.z, p.a1, p.slope, p.e, p.delta) for array in part.values()}
    assert kinds | {stack.theta.vector.dtype, stack.gradient.vector.dtype} == {np.dtype("float32")}


def test_a_sigma_that_cannot_be_predicted_ends_the_run_before_it_trains(ready, root, monkeypatch):
    def raising(*anything):
        raise ArithmeticError("no moments")

    monkeypatch.setattr(runner, "predictions", raising)
    monkeypatch.setattr(workers, "completed", lambda *anything: pytest.fail("trained"))
    with pytest.raises(ArithmeticError, match="no moments"):
        run(ready, root)
    (folder,) = runs(root)
    assert folder.status == "interrupted"


# How the work grows with the number of variants and of trials.


def calls(function):
    """How many calls of functions, in Python and below, a call makes: the work, without a clock."""
    count = 0

    def seen(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        made = function()
    finally:
        sys.setprofile(None)
    return made, count


def growing(written, kind, n):
    """An experiment of n variants, or of n trials."""
    etas = [round(0.001 * (k + 1), 6) for k in range(n)]
    many = f'[trials]\nseeds = 1\n[vary]\n"training.eta" = {etas}\n'
    text = '[data]\nname = "digits"\ntrain = 20\ntest = 5\n[network]\nhidden = [2]\n[training]\nsteps = 1\n'
    return written(text + (many if kind == "variants" else f"[trials]\nseeds = {n}\n"), f"{kind}-{n}.toml")


def work(path, root):
    """The calls of each stage of a run whose parts are there: checked, prepared, assembled, listed."""
    found = {}
    plan, found["load"] = calls(lambda: load(path))
    ready, found["prepare"] = calls(lambda: prepared(plan))
    _, found["estimate"] = calls(lambda: estimate(ready, tried=False))
    chunks, found["chunks"] = calls(lambda: ready.chunks)
    folder, keys = begun(ready, root), keys_of(ready)
    for chunk in chunks:
        _, training = ready.made[chunk.variant]
        recorder = Recorder(training.recording, len(chunk.trials), training.network.sizes)
        recorder.readings.layers[...] = 1.0
        folder.parts.keep(chunk, recorder.readings, keys[chunk.variant])
    kept, found["parts"] = calls(lambda: kept_parts(ready, folder, keys))
    assert list(kept) == chunks
    _, found["tables"] = calls(lambda: assembled(ready, folder, kept))
    _, found["list"] = calls(lambda: list(runs_page(root).body))
    return found


def assembled(ready, folder, kept):
    """The tables made of the parts that are kept."""
    with folder.growing_tables() as grow:
        Growing(ready, folder, grow, kept).finished([], {})


def grows_no_faster(written, root, monkeypatch, kind, n, chunk):
    monkeypatch.setattr("lab.runs.chunks.LARGEST_CHUNK", chunk)
    work(growing(written, kind, 2), root / "first")  # what is made once stays out of it
    one, two = (work(growing(written, kind, many), root / str(many)) for many in (n, 2 * n))
    assert {stage: (one[stage], two[stage]) for stage in one if two[stage] > 2.2 * one[stage] + 100} == {}


@pytest.mark.parametrize("kind", ["variants", "trials"])
def test_the_work_grows_as_the_variants_and_the_chunks_of_trials(kind, written, root, monkeypatch):
    grows_no_faster(written, root, monkeypatch, kind, 12, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "n", "chunk"), [("variants", 400, 100), ("trials", 5000, 5)])
def test_fault_111_the_work_grows_as_800_variants_and_10_000_trials(
    kind, n, chunk, written, root, monkeypatch
):
    grows_no_faster(written, root, monkeypatch, kind, n, chunk)


ASSEMBLED = """
import resource, sys
from pathlib import Path
from lab.runs.files.folder import RunFolder
from lab.runs.preparation import prepared_again
from lab.runs.runner import resumed

folder = RunFolder(Path(sys.argv[1]))
resumed(prepared_again(folder), folder)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.mark.slow
def test_two_million_rows_are_assembled_in_half_a_gigabyte(written, root):
    path = written(
        '[data]\nname = "digits"\ntrain = 20\ntest = 5\n[network]\nhidden = [2, 2, 2, 2, 2, 2, 2, 2, 2]\n'
        "[training]\nsteps = 2000\n[trials]\nseeds = 100\n[record]\nevery = 1\n"
    )
    ready = prepared(load(path))
    folder, (key,) = begun(ready, root), keys_of(ready)
    rng, (_, training) = np.random.default_rng(0), ready.made[0]
    for chunk in ready.chunks:
        readings = Recorder(training.recording, len(chunk.trials), training.network.sizes).readings
        readings.layers[...] = rng.normal(size=readings.layers.shape)
        folder.parts.keep(chunk, readings, key)
    words = [sys.executable, "-c", ASSEMBLED, str(folder.path)]
    peak = int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert peak <= 2**29
    with (folder.path / "tables" / "layers.csv").open("rb") as table:
        assert sum(1 for _ in table) == 1 + 100 * 2001 * 10
