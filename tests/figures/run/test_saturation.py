from itertools import product

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from lab.figures import NotRecordedError, draw
from tests.figures.conftest import VARIANTS, make_tables, texts


def maps(figure):
    return [mesh for ax in figure.axes[:-1] for mesh in ax.collections if isinstance(mesh, QuadMesh)]


def test_a_map_a_variant_is_the_mean_over_the_trials(drawn, tables):
    means = tables["layers"].groupby(["variant", "layer", "step"])["saturation"].mean()
    for variant, mesh in zip(VARIANTS, maps(drawn("saturation")), strict=True):
        np.testing.assert_allclose(mesh.get_array(), means[variant].unstack(), rtol=1e-12)


@pytest.mark.parametrize("name", ["saturation", "neurons"])
def test_the_scale_is_fixed_from_0_to_1(drawn, name):
    assert {mesh.get_clim() for mesh in maps(drawn(name))} == {(0, 1)}
    assert drawn(name).axes[-1].get_ylim() == (0, 1)


@pytest.mark.parametrize(("tau", "text"), [(0.05, "0.05"), (0.2, "0.2"), (None, "τ")])
def test_the_colour_bar_names_the_threshold(tables, tau, text):
    variants = {} if tau is None else {"variants": tables["variants"].assign(saturation_threshold=tau)}
    figure = draw("saturation", {"layers": tables["layers"], **variants})
    assert figure.axes[-1].get_ylabel() == f"share of (neuron, example)\nwith |σ′(z)| < {text} sup|σ′|"


@pytest.mark.parametrize(
    ("name", "steps", "x", "y"),
    [
        ("saturation", (0, 10, 100), [-5, 5, 55, 145], [0.5, 1.5, 2.5]),
        ("neurons", (0, 100, 500), [-50, 50, 300, 700], [0.5, 1.5, 2.5, 3.5, 4.5]),
        ("saturation", (0,), [-0.5, 0.5], [0.5, 1.5, 2.5]),
    ],
)
def test_cells_reach_half_way_to_the_next_reading(name, steps, x, y):
    made = make_tables(("a",), 1, 2)
    tables = {table: made[table].query(f"step in {steps}") for table in ("layers", "neurons")}
    corners = maps(draw(name, tables))[0].get_coordinates()
    np.testing.assert_array_equal(corners[0, :, 0], x)
    np.testing.assert_array_equal(corners[:, 0, 1], y)


def test_variants_of_different_depth_keep_their_layers():
    layers = make_tables(("a", "b"), 1, 4)["layers"].query("variant == 'a' or layer <= 2")
    figure = draw("saturation", {"layers": layers})
    assert [mesh.get_array().shape[0] for mesh in maps(figure)] == [4, 2]
    assert {ax.get_ylim() for ax in figure.axes[:-1]} == {(0.5, 4.5)}


@pytest.mark.parametrize("first", [0, 1])
def test_a_map_a_layer_and_variant_of_the_first_trial_that_is_there_which_is_named(first):
    neurons = make_tables(("a", "b"), 2, 3)["neurons"].query(f"trial >= {first}")
    figure = draw("neurons", {"neurons": neurons})
    shares = neurons.groupby(["trial", "layer", "variant", "neuron", "step"])["saturation"].first()
    for place, mesh in zip(product((1, 2, 3), "ab"), maps(figure), strict=True):
        np.testing.assert_array_equal(mesh.get_array(), shares[first, *place].unstack())
    assert texts(figure).count(f"trial {first}") == 2


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize(
    ("name", "why"), [("neurons", "the trial diverged"), ("saturation", "no finite trial")]
)
def test_what_is_missing_is_named_and_why(name, why, missing):
    tables = make_tables(("a",), 1, 1)
    table = tables["layers" if name == "saturation" else name]
    table.loc[(table["step"] > 0) & missing, "saturation"] = np.nan
    assert (f"missing: {why}, or sup|σ′| is infinite" in texts(draw(name, tables))) == missing


def test_medians_of_the_last_reading_a_line_a_measure(tables):
    layers = tables["layers"].assign(phi_b=lambda rows: rows["saturation"] / 2)
    last = layers.query("step == 500").groupby(["variant", "layer"])[["saturation", "phi_b"]].median()
    figure = draw("saturation_measures", {**tables, "layers": layers})
    for variant, ax in zip(VARIANTS, figure.axes, strict=True):
        np.testing.assert_allclose([line.get_ydata() for line in ax.lines], last.loc[variant].T)
        assert len({line.get_marker() for line in ax.lines}) == 2


def test_what_was_not_recorded_is_left_out(tables):
    layers = tables["layers"].assign(phi_b=np.nan)
    shown = texts(draw("saturation_measures", {**tables, "layers": layers}))
    assert not any(text.startswith("phi_b") for text in shown)
    without = layers.drop(columns=["saturation", "phi_b"])
    with pytest.raises(NotRecordedError, match="none of saturation, saturated_neurons"):
        draw("saturation_measures", {**tables, "layers": without})


def test_trials_that_diverged_have_no_part_in_the_end():
    tables = make_tables(("a", "tanh"), 4, 2)
    layers = tables["layers"].assign(dead_neurons=lambda rows: 0.1 * rows["trial"])
    all_lost = layers["variant"] == "a"
    layers.loc[all_lost, "status"] = "diverged"
    layers.loc[all_lost & (layers["step"] > 0), ["saturation", "dead_neurons"]] = np.nan
    trials = tables["trials"]
    trials.loc[trials["variant"] == "a", "status"] = "diverged"
    figure = draw("saturation_measures", {**tables, "layers": layers, "trials": trials})
    lost, some = figure.axes
    assert [line.get_ydata().size for line in lost.lines] == [0, 0]
    np.testing.assert_allclose(some.lines[1].get_ydata(), 0.3)
    shown = texts(figure)
    assert {"no trial got to the end", "4 of 4 trials diverged", "3 of 4 trials diverged"} <= set(shown)
