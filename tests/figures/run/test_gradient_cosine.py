import numpy as np
import pytest

from lab.figures import draw


@pytest.fixture
def counterfactual(tables):
    layers = tables["layers"]
    return {**tables, "layers": layers.assign(gradient_cosine=1 - layers["layer"] / 10)}


def test_a_line_a_layer_at_its_median(counterfactual, texts):
    figure = draw("gradient_cosine", counterfactual)
    ax = figure.axes[0]
    zero, *lines = ax.lines
    assert zero.get_ydata() == [0, 0]
    levels = [np.nanmedian(line.get_ydata()) for line in lines]
    assert levels == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.5])
    assert ax.get_ylim() == (-1.05, 1.05)
    assert {"cosine to the gradient of C", "layer 1", "median of 20 trials; band: 90 % of them"} <= set(
        texts(figure)
    )
