from functools import cache

import numpy as np
import pandas as pd
import pytest

from lab.figures import draw_page


def demon_table() -> pd.DataFrame:
    """A neuron whose C is 2 + 0.3 Δz + 0.5 Δz², and 2 − 0.1 Δa + 0.2 Δa²."""
    sizes = 0.1 * 0.5 ** np.arange(13)
    moves = np.concatenate([-sizes, sizes[::-1]])
    frames = []
    for moved, first, second in (("z", 0.3, 0.5), ("a", -0.1, 0.2)):
        frame = pd.DataFrame({"layer": 2, "neuron": 7, "moved": moved, "move": moves})
        frame["change"] = first * moves + second * moves**2
        frame["predicted"] = first * moves
        frame["remainder"] = second * moves**2
        frames.append(frame.assign(rounding=1e-15, order=2.0))
    return pd.concat(frames, ignore_index=True)


def demon_layer_table(width=6) -> pd.DataFrame:
    """Neurons that gain what their derivative says; the first has none, the second gains nothing."""
    derivative = np.array([0, 0.01, -0.02, 0.04, -0.08, 0.16])[:width]
    gain = 0.1 * np.abs(derivative)
    gain[1:2] = 0
    frame = pd.DataFrame({"layer": 2, "neuron": np.arange(1, width + 1), "derivative": derivative})
    frame = frame.assign(order=2.0, best_move=-0.1, best_gain=gain, reach=0.1, rank_correlation=0.9)
    return pd.concat([frame.assign(moved=moved) for moved in ("z", "a")], ignore_index=True)


@pytest.fixture(scope="module")
def tables():
    return {"demon": demon_table(), "demon_layer": demon_layer_table()}


@pytest.fixture(scope="module")
def drawn(tables):
    return cache(lambda name: draw_page(name, tables))


def points(ax, marker, filled):
    """The (x, y) of the marks of this kind."""
    (line,) = [
        line
        for line in ax.lines
        if line.get_marker() == marker and (line.get_markerfacecolor() != "none") == filled
    ]
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


@pytest.mark.parametrize("panel", [0, 1])
@pytest.mark.parametrize(("marker", "name"), [("o", "change"), ("s", "remainder")])
@pytest.mark.parametrize("up", [True, False])
def test_changes_and_remainders_stand_over_the_size_of_their_move(drawn, tables, panel, marker, name, up):
    rows = (
        tables["demon"]
        .query(f"moved == '{'za'[panel]}' and move {'>' if up else '<'} 0")
        .sort_values("move", key=abs)
    )
    x, y = points(drawn("demon").axes[panel], marker, filled=up)
    np.testing.assert_array_equal(x, rows["move"].abs())
    np.testing.assert_array_equal(y, rows[name].abs())


def test_the_dashed_line_is_of_second_order_through_the_remainders(drawn):
    for ax, second in zip(drawn("demon").axes, (0.5, 0.2), strict=True):
        (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
        np.testing.assert_allclose(line.get_ydata(), second * np.asarray(line.get_xdata()) ** 2, rtol=1e-12)


def test_the_place_and_the_order_are_told(drawn, texts):
    shown = texts(drawn("demon"))
    assert {"layer 2, neuron 7: Δz", "layer 2, neuron 7: Δa", "order of the remainder: 2.000"} <= set(shown)


def test_what_is_exactly_0_or_has_no_order_is_left_out(tables, texts):
    table = tables["demon"].assign(remainder=0.0, order=np.nan)
    figure = draw_page("demon", {"demon": table})
    assert np.isnan(points(figure.axes[0], "s", filled=True)[1]).all()
    assert "order of the remainder: –" in texts(figure)
    assert not [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]


def test_gains_stand_over_what_the_derivative_tells(drawn, tables):
    rows = tables["demon_layer"].query("moved == 'z'")
    ax = drawn("demon_layer").axes[0]
    x, y = points(ax, "o", filled=True)
    np.testing.assert_array_equal(x[2:], 0.1 * rows["derivative"].abs()[2:])
    np.testing.assert_array_equal(y[2:], rows["best_gain"][2:])
    assert np.isnan(x[0])
    assert np.isnan(y[1])


def test_a_neuron_without_a_gain_is_on_the_floor_and_one_without_a_derivative_is_counted(drawn, texts):
    figure = drawn("demon_layer")
    for ax in figure.axes:
        x, y = points(ax, "|", filled=True)
        np.testing.assert_allclose(x, [0.001])
        assert y.tolist() == [0]
    shown = texts(figure)
    assert "on the floor: no move gains" in shown
    assert "rank correlation (Spearman): 0.9000\nderivative 0 at 1 of 6 neurons" in shown


def test_a_layer_without_any_derivative_says_so(tables, texts):
    still = tables["demon_layer"].assign(derivative=0.0, best_gain=0.0, rank_correlation=np.nan)
    shown = texts(draw_page("demon_layer", {"demon_layer": still}))
    assert shown.count("every derivative is 0") == 2
    assert "rank correlation (Spearman): –\nderivative 0 at 6 of 6 neurons" in shown


def phase_table() -> pd.DataFrame:
    """A critical line σ_w² = 1 + σ_b², missing from 1.5 on, and a point above it."""
    b = np.linspace(0, 2, 5)
    line = pd.DataFrame(
        {"bias_variance": b, "weight_variance": np.where(b < 1.5, 1 + b, np.nan), "asked": False}
    )
    point = pd.DataFrame({"bias_variance": [0.5], "weight_variance": [4.0], "asked": [True]})
    return pd.concat([line, point], ignore_index=True)


def test_the_line_and_the_point_stand_where_the_table_says(texts):
    figure = draw_page("phase", {"phase": phase_table()})
    line, point = figure.axes[0].lines
    assert line.get_xdata().tolist() == [0.0, 0.5, 1.0]
    assert line.get_ydata().tolist() == [1.0, 1.5, 2.0]
    assert (point.get_xdata().tolist(), point.get_ydata().tolist()) == ([0.5], [4.0])
    assert figure.axes[0].get_ylim() == (0, 5)
    assert {"χ = 1", "χ > 1: errors explode", "χ < 1: errors vanish"} <= set(texts(figure))


def test_a_sigma_without_critical_weights_says_so(texts):
    table = pd.DataFrame(
        {
            "bias_variance": [0.0, 1.0, 0.0],
            "weight_variance": [np.nan, np.nan, 1.0],
            "asked": [False, False, True],
        }
    )
    assert "no weights at which χ passes 1" in texts(draw_page("phase", {"phase": table}))
