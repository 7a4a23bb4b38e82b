import numpy as np
import pytest
from matplotlib.figure import Figure

from lab.figures.drawing.scales import chosen, log_axis, power_of_ten, ticks


@pytest.mark.parametrize(
    ("value", "text"), [(1e-3, "10⁻³"), (1.0, "10⁰"), (1e12, "10¹²"), (1e-323, "10⁻³²³"), (0.0, "")]
)
def test_powers_of_ten_need_no_mathematics(value, text):
    assert power_of_ten(value) == text


@pytest.mark.parametrize(
    "values",
    [
        [1.0],
        [1e-7, 0.0, np.nan, np.inf, 3.0],
        [5e-324, 1.0],
        [5e-324],
        [1e300, 1e-300],
        [],
        [0.0, np.nan],
    ],
)
def test_a_logarithmic_axis_holds_all_positive_values_and_is_finite(values):
    ax = Figure().subplots()
    values = np.array(values)
    log_axis(ax, [values])
    low, high = ax.get_ylim()
    held = values[np.isfinite(values) & (values > 0)]
    assert 0 < low < high < np.inf
    assert (held >= low).all()
    assert (held <= high).all()


def test_a_logarithmic_axis_labels_powers_of_ten():
    ax = Figure().subplots()
    log_axis(ax, [np.array([1e-4, 1.0])])
    ax.figure.draw_without_rendering()
    assert {"10⁻⁴", "10⁻²", "10⁰"} <= {label.get_text() for label in ax.get_yticklabels()}


def test_a_logarithmic_axis_of_less_than_a_decade_labels_numbers():
    ax = Figure().subplots()
    log_axis(ax, [np.array([0.1, 0.9])])
    ax.figure.draw_without_rendering()
    assert {"0.1", "0.2", "0.5"} <= {label.get_text() for label in ax.get_yticklabels()}


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [1]), (12, [*range(1, 13)]), (13, [1, 3, 5, 7, 9, 11, 13]), (30, [*range(1, 31, 3)])],
)
def test_ticks_stand_evenly(count, expected):
    assert ticks(range(1, count + 1)) == expected


def test_of_many_layers_the_first_and_the_last_are_shown():
    assert chosen(range(1, 101), 5) == [1, 26, 51, 75, 100]
    assert chosen(range(1, 5), 5) == [1, 2, 3, 4]
