import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from lab.figures import NotRecordedError, draw
from lab.figures.run.saturation import MEASURES


def maps(figure):
    return [mesh for ax in figure.axes[:-1] for mesh in ax.collections if isinstance(mesh, QuadMesh)]


def test_a_map_a_variant_is_the_mean_over_the_trials(drawn, tables):
    layers = tables["layers"]
    figure = drawn("saturation")
    assert [ax.get_title(loc="left") for ax in figure.axes[:-1]] == list(layers["variant"].unique())
    for variant, mesh in zip(layers["variant"].unique(), maps(figure), strict=True):
        rows = layers[layers["variant"] == variant]
        expected = rows.pivot_table(index="layer", columns="step", values="saturation", aggfunc="mean")
        np.testing.assert_allclose(mesh.get_array(), expected, rtol=1e-12)


def test_the_scale_is_fixed_from_0_to_1(drawn):
    figure = drawn("saturation")
    assert {mesh.get_clim() for mesh in maps(figure)} == {(0, 1)}
    assert figure.axes[-1].get_ylim() == (0, 1)


@pytest.mark.parametrize(("tau", "told"), [(0.05, "0.05"), (0.2, "0.2")])
def test_the_colour_bar_tells_the_threshold(tables, tau, told):
    variants = tables["variants"].assign(saturation_threshold=tau)
    figure = draw("saturation", {**tables, "variants": variants})
    assert figure.axes[-1].get_ylabel() == f"share of (neuron, example)\nwith |σ′(z)| < {told} sup|σ′|"


def test_without_the_variants_the_threshold_is_a_letter(tables):
    figure = draw("saturation", {"layers": tables["layers"]})
    assert figure.axes[-1].get_ylabel().endswith("with |σ′(z)| < τ sup|σ′|")


def test_cells_reach_half_way_to_the_next_reading(make_tables):
    tables = make_tables(("a",), 1, 2)
    tables["layers"] = tables["layers"].query("step in (0, 10, 100)")
    corners = maps(draw("saturation", tables))[0].get_coordinates()
    np.testing.assert_array_equal(corners[0, :, 0], [-5, 5, 55, 145])
    np.testing.assert_array_equal(corners[:, 0, 1], [0.5, 1.5, 2.5])


def test_readings_without_a_finite_trial_are_hatched(make_tables):
    tables = make_tables(("a",), 2, 2)
    layers = tables["layers"]
    layers.loc[layers["step"] >= 300, "saturation"] = np.nan
    figure = draw("saturation", tables)
    shown = maps(figure)[0].get_array()
    assert np.ma.getmaskarray(np.ma.masked_invalid(shown))[:, 30:].all()
    (hatched,) = figure.axes[0].patches
    assert hatched.get_hatch() == "////"
    assert hatched.get_extents().transformed(figure.axes[0].transData.inverted()).bounds == pytest.approx(
        (-5, 0.5, 510, 2)
    )


def test_a_single_reading_is_a_cell(make_tables):
    tables = make_tables(("a",), 1, 1)
    tables["layers"] = tables["layers"].query("step == 0")
    assert maps(draw("saturation", tables))[0].get_array().shape == (1, 1)


def test_variants_of_different_depth_keep_their_layers(make_tables):
    tables = make_tables(("a", "b"), 1, 4)
    layers = tables["layers"]
    tables["layers"] = layers[(layers["variant"] == "a") | (layers["layer"] <= 2)]
    figure = draw("saturation", tables)
    assert [mesh.get_array().shape[0] for mesh in maps(figure)] == [4, 2]
    assert {ax.get_ylim() for ax in figure.axes[:-1]} == {(0.5, 4.5)}


def test_a_map_a_layer_and_variant_of_the_first_trial(make_tables):
    tables = make_tables(("a", "b"), 2, 3)
    found = maps(draw("neurons", tables))
    assert len(found) == 6
    rows = tables["neurons"]
    for place, mesh in enumerate(found):
        layer, variant = place // 2 + 1, "ab"[place % 2]
        of_panel = rows[(rows["variant"] == variant) & (rows["layer"] == layer) & (rows["trial"] == 0)]
        expected = of_panel.pivot(index="neuron", columns="step", values="saturation")
        np.testing.assert_array_equal(mesh.get_array(), expected)
        assert mesh.get_clim() == (0, 1)


def test_cells_of_neurons_reach_half_way_to_the_next_reading(make_tables):
    corners = maps(draw("neurons", make_tables(("a",), 1, 1)))[0].get_coordinates()
    np.testing.assert_array_equal(corners[0, :, 0], [-50, 50, 300, 700])
    np.testing.assert_array_equal(corners[:, 0, 1], [0.5, 1.5, 2.5, 3.5, 4.5])


def test_the_trial_and_the_threshold_are_told(make_tables, texts):
    tables = make_tables(("a",), 2, 1)
    tables["neurons"] = tables["neurons"].query("trial == 1")
    shown = texts(draw("neurons", tables))
    assert "trial 1" in shown
    assert "share of the neuron's examples\nwith |σ′(z)| < 0.05 sup|σ′|" in shown
    assert "missing" not in shown


def test_what_is_missing_is_hatched_and_told(make_tables, texts):
    tables = make_tables(("a",), 1, 1)
    neurons = tables["neurons"]
    neurons.loc[neurons["step"] > 0, "saturation"] = np.nan
    figure = draw("neurons", tables)
    assert np.ma.getmaskarray(np.ma.masked_invalid(maps(figure)[0].get_array()))[:, 1:].all()
    assert [patch.get_hatch() for patch in figure.axes[0].patches] == ["////"]
    assert "missing" in texts(figure)


def test_medians_of_the_last_reading_a_line_a_measure(tables):
    layers = tables["layers"].assign(phi_b=lambda rows: rows["saturation"] / 2)
    figure = draw("saturation_measures", {**tables, "layers": layers})
    recorded = [name for name in MEASURES if name in layers]
    for variant, ax in zip(layers["variant"].unique(), figure.axes, strict=True):
        rows = layers[layers["variant"] == variant]
        assert len(ax.lines) == len(recorded)
        for name, line in zip(recorded, ax.lines, strict=True):
            finite = rows[np.isfinite(rows[name])]
            last = finite[finite["step"] == finite["step"].max()]
            np.testing.assert_allclose(line.get_ydata(), last.groupby("layer")[name].median())


def test_measures_are_told_apart_without_colour_and_named(tables, texts):
    figure = draw("saturation_measures", tables)
    lines = figure.axes[0].lines
    assert len({line.get_marker() for line in lines}) == len(lines)
    assert "saturation: share of (neuron, example) with |σ′| < 0.05 sup|σ′|" in texts(figure)


def test_what_was_not_recorded_is_left_out(tables, texts):
    layers = tables["layers"].assign(phi_b=np.nan)
    shown = texts(draw("saturation_measures", {**tables, "layers": layers}))
    assert not any(text.startswith("phi_b") for text in shown)
    without = layers.drop(columns=[name for name in MEASURES if name in layers])
    with pytest.raises(NotRecordedError, match="none of saturation, saturated_neurons"):
        draw("saturation_measures", {**tables, "layers": without})
