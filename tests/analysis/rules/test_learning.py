import re
import warnings

import numpy as np
import pytest

from lab.analysis.verdicts import verdicts
from tests.analysis.judged import DATA, FAULTS, FOUR, write_files
from tests.analysis.runs import diagnosed, ran, spoken

NUMBERS = {"network__output": "identity", "network__cost": "quadratic"}
LINES = {key: value for key, value in FOUR.items() if key not in ("data__test", "training__epochs")}
UNLEARNED = "nothing learned"
DIVERGES = {"network__activation": "identity", **NUMBERS, "training__eta": 1e3, "training__epochs": 4}


def test_costs_next_to_the_largest_number_are_judged_without_a_warning(tmp_path):
    run = ran(tmp_path, training__eta=1e-9, training__epochs=400)
    steps = run.steps.assign(cost=1e200 * run.steps["cost"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert verdicts(run.tables | {"steps": steps})


@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize(
    ("unit", "least", "batch", "on"), [("epochs", 200, "full", "probe"), ("steps", 500, 1, "batch")]
)
def test_who_never_learns_is_told_so_after_200_steps_and_an_epoch(tmp_path, unit, least, batch, missing, on):
    changed = {f"training__{unit}": least - missing, "training__batch": batch, "record__on": on}
    rules = set(spoken(tmp_path, training__eta=1e-9, **changed))
    if missing:
        assert "nothing learned" not in rules
    else:
        assert rules >= {"nothing learned", "updates small"}


def test_trials_that_diverged_from_the_first_reading_are_told_once(tmp_path):
    huge = {"network__activation": "identity", "network__initialiser": {"name": "large", "gain": 1e200}}
    (verdict,) = ran(tmp_path, **huge).verdicts
    assert verdict.rule == "diverged"
    assert verdict.sentence.startswith("the trial diverged before any step: z ran over in layer 2; try")


def test_a_divergence_whose_origin_was_not_recorded_is_told_without(tmp_path):
    run = ran(tmp_path, **DIVERGES)
    bare = {"trials": run.trials.drop(columns=["origin", "origin_layer", "origin_z"])}
    told, plain = (verdicts(tables)[0].sentence for tables in (run.tables, run.tables | bare))
    step = f"the trial diverged by step {run.trials['diverged_at'][0]}"
    assert plain == f"{step}; try a smaller training.eta"
    assert told.startswith(f"{step}: ")


def test_a_minority_of_trials_that_learns_nothing_is_counted(tmp_path):
    """XOR by two neurons: some seeds stay at one half, while the median is perfect."""
    xor = {"data__name": "xor", "data__train": 4, "data__test": 0, "network__hidden": [2]}
    xor |= {"training__batch": "full", "training__epochs": 3000, "training__eta": 2.0, "trials__seeds": 20}
    run = ran(tmp_path, **xor, network__output="sigmoid", network__cost="cross-entropy")
    failed = run.trials["final_accuracy"] <= 0.55
    assert 0 < failed.sum() < 10
    (told,) = (verdict for verdict in run.verdicts if verdict.rule == "nothing learned")
    assert told.sentence.startswith(f"{failed.sum()} of 20 trials: nothing was learned: 50 % of the training")
    rest = run.trials["final_accuracy"][~failed].median()
    others = f"; in {20 - failed.sum()} other trials {100 * rest:.3g} % of the training data are right"
    assert f"{others}, as the median" in told.sentence
    assert told.trials == failed.sum()


@pytest.mark.parametrize(
    ("changed", "gives_way"),
    [
        ({"data__name": "circles", "data__train": 300, "network__hidden": []}, "updates large"),
        ({**LINES, "network__hidden": [4], "network__activation": "identity"}, "no gradient"),
    ],
)
def test_a_line_that_is_no_better_than_a_constant_is_not_told_to_take_other_steps(
    tmp_path, changed, gives_way
):
    line = {"network__initialiser": "nielsen", "training__eta": 0.5, "training__epochs": 600}
    told = spoken(tmp_path, **line, **changed, data__test=0, trials__seeds=10)
    assert gives_way not in diagnosed(told.values())
    assert "is linear up to its output" in told["nothing learned"].sentence


@pytest.mark.parametrize(
    "changed",
    [
        {"network__hidden": [30, 30], "training__lambda": 200.0},
        {"network__hidden": [30] * 6, "network__initialiser": {"name": "normal", "sd": 0.01}},
    ],
)
def test_a_line_is_not_said_to_be_too_little_where_something_else_kept_it(tmp_path, changed):
    told = spoken(tmp_path, network__activation="identity", training__eta=0.1, **changed)
    assert UNLEARNED in told
    assert "linear" not in told[UNLEARNED].sentence


@pytest.mark.parametrize(
    ("accuracies", "rest"),
    [
        ([0.1, 0.1, 0.1], ""),
        ([0.1, 0.1, 0.25], "; in one other trial 25 % of the training data are right"),
        ([0.1, None, 0.25], "; in one other trial 25 % of the training data are right"),
        ([0.1, 0.3, 0.5], "; in 2 other trials 40 % of the training data are right, as the median"),
    ],
)
def test_what_other_trials_learned_is_no_share_of_the_trials(tmp_path, accuracies, rest):
    tables = ran(tmp_path, trials__seeds=3, training__steps=200).tables
    (told,) = (
        told for told in verdicts(with_finals(tables, final_accuracy=accuracies)) if told.rule == UNLEARNED
    )
    tried = accuracies.count(0.1)
    many = "" if tried == 3 else f"{tried} of 3 trials: "
    assert told.sentence.startswith(
        f"{many}nothing was learned: 10 % of the training data are right at the end, "
    )
    assert re.search(r"gets [\d.]+ %(.*?)(; try .*)?$", told.sentence)[1] == rest
    threshold = 0.1 + 0.9 * tables["variants"]["chance"][0]  # as a share of right answers too
    assert (told.value, told.threshold) == (pytest.approx(0.1), pytest.approx(threshold))


@pytest.mark.parametrize(
    ("r2", "told"),
    [
        (-0.5, "nothing was learned yet: R² = −0.5 on the training data at the end, worse than"),
        (0.01, "nothing was learned yet: R² = 0.01 on the training data at the end, as by"),
        (
            0.08,
            "next to nothing was learned yet: R² = 0.08 on the training data at the end, little better than",
        ),
    ],
)
def test_what_was_learned_of_numbers_is_told_beside_the_best_constant_answer(tmp_path, r2, told):
    tables = ran(tmp_path, **DATA["teacher"]).tables
    given = with_finals(tables, final_cost=(1 - r2) * tables["variants"]["cost_of_mean"][0])
    (found,) = (one for one in verdicts(given) if one.rule == UNLEARNED)
    assert found.sentence.startswith(f"{told} the best constant answer")


def test_what_other_trials_learned_of_numbers_is_told_by_r2(tmp_path):
    tables = ran(tmp_path, **DATA["teacher"], trials__seeds=2).tables
    given = with_finals(tables, final_cost=tables["variants"]["cost_of_mean"][0] * np.array([1.0, 0.25]))
    (told,) = (told for told in verdicts(given) if told.rule == UNLEARNED)
    assert "; in one other trial R² = 0.75" in told.sentence


def test_where_chance_is_not_known_the_cost_is_told_beside_that_of_the_first_reading(tmp_path):
    tables = ran(tmp_path, **DATA["teacher"]).tables
    first = tables["steps"]["cost"][0]
    unknown = tables | {"variants": tables["variants"].assign(cost_of_mean=np.nan)}
    (told,) = (
        told for told in verdicts(with_finals(unknown, final_cost=0.95 * first)) if told.rule == UNLEARNED
    )
    assert told.sentence.startswith(
        "next to nothing was learned yet: the cost is 95 % of that of the first reading at the end"
    )
    assert told.evidence.startswith("nothing learned: 0.95 > 0.9, ")


@pytest.mark.parametrize(
    ("steps", "share", "told"),
    [
        (40, 1.5, "R² = −0.5 on the training data after 40 steps, worse than the best constant answer"),
        (1, 1.5, "R² = −0.5 on the training data after 1 step, worse than the best constant answer"),
        (40, 1.0 + 1e-12, None),
        (40, 0.99, None),
        (200, 1.5, None),
    ],
)
def test_numbers_that_are_worse_than_a_constant_are_told_before_a_network_has_to_learn(
    tmp_path, steps, share, told
):
    numbers = {**DATA["teacher"], "training__steps": steps, "training__batch": 300}
    tables = ran(
        tmp_path, **{key: value for key, value in numbers.items() if key != "training__epochs"}
    ).tables
    given = with_finals(tables, final_cost=share * tables["variants"]["cost_of_mean"][0])
    found = {one.rule: one for one in verdicts(given)}
    assert ("worse than a constant" in found) == bool(told)
    assert (UNLEARNED in found) == (steps == 200)
    if told:
        assert found["worse than a constant"].sentence.partition("; try ")[0] == told
        assert found["worse than a constant"].evidence.startswith("worse than a constant: −0.5 < 0, trials")


def test_classes_have_no_word_on_a_constant_before_they_have_to_learn(tmp_path):
    assert "worse than a constant" not in spoken(tmp_path, training__steps=40, training__eta=1e-9)


def test_chance_is_the_share_of_the_commonest_class(tmp_path):
    write_files(tmp_path)
    changed, _ = FAULTS["three in a hundred"]
    sentence = spoken(tmp_path, **changed)["nothing learned"].sentence
    assert "where always answering the commonest class gets 96.8 %" in sentence


def with_finals(tables, **finals):
    return tables | {"trials": tables["trials"].assign(**finals)}


@pytest.mark.parametrize(
    ("right", "tested", "tests", "speaks"),
    [
        (0.9, 0.12, 100, True),
        (0.9, 0.25, 100, True),  # more than chance, but a fifth of what was learned
        (0.9, 0.55, 100, False),  # more than half of it
        (0.5, 0.12, 100, False),  # less than half of the way
        (0.9, 0.12, 4, True),
        (0.4, 0.12, 4, False),  # of four test examples it says nothing: a standard error of 0.16
        (0.9, 0.12, 0, False),
    ],
)
def test_what_is_known_by_heart_is_right_in_training_alone(tmp_path, right, tested, tests, speaks):
    tables = ran(tmp_path, training__steps=200).tables
    given = with_finals(tables, final_accuracy=right, final_test_accuracy=tested)
    given |= {"variants": tables["variants"].assign(test=tests)}
    found = [told for told in verdicts(given) if told.rule == "learned by heart"]
    assert bool(found) == speaks
    if speaks:
        assert (
            f"90 % of the training data are right at the end, but {100 * tested:g} % of the test data"
            in found[0].sentence
        )


def test_who_learns_by_heart_is_not_told_to_go_on(tmp_path):
    """Though the cost still falls."""
    tables = ran(tmp_path, training__eta=1e-3, data__test=300).tables
    assert {"cost still falling"} == {told.rule for told in verdicts(tables)}
    given = with_finals(tables, final_accuracy=0.6, final_test_accuracy=0.1)
    assert {"learned by heart"} == set(diagnosed(verdicts(given)))


def test_what_numbers_are_known_by_heart_is_told_by_r2(tmp_path):
    tables = ran(tmp_path, **{**DATA["teacher"], "data__test": 200}).tables
    of_mean = tables["variants"]["cost_of_mean"][0]
    given = with_finals(tables, final_cost=0.2 * of_mean, final_test_cost=1.3 * of_mean)
    (told,) = (told for told in verdicts(given) if told.rule == "learned by heart")
    assert told.sentence == (
        "learned by heart: R² = 0.8 on the training data at the end, but −0.3 on the test data: "
        "0 % of what was learned holds there"
    )


@pytest.mark.parametrize(
    ("fall", "noise", "speaks"), [(0.2, 0.01, True), (0.03, 0.01, False), (0.2, 0.6, False)]
)
def test_a_cost_that_still_falls_is_told_where_that_is_sure(tmp_path, fall, noise, speaks):
    """Readings alternate by ± noise, and the last quarter lies lower."""
    tables = ran(tmp_path, training__steps=400, record__every=10).tables
    steps = tables["steps"].copy()
    reading = steps["step"] // 10
    steps["cost"] = (1 + noise * (-1.0) ** reading) * (1 - fall * (steps["step"] > 300))
    given = with_finals(tables, final_accuracy=0.7) | {"steps": steps}
    found = {told.rule: told for told in verdicts(given)}
    assert ("cost still falling" in found) == speaks
    if speaks:
        told = found["cost still falling"]
        assert told.value == pytest.approx(fall, abs=0.01)
        assert "the mean cost still fell by" in told.sentence
        assert told.sentence.endswith("; try a larger training.eta, or more training.epochs")


@pytest.mark.parametrize("fall", [0.2, 0.0])
def test_what_was_not_learned_while_the_cost_still_falls_was_not_learned_yet(tmp_path, fall):
    tables = ran(tmp_path, training__steps=400, record__every=10, trials__seeds=2).tables
    steps = tables["steps"].copy()
    steps["cost"] = 1 + 0.001 * (-1.0) ** (steps["step"] // 10) - fall * (steps["step"] > 300)
    found = {told.rule: told for told in verdicts(with_finals(tables, final_accuracy=0.1) | {"steps": steps})}
    assert found[UNLEARNED].sentence.startswith(f"nothing was learned{' yet' if fall else ''}: 10 % of")
    assert ("cost still falling" in found) == bool(fall)


def test_targets_that_an_output_reaches_by_its_bounds_alone_are_not_advised_to_be_standardised(tmp_path):
    write_files(tmp_path)
    changed, _ = FAULTS["targets out of reach"]
    told = spoken(tmp_path, **changed)[UNLEARNED]
    assert "standardised targets" not in told.sentence


SOFT = {"data__name": "soft.npz", "data__train": 100, "data__test": 100}
SOFT |= {"network__hidden": [8], "training__batch": 10, "training__epochs": 60}


def soft_file(folder, low, high):
    """Targets that are probabilities from low to high, which features decide."""
    x = np.random.default_rng(0).normal(size=(200, 2))
    p = low + (high - low) / (1 + np.exp(-2 * x[:, 0]))
    np.savez(folder / "soft.npz", x=x, y=np.column_stack([p, 1 - p]))


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.7), (0.3, 0.3)])
@pytest.mark.parametrize("cost", ["cross-entropy", "softmax-cross-entropy"])
def test_probabilities_that_are_learned_well_get_no_verdict(tmp_path, cost, low, high):
    """A perfect answer costs their entropy, which is nearly what a constant one costs."""
    soft_file(tmp_path, low, high)
    output = "identity" if "softmax" in cost else "sigmoid"
    keys = {"network__cost": cost, "network__output": output, "training__eta": 0.1}
    run = ran(tmp_path, **SOFT, **keys)
    assert 0.9 < run.variants["cost_of_perfect"][0] / run.variants["cost_of_mean"][0] <= 1.000001
    assert run.verdicts == []


def test_probabilities_of_which_nothing_was_learned_are_told_above_the_cost_of_a_perfect_answer(tmp_path):
    soft_file(tmp_path, 0.3, 0.7)
    told = spoken(tmp_path, **SOFT, network__cost="cross-entropy", training__eta=1e-6)[UNLEARNED]
    assert "1 − (C − C₀)/(C̄ − C₀) = −" in told.sentence


@pytest.mark.parametrize("value", [1.0, 0.1])
def test_where_all_targets_are_alike_nothing_is_told_beside_the_best_constant_answer(tmp_path, value):
    """It is perfect, so that R² would be −∞; the mean of tenths is rounded, and must not hide that."""
    x = np.random.default_rng(0).normal(size=(64, 2))
    np.savez(tmp_path / "alike.npz", x=x, y=np.full(64, value))
    of_file = {"data__name": "alike.npz", "data__train": 60, "data__test": 4, **NUMBERS}
    run = ran(tmp_path, **of_file, training__eta=0.01, network__hidden=[6])
    assert run.variants["cost_of_mean"][0] == 0
    assert run.verdicts == []
    slow = with_finals(run.tables, final_cost=run.steps["cost"][0])
    assert not re.search("R²|constant|inf", " ".join(told.sentence for told in verdicts(slow)))


@pytest.mark.parametrize("eta", [0.1, 1e-9])
def test_where_all_examples_are_of_one_class_that_is_told_and_no_chance(tmp_path, eta):
    x = np.random.default_rng(0).normal(size=(60, 2))
    np.savez(tmp_path / "one.npz", x=x, y=(np.arange(60) >= 50).astype(int))
    run = ran(tmp_path, data__name="one.npz", data__train=50, data__test=10, training__eta=eta)
    said = {told.rule: told.sentence for told in run.verdicts}
    assert "class missing" in said
    assert not {"nothing learned", "learned by heart"} & set(said)
    assert "constant" not in " ".join(said.values())
