import numpy as np
import pandas as pd
import pytest

from lab.analysis.decades import decades
from lab.analysis.evidence import Evidence

NOTHING = pd.DataFrame()


def seen(speed, delta=None, error=None):
    """Evidence of a first reading: each quantity is trials × hidden layers; an output layer stands above."""
    frames = []
    for trial, values in enumerate(np.asarray(speed, float)):
        columns = {"learning_speed": values}
        columns |= {} if delta is None else {"delta_rms": delta[trial], "error_rms": error[trial]}
        of_trial = pd.DataFrame(columns)
        output = pd.DataFrame({name: [1.0] for name in columns})
        of_trial = pd.concat([of_trial, output], ignore_index=True)
        keys = {"variant": "a", "trial": trial, "step": 0, "epoch": 0.0, "status": "done"}
        frames.append(of_trial.assign(**keys, layer=np.arange(1, len(values) + 2)))
    layers = pd.concat(frames)
    return Evidence(layers, NOTHING, NOTHING, NOTHING, {"layers": int(layers["layer"].max())})


def test_the_parts_are_those_of_the_ledger():
    """δ¹/e¹ = 10⁻², δ²/e² = 10⁻¹, e¹/δ² = 10, e²/δ³ = 10⁻³, and ‖⟨δ⟩‖ = rms‖δ‖/2 below, all of it above."""
    delta = [[1e-5, 1e-4, 1.0]]
    error = [[1e-3, 1e-3, 7.0]]
    made = decades(seen([[0.5e-5, 1e-4, 1.0]], delta, error))
    assert made.slope == pytest.approx(3, rel=1e-14)
    assert made.weights == pytest.approx(2, rel=1e-14)
    assert made.examples == pytest.approx(np.log10(2), rel=1e-12)
    assert made.speed == pytest.approx(5 + np.log10(2), rel=1e-14)
    assert made.ratio == pytest.approx(0.5e-5, rel=1e-12)


def test_the_sum_is_exact_and_of_the_middle_trials():
    rng = np.random.default_rng(0)
    for trials in (5, 6):
        speed, delta, error = 10 ** rng.normal(scale=3, size=(3, trials, 4))
        made = decades(seen(speed, delta, error))
        assert made.slope + made.weights + made.examples == pytest.approx(made.speed, rel=1e-12)
        assert made.speed == pytest.approx(np.median(np.log10(speed[:, -1] / speed[:, 0])), rel=1e-12)


def test_without_the_errors_the_parts_are_missing():
    made = decades(seen([[0.1, 1.0]]))
    assert made.speed == 1
    assert np.isnan([made.slope, made.weights, made.examples]).all()


def test_trials_without_a_number_or_a_speed_above_do_not_count():
    made = decades(seen([[0.1, 1.0], [np.nan, 1.0], [1.0, 0.0]]))
    assert made.speed == 1
    assert decades(seen([[1.0, 0.0]])) is None
    assert decades(seen([[1.0]])) is None


def test_a_first_layer_without_any_speed_is_infinitely_slow():
    assert decades(seen([[0.0, 1.0]])).ratio == 0


def test_a_ratio_beyond_all_numbers_is_cut():
    assert decades(seen([[1e300, 1e-300]])).ratio == 1e308
