from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

from lab.analysis.ledger import REMOVED, ledger
from lab.figures import NothingToShowError, draw
from lab.figures.run.explanations import CAUSES
from tests.figures.conftest import VARIANTS, make_tables, texts

PARTS = ["transport_decades", "slope_decades"]


def rows(delta, error, **changes):
    layers = range(1, len(delta) + 1)
    columns = {"variant": "a", "trial": 0, "step": 0, "epoch": 0.0, "layer": layers, "status": "done"}
    return pd.DataFrame({**columns, "delta_rms": delta, "error_rms": error, **changes})


def bars(ax):
    """The bars of a panel: a part's (bottom, height) by layer."""
    return [[(bar.get_y(), bar.get_height()) for bar in part] for part in ax.containers]


def test_the_bars_are_the_medians_of_the_ledger_told_apart_without_colour(tables, drawn):
    medians = ledger(tables).groupby(["variant", "step", "layer"])[PARTS].median().fillna(0).clip(-4)
    for ax, (step, variant) in zip(drawn("ledger").axes, product((0, 500), VARIANTS), strict=True):
        for part, name in zip(bars(ax), PARTS, strict=True):
            expected = medians.loc[(variant, step), name]
            np.testing.assert_allclose([height for _, height in part], expected, rtol=1e-12)
        assert [{bar.get_hatch() for bar in part} for part in ax.containers] == [{""}, {"/////"}]


def test_without_anything_that_changed_the_error_there_is_nothing_to_show():
    """A single layer whose σ′ the cost removes: its panels would be empty, of no finite trial."""
    with pytest.raises(NothingToShowError, match="no error that"):
        draw(
            "ledger",
            {"layers": rows([1.0], [1.0]), "variants": pd.DataFrame({"variant": ["a"], "cancels": True})},
        )


def test_parts_of_one_sign_stack_and_others_stand_on_both_sides():
    """Layer 2 loses a decade by the weights and two by σ′; layer 1 wins one by the weights and loses one."""
    figure = draw("ledger", {"layers": rows([1e-3, 1e-3, 1.0], [1e-2, 0.1, 1.0])})
    weights, slopes = bars(figure.axes[0])
    np.testing.assert_allclose(weights[:2], [(0, 1), (0, -1)], rtol=1e-12)
    np.testing.assert_allclose(slopes[:2], [(0, -1), (-1, -2)], rtol=1e-12)


def test_the_sums_are_told_with_their_readings():
    table = pd.concat([rows([1e-3, 1.0], [1e-2, 1.0]), rows([1.0, 1.0], [0.1, 1.0], step=40, epoch=8.0)])
    told = {
        "epoch 0, layers 2 to 1:\nweights −2.00, σ′ −1.00",
        "epoch 8, layers 2 to 1:\nweights −1.00, σ′ +1.00",
    }
    assert told <= set(texts(draw("ledger", {"layers": table})))


@pytest.mark.parametrize("cancels", [True, False])
def test_an_output_whose_slope_the_cost_removed_says_so(tables, cancels):
    variants = tables["variants"].assign(cancels=cancels)
    figure = draw("ledger", {**tables, "variants": variants})
    assert texts(figure).count(REMOVED) == (8 if cancels else 0)
    last = bars(figure.axes[0])[1][-1][1]
    assert last == (0 if cancels else pytest.approx(np.log10(0.3)))


def test_an_error_that_died_is_a_cut_bar_never_minus_infinity():
    figure = draw("ledger", {"layers": rows([0.0, 0.0, 1.0], [0.0, 0.5, 1.0])})
    _, slopes = bars(figure.axes[0])
    assert slopes[1][1] == -4
    told = {"cut at 4 decades: more, or the error died", "step 0, layers 2 to 1:\nweights +0.00, σ′ −∞"}
    assert told <= set(texts(figure))
    assert figure.axes[0].get_ylim()[0] < -4


def test_a_cut_bar_ends_in_a_mark_that_points_on():
    figure = draw("ledger", {"layers": rows([1e-3, 1e9, 1.0], [1e-9, 1e9, 1.0])})
    marks = [(line.get_marker(), list(line.get_ydata())) for line in figure.axes[0].lines[1:]]
    assert marks == [("v", [-4.0]), ("^", [4.0]), ("^", [4.0])]


def test_next_to_nothing_has_no_sign():
    figure = draw("ledger", {"layers": rows([0.1, 0.1001, 1.0], [0.1, 0.1, 1.0])})
    assert not [text for text in texts(figure) if "−0.00" in text]


def test_the_last_reading_is_one_with_an_error():
    lost = rows([np.nan] * 2, [np.nan] * 2, step=10, epoch=10.0, status="diverged")
    figure = draw("ledger", {"layers": pd.concat([rows([0.1, 1.0], [0.1, 1.0]), lost])})
    assert bars(figure.axes[0]) == bars(figure.axes[1])


def test_of_a_counterfactual_it_is_not_the_slope_alone(tables, drawn):
    lifted = {**tables, "variants": tables["variants"].assign(surrogate_floor=0.1)}
    assert "done by σ′, or max(σ′, floor) in its place" in texts(draw("ledger", lifted))
    assert "done by σ′" in texts(drawn("ledger"))


def areas(ax):
    """The areas of a stack, from the bottom up."""
    return [area for area in ax.collections if isinstance(area, PolyCollection)]


def test_the_areas_are_the_mean_shares_and_fill_the_panel_told_apart_without_colour(tables, drawn):
    means = tables["layers"].groupby(["layer", "variant", "epoch"])[list(CAUSES)].mean()
    for ax, place in zip(drawn("causes").axes, product(range(1, 6), VARIANTS), strict=True):
        assert ax.get_ylim() == (0, 1)
        for cause, area in zip(CAUSES, areas(ax), strict=True):
            x, y = area.get_paths()[0].vertices.T
            expected = means.loc[place, cause]
            heights = [np.ptp(y[x == epoch]) for epoch in expected.index]
            np.testing.assert_allclose(heights, expected, atol=1e-12)
        assert y.max() == pytest.approx(1)
        assert len({area.get_hatch() for area in areas(ax)[1:5]}) == 4


def test_a_single_reading_of_causes_is_seen():
    tables = make_tables(("a",), 1, 1)
    tables["layers"] = tables["layers"].query("step == 0")
    assert draw("causes", tables).axes[0].get_xlim() == (-0.5, 0.5)


def test_hatched_readings_of_causes_are_told():
    tables = make_tables(("a", "b"), 1, 2)
    assert "missing: no finite trial" not in texts(draw("causes", tables))
    tables["layers"].loc[tables["layers"]["variant"] == "a", list(CAUSES)] = np.nan
    assert "missing: no finite trial" in texts(draw("causes", tables))


def test_a_single_layer_has_no_totals_of_layers():
    """``layers 1 to 1: weights +0.00, σ′ +0.00`` had stood above a bar of what σ′ did."""
    figure = draw("ledger", make_tables(("a",), 2, 1))
    assert [text for text in texts(figure) if "layers" in text] == []
