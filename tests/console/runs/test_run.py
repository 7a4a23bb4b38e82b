import pytest

import lab
from lab.console.runs.run import page
from lab.console.screen import Rows

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


def test_why_a_saturation_is_missing_is_told(root, tmp_path):
    path = tmp_path / "some.toml"
    for sigma, unbounded in (("tanh", False), ("z^2", True)):
        path.write_text(TEXT.replace("tanh", sigma), encoding="utf-8")
        body = map(str, page(lab.run(path, results=root, plots=False)).body)
        assert any("no largest |σ′|" in line for line in body) == unbounded
