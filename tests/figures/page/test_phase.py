import numpy as np
import pandas as pd

from lab.figures import draw_page


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
