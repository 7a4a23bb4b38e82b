import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import lab
from lab.errors import ExperimentError
from lab.experiment.variants import load
from lab.runs.forecast import pairs as pairs_room
from lab.runs.forecast import prediction as predictions
from lab.runs.forecast.prediction import prediction
from lab.runs.preparation import prepared


def table(small, *overrides):
    return prediction(prepared(load(small, overrides)).made)


def test_a_row_a_variant_and_layer(small):
    found = table(small)
    assert list(found) == [
        *("variant", "layer", "n_in", "n_out", "weight_variance", "bias_variance"),
        *("q", "correlation", "chi", "pair_chi"),
        *("predicted_speed", "predicted_speed_w", "predicted_delta_rms"),
    ]
    assert found["variant"].tolist() == ["sigmoid"] * 3 + ["soft"] * 3
    assert found["layer"].tolist() == [1, 2, 3] * 2
    assert found["n_in"].tolist() == [64, 6, 5] * 2
    assert found["weight_variance"].tolist() == pytest.approx([1.0] * 6)
    assert found["predicted_speed"][1] == 1
    assert found["predicted_speed"][0] == pytest.approx(np.sqrt(found["pair_chi"][0]))
    assert found["predicted_delta_rms"][0] == pytest.approx(np.sqrt(found["chi"][0]))


def test_variants_of_the_same_data_share_what_these_decide(small, monkeypatch):
    """Of many examples it takes seconds: the products of each two, of the inputs and of the targets."""
    counted, products = [], pairs_room._products
    monkeypatch.setattr(pairs_room, "_products", lambda *given: counted.append(given) or products(*given))
    table(small, 'vary={"training.eta" = [0.1, 0.2, 0.3]}')
    assert len(counted) == 2


def test_variants_that_are_predicted_alike_are_predicted_once(small, monkeypatch):
    """Of hundreds that vary the learning rate it took longer than their training."""
    varied = {"training.eta": [0.1, 0.2], "training.optimiser": ["adam", "descent"], "training.batch": [2, 4]}
    made = prepared(load(small, {"vary": varied, "training.steps": 2})).made
    counted, real = [], predictions.layers
    monkeypatch.setattr(predictions, "layers", lambda one: counted.append(one) or real(one))
    found = prediction(made)
    assert len(counted) == 2
    alone = pd.concat([prediction([one]) for one in made], ignore_index=True)
    assert_frame_equal(found, alone, check_exact=True)


def test_the_data_decide_where_q_starts(small):
    ready = prepared(load(small))
    x = ready.data[0].x_train
    first = prediction(ready.made).iloc[0]
    assert first["q"] == pytest.approx(1 + np.mean(x**2))
    products = x @ x.T
    of_pairs = products[~np.eye(len(x), dtype=bool)].mean() / x.shape[1]
    assert first["correlation"] == pytest.approx((1 + of_pairs) / first["q"])


def test_of_a_single_example_the_mean_error_is_its_error(small):
    found = table(small, "training.batch=1", "record.on=batch")
    np.testing.assert_allclose(found["predicted_speed"], found["predicted_delta_rms"], rtol=1e-9)
    many = table(small, "training.batch=full")
    assert (many["predicted_speed"] < many["predicted_delta_rms"])[[0, 3]].all()


def test_the_initialiser_decides_the_variances(small):
    glorot = table(small, "network.initialiser=glorot-normal")
    assert glorot["weight_variance"][0] == pytest.approx(64 * 2 / 70)
    assert (glorot["bias_variance"] == 0).all()
    constant = table(small, 'network.initialiser={name="constant",w=0.5}')
    assert constant["q"].isna().all()


def test_critical_knows_the_activation_that_feeds_it_and_refuses_a_step(small):
    found = table(small, "network.initialiser=critical", 'vary."network.activation"=["relu","tanh"]')
    assert found["weight_variance"].tolist() == pytest.approx([1, 2, 2, 1, 1, 1])
    assert found["chi"][:2].tolist() == pytest.approx([1, 1])
    with pytest.raises(ExperimentError, match=r"network.initialiser: no critical weights for step\(\)"):
        table(small, "network.initialiser=critical", 'vary."network.activation"=["step"]')


def test_a_counterfactual_is_predicted_with_what_it_passes_back(small):
    plain, lifted = table(small), table(small, "training.surrogate_floor=0.2")
    np.testing.assert_allclose(lifted["q"], plain["q"], rtol=1e-12)
    np.testing.assert_allclose(lifted["correlation"], plain["correlation"], rtol=1e-9)
    assert (lifted["chi"].dropna() > plain["chi"].dropna()).all()
    assert (lifted["chi"].dropna() >= 0.2**2).all()


def test_what_is_drawn_together_decides_no_bit(small, monkeypatch):
    at_once = table(small)
    monkeypatch.setattr("lab.runs.forecast.pairs.AT_ONCE", 1)
    assert_frame_equal(table(small), at_once, check_exact=True)


def test_where_errors_cancel_in_a_sample_more_pairs_tell_what_is_left(tmp_path):
    """A feature that outweighs all others and says nothing of the class: a sample's sums are below 0."""
    x = np.random.default_rng(1).normal(size=(300, 4))
    np.savez(tmp_path / "loud.npz", x=x * [1, 1, 1000, 1], y=x[:, 0] * x[:, 1] > 0)
    experiment = {
        "data": {"name": str(tmp_path / "loud.npz"), "test": 0},
        "network": {"hidden": [100, 100, 100], "activation": "tanh", "initialiser": "lecun"},
        "training": {"batch": "full", "steps": 1},
        "trials": {"seeds": 40},
    }
    run = lab.run(experiment, results=tmp_path, plots=False)
    start = run.layers[run.layers["step"] == 0]
    measured = np.sqrt((start["learning_speed"] ** 2).groupby(start["layer"]).mean())
    predicted = run.tables["prediction"].set_index("layer")["predicted_speed"]
    assert (np.abs(np.log(predicted / (measured / measured[3]))) < np.log(2)).all()
