import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lab.figures.drawing.bands import (
    MOST_POINTS,
    Band,
    band,
    bands,
    outline,
    over_layers,
    thinned,
    trial_mean,
)


def rows(values):
    """A table with a row a step and trial, of a matrix (step, trial)."""
    step, trial = map(np.ravel, np.indices(np.shape(values)))
    columns = {"trial": trial, "step": 10 * step, "epoch": step / 2, "layer": 1}
    return pd.DataFrame(columns | {"q": np.ravel(values).astype(float)})


def test_a_band_is_the_median_and_the_quantiles_5_and_95_of_the_trials_in_any_order():
    values = np.random.default_rng(0).lognormal(size=(7, 21))
    found = band(rows(values).sample(frac=1, random_state=3), "q", "epoch")
    np.testing.assert_array_equal(found.x, np.arange(7) / 2)
    np.testing.assert_array_equal(found.median, np.median(values, axis=1))
    np.testing.assert_allclose(found.low, np.quantile(values, 0.05, axis=1), rtol=1e-15)
    np.testing.assert_allclose(found.high, np.quantile(values, 0.95, axis=1), rtol=1e-15)
    assert found.trials == 21


@pytest.mark.parametrize(
    ("values", "median", "trials"),
    [
        pytest.param([[1, 2, 9], [1, 2, np.nan], [3, 5, np.inf]], [2, 1.5, 4], 3, id="until it diverged"),
        pytest.param([[1, 2], [np.nan, np.nan]], [1.5, np.nan], 2, id="a reading without a finite value"),
        pytest.param([[1, np.nan], [2, np.nan]], [1, 2], 1, id="not without a finite value"),
        pytest.param([[5e-324, 5e-324]], [5e-324], 2, id="the smallest number keeps its value"),
    ],
)
def test_a_trial_takes_part_where_it_is_finite(values, median, trials):
    found = band(rows(values), "q", "step")
    np.testing.assert_array_equal(found.median, median)
    assert found.trials == trials
    assert found.drawable
    if trials == 1:
        np.testing.assert_array_equal(found.low, found.high)


@given(arrays(np.float64, (4, 6), elements=st.floats(-1e6, 1e6) | st.just(np.nan)))
def test_quantiles_are_numpys(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = np.nanquantile(values, (0.05, 0.5, 0.95), axis=1)
    found = band(rows(values), "q", "step")
    np.testing.assert_allclose([found.low, found.median, found.high], expected, rtol=1e-12, atol=1e-9)


def test_the_bands_of_layers_are_those_of_each_alone():
    one, other = rows([[1.0, 2.0], [3.0, np.nan]]), rows([[5.0, 6.0]]).assign(layer=4)
    found = bands(pd.concat([other, one]), "q", "epoch")
    assert list(found) == [1, 4]
    for layer, table in ((1, one), (4, other)):
        alone = band(table, "q", "epoch")
        np.testing.assert_array_equal(found[layer].edges, alone.edges)
        np.testing.assert_array_equal(found[layer].x, alone.x)
        assert found[layer].trials == alone.trials


def test_over_layers_is_a_band_of_one_step_by_layer():
    table = pd.concat([rows([[1.0, 2.0], [3.0, 4.0]]), rows([[5.0, 6.0], [7.0, 9.0]]).assign(layer=4)])
    found = over_layers(table, "q", 10)
    assert (found.x.tolist(), found.median.tolist(), found.trials) == ([1, 4], [3.5, 8], 2)
    assert len(over_layers(table, "q", np.nan).x) == 0


def test_the_mean_over_trials_leaves_out_what_is_not_finite():
    table = rows([[0.2, 0.4], [np.nan, 0.6], [np.nan, np.nan]])
    x, layers, mean = trial_mean(table, "q", "step")
    np.testing.assert_array_equal(x, [0, 10, 20])
    np.testing.assert_array_equal(layers, [1])
    np.testing.assert_allclose(mean, [[0.3, 0.6, np.nan]])


def test_on_a_logarithmic_axis_nothing_is_at_or_below_zero():
    low, median, high = np.array([[0, 0, 1, np.nan], [0, 1, 2, np.nan], [0, 3, 4, np.nan]])
    shown = Band(np.arange(4.0), low, median, high, 3).positive
    np.testing.assert_array_equal(shown.low, [np.nan, 5e-324, 1, np.nan])
    np.testing.assert_array_equal(shown.median, [np.nan, 1, 2, np.nan])
    np.testing.assert_array_equal(shown.high, [np.nan, 3, 4, np.nan])


def test_a_short_line_is_drawn_as_it_is():
    x, y = np.arange(float(MOST_POINTS)), np.random.default_rng(0).normal(size=MOST_POINTS)
    np.testing.assert_array_equal(outline(x, y), (x, y))


@pytest.mark.parametrize("count", [MOST_POINTS + 1, 100_000])
def test_a_long_line_keeps_its_extremes_in_every_column(count):
    x = np.arange(float(count))
    y = np.random.default_rng(0).normal(size=count)
    y[count // 3] = 1e3
    y[count // 2 : count // 2 + count // 10] = np.nan
    drawn_x, drawn_y = outline(x, y)
    assert len(drawn_x) == len(drawn_y) <= MOST_POINTS
    assert (np.nanmin(drawn_y), np.nanmax(drawn_y)) == (np.nanmin(y), 1e3)
    assert np.isnan(drawn_y).any()
    assert (np.diff(drawn_x) >= 0).all()


def test_a_long_band_is_never_narrower_than_it_was():
    x = np.arange(5000.0)
    low, high = -1 - np.cos(x), 1 + np.cos(x)
    _, thin_low, thin_high = thinned(x, low, high)
    assert (thin_low.min(), thin_high.max()) == (low.min(), high.max())
    assert len(thin_low) == MOST_POINTS // 2
