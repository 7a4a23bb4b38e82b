from collections import Counter

from lab.analysis.rules import RULES
from lab.analysis.verdicts import verdicts
from tests.analysis.runs import ran, spoken

DEEP = {"network__hidden": [8] * 6, "network__activation": "sigmoid", "network__initialiser": "nielsen"}


def test_verdicts_stand_by_variant_and_the_gravest_first(tmp_path):
    found = ran(tmp_path, **DEEP, training__epochs=4, vary={"training.eta": [1e-9, 0.1]}).verdicts
    labels, rules = ["eta=1e-09", "eta=0.1"], list(RULES)
    places = [(labels.index(verdict.variant), rules.index(verdict.rule)) for verdict in found]
    assert places == sorted(places)
    assert min(Counter(label for label, _ in places)[label] for label in (0, 1)) >= 2


def test_what_was_not_recorded_is_not_judged(tmp_path):
    deep = DEEP | {"training__epochs": 4}
    assert set(spoken(tmp_path, **deep, record__quantities=["a_mean"])) == {"nothing learned"}
    bare = spoken(tmp_path, **deep, record__quantities=["learning_speed"])["slow early layers"]
    assert bare.sentence.endswith("as fast as layer 6 at the start")


def test_rules_that_cannot_judge_are_told_once_with_the_key_that_would_let_them(tmp_path):
    several = {"training__epochs": 1, "vary": {"network.activation": ["relu", "leaky-relu"]}}
    assert verdicts(ran(tmp_path, **several).tables).not_judged == []
    few = verdicts(ran(tmp_path, **several, record__on="batch").tables).not_judged
    assert few == [
        "not judged: dead neurons, neurons off. The reason: a reading sees only 10 examples. "
        'Try record.on = "probe"'
    ]
    bare = ran(tmp_path, **several, record__quantities=["learning_speed"]).tables
    (missing,) = verdicts(bare).not_judged
    assert missing.startswith("not judged: equal neurons, ")
    assert missing.endswith("update_ratio, weight_norm, low_input")


def test_a_run_of_before_chance_was_recorded_is_judged_by_equal_classes(tmp_path):
    tables = ran(tmp_path, **DEEP, training__epochs=4).tables
    older = tables["variants"].drop(columns=["chance", "cost_of_mean", "input_rms"])
    (told,) = (one for one in verdicts(tables | {"variants": older}) if one.rule == "nothing learned")
    assert "the commonest class gets 10 %" in told.sentence
