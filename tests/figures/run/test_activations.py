import numpy as np
import pandas as pd
import pytest

from lab.figures import draw
from tests.figures.conftest import make_tables, texts, titles


@pytest.mark.parametrize("rows", [["sigma", "slope"], ["sigma", "slope", "curvature"]])
def test_value_above_slope_above_curvature_if_known_of_every_hidden_activation(tables, rows):
    curves = tables["curves"].assign(curvature=lambda table: -table["sigma"])
    of_tanh = curves.query("variant == 'tanh' and layer == 1 and -8 <= z <= 8")
    known = curves[["variant", "layer", "z", *rows]]
    axes = draw("activations", {**tables, "curves": known}).axes
    labels = {"sigma": "σ(z)", "slope": "slope σ′(z)", "curvature": "curvature σ″(z)"}
    for place, row in enumerate(rows):
        ax = axes[4 * place + 1]
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), of_tanh[row])
        assert axes[4 * place].get_ylabel() == labels[row]
        assert ax.get_xlabel() == ("z" if row == rows[-1] else "")
        assert len(ax.lines) == (3 if row == "slope" else 1)


def test_bounds_of_the_slope_are_lines_with_labels(drawn):
    below = drawn("activations").axes[7]
    assert [line.get_ydata()[0] for line in below.lines[1:]] == [0.1, 1.1]
    assert [text.get_text() for text in below.texts] == ["inf σ′ = 0.1", "sup σ′ = 1.1"]


def test_the_label_of_a_floor_stands_below_it_where_the_axis_has_room(drawn):
    of_sigmoid, of_floored = (drawn("activations").axes[place].texts for place in (4, 7))
    assert [text.get_va() for text in of_sigmoid] == ["bottom", "bottom"]
    assert [text.get_va() for text in of_floored] == ["top", "bottom"]


def test_a_label_can_be_read_where_the_curve_runs_under_it(drawn):
    labels = [label for ax in drawn("activations").axes[4:] for label in ax.texts if label.get_text()]
    assert labels
    for label in labels:
        assert label.get_bbox_patch().get_facecolor()[:3] == (1, 1, 1)


def test_bounds_are_rounded_outwards_and_have_the_minus_sign_of_the_axes(tables):
    variants = tables["variants"].assign(inf_slope=-0.0998393, sup_slope=1.0998393)
    below = draw("activations", {**tables, "variants": variants}).axes[4]
    assert [text.get_text() for text in below.texts] == ["inf σ′ = −0.09984 ↓", "sup σ′ = 1.1"]
    below = draw("activations", {**tables, "variants": variants.assign(inf_slope=0.04442)}).axes[7]
    assert below.texts[0].get_text() == "inf σ′ = 0.04442"


def test_the_labels_of_bounds_that_lie_together_stand_above_each_other(tables):
    high = tables["curves"].assign(slope=lambda rows: rows["slope"] * 400)
    below = draw("activations", {**tables, "curves": high}).axes[4]
    labels = [text.get_text() for text in below.texts]
    assert labels == ["", "sup σ′ = 0.25\ninf σ′ = 0"]


def test_unknown_and_infinite_bounds_have_no_line(tables):
    unbounded = {"variants": tables["variants"].assign(inf_slope=np.nan, sup_slope=np.inf)}
    for variants in ({}, unbounded):
        assert len(draw("activations", {"curves": tables["curves"], **variants}).axes[4].lines) == 1


def test_the_same_activation_is_drawn_once():
    one, other = (make_tables((name,), 1, 3)["curves"] for name in ("sigmoid", "tanh"))
    curves = [one, one.assign(variant="eta=2"), one.assign(variant="eta=3"), other]
    found = [titles(draw("activations", {"curves": pd.concat(curves[:count])})) for count in (2, 3, 4)]
    assert found == [["sigmoid · eta=2"], ["all variants"], ["sigmoid and 2 more", "tanh"]]


def test_several_activations_in_one_network_name_their_layers():
    tables = make_tables(("sigmoid", "tanh"), 1, 4)
    mixed = tables["curves"].query("(variant == 'tanh') == (layer == 2)").assign(variant="mixed")
    figure = draw("activations", {"curves": mixed, "variants": tables["variants"].assign(variant="mixed")})
    assert titles(figure) == ["mixed · layers 1, 3", "mixed · layer 2"]
    assert [len(ax.lines) for ax in figure.axes] == [1, 1, 1, 1]


def test_a_network_without_hidden_layers_shows_its_output():
    curves = make_tables(("tanh",), 1, 1)["curves"]
    assert titles(draw("activations", {"curves": curves})) == ["tanh"]


def test_of_many_activations_six_are_shown_and_the_figure_says_so():
    curve = make_tables(("tanh",), 1, 2)["curves"]
    many = [curve.assign(variant=f"a={i}", sigma=curve["sigma"] * i) for i in range(10)]
    figure = draw("activations", {"curves": pd.concat(many)})
    assert len(figure.axes) == 12
    assert "6 of 10 activations shown; choose with --variants" in texts(figure)


def test_slopes_have_one_axis_from_0_so_that_floors_are_compared(drawn):
    axes = drawn("activations").axes
    assert {ax.get_ylim() for ax in axes[4:]} == {axes[4].get_ylim()}
    low, high = axes[4].get_ylim()
    assert (low, high > 1.1) == (0, True)


@pytest.mark.parametrize(("end", "by", "told"), [("sup", 400, "400 ↑"), ("inf", -400, "−400 ↓")])
@pytest.mark.parametrize("steep", [0, 1])
def test_one_activation_far_steeper_than_the_other_leaves_its_panel_and_says_how_far_it_goes(
    steep, end, by, told
):
    tables = make_tables(("sigmoid", "tanh"), 1, 3)
    name = ("sigmoid", "tanh")[steep]
    curves, variants = tables["curves"], tables["variants"]
    curves["slope"] *= np.where(curves["variant"] == name, by, 1)
    of_end = f"{end}_slope"
    variants[of_end] = variants[of_end].where(variants["variant"] != name, float(by))
    axes = draw("activations", {"curves": curves, "variants": variants}).axes[2:]
    assert 0.25 <= axes[steep].get_ylim()[1] < 4
    assert f"{end} σ′ = {told}" in [text.get_text() for text in axes[steep].texts]


def test_the_identity_beside_the_sigmoid_has_a_whole_panel():
    sigmoid = make_tables(("sigmoid",), 1, 3)["curves"]
    curves = pd.concat([sigmoid, sigmoid.assign(variant="z", sigma=sigmoid["z"])])
    low, high = draw("activations", {"curves": curves}).axes[0].get_ylim()
    assert (low < -8, high > 8) == (True, True)


def test_an_activation_with_one_slope_is_none_to_measure_others_by(tables):
    one, tanh = (make_tables((name,), 1, 3)["curves"] for name in ("sigmoid", "tanh"))
    curves = pd.concat([one.assign(slope=1.0), tanh.assign(slope=tanh["slope"] * 40)])
    assert draw("activations", {"curves": curves}).axes[2].get_ylim()[1] > 40


def test_activations_far_above_each_other_have_the_axis_of_one():
    curve = make_tables(("tanh",), 1, 3)["curves"]
    raised = curve.assign(variant="raised", sigma=curve["sigma"] + 100)
    low, high = draw("activations", {"curves": pd.concat([curve, raised])}).axes[0].get_ylim()
    assert (low < -1, 1 < high < 10) == (True, True)
