import json
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path
from shutil import copytree

import pytest

from lab import cli, own_code, plugins, run
from lab.activations.properties import PROPERTIES
from lab.console.activations import catalogue
from lab.console.runs import run as run_page
from lab.network.kernel.library import library
from lab.runs import runner
from lab.runs.work import tasks
from lab.runs.work.workers import trained
from lab.testing import ACTIVATION_CHECKS
from lab.training.divergence import located
from tests.conftest import SMALL

ONE = ("--workers", "1")
QUICK = ("--no-plots", *ONE)
ONCE = ("-o", "trials.seeds=1", "-o", "training.steps=1")


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """The results of the small experiment, trained once."""
    folder = tmp_path_factory.mktemp("once")
    path = folder / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    run(path, results=folder / "results", plots=False)
    return folder / "results"


@pytest.fixture
def kept(trained_once, lab, small, tmp_path):
    """The results of the small experiment, as the one test that asks for them may change them."""
    return copytree(trained_once, tmp_path / "results")


@pytest.fixture
def pages():
    """Asked for by a test that looks at the page of a run."""


@pytest.fixture(autouse=True)
def no_pages(request, monkeypatch):
    """The page of a run is a word where no test looks at it: it takes longer than so small a run."""
    if "pages" not in request.fixturenames:
        monkeypatch.setattr("lab.report.run.report", lambda *_, **__: "a page")


@pytest.fixture
def few_activations(monkeypatch):
    """Ten activations of all, for pages that list them."""
    real = plugins.usable("activations")
    few = ("tanh", "relu", "silu", "softsign", "plu", "twisted-tanh", "acon-b", "damped-snake", "floored")
    few = {name: real[name] for name in (*few, "threshold")}
    monkeypatch.setattr(plugins, "usable", lambda kind: few)


def test_run_ends_with_a_short_table_and_the_folder(lab, small, tmp_path, few_figures, pages):
    code, out, err = lab("run", small, *ONE)
    assert code == 0
    title, header, *rows, last, first = out.splitlines()
    rows = rows[: rows.index(next(row for row in rows if row.startswith("saturated: "))) + 1]
    assert title == "A small one"
    assert header.split()[:2] == ["variant", "trials"]
    shown = re.split(r" {2,}", header)[2:]
    assert shown == ["ratio start", "ratio end", "mean σ′", "saturated", "cost", "accuracy", "test"]
    *rows, ratio, saturated = rows
    by_layer = rows.index("Layer by layer")
    rows, of_layers = rows[:by_layer], rows[by_layer + 2 :]
    assert [row.split()[1:3] for row in of_layers if "output" in row] == [["3", "output"]] * 2
    assert ratio.startswith("ratio: ‖∂C/∂b‖ of layer 1 over layer 2")
    assert saturated.startswith("saturated: share of (hidden neuron, example)")
    assert [row.split()[:2] for row in rows] == [["sigmoid", "3"], ["soft", "3"]]
    assert last.startswith(f"results: {tmp_path / 'results' / 'small'}")
    page = Path(first.removeprefix("look first at: "))
    assert str(page) == f"{last.removeprefix('results: ')}/report.html"
    assert page.is_file()
    assert "2 variants × 3 trials × 6 steps" in err
    assert "1 variant × 1 trial × 1 step\n" in lab("run", small, *QUICK, "-o", "vary={}", *ONCE)[2]
    assert (tmp_path / "results" / "small").is_dir()


def test_a_run_ends_with_its_answer_and_what_to_see(lab, small, few_figures, pages):
    line = "see.answer='σ is {variants}'"
    code, out, _ = lab("run", small, *ONE, "-o", line, "-o", "see.training='it learns'")
    assert code == 0
    *_, sight, path, _, answer, first = out.splitlines()
    assert (sight, answer) == ("training: it learns", "Answer: σ is sigmoid / soft")
    assert Path(path.strip()).is_file()
    assert first.startswith("look first at: ")
    assert first.endswith("/report.html")
    told = json.loads(lab("show", "small", "--json")[1])
    assert told["answer"] == "σ is sigmoid / soft"
    assert told["see"] == [{"figure": "training", "line": "it learns", "path": path.strip()}]
    code, _, err = lab("check", small, "-o", "see.trainin='x'")
    assert code == 2
    assert "see.trainin: is no figure; did you mean 'training'?" in err


def test_a_table_of_a_run_as_text(lab, kept):
    assert lab("table", "small")[1].startswith("| variant | trials |")
    assert lab("table", "small", "by_layer", "--format", "csv")[1].startswith("variant,layer,")
    code, _, err = lab("table", "small", "layer")
    assert code == 2
    assert "no table 'layer'; did you mean 'layers'?" in err


def test_plot_help_lists_the_figures(lab):
    out = lab("plot", "--help")[1]
    assert "river" in out
    assert "Where is the error lost" in out


@pytest.mark.parametrize("words", [(), ("data",)])
def test_a_command_without_words_is_answered_with_its_help_alone(lab, words):
    code, out, err = lab(*words)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: ")
    assert err.count("Usage:") == 1
    assert "Error" not in err


def test_nothing_is_written_when_the_file_is_wrong(lab, small, tmp_path):
    code, out, err = lab("run", small, "-o", "training.etaa=1", "-o", "network.hidden=[0]")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2
    assert all(line.startswith(f"error: {small}: ") for line in err.splitlines())
    assert "did you mean 'eta'" in err
    code, out, _ = lab("run", "none.toml", "--json")
    assert code == 2
    assert json.loads(out) == {"error": "none.toml: there is no such file", "exit_code": 2}
    assert not (tmp_path / "results").exists()


def test_a_claim_that_does_not_hold_exits_with_3_and_results_that_cannot_be_kept_with_4(lab, small, tmp_path):
    code, _, err = lab("check", small, "-o", "activations.soft.at_least=0.2")
    assert code == 3
    assert "activations.soft.at_least: the claim 0.2 is REFUTED" in err
    (tmp_path / "results").write_text("a file")
    code, _, err = lab("run", small)
    assert code == 4
    assert "is a file; expected the folder in which results are kept" in err


def test_failed_trials_exit_with_1_and_the_tables_are_there(lab, small, monkeypatch):
    def fails_for_sigmoid(training, *rest):
        if "Sigmoid" in str(training.network.sigmas[0]):
            raise RuntimeError("out of luck")
        return located(training, *rest)

    monkeypatch.setattr(tasks, "located", fails_for_sigmoid)
    code, out, _ = lab("run", small, *QUICK)
    assert code == 1
    assert "failed: sigmoid, trials 0–2: RuntimeError: out of luck" in out
    assert "soft" in out


def test_a_run_is_verified_and_reused_by_its_name(lab, small, tmp_path, kept):
    assert lab("verify", "small")[0] == 0
    code, _, err = lab("run", small, *QUICK, "--reuse", "small", "-o", "trials.seeds=4")
    assert code == 0
    assert re.search(r"^6 of 8 trials were taken over from small/[\d-]+$", err, re.MULTILINE)
    newest = json.loads(lab("list", "--json")[1])[0]
    folder = tmp_path / "results" / "small" / newest["run-id"]
    assert json.loads((folder / "run.json").read_text())["reused"]["trials"] == 6
    table = folder / "tables" / "layers.csv"
    table.write_bytes(table.read_bytes()[:-9])
    code, out, _ = lab("verify", folder)
    assert code == 4
    assert "layers.csv: is damaged" in out
    code, _, err = lab("show", folder)
    assert code == 4
    assert "make it again with: lab resume" in err
    (folder / "run.json").unlink()
    assert "damaged" in lab("list")[1]


def test_fault_90_what_somebodys_code_prints_is_not_in_the_json(lab, small, mine):
    mine("@dataclass", "print('loading')\n@dataclass")
    own = ["-o", "network.activation=mine.py:Mine", "-o", "vary={}", "--allow-code", "--json"]
    code, out, _ = lab("check", small, *own)
    assert (code, json.loads(out)["variants"][0]["variant"]) == (0, "Mine")


def test_fault_38_all_trials_diverged_is_said_with_a_hint(lab, small):
    code, out, _ = lab(
        "run", small, *QUICK, "-o", 'vary."network.activation"=["z**3", "z**3+z"]', "-o", "training.eta=1e6"
    )
    assert code == 0
    assert "\nall trials diverged\n" in out
    assert "; try a smaller training.eta" in out


@pytest.mark.parametrize(
    ("part", "body", "told", "origin"),
    [
        ("Optimiser", "def step(self, state, gradient, eta, number, out):\n        out[...] = np.nan",
         "optimiser, whose step is NaN", "Δθ is NaN in layer 1"),
        ("Cost", "def value(self, z, a, y, sigma):\n        return (a * np.nan).sum(axis=-2)\n"
         "    def gradient(self, a, y, out):\n        out[...] = a - y", "cost, which is NaN", "C is NaN"),
    ],
    ids=["optimiser", "cost"],
)  # fmt: skip
def test_another_part_of_ones_own_that_is_nan_is_named_and_no_smaller_eta_is_advised(
    lab, small, alone, part, body, told, origin
):
    """Fault 37."""
    head = f"import numpy as np\nfrom dataclasses import dataclass\nfrom lab import {part}\n"
    (small.parent / "nan.py").write_text(f"{head}@dataclass(frozen=True)\nclass No({part}):\n    {body}\n")
    key = {"Optimiser": "training.optimiser", "Cost": "network.cost"}[part]
    own = ["-o", f"{key}=nan.py:No", "-o", "vary={}", "--allow-code", "--unchecked"]
    _, out, err = lab("run", small, *QUICK, *own)
    assert f"all trials diverged; mend its {told}\n" in out, err
    assert f": {origin}\n" in out
    assert "try a smaller" not in out


def test_a_slope_of_ones_own_that_is_nan_is_told_with_its_layer_and_z(lab, small, mine, alone, tmp_path):
    """So near to one z only that no check before the training looks there; all neurons begin with that z."""
    mine("np.cos(z)", "np.where(np.abs(z - 0.3141592) < 1e-6, np.nan, np.cos(z))")
    own = ["-o", "network.activation=mine.py:Mine", "-o", "vary={}", "--allow-code", "-o", "record.every=6"]
    there = 'network.initialiser={name="constant", w=0.0, b=0.3141592}'
    code, out, _ = lab("run", small, *QUICK, *own, "-o", there)
    assert code == 0
    assert "all trials diverged; mend its activation, which is NaN at some z" in out
    place = "σ′ is NaN at z = 0.314159 in layer 1"
    assert f": 3 of 3 trials diverged, the first before any step: {place}\n" in out

    info = json.loads(next((tmp_path / "results" / "small").glob("*/run.json")).read_text())
    for trial in info["trials"]:
        assert (trial["status"], trial["diverged_at"], trial["origin"]) == ("diverged", 0, "σ′ is NaN")
        assert (trial["origin_layer"], trial["origin_z"]) == (1, 0.3141592)


def interrupted(*given):
    yield next(trained(*given))
    raise KeyboardInterrupt


def advised(text, before):
    """The words of the command that a text advises after these words."""
    (command,) = re.findall(rf"{before}: lab (.*)$", text, re.MULTILINE)
    return shlex.split(command)


def test_what_is_advised_of_a_run_in_another_place_works_as_it_stands(lab, small, tmp_path, monkeypatch):
    elsewhere = tmp_path / "my own results"
    with monkeypatch.context() as patch:
        patch.setattr(runner, "trained", interrupted)
        code, _, err = lab("run", small, *ONE, "--results", elsewhere)
    assert code == 130
    assert lab(*advised(err, "go on with"), *QUICK)[0] == 0
    (run,) = (elsewhere / "small").iterdir()
    (run / "tables" / "steps.csv").write_bytes(b"lost")
    code, out, _ = lab("verify", run)
    assert code == 4
    assert lab(*advised(out, "mend with"), *QUICK)[0] == 0
    assert lab("verify", run)[0] == 0
    (run / "tables" / "layers.csv").unlink()
    code, _, err = lab("table", run, "layers")
    assert code == 4
    assert lab(*advised(err, "make it with"), *QUICK)[0] == 0


def test_leave_to_run_code_is_in_what_is_advised_where_it_was_given(lab, small, mine, alone, monkeypatch):
    mine()
    own = ("-o", "network.activation=mine.py:Mine", "-o", "vary={}", "--allow-code")
    with monkeypatch.context() as patch:
        patch.setattr(runner, "trained", interrupted)
        code, _, err = lab("run", small, *ONE, *own)
    assert (code, advised(err, "go on with")) == (130, ["resume", "--allow-code"])
    assert lab(*advised(err, "go on with"), *QUICK)[0] == 0


def test_a_run_of_a_file_with_blanks_and_umlauts_is_found_by_either_name(lab, small, tmp_path):
    small.rename(tmp_path / "Übung 1.toml")
    code, out, err = lab("run", "Übung 1.toml", *QUICK)
    assert code == 0
    assert "note: the run is called Uebung-1\n" in err
    assert (tmp_path / "results" / "Uebung-1").is_dir()
    for name in ("Übung 1", "Uebung-1"):
        assert lab("show", name)[:2] == (0, out)


def test_without_a_run_the_newest_is_shown(lab, small, tmp_path):
    code, _, err = lab("show")
    assert (code, "there are no runs under" in err) == (2, True)
    _, first, _ = lab("run", small, *QUICK)
    small.rename(tmp_path / "zzz.toml")  # later by its name, if both begin in one second
    _, second, _ = lab("run", "zzz.toml", *QUICK)
    assert first != second
    assert lab("show")[:2] == (0, second)


def test_an_interrupted_run_says_how_to_resume_and_is_resumed(lab, small, tmp_path, monkeypatch, few_figures):
    with monkeypatch.context() as patch:
        patch.setattr(runner, "trained", interrupted)
        code, _, err = lab("run", small, *ONE)
    assert code == 130
    assert err.splitlines()[-1] == "error: interrupted; what is finished is kept, go on with: lab resume"

    code, out, _ = lab("resume", *QUICK)
    assert code == 0
    assert "soft" in out
    code, _, err = lab("resume")
    assert code == 2
    assert "nothing to resume" in err
    code, out, err = lab("resume", "small", "--no-plots")
    assert (code, err) == (0, "")
    assert out.endswith(" lacks nothing: every trial, table and plot is there and whole\n")

    path = next((tmp_path / "results" / "small").glob("*/run.json"))
    died = path.read_text().replace('"status": "done"', '"status": "running"', 1)
    path.write_text(died)
    assert json.loads(lab("list", "--json")[1])[0]["status"] == "interrupted"
    assert "resuming small/" in lab("resume", *QUICK)[2]
    assert json.loads(lab("list", "--json")[1])[0]["status"] == "done"


def test_dry_run_and_check_tell_the_plan_and_write_nothing(lab, small, tmp_path):
    engine = "compiled" if library() else "numpy"
    checked = lab("check", small)
    dry = lab("run", small, "--dry-run")
    for (code, out, err), word in ((checked, "lab check"), (dry, "lab run --dry-run")):
        assert (code, err) == (0, ""), word
        needs = [line.split()[0] for line in out.splitlines()[-3:]]
        assert needs == ["memory", "disk", "time"], word
    # The time is measured, and what is free changes at any moment.
    told = [re.sub(r"[\d.]+ \w+ free *", "free", out).splitlines()[:-1] for _, out, _ in (checked, dry)]
    assert told[0] == told[1]
    assert checked[1].splitlines()[2].split() == ["sigmoid", "64-6-5-10", "3", "20", "6", engine, "7"]
    assert not (tmp_path / "results").exists()
    told = json.loads(lab("check", small, "--json")[1])
    soft = {"variant": "soft", "sizes": "64-6-5-10", "trials": 3, "batch": 20, "steps": 6, "readings": 7}
    assert told["variants"][1] == soft | {"engine": engine}
    assert told["needs"]["rows"] == 2 * 3 * 7 * 3
    assert 0 < told["needs"]["seconds"] < 100


def test_list_show_and_plot_come_back_to_a_run(lab, small, tmp_path):
    assert "no runs under" in lab("list")[2]
    told = json.loads(lab("run", small, *QUICK, "--json")[1])
    assert told["status"] == "done"
    assert [row["variant"] for row in told["summary"]] == ["sigmoid", "soft"]

    code, out, _ = lab("list")
    assert code == 0
    assert out.splitlines()[1].split()[::2][:2] == ["small", "done"]
    assert json.loads(lab("list", "--json")[1])[0]["title"] == "A small one"
    assert lab("show", "small")[1].splitlines()[0] == "A small one"
    assert json.loads(lab("show", "small", "--json")[1])["name"] == "small"
    assert "did you mean 'small'" in lab("show", "smlal")[2]

    code, out, _ = lab("plot", "small", "saturation", "--to", tmp_path / "here")
    assert code == 0
    assert [line.rpartition("/")[2] for line in out.splitlines()] == ["saturation.png", "saturation.svg"]
    assert (tmp_path / "here" / "saturation.png").stat().st_size > 1000
    assert "did you mean 'saturation'" in lab("plot", "small", "saturatoin")[2]
    for width, told in (("0in", "is no length above 0"), ("20mm", "a figure 0.787 in wide has no room")):
        code, _, err = lab("plot", "small", "saturation", "--width", width)
        assert (code, told in err) == (2, True)
    (tmp_path / "file").touch()
    code, _, err = lab("plot", "small", "--to", tmp_path / "file" / "plots")
    assert (code, err) == (4, f"error: {tmp_path / 'file' / 'plots'}: Not a directory\n")


def test_variants_of_a_run_and_two_runs_are_compared(lab, small, tmp_path, kept):
    lab("run", small, *QUICK, "-o", "data.train=40", "--results", "fewer")
    (fewer,) = (tmp_path / "fewer").glob("small/*")
    code, out, _ = lab("compare", "small", "--metric", "final_cost", "--metric", "epochs_to=0.2")
    assert code == 0
    metrics = ["final_cost", "epochs_to=0.2"]
    assert [line for line in out.splitlines() if line in metrics] == metrics
    assert "soft is " in out
    assert json.loads(lab("compare", "small", "--json")[1])["comparisons"][0]["b"] == "soft"
    for words, said in (
        (("small", "--metric", "final_csot"), "unknown metric 'final_csot'; did you mean 'final_cost'?"),
        (("small", "small"), "are the same run"),
        (("small", "smlal"), "did you mean 'small'"),
        (("small", fewer), "the runs have different data"),
    ):
        code, _, err = lab("compare", *words)
        assert code == 2
        assert said in err


def test_activations_are_listed_and_one_is_told(lab, tmp_path):
    rows = {row["name"]: row for row in json.loads(lab("activations", "--json")[1])}
    assert len(rows) >= 54
    assert rows["hard-tanh"]["aliases"] == ["hard_tanh", "hardtanh"]
    assert rows["threshold"]["parameters"] == "t, v"
    assert rows["tanh"]["properties"] == ["monotone", "odd", "bounded"]

    code, out, _ = lab("activations", "sigmoid")
    assert code == 0
    assert "range of σ′: [0, 0.25]" in out
    assert "9.859676544e-305" in out
    told = json.loads(lab("activations", "tanh(z) + a*z", "-p", "a=0.1", "--json")[1])
    assert told["slope"] == pytest.approx([0.1, 1.1])

    code, out, _ = lab("activations", "relu", "--plot", tmp_path / "relu.png")
    assert (tmp_path / "relu.png").stat().st_size > 1000
    assert "did you mean 'relu'" in lab("activations", "rleu")[2]
    assert "expected NAME=VALUE" in lab("activations", "relu", "-p", "a")[2]
    assert "Floored(inner=Tanh(), floor=0.1)" in lab("activations", "floored", "-p", "inner=tanh")[1]
    assert json.loads(lab("activations", "relu", "--json")[1])["range"] == [0.0, "inf"]
    assert "ends in .png" in lab("activations", "relu", "--plot", tmp_path / "relu.pdf")[2]


def test_the_language_of_formulas_is_told_and_pointed_to(lab):
    code, out, _ = lab("formulas")
    assert code == 0
    assert "sech2(x)" in out
    told = json.loads(lab("formulas", "--json")[1])
    assert {row["name"] for row in told["functions"]} >= {"tanh", "where"}
    assert "lab formulas" in lab("activations", "--help")[1]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("-log(exp(-z)+1)", "-log(exp(-z)+1)"),
        ("-z*s(-z)", "-z*s(-z)"),
        ("-2*tanh(z)", "-2*tanh(z)"),
        ("-a*tanh(z)", "-a*tanh(z)"),
        ("- x*x", "-z*z"),
        ("-(1 + z)", "-(1 + z)"),
        ("-|z|", "-abs(z)"),
        ("-√(1 + z²)", "-sqrt(1 + z**2)"),
        (r"-\frac{z}{2}", "-((z)/(2))"),
        ("-e^-z", "-e**-z"),
        ("-z", "-z"),
    ],
)
def test_a_formula_may_begin_with_a_minus(lab, text, own):
    given = ("-p", "a=0.1") if "a*" in text else ()
    code, out, err = lab("activations", text, *given)
    assert (code, err) == (0, "")
    assert re.match(rf"^σ\(z\) = {re.escape(own)}($|   \(read from -)", out.splitlines()[0])


def test_options_and_numbers_with_a_minus_stay_what_they_are(lab):
    code, out, _ = lab("certify", "-z*s(-z)", "--at-least", "-2")
    assert code == 0
    assert "-2" in out
    assert lab("certify", "-z*s(-z)", "--at-least", "-0.01")[0] == 3
    assert lab("certify", "z*s(z)", "--at-least", "-0.12")[0] == 0
    code, _, err = lab("certify", "tanh(z)", "--at-least", "1e-400")
    assert (code, "'--at-least': 1e-400 would be read as 0; expected 0 or " in err) == (2, True)
    assert lab("activations", "tanh(z) + a*z", "-p", "a=-0.1")[0] == 0
    assert lab("activations", "tanh(z) + a*z", "-pa=0.1")[0] == 0
    for words in (("-h",), ("activations", "-h"), ("certify", "-h")):
        code, out, _ = lab(*words)
        assert code == 0
        assert out.startswith("Usage: ")
    code, _, err = lab("activations", "-q")
    assert code == 2
    assert "No such option" in err


def test_a_refused_formula_is_shown_with_a_caret_under_its_column(lab):
    code, out, err = lab("activations", "1/2z")
    message, text, caret = err.splitlines()
    assert (code, out) == (2, "")
    assert message.startswith("error: formula '1/2z', column 3: this may mean (…/2)*z or …/(2*z)")
    assert (text.strip(), text.index("2"), caret) == ("1/2z", caret.index("^"), " " * caret.index("^") + "^")
    message, text, caret = lab("activations", "-2 + tahn(z)")[2].splitlines()
    assert message.startswith("error: formula '-2 + tahn(z)', column 6: unknown function 'tahn'")
    assert text[caret.index("^") :] == "tahn(z)"
    assert set(json.loads(lab("activations", "1/2z", "--json")[1])) == {"error", "exit_code"}


def test_activations_are_chosen_by_their_properties(lab, few_activations):
    code, out, _ = lab("activations")
    assert code == 0
    assert "twisted-tanh" in out
    found = {row["name"] for row in json.loads(lab("activations", "--only", "floored", "--json")[1])}
    assert {"plu", "twisted-tanh", "acon-b", "damped-snake"} <= found
    assert not {"tanh", "silu", "softsign"} & found
    odd = json.loads(lab("activations", "--only", "floored", "--only", "odd", "--json")[1])
    assert "plu" in {row["name"] for row in odd} < found
    code, out, err = lab("activations", "--only", "bounded", "--only", "floored")
    assert (code, out, err) == (0, "", "note: no activation is bounded and floored\n")
    assert json.loads(lab("activations", "--only", "bounded", "--only", "floored", "--json")[1]) == []
    assert "--only chooses from the list" in lab("activations", "tanh", "--only", "odd")[2]
    assert lab("activations", "--only", "uneven")[0] == 2
    option = next(option for option in cli.cli.commands["activations"].params if option.name == "only")
    assert list(option.type.choices) == list(PROPERTIES)


def test_one_activation_is_told_with_its_aliases_jumps_and_properties(lab):
    code, out, _ = lab("activations", "hardshrink", "-p", "threshold=1")
    assert code == 0
    assert "hard-shrink(threshold=1.0)" in out
    assert "also called: hard_shrink, hardshrink" in out
    assert "jumps: -1, 1" in out
    assert "monotone, odd, not bounded, not floored, kinked" in out
    told = json.loads(lab("activations", "step", "--json")[1])
    assert (told["jumps"], told["properties"]) == ([0.0], ["monotone", "bounded", "kinked"])
    assert "'threshold' needs a value for 't'" in lab("activations", "threshold")[2]
    assert lab("activations", "threshold", "-p", "t=1", "-p", "v=0")[0] == 0


def test_an_installed_activation_that_needs_parameters_is_listed(lab, monkeypatch, few_activations):
    monkeypatch.setattr(catalogue, "EXAMPLES", {})
    rows = {row["name"]: row for row in json.loads(lab("activations", "--json")[1])}
    assert rows["floored"]["range"] is rows["threshold"]["range"] is None
    assert rows["floored"]["properties"] == []
    kinked = json.loads(lab("activations", "--only", "kinked", "--json")[1])
    assert "threshold" not in [row["name"] for row in kinked]


def test_the_conformance_suite_tells_a_line_a_check(lab, mine):
    code, out, _ = lab("test-activation", "hardtanh", "-p", "low=-2")
    assert code == 0
    first, *checks, last = out.splitlines()
    assert first == "hard-tanh(low=-2.0, high=1.0)"
    assert [line.split("  ")[0].strip() for line in checks] == list(ACTIVATION_CHECKS)
    assert all(line.endswith("  ok") for line in checks)
    assert last == f"all {len(ACTIVATION_CHECKS)} checks passed"

    mine("np.cos(z)", "np.cos(z) / 2")
    assert "say --allow-code" in lab("test-activation", "mine.py:Mine")[2]
    code, out, err = lab("test-activation", "mine.py:Mine", "--allow-code")
    assert (code, err) == (3, "")
    assert re.search(r"^derivative +at z = .* the derivative says", out, re.MULTILINE)
    assert re.search(r"^NaN +ok$", out, re.MULTILINE)
    assert out.splitlines()[-1] == f"2 of {len(ACTIVATION_CHECKS)} checks failed"

    code, out, _ = lab("test-activation", "mine.py:Mine", "--allow-code", "--json")
    told = json.loads(out)
    assert (code, told["passed"], told["failures"]["NaN"]) == (3, False, None)
    assert told["failures"]["integral"].startswith("from z = ")
    assert json.loads(lab("test-activation", "tanh(z) + 0.1*z", "--json")[1])["passed"]


def test_a_broken_installed_part_is_one_line_on_stderr(lab, installed):
    installed("activations", broken="no_such_module:Mine")
    with pytest.warns(UserWarning, match="'broken' of") as warned:
        assert lab("activations", "--only", "floored")[0] == 0
    line = warnings.formatwarning(warned[0].message, UserWarning, "plugins.py", 1)
    assert line.startswith("warning: 'broken' of no_such_module:Mine fails to load: ModuleNotFoundError: ")
    assert line.index("\n") == len(line) - 1


def test_data_are_listed_and_added(lab, tmp_path):
    code, out, _ = lab("data", "list")
    assert code == 0
    assert "digits" in out
    rows = json.loads(lab("data", "list", "--json")[1])
    assert ("mnist", "not added") in [(row["name"], row["where"]) for row in rows]
    code, _, err = lab("data", "add", "mnits", "--from", tmp_path)
    assert code == 2
    assert "did you mean 'mnist'" in err


def test_new_lists_templates_and_writes_one(lab, tmp_path):
    assert "vanishing" in lab("new")[1]
    assert lab("new", "vanishing")[:2] == (0, "vanishing.toml\n")
    assert (tmp_path / "vanishing.toml").is_file()
    assert lab("new", "05-low-input")[:2] == (0, "05-low-input.toml\n")
    assert "did you mean '05-low-input'" in lab("new", "05-low-imput")[2]
    code, _, err = lab("new", "vanishing")
    assert code == 4
    assert "is there already" in err


def test_a_class_in_a_file_needs_leave_and_the_right_derivative(lab, small, mine, alone):
    words = ("run", small, *QUICK, "-o", 'vary."network.activation"=["mine.py:Mine"]')
    for derivative, leave, code, said in (
        ("np.cos(z)", [], 2, ["say --allow-code"]),
        ("np.cos(z)", ["--allow-code"], 0, []),
        ("np.cos(z) / 2", ["--allow-code"], 3, ["Mine(): derivative: at z = ", "say --unchecked"]),
        ("np.cos(z) / 2", ["--allow-code", "--unchecked"], 0, []),
    ):
        mine("np.cos(z)", derivative)
        ended, out, err = lab(*words, *leave)
        assert ended == code
        assert all(part in err for part in said)
        assert ("Mine" in out) == (code == 0)
    note = "unchecked: mine.py: Mine(): derivative: at z = "
    assert f"note: {note}" in err
    assert note in out  # of the run, and so of what is made of it
    assert note in lab("show", "small")[1]
    assert any(said.startswith(note) for said in json.loads(lab("show", "small", "--json")[1])["notes"])


def test_what_a_class_in_a_file_raises_is_one_line_with_its_place(lab, small, tmp_path, mine):
    mine("np.sin(z)", "np.sin(z) / {}[0]")
    raised, place = "KeyError: 0", f"{tmp_path / 'mine.py'}:8"
    words = ("check", small, "-o", 'vary."network.activation"=["tanh", "mine.py:Mine"]', "--allow-code")
    at = f'error: {small}: vary."network.activation"[1]: '
    code, out, err = lab(*words)
    assert (code, out) == (3, "")
    assert err.startswith(f"{at}mine.py: Mine(): elementwise: an array z of shape ")
    assert f" is refused: {raised}, at {place}; to run it all the same, say --unchecked" in err
    assert err.count("\n") == 1
    line = f"{at}mine.py:Mine of one's own raised {raised} at {place} (set by an override)\n"
    assert lab(*words, "--unchecked") == (2, "", line)
    line = f"error: {place}: {raised}\n"
    assert lab("activations", "mine.py:Mine", "--allow-code") == (2, "", line)


def test_each_faulty_class_of_ones_own_is_told_at_its_value(lab, small, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\nimport numpy as np\nfrom lab import Activation, Interval\n"
        "@dataclass(frozen=True)\nclass Wrong(Activation):\n"
        "    def __call__(self, z):\n        return np.sin(z)\n"
        "    def derivative(self, z):\n        return np.sin(z)\n"
        "@dataclass(frozen=True)\nclass Claims(Activation):\n    slope_range = Interval(0.0, 1.0)\n"
        "    def __call__(self, z):\n        return np.sin(z)\n"
        "    def derivative(self, z):\n        return np.cos(z)\n"
        "@dataclass(frozen=True)\nclass Listed(Claims):\n    knots: list[float]\n"
        "    slope_range = Interval(-1.0, 1.0)\n"
    )
    tables = (
        '{name = "mine.py:Listed", knots = [1.0]}, {name = "floored", inner = "mine.py:Wrong", floor = 0.1}'
    )
    tried = f'["tanh", "mine.py:Wrong", "mine.py:Claims", {tables}]'
    hidden = "[[3], [4]]"  # each fault is of two variants, and told once
    varied = ("-o", f'vary."network.activation"={tried}', "-o", f'vary."network.hidden"={hidden}')
    code, _, err = lab("check", small, *varied, "--allow-code")
    lines = [line.partition('vary."network.activation"')[2] for line in err.splitlines()]
    assert [line.partition(": ")[0] for line in lines] == ["[1]", "[2]", "[3]", "[4]"]
    faults = (
        "Wrong(): derivative: ",
        "Claims(): slope claim: ",
        ": value: ",
        "mine.py: Wrong(): derivative: ",
    )
    for line, fault in zip(lines, faults, strict=True):
        assert fault in line
    assert code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["rnu"], "error: no command 'rnu'; did you mean 'run'?\n", id="fault-82-command"),
        pytest.param(["x.toml"], "'x.toml'; an experiment is run by: lab run x.toml\n", id="a-file-alone"),
        pytest.param(["run"], "lab run --help\n", id="where-it-is-told"),
        pytest.param(["run", "--worker", "2", "x"], "--workers", id="fault-82-option"),
        *(
            pytest.param([command, "tanh(z)", "+", "z"], "such as a formula, stands in quotes", id=command)
            for command in ("predict", "certify", "activations", "export")
        ),
        *(
            pytest.param([command, "a.toml", "b.toml"], "(b.toml). One file a call; a name with", id=command)
            for command in ("run", "check", "predict", "matrix-form")
        ),
        pytest.param(["run", "a.toml", "-o", "training.eta", "1"], "KEY=VALUE without blanks", id="override"),
        pytest.param(["run", "a.toml", "training.eta=1"], "set by -o KEY=VALUE.\n", id="no-o"),
        pytest.param(["run", "a.toml", "--epochs", "1"], "by -o training.epochs=VALUE.\n", id="a-key"),
        pytest.param(["run", "a.toml", "--learning-rate", "1"], "-o training.eta=VALUE.\n", id="their-key"),
        pytest.param(["certify", "z", "--at-least", "0,1"], "no number; write 0.1.\n", id="comma"),
        pytest.param(["train", "x.toml"], "no command 'train'; did you mean 'run'?\n", id="their-word"),
        pytest.param(["verify", "a", "b"], "Got unexpected extra argument (b).\n", id="two-runs"),
        pytest.param(["data", "lst"], "did you mean 'list'?", id="fault-82-in-a-group"),
        pytest.param(["check", "{small}", "-o", "training.etta=1"], "did you mean 'eta'", id="fault-83"),
        pytest.param(["check", "{small}", "-o", "training.eta"], "KEY=VALUE", id="fault-84"),
    ],
)
def test_slips_of_the_command_line_get_the_nearest(lab, small, words, said):
    code, out, err = lab(*(word.format(small=small) for word in words))
    assert code == 2
    assert said in err
    assert out == ""


def test_fault_28_an_experiment_too_large_asks_for_leave(lab, small):
    words = ("check", small, "-o", "trials.seeds=5001")
    code, _, err = lab(*words)
    assert code == 2
    assert "10002 trials" in err
    assert "--max-trials" in err
    assert lab(*words, "--max-trials", "20000")[0] == 0


def test_fault_89_a_closed_pipe_is_no_error(small):
    command = f"{sys.executable} -m lab formulas --json | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_help_lists_every_command_and_cuts_none_short_on_a_terminal_of_80_columns(lab, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for words, commands in (([], cli.COMMANDS), (["data"], cli.cli.commands["data"].commands.values())):
        code, out, _ = lab(*words, "--help")
        assert code == 0
        assert all(f"  {command.name} " in out for command in commands)
        assert "..." not in out.partition("Commands:")[2]
        assert max(map(len, out.splitlines())) <= 80


SICK = ["-o", "network.hidden=[8,8,8,8,8,8]", "-o", "training.eta=1e-9", "-o", "training.epochs=100"]


def test_verdicts_end_a_run_a_few_and_show_tells_more(lab, small, monkeypatch, pages):
    monkeypatch.setattr(run_page, "FEW_VERDICTS", 1)
    *_, more, last, page = lab("run", small, *QUICK, *SICK)[1].splitlines()
    assert (last.split()[0], page.split()[0]) == ("results:", "look")
    assert re.fullmatch(r"\d+ more verdicts \(.*updates small \d.*\): lab show small/\S+", more)
    out = lab("show", "small")[1]
    told = json.loads(lab("show", "small", "--json")[1])["verdicts"]
    diagnoses = [one for one in told if not one["under"]]
    assert len(told) > len(diagnoses) == int(more.split()[0]) + 1
    assert "more verdict" not in out
    keys = {
        "rule",
        "variant",
        "layer",
        "step",
        "value",
        "threshold",
        "trials",
        "of",
        "sentence",
        "over",
        "under",
    }
    unwrapped = " ".join(out.split())
    for verdict in told:
        assert set(verdict) == keys
        by_itself = f"{verdict['variant']}: {verdict['sentence']} [{verdict['rule']}: "
        assert (f"– {verdict['sentence']}" if verdict["under"] else by_itself) in unwrapped
    assert {"slow early layers", "updates small"} <= {verdict["rule"] for verdict in told}


def test_a_counterfactual_is_called_one_wherever_it_is_told(lab, small):
    code, out, err = lab("run", small, *QUICK, "-o", "training.surrogate_floor=0.1")
    assert code == 0
    assert "note: where training.surrogate_floor > 0" in err
    assert "surrogate_floor > 0: max(σ′, floor) on the way back, so not the gradient of C" in out
    assert "sigmoid, surrogate_floor=0.1" in out


def test_report_writes_one_page_of_a_run_or_of_several(lab, small, tmp_path, few_figures, kept, pages):
    lab("run", small, *QUICK)
    first, second = sorted(Path("results/small").iterdir())
    for once in (["small"], ["small", second]):
        code, out, _ = lab("report", *once)
        assert (code, Path(out.strip()).parent.resolve()) == (0, second.resolve())
    code, out, _ = lab("report", first, second, "--to", tmp_path / "class.html")
    assert (code, out.strip()) == (0, str(tmp_path / "class.html"))
    assert "2 runs" in (tmp_path / "class.html").read_text(encoding="utf-8")
    begun = Path("results/small/begun")
    begun.mkdir()
    info = (second / "run.json").read_text(encoding="utf-8")
    (begun / "run.json").write_text(info.replace('"done"', '"running"', 1), encoding="utf-8")
    code, _, err = lab("report", first, begun, second, "--to", tmp_path / "class.html")
    assert code == 0
    assert "note: small/begun is left out: it has not ended; finish it with: lab resume" in err
    assert "2 runs" in (tmp_path / "class.html").read_text(encoding="utf-8")
    code, _, err = lab("report", begun, "--to", tmp_path / "class.html")
    assert code == 4
    assert "the run has not ended" in err


def test_a_live_run_tells_its_page_at_the_start(lab, small, pages):
    _, out, err = lab("run", small, *ONE, "--no-plots", "--live")
    page = out.splitlines()[-1].removeprefix("look first at: ")
    assert f"live: {page}" in err
    assert 'http-equiv="refresh"' not in Path(page).read_text(encoding="utf-8")


def test_the_bench_of_a_design_and_of_an_activation_is_a_page(lab, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    page = tmp_path / "bench.html"
    assert lab("design", "--html", page)[1].splitlines()[-1] == f"page: {page}"
    assert lab("activations", "gelu", "--html", page, "--open")[0] == 0
    assert shown == [page.as_uri()]
    assert "<h1>gelu()</h1>" in page.read_text(encoding="utf-8")
    assert lab("activations", "--html", page)[0] == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("os.write(1, b'noise')", ""),
        ("sys.exit(0)", "{}:8: SystemExit: 0"),
        ("os._exit(0)", "the code that --allow-code lets run ended its process (0); nothing was done"),
    ],
    ids=["prints", "exits", "ends the process"],
)
def test_fault_106_code_that_is_checked_leaves_json_and_the_exit_code_alone(lab, mine, tmp_path, line, told):
    mine("return np.sin(z)", f"import os, sys; {line}; return np.sin(z)")
    code, out, _ = lab("test-activation", "mine.py:Mine", "--allow-code", "--json")
    error = json.loads(out).get("error", "")
    assert (code, error) == ((2, told.format(tmp_path / "mine.py")) if told else (0, ""))


def test_fault_106_code_that_ends_its_process_when_a_run_is_resumed(lab, small, mine, tmp_path, few_figures):
    flag = tmp_path / "flag"
    sine = "return np.sin(z)"
    mine(sine, f"import os; os.path.exists({str(flag)!r}) and os._exit(0); {sine}")
    own = ("--allow-code", "-o", "network.activation='mine.py:Mine'", "-o", "vary={}", *ONCE)
    assert lab("run", small, *QUICK, *own)[0] == 0
    next((tmp_path / "results" / "small").glob("*/trials/*.npz")).unlink()
    flag.touch()
    code, out, _ = lab("resume", "small", "--allow-code", "--no-plots", "--json")
    assert code == 2
    assert "lets run ended its process (0); nothing was done" in json.loads(out)["error"]
    flag.unlink()
    assert lab("resume", "small", "--allow-code", *QUICK)[0] == 0


def test_fault_106_code_that_hangs_is_ended(lab, small, mine, monkeypatch):
    monkeypatch.setattr(own_code, "CHECK_SECONDS", 0.1)
    mine("return np.sin(z)", "import time; time.sleep(1000)")
    own = ("--allow-code", "-o", "network.activation='mine.py:Mine'", "-o", "vary={}", "--json")
    for words in (("check", small), ("run", small, "--trial-timeout", "5")):
        code, out, _ = lab(*words, *own)
        assert code == 2
        assert "took longer than 0.1 s" in json.loads(out)["error"]


def test_fault_106_code_that_ends_its_process_before_a_run_is_told(lab, small, mine, tmp_path):
    mine("return np.sin(z)", "import os; os._exit(0)")
    code, out, _ = lab("run", small, "--allow-code", "-o", "network.activation='mine.py:Mine'", "--json")
    assert code == 2
    assert "lets run ended its process (0); nothing was done" in json.loads(out)["error"]
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "small.toml", "--workers", "x"], "'x' is no whole number."),
        (["predict", "tanh", "--depth", "1.5"], "'1.5' is no whole number."),
        (["certify", "tanh", "--at-least", "x"], "'x' is no number."),
        (["run", "small.toml", "--trial-timeout", "nan"], "'nan' is no time"),
        (["run", "small.toml", "--trial-timeout", "inf"], "'inf' is no time"),
        (["run", "small.toml", "--max-trials", "0"], "0 is not in the range"),
        (["check", "small.toml", "-o", "=3"], "an override is written KEY=VALUE"),
        (
            ["activations", "elu", "-p", "alpha=1", "-p", "alpha=2"],
            "-p alpha is given twice; keep one of them",
        ),
        (["run", "small.toml", "--results", ""], "'--results': no path is given"),
        (["activations", "tanh", "--html", ""], "'--html': no path is given"),
        (["audit", "lab", "tanh", "--dtype", ""], "--dtype names none; expected one or more of "),
    ],
)
def test_an_odd_argument_is_told_in_words(lab, small, words, told):
    words = [str(small) if word == "small.toml" else word for word in words]
    code, out, err = lab(*words)
    assert (code, out) == (2, "")
    assert told in err


def test_what_is_no_name_of_a_file_is_told_by_its_own_name(lab, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = lab("activations", "tanh", "--html", "file/a.html")
    assert code == 4
    assert err.startswith("error: file/a.html: ")
