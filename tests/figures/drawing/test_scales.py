import numpy as np
import pytest
from matplotlib.figure import Figure

from lab.figures.drawing.scales import chosen, layer_axis, log_axis, power_of_ten


@pytest.mark.parametrize(
    ("value", "text"), [(1e-3, "10⁻³"), (1.0, "10⁰"), (1e12, "10¹²"), (1e-323, "10⁻³²³"), (0.0, "")]
)
def test_powers_of_ten_need_no_mathematics(value, text):
    assert power_of_ten(value) == text


@pytest.mark.parametrize(
    "values",
    [[1], [1e-7, 0, np.nan, np.inf, 3], [5e-324, 1], [5e-324], [1e300, 1e-300], [], [0, np.nan]],
    ids=str,
)
def test_a_logarithmic_axis_holds_all_positive_values_and_is_finite(values):
    ax = Figure().subplots()
    values = np.array(values, float)
    log_axis(ax, [values])
    low, high = ax.get_ylim()
    held = values[np.isfinite(values) & (values > 0)]
    assert 0 < low < high < np.inf
    assert ((low <= held) & (held <= high)).all()


@pytest.mark.parametrize(
    ("ends", "labels"), [([1e-4, 1.0], {"10⁻⁴", "10⁻²", "10⁰"}), ([0.1, 0.9], {"0.1", "0.2", "0.5"})]
)
def test_a_logarithmic_axis_labels_powers_of_ten_and_numbers_within_a_decade(ends, labels):
    ax = Figure().subplots()
    log_axis(ax, [np.array(ends)])
    ax.figure.draw_without_rendering()
    assert labels <= {label.get_text() for label in ax.get_yticklabels()}
    log_axis(ax, [np.array(ends)], "x")
    ax.figure.draw_without_rendering()
    assert labels <= {label.get_text() for label in ax.get_xticklabels()}


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [1]), (12, [*range(1, 13)]), (13, [1, 3, 5, 7, 9, 11, 13]), (30, [*range(1, 31, 3)])],
)
def test_ticks_stand_evenly(count, expected):
    ax = Figure().subplots()
    layer_axis(ax, range(1, count + 1))
    assert ax.get_xticks().tolist() == expected


def test_of_many_layers_the_first_and_the_last_are_shown():
    assert chosen(range(1, 101), 5) == [1, 26, 51, 75, 100]
    assert chosen(range(1, 5), 5) == [1, 2, 3, 4]
