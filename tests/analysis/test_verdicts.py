from collections import Counter

from lab.analysis.rules import RULES
from lab.analysis.verdicts import _cases, verdicts
from tests.analysis.runs import ran, spoken

DEEP = {"network__hidden": [8] * 6, "network__activation": "sigmoid", "network__initialiser": "nielsen"}


def test_verdicts_stand_by_variant_and_the_gravest_first(tmp_path):
    found = ran(tmp_path, **DEEP, training__epochs=4, vary={"training.eta": [1e-9, 0.1]}).verdicts
    labels, rules = ["eta=1e-09", "eta=0.1"], list(RULES)
    places = [
        (labels.index(variant), min(rules.index(one.rule) for one in (told, *under)))
        for variant, diagnoses in found.diagnoses.items()
        for told, under in diagnoses
    ]
    assert places == sorted(places)
    assert min(Counter(label for label, _ in places)[label] for label in (0, 1)) >= 1
    assert all(one.rule for one in found if not one.under)


def test_what_was_not_recorded_is_not_judged(tmp_path):
    deep = DEEP | {"training__epochs": 4}
    assert set(spoken(tmp_path, **deep, record__quantities=["a_mean"])) == {"nothing learned"}
    bare = spoken(tmp_path, **deep, record__quantities=["learning_speed"])["slow early layers"]
    assert bare.sentence.endswith("as fast as layer 6 at the start")


def test_rules_that_cannot_judge_are_told_once_with_the_key_that_would_let_them(tmp_path):
    several = {"training__epochs": 1, "vary": {"network.activation": ["relu", "leaky-relu"]}}

    def open_beside_what_was_learned(**changes):
        return verdicts(ran(tmp_path, **several, **changes).tables).not_judged[1:]

    assert open_beside_what_was_learned() == []
    assert open_beside_what_was_learned(record__on="batch") == [
        "not judged: dead neurons, neurons off. The reason: a reading sees only 10 examples. "
        'Try record.on = "probe"'
    ]
    fixed = open_beside_what_was_learned(record__examples=5)
    assert [told.partition(". ")[2] for told in fixed] == [
        "The reason: a reading sees only 5 examples. Try more record.examples"
    ]
    tables = ran(tmp_path, **several, record__on="batch").tables
    watched = tables | {"variants": tables["variants"].assign(engine="torch")}
    assert verdicts(watched).not_judged[1].endswith(" 10 examples. Try larger batches")
    (missing,) = open_beside_what_was_learned(record__quantities=["learning_speed"])
    assert missing.startswith("not judged: equal neurons, ")
    assert missing.endswith("weight_norm, update_ratio, low_input")


def test_a_training_too_short_to_learn_is_told_to_be_not_judged_by_what_it_learned(tmp_path):
    short = ran(tmp_path, **DEEP, training__steps=30, record__quantities=["a_mean"]).verdicts
    assert "nothing learned" not in {verdict.rule for verdict in short}
    assert short.not_judged[0] == (
        "not judged: what was learned. The reason: training took 30 steps, and it is asked after 200 steps "
        "and an epoch. Train longer"
    )


def test_a_run_of_before_chance_was_recorded_is_judged_by_equal_classes(tmp_path):
    tables = ran(tmp_path, **DEEP, training__epochs=4).tables
    older = tables["variants"].drop(columns=["chance", "cost_of_mean", "input_rms"])
    (told,) = (one for one in verdicts(tables | {"variants": older}) if one.rule == "nothing learned")
    assert "the commonest class gets 10 %" in told.sentence


def test_what_follows_from_a_graver_fault_is_not_told_as_one_of_its_own(tmp_path):
    """Nor told as not judged, and of another variant it is told all the same."""
    over = {"training__eta": 0.1, "training__epochs": 4, "network__activation": "sigmoid"}
    told = ran(tmp_path, **over, vary={"training.lambda": [0.0, 12500.0]}).verdicts
    (one,), others = (told.diagnoses[f"lambda={of}"] for of in (12500.0, 0.0))
    assert one[0].rule == "decay too large"
    assert {more.under for more in one[1]} == {"decay too large"}
    assert not any("; try " in more.sentence for more in one[1])
    assert "decay too large" not in {diagnosis.rule for diagnosis, _ in others}
    _, case = next(iter(_cases(ran(tmp_path, **over).tables)))
    for rule in RULES.values():
        assert rule.explained(case) <= set(RULES)
    bare = ran(tmp_path, **over, training__lambda=12500.0, record__quantities=["a_mean"]).verdicts
    assert "no gradient" not in bare.not_judged[0]


def test_a_diagnosis_is_told_first_with_what_follows_under_it(tmp_path):
    """Steps that are too long kill the neurons, so that nothing is learned.

    A vanishing gradient does not explain that where the steps of all layers were too small.
    """
    digits = {"data__train": 600, "network__hidden": [30, 30], "training__epochs": 20}
    relu = {"network__activation": "relu", "network__initialiser": "he", "training__optimiser": "adam"}
    (long,) = ran(tmp_path, **digits, **relu, training__eta=0.3).verdicts.diagnoses.values()
    ((first, under), *_) = long
    assert first.rule == "first step too long"
    assert {"no gradient", "nothing learned", "dead neurons"} <= {one.rule for one in under}
    deep = {"network__activation": "sigmoid", "network__hidden": [30] * 4, "network__initialiser": "nielsen"}
    (tiny,) = ran(tmp_path, **digits | deep, training__eta=1e-4).verdicts.diagnoses.values()
    assert [one.rule for one, _ in tiny] == ["updates small", "slow early layers"]
    assert tiny[0][0].sentence.endswith("; try a larger training.eta, or more training.epochs")
    assert "nothing learned" in {one.rule for one in tiny[0][1]}


def test_steps_too_long_from_the_first_one_on_are_one_diagnosis(tmp_path):
    """The first step is too long in some trials, all others in all trials: both have one advice."""
    digits = {"network__hidden": [30], "network__output": "identity", "network__initialiser": "nielsen"}
    steps = {"network__cost": "softmax-cross-entropy", "training__eta": 2.0, "trials__seeds": 6}
    found = ran(tmp_path, **digits, **steps).verdicts
    rules = {one.rule: one for one in found}
    assert 0 < rules["first step too long"].trials < rules["updates large"].trials
    assert rules["first step too long"].under == "updates large"
    assert not rules["updates large"].under


def test_neurons_that_die_in_training_are_not_taken_for_dead_at_the_start(tmp_path):
    """Of the few examples that a batch reads, more neurons are dead at the start than of all."""
    relu = {"network__activation": "relu", "network__initialiser": "nielsen", "network__hidden": [30]}
    steps = {"training__optimiser": "adam", "training__eta": 0.3, "trials__seeds": 6, "data__train": 1000}
    found = ran(tmp_path, **relu, **steps, training__epochs=8, record__on="batch").verdicts
    (dead,) = (one for one in found if one.rule == "dead neurons")
    assert dead.under == "first step too long"
    assert 0 < {one.rule: one for one in found}["no gradient"].trials < dead.trials


def test_who_is_not_shown_by_the_trials_of_a_diagnosis_is_one_of_its_own(tmp_path):
    tables = ran(tmp_path, **DEEP, training__epochs=4, trials__seeds=2).tables
    layers = tables["layers"].copy()
    whole = (layers["trial"] == 1) & (layers["layer"] == 1)
    layers.loc[whole, ["learning_speed", "learning_speed_w", "delta_rms", "error_rms"]] = 1.0
    found = verdicts(tables | {"layers": layers})
    rules = {one.rule: one for one in found}
    assert rules["slow early layers"].trials == 1
    assert rules["nothing learned"].trials == 2
    assert rules["nothing learned"].under != "slow early layers"
