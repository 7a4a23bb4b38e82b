"""The ledger: on whole runs it telescopes and keeps to the bounds of σ′; by hand where an error died."""

from functools import cache
from math import inf

import numpy as np
import pandas as pd
import pytest

import lab
from lab.analysis.ledger import COLUMNS, NOTHING_ARRIVED, REMOVED, decades, ledger

EXPERIMENT = """
title = "Small?"
[data]
name = "digits"
train = 60
test = 20
[network]
hidden = [8, 7, 6]
activation = "sigmoid"
[training]
eta = 0.5
epochs = 12
[trials]
seeds = 3
[vary]
VARY
[record]
every = 3
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Runs of this experiment, each made once: ``made(what varies)``."""

    @cache
    def run(vary):
        folder = tmp_path_factory.mktemp("runs")
        (folder / "small.toml").write_text(EXPERIMENT.replace("VARY", vary), encoding="utf-8")
        return lab.run(folder / "small.toml", results=folder, plots=False)

    return run


ACTIVATIONS = '"network.activation" = ["sigmoid", "leaky-relu", "tanh(z) + 0.1*z"]'


def test_it_telescopes_to_the_share_of_the_error_that_arrives(made):
    """‖δ^l‖/‖δ^L‖ of the table ``layers``, at every reading of every trial, to a relative 1e-12."""
    run = made(ACTIVATIONS)
    layers, found = run.layers, run.ledger
    top = layers[layers["layer"] == 4].set_index(["variant", "trial", "step"])["delta_rms"]
    keys = ["variant", "trial", "step"]
    pd.testing.assert_frame_equal(found[[*keys, "layer"]], layers[[*keys, "layer"]])
    at_the_top = top.loc[pd.MultiIndex.from_frame(found[keys])].to_numpy()
    expected = layers["delta_rms"].to_numpy() / at_the_top
    np.testing.assert_allclose(found["reaches"], expected, rtol=1e-12)
    total = found["transport_total"] + found["slope_total"]
    np.testing.assert_allclose(10.0**total, expected, rtol=1e-12)


def test_the_factors_are_ratios_of_norms(made):
    run = made(ACTIVATIONS)
    rows = run.layers.query("variant == 'leaky-relu' and trial == 2 and step == 6").set_index("layer")
    found = run.ledger.query("variant == 'leaky-relu' and trial == 2 and step == 6").set_index("layer")
    assert list(found.columns[-len(COLUMNS) :]) == list(COLUMNS)
    for l in (1, 2, 3):
        assert found["transport"][l] == rows["error_rms"][l] / rows["delta_rms"][l + 1]
        assert found["slope"][l] == rows["delta_rms"][l] / rows["error_rms"][l]
        assert found["slope_decades"][l] == pytest.approx(np.log10(found["slope"][l]), rel=1e-14)
    assert found.loc[4, ["reaches", "transport_total", "slope_total"]].tolist() == [1, 0, 0]


def test_what_the_slope_did_lies_between_its_bounds(made):
    run = made(ACTIVATIONS)
    hidden = run.ledger[run.ledger["layer"] < 4].merge(run.variants, on="variant")
    assert len(hidden) == 3 * 3 * 5 * 3
    assert (hidden["slope"] <= hidden["sup_slope"] * (1 + 1e-12)).all()
    assert (hidden["slope"] >= hidden["inf_slope"] * (1 - 1e-12)).all()
    assert hidden.query("variant == 'sigmoid'")["slope"].max() <= 0.25


def test_the_output_layer_says_where_the_cost_removed_the_slope(made):
    costs = '"network.cost" = ["quadratic", "cross-entropy", "softmax-cross-entropy"]'
    output = made(costs).ledger.query("layer == 4").set_index("variant")
    assert (output.loc["quadratic", "note"] == "").all()
    assert output.loc["quadratic", "slope"].between(0, 0.25).all()
    for cost in ("cross-entropy", "softmax-cross-entropy"):
        assert (output.loc[cost, "note"] == REMOVED).all()
        assert output.loc[cost, "slope"].isna().all()
    assert output["transport"].isna().all()


def rows(delta, error, variant="a"):
    layers = range(1, len(delta) + 1)
    columns = {"variant": variant, "trial": 0, "step": 0, "epoch": 0.0, "layer": layers, "status": "done"}
    return pd.DataFrame({**columns, "delta_rms": delta, "error_rms": error})


def test_where_the_error_died_is_told_once():
    """σ′ of layer 2 is 0: below it no error arrives, and nothing of it reaches layer 1."""
    found = ledger({"layers": rows([0.0, 0, 0.5, 2], [0.0, 0.25, 1, 4])}).set_index("layer")
    assert found["slope_decades"].tolist()[1:] == pytest.approx([-inf, np.log10(0.5), np.log10(0.5)])
    assert found["transport"].isna().tolist() == [True, False, False, True]
    assert found["note"].tolist() == [NOTHING_ARRIVED, "", "", ""]
    assert found["reaches"].tolist() == [0, 0, 0.25, 1]
    assert found["slope_total"].tolist() == pytest.approx([-inf, -inf, np.log10(0.5), 0])
    assert found["transport_total"].tolist() == pytest.approx([np.log10(0.25)] * 2 + [np.log10(0.5), 0])


def test_weights_that_let_nothing_through_are_not_blamed_on_the_slope():
    found = ledger({"layers": rows([0.0, 1], [0.0, 1])}).set_index("layer")
    assert found["transport_decades"][1] == -inf
    assert np.isnan(found["slope"][1])
    assert (found["transport_total"][1], found["slope_total"][1]) == (-inf, 0)


def test_without_an_error_at_the_output_there_is_nothing_to_share():
    found = ledger({"layers": rows([0.0, 0], [0.0, 0])})
    assert found[["reaches", "transport_total", "slope_total"]].isna().all(axis=None)
    assert found["note"].tolist() == [NOTHING_ARRIVED] * 2
    diverged = ledger({"layers": rows([np.nan] * 3, [np.nan] * 3).assign(status="diverged")})
    assert diverged.drop(columns=["note"]).loc[:, "transport":].isna().all(axis=None)
    assert diverged["status"].tolist() == ["diverged"] * 3


def test_variants_of_any_depth_stand_in_their_order():
    table = pd.concat([rows([1.0, 2, 4], [1.0, 2, 4], "b"), rows([3.0], [3.0], "a")])
    found = ledger({"layers": table})
    assert found["variant"].tolist() == ["b"] * 3 + ["a"]
    assert found["reaches"].tolist() == [0.25, 0.5, 1, 1]


@pytest.mark.parametrize("missing", ["delta_rms", "error_rms"])
def test_it_is_empty_where_the_norms_were_not_recorded(missing):
    found = ledger({"layers": rows([1.0], [1.0]).drop(columns=missing)})
    assert found.empty
    assert set(COLUMNS) <= set(found.columns)


# Decades.


def first_reading(speed, delta=None, error=None):
    """Rows of one variant: each quantity is trials × hidden layers; an output layer stands above."""
    frames = []
    for trial, values in enumerate(np.asarray(speed, float)):
        columns = {"learning_speed": values}
        columns |= {} if delta is None else {"delta_rms": delta[trial], "error_rms": error[trial]}
        of_trial = pd.DataFrame(columns)
        output = pd.DataFrame({name: [1.0] for name in columns})
        of_trial = pd.concat([of_trial, output], ignore_index=True)
        keys = {"variant": "a", "trial": trial, "step": 0, "epoch": 0.0, "status": "done"}
        frames.append(of_trial.assign(**keys, layer=np.arange(1, len(values) + 2)))
    return pd.concat(frames)


def test_the_parts_are_those_of_the_ledger():
    """δ¹/e¹ = 10⁻², δ²/e² = 10⁻¹, e¹/δ² = 10, e²/δ³ = 10⁻³, and ‖⟨δ⟩‖ = rms‖δ‖/2 below, all of it above."""
    delta = [[1e-5, 1e-4, 1.0]]
    error = [[1e-3, 1e-3, 7.0]]
    made = decades(first_reading([[0.5e-5, 1e-4, 1.0]], delta, error))
    assert made.slope == pytest.approx(3, rel=1e-14)
    assert made.weights == pytest.approx(2, rel=1e-14)
    assert made.examples == pytest.approx(np.log10(2), rel=1e-12)
    assert made.speed == pytest.approx(5 + np.log10(2), rel=1e-14)
    assert made.ratio == pytest.approx(0.5e-5, rel=1e-12)


def test_the_sum_is_exact_and_of_the_middle_trials():
    rng = np.random.default_rng(0)
    for trials in (5, 6):
        speed, delta, error = 10 ** rng.normal(scale=3, size=(3, trials, 4))
        made = decades(first_reading(speed, delta, error))
        assert made.slope + made.weights + made.examples == pytest.approx(made.speed, rel=1e-12)
        assert made.speed == pytest.approx(np.median(np.log10(speed[:, -1] / speed[:, 0])), rel=1e-12)


def test_without_the_errors_the_parts_are_missing():
    made = decades(first_reading([[0.1, 1.0]]))
    assert made.speed == 1
    assert np.isnan([made.slope, made.weights, made.examples]).all()


def test_trials_without_a_number_or_a_speed_above_do_not_count():
    made = decades(first_reading([[0.1, 1.0], [np.nan, 1.0], [1.0, 0.0]]))
    assert made.speed == 1
    assert decades(first_reading([[1.0, 0.0]])) is None
    assert decades(first_reading([[1.0]])) is None


def test_a_ratio_may_be_0_and_is_cut_beyond_all_numbers():
    assert decades(first_reading([[0.0, 1.0]])).ratio == 0
    assert decades(first_reading([[1e300, 1e-300]])).ratio == 1e308
