from itertools import pairwise

import numpy as np
import pytest

from lab.analysis.comparisons import comparisons
from lab.analysis.summary import summary
from lab.analysis.tables import derived
from lab.figures import Layout, NothingToShowError, Selected, draw
from lab.figures.drawing import style
from tests.figures.conftest import VARIANTS, make_tables, texts


def ends(ax, filled):
    """The x of a panel's marks of the last (filled) or the first reading, from the bottom row up."""
    lines = [line for line in ax.lines if line.get_marker() == "o"]
    found = [line for line in lines if (line.get_markerfacecolor() != "white") == filled]
    return np.concatenate([np.asarray(line.get_xdata(), float) for line in found])


def test_the_most_accurate_variant_is_on_top_with_the_numbers_of_the_summary(tables, drawn):
    ratios, saturated, accuracies = drawn("overview").axes
    rows = summary(tables).sort_values("final_test_accuracy")
    told = [label.get_text().split(";")[0] for label in ratios.get_yticklabels()]
    assert told == rows["variant"].tolist()
    assert ratios.get_xscale() == "log"
    assert [ax.get_xlabel().split()[0] for ax in (ratios, saturated)] == ["speed", "saturated"]
    assert ends(ratios, filled=False) == pytest.approx(rows["ratio_start"].clip(1e-9, 1e9).to_numpy())
    assert ends(saturated, filled=True) == pytest.approx(rows["saturation_end"].to_numpy())
    *dots, medians = accuracies.lines
    assert (
        sum(len(of_variant.get_xdata()) for of_variant in dots)
        == (tables["trials"]["status"] == "done").sum()
        == 77
    )
    assert medians.get_marker() == "|"
    of_place = dict(zip(medians.get_ydata(), medians.get_xdata(), strict=True))
    assert of_place == pytest.approx(dict(enumerate(rows["final_test_accuracy"])))


def test_of_equals_the_first_in_the_file_stands_above():
    tables = make_tables(("a", "b", "c"), 1, 3)
    tables["trials"]["final_test_accuracy"] = 0.5
    labels = draw("overview", tables).axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["c", "b", "a"]


@pytest.mark.parametrize(("name", "width"), [("overview", 0), ("overview", 6.5), ("comparisons", 6.5)])
def test_what_stands_below_the_panels_stands_apart_whatever_the_names(name, width):
    names = tuple(f"eta={eta}, 10-10-10, tanh(z) + 0.1*z" for eta in (0.03, 0.3, 3.0))
    made = make_tables(names, 2, 3)
    made["trials"].loc[made["trials"]["variant"] == names[0], "status"] = "diverged"
    figure = draw(name, made, layout=Layout(width))
    figure.draw_without_rendering()
    below = [ax.xaxis.label.get_window_extent() for ax in figure.axes]
    for left, right in pairwise(below):
        assert left.x1 < right.x0 or left.y0 > right.y1
    rows = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    for lower, upper in pairwise(rows):
        assert lower.y1 < upper.y0
    assert min(label.x0 for label in rows) >= 0


def test_the_legend_has_a_colour_of_its_own_where_those_of_the_rows_mean_something():
    made = make_tables(("a", "b"), 2, 3)
    ordered = made["variants"].assign(**{"training.eta": [0.1, 1.0]})
    for variants, colour in ((made["variants"], style.FIRST_COLOUR), (ordered, style.quiet())):
        (legend,) = draw("overview", {**made, "variants": variants}).legends
        assert {line.get_color() for line in legend.get_lines()[:2]} == {colour}


def test_without_test_examples_it_is_the_training_accuracy():
    tables = make_tables(("a", "b"), 2, 3)
    tables["trials"]["final_test_accuracy"] = np.nan
    figure = draw("overview", tables)
    assert "accuracy at the end\n(share of\ntraining examples)" in texts(figure)
    assert [len(line.get_xdata()) for line in figure.axes[2].lines[:2]] == [2, 2]


def test_no_saturation_of_a_hidden_layer_is_not_called_unrecorded():
    tables = make_tables(("a",), 2, 2)
    tables["layers"]["saturation"] = np.nan  # as without hidden layers, or where sup |σ′| is infinite
    shown = texts(draw("overview", tables))
    assert "no hidden layer has one" in shown
    assert "not recorded" not in shown


def test_what_is_not_there_is_said():
    tables = make_tables(("a",), 2, 2)
    saturation = tables["layers"].pop("saturation")
    tables["trials"]["final_test_accuracy"] = np.nan
    shown = texts(draw("overview", tables))
    assert {"needs two hidden\nlayers that learn", "not recorded"} <= set(shown)
    tables["trials"]["final_accuracy"] = np.nan
    with pytest.raises(NothingToShowError, match=r"^overview: no ratio, no saturation and no accuracy"):
        draw("overview", tables)
    tables["layers"]["saturation"] = saturation
    assert "not known" in texts(draw("overview", tables))


@pytest.mark.parametrize(("cost", "name"), [("Quadratic()", "R²"), ("Huber(scale=1.0)", "1 − C/C̄")])
def test_of_numbers_what_was_learned_of_them_is_the_outcome(cost, name):
    tables = make_tables(("a", "b", "c"), 4, 3)
    trials = tables["trials"].assign(final_accuracy=np.nan, final_test_accuracy=np.nan)
    of_mean = {"a": 2.0, "b": 4.0, "c": 1e-9}
    variants = tables["variants"].assign(cost=cost, cost_of_mean=list(of_mean.values()))
    figure = draw("overview", {**tables, "trials": trials, "variants": variants})
    ax = figure.axes[2]
    assert ax.get_xlabel() == f"{name} at the end\n(over the\ntraining examples)"
    told = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert told == ["c", "a", "b"]
    expected = 1 - trials["final_cost"] / trials["variant"].map(of_mean)
    for place, variant in enumerate(told):
        (dots,) = [line for line in ax.lines[:-1] if list(line.get_ydata()) == [place] * 4]
        assert dots.get_xdata() == pytest.approx(expected[trials["variant"] == variant].clip(lower=-1))
    assert ax.get_xlim() == (-1.03, 1.03)


@pytest.mark.parametrize("least", [0.4, 0.9, 0.99])
def test_an_axis_of_ratios_has_ticks_to_read_them_by(least):
    tables = make_tables(("a", "b"), 4, 3)
    first = tables["layers"]["layer"] == 1
    speeds = tables["layers"]["learning_speed"].groupby(
        tables["layers"][["variant", "trial", "step"]].apply(tuple, axis=1)
    )
    tables["layers"].loc[first, "learning_speed"] = least * speeds.transform(lambda of: of.iloc[1])[first]
    ax = draw("overview", tables).axes[0]
    low, high = ax.get_xlim()
    assert low < least < 1 < high
    assert sum(low <= tick <= high for tick in ax.get_xticks()) >= 2


def test_a_stroke_tells_the_ratio_that_was_predicted(predicted, drawn):
    figure = draw("overview", predicted)
    rows = summary(predicted).sort_values("final_test_accuracy")
    first = predicted["prediction"].query("layer == 1").set_index("variant")["predicted_speed"]
    (stroke,) = [line for line in figure.axes[0].lines if line.get_marker() == "|"]
    assert stroke.get_xdata() == pytest.approx(rows["variant"].map(first).to_numpy())
    assert "predicted before training" in texts(figure)
    assert "predicted before training" not in texts(drawn("overview"))


def marks(ax):
    """The x of all marks of a panel by their y."""
    lines = [line for line in ax.lines if line.get_marker() == "o"]
    return {y: x for line in lines for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)}


def told(figure):
    """The labels of the rows, from the top down."""
    return [label.get_text() for label in figure.axes[0].get_yticklabels()][::-1]


def test_a_panel_a_metric_and_a_row_a_variant_but_the_first_with_marks_and_bars_of_the_table(tables, drawn):
    figure = drawn("comparisons")
    assert [ax.get_xlabel() for ax in figure.axes] == [
        "difference in test\naccuracy at the end\nbetter →",
        "difference in epochs until\n0.9 are right\n← better",
        "difference in speed of\nlayer 1, all readings\n(decades)\n← smaller   larger →",
        "difference in speed of\nlayer 1 over the last\nhidden layer's, last\nreading (decades)\n"
        "← smaller   larger →",
    ]
    assert told(figure) == ["tanh; 3 of 20 trials diverged", "relu", "tanh(z) + 0.1*z"]
    rows = comparisons(tables, pairs=[("sigmoid", name) for name in VARIANTS[1:]])
    for ax, (_, of_metric) in zip(figure.axes, rows.groupby("metric", sort=False), strict=True):
        shown = marks(ax)
        np.testing.assert_array_equal([shown[place] for place in (2, 1, 0)], of_metric["difference"])
        bars = [path.vertices[:, 0] for path in ax.collections[0].get_paths()]
        np.testing.assert_array_equal(bars, of_metric[["low", "high"]])
    assert "never there: counts with the epochs that both had" in texts(figure)
    # Layer 1 of relu dies in every trial, so that its speed has no logarithm; it never reaches 0.9, nor does
    # the first.
    notes = [[text.get_text() for text in ax.texts] for ax in figure.axes]
    assert notes == [[], ["neither got there"], ["no pair"], ["no pair"]]


def test_what_may_be_chance_is_an_open_mark():
    made = make_tables(("a", "b"), 6, 3)
    figure = draw("comparisons", made)
    rows = comparisons(made)
    for ax, p in zip(figure.axes, rows["p_holm"], strict=True):
        (mark,) = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata())]
        assert (mark.get_markerfacecolor() != "white") == (p < 0.05)
    pairs = "Δ: difference to a, 6 pairs of trials with the same seed"
    assert {"p < 0.05 after Holm", "may be chance", pairs} <= set(texts(figure))


def test_the_figure_and_the_table_of_the_run_agree_on_what_is_told(tables):
    """8 variants of 10 seeds: told by 7 comparisons with the first, and by 28 of every two not."""
    for made in (tables, make_tables(tuple("abcdefgh"), 10, 3)):
        figure, saved = draw("comparisons", made), derived(made)["comparisons"]
        assert saved["p_least"].min() < 0.05
        for ax, (_, rows) in zip(figure.axes, saved.groupby("metric", sort=False), strict=True):
            filled = next(line for line in ax.lines if line.get_marker() == "o")
            np.testing.assert_array_equal(filled.get_xdata(), rows.query("p_holm < 0.05")["difference"])


def test_chosen_variants_of_a_run_keep_the_p_that_is_corrected_over_all_of_it():
    """Choosing when the numbers are known makes nothing sure that was not; the legend says of how many."""
    made = make_tables(tuple("abcdefgh"), 10, 3)
    saved = derived(made)["comparisons"]
    chosen = Selected.of({**made, "comparisons": saved}, ["a", "c", "d"])
    figure = draw("comparisons", chosen)
    assert told(figure) == ["c", "d"]
    for ax, (_, rows) in zip(figure.axes, saved.groupby("metric", sort=False), strict=True):
        filled = next(line for line in ax.lines if line.get_marker() == "o")
        sure = rows.query("p_holm < 0.05 and b in ('c', 'd')")
        np.testing.assert_array_equal(filled.get_xdata(), sure["difference"])
    assert "p < 0.05 after Holm over 7 comparisons" in texts(figure)
    for asked in ({"variants": ["c", "d"]}, {"variants": ["a", "c"], "trials": [0, 1]}):
        assert "comparisons" not in Selected.of({**made, "comparisons": saved}, **asked)


def test_what_is_not_paired_is_said_at_the_row():
    made = make_tables(("a", "b", "c"), 6, 3)
    sizes = ["64-5-10", "64-6-10", "64-5-10"]
    figure = draw("comparisons", {**made, "variants": made["variants"].assign(sizes=sizes)})
    assert told(figure) == ["b; weights not paired", "c"]


def test_one_trial_has_a_mark_without_a_bar():
    figure = draw("comparisons", make_tables(("a", "b"), 1, 3))
    for ax in figure.axes:
        assert len(marks(ax)) == 1
        assert all(np.isnan(path.vertices[:, 0]).all() for path in ax.collections[0].get_paths())
    assert "Δ: difference to a, 1 pair of trials with the same seed" in texts(figure)


@pytest.mark.parametrize(
    ("variants", "status", "sentence"),
    [
        (("a",), "done", "comparisons: there is one variant, and a comparison needs two"),
        (("a", "b"), "diverged", "comparisons: no trial has a number to compare"),
    ],
)
def test_without_anything_to_compare_it_says_so(variants, status, sentence):
    made = make_tables(variants, 2, 3)
    with pytest.raises(NothingToShowError, match=f"^{sentence}$"):
        draw("comparisons", {**made, "trials": made["trials"].assign(status=status)})


def test_a_reference_that_lost_many_trials_is_told_with_another():
    made = make_tables(("a", "b"), 4, 3)
    lost = (made["trials"]["variant"] == "a") & (made["trials"]["trial"] > 0)
    made["trials"].loc[lost, "status"] = "diverged"
    shown = texts(draw("comparisons", made))
    told = "a is done in 1 of 4 trials, which leaves as many pairs at most; another reference, done in 4: "
    assert told in " ".join(shown)
    assert "95 % interval of the mean difference" not in shown


def test_what_neither_of_a_pair_ever_reached_has_no_mark():
    made = make_tables(("a", "b", "c"), 3, 3)
    steps = made["steps"]
    steps[["accuracy", "test_accuracy"]] = 0.5
    steps.loc[(steps["variant"] == "c") & (steps["step"] > 0), "test_accuracy"] = 0.95
    figure = draw("comparisons", made)
    (ax,) = [ax for ax in figure.axes if "epochs until" in ax.get_xlabel()]
    assert [text.get_text() for text in ax.texts] == ["neither got there"]
    assert np.isnan(marks(ax)[1])
    assert marks(ax)[0] < 0


def test_of_few_pairs_an_open_mark_says_so():
    shown = texts(draw("comparisons", make_tables(("a", "b", "c"), 5, 2)))
    assert "cannot be told from chance: 5 pairs are too few for 2 comparisons" in shown
