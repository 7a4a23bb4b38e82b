import json

import numpy as np
import pytest

from lab.api import run
from lab.experiment.variants import load
from lab.runs.preparation import prepared
from lab.training.loop import train
from lab.training.neurons import NEURON_COLUMNS


@pytest.fixture
def demon(lab, small):
    """Call ``lab demon`` on the small experiment."""
    return lambda *words, subject=small: lab("demon", subject, *words)


def test_a_neuron_has_a_row_a_move_with_both_demons_side_by_side(demon):
    code, out, err = demon("--layer", 2, "--neuron", 5)
    assert (code, err) == (0, "")
    title, header, *rows, cost, of_z, of_a = out.splitlines()
    assert title == "small, sigmoid: layer 2, neuron 5, example 0, trial 0, after 0 steps"
    assert " ".join(header.split()) == "Δ ΔC by Δz δΔz remainder ΔC by Δa eΔa remainder"
    assert [float(row.split()[0]) for row in (rows[0], rows[-1])] == [-0.1, 0.1]
    assert len(rows) == 26
    beginnings = [(cost, "C = "), (of_z, "Δz: δ = "), (of_a, "Δa: e = ")]
    assert all(line.startswith(beginning) for line, beginning in beginnings)
    assert of_z.endswith("; order of the remainder: 2.000")


def test_of_a_run_the_trial_is_trained_again_as_it_was(demon, refused, small, tmp_path):
    folder = run(small, ["training.eta=0.3"], results=tmp_path / "results", plots=False).path
    place = ("--layer", 2, "--neuron", 5, "--steps", 3)
    code, of_file, _ = demon(*place, "-o", "training.eta=0.3")
    assert demon(*place)[1] != of_file
    small.unlink()
    assert (code, demon(*place, subject=folder)[1]) == (0, of_file)
    assert demon(*place, "--results", tmp_path / "results", subject="small")[1] == of_file
    assert "a run is taken as it was" in refused("demon", folder, *place, "-o", "training.eta=0.3")


def test_a_layer_has_a_row_a_neuron(demon):
    code, out, _ = demon("--layer", 1, "--variant", 1, "--reach", 0.01)
    assert code == 0
    title, header, *rows, _, of_z, of_a = out.splitlines()
    assert title.startswith("small, soft: layer 1, example 0")
    assert " ".join(header.split()) == "neuron δ order best Δz gain e order best Δa gain"
    assert [row.split()[0] for row in rows] == list("123456")
    for line, moved, derivative in ((of_z, "z", "δ"), (of_a, "a", "e")):
        told = f"Δ{moved}: rank correlation (Spearman) of the best gain within 0.01 and |{derivative}|: 1.0"
        assert line.startswith(told)


def test_json_holds_the_table_with_all_its_digits(demon):
    code, out, _ = demon("--layer", 2, "--neuron", 3, "--trial", 1, "--example", 7, "--json")
    told = json.loads(out)
    assert code == 0
    place = {"name": "small", "variant": "sigmoid", "trial": 1, "example": 7, "steps": 0}
    assert {key: told[key] for key in place} == place
    assert len(told["rows"]) == 52
    for row in told["rows"]:
        assert row["remainder"] == row["change"] - row["predicted"]
        assert 0 < row["rounding"] < 1e-13


def test_json_says_null_for_what_is_missing(demon):
    dead = "network.initialiser={name='constant', w=0.0, b=-1.0}"
    _, out, _ = demon("--layer", 1, "-o", 'network.activation="relu"', "-o", dead, "--json")
    rows = json.loads(out)["rows"]
    assert {row["rank_correlation"] for row in rows} == {None}


def test_the_errors_of_all_examples_make_up_the_learning_speed(demon, small):
    """⟨δ⟩ over the examples, one by one, is ∂C/∂b at the step that was asked for."""
    overrides = ["data.train=5", "training.batch=5", "training.epochs=3", "record.neurons=true"]
    words = [word for override in overrides for word in ("-o", override)]
    errors = []
    for example in range(5):
        _, out, _ = demon("--layer", 1, "--steps", 2, "--trial", 2, "--example", example, "--json", *words)
        rows = [row for row in json.loads(out)["rows"] if row["moved"] == "z"]
        errors.append([row["derivative"] for row in rows])
    (_, training), *_ = prepared(load(small, overrides)).made
    readings = train(training, range(3))
    assert readings.histogram_steps.tolist() == [0, 1, 2, 3]
    first, column = training.network.sizes[0], NEURON_COLUMNS.index("delta_mean")
    found = readings.neurons[2, 2, first : first + 6, column]
    np.testing.assert_allclose(np.mean(errors, axis=0), found, rtol=1e-10)


@pytest.mark.parametrize(
    ("option", "values", "expected"),
    [
        ("--layer", (0, 4), "1…3"),
        ("--neuron", (0, 6), "1…5 of layer 2"),
        ("--example", (-1, 60), "0…59"),
        ("--trial", (3,), "0…2"),
        ("--variant", (2,), "0…1"),
        ("--steps", (7,), "0…6"),
        ("--reach", (0, "nan"), "a finite number above 0"),
        ("--plot", ("a.pdf",), "a file that ends in .png, in a folder that is there"),
    ],
)
def test_what_is_out_of_range_gets_one_line_with_the_range(refused, small, option, values, expected):
    for value in values:
        said = refused("demon", small, "--layer", 2, option, value)
        assert said == f"error: {option} {value}: expected {expected}\n"


def test_without_a_layer_it_is_told_which_there_are(refused, small):
    said = refused("demon", small)
    assert said.startswith("error: --layer is missing; the layers are 1 (")
    assert "2 (5 neurons), 3 (" in said
    assert said.endswith("), the last is the output\n")


def test_a_trial_that_diverged_says_so(refused, small):
    changed = ["training.eta=1e300", 'network.activation="relu"', 'network.cost="quadratic"']
    overrides = [word for change in (*changed, 'network.output="identity"') for word in ("-o", change)]
    said = refused("demon", small, "--layer", 1, "--steps", 6, *overrides)
    assert said.startswith("error: trial 0 of 'relu' diverged within 6 steps; say fewer --steps")


@pytest.mark.parametrize("words", [["--neuron", 1], []], ids=["neuron", "layer"])
def test_the_plot_is_drawn_as_png_and_svg(demon, tmp_path, words):
    code, out, _ = demon("--layer", 1, *words, "--plot", tmp_path / "demon.png")
    assert code == 0
    assert out.splitlines()[-2:] == [f"plot: {tmp_path / name}" for name in ("demon.png", "demon.svg")]
    assert (tmp_path / "demon.png").read_bytes().startswith(b"\x89PNG")


def test_a_counterfactual_is_said_to_be_one(demon):
    _, out, _ = demon("--layer", 2, "--neuron", 5, "--steps", 2, "-o", "training.surrogate_floor=0.1")
    assert out.splitlines()[-1].startswith("trained with max(σ′, floor) in the place of σ′")
    assert "order of the remainder: 2.000" in out
