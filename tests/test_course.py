"""The course through the book's chapter: what its files say in numbers is what their runs give."""

import re
from pathlib import Path

import pytest

import lab
from lab.analysis.demon import moves_of_neuron, trained_scene
from lab.results.training import prepare

COURSE = Path(lab.__file__).parent.parent / "experiments" / "course"
FILES = sorted(path.stem for path in COURSE.glob("*.toml"))


def medians(run, column, layer, last=False):
    """The median over the trials at the first reading, or the last, a number a variant in their order."""
    layers = run.layers[run.layers["layer"] == layer]
    chosen = layers[layers["step"] == (layers["step"].max() if last else 0)]
    return chosen.groupby("variant", sort=False, observed=True)[column].median().tolist()


def ends(run, column):
    return run.trials.groupby("variant", sort=False, observed=True)[column].median().tolist()


def ratios(above, below):
    return [a / b for a, b in zip(above, below, strict=True)]


def of_demon(run):
    _, training = prepare(COURSE / "01-demon.toml").made[0]
    scene = trained_scene(training, 0, 0, 0)
    rows = moves_of_neuron(scene, 2, 1).query("moved == 'z'").set_index("move")
    costs = [run.steps["cost"].iloc[0], *ends(run, "final_cost")]
    remainders = [-rows["remainder"][move] for move in (0.1, 0.05)]
    return {
        ".4g": [scene.p.delta[2][0, 0, 0]],
        ".3g": [*remainders, *costs],
        ".3f": [rows["order"].iloc[0]],
    }


def of_bp1(run):
    error, delta = medians(run, "error_rms", 2), medians(run, "delta_rms", 2)
    return {
        ".3g": [*medians(run, "learning_speed", 2), *error, *delta],
        ".3f": medians(run, "slope_mean", 2)[:2],
        ".2f": [*ends(run, "final_test_accuracy"), *ratios(delta, error)],
    }


def of_bp2(run):
    kept = ratios(medians(run, "delta_rms", 1), medians(run, "delta_rms", 4))
    speeds = [*medians(run, "learning_speed", 1), *medians(run, "learning_speed", 4)]
    return {".3g": speeds, ".2g": kept, ".2f": ends(run, "final_accuracy")}


def of_bp3_and_bp4(run):
    speed, of_w = medians(run, "learning_speed", 2), medians(run, "learning_speed_w", 2)
    first = run.layers.query("step == 0 and layer == 2")
    each = (first["learning_speed_w"] / first["learning_speed"]).groupby(first["variant"], observed=True)
    below = run.layers.query("step == 0 and layer == 1")
    norms = (below["a_mean"] ** 2 + below["a_std"] ** 2) * below["variant"].astype(int)
    assert (norms**0.5).tolist() == pytest.approx(ratios(first["learning_speed_w"], first["learning_speed"]))
    return {".3g": [*speed, *of_w], ".2f": each.median().tolist()}


def of_low_input(run):
    of_w, of_b = medians(run, "learning_speed_w", 2), medians(run, "learning_speed", 2)
    fall = [of_w[0] / of_w[2], of_b[0] / of_b[2]]
    return {".3g": of_w, ".3f": of_b, ".2f": [*ends(run, "final_accuracy"), *fall]}


def of_saturated_output(run):
    error, delta = medians(run, "error_rms", 1), medians(run, "delta_rms", 1)
    speeds = [*medians(run, "learning_speed", 1), error[0], error[2], delta[0], delta[2]]
    assert medians(run, "saturation", 1) == [0, 0, 1]
    return {".3g": speeds, ".2f": ends(run, "final_test_accuracy")}


def of_saturated_hidden(run):
    error, delta = medians(run, "error_rms", 2), medians(run, "delta_rms", 2)
    speeds = [*medians(run, "learning_speed", 1), error[0], error[2], delta[0], delta[2]]
    return {".3g": speeds, ".2f": [*medians(run, "saturation", 1)[1:], *ends(run, "final_test_accuracy")]}


def of_designing(run):
    speed = medians(run, "learning_speed", 1)
    assert medians(run, "saturation", 1)[2] == medians(run, "saturation", 1, last=True)[2] == 0
    return {".3g": speed, ".2f": ends(run, "final_accuracy"), ".0f": [speed[2] / speed[0]]}


TOLD = dict(
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
def test_a_file_of_the_course_tells_the_numbers_of_its_run(name, tmp_path):
    run = lab.run(COURSE / f"{name}.toml", results=tmp_path, plots=False)
    text = (COURSE / f"{name}.toml").read_text(encoding="utf-8")
    comment = "\n".join(re.findall("^#(.*)", text, re.MULTILINE))
    said = {float(word) for word in re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", comment)}
    told = {float(format(number, form)) for form, numbers in TOLD[name](run).items() for number in numbers}
    assert told - said == set()


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
