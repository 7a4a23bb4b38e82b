import numpy as np
import pytest

from lab.figures import draw
from tests.figures.conftest import VARIANTS, make_tables, texts

ACCURACY = "accuracy\n(share of examples)"


def test_cost_and_accuracy_on_training_and_test_data(drawn):
    axes = drawn("training").axes
    assert [ax.get_title(loc="left") for ax in axes] == ["training data", "test data", "", ""]
    assert [ax.get_ylabel() for ax in axes] == ["cost C", "", ACCURACY, ""]
    assert [ax.get_xlabel() for ax in axes] == ["", "", "epoch", "epoch"]


def test_lines_are_medians_where_something_was_evaluated_told_apart_without_colour(drawn, tables):
    columns = ["cost", "test_cost", "accuracy", "test_accuracy"]
    medians = tables["steps"].groupby(["variant", "step"])[columns].median()
    for column, ax in zip(columns, drawn("training").axes, strict=True):
        for variant, line in zip(VARIANTS, ax.lines, strict=True):
            expected = medians.loc[variant, column].dropna()
            np.testing.assert_array_equal(line.get_xdata(), expected.index)
            np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-14)
        assert len({line.get_marker() for line in ax.lines}) == 4
        assert len({str(line._dash_pattern) for line in ax.lines}) == 4


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize(
    ("missing", "labels"),
    [
        pytest.param(["accuracy", "test_accuracy"], ["cost C", ""], id="a regression"),
        pytest.param(["test_cost", "test_accuracy"], ["cost C", ACCURACY], id="no test data"),
        pytest.param(["accuracy", "test_cost", "test_accuracy"], ["cost C"], id="neither"),
    ],
)
def test_what_a_run_does_not_have_has_no_panel(tables, missing, labels, dropped):
    steps = tables["steps"]
    steps = steps.drop(columns=missing) if dropped else steps.assign(**dict.fromkeys(missing, np.nan))
    assert [ax.get_ylabel() for ax in draw("training", {"steps": steps}).axes] == labels


def test_what_only_one_of_them_has_is_told_in_its_panel(tables):
    steps = tables["steps"].assign(test_accuracy=np.nan)
    assert texts(draw("training", {"steps": steps})).count("not recorded") == 1


@pytest.mark.parametrize(("last", "scale"), [(1e-3, "log"), (0.5, "linear"), (0.0, "linear")])
def test_the_cost_is_logarithmic_when_it_spans_more_than_two_decades(last, scale):
    steps = make_tables(("a",), 1, 1)["steps"]
    steps["cost"] = np.where(steps["step"] == 500, last, 1.0)
    steps["test_cost"] = np.nan
    cost, _, accuracy, _ = draw("training", {"steps": steps}).axes
    assert (cost.get_yscale(), accuracy.get_yscale()) == (scale, "linear")


def test_of_more_than_twelve_variants_some_are_shown():
    names = tuple(f"v{at}" for at in range(23))
    figure = draw("training", {"steps": make_tables(names, 1, 1)["steps"]})
    assert [len(ax.lines) for ax in figure.axes] == [12] * 4
    assert {*names[::2], "12 of 23 variants shown; choose with --variants"} <= set(texts(figure))


def test_costs_far_from_all_others_leave_the_axis_and_it_is_said_how_far(tables):
    steps = tables["steps"].copy()
    steps.loc[(steps["variant"] == "relu") & (steps["step"] > 0), "cost"] *= 1e12
    figure = draw("training", {"steps": steps})
    assert "relu; cost up to 10¹²" in texts(figure)
    assert figure.axes[0].get_ylim()[1] < 10


def test_the_legend_counts_what_diverged(tables):
    steps = tables["steps"].copy()
    steps.loc[(steps["variant"] == "relu") & (steps["trial"] < 2), "status"] = "diverged"
    assert "relu; 2 of 20 trials diverged" in texts(draw("training", {"steps": steps}))
