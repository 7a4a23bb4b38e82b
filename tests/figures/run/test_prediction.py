import numpy as np
import pandas as pd
import pytest

from lab.figures import draw
from lab.figures.run.prediction import levels
from tests.figures.conftest import DECAY, VARIANTS, texts, titles


def test_predicted_is_dashed_and_measured_are_points(predicted):
    figure = draw("prediction", predicted)
    assert titles(figure) == list(VARIANTS)
    for ax, decay in zip(figure.axes, DECAY.values(), strict=True):
        theory, points = ax.lines
        assert theory.get_linestyle() == "--"
        np.testing.assert_allclose(theory.get_ydata(), decay ** np.arange(3, -1, -1), rtol=1e-12)
        assert points.get_linestyle() == "None"
        np.testing.assert_allclose(points.get_ydata(), theory.get_ydata(), rtol=0.1)
        assert points.get_ydata()[-1] == 1
    measured = "measured at the first reading, root mean square over the trials"
    assert {"predicted by mean field theory", measured} <= set(texts(figure))


def test_without_a_run_there_is_the_prediction_alone(predicted):
    figure = draw("prediction", {"prediction": predicted["prediction"]})
    assert {len(ax.lines[1].get_xdata()) for ax in figure.axes} == {0}
    assert not any("measured" in text for text in texts(figure))
    figure.draw_without_rendering()


@pytest.mark.parametrize("speed", [0.0, np.nan])
def test_speeds_without_a_logarithm_are_gaps_and_what_is_not_predicted_is_said(predicted, speed):
    table = predicted["prediction"].copy()
    table.loc[table["layer"] == 1 if speed == 0 else table.index, "predicted_speed"] = speed
    figure = draw("prediction", {**predicted, "prediction": table})
    assert np.isnan(figure.axes[0].lines[0].get_ydata()[0])
    assert texts(figure).count("no prediction") == (0 if speed == 0 else 4)
    figure.draw_without_rendering()


def test_learning_speed_bears_the_prediction_as_diamonds_at_the_start(predicted):
    figure = draw("learning_speed", predicted)
    assert "predicted before training, scaled to the last hidden layer" in texts(figure)
    start = predicted["layers"].query("variant == 'sigmoid' and step == 0 and layer == 4")
    diamonds = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert {float(line.get_xdata()[0]) for line in diamonds} == {0.0}
    levels = [line.get_ydata()[0] for line in diamonds]
    expected = start["learning_speed"].median() * 0.2 ** np.array([3.0, 2.0, 1.0, 0.0, -1.0])
    assert levels == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ratios", "found"),
    [
        pytest.param([0.1, 1, 4], {1: 0.05, 2: 0.5, 3: 2.0}, id="the last hidden layer is as measured"),
        pytest.param([0, 1, np.inf], {2: 0.5}, id="what has no logarithm is left out"),
        pytest.param([np.nan] * 3, {}, id="nothing is predicted"),
        pytest.param([1], {1: 0.3}, id="a single neuron is its own scale"),
    ],
)
@pytest.mark.parametrize("suffix", ["", "_w"])
def test_levels_are_ratios_to_the_last_hidden_layer(ratios, found, suffix):
    table = pd.DataFrame({"variant": "a", "layer": np.arange(1, len(ratios) + 1)})
    tables = {"prediction": table.assign(**{f"predicted_speed{suffix}": ratios})}
    quantity, at_start = f"learning_speed{suffix}", {1: 0.3, 2: 0.5, 3: 2.0}
    assert levels(tables, "a", quantity, at_start) == found
    other = "learning_speed" if suffix else "learning_speed_w"
    without = [({}, "a", quantity), (tables, "b", quantity), (tables, "a", other)]
    assert [levels(*of, at_start) for of in without] == [{}, {}, {}]
    assert levels(tables, "a", quantity, {3: 0.3}) == {}
