from functools import cache

import numpy as np
import pandas as pd
import pytest

from lab.figures import draw_page
from tests.figures.conftest import texts


@pytest.fixture(scope="module")
def tables():
    """C is 2 + 0.3 Δz + 0.5 Δz², and 2 − 0.1 Δa + 0.2 Δa²; of a layer the first neuron has no derivative, the
    second gains nothing, and the others gain what their derivative says.
    """
    sizes = 0.1 * 0.5 ** np.arange(13)
    demon = pd.DataFrame({"moved": ["z", "a"], "first": [0.3, -0.1], "second": [0.5, 0.2]})
    demon = demon.merge(pd.Series(np.concatenate([-sizes, sizes[::-1]]), name="move"), how="cross")
    demon = demon.assign(layer=2, neuron=7, rounding=1e-15, order=2.0)
    demon["predicted"] = demon["first"] * demon["move"]
    demon["remainder"] = demon["second"] * demon["move"] ** 2
    demon["change"] = demon["predicted"] + demon["remainder"]
    neurons = pd.DataFrame({"derivative": [0, 0.01, -0.02, 0.04, -0.08, 0.16]})
    neurons["best_gain"] = 0.1 * neurons["derivative"].abs().where(neurons.index != 1, 0)
    neurons = neurons.assign(layer=2, reach=0.1, rank_correlation=0.9)
    return {"demon": demon, "demon_layer": neurons.merge(demon[["moved"]].drop_duplicates(), how="cross")}


@pytest.fixture(scope="module")
def drawn(tables):
    return cache(lambda name: draw_page(name, tables))


def points(ax, marker, filled):
    """The (x, y) of the marks of this kind."""
    lines = [line for line in ax.lines if line.get_marker() == marker]
    (line,) = [line for line in lines if (line.get_markerfacecolor() != "none") == filled]
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


@pytest.mark.parametrize("panel", [0, 1])
@pytest.mark.parametrize(("marker", "name"), [("o", "change"), ("s", "remainder")])
@pytest.mark.parametrize("up", [True, False])
def test_changes_and_remainders_stand_over_the_size_of_their_move(drawn, tables, panel, marker, name, up):
    rows = tables["demon"].query(f"moved == '{'za'[panel]}' and (move > 0) == {up}")
    rows = rows.sort_values("move", key=abs)
    x, y = points(drawn("demon").axes[panel], marker, filled=up)
    np.testing.assert_array_equal(x, rows["move"].abs())
    np.testing.assert_array_equal(y, rows[name].abs())


def test_the_dashed_line_is_of_second_order_through_the_remainders(drawn):
    for ax, second in zip(drawn("demon").axes, (0.5, 0.2), strict=True):
        (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
        np.testing.assert_allclose(line.get_ydata(), second * np.asarray(line.get_xdata()) ** 2, rtol=1e-12)


def test_the_place_and_the_order_are_told(drawn):
    shown = texts(drawn("demon"))
    assert {"layer 2, neuron 7: Δz", "layer 2, neuron 7: Δa", "order of the remainder: 2.000"} <= set(shown)


def test_what_is_exactly_0_or_has_no_order_is_left_out(tables):
    table = tables["demon"].assign(remainder=0.0, order=np.nan)
    figure = draw_page("demon", {"demon": table})
    assert np.isnan(points(figure.axes[0], "s", filled=True)[1]).all()
    assert "order of the remainder: –" in texts(figure)
    assert not [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]


def test_gains_stand_over_what_the_derivative_tells(drawn, tables):
    rows = tables["demon_layer"].query("moved == 'z'")
    ax = drawn("demon_layer").axes[0]
    x, y = points(ax, "o", filled=True)
    np.testing.assert_array_equal(x, 0.1 * rows["derivative"].abs().replace(0, np.nan))
    np.testing.assert_array_equal(y, rows["best_gain"].replace(0, np.nan))


def test_a_neuron_without_a_gain_is_on_the_floor_and_one_without_a_derivative_is_counted(drawn):
    figure = drawn("demon_layer")
    for ax in figure.axes:
        x, y = points(ax, "|", filled=True)
        np.testing.assert_allclose(x, [0.001])
        assert y.tolist() == [0]
    counted = "rank correlation (Spearman): 0.9000\nderivative 0 at 1 of 6 neurons"
    assert {"on the floor: no move gains", counted} <= set(texts(figure))


def test_a_layer_without_any_derivative_says_so(tables):
    still = tables["demon_layer"].assign(derivative=0.0, best_gain=0.0, rank_correlation=np.nan)
    shown = texts(draw_page("demon_layer", {"demon_layer": still}))
    assert shown.count("every derivative is 0") == 2
    assert "rank correlation (Spearman): –\nderivative 0 at 6 of 6 neurons" in shown


def test_the_critical_line_ends_where_it_is_missing_and_what_was_asked_about_is_a_dot():
    columns = ["bias_variance", "weight_variance", "asked"]
    rows = [(0, 1, False), (0.5, 1.5, False), (1, 2, False), (1.5, np.nan, False), (0.5, 4, True)]
    figure = draw_page("phase", {"phase": pd.DataFrame(rows, columns=columns)})
    line, dot = figure.axes[0].lines
    assert line.get_xydata().tolist() == [[0, 1], [0.5, 1.5], [1, 2]]
    assert dot.get_xydata().tolist() == [[0.5, 4]]
    assert figure.axes[0].get_ylim() == (0, 5)
    assert {"χ = 1", "χ > 1: errors explode", "χ < 1: errors vanish"} <= set(texts(figure))


def test_a_sigma_without_critical_weights_says_so():
    table = pd.DataFrame({"bias_variance": [0, 1, 0], "weight_variance": [np.nan, np.nan, 1]})
    figure = draw_page("phase", {"phase": table.assign(asked=[False, False, True])})
    assert "no weights at which χ passes 1" in texts(figure)
