import numpy as np
import pytest

from lab.analysis.summary import summary
from lab.figures import draw


def marks(ax, filled):
    """The x of a panel's marks of the last (filled) or the first reading, from the bottom row up."""
    for line in ax.lines:
        if line.get_marker() == "o" and (line.get_markerfacecolor() != "white") == filled:
            return np.asarray(line.get_xdata(), float)
    raise AssertionError("no such marks")


def test_the_most_accurate_variant_stands_on_top(tables, drawn):
    ratios, _, accuracies = drawn("overview").axes
    told = [label.get_text() for label in ratios.get_yticklabels()]
    best = summary(tables).sort_values("final_test_accuracy")
    assert [name.split(";")[0] for name in told] == best["variant"].tolist()
    medians = accuracies.lines[-1]
    assert medians.get_marker() == "|"
    assert dict(zip(medians.get_ydata(), medians.get_xdata(), strict=True)) == pytest.approx(
        dict(enumerate(best["final_test_accuracy"]))
    )


def test_ratios_and_saturation_are_those_of_the_summary(tables, drawn):
    ratios, saturated, _ = drawn("overview").axes
    rows = summary(tables).sort_values("final_test_accuracy")
    assert ratios.get_xscale() == "log"
    assert marks(ratios, filled=False) == pytest.approx(rows["ratio_start"].clip(1e-9, 1e9).to_numpy())
    assert marks(saturated, filled=True) == pytest.approx(rows["saturation_end"].to_numpy())


def test_a_dot_a_trial_that_is_done(tables, drawn):
    accuracies = drawn("overview").axes[2]
    assert len(accuracies.lines[0].get_xdata()) == (tables["trials"]["status"] == "done").sum() == 77


def test_without_test_examples_it_is_the_training_accuracy(make_tables, texts):
    tables = make_tables(("a", "b"), 2, 3)
    tables["trials"]["final_test_accuracy"] = np.nan
    figure = draw("overview", tables)
    assert "accuracy at the end\n(share of training examples)" in texts(figure)
    assert len(figure.axes[2].lines[0].get_xdata()) == 4


def test_what_is_not_there_is_said(make_tables, texts):
    tables = make_tables(("a",), 2, 2)
    tables["layers"] = tables["layers"].drop(columns="saturation")
    tables["trials"][["final_accuracy", "final_test_accuracy"]] = np.nan
    shown = texts(draw("overview", tables))
    assert {"needs two hidden layers", "not recorded", "no classes"} <= set(shown)


def test_a_stroke_tells_the_ratio_that_was_predicted(predicted, texts):
    figure = draw("overview", predicted)
    rows = summary(predicted).sort_values("final_test_accuracy")
    first = predicted["prediction"].query("layer == 1").set_index("variant")["predicted_speed"]
    (stroke,) = [line for line in figure.axes[0].lines if line.get_marker() == "|"]
    assert stroke.get_xdata() == pytest.approx(rows["variant"].map(first).to_numpy())
    assert "predicted for the start" in texts(figure)
    without = {name: table for name, table in predicted.items() if name != "prediction"}
    assert "predicted for the start" not in texts(draw("overview", without))
