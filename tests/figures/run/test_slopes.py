import numpy as np

from lab.figures import draw
from lab.figures.drawing import style


def test_a_row_a_layer_and_a_column_a_variant(drawn, tables, texts):
    figure = drawn("slopes")
    assert len(figure.axes) == 20
    assert [ax.get_title(loc="left") for ax in figure.axes[:4]] == list(tables["layers"]["variant"].unique())
    assert [ax.get_ylabel() for ax in figure.axes[::4]] == [f"layer {layer}" for layer in range(1, 6)]
    assert {"slope σ′(z)", "2nd to 98th percentile", "median of 20 trials"} <= set(texts(figure))
    assert {ax.get_yscale() for ax in figure.axes} == {"log"}


def test_the_line_is_the_median_slope_and_the_band_reaches_to_the_percentiles(drawn, tables):
    layers = tables["layers"]
    expected = layers.query("variant == 'sigmoid' and layer == 1").groupby("step")
    ax = drawn("slopes").axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), expected["slope_p50"].median(), rtol=1e-14)
    points = ax.collections[0].get_paths()[0].vertices
    edges = points[points[:, 0] == 500, 1]
    np.testing.assert_allclose(edges.min(), expected["slope_p02"].median()[500])
    np.testing.assert_allclose(edges.max(), expected["slope_p98"].median()[500])


def test_a_floor_above_zero_is_a_line_in_the_hidden_layers_only(drawn):
    figure = drawn("slopes")
    bounded = [
        [line.get_ydata()[0] for line in ax.lines if line.get_color() == style.ACCENT] for ax in figure.axes
    ]
    assert bounded == [[], [], [], [0.1]] * 4 + [[], [], [], []]
    assert [text.get_text() for text in figure.axes[3].texts] == ["inf σ′ = 0.1"]


def test_the_floor_is_within_the_axis(drawn):
    low, high = drawn("slopes").axes[3].get_ylim()
    assert low < 0.1 < high


def test_slopes_at_or_below_zero_are_marks_never_minus_infinity(make_tables, texts):
    tables = make_tables(("a",), 2, 2)
    tables["layers"] = tables["layers"].assign(slope_p02=-0.1, slope_p50=0.0, slope_p98=1.0)
    figure = draw("slopes", tables)
    assert "on the floor: a median slope of 0 or less" in texts(figure)
    ax = figure.axes[0]
    line, marks = ax.lines
    assert np.isnan(line.get_ydata()).all()
    np.testing.assert_array_equal(marks.get_xdata(), np.arange(0, 501, 10))
    assert (ax.collections[0].get_paths()[0].vertices[:, 1] > 0).all()
