import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import rc_context
from matplotlib.figure import Figure

from lab.figures.drawing.scales import (
    beyond,
    chosen,
    layer_axis,
    log_axis,
    magnified_start,
    near,
    power_of_ten,
    powers_at_ticks,
)


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


@pytest.mark.parametrize("which", ["x", "y"])
def test_a_logarithmic_axis_stays_as_it_is_whatever_is_drawn_in_a_panel_that_shares_it(which):
    one, other = Figure().subplots(2, **{f"share{which}": True})
    log_axis(one, [np.array([1.0, 10.0])], which)
    ends = one.axis()
    other.plot([1e-9, 1e9], [1e-9, 1e9])
    other.autoscale_view()
    assert one.axis() == ends


@pytest.mark.parametrize("low", [1e-300, 1.0])
def test_a_logarithmic_axis_up_to_the_largest_floats_is_drawn(low):
    ax = Figure().subplots()
    log_axis(ax, [np.array([low, 1e305])])
    ax.figure.draw_without_rendering()
    assert np.isfinite(ax.get_yticks()).all()


@pytest.mark.parametrize(
    ("decades", "ticks"),
    [((-40, 0), range(-40, 1, 10)), ((-100, 0), range(-100, 1, 20)), ((-16, 2), range(-15, 4, 3))],
)
def test_many_decades_have_ticks_at_round_powers_of_ten_and_at_the_end(decades, ticks):
    ax = Figure().subplots()
    log_axis(ax, [10.0 ** np.array(decades)])
    low, high = ax.get_ylim()
    at = [tick for tick in ax.get_yticks() if 0.999 * low <= tick <= 1.001 * high]
    assert np.log10(at) == pytest.approx([*ticks])


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


@given(st.floats(-9, 9), st.floats(0, 30))
def test_a_logarithmic_axis_has_two_ticks_at_least_and_no_crowd(start, decades):
    ax = Figure().subplots()
    log_axis(ax, [10.0 ** np.array([start, start + decades])])
    low, high = ax.get_ylim()
    assert 2 <= sum(low <= tick <= high for tick in ax.get_yticks()) <= 8


@pytest.mark.parametrize(
    ("values", "places"),
    [
        pytest.param([[1e-20, 1e-18], [1e-2, 1], [0.1], [0.3, 0.5]], [1, 2, 3], id="far below"),
        pytest.param([[1e-2, 1], [0.1], [0.3, 0.5], [1, 1e15]], [0, 1, 2], id="far above"),
        pytest.param([[1e-2, 1], [0.1, 1e15], [0.3], [1e-30, 1]], [0, 1, 2], id="the worst of two"),
        pytest.param([[1e-20], [1e-20], [1], [1]], [0, 1, 2, 3], id="half of them are no outliers"),
        pytest.param([[1e-20], [1], [1]], [0, 1, 2], id="so few hide nothing"),
        pytest.param([[1e-6], [1], [1], [1]], [0, 1, 2, 3], id="six decades have room"),
        pytest.param([[1e-9], [1], [1], [1]], [1, 2, 3], id="nine have none"),
        pytest.param([[0.0], [np.nan], [], [-1.0], [1e-20], [1], [1], [1]], [0, 1, 2, 3, 5, 6, 7], id="zero"),
        pytest.param([[10.0**-e] for e in range(0, 100, 10)], list(range(10)), id="all alike far"),
        pytest.param([[1e-200], [1e-20], *[[1]] * 8], list(range(2, 10)), id="one after the other"),
        pytest.param([[1e-20], [1e20], *[[1]] * 8], list(range(2, 10)), id="on both sides"),
    ],
)
def test_an_axis_holds_what_is_not_far_from_all_others(values, places):
    assert near([np.array(one, float) for one in values]) == places


@pytest.mark.parametrize(
    ("values", "axis", "told"),
    [
        ([1e-20, 0.1], (1e-3, 1), ["down to 10⁻²⁰"]),
        ([0.1, 1e9, np.inf, np.nan], (1e-3, 1), ["up to 10⁹"]),
        ([5e-324, 1.7e308], (1e-3, 1), ["down to 10⁻³²³", "up to 10³⁰⁸"]),
        ([0.5], (1e-3, 1), []),
        ([0.0, np.nan, -5.0], (-0.1, 1), []),
        ([0.0, 1e-9], (-0.1, 1), []),
        ([1.0], (-3, -2), []),
    ],
)
def test_how_far_values_leave_an_axis_is_told(values, axis, told):
    assert beyond(np.array(values), axis) == told


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([0, 1e14, 2e14], ["0", "1·10¹⁴", "2·10¹⁴"]),
        ([-1.5e-9, 0, 1e-9], ["−1.5·10⁻⁹", "0", "1.0·10⁻⁹"]),
        ([0.9999, 0.99995, 1], ["0.99990", "0.99995", "1.00000"]),
    ],
)
def test_a_linear_axis_has_its_power_of_ten_at_the_ticks_and_nothing_above(ticks, labels):
    figure = Figure()
    ax = figure.subplots()
    ax.set_yticks(ticks)
    powers_at_ticks(figure)
    figure.draw_without_rendering()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == labels
    assert ax.yaxis.get_offset_text().get_text() == ""


@pytest.mark.parametrize(
    ("rc", "style", "end", "label"),
    [
        ({}, {"style": "plain"}, 1e8, "100000000"),
        ({}, {"scilimits": (0, 0)}, 20, "2·10¹"),
        ({"text.usetex": True}, {}, 1e8, r"$\mathdefault{1}$$\times\mathdefault{10^{8}}\mathdefault{}$"),
    ],
)
def test_what_was_set_of_a_linear_axis_stays_and_tex_gets_what_it_reads(rc, style, end, label):
    with rc_context(rc):
        ax = Figure().subplots()
        ax.set_ylim(0, end)
        ax.ticklabel_format(axis="y", **style)
        powers_at_ticks(ax.figure)
        assert ax.yaxis.get_major_formatter().format_ticks([0, end])[1] == label


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


@pytest.mark.parametrize(
    ("end", "whole", "ticks"),
    [
        (0, False, [0, 0.05, 0.2, 0.5, 1]),
        (500, False, [0, 20, 100, 200, 500]),
        (3, False, [0, 0.1, 0.5, 2]),
        (3, True, [0, 1, 2]),
        (1, True, [0, 1]),
    ],
)
def test_the_start_of_a_square_root_axis_is_magnified(end, whole, ticks):
    """One that ends at 0, as of a run without a step, has a width all the same."""
    ax = Figure().subplots()
    magnified_start(ax, end, whole=whole)
    first, twentieth, last = ax.transData.transform([(x * (end or 1), 0) for x in (0, 0.05, 1)])[:, 0]
    assert (twentieth - first) / (last - first) == pytest.approx(0.05**0.5)
    assert list(ax.get_xticks()) == pytest.approx(ticks)
