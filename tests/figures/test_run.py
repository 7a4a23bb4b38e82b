"""What holds for several figures of a run."""

import numpy as np
import pytest

from lab.figures import draw


@pytest.mark.parametrize(
    "name", ["learning_speed", "gradient_cosine", "saturation_measures", "speed_by_layer", "training"]
)
def test_one_trial_has_no_band_and_no_bars(make_tables, texts, name):
    figure = draw(name, make_tables(("a", "b"), 1, 3))
    assert not any(ax.collections for ax in figure.axes)
    assert "1 trial" in texts(figure)
    assert not any("90 %" in text for text in texts(figure))


@pytest.mark.parametrize(
    ("name", "table", "said"),
    [
        ("learning_speed", "layers", {"no finite reading", "no finite trial"}),
        ("gradient_cosine", "layers", {"no finite reading", "no finite trial"}),
        ("speed_by_layer", "layers", {"no finite trial"}),
        ("training", "steps", {"not recorded"}),
    ],
)
def test_nothing_finite_is_no_error_and_said(make_tables, texts, name, table, said):
    tables = make_tables(("a",), 2, 2)
    numbers = tables[table].columns.drop(
        ["variant", "trial", "step", "epoch", "status", "layer"], errors="ignore"
    )
    tables[table][numbers] = np.nan
    figure = draw(name, tables)
    figure.draw_without_rendering()
    assert said <= set(texts(figure))


@pytest.mark.parametrize(
    ("name", "panels", "said"),
    [
        ("slopes", 36, {"6 of 8 variants shown", "6 of 9 layers shown"}),
        ("causes", 36, {"6 of 8 variants shown", "6 of 9 layers shown"}),
        ("z_distribution", 36, {"6 of 8 variants shown", "6 of 9 layers shown"}),
        ("neurons", 36, {"6 of 8 variants shown", "6 of 9 layers shown"}),
        ("ledger", 12, {"6 of 8 variants shown"}),
    ],
)
def test_of_many_six_are_shown_and_the_figure_says_so(make_tables, texts, name, panels, said):
    figure = draw(name, make_tables(tuple("abcdefgh"), 1, 9))
    assert len(
        [ax for ax in figure.axes if ax.get_subplotspec() and ax.get_label() != "<colorbar>"]
    ) == panels * (1 + (name == "z_distribution"))
    assert {text for text in texts(figure) if text.endswith(" shown")} == said
    if panels == 36:
        labels = [label for ax in figure.axes if (label := ax.get_ylabel()).startswith("layer")]
        assert labels == [f"layer {layer}" for layer in (1, 3, 4, 6, 7, 9)]


@pytest.mark.parametrize("name", ["learning_speed", "gradient_cosine"])
def test_of_many_layers_some_have_lines_and_the_figure_says_so(make_tables, texts, name):
    figure = draw(name, make_tables(("a",), 1, 40))
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 51]
    assert len(lines) == 24
    assert "24 of 40 layers shown" in texts(figure)


@pytest.mark.parametrize("name", ["slopes", "causes", "z_distribution"])
def test_a_layer_that_a_variant_lacks_is_an_empty_place(make_tables, name):
    tables = make_tables(("a", "b"), 1, 3)
    for table in ("layers", "histograms"):
        rows = tables[table]
        tables[table] = rows[(rows["variant"] == "a") | (rows["layer"] <= 2)]
    shown = [ax.axison for ax in draw(name, tables).axes[:6]]
    assert shown == [True, True, True, True, True, False]


@pytest.mark.parametrize("name", ["learning_speed", "saturation", "slopes", "causes", "ledger"])
def test_trials_that_diverged_are_counted_below_the_title(drawn, name):
    notes = [[text.get_text() for text in ax.texts if "trials" in text.get_text()] for ax in drawn(name).axes]
    assert notes[:4] == [[], ["3 of 20 trials diverged"], [], []]


@pytest.mark.parametrize("name", ["overview", "comparisons", "training"])
def test_trials_that_diverged_are_counted_beside_the_name(drawn, texts, name):
    assert "tanh; 3 of 20 trials diverged" in texts(drawn(name))
