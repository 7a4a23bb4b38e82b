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
    for variant, mesh in zip(layers["variant"].unique(), maps(figure), strict=True):
        rows = layers[layers["variant"] == variant]
        expected = rows.pivot_table(index="layer", columns="step", values="saturation", aggfunc="mean")
        np.testing.assert_allclose(mesh.get_array(), expected, rtol=1e-12)


def test_the_scale_is_fixed_from_0_to_1(drawn):
    for figure in (drawn("saturation"), drawn("neurons")):
        assert {mesh.get_clim() for mesh in maps(figure)} == {(0, 1)}
        assert figure.axes[-1].get_ylim() == (0, 1)


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
def test_cells_reach_half_way_to_the_next_reading(make_tables, name, steps, x, y):
    tables = {
        key: table.query(f"step in {steps}")
        for key, table in make_tables(("a",), 1, 2).items()
        if "step" in table
    }
    corners = maps(draw(name, tables))[0].get_coordinates()
    np.testing.assert_array_equal(corners[0, :, 0], x)
    np.testing.assert_array_equal(corners[:, 0, 1], y)


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


def test_the_first_trial_that_is_there_is_named(make_tables, texts):
    tables = make_tables(("a",), 2, 1)
    tables["neurons"] = tables["neurons"].query("trial == 1")
    shown = texts(draw("neurons", tables))
    assert "trial 1" in shown
    assert "missing" not in shown


def test_what_is_missing_is_named(make_tables, texts):
    tables = make_tables(("a",), 1, 1)
    tables["neurons"].loc[tables["neurons"]["step"] > 0, "saturation"] = np.nan
    assert "missing" in texts(draw("neurons", tables))


def test_medians_of_the_last_reading_a_line_a_measure(tables):
    layers = tables["layers"].assign(phi_b=lambda rows: rows["saturation"] / 2)
    figure = draw("saturation_measures", {**tables, "layers": layers})
    recorded = [name for name in MEASURES if name in layers]
    for variant, ax in zip(layers["variant"].unique(), figure.axes, strict=True):
        rows = layers[layers["variant"] == variant]
        assert len({line.get_marker() for line in ax.lines}) == len(ax.lines) == len(recorded)
        for name, line in zip(recorded, ax.lines, strict=True):
            finite = rows[np.isfinite(rows[name])]
            last = finite[finite["step"] == finite["step"].max()]
            np.testing.assert_allclose(line.get_ydata(), last.groupby("layer")[name].median())


def test_what_was_not_recorded_is_left_out(tables, texts):
    layers = tables["layers"].assign(phi_b=np.nan)
    shown = texts(draw("saturation_measures", {**tables, "layers": layers}))
    assert not any(text.startswith("phi_b") for text in shown)
    without = layers.drop(columns=[name for name in MEASURES if name in layers])
    with pytest.raises(NotRecordedError, match="none of saturation, saturated_neurons"):
        draw("saturation_measures", {**tables, "layers": without})
