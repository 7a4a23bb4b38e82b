import re

import pytest

import lab
from lab.console.runs import run as shown
from lab.console.runs.run import page
from lab.console.screen import Rows, show

TEXT = """\
[data]
name = "moons"
train = 20
test = 10
[network]
hidden = [3, 3]
activation = "tanh"
[training]
steps = 3
batch = 10
[trials]
seeds = 1
"""


def of_layers(root, tmp_path, more):
    """The labels of the table of layers on the page of a run; None where there is no such table."""
    path = tmp_path / "some.toml"
    path.write_text(TEXT + more, encoding="utf-8")
    body = list(page(lab.run(path, results=root, plots=False)).body)
    found = [block for block in body if isinstance(block, Rows) and block.title == "Layer by layer"]
    return {row[0] for row in found[0].rows} if found else None


@pytest.mark.parametrize("recorded", ["phi_b", "saturation"])
def test_layers_without_a_quantity_of_the_table_have_none(root, tmp_path, recorded):
    found = of_layers(root, tmp_path, f'[record]\nquantities = ["{recorded}"]\n')
    assert found == ({"tanh"} if recorded == "saturation" else None)


def test_variants_without_a_quantity_of_the_table_are_left_out_of_it(root, tmp_path):
    found = of_layers(root, tmp_path, '[vary]\n"record.quantities" = [["default"], ["a_mean"]]\n')
    assert found == {"quantities=[default]"}


def test_layers_without_a_gradient_are_told_by_verdicts_alone(root, tmp_path):
    """They know what it follows from, as from a decay that is too large."""
    path = tmp_path / "dead.toml"
    changes = [("tanh", "step"), ("steps = 3", "steps = 3\nlambda = 200.0")]
    for change, told in zip(changes, ("no gradient", "decay too large"), strict=True):
        text = TEXT.replace(*change)
        path.write_text(text, encoding="utf-8")
        shown = page(lab.run(path, results=root, plots=False))
        assert shown.value["verdicts"][0]["rule"] == told
        assert not any(str(block).startswith("dead: ") for block in shown.body)


def test_verdicts_of_a_large_sweep_are_folded_by_their_rules(root, tmp_path, monkeypatch):
    """One of each rule is told before a second, how many are left by which rule, and where they are."""
    path = tmp_path / "some.toml"
    vary = '[vary]\n"training.eta" = [1e-9, 2e-9, 50.0, 60.0]\n"network.activation" = ["tanh", "relu"]\n'
    path.write_text(TEXT.replace("steps = 3", "steps = 250") + vary, encoding="utf-8")
    run = lab.run(path, results=root, plots=False)
    found = [one for one in run.verdicts if not one.under]
    rules = {one.rule for one in found}
    assert len(found) > len(rules) + 1
    told = [str(block) for block in page(run, len(rules)).body]
    kept = [one for one in found if f"{one.variant}: {one.sentence}" in told]
    assert [one.rule for one in kept] == list(dict.fromkeys(one.rule for one in found))
    (left,) = (line for line in told if " more verdicts (" in line)
    counts = re.findall(r"(\d+)[,)]", left)
    assert int(left.split()[0]) == len(found) - len(rules) == sum(map(int, counts))
    monkeypatch.setattr(shown, "MOST_VERDICTS", len(found))
    (left,) = (str(block) for block in page(run, len(rules)).body if " more verdicts (" in str(block))
    assert left.endswith(f"): lab show {run.path}")
    monkeypatch.setattr(shown, "MOST_VERDICTS", len(rules))
    (left,) = (str(block) for block in page(run, len(rules)).body if " more verdicts (" in str(block))
    assert left.endswith(f"): lab show {run.path} --json")
    (run.path / "report.html").touch()
    (left,) = (str(block) for block in page(run, len(rules)).body if " more verdicts (" in str(block))
    assert left.endswith(f"): {run.path}/report.html")


def words(root, tmp_path, more):
    path = tmp_path / "some.toml"
    path.write_text(TEXT.replace('activation = "tanh"\n', "") + more, encoding="utf-8")
    return [str(block) for block in page(lab.run(path, results=root, plots=False)).body]


def test_an_activation_whose_slope_has_no_bound_is_told_to_saturate_nowhere(root, tmp_path):
    varied = '"network.activation" = ["tanh", "z + 0.01*z**3"]\n"training.eta" = [0.1, 0.2]\n'
    told = words(root, tmp_path, f"[vary]\n{varied}")
    assert [line for line in told if "saturated of" in line] == [
        "saturated of z + 0.01*z**3: none can be, since sup |σ′| is infinite"
    ]
    mixed = '"network.activation" = [["tanh", "z + 0.01*z**3"]]\n'
    for more in (f"[vary]\n{mixed}", f'[record]\nquantities = ["a_mean"]\n[vary]\n{varied}'):
        assert not any("saturated of" in line for line in words(root, tmp_path, more))


def test_a_trial_that_diverged_is_not_said_to_have_no_ratio(root, tmp_path):
    more = '[vary]\n"network.activation" = ["relu"]\n'
    text = TEXT.replace("seeds = 1", "seeds = 4").replace("steps = 3", "epochs = 10\neta = 3.0")
    text = text.replace("hidden = [3, 3]", 'hidden = [10, 10]\noutput = "linear"\ncost = "quadratic"')
    path = tmp_path / "other.toml"
    path.write_text(text.replace("train = 20", "train = 200").replace('activation = "tanh"\n', "") + more)
    run = lab.run(path, results=root, plots=False)
    assert set(run.trials["status"]) == {"done", "diverged"}
    assert not [block for block in page(run).body if "ratio of" in str(block)]


def test_in_forty_columns_no_number_is_broken(root, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    path = tmp_path / "some.toml"
    path.write_text(TEXT, encoding="utf-8")
    run = lab.run(path, results=root, plots=False)
    show(page(run))
    printed = capsys.readouterr().out
    assert "‖∂C/∂b‖ end" in printed
    last = run.layers.query("step == step.max() and layer == 1")["learning_speed"].item()
    assert f"{last:.3g}" in printed.split("Layer by layer")[1]
