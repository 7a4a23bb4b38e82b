import numpy as np
import pytest

from lab.figures.drawing.bands import MOST_POINTS, Band, outline, thinned


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
