import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import lab
from lab.cli import cli
from lab.console.activations.shown import named_values
from lab.console.as_json import readable
from lab.errors import LabError, PartError
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    return lab.run(folder / "small.toml", results=folder / "results", plots=False)


def test_an_experiment_is_given_by_its_values(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = {
        "title": "Of values?",
        "data": {"name": "digits", "train": np.int64(40), "test": 20},
        "network": {"hidden": (4, 3)},
        "training": {"epochs": 2, "eta": np.float64(0.2)},
        "trials": {"seeds": 2},
        "vary": {"network.activation": ["tanh", {"name": "leaky-relu", "slope": 0.2}, "bell"]},
        "activations": {"bell": {"derivative": "exp(-z**2)"}},
    }
    run = lab.run(values, {"training.epochs": 1}, results=root, plots=False)
    assert run.path.parent == root / "notebook"
    assert run.variants["variant"].tolist() == ["tanh", "leaky-relu(slope=0.2)", "bell"]
    assert run.steps["epoch"].max() == 1
    again = lab.run(run.path / "experiment.toml", {"training.epochs": 1}, results=root, plots=False)
    pd.testing.assert_frame_equal(again.layers, run.layers)
    assert not list(tmp_path.glob("*.toml"))
    with pytest.raises(
        LabError, match=r"^network.hiden: unknown key; did you mean 'hidden'\? expected the widths"
    ):
        lab.run({"data": {"name": "digits"}, "network": {"hiden": [3]}})
    with pytest.raises(LabError, match="cannot be written as TOML: TOML has no None"):
        lab.run({"data": {"name": None}})


def test_a_run_keeps_what_is_made_of_its_tables_and_is_opened_by_its_name(run):
    kept = {path.stem for path in (run.path / "tables").glob("*.csv")}
    assert {"ledger", "comparisons"} <= kept
    assert "causes" not in kept
    read = pd.read_csv(run.path / "tables" / "ledger.csv", keep_default_na=False, na_values=[""])
    ledger = run.ledger.astype({"variant": read["variant"].dtype})
    pd.testing.assert_frame_equal(read.drop(columns="note"), ledger.drop(columns="note"))
    assert len(pd.read_csv(run.path / "tables" / "comparisons.csv")) == len(run.compare())
    opened = lab.load("small", results=run.path.parents[1])
    assert str(opened) == str(run)
    assert opened.layers.equals(run.layers)


def test_overrides_are_a_mapping_too_progress_is_told_and_plots_are_drawn_into_the_folder(
    small, root, few_figures
):
    told, overrides = [], {"training.epochs": 1, "trials.seeds": 1}
    run = lab.run(small, overrides, results=root, progress=lambda *sums: told.append(sums))
    assert told[-1] == (6, 6)
    assert len(run.trials) == 2
    assert run.steps["epoch"].max() == 1
    drawn = {path.name for path in (run.path / "plots").iterdir()}
    assert drawn == {f"{name}.{kind}" for name in ("learning_speed", "training") for kind in ("png", "svg")}


def test_an_activation_by_formula_and_by_name():
    sigma = lab.activation("tanh(z) + a*z", a=0.1)
    assert sigma(0.5) == pytest.approx(np.tanh(0.5) + 0.05, rel=1e-15)
    assert sigma.derivative(0.5) == pytest.approx(1 / np.cosh(0.5) ** 2 + 0.1, rel=1e-15)
    assert (sigma.slope_range.low, sigma.slope_range.high) == (pytest.approx(0.1), pytest.approx(1.1))
    assert lab.activation("leaky-relu", slope=0.2)(-1.0) == -0.2
    with pytest.raises(PartError, match="did you mean 'tanh'"):
        lab.activation("tahn")


def test_an_activation_by_its_derivative():
    sigma = lab.activation(derivative="floor + (1 - floor)*exp(-z**2)", floor=0.05)
    assert (sigma(0.0), sigma.derivative(0.0)) == (0.0, 1.0)
    assert sigma(9.0) == pytest.approx(0.45 + 0.95 * np.sqrt(np.pi) / 2, rel=1e-14)
    assert sigma.estimate < 1e-13
    one_of = r'^expected one of an activation, such as "tanh", and derivative='
    for words in ({}, {"spec": "tanh", "derivative": "z"}):
        with pytest.raises(PartError, match=one_of):
            lab.activation(**words)


def test_an_activation_is_certified_and_a_pair_leaves_a_parameter_open():
    sigma = lab.activation("tanh(z) + a*z", a=0.1)
    assert lab.certify(sigma, at_least=0.1).verdict == "CERTIFIED"
    assert lab.certify("tanh(z) + a*z", at_least=0.2, a=0.1).verdict == "REFUTED"
    assert lab.certify("leaky-relu", slope=0.2).inf == lab.Interval(0.2, 0.2)
    assert lab.certify({"name": "floored", "inner": "tanh"}, floor=0.2).inf.low == 0.2
    assert isinstance(lab.certify("tanh"), lab.Certificate)
    for range_ in ((0.05, 0.2), lab.Interval(0.05, 0.2)):
        assert lab.certify("tanh(z) + a*z", a=range_).inf.low == 0.05
        assert lab.certify(sigma, a=range_).inf.low == 0.05
    with pytest.raises(PartError, match="a: expected a range of finite numbers, low:high, got 2:1"):
        lab.certify("tanh(z) + a*z", a=(2, 1))
    for given in (lab.certify, lab.predict, lab.export):
        with pytest.raises(PartError, match="has its parameters, got a; only ranges"):
            given(sigma, a=0.3)


@pytest.mark.parametrize("sigma", ["tanh", "tanh(z) + 0.1*z", lab.activation("tanh")])
@pytest.mark.parametrize(
    ("function", "misspelt", "meant"),
    [
        (lab.certify, "at_leats", "at_least"),
        (lab.predict, "deph", "depth"),
        (lab.export, "lern", "learn"),
    ],
)
def test_a_misspelt_keyword_is_no_parameter_of_an_activation(sigma, function, misspelt, meant):
    name = f"lab.{function.__name__}"
    with pytest.raises(PartError, match=rf"{misspelt}.*; did you mean '{meant}' of {name}\?$"):
        function(sigma, **{misspelt: 0.1})
    with pytest.raises(PartError, match=r"(no parameter|has its parameters|does not occur)((?!did you).)*$"):
        function(sigma, quite_another=0.1)


def test_what_is_no_activation_is_told():
    for function in (lab.activation, lab.certify, lab.predict, lab.export):
        with pytest.raises(PartError, match=r"^expected the name of an activation, .*, got 5$"):
            function(5)


def test_one_function_and_one_dtype_are_audited_by_their_names():
    alone, listed = lab.audit("lab", only="tanh", dtypes="float32"), lab.audit("lab", only=["tanh"])
    assert set(alone["function"]) == set(listed["function"]) == {"tanh"}
    assert set(alone["dtype"]) == {"float32"}


def test_a_prediction_has_a_row_a_layer():
    table = lab.predict("tanh(z) + a*z", depth=4, weight_variance=1.0, bias_variance=0.5, a=0.1)
    assert list(table) == ["layer", "q", "correlation", "chi", "pair_chi", "ratio"]
    assert table["layer"].tolist() == [1, 2, 3, 4]
    assert table["ratio"].iloc[-1] == 1
    assert table["q"][0] == 1.5
    assert lab.predict(lab.activation("relu"), 3, 2.0, 0.0)["chi"].tolist() == pytest.approx([1, 1, 1])


def printed(*words):
    return json.loads(CliRunner().invoke(cli, [*words, "--json"], standalone_mode=False).stdout)


def test_the_command_predicts_and_proves_the_same_with_the_same_defaults():
    for subject, *words in (["tanh"], ["tanh(z) + a*z", "-p", "a=0.1"], ["leaky-relu", "-p", "slope=0.3"]):
        table = lab.predict(subject, **named_values(words[1:]))
        assert readable(table) == printed("predict", subject, *words)["layers"]
    found = lab.certify("tanh(z) + a*z", at_least=0.05, **named_values(["a=0.05:0.2"]))
    told = printed("certify", "tanh(z) + a*z", "-p", "a=0.05:0.2", "--at-least", "0.05")
    assert (told["verdict"], told["inf_slope"]) == (found.verdict, readable(found.inf))


def test_the_face_is_small_and_all_there():
    assert len(lab.__all__) <= 22
    assert dir(lab) == sorted(lab.__all__)
    assert all(getattr(lab, name) is not None for name in lab.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lab.nothing


OWN = {"network.activation": "mine.py:Mine", "vary": {}, "trials.seeds": 1}
DIES = "import os; {} and os._exit(3); "


def test_code_of_ones_own_that_ends_its_process_leaves_the_callers_alone(small, mine, root):
    """Where the run is prepared, and where it trains."""
    sine = "return np.sin(z)"
    mine(sine, DIES.format("True") + sine)
    with pytest.raises(LabError, match=r"lets run ended its process \(3\); nothing was done"):
        lab.run(small, OWN, results=root, allow_code=True, plots=False)
    assert not root.exists()
    mine(sine, DIES.format("z.ndim == 3 and z.shape[2] == 20") + sine)  # a batch
    run = lab.run(small, OWN, results=root, allow_code=True, plots=False)
    assert run.info["failures"][0]["error"] == "its worker ended (3), twice"


def test_code_of_ones_own_that_hangs_is_given_up_where_trials_have_a_limit(small, mine, root, monkeypatch):
    monkeypatch.setattr("lab.own_code.CHECK_SECONDS", 0.1)
    mine("return np.sin(z)", "import time; time.sleep(1000)")
    with pytest.raises(LabError, match=r"took longer than 0\.1 s"):
        lab.run(small, OWN, results=root, allow_code=True, plots=False, trial_timeout=5)


def test_a_run_is_verified_from_python(run):
    assert not any(one.problem for one in lab.verify(run.path))
