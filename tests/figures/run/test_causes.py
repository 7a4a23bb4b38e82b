import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from lab.figures import draw
from lab.figures.run.causes import CAUSES


def areas(ax):
    """The areas of a stack, from the bottom up."""
    return [area for area in ax.collections if isinstance(area, PolyCollection)]


def heights(area, readings):
    """How high an area is at each reading."""
    x, y = area.get_paths()[0].vertices.T
    return np.array([np.ptp(y[x == at]) for at in readings])


def test_the_areas_are_the_shares_meaned_over_the_trials(tables, drawn):
    figure, layers = drawn("causes"), tables["layers"]
    for column, variant in enumerate(layers["variant"].unique()):
        for row in range(5):
            at = layers[(layers["variant"] == variant) & (layers["layer"] == row + 1)].groupby("epoch")
            for cause, area in zip(CAUSES, areas(figure.axes[4 * row + column]), strict=True):
                expected = at[cause].mean()
                np.testing.assert_allclose(heights(area, expected.index), expected, atol=1e-12)


def test_the_stack_fills_the_panel(drawn):
    for ax in drawn("causes").axes:
        assert ax.get_ylim() == (0, 1)
        assert areas(ax)[-1].get_paths()[0].vertices[:, 1].max() == pytest.approx(1)


def test_areas_are_told_apart_without_colour(drawn):
    hatches = [area.get_hatch() for area in areas(drawn("causes").axes[0])]
    assert len(set(hatches[1:5])) == 4


def test_a_single_reading_is_seen(make_tables):
    tables = make_tables(("a",), 1, 1)
    tables["layers"] = tables["layers"].query("step == 0")
    assert draw("causes", tables).axes[0].get_xlim() == (-0.5, 0.5)
