from shutil import copytree

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import lab
from lab.errors import LabError, PartError
from lab.figures import draw
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The small experiment, trained once."""
    folder = tmp_path_factory.mktemp("once")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    return lab.run(folder / "small.toml", results=folder / "results", plots=False)


def test_a_run_gives_its_tables_and_figures(run):
    assert (run.path.parent.name, run.path.parent.parent.name) == ("small", "results")
    assert set(run.layers["variant"]) == {"sigmoid", "soft"}
    assert len(run.trials) == 6
    assert run.steps["cost"].notna().all()
    assert run.variants["inf_slope"].tolist() == [0.0, pytest.approx(0.1, abs=1e-6)]
    assert run.summary["trials"].tolist() == [3, 3]
    assert isinstance(run.plot("learning_speed"), Figure)
    with pytest.raises(PartError, match="did you mean 'learning_speed'"):
        run.plot("learning-speed")
    assert "A small one" in run._repr_html_()


def test_what_is_meant_alone_needs_no_list(run, tmp_path):
    assert run.compare(metrics="final_cost").equals(run.compare(metrics=["final_cost"]))
    for chosen in ({"variants": "soft"}, {"layers": 1}, {"trials": np.int64(0)}):
        (name, value) = next(iter(chosen.items()))
        alone, listed = (run.plot("learning_speed", **{name: one}) for one in (value, [value]))
        assert len(alone.findobj(Text)) == len(listed.findobj(Text))
    (path,) = run.save_plots("learning_speed", str(tmp_path), formats="svg")
    assert path.name == "learning_speed.svg"
    with pytest.raises(PartError, match="no layer 9"):
        run.plot(layers=np.array([1, 9]))


def test_the_kept_comparisons_are_drawn_as_those_that_are_made_anew(run):
    def told(figure):
        marks = [line.get_xydata() for ax in figure.axes for line in ax.lines]
        return marks, [text.get_text() for text in figure.findobj(Text)]

    assert run.folder.kept("comparisons")
    kept, anew = told(run.plot("comparisons")), told(draw("comparisons", run.tables, run.info["title"]))
    assert kept[1] == anew[1]
    for one, other in zip(kept[0], anew[0], strict=True):
        np.testing.assert_array_equal(one, other)


def test_variants_are_in_the_order_of_the_file(small, root):
    order = ["tanh", "soft", "sigmoid"]
    overrides = {"network.hidden": [4], "vary": {"network.activation": order}}
    run = lab.run(small, overrides, results=root, plots=False)
    tables = (run.layers, run.steps, run.trials, run.variants, run.ledger, run.prediction, run.summary)
    for table in (*tables, *run.tables.values()):
        if "variant" in table:
            assert table["variant"].cat.categories.tolist() == order
    assert run.trials.groupby("variant", observed=True).size().index.tolist() == order
    compared = run.compare()
    assert compared["a"].unique().tolist() == ["tanh"]
    assert compared["b"].cat.categories.tolist() == order
    assert run.table("by_layer")["variant"].cat.categories.tolist() == order


def test_a_notebook_shows_the_verdicts_as_text(small, root):
    sick = {"network.hidden": [8] * 6, "training.eta": 1e-9, "title": "<b>\x1b[31m"}
    run = lab.run(small, overrides=sick, results=root, plots=False)
    shown = run._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert "\x1b" not in shown
    assert shown.count("<small>[") == len(run.verdicts) > 0
    assert "There are verdicts on 2 of 2 variants." in shown
    assert run.verdicts.html in shown
    assert "dead_layers" in run.summary
    assert "dead_layers" not in shown


def test_a_notebook_shows_each_thing_that_the_face_returns(run):
    format_ = pytest.importorskip("IPython.core.formatters").DisplayFormatter().format
    sigma = lab.activation("tanh(z) + a*z", a=0.1)
    tables = (run.compare(), run.layers, lab.predict(sigma))
    for shown in (run, run.verdicts, sigma, lab.certify(sigma), *tables):
        assert "text/html" in format_(shown)[0]
    assert "text/latex" in format_(sigma)[0]
    assert "text/latex" not in format_(lab.activation("knots"))[0]
    assert format_(run.plot())[0]["image/png"].startswith(b"\x89PNG")


def test_none_is_all_as_an_empty_list_is(run, tmp_path, few_figures):
    assert run.plot(variants=None, layers=None, trials=None).axes
    assert run.compare(metrics=None).equals(run.compare())
    assert len(run.save_plots(None, tmp_path, formats="png")) == 2


def test_formats_that_are_none_are_refused_before_a_file_or_its_sum_is_lost(run):
    before = (run.path / "SHA256SUMS").read_bytes()
    for formats in ("jpg", ["png", "jpg"], []):
        with pytest.raises(LabError, match=r"formats: unknown .*png"):
            run.save_plots(formats=formats)
    assert (run.path / "SHA256SUMS").read_bytes() == before


def test_a_run_is_compared_with_a_run_and_not_with_its_name(run):
    with pytest.raises(LabError, match=r"expected a run, as lab.load gives, got 'small'"):
        run.compare("small")


def test_a_notebook_shows_a_run_without_tables_too(run, tmp_path):
    run = lab.load(copytree(run.path, tmp_path / run.path.name))
    for table in (run.path / "tables").iterdir():
        table.unlink()
    assert "lab resume" in run._repr_html_()
    assert "A small one" in run._repr_html_()
