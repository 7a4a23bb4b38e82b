import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

from lab.analysis.ledger import REMOVED, ledger
from lab.figures import draw
from lab.figures.run.explanations import CAUSES


def rows(delta, error, **changes):
    layers = range(1, len(delta) + 1)
    columns = {"variant": "a", "trial": 0, "step": 0, "epoch": 0.0, "layer": layers, "status": "done"}
    return pd.DataFrame({**columns, "delta_rms": delta, "error_rms": error, **changes})


def bars(ax):
    """The bars of a panel: a part's (bottom, height) by layer."""
    return [[(bar.get_y(), bar.get_height()) for bar in part] for part in ax.containers]


def test_the_bars_are_the_medians_of_the_ledger(tables, drawn):
    figure = drawn("ledger")
    found = ledger(tables)
    for column, variant in enumerate(found["variant"].unique()):
        for row, step in enumerate((0, 500)):
            at = found[(found["variant"] == variant) & (found["step"] == step)].groupby("layer")
            for part, name in zip(bars(figure.axes[4 * row + column]), ("transport", "slope"), strict=True):
                expected = at[f"{name}_decades"].median().fillna(0).clip(-4)
                np.testing.assert_allclose([height for _, height in part], expected, rtol=1e-12)


def test_parts_are_told_apart_without_colour(drawn):
    hatches = [{bar.get_hatch() for bar in part} for part in drawn("ledger").axes[0].containers]
    assert hatches == [{""}, {"/////"}]


def test_parts_of_one_sign_stack_and_others_stand_on_both_sides():
    """Layer 2 loses a decade by the weights and two by σ′; layer 1 wins one by the weights and loses one."""
    figure = draw("ledger", {"layers": rows([1e-3, 1e-3, 1.0], [1e-2, 0.1, 1.0])})
    weights, slopes = bars(figure.axes[0])
    assert weights[0] == pytest.approx((0, 1))
    assert slopes[0] == pytest.approx((0, -1))
    assert weights[1] == pytest.approx((0, -1))
    assert slopes[1] == pytest.approx((-1, -2))


def test_the_sums_are_told_with_their_readings(texts):
    table = pd.concat([rows([1e-3, 1.0], [1e-2, 1.0]), rows([1.0, 1.0], [0.1, 1.0], step=40, epoch=8.0)])
    shown = texts(draw("ledger", {"layers": table}))
    assert "epoch 0, in all:\nweights −2.00, σ′ −1.00" in shown
    assert "epoch 8, in all:\nweights −1.00, σ′ +1.00" in shown


@pytest.mark.parametrize("cancels", [True, False])
def test_an_output_whose_slope_the_cost_removed_says_so(tables, texts, cancels):
    variants = tables["variants"].assign(cancels=cancels)
    figure = draw("ledger", {**tables, "variants": variants})
    assert texts(figure).count(REMOVED) == (8 if cancels else 0)
    last = bars(figure.axes[0])[1][-1][1]
    assert last == (0 if cancels else pytest.approx(np.log10(0.3)))


def test_an_error_that_died_is_a_cut_bar_never_minus_infinity(texts):
    figure = draw("ledger", {"layers": rows([0.0, 0.0, 1.0], [0.0, 0.5, 1.0])})
    _, slopes = bars(figure.axes[0])
    assert slopes[1][1] == -4
    assert "cut at 4 decades: more, or the error died" in texts(figure)
    assert "step 0, in all:\nweights −0.30, σ′ −∞" in texts(figure)
    assert figure.axes[0].get_ylim()[0] < -4


def test_the_last_reading_is_one_with_an_error():
    lost = rows([np.nan] * 2, [np.nan] * 2, step=10, epoch=10.0, status="diverged")
    figure = draw("ledger", {"layers": pd.concat([rows([0.1, 1.0], [0.1, 1.0]), lost])})
    assert bars(figure.axes[0]) == bars(figure.axes[1])


def test_of_a_counterfactual_it_is_not_the_slope_alone(tables, texts):
    lifted = {**tables, "variants": tables["variants"].assign(surrogate_floor=0.1)}
    assert "what σ′, or max(σ′, floor) in its place, did" in texts(draw("ledger", lifted))
    assert "what σ′ did" in texts(draw("ledger", tables))


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


def test_causes_are_told_apart_without_colour(drawn):
    hatches = [area.get_hatch() for area in areas(drawn("causes").axes[0])]
    assert len(set(hatches[1:5])) == 4


def test_a_single_reading_of_causes_is_seen(make_tables):
    tables = make_tables(("a",), 1, 1)
    tables["layers"] = tables["layers"].query("step == 0")
    assert draw("causes", tables).axes[0].get_xlim() == (-0.5, 0.5)
