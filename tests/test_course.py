"""The course through the book's chapter: each file's sentence is true of its run, and ends it."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

import lab
from lab.analysis.demon import moves_of_neuron, trained_scene
from lab.results.page import answered
from lab.results.training import prepare

COURSE = Path(lab.__file__).parent.parent / "experiments" / "course"
FILES = sorted(path.stem for path in COURSE.glob("*.toml"))


def start(run, column, layer):
    """The median over the trials at the first reading, a number a variant in their order."""
    rows = run.layers[(run.layers["layer"] == layer) & (run.layers["step"] == 0)]
    return rows.groupby("variant", sort=False, observed=True)[column].median().to_numpy()


def ends(run, column):
    return run.trials.groupby("variant", sort=False, observed=True)[column].median().to_numpy()


def rises(numbers):
    return all(a < b for a, b in pairwise(numbers))


def of_demon(run):
    _, training = prepare(COURSE / "01-demon.toml").made[0]
    scene = trained_scene(training, 0, 0, 0)
    rows = moves_of_neuron(scene, 2, 1).query("moved == 'z'").set_index("move")
    text = (COURSE / "01-demon.toml").read_text(encoding="utf-8")
    assert f"δ of neuron 1 of layer 2 is {scene.p.delta[2][0, 0, 0]:.4g} in all" in text
    remainders = [f"{-rows['remainder'][move]:.3g}" for move in (0.1, 0.05)]
    assert f"shrinks from {remainders[0]} to {remainders[1]}, to a quarter" in text
    assert f"order {rows['order'].iloc[0]:.3f}" in text
    assert rises(-ends(run, "final_cost"))


def of_bp1(run):
    assert all(rises(start(run, column, 2)) for column in ("error_rms", "slope_mean", "delta_rms"))
    sigmoid, tanh, identity = start(run, "slope_mean", 2)
    assert sigmoid < 1 / 4 < tanh < identity == 1
    learned = ends(run, "final_test_accuracy")
    assert learned[0] < 0.3 < 0.5 < min(learned[1:])
    assert run.variants["chance"].tolist() == [0.106] * 3


def of_bp2(run):
    sigmoid, tanh, identity = start(run, "delta_rms", 1) / start(run, "delta_rms", 4)
    assert sigmoid < 0.02 < 0.1 < tanh < 0.5 < 0.9 < identity
    assert rises(ends(run, "final_accuracy"))


def of_bp3_and_bp4(run):
    of_b, of_w = start(run, "learning_speed", 2), start(run, "learning_speed_w", 2)
    assert max(of_b) < 1.1 * min(of_b)
    assert of_w / of_w[0] == pytest.approx([1, 3**0.5, 3], rel=0.1)
    below = run.layers.query("step == 0 and layer == 1")
    norms = ((below["a_mean"] ** 2 + below["a_std"] ** 2) * below["variant"].astype(int)) ** 0.5
    first = run.layers.query("step == 0 and layer == 2")
    assert (first["learning_speed"].to_numpy() * norms).tolist() == pytest.approx(
        first["learning_speed_w"].tolist()
    )


def of_low_input(run):
    of_b, of_w = start(run, "learning_speed", 2), start(run, "learning_speed_w", 2)
    assert max(of_b) < 1.1 * min(of_b)
    assert rises(of_w)
    assert of_w[2] > 5 * of_w[0]
    assert rises(-ends(run, "final_accuracy"))


def of_saturated_output(run):
    assert rises(start(run, "error_rms", 1))
    assert rises(-start(run, "delta_rms", 1))
    each = run.layers.query("step == 0").groupby("variant", sort=False, observed=True)["saturation"]
    assert max(each.max().iloc[:2]) < 0.01
    assert each.min().iloc[2] > 0.999
    learned = ends(run, "final_test_accuracy")
    assert learned[2] < 0.15 < 0.6 < min(learned[:2])
    slow = run.steps[run.steps["variant"] == "bias=6.0"].pivot(index="epoch", columns="trial", values="cost")
    assert (slow.loc[:2].iloc[-1] > 0.99 * slow.iloc[0]).all()
    assert (slow.iloc[-1] < 0.5 * slow.iloc[0]).all()


def of_saturated_hidden(run):
    assert rises(start(run, "error_rms", 2))
    assert rises(-start(run, "delta_rms", 2))
    assert rises(start(run, "saturation", 1))
    learned = ends(run, "final_test_accuracy")
    assert max(learned[1:]) < 0.15 < 0.3 < learned[0]


def of_designing(run):
    speed = start(run, "learning_speed", 1)
    assert f"{speed[2] / speed[0]:.0f}" == "90"
    assert 45 < start(run, "learning_speed", 4)[2] / speed[2] < 55
    assert not run.layers.query("variant == 'lifted' and layer < 5")["saturation"].any()
    learned = ends(run, "final_accuracy")
    assert max(learned[:2]) < 0.15 < 0.9 < learned[2]


TRUE = dict(
    zip(
        FILES,
        (
            *(of_demon, of_bp1, of_bp2, of_bp3_and_bp4),
            *(of_low_input, of_saturated_output, of_saturated_hidden, of_designing),
        ),
        strict=True,
    )
)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_run_of_the_course_ends_with_a_sentence_that_is_true_of_it(name, tmp_path):
    run = lab.run(COURSE / f"{name}.toml", results=tmp_path, plots=False)
    TRUE[name](run)
    told = answered(run.info, run.tables)
    ending = [told["answer"], *told["see"].values()]
    assert ending[0]
    assert re.search(r"\d / \d", ending[0])
    assert not any("–" in line for line in ending)


@pytest.mark.slow
def test_the_notebook_runs_and_shows_its_figures_by_itself(tmp_path, monkeypatch):
    nbformat, client = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("LAB_RESULTS", str(tmp_path))
    notebook = nbformat.read(COURSE / "course.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    client.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": COURSE}}).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    kinds = [kind for output in shown for kind in output.get("data", {})]
    assert kinds.count("image/png") == sum(".plot(" in cell.source for cell in notebook.cells) == 4
    assert kinds.count("text/html") == 7
    printed = "".join(output.get("text", "") for output in shown)
    assert printed.count("✓ the demon finds the same") == 9
    assert "σ′ ≥ 0.1 is CERTIFIED" in printed
