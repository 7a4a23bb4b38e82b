import pytest

from lab.figures.drawing import style
from lab.figures.drawing.panels import matrix, on_page, page, sheet, side_by_side, wrapped


def test_a_panel_in_which_nothing_is_drawn_is_an_empty_place():
    panels = matrix({1: "layer 1", 2: "layer 2"}, {"a": "a", "b": "b"}, height=1)
    for place in ((1, "a"), (2, "a"), (1, "b")):
        panels.axes[place].plot([0, 1], [0, 1])
    figure = panels.framed("epoch", notes=[[], ["2 trials"]], y="slope")
    assert [ax.axison for ax in figure.axes] == [True, True, True, False]
    assert [ax.get_xlabel() for ax in figure.axes] == ["", "epoch", "epoch", ""]
    assert [ax.get_ylabel() for ax in figure.axes] == ["layer 1", "", "layer 2", ""]
    assert [ax.get_title() for ax in figure.axes] == ["a", "b", "", ""]


def test_panels_wrap_at_four_in_a_row():
    multiples = wrapped((f"variant {i}" for i in range(14)), height=2, label="speed")
    for ax in multiples.axes.values():
        ax.plot([0, 1], [0, 1], label="a line")
    figure = multiples.framed("epoch")
    grid = figure.axes[0].get_gridspec()
    assert (len(figure.axes), grid.nrows, grid.ncols) == (14, 4, 4)
    assert [ax.get_xlabel() for ax in figure.axes] == [""] * 10 + ["epoch"] * 4
    assert [ax.get_ylabel() for ax in figure.axes] == ["speed", "", "", ""] * 3 + ["speed", ""]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a line"]


def test_on_a_narrow_page_titles_and_the_label_of_x_stay_within_their_panels():
    names = [f"eta={eta}, 10-10-10, tanh(z) + 0.1*z" for eta in (0.03, 0.3)]
    with page(3.3), style.context():
        multiples = wrapped(names, height=2, label="speed")
        for ax in multiples.axes.values():
            ax.plot([0, 1], [0, 1])
        figure = multiples.framed("epoch (square-root axis)")
        figure.draw_without_rendering()
    left, right = figure.axes
    for one, other in ((left._left_title, right._left_title), (left.xaxis.label, right.xaxis.label)):
        assert "\n" in one.get_text()
        assert one.get_window_extent().x1 < other.get_window_extent().x0
        assert other.get_window_extent().x1 <= figure.bbox.x1


def test_long_labels_of_rows_are_broken_and_widen_the_figure():
    def made(labels, width=0.0):
        with page(width):
            return side_by_side(labels, 3, width=2.0, row=0.2)

    short, (left, *_) = made(["a", "b"])
    assert [label.get_text() for label in left.get_yticklabels()] == ["a", "b"]
    long, (left, *_) = made(["a", "eta=0.3, 10-10-10, tanh(z) + 0.1*z; 3 of 3 trials diverged"])
    told = [label.get_text() for label in left.get_yticklabels()]
    assert told == ["a", "eta=0.3, 10-10-10, tanh(z) + 0.1*z\n3 of 3 trials diverged"]
    assert long.get_figwidth() > short.get_figwidth() + 1
    assert long.get_figheight() > short.get_figheight()


@pytest.mark.parametrize(("width", "lines", "rows"), [(9, 1, 1), (6.5, 2, 1), (4, 2, 3)])
def test_on_a_narrow_page_labels_are_broken_sooner_and_then_panels_stacked(width, lines, rows):
    with page(width):
        figure, (left, *_) = side_by_side(["eta=0.3, 10, tanh(z) + 0.1*z"], 3, width=2.0, row=0.2)
    (label,) = left.get_yticklabels()
    assert label.get_text().count("\n") == lines - 1
    assert figure.axes[0].get_gridspec().nrows == rows


def test_a_sheet_shows_itself_in_a_notebook_and_is_left_as_it_was():
    figure = sheet(1, 1, width=3, height=2)
    canvas, dpi = figure.canvas, figure.dpi
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert (figure.canvas, figure.dpi) == (canvas, dpi)


@pytest.mark.parametrize(("width", "columns"), [(0, 8), (0.5, 1), (4.5, 4), (20, 8)])
def test_a_page_has_room_for_some_of_many_small_panels(width, columns):
    with page(width):
        assert on_page(8) == columns
    assert on_page(8) == 8
