import numpy as np
import pandas as pd

from lab.figures import draw


def titles(figure):
    return [title for ax in figure.axes if (title := ax.get_title(loc="left"))]


def test_value_above_slope_of_every_hidden_activation(drawn, tables):
    figure = drawn("activations")
    curves = tables["curves"].query("variant == 'tanh' and layer == 1 and -8 <= z <= 8")
    above, below = figure.axes[1], figure.axes[5]
    np.testing.assert_array_equal(above.lines[0].get_ydata(), curves["sigma"])
    np.testing.assert_array_equal(below.lines[0].get_ydata(), curves["slope"])
    assert (figure.axes[0].get_ylabel(), figure.axes[4].get_ylabel()) == ("σ(z)", "slope σ′(z)")
    assert below.get_xlabel() == "z"


def test_bounds_of_the_slope_are_lines_with_labels(drawn):
    below = drawn("activations").axes[7]
    assert [line.get_ydata()[0] for line in below.lines[1:]] == [0.1, 1.1]
    assert [text.get_text() for text in below.texts] == ["inf σ′ = 0.1", "sup σ′ = 1.1"]


def test_unknown_and_infinite_bounds_have_no_line(tables):
    assert len(draw("activations", {"curves": tables["curves"]}).axes[4].lines) == 1
    variants = tables["variants"].assign(inf_slope=np.nan, sup_slope=np.inf)
    assert len(draw("activations", {**tables, "variants": variants}).axes[4].lines) == 1


def test_curvature_is_drawn_below_where_it_is_known(tables):
    curves = tables["curves"].assign(curvature=lambda table: -table["sigma"])
    figure = draw("activations", {**tables, "curves": curves})
    of_tanh = curves.query("variant == 'tanh' and layer == 1 and -8 <= z <= 8")
    lowest = figure.axes[9]
    np.testing.assert_array_equal(lowest.lines[0].get_ydata(), of_tanh["curvature"])
    assert figure.axes[8].get_ylabel() == "curvature σ″(z)"
    assert (lowest.get_xlabel(), figure.axes[5].get_xlabel()) == ("z", "")
    assert len(lowest.lines) == 1


def test_the_same_activation_is_drawn_once(make_tables):
    same = make_tables(("sigmoid",), 1, 3)["curves"]
    curves = [
        same,
        same.assign(variant="eta=2"),
        same.assign(variant="eta=3"),
        make_tables(("tanh",), 1, 3)["curves"],
    ]
    found = [titles(draw("activations", {"curves": pd.concat(curves[:count])})) for count in (2, 3, 4)]
    assert found == [["sigmoid · eta=2"], ["all variants"], ["sigmoid and 2 more", "tanh"]]


def test_several_activations_in_one_network_name_their_layers(make_tables):
    tables = make_tables(("sigmoid", "tanh"), 1, 4)
    curves = tables["curves"]
    mixed = pd.concat(
        [
            curves.query("variant == 'sigmoid' and layer in (1, 3, 4)"),
            curves.query("variant == 'tanh' and layer == 2"),
        ]
    ).assign(variant="mixed")
    figure = draw("activations", {"curves": mixed, "variants": tables["variants"].assign(variant="mixed")})
    assert titles(figure) == ["mixed · layers 1, 3", "mixed · layer 2"]
    assert [len(ax.lines) for ax in figure.axes] == [1, 1, 1, 1]


def test_a_network_without_hidden_layers_shows_its_output(make_tables):
    curves = make_tables(("tanh",), 1, 1)["curves"]
    assert titles(draw("activations", {"curves": curves})) == ["tanh"]


def test_of_many_activations_six_are_shown_and_the_figure_says_so(make_tables, texts):
    curve = make_tables(("tanh",), 1, 2)["curves"]
    many = [curve.assign(variant=f"a={i}", sigma=curve["sigma"] * i) for i in range(10)]
    figure = draw("activations", {"curves": pd.concat(many)})
    assert len(figure.axes) == 12
    assert "6 of 10 activations shown" in texts(figure)
