import numpy as np
import pandas as pd
import pytest

from lab.analysis.summary import summary


def rows(variant, trial, status="done", speeds=((0.01, 0.1, 1.0), (0.2, 0.1, 0.5))):
    """The rows of one trial; ``speeds`` by (reading, layer)."""
    reading, layer = np.indices(np.shape(speeds))
    columns = {"step": 10 * reading, "layer": layer + 1, "learning_speed": speeds, "saturation": reading / 4}
    made = pd.DataFrame({name: np.ravel(values) for name, values in columns.items()})
    return made.assign(variant=variant, trial=trial, status=status)


def summed(layers, trials):
    trials = pd.DataFrame(trials, columns=["variant", "trial", "status", "final_accuracy"])
    trials["final_cost"] = trials["final_test_accuracy"] = 0.5
    variants = pd.DataFrame({"variant": trials["variant"].unique()})
    return summary({"layers": pd.concat(layers), "trials": trials, "variants": variants})


def only(layers):
    """The row of one variant with one trial that is done."""
    (row,) = summed([layers], [("a", 0, "done", 0.9)]).iloc
    return row


def test_ratios_are_of_the_first_to_the_last_hidden_layer():
    """The output layer, here the third, takes no part."""
    row = only(rows("a", 0))
    assert list(row.index) == [
        *("variant", "trials", "diverged", "failed", "ratio_start", "ratio_end", "ratio_trials"),
        *("slope_start", "saturation_start", "slope_end", "saturation_end", "dead_layers", "r2"),
        *("final_cost", "final_accuracy", "final_test_accuracy"),
    ]
    assert (row["ratio_start"], row["ratio_end"]) == pytest.approx((0.1, 2.0))
    assert (row["saturation_start"], row["saturation_end"], row["final_accuracy"]) == (0, 0.25, 0.9)


def test_medians_are_over_the_trials_that_are_done():
    layers = [
        rows("a", 0),
        rows("a", 1, speeds=((0.03, 0.1, 1), (1, 1, 1))),
        rows("a", 2, speeds=((0.09, 0.1, 1), (1, 1, 1))),
        rows("a", 3, status="diverged", speeds=((50, 0.1, 1), (np.nan,) * 3)),
    ]
    fates = [("a", 0, "done", 0.1), ("a", 1, "done", 0.2), ("a", 2, "done", 0.6)]
    fates += [("a", 3, "diverged", np.nan), ("a", 4, "failed", np.nan)]
    row = summed(layers, fates).iloc[0]
    assert row["ratio_start"] == pytest.approx(0.3)
    assert row["final_accuracy"] == 0.2
    assert (row["trials"], row["diverged"], row["failed"]) == (5, 1, 1)


def test_fault_39_layers_without_any_gradient_are_told_as_dead():
    row = only(rows("a", 0, speeds=((0.1, 0.1, 1), (0.0, 0.0, 1))))
    assert row["dead_layers"] == "1, 2"
    assert np.isnan(row["ratio_end"])


def test_fewer_than_two_hidden_layers_have_no_ratio():
    row = only(rows("a", 0, speeds=((0.1, 1), (0.1, 1))))
    assert np.isnan(row["ratio_start"])
    assert row["saturation_end"] == 0.25


def test_a_variant_all_of_whose_trials_diverged_has_missing_figures():
    layers = [rows("a", 0), rows("b", 0, status="diverged", speeds=((np.nan,) * 3,) * 2)]
    made = summed(layers, [("a", 0, "done", 1.0), ("b", 0, "diverged", np.nan)])
    assert made["variant"].tolist() == ["a", "b"]
    assert made.loc[1, ["ratio_start", "final_accuracy"]].isna().all()


def test_hundreds_of_variants_in_an_order_of_their_own():
    """As `lab.load` has them; no trial failed, and pandas has trouble with none of many categories."""
    names = [f"v{place}" for place in range(200)]
    made = {
        "layers": pd.concat([rows(name, 0) for name in names]),
        "trials": pd.DataFrame({"variant": names, "trial": 0, "status": "done"}),
        "variants": pd.DataFrame({"variant": names}),
    }
    made["trials"][["final_cost", "final_accuracy", "final_test_accuracy"]] = 0.5
    ordered = {
        name: table.assign(variant=pd.Categorical(table["variant"], names)) for name, table in made.items()
    }
    found = summary(ordered)
    assert found["variant"].tolist() == names
    assert (found["failed"] == 0).all()
    pd.testing.assert_frame_equal(found, summary(made), check_dtype=False, check_categorical=False)


def test_what_was_not_recorded_is_missing():
    row = only(rows("a", 0).drop(columns=["saturation", "learning_speed"]))
    assert row[["ratio_start", "saturation_end"]].isna().all()
    assert row["dead_layers"] == ""


def test_the_ratio_of_an_even_number_of_trials_is_the_middle_in_decades_and_they_are_counted():
    """√(0.1 · 0.9), as the ledger's decades have it."""
    layers = [
        rows("a", 0),
        rows("a", 1, speeds=((0.09, 0.1, 1), (1, 1, 1))),
        rows("a", 2, speeds=((0, 0, 1),) * 2),
    ]
    row = summed(layers, [("a", trial, "done", 0.1) for trial in range(3)]).iloc[0]
    assert row["ratio_start"] == pytest.approx(0.3)
    assert row["ratio_trials"] == 2


def test_r2_is_against_the_mean_target_and_missing_with_classes():
    tables = {"layers": rows("a", 0), "variants": pd.DataFrame({"variant": ["a"], "cost_of_mean": [2.0]})}
    trials = pd.DataFrame({"variant": ["a"], "trial": 0, "status": "done", "final_cost": 0.5})
    numbers = trials.assign(final_accuracy=np.nan, final_test_accuracy=np.nan)
    classes = trials.assign(final_accuracy=0.9, final_test_accuracy=0.9)
    assert summary(tables | {"trials": numbers})["r2"][0] == 0.75
    assert np.isnan(summary(tables | {"trials": classes})["r2"][0])
    soft = tables["variants"].assign(cost_of_perfect=0.4)
    assert summary(tables | {"trials": numbers, "variants": soft})["r2"][0] == pytest.approx(1 - 0.1 / 1.6)
    alike = tables["variants"].assign(cost_of_mean=0.0)
    assert np.isnan(summary(tables | {"trials": numbers, "variants": alike})["r2"][0])
