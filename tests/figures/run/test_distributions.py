import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import StepPatch

from lab.figures import NothingToShowError, draw
from lab.figures.drawing import style
from lab.figures.run.distributions import density
from tests.figures.conftest import READINGS, make_tables, texts

SLOPES = ["slope_p02", "slope_p50", "slope_p98"]


def test_the_line_is_the_median_slope_and_the_band_reaches_to_the_percentiles(drawn, tables):
    expected = tables["layers"].query("variant == 'sigmoid' and layer == 1").groupby("step")[SLOPES].median()
    ax = drawn("slopes").axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), expected["slope_p50"], rtol=1e-14)
    points = ax.collections[0].get_paths()[0].vertices
    edges = points[points[:, 0] == 500, 1]
    np.testing.assert_allclose([edges.min(), edges.max()], expected.loc[500, ["slope_p02", "slope_p98"]])


def test_a_floor_above_zero_is_a_line_in_the_hidden_layers_only(drawn):
    figure = drawn("slopes")
    lines = [[line for line in ax.lines if line.get_color() == style.ACCENT] for ax in figure.axes]
    bounded = [[line.get_ydata()[0] for line in of_panel] for of_panel in lines]
    assert bounded == [[], [], [], [0.1]] * 4 + [[], [], [], []]
    low, high = figure.axes[3].get_ylim()
    assert low < 0.1 < high
    assert {ax.get_yscale() for ax in figure.axes} == {"log"}
    assert [text.get_text() for text in figure.axes[3].texts] == ["inf σ′ = 0.1"]


def test_slopes_at_or_below_zero_are_marks_never_minus_infinity():
    tables = make_tables(("a",), 2, 2)
    tables["layers"] = tables["layers"].assign(slope_p02=-0.1, slope_p50=0.0, slope_p98=1.0)
    figure = draw("slopes", tables)
    assert "on the floor: a median slope of 0" in texts(figure)
    ax = figure.axes[0]
    line, marks = ax.lines
    assert np.isnan(line.get_ydata()).all()
    np.testing.assert_array_equal(marks.get_xdata(), READINGS)
    assert (ax.collections[0].get_paths()[0].vertices[:, 1] > 0).all()


def test_a_large_slope_is_written_as_a_power_of_ten():
    tables = make_tables(("a",), 2, 2)
    tables["curves"] = tables["curves"].assign(
        slope=tables["curves"]["slope"] * 1.34e5 / tables["curves"]["slope"].max()
    )
    assert "1.3·10⁵" in [
        text.get_text() for ax in draw("z_distribution", tables).axes for text in ax.get_yticklabels()
    ]


def test_of_a_slope_below_zero_its_size_is_drawn_and_the_axis_says_so():
    tables = make_tables(("a", "b"), 3, 2)
    layers = tables["layers"]
    falls = (layers["variant"] == "a") & (layers["layer"] == 1)
    layers.loc[falls, SLOPES] = -layers.loc[falls, SLOPES[::-1]].to_numpy()
    figure = draw("slopes", tables)
    expected = layers[falls].groupby("step")[SLOPES].median()
    rising, falling = figure.axes[0].lines
    assert np.isnan(rising.get_ydata()).all()
    np.testing.assert_allclose(falling.get_ydata(), -expected["slope_p50"], rtol=1e-14)
    assert len(figure.axes[1].lines) == 1
    low, high = figure.axes[0].get_ylim()
    assert 0.01 < low < -expected["slope_p98"].max()
    assert -expected["slope_p02"].min() < high < 10
    shown = texts(figure)
    assert "slope σ′(z); dotted: −σ′(z)" in shown
    assert "the same of −σ′(z), where σ falls" in shown


def histogram(low=(-1, 0), high=(0, 1), count=(5, 5), step=0):
    """One variant, one trial, one layer: half of the z in [−1, 0), half in [0, 1)."""
    keys = {"variant": "a", "trial": 0, "step": step, "layer": 1}
    return pd.DataFrame({"low": low, "high": high, "count": count, **keys})


def stairs(ax):
    return [patch for patch in ax.patches if isinstance(patch, StepPatch)]


def test_histograms_with_different_bins_are_put_together_and_without_rows_are_zero():
    rows, edges = histogram([0, 1, 0], [1, 2, 4], [2, 2, 4]), np.array([0, 1, 2, 4])
    np.testing.assert_allclose(density(rows, edges), [3 / 8, 3 / 8, 1 / 8])
    assert density(rows.iloc[:0], edges).tolist() == [0, 0, 0]


@given(st.lists(st.integers(0, 100), min_size=3, max_size=9).filter(any))
def test_a_density_has_area_1(counts):
    edges = np.linspace(-2, 5, len(counts) + 1)
    rows = histogram(edges[:-1], edges[1:], counts)
    grid = np.linspace(-3, 6, 50)
    assert (density(rows, grid) * np.diff(grid)).sum() == pytest.approx(1)


def test_the_last_reading_is_filled_and_the_first_dashed():
    both = pd.concat([histogram(), histogram(count=(10, 0), step=10)])
    (ax,) = draw("z_distribution", {"histograms": both}).axes
    filled, dashed = stairs(ax)
    assert (filled.get_fill(), dashed.get_fill()) == (True, False)
    values, edges, _ = filled.get_data()
    middle = (edges[1:] + edges[:-1]) / 2
    shares = values.max()  # both on one scale, with a little room above the highest
    assert 0.9 < shares < 1
    np.testing.assert_allclose(values / shares, (middle > -1) & (middle < 0), atol=1e-12)
    np.testing.assert_allclose(dashed.get_data()[0] / shares, 0.5 * (abs(middle) < 1), atol=1e-12)


def test_a_single_reading_has_no_dashed_one():
    (ax,) = draw("z_distribution", {"histograms": histogram()}).axes
    assert len(stairs(ax)) == 1


def test_the_slope_is_drawn_on_its_own_axis_and_saturation_is_shaded(drawn, tables):
    figure = drawn("z_distribution")
    curve = tables["curves"].query("variant == 'sigmoid' and layer == 1")
    panel = figure.axes[0]
    np.testing.assert_array_equal(panel.lines[0].get_ydata(), curve["slope"])
    assert panel.yaxis.get_ticks_position() == "right"
    assert [label.get_text() for label in panel.get_yticklabels()] == ["0", "0.25"]
    figure.draw_without_rendering()
    assert not any(tick.label1.get_visible() for tick in panel.yaxis.get_major_ticks())
    (shade,) = panel.collections
    saturated = curve.loc[curve["slope"] < 0.05 * 0.25, "z"]
    left, after = (path.vertices[:, 0] for path in shade.get_paths())
    assert (left.min(), left.max()) == (saturated.min(), saturated[saturated < 0].max())
    assert (after.min(), after.max()) == (saturated[saturated > 0].min(), saturated.max())
    # A slope with a floor is nowhere saturated.
    assert [len(shade.get_paths()) for shade in figure.axes[3].collections] == [0]


def test_where_the_slope_is_zero_everywhere_nothing_is_saturated(tables):
    flat = {**tables, "curves": tables["curves"].assign(slope=0.0)}
    assert not any(shade.get_paths() for ax in draw("z_distribution", flat).axes for shade in ax.collections)


@pytest.mark.parametrize(
    ("rows", "reach"),
    [
        pytest.param(histogram(), 3, id="beyond the middle of the slope"),
        pytest.param(histogram([-4, 0, 1e3], [0, 4, 1001], [5000, 5000, 1]), 4, id="not to a few far away"),
    ],
)
def test_how_far_the_axis_of_z_reaches(rows, reach):
    (ax,) = draw("z_distribution", {"histograms": rows}).axes
    assert ax.get_xlim() == (-reach, reach)


@pytest.mark.parametrize("slope", [0.0, np.nan])
def test_a_slope_that_is_nowhere_to_be_seen_is_no_error(slope):
    z = np.linspace(-8, 8, 9)
    curves = pd.DataFrame({"variant": "a", "layer": 1, "z": z, "sigma": 0 * z, "slope": slope})
    figure = draw("z_distribution", {"histograms": histogram(), "curves": curves})
    figure.draw_without_rendering()
    assert figure.axes[0].get_ylim() == (0, 1.15)


@pytest.mark.parametrize("recorded", [True, False])
def test_an_unbounded_slope_saturates_nothing_and_its_axis_holds_what_is_usual(recorded):
    z = np.union1d(np.linspace(-8, 8, 321), np.geomspace(10, 1000, 20))
    curves = pd.DataFrame({"variant": "a", "layer": 1, "z": z, "sigma": z**2, "slope": 2 * z})
    tables = {"histograms": histogram(), "curves": curves}
    if recorded:
        tables["layers"] = pd.DataFrame({"variant": "a", "layer": [1, 1], "saturation": np.nan})
    else:
        bounds = {"variant": ["a"], "inf_slope": -np.inf, "sup_slope": np.inf, "saturation_threshold": 0.05}
        tables["variants"] = pd.DataFrame(bounds)
    figure = draw("z_distribution", tables)
    (panel,) = figure.axes
    assert not panel.collections
    assert panel.get_ylim() == pytest.approx((-6.9, 6.9))
    assert "no grey where sup|σ′| is infinite" in texts(figure)
    curves["slope"] = np.where(z == 0, 1e9, np.minimum(1 / np.sqrt(np.abs(z) + 1e-9), 4))
    (panel,) = draw("z_distribution", tables).axes
    assert 1 < panel.get_ylim()[1] < 10


def test_empty_histograms_are_told():
    with pytest.raises(NothingToShowError, match=r"^z_distribution: the histograms are empty$"):
        draw("z_distribution", {"histograms": histogram(count=0)})


def test_long_labels_of_z_stand_apart():
    table = pd.DataFrame({"low": [-999.9999999999989, 0.0], "high": [0.0, 999.9999999999989], "count": 5})
    table = table.assign(variant="a", trial=0, step=0, layer=1)
    assert draw("z_distribution", {"histograms": table}).axes[0].get_xticks().tolist() == [-1000, 0, 1000]


@pytest.mark.parametrize("reach", [3.0, 4.4, 7.0, 70.0])
def test_an_axis_of_z_has_ticks_that_tell_its_scale(reach):
    table = pd.DataFrame({"low": [-reach, 0.0], "high": [0.0, reach], "count": 5})
    wide = pd.concat(table.assign(variant=name, trial=0, step=0, layer=1) for name in "abcd")
    for ax in draw("z_distribution", {"histograms": wide}).axes:
        low, high = ax.get_xlim()
        assert sum(low <= tick <= high for tick in ax.get_xticks()) >= 3
