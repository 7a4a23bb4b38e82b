import numpy as np
import pandas as pd
import pytest

from lab.figures import Layout, draw
from lab.figures.drawing import style
from tests.figures.conftest import READINGS, VARIANTS, make_tables, texts, titles, with_prediction

_TIME = "epoch (square-root axis)"


def lines(ax):
    """The layers' lines of a panel, without the marks on its floor."""
    return [line for line in ax.lines if line.get_linestyle() != "None"]


@pytest.mark.parametrize(
    ("name", "quantity"), [("learning_speed", "learning_speed"), ("weight_speed", "learning_speed_w")]
)
def test_a_line_a_layer_is_the_median_over_the_trials_that_had_not_diverged(drawn, tables, name, quantity):
    medians = tables["layers"].groupby(["variant", "layer", "step"])[quantity].median()
    axes = drawn(name).axes
    for variant, ax in zip(VARIANTS, axes, strict=True):
        assert (ax.get_yscale(), ax.get_xlabel(), ax.get_ylim()) == ("log", _TIME, axes[0].get_ylim())
        assert ax.get_xlim() == (0, 500)
        for layer, line in zip(range(1, 6), lines(ax), strict=True):
            np.testing.assert_array_equal(line.get_xdata(), READINGS)
            # A median of zero is a gap, never minus infinity.
            expected = medians[variant, layer].replace(0, np.nan)
            np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-15)


def test_a_median_of_zero_is_a_mark_on_the_floor(drawn):
    (marks,) = [line for line in drawn("learning_speed").axes[2].lines if line.get_linestyle() == "None"]
    np.testing.assert_array_equal(marks.get_xdata(), READINGS[12:])


def test_bands_hold_90_per_cent_of_the_trials(drawn, tables):
    rows = tables["layers"].query("variant == 'sigmoid' and layer == 5 and step == 0")
    ax = drawn("learning_speed").axes[0]
    assert len(ax.collections) == 5
    points = ax.collections[4].get_paths()[0].vertices
    edges = points[points[:, 0] == 0, 1]
    expected = rows["learning_speed"].quantile([0.05, 0.95])
    assert [edges.min(), edges.max()] == pytest.approx(expected.tolist())


def test_layers_are_told_apart_without_colour_and_the_first_is_the_darkest(drawn):
    ax = drawn("learning_speed").axes[0]
    first, *_, last = lines(ax)
    assert len({str(line._dash_pattern) for line in lines(ax)[:4]}) == 4
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3", "4", "5 out"]
    assert (first.get_color(), last.get_color()) == ("#440154", style.ramp([1, 2])[2].colour)


def test_failed_trials_are_counted_too_though_they_have_no_readings():
    status = ["done", "failed", "done", "diverged"]
    trials = pd.DataFrame({"variant": "a", "trial": range(4), "status": status})
    shown = texts(draw("learning_speed", {**make_tables(("a",), 2, 1), "trials": trials}))
    assert "1 of 4 trials diverged\n1 of 4 trials failed" in shown


@pytest.mark.parametrize(
    ("dead", "said"),
    [(READINGS, "zero at every reading"), (READINGS[1:2], "zero at 1 of 51 readings")],
)
def test_layers_with_the_same_to_tell_share_a_note(dead, said):
    tables = make_tables(("a",), 1, 2)
    tables["layers"].loc[tables["layers"]["step"].isin(dead), "learning_speed"] = 0.0
    assert f"layers 1, 2: {said}" in texts(draw("learning_speed", tables))


def test_few_epochs_are_drawn_over_steps():
    tables = make_tables(("a",), 1, 1)
    tables["layers"]["epoch"] /= 1000
    figure = draw("learning_speed", tables)
    assert figure.axes[0].get_xlabel() == "step (square-root axis)"
    assert figure.axes[0].lines[0].get_xdata()[-1] == 500


@pytest.mark.parametrize("name", ["learning_speed", "speed_by_layer"])
def test_a_trial_that_diverged_does_not_set_the_axis(name):
    tables = make_tables(("a", "b"), 3, 2)
    usual = draw(name, tables).axes[0].get_ylim()
    layers = tables["layers"]
    lost = (layers["variant"] == "b") & (name == "speed_by_layer") | (layers["trial"] == 2)
    layers.loc[lost, "status"] = "diverged"
    layers.loc[lost & (layers["step"] >= 400), "learning_speed"] = 1e60
    _, high = draw(name, tables).axes[0].get_ylim()
    assert high < 10 * usual[1]


def test_the_smallest_numbers_are_shown():
    tables = make_tables(("a",), 3, 2)
    tables["layers"].loc[tables["layers"]["layer"] == 1, "learning_speed"] = 5e-324
    figure = draw("learning_speed", tables)
    assert (figure.axes[0].lines[0].get_ydata() == 5e-324).all()
    figure.draw_without_rendering()


def test_long_labels_are_broken_into_lines():
    label = "soft-floor, eta=0.3, lambda=5, hidden 30-30-30, batch=10, glorot-uniform(gain=1.5)"
    figure = draw("learning_speed", make_tables((label, "b", "c", "d"), 1, 1))
    assert max(map(len, titles(figure)[0].splitlines())) < 40


def test_a_single_reading_is_a_point():
    tables = make_tables(("a",), 1, 2)
    tables["layers"] = tables["layers"].query("step == 0")
    assert {line.get_marker() for line in draw("learning_speed", tables).axes[0].lines} == {"o"}


def test_the_prediction_of_weights_is_that_of_the_weights(predicted):
    shown = "predicted before training, scaled to the last hidden layer"
    assert shown in texts(draw("weight_speed", predicted))
    without = {**predicted, "prediction": predicted["prediction"].drop(columns="predicted_speed_w")}
    assert shown not in texts(draw("weight_speed", without))


def test_a_line_a_layer_at_its_median(tables):
    layers = tables["layers"].assign(gradient_cosine=lambda rows: 1 - rows["layer"] / 10)
    ax = draw("gradient_cosine", {**tables, "layers": layers}).axes[0]
    zero, *cosines = ax.lines
    assert zero.get_ydata() == [0, 0]
    levels = [np.nanmedian(line.get_ydata()) for line in cosines]
    assert levels == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.5])
    assert ax.get_ylim() == (-1.05, 1.05)


def readings(ax):
    """The lines of a panel by variant: pairs of the first and the last reading."""
    return list(zip(lines(ax)[::2], lines(ax)[1::2], strict=True))


def test_medians_of_the_first_and_the_last_reading(drawn, tables):
    medians = tables["layers"].groupby(["variant", "step", "layer"])["learning_speed"].median()
    (ax,) = drawn("speed_by_layer").axes
    for variant, pair in zip(VARIANTS, readings(ax), strict=True):
        for step, line in zip((0, 500), pair, strict=True):
            expected = medians[variant, step].replace(0, np.nan)
            np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-15)


def test_variants_have_their_own_markers_and_places_first_open_and_dashed_last_filled_and_solid(drawn):
    pairs = readings(drawn("speed_by_layer").axes[0])
    for first, last in pairs:
        assert (first.get_linestyle(), first.get_markerfacecolor()) == ("--", "white")
        assert (last.get_linestyle(), last.get_markerfacecolor()) == ("-", last.get_color())
        assert first.get_marker() == last.get_marker()
        assert abs(first.get_xdata()[0] - 1) < 0.3
    assert len({first.get_marker() for first, _ in pairs}) == 4
    assert len({first.get_xdata()[0] for first, _ in pairs}) == 4


def test_bars_hold_90_per_cent_of_the_trials_and_are_within_the_axis(drawn, tables):
    rows = tables["layers"].query("variant == 'sigmoid' and layer == 1 and step == 0")
    (ax,) = drawn("speed_by_layer").axes
    ends = [bar[:, 1] for bars in ax.collections for bar in bars.get_segments() if bar.size]
    np.testing.assert_allclose(ends[0], rows["learning_speed"].quantile([0.05, 0.95]))
    held = np.concatenate(ends)
    held = held[held > 5e-324]
    assert ax.get_ylim()[0] < held.min() < held.max() < ax.get_ylim()[1]


def test_a_variant_that_ended_early_is_told():
    tables = make_tables(("a", "b"), 2, 2)
    layers = tables["layers"]
    layers.loc[(layers["variant"] == "b") & (layers["step"] > 240), "learning_speed"] = np.nan
    figure = draw("speed_by_layer", tables)
    expected = layers.query("variant == 'b' and step == 240").groupby("layer")["learning_speed"].median()
    np.testing.assert_allclose(readings(figure.axes[0])[1][1].get_ydata(), expected)
    assert "b (last reading: epoch 240)" in texts(figure)


def test_zero_is_a_mark_on_the_floor(drawn):
    loose = [line for line in drawn("speed_by_layer").axes[0].lines if line.get_linestyle() == "None"]
    (mark,) = [line for line in loose if line.get_marker() != "_"]
    assert mark.get_xdata() == pytest.approx([1.03])
    assert mark.get_marker() == "^"


def test_dashes_tell_what_was_predicted(drawn, predicted):
    figure = draw("speed_by_layer", predicted)
    (ax,) = figure.axes
    dashes = [line for line in ax.lines if line.get_marker() == "_"]
    for (first, _), dash in zip(readings(ax), dashes, strict=True):
        assert dash.get_color() == first.get_color()
        np.testing.assert_allclose(dash.get_xdata(), first.get_xdata())
        assert dash.get_ydata()[-2] == pytest.approx(first.get_ydata()[-2])
    told = "predicted before training, scaled to the last hidden layer"
    assert told in texts(figure)
    assert told not in texts(drawn("speed_by_layer"))


@pytest.mark.parametrize(("variants", "panels"), [(8, [8]), (9, [5, 4]), (17, [6, 6])])
def test_many_variants_get_more_panels_and_of_more_than_twelve_some_are_shown(variants, panels):
    names = tuple(f"v{i}" for i in range(variants))
    figure = draw("speed_by_layer", make_tables(names, 1, 2))
    assert [len(readings(ax)) for ax in figure.axes] == panels
    for ax in figure.axes[: len(panels) - 1]:
        assert len(ax.get_legend().get_texts()) == len(readings(ax))
    told = "12 of 17 variants shown; choose with --variants"
    assert (told in texts(figure)) == (variants == 17)
    assert not titles(figure)


@pytest.mark.parametrize("width", [0, 3.3, 6.5])
def test_the_legends_of_panels_stand_apart_within_the_figure(width):
    names = tuple(f"clipped-slope(inner=tanh), a={a}" for a in range(9))
    figure = draw("speed_by_layer", make_tables(names, 1, 2), layout=Layout(width))
    figure.draw_without_rendering()
    axes = figure.axes
    boxes = [ax.get_legend().get_window_extent() for ax in axes]
    assert axes[0].get_gridspec().ncols == (1 if width == 3.3 else 2)
    assert not boxes[0].overlaps(boxes[1])
    for ax, box in zip(axes, boxes, strict=True):
        assert box.x1 <= figure.bbox.x1
        assert box.y1 < ax.xaxis.label.get_window_extent().y0


def test_panels_by_a_key_have_one_legend_of_which_each_line_has_the_look():
    names = tuple(f"{eta}, {cost}" for eta in (0.1, 0.2, 0.3) for cost in "xyz")
    made = make_tables(names, 1, 2)
    eta, cost = zip(*(name.split(", ") for name in names), strict=True)
    made["variants"] = made["variants"].drop(columns="network.activation").assign(
        **{"training.eta": list(map(float, eta)), "network.cost": cost}
    )  # fmt: skip
    figure = draw("speed_by_layer", made)
    assert titles(figure) == ["cost x", "cost y", "cost z"]
    (legend,) = figure.legends
    told = [text.get_text() for text in legend.get_texts()]
    assert told[:4] == ["eta 0.1", "eta 0.2", "eta 0.3", "first reading"]
    for ax in figure.axes:
        looks = [(last.get_color(), last.get_marker()) for _, last in readings(ax)]
        assert looks == [(line.get_color(), line.get_marker()) for line in legend.get_lines()[:3]]


def test_a_variant_far_from_all_others_leaves_the_axis_and_it_is_said_how_far():
    made = make_tables(("a", "b", "c", "d"), 2, 3)
    layers = made["layers"]
    layers.loc[(layers["variant"] == "b") & (layers["layer"] == 1), "learning_speed"] = 2e-20
    figure = draw("speed_by_layer", made)
    assert "b (down to 10⁻²⁰)" in texts(figure)
    assert figure.axes[0].get_ylim()[0] > 1e-4


@pytest.mark.parametrize("name", ["learning_speed", "weight_speed", "update_ratio"])
def test_a_variant_far_from_all_others_flattens_none_and_no_diamond_is_outside(name):
    made = with_prediction(make_tables(("a", "b", "c", "d"), 2, 3))
    far = (made["layers"]["variant"] == "b") & (made["layers"]["layer"] == 1)
    made["layers"].loc[far, ["learning_speed", "learning_speed_w", "update_ratio"]] = 2e-20
    prediction = made["prediction"]
    lowest = (prediction["variant"] == "b") & (prediction["layer"] == 1)
    prediction.loc[lowest, ["predicted_speed", "predicted_speed_w"]] = 1e-12
    figure = draw(name, made)
    low, high = figure.axes[0].get_ylim()
    assert low > 1e-6
    assert "down to 10⁻²⁰" in texts(figure)
    shown = [line.get_ydata()[0] for ax in figure.axes for line in ax.lines if line.get_marker() == "D"]
    assert all(low <= level <= high for level in shown)
    assert len(shown) == (0 if name == "update_ratio" else 11)


def test_every_layer_has_its_place_and_its_tick():
    for depth in (1, 9):
        (ax,) = draw("speed_by_layer", make_tables(("a", "b"), 1, depth)).axes
        assert ax.get_xlim() == (0.5, depth + 0.5)
        assert ax.get_xticks().tolist() == list(range(1, depth + 1))


def test_the_dotted_line_of_a_usual_step_is_told(drawn):
    assert "usual: about 10⁻³" in texts(drawn("update_ratio"))
