from collections import Counter

from lab.analysis.rules import RULES
from lab.analysis.verdicts import _cases, verdicts
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
    told = ran(tmp_path, **over, vary={"training.lambda": [0.0, 12500.0]}).verdicts.by_variant
    assert {one.rule for one in told["lambda=12500.0"]} == {"decay too large"}
    assert "nothing learned" in {one.rule for one in told["lambda=0.0"]}
    _, case = next(iter(_cases(ran(tmp_path, **over).tables)))
    for rule in RULES.values():
        assert set(rule.explains(case)) <= set(RULES)
    bare = ran(tmp_path, **over, training__lambda=12500.0, record__quantities=["a_mean"]).verdicts
    assert "no gradient" not in bare.not_judged[0]
