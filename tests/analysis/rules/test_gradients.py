import re
from dataclasses import replace
from math import ceil, prod
from types import SimpleNamespace

import numpy as np
import pytest

from lab.analysis.rule import rounded
from lab.analysis.rules import RULES
from lab.analysis.rules.gradients import says_ratio
from lab.analysis.summary import summary
from lab.analysis.verdicts import verdicts
from tests.analysis.runs import diagnosed, ran

DEEP = {"network__hidden": [8] * 6, "network__activation": "sigmoid", "network__initialiser": "nielsen"}


def of_rule(run, *rules):
    return [verdict for verdict in run.verdicts if verdict.rule in rules]


@pytest.mark.parametrize(("floor", "slope"), [(0, "σ′"), (0.01, "max(σ′, 0.01)")])
def test_slow_layers_are_told_with_their_causes(tmp_path, floor, slope):
    """σ′, or the surrogate in its place."""
    run = ran(tmp_path, **DEEP, trials__seeds=3, training__epochs=4, training__surrogate_floor=floor)
    (verdict,) = of_rule(run, "slow early layers")
    first = run.layers[run.layers["step"] == 0].pivot(index="trial", columns="layer", values="learning_speed")
    ratio = (first[1] / first[6]).median()  # of three trials: the middle one
    assert verdict == replace(verdict, layer=1, step=0, threshold=RULES["slow early layers"].threshold)
    assert verdict.value == pytest.approx(ratio, rel=1e-12)
    told = f"vanishing gradient: layer 1 learns {rounded(ratio)}× as fast as layer 6 at the start: "
    assert verdict.sentence.startswith(f"{told}small slopes {slope} (")
    assert ") cause nearly all of it, " in verdict.sentence
    factors = [float(factor) for factor in re.findall(r"\(([\d.e+]+)×\)", verdict.sentence)]
    assert len(factors) == 3
    assert prod(factors) == pytest.approx(ratio, rel=0.02)
    assert verdict.evidence == f"slow early layers: {ratio:.3g} < 0.1, layer 1, step 0, 3 of 3 trials"
    assert verdict.sentence.endswith('; try network.initialiser = "critical", or an activation with a floor')


MEANS = "means over the examples"


@pytest.mark.parametrize(
    ("factors", "told"),
    [
        (
            (0.01, 0.98, 1.05),
            ["small slopes σ′ (0.01×) cause nearly all", f"weights (0.98×) and {MEANS} (1.05×)"],
        ),
        (
            (0.1, 0.1, 1),
            ["small slopes σ′ (0.1×) and weights (0.1×) cause half of it", f"{MEANS} (1×) change little"],
        ),
        ((10, 0.001, 0.1), [f"{MEANS} (0.1×) cause a part of it, slopes σ′ (10×) work against it"]),
    ],
)
def test_a_cause_is_named_by_its_share_of_the_decades(factors, told):
    parts = -np.log10([factors]).T
    decades = dict(zip(("slope", "weights", "examples"), parts, strict=True), speed=parts.sum(axis=0))
    case = SimpleNamespace(decades=decades, slope="σ′", examples_cancel=False, hidden=range(1, 5))
    sentence = says_ratio(case, SimpleNamespace(value=prod(factors)))
    assert all(part in sentence for part in told)


LARGE = {"network__activation": "identity", "network__initialiser": "large", "network__hidden": [30] * 4}


@pytest.mark.parametrize(
    ("changed", "rule"), [(DEEP, "slow early layers"), (LARGE, "exploding error")], ids=["slow", "exploding"]
)
def test_one_ratio_has_one_number_on_the_screen_in_the_verdict_and_in_the_ledger(tmp_path, changed, rule):
    """Of four trials: the ratio of the median decades, not the median of the ratios."""
    run = ran(tmp_path, **changed, trials__seeds=4, training__steps=1)
    (told,) = of_rule(run, rule)
    assert told.value == pytest.approx(summary(run.tables)["ratio_start"][0], rel=1e-9)
    start, last = run.ledger.query("step == 0"), len(changed["network__hidden"])
    taken = start.assign(decades=start["transport_total"] + start["slope_total"]).pivot(
        index="trial", columns="layer", values="decades"
    )
    speed = run.layers.query("step == 0").pivot(index="trial", columns="layer", values="learning_speed")
    rms = run.layers.query("step == 0").pivot(index="trial", columns="layer", values="delta_rms")
    cancelled = (speed[1] / rms[1]) / (speed[last] / rms[last])
    assert told.value == pytest.approx(_middle(10 ** (taken[1] - taken[last]) * cancelled), rel=1e-9)


def _middle(ratios):
    low, high = sorted(ratios)[1:3]
    return (low * high) ** 0.5


def test_most_trials_born_dead_are_told_first_and_the_others_by_their_number(tmp_path):
    narrow = {"network__hidden": [2] * 10, "network__activation": "relu", "network__initialiser": "he"}
    run = ran(tmp_path, **narrow, trials__seeds=40, training__steps=1)
    first = run.layers.query("step == 0 and layer == 1").set_index("trial")
    born = (first[["learning_speed", "learning_speed_w"]].max(axis=1) == 0).sum()
    assert 30 < born < 40
    told = run.verdicts[0]
    assert told.rule == "no gradient"
    assert f"{born} of " in told.sentence
    assert "of 40" in told.sentence
    assert "dead neurons: σ′ = 0 in all of a layer" in told.sentence
    slow = of_rule(run, "slow early layers", "exploding error")
    assert all("trials that have one, of 40 in all" in verdict.sentence for verdict in slow)


def test_where_examples_cancel_the_error_is_compared_by_its_rms(tmp_path):
    """Two balanced classes: ‖⟨δ⟩‖ at the start is noise, and its ratio says little."""
    circles = {"data__name": "circles", "data__train": 300, **DEEP, "network__initialiser": "glorot-normal"}
    run = ran(tmp_path, **circles, training__steps=1)
    (told,) = of_rule(run, "slow early layers")
    start = run.layers.query("step == 0").set_index("layer")["delta_rms"]
    assert told.value == pytest.approx(start[1] / start[6], rel=1e-9)
    assert told.sentence.startswith(
        f"vanishing gradient: layer 1's rms of δ is {rounded(start[1] / start[6])}× layer 6's at the start "
        "(∂C/∂b does not tell it: the examples cancel there): small slopes σ′ ("
    )


@pytest.mark.parametrize(
    ("sigma", "advised"), [("sigmoid", True), ("0.9*s(z) + 0.01*z", False), ("-0.9*s(z) - 0.01*z", False)]
)
def test_a_floor_is_advised_only_where_there_is_none(tmp_path, sigma, advised):
    """inf σ′ = 0, inf σ′ = 0.01 and sup σ′ = −0.01."""
    run = ran(tmp_path, **DEEP | {"network__activation": sigma}, training__steps=1)
    (told,) = of_rule(run, "slow early layers")
    assert told.sentence.partition("; try ")[2] == (
        'network.initialiser = "critical"' + ", or an activation with a floor" * advised
    )


def test_critical_weights_are_not_advised_where_they_are_in_use(tmp_path):
    changed = {**DEEP, "network__hidden": [20] * 30, "network__activation": "softsign"}
    run = ran(tmp_path, **{**changed, "network__initialiser": "critical"}, training__epochs=4)
    told = " ".join(verdict.sentence for verdict in of_rule(run, "slow early layers"))
    assert "vanishing gradient" in told
    assert "critical" not in told
    assert told.endswith("; try an activation with a floor")


def test_a_counterfactual_of_a_falling_slope_is_told_to_climb_and_nothing_that_follows(tmp_path):
    falling = {"network__activation": "-tanh(z)", "training__epochs": 10}
    run = ran(tmp_path, **falling, training__surrogate_floor=0.1)
    (told,) = diagnosed(run.verdicts).values()
    of_layer = run.layers.query("layer == @told.layer")["gradient_cosine"]
    cosine = of_layer.tail(ceil(len(of_layer) / 4)).median()
    assert told.value == pytest.approx(cosine)
    assert told.value < -0.5
    assert f"steps of layer {told.layer} go against the gradient of C, at a cosine of −" in told.sentence
    assert "where σ′ < 0, max(σ′, 0.1) changes its sign; try training.surrogate_floor = 0" in told.sentence


@pytest.mark.parametrize("changed", [{"surrogate_floor": 0.0}, {"inf_slope": 0.0}])
def test_only_a_surrogate_of_another_sign_climbs(tmp_path, changed):
    tables = ran(tmp_path, network__activation="-tanh(z)", training__surrogate_floor=0.1).tables
    given = tables | {"variants": tables["variants"].assign(**changed)}
    assert "counterfactual climbs" not in {told.rule for told in verdicts(given)}


def test_inputs_are_not_told_to_be_low_where_no_gradient_arrives(tmp_path):
    shrunk = {"network__activation": "soft-shrink", "network__hidden": [30] * 3, "training__eta": 1e-9}
    run = ran(tmp_path, training__epochs=4, **shrunk)
    told = diagnosed(run.verdicts)
    assert "no gradient" in told
    assert "inputs low" not in told
