import re

import pytest

from lab.analysis.rule import rounded
from lab.analysis.verdicts import verdicts
from tests.analysis.runs import diagnosed, ran, spoken


def test_weights_that_learning_makes_small_do_not_decay(tmp_path):
    """Without λ it is said of none, however small the weights become."""
    tables = ran(tmp_path, training__epochs=10).tables
    layers = tables["layers"].copy()
    layers.loc[layers["step"] == layers["step"].max(), "weight_norm"] *= 0.01
    given = tables | {"layers": layers, "trials": tables["trials"].assign(final_accuracy=0.5)}
    for decay, speaks in ((0.0, False), (1.0, True)):
        of_decay = given | {"variants": tables["variants"].assign(decay=decay)}
        assert ("weights vanish" in {told.rule for told in verdicts(of_decay)}) == speaks


@pytest.mark.parametrize(("eta", "speaks"), [(5e-5, True), (0.02, False)])
def test_weights_that_hardly_move_are_told_by_their_whole_path(tmp_path, eta, speaks):
    run = ran(tmp_path, training__eta=eta, training__epochs=4, record__every=1)
    found = {told.rule: told for told in run.verdicts}
    assert ("updates small" in found) == speaks
    if speaks:
        told = found["updates small"]
        gone = run.layers.query("layer == @told.layer")["update_ratio"].sum()
        assert told.value == pytest.approx(gone, rel=0.01)
        assert f"in all 200 steps together layer {told.layer}'s weights moved by about" in told.sentence


@pytest.mark.parametrize("sd", [0.1, 1.0])
def test_a_long_first_step_is_told_by_what_it_is_compared_with(tmp_path, sd):
    """The weights, or usual ones where these are smaller: rows of norm 1."""
    run = ran(
        tmp_path, network__initialiser={"name": "normal", "sd": sd}, training__eta=100.0, training__steps=2
    )
    (told,) = (one for one in run.verdicts if one.rule == "first step too long")
    row = run.layers.query("layer == @told.layer and step == 0").iloc[0]
    n = {1: 30, 2: 30, 3: 10}[told.layer]
    own, step = row["weight_norm"], row["update_ratio"] * row["weight_norm"]
    assert (own < n**0.5) == (sd == 0.1)
    assert told.value == pytest.approx(step / max(own, n**0.5))
    usual = (
        f"of layer {told.layer} is {rounded(told.value)}× as long as usual weights (rows of norm 1), and its"
    )
    its_own = f"is {rounded(told.value)}× as long as layer {told.layer}'s weights"
    assert (usual if sd == 0.1 else its_own) in told.sentence


@pytest.mark.parametrize(("accuracy", "speaks"), [(0.8, True), (0.9, False)])
def test_a_long_first_step_did_no_harm_where_the_task_was_learned(tmp_path, accuracy, speaks):
    tables = ran(tmp_path, training__eta=100.0, training__steps=2).tables
    given = tables | {"trials": tables["trials"].assign(final_accuracy=accuracy)}
    assert ("first step too long" in {told.rule for told in verdicts(given)}) == speaks


@pytest.mark.parametrize(
    ("sd", "size"), [(0.05, "their size"), (0.5, "the size of usual ones (rows of norm 1)")]
)
def test_a_short_path_is_told_by_what_it_is_compared_with(tmp_path, sd, size):
    drawn = {"name": "normal", "sd": sd}
    found = spoken(tmp_path, network__initialiser=drawn, network__activation="identity", training__eta=1e-9)
    assert found["updates small"].sentence.partition("; ")[0].endswith(f" % of {size}")


def test_large_weights_do_not_make_a_path_short(tmp_path):
    """‖Δw‖ is then compared with rows of norm 1."""
    large = {"network__initialiser": {"name": "large", "gain": 100.0}, "network__activation": "identity"}
    assert "updates small" not in spoken(tmp_path, **large, training__eta=1e-4)


def test_long_steps_are_told_of_trials_that_end_in_numbers_and_with_the_readings_that_they_are_of(tmp_path):
    run = ran(
        tmp_path, network__initialiser="nielsen", training__eta=5.0, training__epochs=4, trials__seeds=2
    )
    (told,) = (one for one in run.verdicts if one.rule == "updates large")
    ratios = run.layers.query("layer == @told.layer").groupby("trial")["update_ratio"].median()
    assert told.value == pytest.approx(ratios.median())
    assert told.evidence.endswith(f"layer {told.layer}, median up to step 150, 2 of 2 trials")
    gone = run.tables | {"trials": run.trials.assign(diverged_at=[8.0, float("nan")])}
    (told,) = (one for one in verdicts(gone) if one.rule == "updates large")
    assert told.trials == 1
    assert told.value == pytest.approx(ratios[1])


def decayed(tables, share):
    """The tables as of a run whose ηλ/n is this."""
    variants = tables["variants"]
    return tables | {"variants": variants.assign(decay=share * variants["train"] / variants["eta"])}


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.95, "= 0.05, so that nearly none of them is left"),
        (1.0, "= 0, so that none of them is left"),
        (1.25, "= −0.25, so that they change sign; try a smaller training.lambda"),
        (2.0, "= −1, so that they change sign and do not shrink"),
        (1667.0, "= −1670, so that they change sign and grow without end"),
    ],
)
def test_a_decay_that_overshoots_is_told_by_what_it_makes_of_the_weights(tmp_path, share, said):
    tables = ran(tmp_path, training__epochs=4, training__eta=1e-9).tables
    (told,) = diagnosed(verdicts(decayed(tables, share))).values()
    assert f"each step multiplies the weights by 1 − ηλ/n {said}" in told.sentence
    assert told.rule not in {one.rule for one in verdicts(decayed(tables, 0.89))}


def test_a_decay_that_overshoots_is_no_fault_where_the_task_is_learned_or_the_run_did_not_record_eta(
    tmp_path,
):
    tables = decayed(ran(tmp_path, training__epochs=10).tables, 1.25)
    assert verdicts(tables) == []
    failed = tables | {"trials": tables["trials"].assign(final_accuracy=0.3)}
    assert set(diagnosed(verdicts(failed))) == {"decay too large"}
    older = failed | {"variants": tables["variants"].drop(columns="eta")}
    assert "decay too large" not in {told.rule for told in verdicts(older)}


@pytest.mark.parametrize(("share", "told_too"), [(1.5, True), (2.5, False)])
def test_a_divergence_is_told_beside_a_decay_by_which_weights_do_not_grow(tmp_path, share, told_too):
    diverges = {"network__activation": "identity", "network__output": "identity"}
    tables = ran(tmp_path, **diverges, network__cost="quadratic", training__eta=1e3).tables
    rules = set(diagnosed(verdicts(decayed(tables, share))))
    assert rules == {"decay too large", *["diverged"] * told_too}


def test_a_tiny_rest_of_the_weights_is_told_in_words(tmp_path):
    tables = ran(tmp_path, training__epochs=4, training__lambda=1.0).tables
    layers = tables["layers"].copy()
    layers.loc[layers["step"] == layers["step"].max(), "weight_norm"] *= 1e-57
    given = tables | {"layers": layers, "trials": tables["trials"].assign(final_accuracy=0.5)}
    (told,) = (one for one in verdicts(given) if one.rule == "weights vanish")
    assert re.match(r"weight decay: next to nothing \(.*e-55 %\) of the size of layer ", told.sentence)


def test_large_steps_beside_weights_that_decay_are_not_told(tmp_path):
    """Smaller steps would decay less too, but what must be smaller is λ."""
    found = spoken(tmp_path, training__lambda=1000.0)
    assert "a smaller training.lambda" in found["weights vanish"].sentence
    assert found["updates large"].under == "weights vanish"
