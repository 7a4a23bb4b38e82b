from lab.figures.drawing.panels import matrix, sheet, wrapped


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


def test_a_sheet_shows_itself_in_a_notebook_and_is_left_as_it_was():
    figure = sheet(1, 1, width=3, height=2)
    canvas, dpi = figure.canvas, figure.dpi
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert (figure.canvas, figure.dpi) == (canvas, dpi)
