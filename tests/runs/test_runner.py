from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from lab import plugins
from lab.errors import ExperimentError, LabError, StorageError
from lab.experiment.variants import load
from lab.parts import Initialiser
from lab.runs import preparation, runner
from lab.runs.folder import runs
from lab.runs.preparation import prepared
from lab.runs.runner import prepared_again, resumed, run
from lab.training.loop import Stack


def table_bytes(folder):
    return {path.name: path.read_bytes() for path in (folder.path / "tables").glob("*.csv")}


def written(small, old, new):
    text = small.read_text(encoding="utf-8")
    assert old in text
    small.write_text(text.replace(old, new), encoding="utf-8")
    return small


@pytest.fixture
def ready(small):
    return prepared(load(small))


def test_a_run_keeps_every_table_and_says_what_it_was(ready, root):
    folder = run(ready, root, argv=["lab", "run", "small.toml"])

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


def test_single_neurons_are_a_table_where_the_file_asks_for_them(ready, small, root):
    plain = run(ready, root)
    asked = run(prepared(load(small, ["record.neurons=true"])), root)
    assert set(asked.tables) - set(plain.tables) == {"neurons"}
    assert len(asked.table("neurons")) == 2 * 3 * 7 * (6 + 5 + 10)
    assert {name: plain.table(name).equals(asked.table(name)) for name in plain.tables} == dict.fromkeys(
        plain.tables, True
    )
    with pytest.raises(LabError, match=r"did not record 'neurons'; run again with -o record\.neurons=true"):
        plain.table("neurons")


def test_a_table_of_neurons_of_five_million_rows_is_refused_at_its_line(small):
    overrides = ["record.neurons=true", "network.hidden=[3000, 3000]", "trials.seeds=60"]
    with pytest.raises(ExperimentError, match=r"record\.neurons: the table of neurons would have at least"):
        load(small, overrides)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_file_gives_the_same_bytes_for_any_number_of_workers(ready, root, workers):
    assert table_bytes(run(ready, root)) == table_bytes(run(ready, root, workers=workers))


@pytest.mark.parametrize("size", [1, 2])
def test_the_size_of_a_chunk_changes_nothing(ready, root, monkeypatch, size):
    whole = table_bytes(run(ready, root))
    monkeypatch.setattr(preparation, "LARGEST_CHUNK", size)
    folder = run(ready, root)
    assert len(list((folder.path / "trials").glob("*.npz"))) == {1: 6, 2: 4}[size]
    assert table_bytes(folder) == whole


def test_progress_counts_all_trial_steps(ready, root):
    done = []
    run(ready, root, progress=done.append)
    assert sum(done) == ready.trial_steps == 2 * 3 * 6


def test_another_trial_changes_no_other_and_variants_begin_with_the_same_draws(small, root):
    """Same seed, same widths: the weights of two variants at the start are the same."""
    three = run(prepared(load(small)), root).table("layers")
    four = run(prepared(load(small, ["trials.seeds=4"])), root).table("layers")
    pd.testing.assert_frame_equal(three, four[four["trial"] < 3].reset_index(drop=True))
    start = three[three["step"] == 0].pivot(index=["trial", "layer"], columns="variant", values="weight_norm")
    assert (start["sigmoid"] == start["soft"]).all()


def test_fault_35_a_diverged_trial_is_kept_and_the_others_go_on(small, root):
    path = written(small, '"sigmoid", "soft"]', '"sigmoid", "z**3"]')
    path = written(path, "epochs = 2", "epochs = 20\neta = 5.0")
    folder = run(prepared(load(path)), root)
    trials = folder.table("trials").set_index(["variant", "trial"])
    assert (trials.loc["z^3", "status"] == "diverged").all()
    assert (trials.loc["sigmoid", "status"] == "done").all()
    layers = folder.table("layers").query("variant == 'z^3' and trial == 0")
    lost = layers["step"] >= trials.loc[("z^3", 0), "diverged_at"]
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
    path = written(
        small, '"network.activation" = ["sigmoid", "soft"]', '"network.initialiser" = ["nielsen", "broken"]'
    )
    folder = run(prepared(load(path)), root)
    assert folder.table("trials")["status"].tolist() == ["done"] * 3 + ["failed"] * 3
    failure = folder.info["failures"][0]
    assert failure["variant"] == "broken"
    assert failure["trials"] == [0, 1, 2]
    assert failure["error"] == "the initialiser Broken() makes weights that are not finite"
    assert set(folder.table("layers")["variant"]) == {"nielsen"}


def test_weights_without_a_critical_point_are_noted(small):
    critical = 'network.initialiser={name="critical", bias_variance=BIASES}'
    for biases, lacking in (("0.0", True), ("0.2", False)):
        chosen = [critical.replace("BIASES", biases), 'vary."network.activation"=["gelu", "tanh"]']
        notes = prepared(load(small, chosen)).notes
        assert [note.startswith("gelu(): no critical weights of bias_variance = 0;") for note in notes] == (
            [True] if lacking else []
        )


def test_fault_71_a_target_out_of_reach_is_noted(small):
    path = written(
        small,
        "hidden = [6, 5]",
        'hidden = [6, 5]\noutput = {name = "leaky-relu", slope = 0.0}\ncost = "quadratic"',
    )
    assert prepared(load(path)).notes == ()
    path = written(small, 'output = {name = "leaky-relu", slope = 0.0}', 'output = "z/(3 + 3*abs(z))"')
    assert prepared(load(path)).notes == (
        "targets from 0 to 1 lie outside the range [-0.333333, 0.333333] of the output's activation, "
        "which cannot reach them all",
    )


def interrupt_after(chunks_done, monkeypatch):
    real = runner.trained

    def some(tasks, workers, progress):
        for done, outcome in enumerate(real(tasks, workers, progress), 1):
            yield outcome
            if done == chunks_done:
                raise KeyboardInterrupt

    monkeypatch.setattr(runner, "trained", some)


def test_an_interrupted_run_is_resumed_to_the_same_bytes(ready, root, monkeypatch):
    whole = table_bytes(run(ready, root))
    with monkeypatch.context() as patch:
        interrupt_after(1, patch)
        with pytest.raises(KeyboardInterrupt):
            run(ready, root)
    folder = next(path for path in (root / "small").iterdir() if not list(path.glob("tables/*.csv")))
    folder = runner.RunFolder(folder)
    assert folder.info["status"] == "interrupted"
    before = {path: path.stat().st_mtime_ns for path in (folder.path / "trials").iterdir()}

    resumed(prepared_again(folder), folder)

    assert table_bytes(folder) == whole
    assert folder.info["status"] == "done"
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_a_damaged_part_is_trained_again(ready, root):
    folder = run(ready, root)
    whole = table_bytes(folder)
    part = next((folder.path / "trials").glob("*.npz"))
    part.write_bytes(part.read_bytes()[:-1] + b"\0")
    resumed(prepared_again(folder), folder)
    assert table_bytes(folder) == whole


def test_fault_70_data_that_changed_are_refused_on_resume(small, root, tmp_path):
    (tmp_path / "mine.csv").write_text("a,y\n" + "\n".join(f"{i},{i % 2}" for i in range(40)))
    path = written(small, 'name = "digits"\ntrain = 60\ntest = 20', 'name = "mine.csv"\ntarget = "y"')
    folder = run(prepared(load(path)), root)
    was = folder.info["data"][0]["sha256"]
    (tmp_path / "mine.csv").write_text("a,y\n" + "\n".join(f"{i + 1},{i % 2}" for i in range(40)))
    again = prepared_again(folder)
    with pytest.raises(
        StorageError, match=f"the data changed since the run began: was .*{was}.*, is "
    ) as refused:
        resumed(again, folder)
    assert again.data[0].sha256 in str(refused.value)


def test_data_that_changed_between_two_runs_of_one_process_are_read_again(small, root, tmp_path):
    path = written(small, 'name = "digits"\ntrain = 60\ntest = 20', 'name = "mine.csv"\ntarget = "y"')
    costs = []
    for period in (2, 2, 20):
        rows = "\n".join(f"{(i * 7) % 40},{i // period % 2}" for i in range(40))
        (tmp_path / "mine.csv").write_text(f"a,y\n{rows}")
        costs.append(run(prepared(load(path)), root).table("trials")["final_cost"].tolist())
    assert costs[0] == costs[1] != costs[2]


MINE = """
from dataclasses import dataclass
from lab import Activation

@dataclass(frozen=True)
class Mine(Activation):
    slant: float = 0.5

    def __call__(self, z):
        return self.slant * z

    def derivative(self, z):
        return 0 * z + self.slant
"""


def test_the_data_of_every_variant_are_recorded(small, root):
    """Two draws of one data set have one name and two contents."""
    path = written(small, 'name = "digits"', 'name = "moons"')
    path = written(path, '"network.activation" = ["sigmoid", "soft"]', '"data.noise" = [0.1, 0.2]')
    folder = run(prepared(load(path)), root)
    assert [data["name"] for data in folder.info["data"]] == ["moons", "moons"]
    assert len({data["sha256"] for data in folder.info["data"]}) == 2


def test_code_that_changed_is_refused_on_resume(small, root, tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    path = written(small, '"sigmoid", "soft"]', '"sigmoid", "mine.py:Mine"]')
    folder = run(prepared(load(path, allow_code=True)), root)
    assert list(folder.info["code"]) == ["mine.py"]
    resumed(prepared_again(folder), folder)
    (tmp_path / "mine.py").write_text(MINE.replace("0.5", "0.6"))
    with pytest.raises(StorageError, match="the code changed since the run began"):
        resumed(prepared_again(folder), folder)


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
        ('"soft"]', '"sqrt(z) + z"]', r"network\.activation: sqrt\(z\) \+ z is undefined at z = 0"),
    ],
    ids=["fault 26: a batch larger than the data", "no data", "targets", "an activation undefined near 0"],
)
def test_what_does_not_fit_the_data_is_refused_at_its_line(small, old, new, problem):
    path = written(small, old, new)
    with pytest.raises(ExperimentError, match=problem):
        prepared(load(path))


def test_fault_36_an_overflow_of_z_alone_is_saturation(small, root):
    """w of 1e38 in float32 makes z infinite, σ exactly 1 and σ′ exactly 0; nothing is lost."""
    path = written(small, "batch = 20", 'batch = 20\ndtype = "float32"')
    path = written(
        path,
        "hidden = [6, 5]",
        'hidden = [6, 5]\ncost = "quadratic"\ninitialiser = {name = "constant", w = 1e38}',
    )
    path = written(path, '"sigmoid", "soft"]', '"sigmoid"]')
    folder = run(prepared(load(path)), root)
    assert (folder.table("trials")["status"] == "done").all()
    layers = folder.table("layers").query("layer == 1")
    assert (layers["saturation"] == 1).all()
    assert (layers["learning_speed"] == 0).all()


def test_fault_42_float32_stays_float32(small):
    path = written(small, "batch = 20", 'batch = 20\ndtype = "float32"')
    stack = Stack(prepared(load(path)).made[1][1], range(2))
    p = stack.propagate()
    stack.advance(1)
    kinds = {array.dtype for part in (p.z, p.a1, p.slope, p.e, p.delta) for array in part.values()}
    assert kinds | {stack.theta.vector.dtype, stack.gradient.vector.dtype} == {np.dtype("float32")}


def test_a_sigma_that_cannot_be_predicted_ends_the_run_before_it_trains(ready, root, monkeypatch):
    def raising(*anything):
        raise ArithmeticError("no moments")

    monkeypatch.setattr(runner, "prediction", raising)
    monkeypatch.setattr(runner, "trained", lambda *anything: pytest.fail("trained"))
    with pytest.raises(ArithmeticError, match="no moments"):
        run(ready, root)
    (folder,) = runs(root)
    assert folder.status == "interrupted"
