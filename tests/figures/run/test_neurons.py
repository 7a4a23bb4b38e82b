import numpy as np
from matplotlib.collections import QuadMesh

from lab.figures import draw


def meshes(figure):
    return [mesh for ax in figure.axes[:-1] for mesh in ax.collections if isinstance(mesh, QuadMesh)]


def test_a_map_a_layer_and_variant_of_the_first_trial(make_tables):
    tables = make_tables(("a", "b"), 2, 3)
    found = meshes(draw("neurons", tables))
    assert len(found) == 6
    rows = tables["neurons"]
    for place, mesh in enumerate(found):
        layer, variant = place // 2 + 1, "ab"[place % 2]
        of_panel = rows[(rows["variant"] == variant) & (rows["layer"] == layer) & (rows["trial"] == 0)]
        expected = of_panel.pivot(index="neuron", columns="step", values="saturation")
        np.testing.assert_array_equal(mesh.get_array(), expected)
        assert mesh.get_clim() == (0, 1)


def test_cells_reach_half_way_to_the_next_reading(make_tables):
    corners = meshes(draw("neurons", make_tables(("a",), 1, 1)))[0].get_coordinates()
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
    assert np.ma.getmaskarray(np.ma.masked_invalid(meshes(figure)[0].get_array()))[:, 1:].all()
    assert [patch.get_hatch() for patch in figure.axes[0].patches] == ["////"]
    assert "missing" in texts(figure)
