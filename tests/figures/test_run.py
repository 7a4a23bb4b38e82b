"""What holds for several figures of a run."""

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from lab.figures import draw
from tests.figures.conftest import CAUSES, KEYS, VARIANTS, make_tables, texts, titles

BAND = "median of 20 trials; band: 90 % of them"


@pytest.mark.parametrize(
    "name", ["learning_speed", "gradient_cosine", "saturation_measures", "speed_by_layer", "training"]
)
def test_one_trial_has_no_band_and_no_bars(name):
    figure = draw(name, make_tables(("a", "b"), 1, 3))
    assert not any(ax.collections for ax in figure.axes)
    assert "1 trial" in texts(figure)
    assert not any("90 %" in text for text in texts(figure))


@pytest.mark.parametrize(
    ("name", "table", "said"),
    [
        ("gradient_cosine", "layers", {"no finite reading", "no finite trial"}),
        ("speed_by_layer", "layers", {"no finite trial"}),
        ("training", "steps", {"not recorded"}),
    ],
)
def test_nothing_finite_is_no_error_and_said(name, table, said):
    tables = make_tables(("a",), 2, 2)
    tables[table][tables[table].columns.difference(KEYS)] = np.nan
    figure = draw(name, tables)
    figure.draw_without_rendering()
    assert said <= set(texts(figure))


@pytest.mark.parametrize(
    ("name", "panels", "cut"),
    [
        *((name, 36, ["variants", "layers"]) for name in ("slopes", "causes", "z_distribution", "neurons")),
        ("ledger", 12, ["variants"]),
    ],
)
def test_of_many_six_are_shown_and_the_figure_says_so(name, panels, cut):
    figure = draw(name, make_tables(tuple("abcdefgh"), 1, 9))
    drawn = [ax for ax in figure.axes if ax.get_subplotspec() and ax.get_label() != "<colorbar>"]
    assert len(drawn) == panels
    said = {"variants": "6 of 8 variants", "layers": "6 of 9 layers"}
    told = {f"{said[what]} shown; choose with --{what}" for what in cut}
    assert {text for text in texts(figure) if " shown; " in text} == told
    if panels == 36:
        labels = [label for ax in figure.axes if (label := ax.get_ylabel()).startswith("layer")]
        assert labels == [*(f"layer {layer}" for layer in (1, 3, 4, 6, 7)), "layer 9\n(output)"]


@pytest.mark.parametrize("name", ["learning_speed", "gradient_cosine"])
def test_of_many_layers_some_have_lines_and_the_figure_says_so(name):
    figure = draw(name, make_tables(("a",), 1, 40))
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 51]
    assert len(lines) == 24
    assert "24 of 40 layers shown; choose with --layers" in texts(figure)


@pytest.mark.parametrize("name", ["slopes", "causes", "z_distribution"])
def test_a_layer_that_a_variant_lacks_is_an_empty_place(name):
    made = make_tables(("a", "b"), 1, 3)
    tables = {table: made[table].query("variant == 'a' or layer <= 2") for table in ("layers", "histograms")}
    shown = [ax.axison for ax in draw(name, tables).axes[:6]]
    assert shown == [True, True, True, True, True, False]


@pytest.mark.parametrize("name", ["learning_speed", "saturation", "slopes", "causes", "ledger"])
def test_trials_that_diverged_are_counted_below_the_title(drawn, name):
    notes = [[text.get_text() for text in ax.texts if "trials" in text.get_text()] for ax in drawn(name).axes]
    assert notes[:4] == [[], ["3 of 20 trials diverged"], [], []]


@pytest.mark.parametrize("name", ["overview", "comparisons", "training"])
def test_trials_that_diverged_are_counted_beside_the_name(drawn, name):
    assert "tanh; 3 of 20 trials diverged" in texts(drawn(name))


@pytest.mark.parametrize("name", ["learning_speed", "saturation", "slopes", "z_distribution", "activations"])
def test_variants_are_titles_in_the_order_of_the_table(drawn, name):
    assert titles(drawn(name)) == list(VARIANTS)


@pytest.mark.parametrize("name", ["slopes", "causes", "z_distribution", "neurons"])
def test_a_row_a_layer_and_a_column_a_variant(drawn, name):
    first, *others = [ax for ax in drawn(name).axes if ax.get_ylabel().startswith("layer ")]
    assert [ax.get_ylabel() for ax in (first, *others)] == [
        *(f"layer {layer}" for layer in range(1, 5)),
        "layer 5\n(output)",
    ]
    grid = first.get_gridspec()
    assert (grid.nrows, grid.ncols) == (5, 4)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "learning_speed",
            {"learning speed ‖∂C/∂bˡ‖\n(cost per unit of bias)", "layer 1", "layer 5 (output)", BAND},
        ),
        ("learning_speed", {"layer 1: zero from epoch 120"}),
        ("weight_speed", {"learning speed ‖∂C/∂wˡ‖\n(cost per unit of weight)"}),
        ("gradient_cosine", {"cosine to the gradient of C", "layer 1", BAND}),
        ("speed_by_layer", {"sigmoid", "first reading", "last reading", "a mark on the floor: zero"}),
        ("speed_by_layer", {"median of 20 trials; bars: 90 % of them", "layer"}),
        ("slopes", {"slope σ′(z)", "2nd to 98th percentile", "median of 20 trials"}),
        (
            "z_distribution",
            {"last reading (step 500), each histogram scaled to its panel", "first reading (step 0)"},
        ),
        ("z_distribution", {"σ′(z), axis on the right", "saturated: |σ′(z)| < 0.05 sup|σ′|"}),
        ("training", {BAND}),
        ("ledger", {"done by the weights", "done by σ′", "median of 17–20 trials"}),
        ("causes", {"input low", "output saturated", "error small", "examples cancel"}),
        ("causes", {"nothing left to learn", "mean of 20 trials"}),
        ("saturation_measures", {"saturation: share of (neuron, example) with |σ′| < 0.05 sup|σ′|"}),
        ("neurons", {"share of the neuron's examples\nwith |σ′(z)| < 0.05 sup|σ′|", "trial 0"}),
    ],
)
def test_a_figure_says_what_it_shows(drawn, name, words):
    assert words <= set(texts(drawn(name)))


@pytest.mark.parametrize(
    ("name", "table", "quantities", "reach", "first"),
    [
        ("saturation", "layers", ["saturation"], (-5, 505), 30),
        ("causes", "layers", list(CAUSES), (0, 500), 30),
        ("neurons", "neurons", ["saturation"], (-50, 700), 2),
    ],
)
def test_readings_without_a_finite_value_are_hatched(name, table, quantities, reach, first):
    tables = make_tables(("a",), 1, 2)
    tables[table].loc[tables[table]["step"] >= 300, quantities] = np.nan
    ax = draw(name, tables).axes[0]
    (ground,) = ax.patches
    assert ground.get_hatch() == "////"
    assert (ground.get_x(), ground.get_x() + ground.get_width()) == pytest.approx(reach)
    assert (ground.get_y(), ground.get_y() + ground.get_height()) == ax.get_ylim()
    for mesh in [mesh for mesh in ax.collections if isinstance(mesh, QuadMesh)]:
        assert np.ma.getmaskarray(np.ma.masked_invalid(mesh.get_array()))[:, first:].all()
