"""The table ``prediction`` of an experiment, and the pairs of examples that it is of."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import lab
from lab.errors import ExperimentError
from lab.experiment.variants import load
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.runs import prediction as predictions
from lab.runs.prediction import MOST_PAIRS, notes, prediction
from lab.runs.preparation import prepared
from lab.training.examples import examples


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
    counted, products = [], predictions._products
    monkeypatch.setattr(predictions, "_products", lambda *given: counted.append(given) or products(*given))
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
    monkeypatch.setattr("lab.runs.prediction.AT_ONCE", 1)
    assert_frame_equal(table(small), at_once, check_exact=True)


def said(small, *overrides):
    ready = prepared(load(small, overrides))
    return notes(ready.made, prediction(ready.made))


ROOT = 'activations.root.value="where(z>0,sqrt(z),0*z)"'


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            ["tanh", "step"],
            "no error passes layer 2, where σ′ is 0 for almost every z: layers 1 to 2 do not learn",
        ),
        (["tanh", "step"], "no speed is predicted: all are relative to that of layer 2, which is 0"),
        (
            ["step", "tanh"],
            "no error passes layer 1, where σ′ is 0 for almost every z: layer 1 does not learn",
        ),
        (
            ["tanh", "root"],
            "no speed is predicted: σ′ is not square integrable in layer 2, so ‖δ‖² has no mean there",
        ),
        (["bent", "bent"], "no speed is predicted: z has no finite mean square in layer 2"),
    ],
)
def test_why_speeds_are_missing(small, names, told):
    quoted = ",".join(f'"{name}"' for name in names)
    found = said(small, f'vary."network.activation"=[[{quoted}]]', ROOT, 'activations.bent.value="exp(z**2)"')
    assert f"[{' '.join(names)}]: {told}" in found


def test_of_a_q_that_is_too_small_for_a_float_no_slope_is_said_to_be_zero(small):
    overrides = ['network.activation="(1e-60*z)**3"', 'network.initialiser="glorot-normal"']
    found = said(small, *overrides)
    assert found[0].endswith("from layer 2 on q is too small for a float, below 5e-324, and taken as 0")
    assert not any("almost every z" in each for each in found)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("predicted_speed", "a speed is missing where the errors of the examples cancel"),
        ("predicted_delta_rms", "no speed is predicted: the errors at the output are 0, or no numbers"),
    ],
)
def test_why_errors_leave_no_speed(small, column, told):
    ready = prepared(load(small, []))
    found = notes(ready.made, prediction(ready.made).assign(**{column: np.nan}))
    assert found[0].startswith(told)


def test_what_all_variants_have_is_said_once_and_of_wide_layers_nothing_is(small):
    assert said(small) == [
        "hidden layers are predicted as if they were wide: speeds may be off by up to 37 %"
    ]
    assert said(small, "network.hidden=[300,300]") == []


@pytest.mark.parametrize(("sigma", "grows"), [("z^2", True), ("relu", False), ("tanh", False)])
def test_what_chance_makes_of_few_neurons_grows_where_q_is_squared(small, sigma, grows):
    """Of z² each layer doubles what ln q is off."""
    changed = (f'network.activation="{sigma}"', "network.hidden=[30,30,30,30,30,30]")
    lecun = 'network.initialiser="lecun"'
    (found,) = said(small, *changed, lecun)
    assert ("off by powers of ten" in found) == grows
    assert ("off by up to 20 %" in found) == (not grows)


def test_few_outputs_leave_much_to_chance(small):
    wide = "network.hidden=[300,300]"
    (found,) = said(small, wide, 'data={name="xor"}', "training.batch=4")
    assert found.startswith("speeds are the rms over many networks")
    (found,) = said(small, wide, 'network.initialiser={name="constant",w=0.5}')
    assert found == "nothing is predicted, its weights are not drawn with mean 0"
    (found,) = said(small, wide, 'network.initialiser={name="he",bias=0.5}')
    assert found == "nothing is predicted, its biases are not drawn with mean 0"


# Pairs.

RNG = np.random.default_rng(5)


def network(cost=None, output="sigmoid", sizes=(4, 3, 3)):
    return Network(sizes, (lab.activation("tanh"), lab.activation(output)), cost or CrossEntropy())


def classes(*labels):
    return np.eye(3)[list(labels)]


def pairs(network, x, y, count):
    return predictions.pairs(network, examples(x, y, True, "float64"), count)


def products(kind):
    """⟨x x′⟩ over the features, of each pair."""
    q, other = kind.mean_squares
    return kind.correlation * np.sqrt(q * other)


def errors(kind, q, c):
    """E δ·δ′ of the pairs of a kind, if all have these q and c at the output."""
    every = np.ones(len(kind.mean_squares[0]))
    return kind.alike(q * every, q * every, c * every)


def test_shares_and_correlations_are_those_of_the_pairs_counted_one_by_one():
    x, labels = RNG.random((12, 4)), [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
    itself, alike, apart = pairs(network(), x, classes(*labels), 7)
    same = np.equal.outer(labels, labels)
    others = ~np.eye(12, dtype=bool)
    norm = np.sqrt((x * x).sum(axis=1))
    for kind, mask in ((alike, same & others), (apart, ~same)):
        assert kind.share == pytest.approx((1 - 1 / 7) * mask.sum() / others.sum())
        found = np.sort((x @ x.T / np.outer(norm, norm))[np.triu(mask)])
        np.testing.assert_allclose(np.sort(kind.correlation), found, rtol=1e-12)
        assert np.mean(kind.weight * products(kind)) == pytest.approx((x @ x.T / 4)[mask].mean())
    assert (itself.share, itself.of_one) == (1 / 7, True)
    assert itself.mean_squares[0] == pytest.approx(norm**2 / 4)
    assert itself.share + alike.share + apart.share == pytest.approx(1)


@pytest.mark.parametrize(("count", "rows"), [(1, 12), (5, 1)])
def test_one_example_is_alone(count, rows):
    (only,) = pairs(network(), RNG.random((rows, 4)), classes(*[0] * rows), count)
    assert (only.share, only.of_one) == (1, True)


def test_targets_that_all_differ_make_one_kind_and_inputs_of_zero_have_a_correlation_of_zero():
    found = pairs(network(Quadratic()), RNG.random((12, 4)), RNG.random((12, 3)), 12)
    assert [kind.share for kind in found] == pytest.approx([1 / 12, 11 / 12])
    found = pairs(network(), np.zeros((6, 4)), classes(0, 0, 0, 1, 1, 1), 6)
    assert [kind.correlation.any() for kind in found[1:]] == [False, False]


def test_errors_at_the_output_are_alike_within_a_class_and_not_between():
    """At z = 0 a sigmoid's errors are ½ − y: δ·δ = ¾, and ¼ − ½ for different classes of three."""
    _, alike, apart = pairs(network(), RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)
    assert errors(alike, 0, 1) == pytest.approx(0.75)
    assert errors(apart, 0, 1) == pytest.approx(-0.25)
    assert (errors(apart, 2, 0.5) == errors(apart, 2, 0.5)).all()
    assert np.isnan(errors(apart, np.nan, 0.5)).all()


def test_outputs_far_from_all_targets_leave_errors_as_alike_as_the_outputs():
    """Over an identity δ = a − y of huge a: as alike as z and z′ are."""
    far = network(Quadratic(), "identity")
    for kind in pairs(far, RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)[1:]:
        for c in (0.3, -0.3):
            assert errors(kind, 1e8, c).mean() / 3e8 == pytest.approx(c, abs=1e-3)


@pytest.mark.parametrize(
    ("cost", "output"), [(CrossEntropy(), "sigmoid"), (SoftmaxCrossEntropy(), "identity")]
)
def test_errors_of_one_class_are_more_alike_than_those_of_two(cost, output):
    one, alike, apart = pairs(network(cost, output), RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)
    assert errors(apart, 1, 0.3).max() < errors(alike, 1, 0.3).min() < errors(one, 1, 1).min()


def test_of_many_pairs_a_sample_has_their_means():
    """Weights near 1 give it the mean x·x′ and y·y′ of all pairs of its kind; no example is beside itself."""
    labels = np.arange(400) % 3 // 2  # two of three examples are of class 0
    x, y = RNG.random((400, 4)), classes(*labels)
    same = np.equal.outer(labels, labels)
    kinds = pairs(network(), x, y, 400)[1:]
    for kind, mask in zip(kinds, (same & ~np.eye(400, dtype=bool), ~same), strict=True):
        assert len(kind.correlation) == MOST_PAIRS
        assert np.mean(kind.weight) == pytest.approx(1)
        assert np.std(kind.weight) < 0.1
        assert np.mean(kind.weight * products(kind)) == pytest.approx((x @ x.T / 4)[mask].mean())
        assert kind.correlation.max() < 1
        assert (np.sum(kind.alike.y * kind.alike.other, axis=1) == (1 if kind is kinds[0] else 0)).all()
        first = (kind.alike.y[:, 0] == 1).mean()
        assert first == pytest.approx(mask[labels == 0].sum() / mask.sum(), abs=0.03)


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


def test_of_many_variants_a_note_is_about_the_first_are_named(small):
    varied = 'vary."network.activation"=["z^2","relu","tanh"]', 'vary."training.eta"=[0.1,0.2]'
    wide = "hidden layers are predicted as if they were wide"
    found = [note.partition(f": {wide}")[0] for note in said(small, *varied) if wide in note]
    both, four = "z^2, eta=0.1; z^2, eta=0.2", "relu, eta=0.1; relu, eta=0.2; tanh, eta=0.1; tanh, eta=0.2"
    assert found == [both, four]
    varied = varied[0], 'vary."training.eta"=[0.1,0.2,0.3]'
    found = [note.partition(f": {wide}")[0] for note in said(small, *varied) if wide in note]
    assert found[1] == "relu, eta=0.1; relu, eta=0.2; relu, eta=0.3 and 3 more variants"
