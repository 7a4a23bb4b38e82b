import pytest

import lab
from lab.analysis.rule import rounded
from lab.analysis.verdicts import verdicts
from tests.analysis.runs import ran, spoken

SATURATED = {"network__initialiser": {"name": "large", "gain": 10.0}, "network__activation": "sigmoid"}
NEGATIVE = {"name": "constant", "w": -0.1, "b": -1.0}
DEAD = {"network__activation": "relu", "network__initialiser": NEGATIVE, "training__epochs": 4}
OFF = {"network__activation": "leaky-relu", "training__eta": 1e-9}
NUMBERS = {"data__name": "teacher", "data__noise": 0.5, "network__output": "identity"}
NUMBERS |= {"network__cost": "quadratic"}


@pytest.mark.parametrize("accuracy", [0.86, 0.87])
def test_saturation_is_told_below_a_training_accuracy(tmp_path, accuracy):
    """Of ten classes: 0.1 + 0.85 · 0.9 = 0.865."""
    tables = ran(tmp_path, **SATURATED, training__epochs=4).tables
    judged = verdicts(tables | {"trials": tables["trials"].assign(final_accuracy=accuracy)})
    assert ("saturated layer" in {verdict.rule for verdict in judged}) == (accuracy == 0.86)


@pytest.mark.parametrize("on", ["probe", "batch"])
def test_saturation_of_a_network_without_classes_is_told_by_r2(tmp_path, on):
    run = ran(tmp_path, **{**NUMBERS, **SATURATED, "training__eta": 1e-9}, record__on=on)
    found = {verdict.rule: verdict.sentence for verdict in run.verdicts}
    r2 = 1 - run.trials["final_cost"][0] / run.variants["cost_of_mean"][0]
    assert r2 < -1
    assert f"while R² = {rounded(r2)} on the training data" in found["saturated layer"]
    assert "worse than the best constant answer" in found["nothing learned"]


@pytest.mark.parametrize("gain", [3.0, 10.0])
def test_a_saturated_layer_is_told_with_its_share_its_cost_and_the_others(tmp_path, gain):
    """As in experiments/saturated-hidden.toml, where it leaves 0.80 and 0.40 of the training data right."""
    changed = {**SATURATED, "network__initialiser": {"name": "large", "gain": gain}, "training__epochs": 20}
    run = ran(tmp_path, trials__seeds=5, data__train=1000, **changed)
    (verdict,) = (verdict for verdict in run.verdicts if verdict.rule == "saturated layer")
    end = run.layers[run.layers["step"] == run.layers["step"].max()]
    share = end.groupby("layer")["saturation"].median()[[1, 2]]
    assert (verdict.value, verdict.layer) == (share.max(), share.idxmax())
    assert verdict.sentence == (
        f"{100 * verdict.value:.3g} % of layer {verdict.layer} is saturated at the end, while "
        f"only {100 * run.trials['final_accuracy'].median():.3g} % of the training data are right; "
        f"likewise in layer {3 - verdict.layer}; try smaller first weights"
    )


@pytest.mark.parametrize(
    ("given", "advice"), [({}, "cross-entropy"), ({"network.output": "tanh"}, 'network.output = "identity"')]
)
def test_a_saturated_output_is_advised_the_cross_entropy_where_all_numbers_are_probabilities(
    tmp_path, given, advice
):
    """It is what Nielsen advises his single neuron (ch. 3); with it δ = a − y, so that it learns at once."""
    chosen = {"trials.seeds": 1, "record.every": 10} | given
    run = lab.run("experiments/saturated-neuron.toml", chosen, results=tmp_path, plots=False)
    (verdict,) = (one for one in run.verdicts if one.rule == "saturated output")
    assert advice in verdict.sentence
    if advice == "cross-entropy":
        chosen["network.cost"] = advice
        again = lab.run("experiments/saturated-neuron.toml", chosen, results=tmp_path, plots=False)
        assert not [one for one in again.verdicts if one.rule == "saturated output"]
        first, followed = (one.layers.set_index("variant")["learning_speed"] for one in (run, again))
        label = run.variants["variant"][1]
        assert followed[label].iloc[0] > 50 * first[label].iloc[0]


@pytest.mark.parametrize("sick", [1, 2])
def test_half_of_the_trials_must_show_it(tmp_path, sick):
    """Of three trials."""
    tables = ran(tmp_path, trials__seeds=3, training__epochs=10).tables
    layers = tables["layers"].copy()
    end = (layers["step"] == layers["step"].max()) & (layers["trial"] < sick) & (layers["layer"] == 2)
    layers.loc[end, "saturation"] = 0.75
    trials = tables["trials"].assign(final_accuracy=0.8)
    judged = verdicts(tables | {"layers": layers, "trials": trials})
    found = [(told.rule, told.layer, told.value) for told in judged if told.rule != "cost still falling"]
    assert found == ([("saturated layer", 2, 0.75)] if sick == 2 else [])


def test_what_is_advised_goes_by_the_start_of_the_trials_that_show_it(tmp_path):
    """Two of four trials saturate in training; the others began so, and are no longer."""
    tables = ran(tmp_path, trials__seeds=4, training__epochs=10).tables
    layers = tables["layers"].copy()
    for step, shares in (
        (layers["step"].min(), [0.1, 0.1, 1, 1]),
        (layers["step"].max(), [0.9, 0.9, 0.1, 0.1]),
    ):
        at = (layers["step"] == step) & (layers["layer"] == 2)
        layers.loc[at, "saturation"] = layers.loc[at, "trial"].map(dict(enumerate(shares)))
    given = tables | {"layers": layers, "trials": tables["trials"].assign(final_accuracy=0.8)}
    (told,) = (one for one in verdicts(given) if one.rule == "saturated layer")
    assert told.sentence.startswith("2 of 4 trials: 90 % of layer 2 is saturated at the end")
    assert told.sentence.endswith("; try a smaller training.eta")


@pytest.mark.parametrize("cost", ["quadratic", "cross-entropy"])
def test_a_saturated_output_is_told_where_the_cost_leaves_its_slope(tmp_path, cost):
    """As in experiments/saturated-output.toml."""
    large = {"network__initialiser": {"name": "large", "gain": 3.0}, "network__hidden": [30]}
    sigmoid = {"network__activation": "sigmoid", "network__output": "sigmoid", "network__cost": cost}
    found = spoken(tmp_path, **large, **sigmoid, training__epochs=1)
    assert ("saturated output" in found) == (cost == "quadratic")
    if found:
        assert 'try network.cost = "cross-entropy"' in found["saturated output"].sentence


@pytest.mark.parametrize(
    ("start", "end", "told", "when"),
    [
        ([0.65, 0.7, 0.4], [0.9, 0.9, 0.9], 0.675, "start"),  # a later, larger share is of another reading
        ([0.9, 0.9, 0.9], [0.1, 0.1, 0.1], 0.9, "start"),
        ([0.6, 0.3, 0.2], [0.9, 0.8, 0.7], 0.8, "end"),
        ([0.1, 0.1, 0.1], [0.2, 0.2, 0.2], None, ""),
    ],
)
def test_the_share_of_a_saturated_output_is_of_the_reading_that_is_named(tmp_path, start, end, told, when):
    sigmoid = {"network__hidden": [], "network__output": "sigmoid", "network__cost": "quadratic"}
    tables = ran(tmp_path, **sigmoid, trials__seeds=3, training__epochs=4, training__eta=1e-9).tables
    layers = tables["layers"].copy()
    steps = {"start": layers["step"].min(), "end": layers["step"].max()}
    for name, shares in (("start", start), ("end", end)):
        at = layers["step"] == steps[name]
        layers.loc[at, "saturation"] = layers.loc[at, "trial"].map(dict(enumerate(shares)))
    found = [one for one in verdicts(tables | {"layers": layers}) if one.rule == "saturated output"]
    assert [one.value for one in found] == [told] * bool(when)
    for one in found:
        assert f"{100 * told:.3g} % of the output layer is saturated at the {when}, " in one.sentence
        assert one.step == steps[when]


def test_an_output_without_slope_is_dead_only_where_the_cost_needs_it(tmp_path):
    dead = {"network__hidden": [], "network__output": "relu", "network__cost": "quadratic"}
    tables = ran(tmp_path, **dead, network__initialiser=NEGATIVE, training__epochs=4).tables
    for cancels in (False, True):
        given = tables | {"variants": tables["variants"].assign(cancels=cancels)}
        assert ("dead output" in {told.rule for told in verdicts(given)}) != cancels


@pytest.mark.parametrize(
    ("seen", "on"),
    [
        ({"record__on": "batch", "training__batch": 99}, "the last 2 readings, 99 each"),
        ({"record__on": "batch", "training__batch": 100}, "the 100 examples read"),
        ({"record__on": "batch"}, "the last 10 readings, 10 each"),
        ({"record__examples": 99}, "the last 2 readings, 99 each"),
        ({}, "the 300 examples read"),
        ({"record__on": "batch", "training__batch": "full", "data__train": 50}, "the 50 examples read"),
    ],
    ids=["batch of 99", "batch of 100", "batches of 10", "probe of 99", "probe of 300", "all of 50"],
)
def test_neurons_are_judged_by_enough_examples_of_one_reading_or_of_several(tmp_path, seen, on):
    read = {"record__every": 4, **seen}
    found = spoken(tmp_path, **DEAD, **read)
    on = on.replace("the last", "the examples of the last")
    assert f"100 % of layer 1's neurons are dead at the end: σ′ = 0 on all of {on}" in (
        found["dead neurons"].sentence
    )
    off = spoken(tmp_path, **DEAD | OFF, **read)["neurons off"]
    assert f"neurons are off on at least 95 % of {on}" in off.sentence


def test_neurons_that_are_dead_are_not_told_to_be_off_too(tmp_path):
    """But those of another layer are that are off and not dead."""
    tables = ran(tmp_path, **DEAD).tables
    assert {told.rule for told in verdicts(tables)} & {"dead neurons", "neurons off"} == {"dead neurons"}
    layers = tables["layers"]
    alive = tables | {
        "layers": layers.assign(dead_neurons=layers["dead_neurons"].where(layers["layer"] != 2, 0))
    }
    told = {one.rule: one for one in verdicts(alive)}
    assert told["dead neurons"].layer == 1
    assert told["neurons off"].layer == 2
    assert "likewise" not in told["neurons off"].sentence


def test_neurons_are_left_open_by_readings_that_do_not_tell(tmp_path):
    """Half of the neurons dead in each batch may be the same half, or another each time."""
    tables = ran(tmp_path, network__activation="relu", record__on="batch", training__epochs=4).tables
    given = tables | {"layers": tables["layers"].assign(dead_neurons=0.5)}
    assert not {verdict.rule for verdict in verdicts(given)} & {"dead neurons"}
    (told,) = verdicts(given).not_judged
    assert told.startswith("not judged: dead neurons")
    assert told.endswith('a reading sees only 10 examples. Try record.on = "probe"')


def test_neurons_of_a_run_that_does_not_tell_what_was_read_are_not_judged(tmp_path):
    lost = set()
    for given in (DEAD, DEAD | OFF):
        tables = ran(tmp_path, **given).tables
        older = tables | {"variants": tables["variants"].drop(columns=["examples", "train"])}
        lost |= {verdict.rule for verdict in verdicts(tables)} - {verdict.rule for verdict in verdicts(older)}
    assert lost >= {"dead neurons", "neurons off"}


@pytest.mark.parametrize(
    ("hidden", "share", "passed"),
    [([30, 1, 30], 0.1, "10 % of the 10 outputs"), ([4, 1, 30], 0.25, "25 % of the 4 numbers that it gets")],
)
def test_a_narrow_layer_is_told_with_what_passes_it(tmp_path, hidden, share, passed):
    found = spoken(tmp_path, network__hidden=hidden)["narrow layer"]
    assert (found.layer, found.value) == (2, share)
    assert f"all that layer 2 passes on is 1 number an example, {passed}, while only " in found.sentence
    assert found.sentence.endswith("try more neurons in layer 2")


@pytest.mark.parametrize(
    ("network", "rule", "told"),
    [
        (
            {},
            "dead neurons",
            "layer 1's only neuron is dead at the end: σ′ = 0 on all of the 300 examples read",
        ),
        (
            {"network__output": "relu", "network__cost": "quadratic", "data__name": "circles"},
            "dead output",
            "dead output: the only output neuron has σ′ = 0 on all of the 300 examples read",
        ),
    ],
)
def test_a_single_neuron_is_not_told_in_per_cent(tmp_path, network, rule, told):
    found = spoken(tmp_path, **{**DEAD, "network__hidden": [1], **network})
    assert found[rule].sentence.startswith(told)


def test_what_is_told_of_one_layer_is_not_said_not_to_be_judged_for_another(tmp_path):
    """Of layer 2 readings of ten leave open whether these neurons are dead."""
    tables = ran(tmp_path, **DEAD, record__on="batch", record__every=10).tables
    layers = tables["layers"].copy()
    layers.loc[layers["layer"] == 2, "dead_neurons"] = 0.9
    told = verdicts(tables | {"layers": layers})
    (dead,) = (one for one in told if one.rule == "dead neurons")
    assert (dead.layer, "likewise" in dead.sentence) == (1, False)
    assert not any("dead neurons" in reason for reason in told.not_judged)
