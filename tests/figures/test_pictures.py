import gc
import multiprocessing
import os
import re
import struct
import subprocess
import sys
import warnings
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pandas as pd
import pytest
from matplotlib.text import Text

from lab import figures, plugins
from lab.errors import PartError, StorageError
from lab.experiment.see import FIGURES
from lab.figures import pictures as room
from lab.figures.drawing import panels
from tests.figures.conftest import make_tables, texts, with_prediction

NAMES = sorted(FIGURES)
OF_ONE = sorted({*NAMES} - {"comparisons", "dose", "map"})
"""Those that a run of one variant has."""

OWN = """
from dataclasses import dataclass
import matplotlib.figure
from lab import Figure

@dataclass(frozen=True)
class Own(Figure):
    needs = ("variants",)

    def draw(self, tables):
        figure = matplotlib.figure.Figure()
        figure.subplots().set_title(f"{len(tables['variants'])} variants")
        return figure
"""


def test_these_figures_ship():
    assert sorted(figures.TABLE) == NAMES
    for part in figures.TABLE.values():
        assert part.__doc__
        assert part.needs


def test_each_figure_has_a_question_of_its_own_and_says_how_to_read_it():
    told = figures.listing()
    assert [row["figure"] for row in told] == list(figures.TABLE)
    assert all(all(row.values()) for row in told)
    assert all(row["question"].endswith("?") for row in told)
    assert len({row["question"] for row in told}) == len(told)


def test_the_question_is_the_title_and_the_experiment_s_stands_below(tables):
    figure = figures.draw("training", tables, "Does it learn?")
    assert figure.get_suptitle().strip() == figures.TABLE["training"].question
    assert "Does it learn?" in [text.get_text() for text in figure.findobj(Text)]


def test_a_selection_has_its_variants_layers_and_trials(tables):
    shown = figures.Selected.of(tables, ["tanh*"], [1, 5], [0, 1])
    assert sorted(shown["layers"]["variant"].unique()) == ["tanh", "tanh(z) + 0.1*z"]
    assert sorted(shown["steps"]["trial"].unique()) == [0, 1]
    ends = [text.get_text() for text in figures.draw("learning_speed", shown).axes[0].texts]
    assert ends[:2] == ["1", "5 out"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"variants": ["tan"]}, r"^no variant 'tan'; did you mean 'tanh'"),
        ({"layers": [9]}, r"^no layer 9; expected one of 1 … 5$"),
        ({"trials": [20]}, r"^no trial 20; expected one of 0 … 19$"),
    ],
)
def test_what_a_run_does_not_have_cannot_be_selected(tables, asked, message):
    with pytest.raises(PartError, match=message):
        figures.Selected.of(tables, **asked)


def test_of_a_single_trial_no_range_is_told():
    with pytest.raises(PartError, match=r"^no trial 3; the run has only trial 0$"):
        figures.Selected.of(make_tables(("tanh",), 1, 2), trials=[3])


def test_a_figure_that_is_told_to_need_two_variants_needs_them():
    tables = with_prediction(make_tables(("tanh",), 2, 4))
    told = {name for name, kind in figures.TABLE.items() if "two variants or more" in kind.when}
    for name in told:
        with pytest.raises(figures.NothingToShowError):
            figures.draw(name, tables)
    assert told == {"comparisons"}


@pytest.mark.parametrize("name", ["learning_speed", "overview"])
def test_a_figure_is_laid_out_at_the_width_that_is_asked_for(tables, name, tmp_path):
    figure = figures.draw(name, tables, layout=figures.Layout(width=3.3, own={"font.size": 7}))
    assert figure.get_figwidth() == 3.3
    (pdf,) = figures.save(figure, tmp_path, name, ["pdf"])
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("width", [0.1, 0.5, 2.49, -3.0, float("nan")])
def test_a_width_without_room_is_refused_with_the_least_that_has(width):
    with pytest.raises(PartError, match=r"in wide has no room; expected 2.5 in \(63.5 mm\) or more$"):
        figures.Layout(width=width)


@pytest.mark.parametrize("name", OF_ONE)
def test_at_the_least_width_every_figure_has_room(name, recwarn):
    made = with_prediction(make_tables([f"eta={eta}, 10-10-10, tanh(z)" for eta in range(4)], 2, 5))
    figures.draw(name, made, layout=figures.Layout(width=panels.LEAST_PAGE)).draw_without_rendering()
    assert not recwarn.list


@pytest.mark.parametrize("name", ["activations", "slopes", "z_distribution", "ledger"])
def test_a_narrow_page_has_as_many_columns_as_it_has_room_for(name, recwarn):
    """Six columns at 3.3 inches would leave nothing of the panels, which matplotlib warns of."""
    made = make_tables([f"eta={eta}, 10-10-10, tanh(z) + {eta}*z" for eta in range(8)], 2, 3)
    made["curves"]["sigma"] += made["curves"]["variant"].factorize()[0]  # each an activation of its own
    figure = figures.draw(name, made, layout=figures.Layout(width=3.3))
    figure.draw_without_rendering()
    assert figure.axes[0].get_gridspec().ncols == 3
    assert not recwarn.list
    assert any(text.startswith("3 of 8 ") for text in texts(figure))


def test_a_style_that_is_none_is_told(tables):
    with pytest.raises(
        PartError, match=r"no style 'ggplot2', neither a file nor a name; did you mean 'ggplot'"
    ):
        figures.draw("training", tables, layout=figures.Layout(own="ggplot2"))
    for own, told in (
        ({"font.sise": 9}, "rc: no setting 'font.sise'; did you mean 'font.size'"),
        ({"font.size": "nine"}, "rc: Key font.size: Could not convert 'nine' to float"),
    ):
        with pytest.raises(PartError, match=re.escape(told)):
            figures.draw("training", tables, layout=figures.Layout(own=own))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("learning_sped", r"unknown figure 'learning_sped'; did you mean 'learning_speed'\?"),
        ("phase", "^'phase' is a figure of `lab predict --phase`, not of a run$"),
        ("demon", "^'demon' is a figure of `lab demon`, not of a run$"),
        ("demon_layer", "^'demon_layer' is a figure of `lab demon`, not of a run$"),
    ],
)
def test_a_name_that_is_no_figure_of_a_run_is_told(tables, name, message):
    with pytest.raises(PartError, match=message):
        figures.draw(name, tables)


@pytest.mark.parametrize("name", ["own.py:Own", "training"])
def test_a_title_gives_way_to_what_one_puts_above_an_axis(tables, tmp_path, name):
    (tmp_path / "own.py").write_text(OWN.replace("return", "figure.axes[0].xaxis.tick_top(); return"))
    own = {"xtick.labeltop": True} if name == "training" else None
    layout = figures.Layout(own=own)
    figure = figures.draw(
        name.replace("own.py", f"{tmp_path}/own.py"), tables, allow_code=True, layout=layout
    )
    figure.draw_without_rendering()
    ax = figure.axes[0]
    (title,) = [text for text in ax.findobj(Text) if text.get_text() == ax.get_title(loc="left")]
    assert title.get_window_extent().y0 >= ax.xaxis.get_tightbbox().y1


def test_a_figure_of_ones_own_is_drawn(tables, tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    figure = figures.draw(f"{tmp_path}/own.py:Own", tables, "A title", allow_code=True)
    assert (figure.axes[0].get_title(loc="left"), figure.get_suptitle()) == ("4 variants", "A title")
    with pytest.raises(PartError, match="say --allow-code"):
        figures.draw(f"{tmp_path}/own.py:Own", tables)


@pytest.mark.parametrize("name", NAMES)
def test_fault_112_without_data_a_figure_says_so(name):
    message = f"{name}: no data yet \\(the table {figures.TABLE[name].needs[0]!r} is empty\\)"
    with pytest.raises(figures.NothingToShowError, match=message):
        figures.draw(name, {})


@pytest.mark.parametrize("name", ["weights", "neurons"])
def test_a_figure_of_a_table_that_was_not_asked_for_names_the_key(tables, name):
    without = {table: rows for table, rows in tables.items() if table != "neurons"}
    told = f"^{name}: this run has no table 'neurons'; the figure is drawn where record.neurons is true$"
    with pytest.raises(figures.NothingToShowError, match=told):
        figures.draw(name, without)


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("learning_speed", "learning_speed"),
        ("speed_by_layer", "learning_speed"),
        ("saturation", "saturation"),
        ("slopes", "slope_p50"),
        ("weight_speed", "learning_speed_w"),
        ("ledger", "error_rms"),
        ("gradient_cosine", "gradient_cosine"),
        ("causes", "cause_error_small"),
    ],
)
def test_a_quantity_that_was_not_recorded_is_named(tables, name, quantity):
    lacking = {**tables, "layers": tables["layers"].drop(columns=quantity)}
    message = f"this run did not record '{quantity}'; add it to the file's record.quantities"
    with pytest.raises(figures.NotRecordedError, match=message):
        figures.draw(name, lacking)


def test_a_table_without_a_key_column_is_told(tables):
    message = r"the table 'steps' has no column 'step' \(but: variant, trial, epoch"
    with pytest.raises(PartError, match=message):
        figures.draw("training", {"steps": tables["steps"].drop(columns="step")})


@pytest.mark.parametrize("name", OF_ONE)
def test_labels_of_users_are_never_read_as_mathematics(name):
    label = r"$\alpha$_1 & \frac"
    figure = figures.draw(name, with_prediction(make_tables((label,), 1, 3)), title="$x$ costs 5$")
    marked = [text for text in figure.findobj(Text) if "$" in text.get_text()]
    assert marked
    assert not any(text.get_parse_math() for text in marked)


@pytest.mark.parametrize(
    ("name", "panels"),
    [
        *(("learning_speed", 12), ("weight_speed", 12), ("prediction", 12), ("gradient_cosine", 12)),
        *(("saturation", 13), ("saturation_measures", 12), ("speed_by_layer", 2), ("training", 4)),
    ],
)
def test_of_many_variants_a_figure_shows_what_a_page_holds_and_says_so(name, panels):
    tables = with_prediction(make_tables([f"v{number}" for number in range(13)], 1, 3))
    figure = figures.draw(name, tables)
    assert len(figure.axes) == panels
    assert "12 of 13 variants shown; choose with --variants" in texts(figure)


@pytest.fixture
def quick_save(monkeypatch):
    """Saving without rendering, for tests of what is saved."""

    def save(figure, folder, name, *_):
        folder.mkdir(exist_ok=True)
        paths = [folder / f"{name}.png", folder / f"{name}.svg"]
        for path in paths:
            path.write_text("a figure")
        return paths

    monkeypatch.setattr(room, "save", save)


FORMATS = {"learning_speed": ["png", "svg", "pdf"]}
"""In what a figure is saved, where it is not SVG alone."""


@pytest.mark.parametrize("name", OF_ONE)
def test_the_same_tables_give_the_same_bytes(name, tmp_path):
    tables = with_prediction(make_tables(("a",), 2, 3))
    first, again = (
        figures.save(
            figures.draw(name, tables, "Twice σ′"), tmp_path / folder, name, FORMATS.get(name, ["svg"])
        )
        for folder in "ab"
    )
    assert [path.suffix[1:] for path in first] == FORMATS.get(name, ["svg"])
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_text_stays_text_in_the_svg_without_a_date_or_an_author(tmp_path):
    title = "A floor under σ′: 学習の速さ 🙂"
    figure = figures.draw("learning_speed", make_tables(("tanh",), 2, 2), title)
    _, svg = figures.save(figure, tmp_path, "speed")
    content = svg.read_text(encoding="utf-8")
    assert f">{title}</text>" in content
    assert ">2 of 2 trials diverged</text>" in content
    assert set(re.findall("font-family: ([^;]*);", content)) == {"'DejaVu Sans', sans-serif"}
    assert not re.search("<dc:date>|<dc:creator>|Matplotlib v", content)


def test_a_png_has_150_dots_an_inch_and_saving_keeps_the_layout(tmp_path):
    figure = figures.draw("training", make_tables(("a",), 1, 1))
    engine = figure.get_layout_engine()
    png, _ = figures.save(figure, tmp_path, "training")
    size = struct.unpack(">2I", png.read_bytes()[16:24])
    assert size == pytest.approx(150 * figure.get_size_inches(), abs=1)
    assert figure.get_layout_engine() is engine


def test_a_failed_write_leaves_the_old_file_and_no_part(tmp_path, monkeypatch):
    figure = figures.draw("activations", make_tables(("a",), 1, 1))
    old = {path: path.read_bytes() for path in figures.save(figure, tmp_path, "a")}

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    monkeypatch.setattr("pathlib.Path.replace", no_space)
    with pytest.raises(StorageError, match=r"a\.png: cannot be written: No space left on device") as caught:
        figures.save(figure, tmp_path, "a")
    assert caught.value.exit_code == 4
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == old


def test_all_figures_are_drawn_and_saved(tmp_path, quick_save):
    paths = figures.draw_all(with_prediction(make_tables(("a",), 2, 3)), tmp_path / "plots", "All")
    assert [path.name for path in paths] == [f"{name}.{kind}" for name in OF_ONE for kind in ("png", "svg")]
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == sorted(path.name for path in paths)


def test_all_leaves_out_what_was_not_recorded_or_has_no_table(tmp_path, quick_save):
    lean = with_prediction(make_tables(("a",), 1, 3))
    lean["layers"] = lean["layers"].drop(columns=["saturation", "slope_p02"])
    del lean["neurons"]
    drawn = {path.stem for path in figures.draw_all(lean, tmp_path)}
    assert drawn == set(OF_ONE) - {"saturation", "saturation_measures", "slopes", "neurons", "weights"}


def test_fault_112_a_figure_that_fails_does_not_stop_the_others(
    tmp_path, monkeypatch, quick_save, few_figures
):
    def fails(self, tables):
        raise MemoryError

    monkeypatch.setattr(figures.TABLE["learning_speed"], "draw", fails)
    message = "the figure 'learning_speed' failed: MemoryError"
    with pytest.raises(figures.FiguresError, match=message) as caught:
        figures.draw_all(with_prediction(make_tables(("a",), 1, 3)), tmp_path)
    assert [name for name, _ in caught.value.failed] == ["learning_speed"]
    assert {path.stem for path in caught.value.paths} == {"training"}
    assert all(path.is_file() for path in caught.value.paths)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_figures_are_the_same_whoever_draws_them_and_so_is_what_failed(tmp_path, workers):
    tables = {name: make_tables(("a",), 2, 1)[name] for name in ("curves", "steps")}
    figures.save(figures.draw("activations", tables, "A title"), tmp_path / "alone", "activations")
    tables["steps"] = tables["steps"].drop(columns="step")
    with pytest.raises(figures.FiguresError, match="'training' failed: the table 'steps' has no") as caught:
        figures.draw_all(tables, tmp_path / "all", "A title", workers=workers)
    assert [path.name for path in caught.value.paths] == ["activations.png", "activations.svg"]
    for path in caught.value.paths:
        assert path.read_bytes() == (tmp_path / "alone" / path.name).read_bytes()


def dies(name):
    os._exit(1)


def test_what_a_worker_that_is_killed_had_to_draw_is_drawn_here(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "_attempt_of_held", dies)
    assert_drawn_with_two_workers(tmp_path)


def test_a_process_that_may_begin_no_others_draws_alone(tmp_path, monkeypatch):
    """As one of a pool of multiprocessing may not."""
    monkeypatch.setattr(multiprocessing.current_process(), "_config", {"daemon": True})
    assert_drawn_with_two_workers(tmp_path)


def assert_drawn_with_two_workers(folder):
    paths = figures.draw_all({"curves": make_tables(("a",), 1, 1)["curves"]}, folder, workers=2)
    assert [path.name for path in paths] == ["activations.png", "activations.svg"]


def test_drawing_changes_neither_the_tables_nor_matplotlib():
    tables = make_tables(("a", "b"), 2, 2)
    copies = {name: table.copy() for name, table in tables.items()}
    settings = dict(matplotlib.rcParams)
    for name in sorted({*NAMES} - {"dose", "map", "prediction"}):
        figures.draw(name, tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, copies[name])
    assert dict(matplotlib.rcParams) == settings


def test_a_figure_part_has_no_parameters():
    with pytest.raises(PartError, match="'training' has no parameter 'dpi'"):
        plugins.build("figures", {"name": "training", "dpi": 3})


def test_the_room_knows_tables_only_and_no_pyplot():
    folder = Path(figures.__file__).parent
    for path in folder.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        allowed = "figures|errors|spelling|storage|processes|analysis|parts"
        allowed += r"|prover\.intervals\.enclosure_text"
        assert not re.search(rf"^\s*(from|import) lab\.(?!{allowed})", source, re.M), path
        assert "pyplot" not in source, path


@pytest.mark.parametrize(("floors", "told"), [(None, 0), ([0.0] * 4, 0), ([0.0, 0.1] * 2, 1)])
def test_every_figure_of_a_counterfactual_says_so(tables, floors, told):
    variants = tables["variants"]
    variants = variants.assign(surrogate_floor=floors) if floors else variants
    for name in ("learning_speed", "overview", "activations"):
        figure = figures.draw(name, {**tables, "variants": variants}, title="A title")
        said = " ".join(texts(figure)).replace("\n", " ")
        assert "A title" in said
        assert said.count("not the gradient of C") == told


def test_fault_79_a_control_character_reaches_no_svg(tables, tmp_path):
    figure = figures.draw("activations", tables, "a\x1b[31m\x00b \u200dع")
    _, svg = room.save(figure, tmp_path, "a")
    assert "a�[31m�b \u200dع" in svg.read_text(encoding="utf-8")
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")


def test_a_name_in_a_script_that_the_font_lacks_is_drawn_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "漢字" in texts(figures.draw("saturation", make_tables(("漢字",), 1, 2)))


@pytest.mark.parametrize("on", [True, False])
def test_garbage_is_collected_after_a_figure_as_before_it(tables, tmp_path, on, monkeypatch):
    seen = []
    monkeypatch.setattr(room.writing, "headline", lambda *_: seen.append(gc.isenabled()))
    before = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        figures.save(figures.draw("training", tables), tmp_path, "training", ["png"])
        assert (seen, gc.isenabled()) == ([False], on)
    finally:
        (gc.enable if before else gc.disable)()


def test_figures_load_neither_training_nor_what_only_a_pdf_needs():
    heavy = ["lab.training", "scipy.optimize", "matplotlib.backends.backend_pdf"]
    script = f"import sys, lab.figures; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"
