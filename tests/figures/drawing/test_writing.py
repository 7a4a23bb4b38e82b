import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab.figures.drawing import style
from lab.figures.drawing.writing import captions, headline, layer_names, legend, trials_text, zeros_note


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ([1], "layer 1"),
        ([1, 2], "layers 1, 2"),
        ([1, 2, 3, 5], "layers 1–3, 5"),
        ([2, 4, 5, 7, 8, 9], "layers 2, 4, 5, 7–9"),
    ],
)
def test_runs_of_layers_are_told_in_short(layers, told):
    assert layer_names(layers) == told


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([20, 20], "median of 20 trials"),
        ([5, 20], "median of 5–20 trials"),
        ([1, 1], "1 trial"),
        ([0], "no finite trial"),
        ([], "no finite trial"),
    ],
)
def test_how_many_trials_there_are_is_told(counts, told):
    assert trials_text(counts) == told


@pytest.mark.parametrize(
    ("zero", "told"),
    [
        ([0, 0, 1, 1], "zero from epoch 4"),
        ([1, 1, 1, 1], "zero at every reading"),
        ([0, 1, 0, 1], "zero at 2 of 4 readings"),
    ],
)
def test_where_a_median_is_zero_is_told(zero, told):
    assert zeros_note(np.array(zero, dtype=bool), np.array([0.0, 2, 4, 6]), "epoch") == told


def test_what_is_written_makes_the_figure_higher():
    figure = Figure(figsize=(4, 3))
    headline(figure, "one line")
    one = figure.get_figheight()
    assert one > 3
    legend(figure, [(Line2D([], []), "a" * 30)] * 5)
    assert figure.get_figheight() > one + 0.8


def test_a_line_below_the_title_is_broken_at_the_width_of_the_figure():
    figure = Figure(figsize=(4, 3))
    headline(figure, "a title", "so many words " * 20)
    figure.draw_without_rendering()
    (below,) = figure.artists
    assert 0.7 * figure.bbox.width < below.get_window_extent().width < figure.bbox.width


def test_a_long_label_of_the_legend_stays_within_the_figure():
    figure = Figure(figsize=(5, 3))
    with style.context():
        legend(figure, [(Line2D([], []), "word " * 60)])
    figure.draw_without_rendering()
    (box,) = figure.legends
    assert box.get_window_extent().width <= figure.bbox.width


@pytest.mark.parametrize("width", [90, 122, 200])
@pytest.mark.parametrize(
    "name", ["eta=0.01, lambda=10.0", "1000000000, 888888888", "WWWWWWW, MMMMMMMM", "il, il, il, il"]
)
def test_a_title_is_no_wider_than_its_panel(name, width):
    figure = Figure()
    ax = figure.subplots()
    with style.context():
        captions([ax], [name], [], width=width)
        extent = ax._left_title.get_window_extent()
    assert extent.width * 72 / figure.dpi <= width
    assert ax._left_title.get_text().replace("\n", " ") == name


def test_titles_stand_at_one_height_whatever_the_notes():
    figure = Figure(layout="constrained")
    axes = list(figure.subplots(1, 2))
    captions(axes, ["a", "b"], [[], ["2 of 3 trials diverged", "layer 1: zero from epoch 2"]], width=200)
    figure.draw_without_rendering()
    assert len({ax._left_title.get_window_extent().y0 for ax in axes}) == 1


def test_a_legend_has_as_many_columns_as_have_room_for_their_own_entries():
    """One long entry had put all others below each other, as the layers of a deep network."""
    figure = Figure(figsize=(7, 3))
    names = [*(f"layer {layer}" for layer in range(1, 21)), "predicted before training, scaled to the last"]
    with style.context():
        legend(figure, [(Line2D([], []), name) for name in names])
        figure.canvas.draw()
    (box,) = figure.legends
    assert box._ncols >= 4
    assert box.get_window_extent().x1 <= figure.bbox.x1
