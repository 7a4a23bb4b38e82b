import numpy as np
import pandas as pd
import pytest

from lab.figures.tables import Shown, labels, outcomes, telling, threshold, time_axis


@pytest.mark.parametrize(("last", "column"), [(1.9, "step"), (2.0, "epoch"), (500.0, "epoch")])
def test_time_is_in_epochs_unless_there_are_fewer_than_two(last, column):
    assert time_axis(pd.DataFrame({"epoch": [0.0, last]})) == column


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({}, "τ"),
        ({"saturation_threshold": [0.05, 0.05]}, "0.05"),
        ({"saturation_threshold": [0.1, 0.05]}, "0.05–0.1"),
    ],
)
def test_the_threshold_is_told(columns, told):
    assert threshold({"variants": pd.DataFrame({"variant": ["a", "b"], **columns})}) == told


FATES = {
    "sound": ["done", "done"],
    "one": ["diverged"],
    "torn": ["diverged", "failed", "done", "failed"],
}
"""Variant → how its trials ended."""


def fates(read=("done", "diverged")):
    """The table ``trials`` of `FATES`, and the readings of those whose status is among these."""
    told = [
        {"variant": variant, "trial": trial, "status": status}
        for variant, ends in FATES.items()
        for trial, status in enumerate(ends)
    ]
    trials = pd.DataFrame(told)
    readings = pd.concat([trials, trials]).loc[lambda rows: rows["status"].isin(read)]
    return trials, {variant: readings[readings["variant"] == variant] for variant in FATES}


def test_a_variant_bears_its_notes_one_after_the_other():
    trials, variants = fates()
    assert labels({"trials": trials}, variants) == [
        "sound",
        "one; 1 of 1 trial diverged",
        "torn; 1 of 4 trials diverged; 2 of 4 trials failed",
    ]


def test_without_the_table_of_trials_the_readings_tell_how_they_ended():
    _, variants = fates()
    assert labels({}, variants)[2] == "torn; 1 of 2 trials diverged"  # one that failed has no reading
    assert outcomes({}, variants)["sound"] == []


@pytest.mark.parametrize(
    ("most", "shown"),
    [(1, "b"), (2, "be"), (4, "abde"), (5, "abcde"), (9, "abcde")],
)
@pytest.mark.parametrize("with_trials", [True, False])
def test_variants_with_something_to_show_come_first_then_those_that_did_not_get_to_the_end(
    most, shown, with_trials
):
    """Of a none got to the end, of b and e one did, c has no number, and d has numbers of what diverged."""
    statuses = {"a": ["diverged"] * 2, "b": ["done", "diverged"], "c": ["done"] * 2, "e": ["failed", "done"]}
    statuses["d"] = ["diverged", "failed"]
    values = {"a": [1.0, np.nan], "c": [np.nan] * 2}
    tables = {
        name: pd.DataFrame(
            {"variant": name, "trial": [0, 1], "status": statuses[name], "q": values.get(name, [1.0, 2.0])}
        )
        for name in "abcde"
    }
    trials = {"trials": pd.concat(tables.values()).drop(columns="q")} if with_trials else {}
    found = telling(trials, tables, most, ["q"])
    assert "".join(found) == shown
    assert len(telling(trials, tables, most)) == min(most, 5)


def test_a_variant_without_rows_counts_among_those_that_are_left_out():
    there = pd.DataFrame({"variant": ["a", "b"], "layer": 1, "status": "done", "trial": 0})
    shown = Shown.of({"variants": pd.DataFrame({"variant": list("abc")})}, there)
    assert [label for _, label in shown.left_out] == ["2 of 3 variants shown; choose with --variants"]
