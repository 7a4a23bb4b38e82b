"""Neurons that do not work: equal, saturated, dead, off, too few, or fed by next to nothing."""

from math import nan

import numpy as np

from lab.analysis.case import Case, among, once
from lab.analysis.cells import median
from lab.analysis.pooled import Bounds, dead, off
from lab.analysis.rule import HALF, NOTHING, Seen
from lab.analysis.rules.learning import left, of_failed, shut_by_biases, unlearned
from lab.analysis.rules.words import (
    BIASES_NEAR_0,
    SMALLER_WEIGHTS,
    STANDARDISE,
    died,
    floor,
    more_neurons,
    percent,
    smaller_steps,
)
from lab.errors import counted
from lab.numerics import Array

MANY = 0.2
"""The share of a layer's neurons that may be dead."""


def equal(case: Case) -> Array:
    """The share of each hidden layer's neurons that are equal to others at the end."""
    return case.hidden_of(case.at(case.last_step, "equal_neurons"))


def says_equal(case: Case, seen: Seen) -> str:
    """How many neurons are equal."""
    return f"symmetry: {percent(seen.value)} of layer {seen.layer}'s neurons are equal to others, and stay so"


def saturated_output_at(case: Case) -> int:
    """The step whose reading is judged: the first where half of the trials begin saturated, else the last."""
    start = case.at(case.first_step, "saturation")[:, -1]
    saturated, judged = (np.count_nonzero(which) for which in (start > HALF, ~np.isnan(start)))
    return case.first_step if saturated and saturated >= HALF * judged else case.last_step


def saturated_output(case: Case) -> Array:
    """The output's saturation at the start, or at the end of what failed, where the cost leaves σ′ in δ."""
    if not case.closed[-1] or case.cost_cancels:
        return NOTHING
    step = saturated_output_at(case)
    share = _of_output(case.at(step, "saturation"))
    return share if step == case.first_step else of_failed(case, share)


def _of_output(values: Array) -> Array:
    """The values of the output layer, NaN of the others."""
    return np.where(np.arange(values.shape[1]) == values.shape[1] - 1, values, nan)


def says_saturated_output(case: Case, seen: Seen) -> str:
    """How much of the output is saturated, and when."""
    when = "at the start" if saturated_output_at(case) == case.first_step else "at the end"
    return (
        f"saturated output: {percent(seen.value)} of the output layer is saturated {when}, "
        "and the cost leaves σ′ in its error"
    )


def another_cost(case: Case, seen: Seen) -> str:
    """A cost, or an output, without σ′ in the error."""
    if not (case.classes or case.probabilities):
        return 'network.output = "identity"'
    return 'network.cost = "cross-entropy", which with network.output = "sigmoid" has no σ′ in its error'


def saturated(case: Case) -> Array:
    """The saturation of hidden layers at the end whose σ is flat on both sides, of trials that failed."""
    shares = np.where(case.closed, case.at(case.last_step, "saturation"), nan)
    return of_failed(case, case.hidden_of(shares))


def says_saturated(case: Case, seen: Seen) -> str:
    """How much of a layer is saturated, and what was learned in spite of it."""
    return f"{percent(seen.value)} of layer {seen.layer} is saturated at the end, while {left(case, seen)}"


def unsaturate(case: Case, seen: Seen) -> str:
    """By whether the layer was saturated from the start on, or became so."""
    if case.large_inputs:
        return STANDARDISE
    if not _at_start(case, seen, "saturation") > HALF:
        return smaller_steps(case, seen)
    return BIASES_NEAR_0 if _biased(case, seen) else SMALLER_WEIGHTS


def _at_start(case: Case, seen: Seen, column: str) -> float:
    """The median of a quantity at the start, in the layer that is told and the trials that show the fault.

    NaN where it was not recorded.
    """
    assert seen.layer is not None
    return float(median(case.at(case.first_step, column)[seen.named, seen.layer - 1]))


def _biased(case: Case, seen: Seen) -> bool:
    """Whether the first biases outweigh the weights, in the layer that is told; of most trials as above."""
    assert seen.layer is not None
    return bool(case.biased[seen.named, seen.layer - 1].mean() > HALF)


def dead_output(case: Case) -> Bounds:
    """The dead output neurons of trials that failed, where σ′ is in δ."""
    if case.cost_cancels:
        return Bounds(NOTHING, NOTHING)
    return dead(case).map(lambda shares: of_failed(case, _of_output(shares)))


def says_dead_output(case: Case, seen: Seen) -> str:
    """How many output neurons are dead."""
    who = _neurons(case, seen, "the", "output neuron", "has", "have")
    return f"dead output: {who} σ′ = 0 on {_on(case, 'all')}"


def dead_hidden(case: Case) -> Bounds:
    """The dead neurons of hidden layers; of a trial that has learned its task, only shares above a half."""

    def asked(shares: Array) -> Array:
        return np.where(unlearned(case)[:, None] | (shares > HALF), shares, nan)

    return dead(case).map(lambda shares: asked(case.hidden_of(shares)))


@once
def dead_at_start(case: Case) -> Array:
    """Trial × hidden layer: whether many neurons are dead at the start, and most of those at the end.

    A reading of few examples takes neurons for dead that are not; how many more there are at the end tells.
    """
    start, end = (case.hidden_of(case.at(step, "dead_neurons")) for step in (case.first_step, case.last_step))
    return (start > MANY) & (start > HALF * end)


def says_dead(case: Case, seen: Seen) -> str:
    """How many of a layer's neurons are dead."""
    who = _neurons(case, seen, f"layer {seen.layer}'s", "neuron", "is", "are")
    return f"{who} dead at the end: σ′ = 0 on {_on(case, 'all')}"


def keep_alive(case: Case, seen: Seen) -> str:
    """By whether the neurons were dead from the start on, or died in training."""
    if case.large_inputs:
        return STANDARDISE
    assert seen.layer is not None
    if not dead_at_start(case)[seen.named, seen.layer - 1].mean() > HALF:
        return died(case, seen)
    return BIASES_NEAR_0 if _biased(case, seen) else floor(case, more_neurons(case))


def off_hidden(case: Case) -> Bounds:
    """The neurons that are off, where σ is flat on one side, of trials that have not learned their task.

    Of layers most of which is dead, and so off too, nothing is asked.
    """
    not_asked = case.closed | (dead(case).low > HALF)

    def asked(shares: Array) -> Array:
        return among(unlearned(case), case.hidden_of(np.where(not_asked, nan, shares)))

    return off(case).map(asked)


def says_off(case: Case, seen: Seen) -> str:
    """How many of a layer's neurons are off."""
    who = _neurons(case, seen, f"layer {seen.layer}'s", "neuron", "is", "are")
    return f"{who} off on {_on(case, 'at least 95 %')}"


def switch_on(case: Case, seen: Seen) -> str:
    """Biases nearer 0, where these put the neurons there from the start on."""
    return BIASES_NEAR_0 if shut_by_biases(case)[seen.named].mean() > HALF else ""


def _neurons(case: Case, seen: Seen, whose: str, noun: str, singular: str, plural: str) -> str:
    """The share of these neurons, with the verb; the least that it can be of readings of few examples."""
    if seen.layer is not None and case.width(seen.layer) == 1:
        return f"{whose} only {noun} {singular}"
    told = percent(seen.value)
    least = "" if case.enough_examples or told == "100 %" else "at least "
    return f"{least}{told} of {whose} {noun}s {plural}"


def _on(case: Case, share: str) -> str:
    """So large a share of the examples by which single neurons are judged."""
    if case.enough_examples:
        return f"{share} of the {case.examples} examples read" if case.examples > 1 else "the only example"
    return f"{share} of the examples of the last {case.pooled_readings} readings, {case.examples} each"


def narrow(case: Case) -> Array:
    """The width of a hidden layer over the fewer of the outputs and the neurons below it, of what failed."""
    share = [case.width(l) / _beside(case, l)[0] for l in case.hidden]
    return of_failed(case, np.tile(share, (len(case.trials), 1)))


def _beside(case: Case, layer: int) -> tuple[int, str]:
    """What a layer is narrow beside: the outputs, or the neurons below it where these are fewer."""
    outputs, below = case.width(case.output), case.width(layer - 1)
    return (below, "numbers that it gets") if 0 < below < outputs else (outputs, "outputs")


def says_narrow(case: Case, seen: Seen) -> str:
    """How many numbers pass through the layer, and which share that is of what it stands beside."""
    assert seen.layer is not None
    width, (others, what) = case.width(seen.layer), _beside(case, seen.layer)
    passed = f"{counted(width, 'number')} an example, {percent(seen.value)} of the {others} {what}"
    return f"narrow layer: all that layer {seen.layer} passes on is {passed}, while {left(case, seen)}"


def widen(case: Case, seen: Seen) -> str:
    """To make that layer wider."""
    return f"more neurons in layer {seen.layer}"


def low_inputs(case: Case) -> Array:
    """The share of low activations that feed each layer but the first, at the end."""
    low = case.at(case.last_step, "low_input")
    return np.where(np.arange(case.output) > 0, low, nan)


def says_low(case: Case, seen: Seen) -> str:
    """How much of what feeds a layer is near 0."""
    return f"{percent(seen.value)} of what feeds layer {seen.layer} is near 0 at the end"
