import numpy as np
import pandas as pd
import pytest

from lab.figures import draw
from lab.figures.drawing import style


def lines(ax, count):
    """The layers' lines of a panel, without the marks on its floor."""
    return [line for line in ax.lines if line.get_linestyle() != "None"][:count]


def test_one_panel_a_variant_and_one_line_a_layer(drawn):
    figure = drawn("learning_speed")
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["sigmoid", "tanh", "relu", "tanh(z) + 0.1*z"]
    assert [len(lines(ax, 99)) for ax in figure.axes] == [5, 5, 5, 5]
    assert {ax.get_yscale() for ax in figure.axes} == {"log"}
    assert len({ax.get_ylim() for ax in figure.axes}) == 1


def test_lines_are_medians_over_the_trials_that_had_not_diverged(drawn, tables):
    layers = tables["layers"]
    expected = layers[layers["variant"] == "tanh"].groupby(["layer", "step"])["learning_speed"].median()
    for layer, line in enumerate(lines(drawn("learning_speed").axes[1], 5), start=1):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(0, 501, 10))
        np.testing.assert_allclose(line.get_ydata(), expected[layer], rtol=1e-15)


def test_bands_hold_90_per_cent_of_the_trials(drawn, tables):
    layers = tables["layers"]
    rows = layers[(layers["variant"] == "sigmoid") & (layers["layer"] == 5) & (layers["step"] == 0)]
    ax = drawn("learning_speed").axes[0]
    assert len(ax.collections) == 5
    points = ax.collections[4].get_paths()[0].vertices
    edges = points[points[:, 0] == 0, 1]
    assert edges.min() == pytest.approx(rows["learning_speed"].quantile(0.05))
    assert edges.max() == pytest.approx(rows["learning_speed"].quantile(0.95))


def test_labels_have_symbols_and_units(tables, texts):
    shown = texts(draw("learning_speed", tables, "Title"))
    assert "learning speed ‖∂C/∂bˡ‖\n(cost per unit of bias)" in shown
    assert shown.count("epoch") == 4
    assert "median of 20 trials; band: 90 % of them" in shown
    assert {"layer 1", "layer 5", "Title"} <= set(shown)


def test_layers_are_told_apart_without_colour(drawn):
    ax = drawn("learning_speed").axes[0]
    assert len({str(line._dash_pattern) for line in lines(ax, 4)}) == 4
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3", "4", "5"]


def test_failed_trials_are_counted_too_though_they_have_no_readings(make_tables, texts):
    tables = make_tables(("a",), 2, 1)
    trials = pd.DataFrame(
        {"variant": "a", "trial": range(4), "status": ["done", "failed", "done", "diverged"]}
    )
    shown = texts(draw("learning_speed", {**tables, "trials": trials}))
    assert "1 of 4 trials diverged\n1 of 4 trials failed" in shown


def test_zero_is_a_gap_a_mark_and_a_note_never_minus_infinity(drawn, texts):
    figure = drawn("learning_speed")
    relu = figure.axes[2]
    first = lines(relu, 1)[0].get_ydata()
    assert np.isfinite(first[:12]).all()
    assert np.isnan(first[12:]).all()
    (marks,) = [line for line in relu.lines if line.get_linestyle() == "None"]
    np.testing.assert_array_equal(marks.get_xdata(), np.arange(120, 501, 10))
    assert "layer 1: zero from epoch 120" in texts(figure)
    for ax in figure.axes:
        for line in lines(ax, 5):
            assert not (line.get_ydata() <= 0).any()


@pytest.mark.parametrize(
    ("dead", "note"),
    [
        ([True] * 51, "layers 1, 2: zero at every reading"),
        ([False, True] + [False] * 49, "layers 1, 2: zero at 1 of 51 readings"),
    ],
)
def test_layers_with_the_same_to_tell_share_a_note(make_tables, texts, dead, note):
    tables = make_tables(("a",), 1, 2)
    steps = np.flatnonzero(dead) * 10
    tables["layers"].loc[tables["layers"]["step"].isin(steps), "learning_speed"] = 0.0
    assert note in texts(draw("learning_speed", tables))


def test_few_epochs_are_drawn_over_steps(make_tables, texts):
    tables = make_tables(("a",), 1, 1)
    tables["layers"]["epoch"] /= 1000
    figure = draw("learning_speed", tables)
    assert figure.axes[0].get_xlabel() == "step"
    assert figure.axes[0].lines[0].get_xdata()[-1] == 500


def test_the_smallest_numbers_are_shown(make_tables):
    tables = make_tables(("a",), 3, 2)
    layers = tables["layers"]
    layers.loc[layers["layer"] == 1, "learning_speed"] = 5e-324
    figure = draw("learning_speed", tables)
    assert (figure.axes[0].lines[0].get_ydata() == 5e-324).all()
    figure.draw_without_rendering()


def test_long_labels_are_broken_into_lines(make_tables):
    label = "soft-floor, eta=0.3, lambda=5, hidden 30-30-30, batch=10, glorot-uniform(gain=1.5)"
    figure = draw("learning_speed", make_tables((label, "b", "c", "d"), 1, 1))
    title = figure.axes[0].get_title(loc="left")
    assert "\n" in title
    assert max(map(len, title.splitlines())) < 40


def test_a_single_reading_is_a_point(make_tables):
    tables = make_tables(("a",), 1, 2)
    tables["layers"] = tables["layers"].query("step == 0")
    assert {line.get_marker() for line in draw("learning_speed", tables).axes[0].lines} == {"o"}


def test_the_first_layer_is_the_darkest(drawn):
    first, *_, last = lines(drawn("learning_speed").axes[0], 5)
    assert (first.get_color(), last.get_color()) == ("#440154", style.ramp([1, 2])[2].colour)


def test_weight_speed_has_the_medians_of_the_weights(tables, drawn):
    figure = drawn("weight_speed")
    layers = tables["layers"]
    first = layers["variant"].iloc[0]
    sound = layers[(layers["variant"] == first) & (layers["status"] == "done") & (layers["layer"] == 1)]
    medians = sound.groupby("step")["learning_speed_w"].median()
    drawn = [line.get_ydata() for line in figure.axes[0].lines]
    assert any(len(y) == len(medians) and np.allclose(y, medians) for y in drawn)
    assert "∂C/∂wˡ" in figure.axes[0].get_ylabel() + "".join(text.get_text() for text in figure.texts)


def test_the_prediction_of_weights_is_that_of_the_weights(predicted, texts):
    shown = "predicted for the start, from the last hidden layer"
    assert shown in texts(draw("weight_speed", predicted))
    without = {**predicted, "prediction": predicted["prediction"].drop(columns="predicted_speed_w")}
    assert shown not in texts(draw("weight_speed", without))
