"""The ledger: on whole runs it telescopes and keeps to the bounds of σ′; by hand where an error died."""

from math import inf

import numpy as np
import pandas as pd
import pytest

from lab.analysis.ledger import COLUMNS, NOTHING_ARRIVED, REMOVED, decades, gradient_is_noise, ledger, middle
from tests.analysis.runs import ran

ACTIVATIONS = ["sigmoid", "leaky-relu", "tanh(z) + 0.1*z"]
COSTS = ["quadratic", "cross-entropy", "softmax-cross-entropy"]


def small(folder, **varied):
    """A run of three hidden layers, with three trials and five readings of each variant."""
    network = {"network__hidden": [8, 7, 6], "network__initialiser": "nielsen", "training__eta": 0.5}
    sizes = {"data__train": 60, "data__test": 20, "training__batch": "full", "training__epochs": 12}
    read = {"trials__seeds": 3, "record__every": 3, "network__activation": "sigmoid"}
    return ran(folder, **network, **sizes, **read, vary=varied)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return small(tmp_path_factory.mktemp("runs"), **{"network.activation": ACTIVATIONS})


def test_it_telescopes_to_the_share_of_the_error_that_arrives(run):
    """‖δ^l‖/‖δ^L‖ of the table ``layers``, at every reading of every trial, to a relative 1e-12."""
    layers, found = run.layers, run.ledger
    keys = ["variant", "trial", "step"]
    top = layers[layers["layer"] == 4].set_index(keys)["delta_rms"]
    pd.testing.assert_frame_equal(found[[*keys, "layer"]], layers[[*keys, "layer"]])
    at_the_top = top.loc[pd.MultiIndex.from_frame(found[keys])].to_numpy()
    expected = layers["delta_rms"].to_numpy() / at_the_top
    np.testing.assert_allclose(found["reaches"], expected, rtol=1e-12)
    total = found["transport_total"] + found["slope_total"]
    np.testing.assert_allclose(10.0**total, expected, rtol=1e-12)


def test_the_factors_are_ratios_of_norms(run):
    reading = "variant == 'leaky-relu' and trial == 2 and step == 6"
    rows, found = (table.query(reading).set_index("layer") for table in (run.layers, run.ledger))
    assert list(found.columns[-len(COLUMNS) :]) == list(COLUMNS)
    for l in (1, 2, 3):
        assert found["transport"][l] == rows["error_rms"][l] / rows["delta_rms"][l + 1]
        assert found["slope"][l] == rows["delta_rms"][l] / rows["error_rms"][l]
        assert found["slope_decades"][l] == pytest.approx(np.log10(found["slope"][l]), rel=1e-14)
    assert found.loc[4, ["reaches", "transport_total", "slope_total"]].tolist() == [1, 0, 0]


def test_what_the_slope_did_lies_between_its_bounds(run):
    hidden = run.ledger[run.ledger["layer"] < 4].merge(run.variants, on="variant")
    assert len(hidden) == 3 * 3 * 5 * 3
    assert (hidden["slope"] <= hidden["sup_slope"] * (1 + 1e-12)).all()
    assert (hidden["slope"] >= hidden["inf_slope"] * (1 - 1e-12)).all()
    assert hidden.query("variant == 'sigmoid'")["slope"].max() <= 0.25


def test_the_output_layer_says_where_the_cost_removed_the_slope(tmp_path):
    run = small(tmp_path, **{"network.cost": COSTS})
    output = run.ledger.query("layer == 4").set_index("variant")
    assert (output.loc["quadratic", "note"] == "").all()
    assert output.loc["quadratic", "slope"].between(0, 0.25).all()
    for cost in COSTS[1:]:
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
    """Each of these of trials × hidden layers, NaN if it is missing; an output layer of 1 stands above."""
    given = (np.asarray(speed) * np.nan if of is None else of for of in (speed, delta, error))
    return [np.pad(of, ((0, 0), (0, 1)), constant_values=1.0) for of in given]


def test_the_parts_are_those_of_the_ledger():
    """δ¹/e¹ = 10⁻², δ²/e² = 10⁻¹, e¹/δ² = 10, e²/δ³ = 10⁻³, and ‖⟨δ⟩‖ = rms‖δ‖/2 below, all of it above."""
    errors = [[1e-5, 1e-4, 1.0]], [[1e-3, 1e-3, 7.0]]
    made = {name: of[0] for name, of in decades(*first_reading([[0.5e-5, 1e-4, 1.0]], *errors)).items()}
    assert (made["slope"], made["weights"], made["delta"]) == pytest.approx((3, 2, 5), rel=1e-14)
    assert made["examples"] == pytest.approx(np.log10(2), rel=1e-12)
    assert made["speed"] == pytest.approx(5 + np.log10(2), rel=1e-14)


def test_the_sum_is_exact_in_each_trial():
    speed, delta, error = 10 ** np.random.default_rng(0).normal(scale=3, size=(3, 6, 4))
    made = decades(*first_reading(speed, delta, error))
    parts = made["slope"] + made["weights"] + made["examples"]
    np.testing.assert_allclose(parts, made["speed"], rtol=1e-12)
    np.testing.assert_allclose(made["speed"], np.log10(speed[:, -1] / speed[:, 0]), rtol=1e-12)
    np.testing.assert_allclose(made["delta"], np.log10(delta[:, -1] / delta[:, 0]), rtol=1e-9)


@pytest.mark.parametrize("speeds", [[[0.1, 1.0]], [[0.1, 1.0], [np.nan, 1.0], [1.0, 0.0]]], ids=len)
def test_without_the_errors_the_parts_are_missing(speeds):
    """Trials without a number, or without a speed in the last layer, have none."""
    made = decades(*first_reading(speeds))
    np.testing.assert_array_equal(made["speed"], [1, np.nan, np.nan][: len(speeds)])
    assert all(np.isnan(made[part]).all() for part in ("slope", "weights", "examples", "delta"))


def test_fewer_than_two_hidden_layers_have_no_decades():
    assert decades(*first_reading([[1.0]])) == {}


def test_a_speed_of_0_has_lost_infinitely_many():
    assert decades(*first_reading([[0.0, 1.0]]))["speed"][0] == inf


# Noise.


@pytest.mark.parametrize(
    ("left", "examples", "noise"),
    [
        (0.1, 300, True),
        (0.2, 300, False),
        (0.8, 10, False),
        (0.4, 10, True),
        (1.0, 1, False),
        (0.01, 0, False),
    ],
)
def test_a_gradient_is_noise_where_it_is_as_small_as_chance_makes_it(left, examples, noise):
    """3/√300 = 0.17; of few examples a half."""
    ones = np.ones((3, 2))
    speed, delta, _ = first_reading(ones * [left, 1.0], ones)
    assert gradient_is_noise(speed, delta, examples) == noise
    assert not gradient_is_noise(speed, delta * np.nan, examples)


def test_the_middle_of_ratios_is_that_of_their_logarithms():
    assert middle(pd.Series([0.1, 0.9])) == pytest.approx(0.3)
    assert middle(pd.Series([0.1, 5.0, 0.4, np.nan])) == pytest.approx(0.4)
    assert middle(pd.Series([0.0, 0.0, 1.0])) == 0
    assert np.isnan(middle(pd.Series([np.nan])))
