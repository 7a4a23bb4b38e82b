"""Verdicts: what is wrong with a run, in sentences that a row of its tables backs.

Each rule is a function of one variant's tables with its threshold as a constant; `RULES` lists them, the
gravest first. What a rule looks at is the median over the trials, so that at least half of them show it;
but a single trial that diverges is told. A network that learns its task should get none, and mostly does:
some networks of ReLU do well with a fifth of their neurons dead, and are told so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import pandas as pd

from lab.analysis.decades import Decades, decades
from lab.analysis.evidence import Evidence

DIVERGED = 0.0
"""The share of trials that may diverge without a word."""

SKILL = 0.1
"""How far from chance, 0, to perfect, 1, the accuracy on the training data must come."""

FEWEST_STEPS = 200
"""Before so many steps, or an epoch, nothing need have been learned; nor is a step before them typical."""

COST_LEFT = 0.99
"""The share of the first cost that must not be left at the end."""

SLOW = 0.1
"""‖∂C/∂b‖ of the first hidden layer over that of the last, at the start: below it early layers are slow."""

EXPLODING = 10.0
"""The same ratio: above it the error grows on its way down."""

SATURATED = 0.5
"""The share of a hidden layer that may be saturated at the end."""

LEARNED = 0.85
"""The part of the task from which on training has succeeded, however saturated the network is by then."""

DEAD = 0.2
"""The share of a hidden layer's neurons that may be dead at the end."""

LOW_INPUT = 0.9
"""The share of a hidden layer's activations that may lie near 0 at the end."""

LARGE_UPDATE = 1e-1
"""‖Δw‖/‖w‖, the median over training: above it a step overthrows the weights."""

SMALL_UPDATE = 1e-5
"""The same: below it the weights stand still."""


@dataclass(frozen=True)
class Verdict:
    """A sentence on one variant, and what backs it.

    Attributes
    ----------
    rule
        Its name in `RULES`.
    variant, layer, step
        The rows of the table ``layers``, or, without a layer, of the table ``trials``.
    value, threshold
        What was found there, the median over the trials, and what it has passed. The rules on updates take
        the median over all readings up to the step.
    sentence
        What it means.
    """

    rule: str
    variant: str
    layer: int | None
    step: int
    value: float
    threshold: float
    sentence: str

    @property
    def evidence(self) -> str:
        """The rule, the threshold and the rows: ``slow early layers: 0.0104 < 0.1, layer 1, step 0``."""
        sign = "<" if self.value < self.threshold else ">"
        place = "trials" if self.layer is None else f"layer {self.layer}"
        return f"{self.rule}: {self.value:.3g} {sign} {self.threshold:g}, {place}, step {self.step}"


class Finding(NamedTuple):
    """What a rule finds: a verdict without the names of its rule and its variant."""

    layer: int | None
    step: int
    value: float
    threshold: float
    sentence: str


def verdicts(tables: Mapping[str, pd.DataFrame]) -> list[Verdict]:
    """All verdicts on a run, variant by variant in the order of the table, the gravest first.

    Reads the tables ``layers``, ``steps``, ``trials``, ``variants`` and ``curves``.
    """
    found: list[Verdict] = []
    for row in tables["variants"].to_dict("records"):
        label = str(row["variant"])
        layers, steps, trials, curves = (
            tables[name][tables[name]["variant"] == label] for name in ("layers", "steps", "trials", "curves")
        )
        seen = Evidence(layers, steps, trials, curves, {str(key): value for key, value in row.items()})
        if seen.layers.empty:
            continue
        found += [
            Verdict(name, label, *finding)
            for name, rule in RULES.items()
            if (finding := rule(seen)) is not None
        ]
    return found


def diverged(seen: Evidence) -> Finding | None:
    """Numbers of some trials stopped being finite."""
    at = seen.trials["diverged_at"].dropna()
    share = len(at) / len(seen.trials)
    if not share > DIVERGED:
        return None
    first = int(at.min())
    sentence = f"{len(at)} of {len(seen.trials)} trials diverged, the first at step {first}"
    return Finding(None, first, share, DIVERGED, sentence)


def at_chance(seen: Evidence) -> Finding | None:
    """The accuracy on the training data stayed near 1/K, as of guessing among K classes alike.

    It must come `SKILL` of the way from there to 1.
    """
    accuracy = seen.trials["final_accuracy"].median()
    threshold = seen.chance + SKILL * (1 - seen.chance)
    if not _had_time(seen) or not accuracy < threshold:
        return None
    sentence = (
        f"nothing learned: {_percent(accuracy)} of the training data right at the end, "
        f"{_percent(seen.chance)} by chance"
    )
    return Finding(None, seen.end, float(accuracy), threshold, sentence)


def cost_not_fallen(seen: Evidence) -> Finding | None:
    """The cost at the end is still that of the first reading, or higher.

    Told where a reading sees enough examples (`lab.analysis.evidence.FEWEST_EXAMPLES`): the cost of a few
    says little of that of all.
    """
    if not _had_time(seen) or not (left := seen.cost_left) > COST_LEFT:
        return None
    sentence = f"the cost has not fallen: {_percent(left)} of the first reading's is left at the end"
    return Finding(None, seen.end, left, COST_LEFT, sentence)


def early_layers_slow(seen: Evidence) -> Finding | None:
    """The first hidden layer learns more than ten times slower than the last, at the start.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 5, "The vanishing gradient problem".
    """
    found = decades(seen)
    if found is None or not (ratio := found.ratio) < SLOW:
        return None
    first, last = seen.hidden[0], seen.hidden[-1]
    if ratio == 0:
        sentence = f"layer {first} gets no error at all at the start, layer {last} does"
    else:
        sentence = f"layer {first} learns {1 / ratio:.3g}× slower than layer {last} at the start"
        sentence += _shares(found, seen.slope, "took", 1)
    return Finding(first, seen.start, ratio, SLOW, sentence)


def exploding(seen: Evidence) -> Finding | None:
    """The first hidden layer learns more than ten times faster than the last, at the start.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 5, "The exploding gradient problem".
    """
    found = decades(seen)
    if found is None or not (ratio := found.ratio) > EXPLODING:
        return None
    first, last = seen.hidden[0], seen.hidden[-1]
    sentence = f"layer {first} learns {ratio:.3g}× faster than layer {last} at the start"
    return Finding(first, seen.start, ratio, EXPLODING, sentence + _shares(found, seen.slope, "gave", -1))


def saturated(seen: Evidence) -> Finding | None:
    """A hidden layer is saturated on more than half of its (neuron, example), and little has been learned.

    Saturation is no fault of its own. It is how a network that is sure of its classes ends, since weights
    grow as long as they are trained; tanh squeezed through a narrow layer takes to it, and hard tanh, with
    σ′ = 0 beyond ±1, works by it as ReLU does. So it is told where it comes with its consequence: training
    had its time, and has not learned `LEARNED` of its task. What more the cause may be, such as data that
    allow no better, is not known here.

    Where σ is flat on one side only, as ReLU is, to be off half of the time is its work: such a layer is
    left to `always_off`.
    """
    if not _had_time(seen) or not seen.learned < LEARNED:
        return None
    shares = {l: share for l, share in seen.of_hidden("saturation").items() if l in seen.closed}
    if (found := _most(shares, SATURATED)) is None:
        return None
    layer, share, others = found
    sentence = f"{_percent(share)} of layer {layer} is saturated at the end{others}"
    return Finding(layer, seen.end, share, SATURATED, f"{sentence}; {_learned(seen)}")


def dead_neurons(seen: Evidence) -> Finding | None:
    """More than a fifth of a hidden layer's neurons have σ′ = 0 on every example at the end.

    Told where a reading sees enough examples (`lab.analysis.evidence.FEWEST_EXAMPLES`), and so not of the
    batch of a step, unless it is as large.
    """
    if not seen.enough_examples or (found := _most(seen.of_hidden("dead_neurons"), DEAD)) is None:
        return None
    layer, share, others = found
    read = f"σ′ = 0 on all {seen.examples} examples read"
    sentence = f"{_percent(share)} of layer {layer}'s neurons are dead at the end: {read}{others}"
    return Finding(layer, seen.end, share, DEAD, sentence)


def always_off(seen: Evidence) -> Finding | None:
    """Over half of a hidden layer's neurons, of a σ flat on one side, are there on 95 % of the examples.

    Told where a reading sees enough examples (`lab.analysis.evidence.FEWEST_EXAMPLES`), as `dead_neurons` is.
    """
    shares = {l: share for l, share in seen.of_hidden("saturated_neurons").items() if l not in seen.closed}
    if not seen.enough_examples or (found := _most(shares, SATURATED)) is None:
        return None
    layer, share, others = found
    read = f"on at least 95 % of the {seen.examples} examples read"
    sentence = f"{_percent(share)} of layer {layer}'s neurons are off {read}{others}"
    return Finding(layer, seen.end, share, SATURATED, sentence)


def inputs_low(seen: Evidence) -> Finding | None:
    """Nearly all activations that feed a layer lie near 0 at the end, so that its weights learn slowly (BP4).

    The data are not judged: pictures are mostly empty, and one-hot inputs have to be.
    """
    shares = {l: share for l, share in seen.medians("low_input", seen.end).items() if l > 1}
    if (found := _most(shares, LOW_INPUT)) is None:
        return None
    layer, share, others = found
    sentence = f"{_percent(share)} of what feeds layer {layer} is near 0 at the end{others}"
    return Finding(layer, seen.end, share, LOW_INPUT, sentence)


def updates_large(seen: Evidence) -> Finding | None:
    """A layer's steps are more than a tenth of its weights, in most of training."""
    found = _most(seen.medians("update_ratio"), LARGE_UPDATE)
    if seen.end < FEWEST_STEPS or found is None:
        return None
    layer, ratio, others = found
    sentence = f"a step changes layer {layer}'s weights by {_percent(ratio)}, as the median{others}"
    return Finding(layer, seen.end, ratio, LARGE_UPDATE, sentence)


def updates_small(seen: Evidence) -> Finding | None:
    """A layer's steps are less than 1e-5 of its weights, in most of training."""
    ratios = seen.medians("update_ratio")
    found = _most({l: -ratio for l, ratio in ratios.items()}, -SMALL_UPDATE)
    if seen.end < FEWEST_STEPS or found is None:
        return None
    layer, negative, others = found
    sentence = f"a step changes layer {layer}'s weights by {-negative:.1e} of them, as the median{others}"
    return Finding(layer, seen.end, -negative, SMALL_UPDATE, sentence)


RULES: dict[str, Callable[[Evidence], Finding | None]] = {
    "diverged": diverged,
    "accuracy at chance": at_chance,
    "cost not fallen": cost_not_fallen,
    "slow early layers": early_layers_slow,
    "exploding error": exploding,
    "saturated layer": saturated,
    "dead neurons": dead_neurons,
    "neurons off": always_off,
    "updates large": updates_large,
    "updates small": updates_small,
    "inputs low": inputs_low,
}
"""The rules by name, the gravest first."""


def _had_time(seen: Evidence) -> bool:
    """Whether something should have been learned: after an epoch, and `FEWEST_STEPS`."""
    return seen.end >= FEWEST_STEPS and seen.epochs >= 1


def _learned(seen: Evidence) -> str:
    """What training came to, in words."""
    accuracy = seen.trials["final_accuracy"].median()
    if isfinite(accuracy):
        return f"only {_percent(accuracy)} of the training data are right"
    return f"{_percent(seen.cost_left)} of the first reading's cost is left"


def _shares(found: Decades, slope: str, did: str, sign: int) -> str:
    """Who took the decades (``sign`` 1), or gave them (−1); empty where that is not known."""
    if not isfinite(found.slope + found.weights + found.examples):
        return ""
    speed, of_slope, weights, examples = (
        _signed(sign * part) for part in (found.speed, found.slope, found.weights, found.examples)
    )
    return (
        f"; of the {speed} decades {slope} {did} {of_slope}, the weights {weights} "
        f"and the mean over the examples {examples}"
    )


def _most(values: Mapping[int, float], threshold: float) -> tuple[int, float, str] | None:
    """Where the largest value passes a threshold: its layer, itself, and words on the others that do."""
    beyond = {layer: value for layer, value in values.items() if value > threshold}
    if not beyond:
        return None
    worst = max(beyond, key=beyond.__getitem__)
    others = [str(layer) for layer in beyond if layer != worst]
    also = f"; so it is in layer{'s' * (len(others) > 1)} {', '.join(others)}" if others else ""
    return worst, beyond[worst], also


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _signed(number: float) -> str:
    return f"{number + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")
