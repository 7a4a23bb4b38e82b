import numpy as np
import pandas as pd
import pytest

from lab.figures import draw
from lab.figures.run.prediction import levels


def test_predicted_is_dashed_and_measured_are_points(predicted, texts):
    figure = draw("prediction", predicted)
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["sigmoid", "tanh", "relu", "tanh(z) + 0.1*z"]
    for ax, decay in zip(figure.axes, (0.2, 0.75, 0.9, 0.95), strict=True):
        theory, points = ax.lines
        assert theory.get_linestyle() == "--"
        np.testing.assert_allclose(theory.get_ydata(), decay ** np.arange(3, -1, -1), rtol=1e-12)
        assert points.get_linestyle() == "None"
        np.testing.assert_allclose(points.get_ydata(), theory.get_ydata(), rtol=0.1)
        assert points.get_ydata()[-1] == 1
    assert "predicted by mean field theory" in texts(figure)
    assert "measured at the first reading, root mean square over the trials" in texts(figure)


def test_without_a_run_there_is_the_prediction_alone(predicted, texts):
    figure = draw("prediction", {"prediction": predicted["prediction"]})
    assert {len(ax.lines[1].get_xdata()) for ax in figure.axes} == {0}
    assert not any("measured" in text for text in texts(figure))
    figure.draw_without_rendering()


def test_what_is_not_predicted_is_said(predicted, texts):
    table = predicted["prediction"].assign(predicted_speed=np.nan)
    figure = draw("prediction", {**predicted, "prediction": table})
    assert texts(figure).count("no prediction") == 4


def test_speeds_of_zero_are_gaps(predicted):
    table = predicted["prediction"].copy()
    table.loc[table["layer"] == 1, "predicted_speed"] = 0.0
    figure = draw("prediction", {**predicted, "prediction": table})
    assert np.isnan(figure.axes[0].lines[0].get_ydata()[0])
    figure.draw_without_rendering()


def test_learning_speed_bears_the_prediction_as_short_dashed_lines(predicted, texts):
    figure = draw("learning_speed", predicted)
    assert "predicted for the start, from the last hidden layer" in texts(figure)
    layers = predicted["layers"]
    start = layers[(layers["variant"] == "sigmoid") & (layers["step"] == 0) & (layers["layer"] == 4)]
    levels = [line.get_ydata()[0] for line in figure.axes[0].lines if line.get_linewidth() == 1]
    expected = start["learning_speed"].median() * 0.2 ** np.array([3.0, 2.0, 1.0, 0.0, -1.0])
    assert levels == pytest.approx(expected)


def prediction(*speeds, column="predicted_speed", variant="a"):
    rows = {"variant": variant, "layer": np.arange(1, len(speeds) + 1), column: speeds}
    return {"prediction": pd.DataFrame(rows)}


MEASURED = {1: 0.3, 2: 0.5, 3: 2.0}


def test_the_last_hidden_layer_is_where_it_was_measured():
    assert levels(prediction(0.1, 1.0, 4.0), "a", "learning_speed", MEASURED) == {1: 0.05, 2: 0.5, 3: 2.0}


def test_weights_have_their_own_column():
    found = levels(prediction(0.1, 1.0, 4.0, column="predicted_speed_w"), "a", "learning_speed_w", MEASURED)
    assert found == {1: 0.05, 2: 0.5, 3: 2.0}
    assert levels(prediction(0.1, 1.0, 4.0), "a", "learning_speed_w", MEASURED) == {}


def test_what_has_no_place_on_a_logarithmic_axis_is_left_out():
    assert levels(prediction(0.0, 1.0, np.inf), "a", "learning_speed", MEASURED) == {2: 0.5}
    assert levels(prediction(*[np.nan] * 3), "a", "learning_speed", MEASURED) == {}


def test_without_a_prediction_or_its_scale_there_is_nothing():
    assert levels({}, "a", "learning_speed", MEASURED) == {}
    assert levels(prediction(1.0, 1.0), "b", "learning_speed", MEASURED) == {}
    assert levels(prediction(0.1, 1.0, 4.0), "a", "learning_speed", {1: 0.3}) == {}


def test_a_single_neuron_is_its_own_scale():
    assert levels(prediction(1.0), "a", "learning_speed", {1: 0.3}) == pytest.approx({1: 0.3})
