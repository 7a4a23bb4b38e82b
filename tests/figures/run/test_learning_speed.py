import numpy as np
import pandas as pd
import pytest

from lab.figures import draw
from lab.figures.drawing import style


def lines(ax, count):
    """The layers' lines of a panel, without the marks on its floor."""
    return [line for line in ax.lines if line.get_linestyle() != "None"][:count]


def test_one_line_a_layer_on_the_same_logarithmic_axes(drawn):
    axes = drawn("learning_speed").axes
    assert [len(lines(ax, 99)) for ax in axes] == [5, 5, 5, 5]
    assert {(ax.get_yscale(), ax.get_xlabel()) for ax in axes} == {("log", "epoch")}
    assert len({ax.get_ylim() for ax in axes}) == 1


def test_lines_are_medians_over_the_trials_that_had_not_diverged(drawn, tables):
    layers = tables["layers"]
    expected = layers[layers["variant"] == "tanh"].groupby(["layer", "step"])["learning_speed"].median()
    for layer, line in enumerate(lines(drawn("learning_speed").axes[1], 5), start=1):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(0, 501, 10))
        np.testing.assert_allclose(line.get_ydata(), expected[layer], rtol=1e-15)


def test_bands_hold_90_per_cent_of_the_trials(drawn, tables):
    layers = tables["layers"]
    rows = layers.query("variant == 'sigmoid' and layer == 5 and step == 0")
    ax = drawn("learning_speed").axes[0]
    assert len(ax.collections) == 5
    points = ax.collections[4].get_paths()[0].vertices
    edges = points[points[:, 0] == 0, 1]
    assert edges.min() == pytest.approx(rows["learning_speed"].quantile(0.05))
    assert edges.max() == pytest.approx(rows["learning_speed"].quantile(0.95))


def test_layers_are_told_apart_without_colour(drawn):
    ax = drawn("learning_speed").axes[0]
    assert len({str(line._dash_pattern) for line in lines(ax, 4)}) == 4
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3", "4", "5"]


def test_failed_trials_are_counted_too_though_they_have_no_readings(make_tables, texts):
    status = ["done", "failed", "done", "diverged"]
    trials = pd.DataFrame({"variant": "a", "trial": range(4), "status": status})
    shown = texts(draw("learning_speed", {**make_tables(("a",), 2, 1), "trials": trials}))
    assert "1 of 4 trials diverged\n1 of 4 trials failed" in shown


def test_zero_is_a_gap_and_a_mark_never_minus_infinity(drawn):
    figure = drawn("learning_speed")
    relu = figure.axes[2]
    first = lines(relu, 1)[0].get_ydata()
    assert np.isfinite(first[:12]).all()
    assert np.isnan(first[12:]).all()
    (marks,) = [line for line in relu.lines if line.get_linestyle() == "None"]
    np.testing.assert_array_equal(marks.get_xdata(), np.arange(120, 501, 10))
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
    layers = tables["layers"]
    first = layers[(layers["variant"] == "sigmoid") & (layers["layer"] == 1)]
    line = lines(drawn("weight_speed").axes[0], 1)[0]
    np.testing.assert_allclose(
        line.get_ydata(), first.groupby("step")["learning_speed_w"].median(), rtol=1e-15
    )


def test_the_prediction_of_weights_is_that_of_the_weights(predicted, texts):
    shown = "predicted for the start, from the last hidden layer"
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
    joined = [line for line in ax.lines if line.get_linestyle() != "None"]
    return list(zip(joined[::2], joined[1::2], strict=True))


def test_medians_of_the_first_and_the_last_reading(drawn, tables):
    layers = tables["layers"]
    (ax,) = drawn("speed_by_layer").axes
    assert len(readings(ax)) == 4
    for variant, pair in zip(layers["variant"].unique(), readings(ax), strict=True):
        for step, line in zip((0, 500), pair, strict=True):
            rows = layers[(layers["variant"] == variant) & (layers["step"] == step)]
            expected = rows.groupby("layer")["learning_speed"].median().replace(0, np.nan)
            np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-15)


def test_open_and_dashed_first_filled_and_solid_last(drawn):
    for first, last in readings(drawn("speed_by_layer").axes[0]):
        assert (first.get_linestyle(), first.get_markerfacecolor()) == ("--", "white")
        assert (last.get_linestyle(), last.get_markerfacecolor()) == ("-", last.get_color())
        assert first.get_marker() == last.get_marker()


def test_variants_have_their_own_markers_and_places(drawn):
    pairs = readings(drawn("speed_by_layer").axes[0])
    assert len({first.get_marker() for first, _ in pairs}) == 4
    assert len({first.get_xdata()[0] for first, _ in pairs}) == 4
    assert all(abs(first.get_xdata()[0] - 1) < 0.3 for first, _ in pairs)


def test_bars_hold_90_per_cent_of_the_trials(drawn, tables):
    layers = tables["layers"]
    rows = layers.query("variant == 'sigmoid' and layer == 1 and step == 0")
    bar = drawn("speed_by_layer").axes[0].collections[0].get_segments()[0]
    np.testing.assert_allclose(bar[:, 1], rows["learning_speed"].quantile([0.05, 0.95]))


def test_a_variant_that_ended_early_is_told(make_tables, texts):
    tables = make_tables(("a", "b"), 2, 2)
    layers = tables["layers"]
    layers.loc[(layers["variant"] == "b") & (layers["step"] > 240), "learning_speed"] = np.nan
    figure = draw("speed_by_layer", tables)
    expected = layers[(layers["variant"] == "b") & (layers["step"] == 240)].groupby("layer")["learning_speed"]
    np.testing.assert_allclose(readings(figure.axes[0])[1][1].get_ydata(), expected.median())
    assert "b (last reading: epoch 240)" in texts(figure)


def test_zero_is_a_mark_on_the_floor(drawn):
    loose = [line for line in drawn("speed_by_layer").axes[0].lines if line.get_linestyle() == "None"]
    (mark,) = [line for line in loose if line.get_marker() != "_"]
    assert mark.get_xdata() == pytest.approx([1.03])
    assert mark.get_marker() == "^"


def test_dashes_tell_what_was_predicted(drawn, predicted, texts):
    figure = draw("speed_by_layer", predicted)
    (ax,) = figure.axes
    dashes = [line for line in ax.lines if line.get_marker() == "_"]
    for (first, _), dash in zip(readings(ax), dashes, strict=True):
        assert dash.get_color() == first.get_color()
        np.testing.assert_allclose(dash.get_xdata(), first.get_xdata())
        assert dash.get_ydata()[-2] == pytest.approx(first.get_ydata()[-2])
    told = "predicted for the start, from the last hidden layer"
    assert told in texts(figure)
    assert told not in texts(drawn("speed_by_layer"))


@pytest.mark.parametrize(("variants", "panels"), [(8, 1), (9, 2), (17, 3)])
def test_many_variants_get_more_panels(make_tables, variants, panels):
    figure = draw("speed_by_layer", make_tables(tuple(f"v{i}" for i in range(variants)), 1, 2))
    assert len(figure.axes) == panels
    assert len(readings(figure.axes[0])) == min(variants, 8)


def test_every_layer_has_its_place_and_its_tick(make_tables):
    (ax,) = draw("speed_by_layer", make_tables(("a", "b"), 1, 1)).axes
    assert ax.get_xlim() == (0.5, 1.5)
    (ax,) = draw("speed_by_layer", make_tables(("a", "b"), 1, 9)).axes
    assert list(ax.get_xticks()) == list(range(1, 10))


def test_bars_are_within_the_axis(drawn):
    (ax,) = drawn("speed_by_layer").axes
    ends = np.concatenate([bar[:, 1] for bars in ax.collections for bar in bars.get_segments() if bar.size])
    held = ends[ends > 5e-324]
    assert ax.get_ylim()[0] < held.min() < held.max() < ax.get_ylim()[1]
