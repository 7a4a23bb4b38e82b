import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lab.figures.bands import (
    MOST_POINTS,
    Band,
    band,
    by_layer,
    outline,
    positive,
    quantiles,
    thinned,
    trial_mean,
)


def rows(values, trials=None):
    """A table with a row a step and trial, of a matrix (step, trial)."""
    values = np.asarray(values, dtype=float)
    step, trial = np.indices(values.shape)
    return pd.DataFrame(
        {
            "trial": trial.ravel(),
            "step": 10 * step.ravel(),
            "epoch": step.ravel() / 2,
            "layer": 1,
            "q": values.ravel(),
        }
    )


def test_a_band_is_the_median_and_the_quantiles_5_and_95_of_the_trials():
    values = np.random.default_rng(0).lognormal(size=(7, 21))
    found = band(rows(values), "q", "epoch")
    np.testing.assert_array_equal(found.x, np.arange(7) / 2)
    np.testing.assert_array_equal(found.median, np.median(values, axis=1))
    np.testing.assert_allclose(found.low, np.quantile(values, 0.05, axis=1), rtol=1e-15)
    np.testing.assert_allclose(found.high, np.quantile(values, 0.95, axis=1), rtol=1e-15)
    assert found.trials == 21


def test_the_order_of_the_rows_does_not_matter():
    table = rows(np.random.default_rng(0).normal(size=(5, 4)))
    shuffled = table.sample(frac=1, random_state=3)
    np.testing.assert_array_equal(band(table, "q", "step").median, band(shuffled, "q", "step").median)


def test_a_trial_that_diverged_takes_part_until_then():
    found = band(rows([[1, 2, 9], [1, 2, np.nan], [3, 5, np.inf], [np.nan, np.nan, np.nan]]), "q", "step")
    np.testing.assert_array_equal(found.median, [2, 1.5, 4, np.nan])
    assert found.trials == 3
    assert found.drawable


def test_a_trial_without_a_finite_value_is_not_counted():
    found = band(rows([[1, np.nan], [2, np.nan]]), "q", "step")
    assert found.trials == 1
    np.testing.assert_array_equal(found.low, found.high)


def test_the_smallest_number_keeps_its_value():
    assert band(rows([[5e-324, 5e-324]]), "q", "step").median[0] == 5e-324


@given(arrays(np.float64, (4, 6), elements=st.floats(-1e6, 1e6) | st.just(np.nan)))
def test_quantiles_are_numpys(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = np.nanquantile(values, (0.05, 0.5, 0.95), axis=1)
    np.testing.assert_allclose(
        np.array(quantiles(values, (0.05, 0.5, 0.95))), expected, rtol=1e-12, atol=1e-9
    )


def test_layers_that_are_not_there_have_no_band():
    assert list(by_layer(rows([[1.0]]), [1, 2], "q", "step")) == [1]


def test_the_mean_over_trials_leaves_out_what_is_not_finite():
    table = rows([[0.2, 0.4], [np.nan, 0.6], [np.nan, np.nan]])
    x, layers, mean = trial_mean(table, "q", "step")
    np.testing.assert_array_equal(x, [0, 10, 20])
    np.testing.assert_array_equal(layers, [1])
    np.testing.assert_allclose(mean, [[0.3, 0.6, np.nan]])


def test_on_a_logarithmic_axis_nothing_is_at_or_below_zero():
    low, median, high = (
        np.array([0, 0, 1, np.nan]),
        np.array([0, 1.0, 2, np.nan]),
        np.array([0, 3.0, 4, np.nan]),
    )
    shown = positive(Band(np.arange(4.0), low, median, high, 3))
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
    assert np.nanmax(drawn_y) == 1e3
    assert np.nanmin(drawn_y) == np.nanmin(y)
    assert np.isnan(drawn_y).any()
    assert (np.diff(drawn_x) >= 0).all()


def test_a_long_band_is_never_narrower_than_it_was():
    x = np.arange(5000.0)
    low, high = -1 - np.cos(x), 1 + np.cos(x)
    _, thin_low, thin_high = thinned(x, low, high)
    assert thin_low.min() == low.min()
    assert thin_high.max() == high.max()
    assert len(thin_low) == MOST_POINTS // 2
