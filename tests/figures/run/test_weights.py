from itertools import pairwise

import numpy as np
import pytest

from lab.figures import NothingToShowError, NotRecordedError, Selected, draw
from tests.figures.conftest import curves_table, make_tables, neurons_table, texts, variants_table

TRIALS, WIDTH = 2, 4


def tables(variants=("sigmoid",), depth=3, **changes):
    neurons = neurons_table(variants, TRIALS, depth).assign(**changes)
    curves, described = curves_table(variants, depth), variants_table(variants)
    return {"neurons": neurons, "curves": curves, "variants": described.assign(cancels=True)}


def marks(ax):
    """The x and the y of the marks of each layer."""
    return [line.get_data() for line in ax.lines if line.get_linestyle() == "None"]


def lines(ax):
    return [line.get_data() for line in ax.lines if line.get_linestyle() != "None"]


def test_each_mark_is_a_neuron_of_a_trial():
    given = tables()
    out, into, error = draw("weights", given).axes[:3]
    neurons = given["neurons"].query("step == 0")
    for ax, x, y, below in [
        (out, "a_size", "speed_out", 1),
        (into, "slope_size", "speed_in", 0),
        (error, "a_mean", "delta_size", 0),
    ]:
        for layer, found in enumerate(marks(ax), 1):
            np.testing.assert_array_equal(found, neurons[neurons["layer"] == layer - below][[x, y]].T)
        assert len(marks(ax)) == 3


def test_a_row_for_the_first_reading_and_one_for_the_last_of_each_variant():
    figure = draw("weights", tables(("sigmoid", "tanh")))
    labels = [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()]
    assert labels == [f"{name}\nepoch {at}" for name in ("sigmoid", "tanh") for at in (0, 500)]
    assert {"‖∂C/∂w‖ out of a neuron", "‖∂C/∂w‖ into a neuron", "one mark per neuron of 2 trials"} <= set(
        texts(figure)
    )


@pytest.mark.parametrize("cancels", [True, False])
def test_a_dotted_line_is_a_proportion_but_where_the_cost_removed_the_slope(cancels):
    given = tables()
    given["variants"]["cancels"] = cancels
    out, into, error = draw("weights", given).axes[:3]
    assert [len(lines(ax)) for ax in (out, into, error)] == [3, 3 - cancels, 3 - cancels]
    for ax, factor in ((out, 3), (into, 2)):
        for x, y in lines(ax):
            np.testing.assert_allclose(y, factor * x, rtol=1e-12)


def test_an_arch_is_the_slope_over_the_activation():
    _, _, error = draw("weights", tables()).axes[:3]
    for a, delta in lines(error):
        ratio = delta / (a * (1 - a))
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)


def test_a_neuron_with_a_gradient_of_0_stands_at_the_edge():
    neurons = neurons_table(("sigmoid",), TRIALS, 3)
    dead = (neurons["neuron"] == 1) & (neurons["layer"] == 2)
    zero = {name: neurons[name].mask(dead, 0.0) for name in ("speed_in", "slope_size", "delta_size")}
    figure = draw("weights", tables(**zero))
    figure.draw_without_rendering()
    (x, y), shown = marks(figure.axes[1])[1], figure.axes[1]
    assert x[0] == 0.25 / WIDTH / 2
    assert y[0] == 2 * x[0]
    assert shown.get_xlim()[0] <= x.min()
    assert shown.get_ylim()[0] <= y.min()
    np.testing.assert_allclose(np.divide(*lines(shown)[1]), 0.5, rtol=1e-12)


def test_a_selection_keeps_the_neurons_below_its_layer():
    given = Selected(tables(), layers=(2,))
    (found,) = marks(draw("weights", given).axes[0])
    neurons = given["neurons"].query("step == 0 and layer == 1")
    np.testing.assert_array_equal(found, neurons[["a_size", "speed_out"]].T)


def test_of_many_six_variants_and_five_layers_are_shown():
    figure = draw("weights", make_tables(tuple("abcdefgh"), 1, 9))
    assert {"6 of 8 variants shown; choose with --variants", "5 of 9 layers shown; choose with --layers"} <= {
        *texts(figure)
    }


def test_what_is_not_there_is_not_drawn():
    none = dict.fromkeys(("speed_in", "speed_out"), 0.0)
    with pytest.raises(NothingToShowError, match="no weight has a gradient"):
        draw("weights", tables(**none))
    older = tables()
    older["neurons"] = older["neurons"].drop(columns="speed_out")
    with pytest.raises(NotRecordedError, match="of an older lab, without speed_out"):
        draw("weights", older)


def test_a_long_name_keeps_to_its_row():
    long = "tanh(z) + 0.05*z*exp(-z**2/2) + 0.1*log(1+exp(z)) - 0.1*log(2)"
    figure = draw("weights", tables((long, "tanh")))
    figure.draw_without_rendering()
    boxes = [ax.yaxis.label.get_window_extent() for ax in figure.axes[::3]]
    assert all(lower.y1 < upper.y0 for upper, lower in pairwise(boxes))
