import numpy as np
import pytest

from lab.figures import draw


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
    rows = layers[(layers["variant"] == "sigmoid") & (layers["layer"] == 1) & (layers["step"] == 0)]
    bar = drawn("speed_by_layer").axes[0].collections[0].get_segments()[0]
    np.testing.assert_allclose(bar[:, 1], rows["learning_speed"].quantile([0.05, 0.95]))


def test_the_legend_tells_what_is_what(drawn, texts):
    shown = texts(drawn("speed_by_layer"))
    assert {
        "sigmoid",
        "first reading",
        "last reading",
        "median of 20 trials; bars: 90 % of them",
        "a mark on the floor: zero",
        "layer",
    } <= set(shown)


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
