"""Advice helps: with what it says the fault is gone, and more is learned."""

from typing import NamedTuple
from unittest.mock import Mock

import pytest

from lab.analysis.case import Case
from lab.analysis.rules import RULES
from lab.analysis.rules.words import ENLARGE, SMALLER_STEPS, more_neurons, smaller_steps, steadier
from tests.analysis.judged import (
    BASE,
    FAULTS,
    FOUR,
    LARGE,
    NEGATIVE,
    NUMBERS,
    PARTED,
    SMALL,
    SOFTMAX,
    ZERO,
    mistuned,
    net,
    with_tests,
    write_files,
)
from tests.analysis.runs import ran

DEEP = net("sigmoid", "nielsen", network__hidden=[20] * 6)
LINE = net("tanh", "large", network__hidden=[30] * 8)
DEAD = net("relu", NEGATIVE, training__epochs=10)
BURIED = net("relu", {"name": "normal", "sd": 0.2, "bias": -20.0})
BY_RELU = net("relu", "nielsen", training__epochs=1000)
LEAKY = {"name": "leaky-relu", "slope": 0.2}
USUAL = {"network__initialiser": "glorot-normal"}

LEAKY_OFF = net(
    "leaky-relu", {"name": "normal", "sd": 0.3, "bias": -5.0}, data__name="moons", training__epochs=40
)

STANDARDISED, SHUFFLED = {"data__standardise": True}, {"data__shuffle": True}
SMALL_STEPS, LIGHT_DECAY = {"training__eta": 0.05}, {"training__lambda": 1.0}
UNBIASED = net(first={"name": "normal", "sd": 0.2, "bias": 0.0})
LESS_BIASED = net(first={"name": "normal", "sd": 0.3, "bias": -0.1})
WIDE, USUAL_TARGETS = {"network__hidden": [16]}, {"data__name": "units.npz"}
OF_SIZE = "standardised targets (less their mean, over their standard deviation), for they are "


class Advised(NamedTuple):
    """What is changed in `BASE` to get a fault, the rule that speaks, its advice, and what that changes."""

    fault: dict
    rule: str
    advice: str
    remedy: dict


ADVISED = {
    "raw features": Advised(
        with_tests("raw", **PARTED, **NUMBERS)["tanh"],
        "nothing learned",
        "data.standardise = true",
        STANDARDISED,
    ),
    "raw features, straight": Advised(
        FAULTS["raw features, straight"][0],
        "diverged",
        "data.standardise = true",
        {"data__standardise": True, "training__eta": 0.01},
    ),
    "biases that shut a leaky relu": Advised(
        {**SMALL, **LEAKY_OFF}, "nothing learned", "first biases nearer 0", LESS_BIASED
    ),
    "biases that switch neurons off": Advised(
        {**SMALL, **LEAKY_OFF}, "neurons off", "first biases nearer 0", LESS_BIASED
    ),
    "sorted classes": Advised(
        with_tests("sorted", **SOFTMAX)["tanh"], "class missing", "data.shuffle = true", SHUFFLED
    ),
    "sorted numbers": Advised(
        with_tests("sorted_numbers", **PARTED, **NUMBERS)["relu"],
        "parts differ",
        "data.shuffle = true",
        SHUFFLED,
    ),
    "eta too small": Advised(
        mistuned("digits", 0.01)["tanh"], "nothing learned", "a larger training.eta", SMALL_STEPS
    ),
    "eta too small, numbers": Advised(
        mistuned("teacher", 0.01)["sigmoid"],
        "cost still falling",
        "more training.epochs",
        {"training__epochs": 300},
    ),
    "few steps, numbers": Advised(
        {**mistuned("teacher", 0.01)["tanh"], "training__epochs": 1},
        "worse than a constant",
        "more training.epochs",
        {"training__epochs": 100},
    ),
    "a line": Advised(
        {**SMALL, "data__name": "circles", "network__hidden": [], "training__epochs": 60},
        "nothing learned",
        "a hidden layer (network.hidden), for without one the network is linear",
        WIDE,
    ),
    "a line through hidden layers": Advised(
        net("2*z", None, FOUR, network__hidden=[8], training__eta=0.3),
        "nothing learned",
        "an activation that bends",
        net("tanh"),
    ),
    "by luck": Advised(
        {**FOUR, "network__hidden": [2], "training__epochs": 3000, "training__eta": 0.5, "trials__seeds": 20},
        "nothing learned",
        "more neurons a layer",
        WIDE,
    ),
    "too slow, but for one": Advised(
        net(
            "tanh",
            None,
            FOUR,
            training__epochs=300,
            training__eta=0.03,
            trials__seeds=20,
            network__hidden=[8],
        ),
        "nothing learned",
        "a larger training.eta",
        {"training__eta": 1.0},
    ),
    "dead by chance": Advised(
        {**FOUR, **BY_RELU, "network__hidden": [2], "trials__seeds": 20},
        "no gradient",
        "more neurons a layer",
        WIDE,
    ),
    "mostly born dead": Advised(
        net(
            None,
            "he",
            SMALL,
            BY_RELU,
            data__name="moons",
            network__hidden=[2] * 8,
            training__epochs=20,
            trials__seeds=20,
        ),
        "no gradient",
        "more neurons a layer",
        {"network__hidden": [16] * 8},
    ),
    "hardly moved": Advised(
        mistuned("teacher", 0.01)["tanh"], "updates small", "a larger training.eta", SMALL_STEPS
    ),
    "eta too large": Advised(
        mistuned("teacher", 100)["tanh"], "diverged", "a smaller training.eta", SMALL_STEPS
    ),
    "diverged before a step": Advised(
        net("exp(z)", LARGE),
        "diverged",
        "smaller first weights",
        net(first={"name": "normal", "weight_variance": 0.01}, training__eta=0.001),
    ),
    "long steps": Advised(
        mistuned("digits", 100)["tanh"], "first step too long", "a smaller training.eta", SMALL_STEPS
    ),
    "killed": Advised(mistuned("digits", 100)["relu"], "no gradient", "a smaller training.eta", SMALL_STEPS),
    "large weights": Advised(
        net("sigmoid", LARGE), "saturated layer", "smaller first weights", {**USUAL, "training__eta": 0.5}
    ),
    "large biases": Advised(
        net("sigmoid", {"name": "normal", "sd": 0.2, "bias": 6.0}),
        "saturated layer",
        "first biases nearer 0",
        UNBIASED,
    ),
    "biases beside small features": Advised(
        net("tanh", {"name": "normal", "sd": 0.2, "bias": 3.0}, network__hidden=[30] * 4),
        "saturated layer",
        "first biases nearer 0",
        UNBIASED,
    ),
    "dead by biases": Advised(BURIED, "dead neurons", "first biases nearer 0", UNBIASED),
    "no gradient by biases": Advised(BURIED, "no gradient", "first biases nearer 0", UNBIASED),
    "out of reach": Advised(
        {
            "data__name": "units.npz",
            "data__train": 400,
            "data__test": 100,
            **NUMBERS,
            "network__output": "sigmoid",
        },
        "targets out of reach",
        'network.output = "identity", which reaches all targets',
        {"network__output": "identity"},
    ),
    "small features": Advised(
        with_tests("small_classes", **PARTED)["tanh"],
        "nothing learned",
        "for the features are small",
        STANDARDISED,
    ),
    "zero weights": Advised(net(first=ZERO), "no gradient", "random first weights", USUAL),
    "equal weights": Advised(
        net(first={"name": "constant", "w": 0.05, "b": 0.1}), "equal neurons", "random first weights", USUAL
    ),
    "dead neurons": Advised(DEAD, "dead neurons", "a floor", net(LEAKY)),
    "dead output": Advised(
        net(None, NEGATIVE, NUMBERS, network__hidden=[], network__output="relu"),
        "dead output",
        'network.output = "identity"',
        {"network__output": "identity"},
    ),
    "vanishing, critical": Advised(
        DEEP, "slow early layers", 'network.initialiser = "critical"', net(first="critical")
    ),
    "vanishing, a floor": Advised(
        DEEP, "slow early layers", "an activation with a floor", net("tanh(z) + 0.3*z", training__eta=0.05)
    ),
    "exploding": Advised(LINE, "exploding error", 'network.initialiser = "critical"', net(first="critical")),
    "saturated output": Advised(
        FAULTS["saturated output"][0],
        "saturated output",
        'network.cost = "cross-entropy", which with network.output = "sigmoid" has',
        {"network__cost": "cross-entropy", "network__output": "sigmoid"},
    ),
    "targets out of reach": Advised(
        FAULTS["targets out of reach"][0] | net(first=LARGE, training__epochs=20),
        "saturated output",
        'network.output = "identity"',
        {"network__output": "identity", **USUAL},
    ),
    "decay that overshoots": Advised(
        FAULTS["decay that overshoots"][0], "decay too large", "a smaller training.lambda", LIGHT_DECAY
    ),
    "the wrong sign": Advised(
        FAULTS["the wrong sign of a falling σ"][0],
        "counterfactual climbs",
        "training.surrogate_floor = 0",
        {"training__surrogate_floor": 0.0},
    ),
    "an activation that rises": Advised(
        FAULTS["the wrong sign of a falling σ"][0],
        "counterfactual climbs",
        "an activation whose slope is nowhere below 0",
        net("tanh(z)"),
    ),
    "an outlier": Advised(
        FAULTS["an outlier, tanh"][0], "outlier", "to look whether it is true", USUAL_TARGETS
    ),
    "targets of thousands": Advised(
        FAULTS["targets of thousands, tanh"][0], "saturated layer", OF_SIZE + "large", USUAL_TARGETS
    ),
    "targets of thousands, small steps": Advised(
        {**FAULTS["targets of thousands, tanh"][0], "training__eta": 1e-8},
        "nothing learned",
        OF_SIZE + "large",
        {"data__name": "units.npz", "training__eta": 0.01},
    ),
    "targets of thousandths": Advised(
        FAULTS["targets of thousandths, tanh"][0], "nothing learned", OF_SIZE + "small", USUAL_TARGETS
    ),
    "weight decay": Advised(
        {"training__lambda": 1000.0}, "weights vanish", "a smaller training.lambda", LIGHT_DECAY
    ),
    "narrow": Advised(
        mistuned("digits", 1, network__hidden=[30, 1, 30])["tanh"],
        "narrow layer",
        "more neurons in layer 2",
        {"network__hidden": [30, 10, 30]},
    ),
}
"""What is wrong → what is advised."""

OTHER_MEASURE = {
    "sorted classes": ("final_test_accuracy", -1),
    "sorted numbers": ("final_test_cost", 1),
    "saturated output": ("final_accuracy", -1),
}
"""Where the advice changes the data or the cost: what must become better, and −1 where more is better."""

QUICK = (
    "targets of thousands",
    "decay that overshoots",
    "raw features",
    "sorted classes",
    "zero weights",
    "dead output",
    "vanishing, a floor",
)


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in ADVISED]
)
def test_what_is_advised_ends_the_fault(tmp_path, fault):
    write_files(tmp_path)
    changed, rule, advice, remedy = ADVISED[fault]
    before, after = (ran(tmp_path, **{**BASE, **changed, **more}) for more in ({}, remedy))
    told = {verdict.rule: verdict for verdict in before.verdicts}
    diagnosis = told[told[rule].under or rule]
    assert advice in diagnosis.sentence.rpartition("; try ")[2]
    assert rule not in {verdict.rule for verdict in after.verdicts}
    measure, sign = OTHER_MEASURE.get(fault, ("final_cost", 1))
    lost = [(sign * run.trials[measure]).fillna(float("inf")).median() for run in (before, after)]
    if fault not in OTHER_MEASURE:  # beside the best constant answer, which is of the size of the targets
        lost = [
            cost / run.variants["cost_of_mean"][0] for cost, run in zip(lost, (before, after), strict=True)
        ]
    assert lost[1] < lost[0]


@pytest.mark.parametrize("size", ["large", ""])
def test_small_features_are_no_cause_of_large_steps_but_large_targets_beside_them_are(size):
    case = Mock(Case, large_inputs=False, small_inputs=True, unusual_targets=size, row_norms=1.0)
    told = smaller_steps(case, Mock())
    assert ("standardised targets" in told, told == SMALLER_STEPS) == (bool(size), not size)


@pytest.mark.parametrize(
    ("slope", "told"), [(1.0, "more neurons a layer"), (float("nan"), "more neurons a layer"), (0.0, "")]
)
def test_more_neurons_are_no_help_where_sigma_has_no_slope(slope, told):
    case = Mock(Case, hidden=[1], width=lambda layer: 8, known=lambda column: slope)
    assert more_neurons(case) == told


def test_steps_that_overthrow_weights_are_told_to_scale_small_features():
    """Two rules had told to standardise these and to take smaller steps."""
    case = Mock(Case, large_inputs=False, small_inputs=True, unusual_targets="", row_norms=1.0)
    assert steadier(case, Mock()) == ENLARGE
    case.small_inputs = False
    assert steadier(case, Mock()) == SMALLER_STEPS


def test_every_advice_is_tried():
    advising = {name for name, rule in RULES.items() if rule.advice}
    by_the_same_words = {"learned by heart", "updates large"}  # as "parts differ", "first step too long"
    assert advising - {one.rule for one in ADVISED.values()} == by_the_same_words
