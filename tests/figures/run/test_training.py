import numpy as np
import pytest

from lab.figures import draw


def test_cost_and_accuracy_on_training_and_test_data(drawn, texts):
    figure = drawn("training")
    assert len(figure.axes) == 4
    assert [ax.get_title(loc="left") for ax in figure.axes[:2]] == ["training data", "test data"]
    assert [ax.get_ylabel() for ax in figure.axes] == ["cost C", "", "accuracy\n(share of examples)", ""]
    assert [ax.get_xlabel() for ax in figure.axes] == ["", "", "epoch", "epoch"]
    assert "median of 20 trials; band: 90 % of them" in texts(figure)


def test_lines_are_medians_where_something_was_evaluated(drawn, tables):
    steps = tables["steps"]
    columns = ["cost", "test_cost", "accuracy", "test_accuracy"]
    for column, ax in zip(columns, drawn("training").axes, strict=True):
        for variant, line in zip(steps["variant"].unique(), ax.lines, strict=True):
            expected = steps[steps["variant"] == variant].groupby("step")[column].median().dropna()
            np.testing.assert_array_equal(line.get_xdata(), expected.index)
            np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-14)


def test_a_regression_has_no_accuracy(tables):
    steps = tables["steps"].assign(accuracy=np.nan, test_accuracy=np.nan)
    figure = draw("training", {"steps": steps})
    assert [ax.get_ylabel() for ax in figure.axes] == ["cost C", ""]


def test_without_test_data_there_is_one_column(tables):
    steps = tables["steps"].assign(test_cost=np.nan, test_accuracy=np.nan)
    figure = draw("training", {"steps": steps})
    assert [ax.get_ylabel() for ax in figure.axes] == ["cost C", "accuracy\n(share of examples)"]


def test_columns_may_be_absent(tables):
    figure = draw(
        "training", {"steps": tables["steps"].drop(columns=["accuracy", "test_cost", "test_accuracy"])}
    )
    assert len(figure.axes) == 1


def test_what_only_one_of_them_has_is_told_in_its_panel(tables, texts):
    steps = tables["steps"].assign(test_accuracy=np.nan)
    assert texts(draw("training", {"steps": steps})).count("not recorded") == 1


@pytest.mark.parametrize(("factor", "scale"), [(1e-3, "log"), (0.5, "linear")])
def test_the_cost_is_logarithmic_when_it_spans_more_than_two_decades(make_tables, factor, scale):
    steps = make_tables(("a",), 1, 1)["steps"]
    steps["cost"] = np.where(steps["step"] == 500, factor, 1.0)
    steps["test_cost"] = np.nan
    figure = draw("training", {"steps": steps})
    assert [ax.get_yscale() for ax in figure.axes[::2]] == [scale, "linear"][: len(figure.axes[::2])]


def test_a_cost_of_zero_keeps_a_linear_axis(make_tables):
    steps = make_tables(("a",), 1, 1)["steps"]
    steps["cost"] = np.where(steps["step"] == 500, 0.0, 1.0)
    assert draw("training", {"steps": steps}).axes[0].get_yscale() == "linear"


def test_variants_are_told_apart_without_colour(drawn):
    lines = drawn("training").axes[0].lines
    assert len({line.get_marker() for line in lines}) == 4
    assert len({str(line._dash_pattern) for line in lines}) == 4


def test_the_legend_counts_what_diverged(tables, texts):
    steps = tables["steps"].copy()
    steps.loc[(steps["variant"] == "relu") & (steps["trial"] < 2), "status"] = "diverged"
    assert "relu; 2 of 20 trials diverged" in texts(draw("training", {"steps": steps}))
