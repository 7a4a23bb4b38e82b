import numpy as np

from lab import figures


def test_the_lines_are_the_medians_of_the_weights_learning_speed(tables):
    figure = figures.draw("weight_speed", tables)

    layers = tables["layers"]
    first = layers["variant"].iloc[0]
    sound = layers[(layers["variant"] == first) & (layers["status"] == "done") & (layers["layer"] == 1)]
    medians = sound.groupby("step")["learning_speed_w"].median()
    drawn = [line.get_ydata() for line in figure.axes[0].lines]
    assert any(len(y) == len(medians) and np.allclose(y, medians) for y in drawn)
    assert "∂C/∂wˡ" in figure.axes[0].get_ylabel() + "".join(text.get_text() for text in figure.texts)


def test_the_prediction_is_that_of_the_weights(predicted, texts):
    shown = "predicted for the start, from the last hidden layer"
    assert shown in texts(figures.draw("weight_speed", predicted))
    without = {**predicted, "prediction": predicted["prediction"].drop(columns="predicted_speed_w")}
    assert shown not in texts(figures.draw("weight_speed", without))


def test_it_says_what_must_be_recorded(tables):
    import pytest

    from lab.errors import PartError

    without = {**tables, "layers": tables["layers"].drop(columns="learning_speed_w")}
    with pytest.raises(PartError, match="learning_speed_w"):
        figures.draw("weight_speed", without)
