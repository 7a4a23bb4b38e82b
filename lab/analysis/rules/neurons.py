"""Neurons that do not work: equal, saturated, dead, off, too few, or fed by next to nothing."""

from math import nan

import numpy as np

from lab.analysis.case import Case, among, once
from lab.analysis.pooled import Bounds, dead, off
from lab.analysis.rule import HALF, NOTHING, Seen
from lab.analysis.rules import words
from lab.analysis.rules.learning import left, of_failed, shut_by_biases, unlearned
from lab.analysis.rules.words import percent
from lab.errors import counted
from lab.numerics import Array

MANY = 0.2
"""The share of a layer's neurons that may be dead."""


def saturated_output_at(case: Case) -> int:
    """The step whose reading is judged: the first where half of the trials begin saturated, else the last."""
    start = case.start("saturation")[:, -1]
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
    """A cost, or an output, without σ′ in the error: cross-entropy, of outputs and targets in [0, 1]."""
    outputs = case.curves.loc[case.curves["layer"] == case.output, "sigma"]
    probabilities = case.known("unreached") == 0 and outputs.between(0.0, 1.0).all()
    if not (case.classes or probabilities):
        return 'network.output = "identity"'
    return 'network.cost = "cross-entropy", which with network.output = "sigmoid" has no σ′ in its error'


def saturated(case: Case) -> Array:
    """The saturation of hidden layers at the end whose σ is flat on both sides, of trials that failed."""
    shares = np.where(case.closed, case.end("saturation"), nan)
    return of_failed(case, case.hidden_of(shares))


def unsaturate(case: Case, seen: Seen) -> str:
    """Smaller first weights where a layer began saturated, else smaller steps."""
    born = case.start("saturation") > HALF
    return _by_origin(case, seen, born, words.SMALLER_WEIGHTS, words.smaller_steps(case, seen))


def keep_alive(case: Case, seen: Seen) -> str:
    """A floor, or more neurons, where they began dead, else also what keeps them from dying."""
    at_first = words.floor(case, words.more_neurons(case))
    return _by_origin(case, seen, dead_at_start(case), at_first, words.died(case, seen))


def _by_origin(case: Case, seen: Seen, born: Array, at_first: str, later: str) -> str:
    """What helps, by whether most trials were so from the start on (``born``, trial × layer)."""
    if case.large_inputs:
        return words.STANDARDISE
    if not seen.of_shown(born).mean() > HALF:
        return later
    return words.BIASES_NEAR_0 if seen.of_shown(case.biased).mean() > HALF else at_first


def dead_output(case: Case) -> Bounds:
    """The dead output neurons of trials that failed, where σ′ is in δ."""
    if case.cost_cancels:
        return Bounds(NOTHING, NOTHING)
    return dead(case).map(lambda shares: of_failed(case, _of_output(shares)))


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
    start, end = (case.hidden_of(read("dead_neurons")) for read in (case.start, case.end))
    return (start > MANY) & (start > HALF * end)


def off_hidden(case: Case) -> Bounds:
    """The neurons that are off, where σ is flat on one side, of trials that have not learned their task.

    Of layers most of which is dead, and so off too, nothing is asked.
    """
    not_asked = case.closed | (dead(case).low > HALF)

    def asked(shares: Array) -> Array:
        return among(unlearned(case), case.hidden_of(np.where(not_asked, nan, shares)))

    return off(case).map(asked)


def switch_on(case: Case, seen: Seen) -> str:
    """Biases nearer 0, where these put the neurons there from the start on."""
    return words.BIASES_NEAR_0 if seen.of_shown(shut_by_biases(case)).mean() > HALF else ""


def share_of(case: Case, seen: Seen, singular: str, plural: str) -> str:
    """The share of a layer's neurons, with the verb; the least that it can be of readings of few examples."""
    whose, noun = f"layer {seen.layer}'s", "neuron"
    if seen.layer == case.output:
        whose, noun = "the", "output neuron"
    if case.width(seen.layer) == 1:
        return f"{whose} only {noun} {singular}"
    told = percent(seen.value)
    least = "" if case.enough_examples or told == "100 %" else "at least "
    return f"{least}{told} of {whose} {noun}s {plural}"


def on_examples(case: Case, share: str) -> str:
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
    width, (others, what) = case.width(seen.layer), _beside(case, seen.layer)
    passed = f"{counted(width, 'number')} an example, {percent(seen.value)} of the {others} {what}"
    return f"narrow layer: all that layer {seen.layer} passes on is {passed}, while {left(case, seen)}"
