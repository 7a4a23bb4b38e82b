import pytest

from lab.analysis.rule import rounded
from lab.analysis.verdicts import verdicts
from tests.analysis.runs import ran, spoken


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
