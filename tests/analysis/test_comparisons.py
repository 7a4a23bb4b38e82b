import numpy as np
import pandas as pd
import pytest

from lab.analysis.comparisons import (
    COLUMNS,
    SPREAD_COLUMNS,
    comparisons,
    joined,
    pairs_of,
    pairs_within,
    poor_reference,
    spreads,
    unsure,
    variants,
)
from lab.analysis.statistics import LEVEL, holm, least_holm, paired
from lab.errors import LabError
from tests.analysis.runs import ran

READINGS = 5


def tables(accuracies, seed=0, lost=()):
    """Tables of variants with these final accuracies, a list a variant; ``lost`` are (variant, trial, fate).

    Each trial's accuracy rises by a fifth an epoch, up to the final one in epoch 4.
    """
    rows = [(name, trial, value) for name, of in accuracies.items() for trial, value in enumerate(of)]
    trials = pd.DataFrame(rows, columns=["variant", "trial", "final_accuracy"]).assign(seed=seed)
    fates = {(variant, trial): fate for variant, trial, fate in lost}
    trials["status"] = [fates.get((variant, trial), "done") for variant, trial, _ in rows]
    trials["final_cost"] = 1 - trials["final_accuracy"]
    trials["final_test_accuracy"] = trials["best_test_accuracy"] = np.nan
    steps = trials[["variant", "trial"]].merge(pd.DataFrame({"epoch": range(READINGS)}), how="cross")
    reached = trials["final_accuracy"].to_numpy().repeat(READINGS)
    steps["accuracy"] = reached * (steps["epoch"] + 1) / READINGS
    steps["test_accuracy"] = np.nan
    layers = pd.DataFrame(columns=["variant", "trial", "step", "layer", "learning_speed"], dtype=float)
    described = pd.DataFrame({"variant": list(accuracies), "sizes": "4-3-2"})
    return {"trials": trials, "steps": steps, "layers": layers, "variants": described}


A = [0.5, 0.6, 0.55, 0.7, 0.5, 0.65, 0.6]
B = [0.6, 0.65, 0.7, 0.75, 0.65, 0.7, 0.65]


def compared(made, metric="final_accuracy", pairs=None):
    """The row of the one pair."""
    (row,) = comparisons(made, [metric], pairs).iloc
    return row


def test_a_row_is_the_statistics_of_the_paired_differences():
    row, expected = compared(tables({"a": A, "b": B})), paired(np.subtract(B, A))
    assert list(row.index) == list(COLUMNS)
    assert (row["metric"], row["a"], row["b"]) == ("final_accuracy", "a", "b")
    assert (row["pairs"], row["left_out"], row["never"]) == (7, 0, 0)
    assert (row["mean_a"], row["mean_b"]) == pytest.approx((np.mean(A), np.mean(B)))
    assert row["difference"] == expected.difference == pytest.approx(np.mean(B) - np.mean(A))
    assert (row["low"], row["high"], row["p"]) == (expected.low, expected.high, expected.p)
    assert (row["d_z"], row["seeds_needed"]) == (expected.d_z, expected.seeds_needed)
    assert row["p_holm"] == row["p"] == 2 / 2**7


def test_trials_are_paired_by_their_number_and_not_by_their_place():
    made = tables({"a": A, "b": B})
    shuffled = {**made, "trials": made["trials"].sample(frac=1, random_state=1)}
    found, expected = comparisons(shuffled, pairs=[("a", "b")]), comparisons(made)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_a_trial_that_is_lost_takes_its_pair_along_and_both_are_counted_once():
    lost = [("a", 0, "diverged"), ("b", 0, "diverged"), ("b", 3, "failed")]
    row = compared(tables({"a": A, "b": B}, lost=lost))
    a, b = (np.mean([of[k] for k in (1, 2, 4, 5, 6)]) for of in (A, B))
    assert (row["pairs"], row["left_out"]) == (5, 2)
    assert row["why_left_out"] == "1 diverged in a, 1 diverged in b, 1 failed in b"
    assert (row["mean_a"], row["difference"]) == pytest.approx((a, b - a))


@pytest.mark.parametrize(("pairs", "means"), [(1, [0.5, 0.6, 0.1]), (0, [np.nan] * 3)])
def test_fault_40_of_one_pair_or_none_the_interval_is_missing(pairs, means):
    lost = [("b", trial, "diverged") for trial in range(pairs, 7)]
    row = compared(tables({"a": A, "b": B}, lost=lost))
    assert (row["pairs"], row["left_out"]) == (pairs, 7 - pairs)
    assert row[["mean_a", "mean_b", "difference"]].tolist() == pytest.approx(means, nan_ok=True)
    assert row[["low", "high", "p", "p_holm", "d_z", "seeds_needed"]].isna().all()


def test_never_reached_counts_with_the_horizon():
    """B reaches 0.6 in epochs 4, 4, 4, 3, 4, 4, 4; of A only trials 1, 3, 5 and 6 do: 4, 4, 4, 4."""
    row = compared(tables({"a": A, "b": B}), "epochs_to=0.6")
    assert (row["never"], row["mean_a"], row["mean_b"]) == (3, 4, pytest.approx(27 / 7))
    assert row["neither"] == 0


def test_a_pair_that_never_reaches_has_no_number():
    """Of A and B trials 3 alone reach 0.7 both; B does in trials 2 and 5 too."""
    made = tables({"a": A, "b": B})
    row = compared(made, "epochs_to=0.7")
    assert (row["pairs"], row["never"], row["neither"], row["left_out"]) == (3, 2, 4, 0)
    none = compared(made, "epochs_to=0.99")
    assert (none["pairs"], none["neither"]) == (0, 7)
    assert none[["difference", "low", "high", "p", "d_z"]].isna().all()


def test_two_horizons_are_cut_at_the_shorter():
    """B was given 2 epochs and never got there; A did in epoch 3, after these 2: neither in time."""
    made = tables({"a": [0.5] * 6, "b": [0.5] * 6})
    steps = made["steps"]
    made["steps"] = steps[(steps["variant"] == "a") | (steps["epoch"] <= 2)]
    row = compared(made, "epochs_to=0.4")
    assert (row["pairs"], row["neither"], row["never"]) == (0, 6, 0)
    assert spreads(made, ["epochs_to=0.4"])["mean"].tolist() == [3, 2]


def test_holm_is_over_the_pairs_of_a_metric():
    rng = np.random.default_rng(0)
    made = tables({name: rng.uniform(0.4, 0.9, 9) for name in "abcd"})
    found = comparisons(made, ["final_accuracy", "final_cost"], pairs_of("abcd", every=True))
    assert len(found) == 12
    for _, rows in found.groupby("metric"):
        assert rows["p_holm"].tolist() == holm(rows["p"]).tolist()
        assert rows["p_least"].tolist() == least_holm(rows["pairs"]).tolist() == [6 / 2**8] * 6
        assert rows["family"].tolist() == [6] * 6


def test_a_pair_without_a_p_is_no_part_of_the_family():
    lost = [("c", trial, "diverged") for trial in range(6)]
    found = comparisons(tables({"a": A, "b": B, "c": B}, lost=lost), ["final_accuracy"])
    assert found["pairs"].tolist() == [7, 1]
    assert found["family"].tolist() == [1, 1]
    assert found["p_least"].tolist() == [2 / 2**7, pytest.approx(np.nan, nan_ok=True)]


def test_no_fewer_seeds_are_needed_than_let_the_family_tell_anything():
    """Differences that vary little: a few pairs have the power, but 7 tests of 8 pairs tell nothing."""
    far = {"first": np.linspace(0.1, 0.2, 8)} | {name: np.linspace(0.7, 0.81, 8) for name in "abcdefg"}
    found = comparisons(tables(far), ["final_accuracy"])
    assert (found["d_z"] > 50).all()
    assert found["p_holm"].tolist() == found["p_least"].tolist() == [7 / 2**7] * 7
    assert found["seeds_needed"].tolist() == [9] * 7
    nine = {name: np.append(of, of.mean()) for name, of in far.items()}
    assert (comparisons(tables(nine), ["final_accuracy"])["p_holm"] < LEVEL).all()


def test_variants_are_compared_with_the_first_unless_asked():
    made = tables({"x": A, "y": B, "z": A})
    found = comparisons(made, ["final_accuracy"])
    assert list(zip(found["a"], found["b"], strict=True)) == pairs_of(["x", "y", "z"])
    assert pairs_of(["x", "y", "z"]) == [("x", "y"), ("x", "z")]
    assert pairs_of(["x", "y", "z"], every=True) == [("x", "y"), ("x", "z"), ("y", "z")]


def test_what_variants_do_not_share_is_named():
    """The same seed draws the same weights for the same sizes alone, and the same order of the same data."""
    made = tables({"a": A, "b": B, "c": A, "d": B})
    made["variants"]["sizes"] = ["4-3-2", "4-3-2", "4-5-2", "4-5-2"]
    made["variants"]["data.train"] = [40, 60, 40, 60]
    found = comparisons(made, ["final_accuracy"])
    assert found["unpaired"].tolist() == ["data", "weights", "data, weights"]
    assert compared(tables({"a": A, "b": B}))["unpaired"] == ""


def test_what_one_run_alone_varies_is_no_difference():
    """Two runs of the same data, one of which names it by a key that varies over one value."""
    first, second = tables({"a": A}), tables({"b": B})
    first["variants"]["data.train"] = 40
    for sizes, unpaired in (("4-3-2", ""), ("4-5-2", "weights")):
        second["variants"]["sizes"] = sizes
        made, pairs = joined(first, second, ("old", "new"))
        assert compared(made, pairs=pairs)["unpaired"] == unpaired


def test_variants_keep_their_order_and_are_words():
    made = tables({30: A, 7: B})
    assert variants(made) == ["30", "7"]
    found = comparisons(made, ["epochs_to=0.6", "final_cost", "epochs_to=0.60"])
    assert found["metric"].tolist() == ["epochs_to=0.6", "final_cost"]
    assert found["a"].tolist() == ["30", "30"]


def test_spreads_are_of_the_trials_that_are_done():
    found = spreads(tables({"a": A, "b": B}, lost=[("a", 3, "diverged")]), ["final_accuracy"])
    assert list(found.columns) == list(SPREAD_COLUMNS)
    assert found["trials"].tolist() == [6, 7]
    assert found["median"].tolist() == pytest.approx([0.575, 0.65])
    assert found["sd"][1] == pytest.approx(np.std(B, ddof=1))


def test_one_variant_has_nothing_to_be_compared_with():
    with pytest.raises(LabError, match=r"there is one variant, .* vary a key, or name a second run"):
        comparisons(tables({"a": A}))


@pytest.mark.parametrize("name", ["final_test_accuracy", "log_speed_first"])
def test_a_metric_that_no_trial_has_is_refused_by_name(name):
    with pytest.raises(LabError, match=f"no trial that is done has the metric {name!r}"):
        comparisons(tables({"a": A, "b": B}), [name])


@pytest.mark.parametrize(
    ("first", "second", "pair", "kept"),
    [
        ({"a": A, "b": B}, {"b": A, "c": B}, ("old: b", "new: b"), (7, 0)),
        ({"b": B}, {"c": A[:4]}, ("old: b", "new: c"), (4, 3)),
    ],
    ids=["variants of the same label", "the only ones, in the trials that both have"],
)
def test_two_runs_are_compared_by(first, second, pair, kept):
    made, pairs = joined(tables(first), tables(second), ("old", "new"))
    row = compared(made, pairs=pairs)
    assert pairs == [pair]
    assert (row["pairs"], row["left_out"]) == kept
    assert row["difference"] == pytest.approx(np.mean(A[: kept[0]]) - np.mean(B[: kept[0]]))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("a", 0), ("a", 7), r"different seeds \(trials\.seed = 0 and 7\), so their trials are not pairs"),
        (("ab", 0), ("c", 0), "no variant in common: a, b in old; c in new"),
    ],
)
def test_runs_that_have_no_pairs_are_refused(first, second, reason):
    runs = (tables(dict.fromkeys(names, A), seed) for names, seed in (first, second))
    with pytest.raises(LabError, match=reason):
        joined(*runs, ("old", "new"))


POOL = 400
METRICS = ("final_test_accuracy", "epochs_to=0.9", "log_speed_first")


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """Trials of one design, to be dealt out: accuracies of 20 examples tie, and some never reach 0.9."""
    network = {"network__hidden": [4, 3], "network__initialiser": "nielsen", "training__eta": 1.0}
    data = {"data__name": "moons", "data__train": 40, "data__test": 20}
    lengths = {"training__epochs": 12, "trials__seeds": POOL, "record__every": 8}
    made = ran(tmp_path_factory.mktemp("pool"), **network, **data, **lengths).tables
    assert made["trials"]["final_test_accuracy"].nunique() <= 8
    assert 0.1 < (made["trials"]["best_test_accuracy"] < 0.9).mean() < 0.9
    return made


def dealt(pool, variants, trials, rng):
    """Tables in which each of so many variants has trials of the pool, by chance and none twice."""
    drawn = pd.Series(range(variants * trials), index=rng.choice(POOL, variants * trials, replace=False))
    made = {"variants": pd.DataFrame({"variant": range(variants), "sizes": "2-4-3-1"})}
    for name in ("layers", "steps", "trials"):
        rows = pool[name][pool[name]["trial"].isin(drawn.index)]
        place = rows["trial"].map(drawn)
        made[name] = rows.assign(variant=place // trials, trial=place % trials)
    return {name: table.sort_values("variant", kind="stable") for name, table in made.items()}


@pytest.mark.slow
def test_a_null_of_trained_networks_is_rejected_as_often_as_claimed(pool):
    """300 pairs of one design, a p each: 5 % ± 2.6 Monte-Carlo errors of 1.3 %, fewer where values tie."""
    rng = np.random.default_rng(3)
    pairs = [(str(k), str(k + 1)) for k in range(0, 40, 2)]
    found = pd.concat([comparisons(dealt(pool, 40, 10, rng), METRICS, pairs) for _ in range(15)])
    assert found.groupby("metric")["p"].count().tolist() == [300] * 3
    rejected = (found["p"] < LEVEL).groupby(found["metric"]).mean()
    error = 2.6 * np.sqrt(LEVEL * (1 - LEVEL) / 300)
    assert (rejected <= LEVEL + error).all()
    assert rejected["log_speed_first"] >= LEVEL - error


@pytest.mark.slow
def test_a_null_of_four_variants_has_a_false_alarm_no_more_often_than_claimed(pool):
    """Each against the first, 1000 times: an alarm in 0.9, 1.6 and 4.0 % of them (the first two metrics tie).

    Without Holm's correction the third has one in 12.5 %.
    """
    rng = np.random.default_rng(4)
    alarms, alone = pd.Series(0, METRICS), pd.Series(0, METRICS)
    for _ in range(1000):
        by_metric = comparisons(dealt(pool, 4, 8, rng), METRICS).groupby("metric")
        alarms += by_metric["p_holm"].min() < LEVEL
        alone += by_metric["p"].min() < LEVEL
    assert (alarms / 1000 <= LEVEL + 2.6 * np.sqrt(LEVEL * (1 - LEVEL) / 1000)).all()
    assert alone["log_speed_first"] / 1000 > 0.08


TWO_KEYS = pd.DataFrame(
    {
        "variant": ["30, tanh", "30, relu", "60, tanh", "60, relu"],
        "network.hidden": ["[30]", "[30]", "[60]", "[60]"],
        "network.activation": ["tanh", "relu"] * 2,
    }
)


def test_pairs_have_their_baseline_within_a_key():
    pairs = [("30, relu", "30, tanh"), ("60, relu", "60, tanh")]
    assert pairs_within(TWO_KEYS, "relu", "network.hidden") == pairs
    assert pairs_within(TWO_KEYS, within="network.hidden") == [(b, a) for a, b in pairs]
    others = ["30, tanh", "30, relu", "60, relu"]
    assert pairs_within(TWO_KEYS, "60, tanh") == [("60, tanh", name) for name in others]


@pytest.mark.parametrize(
    ("baseline", "within", "message"),
    [
        ("tanh", "", "'tanh' are several variants: 30, tanh, 60, tanh; name one, or a key with --within"),
        ("tan", "", r"no variant is 'tan'; did you mean 'tanh'\?"),
        ("tanh", "network.hiden", "'network.hiden' is no varied key of this run"),
        ("selu", "network.hidden", "no variant is 'selu' within 'network.hidden'; "),
    ],
)
def test_a_baseline_that_is_none_or_several_is_told(baseline, within, message):
    with pytest.raises(LabError, match=message):
        pairs_within(TWO_KEYS, baseline, within)


def test_within_a_key_that_alone_varies_there_is_no_pair():
    """Nor within one whose values have a variant each, or that has one value."""
    with pytest.raises(LabError, match=r"'network.hidden' is no varied key"):
        pairs_within(TWO_KEYS.iloc[:2], within="network.hidden")
    one_key = TWO_KEYS.iloc[:2].drop(columns="network.hidden")
    with pytest.raises(LabError, match=r"each value of 'network.activation' has one variant"):
        pairs_within(one_key, within="network.activation")


@pytest.mark.parametrize(
    ("least", "pairs", "family", "said"),
    [
        ([0.03, 0.2], [6, 6], 1, "may be chance"),
        ([0.5], [2], 1, "cannot be told from chance: 2 pairs are too few"),
        ([1.0], [1], 1, "cannot be told from chance: 1 pair is too few"),
        ([0.09, 0.09], [6, 5], 3, "cannot be told from chance: 6 pairs are too few for 3 comparisons"),
    ],
)
def test_what_is_not_sure_is_told_with_its_reason(least, pairs, family, said):
    assert unsure(pd.DataFrame({"p_least": least, "pairs": pairs, "family": family})) == said


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ([("a", 0)], ""),
        (
            [("a", 0), ("a", 1), ("b", 2)],
            "a is done in 5 of 7 trials, which leaves as many pairs at most; "
            "another reference, done in 7: lab compare RUN --baseline 'c d'",
        ),
        ([(name, trial) for name in ("a", "b", "c d") for trial in range(7)], ""),
        ([("b", trial) for trial in range(7)], ""),
    ],
    ids=["one diverged", "two diverged", "all diverged", "another one did"],
)
def test_a_reference_that_lost_many_trials_is_told_with_one_that_lost_fewer(lost, told):
    made = tables({"a": A, "b": B, "c d": B}, lost=[(*one, "diverged") for one in lost])
    names = variants(made)
    assert poor_reference(made["trials"], pairs_of(names)) == told
    assert poor_reference(made["trials"], pairs_of(names, every=True)) == ""
