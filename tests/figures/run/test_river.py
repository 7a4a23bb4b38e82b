import numpy as np
import pytest

from lab.figures import NothingToShowError, draw
from tests.figures.conftest import texts
from tests.figures.run.test_explanations import rows


def widths(ax):
    """The height of the water at each x, by x."""
    found = {}
    for area in ax.collections:
        x, y = area.get_paths()[0].vertices.T
        if area.get_hatch() is None:
            found |= {at: np.ptp(y[x == at]) for at in np.unique(x)}
    return found


def test_a_decade_less_of_error_is_a_decade_less_of_width():
    """From layer 2 to 1 the weights take a decade and σ′ two."""
    (ax,) = draw("river", {"layers": rows([1e-3, 1.0], [1e-1, 1.0])}).axes
    width = widths(ax)
    assert width[2.0] - width[1.5] == pytest.approx(1)
    assert width[1.5] - width[1.0] == pytest.approx(2)
    assert {"taken by σ′", "taken by the weights"} <= set(texts(ax.figure))
    assert "‖δ¹‖ / ‖δᴸ‖ = 0.001" in texts(ax.figure)


@pytest.mark.parametrize("decades", [2, 5, 40])
def test_a_river_that_grows_stays_in_its_panel_up_to_12_decades(decades):
    """The weights add so many decades and one more, which σ′ takes."""
    grown = 10.0**decades
    (ax,) = draw("river", {"layers": rows([grown, 1.0], [10 * grown, 1.0])}).axes
    low, high = ax.get_ylim()
    assert -low > (widths(ax)[1.5] / 2 if decades <= 11 else 6)
    assert high < 9


def test_of_many_layers_some_are_numbered_so_that_the_numbers_stand_apart():
    (ax,) = draw("river", {"layers": rows([1.0] * 20, [1.0] * 20)}).axes
    assert ax.get_xticks().tolist() == list(range(1, 21, 2))
    assert ax.get_xlim() == (20.5, 0.85)


def test_where_the_error_died_the_river_is_dry():
    figure = draw("river", {"layers": rows([0.0, 1.0], [0.0, 1.0])})
    assert "dry" in texts(figure)
    figure.draw_without_rendering()


def test_a_single_layer_has_no_river():
    with pytest.raises(NothingToShowError, match="a single layer"):
        draw("river", {"layers": rows([1.0], [1.0])})
