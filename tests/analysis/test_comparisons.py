import numpy as np
import pandas as pd
import pytest

from lab.analysis.comparisons import (
    COLUMNS,
    MOST_FOR_ALL_PAIRS,
    SPREAD_COLUMNS,
    against_first,
    comparisons,
    every_pair,
    joined,
    spreads,
    usual_pairs,
    variants,
)
from lab.analysis.statistics import holm, paired
from lab.errors import LabError

READINGS = 5


def tables(accuracies, seed=0, lost=()):
    """Tables of variants with these final accuracies, a list a variant; ``lost`` are (variant, trial, fate).

    Each trial's accuracy rises by a fifth an epoch, up to the final one in epoch 4.
    """
    rows = [(name, trial, value) for name, of in accuracies.items() for trial, value in enumerate(of)]
    trials = pd.DataFrame(rows, columns=["variant", "trial", "final_accuracy"]).assign(
        seed=seed, status="done"
    )
    for variant, trial, fate in lost:
        here = (trials["variant"] == variant) & (trials["trial"] == trial)
        trials.loc[here, "status"] = fate
    trials["final_cost"] = 1 - trials["final_accuracy"]
    trials["final_test_accuracy"] = trials["best_test_accuracy"] = np.nan
    steps = trials[["variant", "trial"]].merge(pd.DataFrame({"epoch": range(READINGS)}), how="cross")
    reached = trials["final_accuracy"].to_numpy().repeat(READINGS)
    steps["accuracy"] = reached * (steps["epoch"] + 1) / READINGS
    steps["test_accuracy"] = np.nan
    layers = pd.DataFrame({"variant": [], "trial": [], "step": [], "layer": [], "learning_speed": []})
    return {"trials": trials, "steps": steps, "layers": layers}


A = [0.5, 0.6, 0.55, 0.7, 0.5, 0.65, 0.6]
B = [0.6, 0.65, 0.7, 0.75, 0.65, 0.7, 0.65]


def only(found):
    assert len(found) == 1
    return found.iloc[0]


def test_a_row_is_the_statistics_of_the_paired_differences():
    found = comparisons(tables({"a": A, "b": B}), ["final_accuracy"])
    assert list(found.columns) == list(COLUMNS)
    row, expected = only(found), paired(np.subtract(B, A))
    assert (row["metric"], row["a"], row["b"]) == ("final_accuracy", "a", "b")
    assert (row["pairs"], row["left_out"], row["never"]) == (7, 0, 0)
    assert (row["mean_a"], row["mean_b"]) == (pytest.approx(np.mean(A)), pytest.approx(np.mean(B)))
    assert row["difference"] == expected.difference == pytest.approx(np.mean(B) - np.mean(A))
    assert (row["low"], row["high"], row["p"]) == (expected.low, expected.high, expected.p)
    assert (row["d_z"], row["seeds_needed"]) == (expected.d_z, expected.needed)
    assert row["p_holm"] == row["p"] == 2 / 2**7


def test_the_same_tables_give_the_same_comparisons():
    made = tables({"a": A, "b": B})
    pd.testing.assert_frame_equal(comparisons(made), comparisons(made), check_exact=True)


def test_trials_are_paired_by_their_number_and_not_by_their_place():
    made = tables({"a": A, "b": B})
    shuffled = {**made, "trials": made["trials"].sample(frac=1, random_state=1)}
    row = only(comparisons(shuffled, ["final_accuracy"], [("a", "b")]))
    assert row["p"] == only(comparisons(made, ["final_accuracy"]))["p"]


def test_a_trial_that_is_lost_takes_its_pair_along_and_both_are_counted_once():
    lost = [("a", 0, "diverged"), ("b", 0, "diverged"), ("b", 3, "failed")]
    row = only(comparisons(tables({"a": A, "b": B}, lost=lost), ["final_accuracy"]))
    kept = [1, 2, 4, 5, 6]
    assert (row["pairs"], row["left_out"]) == (5, 2)
    assert row["mean_a"] == pytest.approx(np.mean([A[k] for k in kept]))
    assert row["difference"] == pytest.approx(np.mean([B[k] - A[k] for k in kept]))


def test_fault_40_of_one_seed_the_interval_is_missing():
    row = only(comparisons(tables({"a": A[:1], "b": B[:1]}), ["final_accuracy"]))
    assert row["difference"] == pytest.approx(0.1)
    assert row[["low", "high", "p", "p_holm", "d_z", "seeds_needed"]].isna().all()


def test_variants_without_a_pair_have_a_row_that_says_so():
    lost = [("b", trial, "diverged") for trial in range(7)]
    row = only(comparisons(tables({"a": A, "b": B}, lost=lost), ["final_accuracy"]))
    assert (row["pairs"], row["left_out"]) == (0, 7)
    assert row[["mean_a", "mean_b", "difference", "p"]].isna().all()


def test_never_reached_counts_with_the_horizon():
    """B reaches 0.6 in epochs 4, 4, 4, 3, 4, 4, 4; of A only trials 1, 3, 5 and 6 do: 4, 4, 4, 4."""
    row = only(comparisons(tables({"a": A, "b": B}), ["epochs_to=0.6"]))
    assert row["never"] == 3
    assert row["mean_a"] == 4
    assert row["mean_b"] == pytest.approx(27 / 7)


def test_two_horizons_are_cut_at_the_shorter():
    """B was given 2 epochs and never got there; A did in epoch 3, which is after these 2."""
    made = tables({"a": [0.5] * 6, "b": [0.5] * 6})
    steps = made["steps"]
    made["steps"] = steps[(steps["variant"] == "a") | (steps["epoch"] <= 2)]
    row = only(comparisons(made, ["epochs_to=0.4"]))
    assert (row["pairs"], row["never"]) == (6, 6)
    assert (row["mean_a"], row["mean_b"], row["difference"]) == (2, 2, 0)
    assert spreads(made, ["epochs_to=0.4"])["mean"].tolist() == [3, 2]


def test_holm_is_over_the_pairs_of_a_metric():
    rng = np.random.default_rng(0)
    made = tables({name: rng.uniform(0.4, 0.9, 9) for name in "abcd"})
    found = comparisons(made, ["final_accuracy", "final_cost"])
    assert len(found) == 12
    for _, rows in found.groupby("metric"):
        assert rows["p_holm"].tolist() == holm(rows["p"]).tolist()


def test_a_metric_that_is_named_twice_is_told_once():
    made = tables({"a": A, "b": B})
    assert len(comparisons(made, ["epochs_to=0.6", "final_cost", "epochs_to=0.60"])) == 2


def test_many_variants_are_compared_with_the_first_unless_asked():
    few, many = [list(map(str, range(n))) for n in (MOST_FOR_ALL_PAIRS, MOST_FOR_ALL_PAIRS + 1)]
    assert usual_pairs(few) == every_pair(few)
    assert len(every_pair(few)) == 66
    assert usual_pairs(many) == against_first(many)
    assert against_first(many)[:2] == [("0", "1"), ("0", "2")]
    assert every_pair(["x", "y", "z"]) == [("x", "y"), ("x", "z"), ("y", "z")]


def test_variants_keep_their_order_and_are_words():
    made = tables({30: A, 7: B})
    assert variants(made) == ["30", "7"]
    assert only(comparisons(made, ["final_accuracy"]))["a"] == "30"


def test_spreads_are_of_the_trials_that_are_done():
    found = spreads(tables({"a": A, "b": B}, lost=[("a", 3, "diverged")]), ["final_accuracy"])
    assert list(found.columns) == list(SPREAD_COLUMNS)
    assert found["trials"].tolist() == [6, 7]
    assert found["median"].tolist() == [pytest.approx(0.575), pytest.approx(0.65)]
    assert found["sd"][1] == pytest.approx(np.std(B, ddof=1))


def test_one_variant_has_nothing_to_be_compared_with():
    with pytest.raises(LabError, match=r"there is one variant, .* vary a key, or name a second run"):
        comparisons(tables({"a": A}))


def test_a_metric_that_no_trial_has_is_refused_by_name():
    made = tables({"a": A, "b": B})
    with pytest.raises(LabError, match="no trial that is done has the metric 'final_test_accuracy'"):
        comparisons(made, ["final_test_accuracy"])
    with pytest.raises(LabError, match="no trial that is done has the metric 'log_speed_first'"):
        comparisons(made, ["log_speed_first"])


def test_two_runs_are_compared_by_variants_of_the_same_label():
    first, second = tables({"a": A, "b": B}), tables({"b": A, "c": B})
    made, pairs = joined(first, second, ("old", "new"))
    assert pairs == [("old: b", "new: b")]
    row = only(comparisons(made, ["final_accuracy"], pairs))
    assert row["difference"] == pytest.approx(np.mean(A) - np.mean(B))


def test_two_runs_of_one_variant_each_are_compared_whatever_the_labels():
    _, pairs = joined(tables({"a": A}), tables({"c": B}), ("old", "new"))
    assert pairs == [("old: a", "new: c")]


def test_the_trials_of_the_longer_run_are_left_out():
    made, pairs = joined(tables({"a": A}), tables({"a": B[:4]}), ("old", "new"))
    row = only(comparisons(made, ["final_accuracy"], pairs))
    assert (row["pairs"], row["left_out"]) == (4, 3)


def test_runs_with_different_seeds_are_refused():
    with pytest.raises(
        LabError, match=r"different seeds \(trials\.seed = 0 and 7\), so that their trials are no"
    ):
        joined(tables({"a": A}), tables({"a": B}, seed=7), ("old", "new"))


def test_runs_with_no_variant_in_common_are_refused():
    with pytest.raises(LabError, match="no variant in common: a, b in old; c in new"):
        joined(tables({"a": A, "b": B}), tables({"c": B}), ("old", "new"))
