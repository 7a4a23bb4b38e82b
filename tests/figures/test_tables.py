import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lab.figures.tables import (
    Shown,
    band,
    bands,
    labels,
    outcomes,
    over_layers,
    telling,
    threshold,
    time_axis,
    trial_mean,
)


def rows(values):
    """A table with a row a step and trial, of a matrix (step, trial)."""
    step, trial = map(np.ravel, np.indices(np.shape(values)))
    columns = {"trial": trial, "step": 10 * step, "epoch": step / 2, "layer": 1}
    return pd.DataFrame(columns | {"q": np.ravel(values).astype(float)})


def test_a_band_is_the_median_and_the_quantiles_5_and_95_of_the_trials_in_any_order():
    values = np.random.default_rng(0).lognormal(size=(7, 21))
    found = band(rows(values).sample(frac=1, random_state=3), "q", "epoch")
    np.testing.assert_array_equal(found.x, np.arange(7) / 2)
    np.testing.assert_array_equal(found.median, np.median(values, axis=1))
    np.testing.assert_allclose(found.low, np.quantile(values, 0.05, axis=1), rtol=1e-15)
    np.testing.assert_allclose(found.high, np.quantile(values, 0.95, axis=1), rtol=1e-15)
    assert found.trials == 21


@pytest.mark.parametrize(
    ("values", "median", "trials"),
    [
        pytest.param([[1, 2, 9], [1, 2, np.nan], [3, 5, np.inf]], [2, 1.5, 4], 3, id="until it diverged"),
        pytest.param([[1, 2], [np.nan, np.nan]], [1.5, np.nan], 2, id="a reading without a finite value"),
        pytest.param([[1, np.nan], [2, np.nan]], [1, 2], 1, id="not without a finite value"),
        pytest.param([[5e-324, 5e-324]], [5e-324], 2, id="the smallest number keeps its value"),
    ],
)
def test_a_trial_takes_part_where_it_is_finite(values, median, trials):
    found = band(rows(values), "q", "step")
    np.testing.assert_array_equal(found.median, median)
    assert found.trials == trials
    assert found.drawable
    if trials == 1:
        np.testing.assert_array_equal(found.low, found.high)


@given(arrays(np.float64, (4, 6), elements=st.floats(-1e6, 1e6) | st.just(np.nan)))
def test_quantiles_are_numpys(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = np.nanquantile(values, (0.05, 0.5, 0.95), axis=1)
    found = band(rows(values), "q", "step")
    np.testing.assert_allclose([found.low, found.median, found.high], expected, rtol=1e-12, atol=1e-9)


def test_the_bands_of_layers_are_those_of_each_alone():
    one, other = rows([[1.0, 2.0], [3.0, np.nan]]), rows([[5.0, 6.0]]).assign(layer=4)
    found = bands(pd.concat([other, one]), "q", "epoch")
    assert list(found) == [1, 4]
    for layer, table in ((1, one), (4, other)):
        alone = band(table, "q", "epoch")
        np.testing.assert_array_equal(found[layer].edges, alone.edges)
        np.testing.assert_array_equal(found[layer].x, alone.x)
        assert found[layer].trials == alone.trials


def test_over_layers_is_a_band_of_one_step_by_layer():
    table = pd.concat([rows([[1.0, 2.0], [3.0, 4.0]]), rows([[5.0, 6.0], [7.0, 9.0]]).assign(layer=4)])
    found = over_layers(table, "q", 10)
    assert (found.x.tolist(), found.median.tolist(), found.trials) == ([1, 4], [3.5, 8], 2)
    assert len(over_layers(table, "q", np.nan).x) == 0


def test_the_mean_over_trials_leaves_out_what_is_not_finite():
    table = rows([[0.2, 0.4], [np.nan, 0.6], [np.nan, np.nan]])
    x, layers, mean = trial_mean(table, "q", "step")
    np.testing.assert_array_equal(x, [0, 10, 20])
    np.testing.assert_array_equal(layers, [1])
    np.testing.assert_allclose(mean, [[0.3, 0.6, np.nan]])


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
