"""Verdicts: what is wrong with a run, in sentences that a row of its tables backs.

`RULES` lists the rules, the gravest first. A rule judges the median over the trials, so that at least half of
them show what it finds; but a single trial that diverges is reported. A network that learns its task should
get no verdict, and mostly gets none: some networks of ReLU do well with a fifth of their neurons dead.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import astuple, dataclass
from math import isfinite
from sys import float_info
from typing import Any

import pandas as pd

from lab.analysis.case import FEWEST_STEPS, Case

SKILL = 0.1
"""How far from chance, 0, to perfect, 1, the accuracy on the training data must come."""

LEARNED = 0.85
"""The part of the task from which on training has succeeded, however saturated the network is by then."""

READ = ("layers", "steps", "trials", "variants", "curves")
"""The tables that verdicts read."""


@dataclass(frozen=True)
class Verdict:
    """A sentence on one variant, the name of its rule in `RULES`, and what backs it.

    ``value`` is the median over the trials that stands in the rows of ``layer`` and ``step`` of the table
    ``layers``, or, without a layer, of the table ``trials``; of the rules on updates, the median over all
    readings up to the step. It has passed the ``threshold``.
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


@dataclass(frozen=True)
class Rule:
    """What a rule asks of a variant, and what it says where the answer is yes.

    ``values`` are what it judges, by layer, or one of the whole run under None; there are none where the
    question has no answer. None may be above the ``threshold``, or with ``below`` none below it. ``sentence``
    is of the layer and the value that passed it farthest. ``step`` is that of their reading.
    """

    question: str
    threshold: float | Callable[[Case], float]
    values: Callable[[Case], Mapping[Any, float]]
    sentence: Callable[[Case, int | None, float], str]
    below: bool = False
    step: Callable[[Case], int] = lambda case: case.last_step

    def verdict(self, name: str, variant: str, case: Case) -> Verdict | None:
        """The verdict on a variant under the name of this rule, or None where nothing is wrong."""
        threshold = self.threshold(case) if callable(self.threshold) else self.threshold
        judged = self.values(case).items()
        passed = {l: x for l, x in judged if (x < threshold if self.below else x > threshold)}
        if not passed:
            return None
        worst = (min if self.below else max)(passed, key=passed.__getitem__)
        sentence = self.sentence(case, worst, passed[worst])
        if others := [str(layer) for layer in passed if layer != worst]:
            sentence += f"; likewise in layer{'s' * (len(others) > 1)} {', '.join(others)}"
        return Verdict(name, variant, worst, self.step(case), passed[worst], threshold, sentence)


def verdicts(tables: Mapping[str, pd.DataFrame]) -> list[Verdict]:
    """All verdicts on a run, from its tables `READ`: variant by variant as they come, the gravest first."""
    found = []
    for row in tables["variants"].to_dict("records"):
        label = str(row["variant"])
        read = {name: tables[name] for name in READ if name != "variants"}
        case = Case(**{name: table[table["variant"] == label] for name, table in read.items()}, variant=row)
        if not case.layers.empty:
            found += [rule.verdict(name, label, case) for name, rule in RULES.items()]
    return [verdict for verdict in found if verdict is not None]


def _of(layers: Collection[int], values: Mapping[int, float]) -> dict[int, float]:
    return {l: value for l, value in values.items() if l in layers}


def _speed_ratio(case: Case) -> dict[int, float]:
    """The learning speed of the first hidden layer over that of the last at the start, if both are known."""
    return {1: case.decades.ratio} if case.decades else {}


def _shares(case: Case, did: str, sign: int) -> str:
    """Who took the decades (``sign`` 1), or gave them (−1); empty where that is not known."""
    split = case.decades
    if split is None or not isfinite(split.slope + split.weights + split.examples):
        return ""
    speed, slope, weights, examples = (_signed(sign * part) for part in astuple(split))
    return (
        f"; of the {speed} decades {case.slope} {did} {slope}, the weights {weights} "
        f"and the mean over the examples {examples}"
    )


def _delta_below(case: Case) -> dict[int, float]:
    """The rms of δ of the hidden layers at the end, from the last one down, if the output has an error."""
    size = case.medians("delta_rms", case.last_step)
    if not size.get(case.hidden.stop, 0.0) > 0:
        return {}
    return {l: size[l] for l in reversed(case.hidden) if l in size}


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _signed(number: float) -> str:
    return f"{number + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


RULES = {
    "diverged": Rule(
        "Did numbers of some trials stop being finite?",
        0.0,
        lambda case: {None: len(case.diverged_at) / len(case.trials)},
        lambda case, l, value: (
            f"{len(case.diverged_at)} of {len(case.trials)} trials diverged, "
            f"the first at step {min(case.diverged_at)}{case.origin and f': {case.origin}'}"
        ),
        step=lambda case: min(case.diverged_at),
    ),
    "accuracy at chance": Rule(
        "Did the accuracy on the training data stay near 1/K, as of guessing among K equal classes? It must "
        "come `SKILL` of the way from there to 1.",
        lambda case: case.chance + SKILL * (1 - case.chance),
        lambda case: {None: case.accuracy} if case.had_time else {},
        lambda case, l, value: (
            f"nothing was learned: {_percent(value)} of the training data are right at the end, "
            f"{_percent(case.chance)} would be by chance"
        ),
        below=True,
    ),
    "cost not fallen": Rule(
        "Is the cost at the end still that of the first reading, or higher? Asked where readings see enough "
        "examples: the cost of a few says little of that of all.",
        0.99,
        lambda case: {None: case.cost_left} if case.had_time else {},
        lambda case, l, value: (
            f"the cost has not fallen: {_percent(value)} of the first reading's is left at the end"
        ),
    ),
    "slow early layers": Rule(
        "Does the first hidden layer learn more than ten times slower than the last, at the start? "
        "(Nielsen, ch. 5, “The vanishing gradient problem”)",
        0.1,
        _speed_ratio,
        lambda case, l, value: (
            f"layer 1 learns {1 / value:.3g}× slower than layer {case.hidden[-1]} at the start"
            + _shares(case, "took", 1)
            if value
            else f"layer 1 gets no error at all at the start, layer {case.hidden[-1]} does"
        ),
        below=True,
        step=lambda case: case.first_step,
    ),
    "exploding error": Rule(
        "Does the first hidden layer learn more than ten times faster than the last, at the start? "
        "(Nielsen, ch. 5, “The exploding gradient problem”)",
        10.0,
        _speed_ratio,
        lambda case, l, value: (
            f"layer 1 learns {value:.3g}× faster than layer {case.hidden[-1]} at the start"
            + _shares(case, "gave", -1)
        ),
        step=lambda case: case.first_step,
    ),
    "no gradient": Rule(
        "Is δ exactly 0 in a hidden layer at the end, on every example, while the output has an error?",
        float_info.min,
        lambda case: _delta_below(case),
        lambda case, l, value: (
            f"layer {l} learns nothing: "
            + (
                "its σ′ is 0 on all examples read"
                if case.of_hidden("error_rms").get(l or 0, 0.0) > 0
                else "no error arrives from above, where it is cut off or dies"
            )
        ),
        below=True,
    ),
    # Saturation alone is no fault: a network that is sure of its classes ends so, since weights grow as long
    # as they are trained; tanh squeezed through a narrow layer takes to it, and hard tanh works by it as ReLU
    # does. It counts only with its consequence. Where σ is flat on one side only, as in ReLU, a layer works
    # by being off half of the time: that is left to "neurons off".
    "saturated layer": Rule(
        "Is more than half of the (neuron, example) of a hidden layer saturated at the end, where σ is flat "
        "on both sides, and did training have its time and not learn `LEARNED` of its task?",
        0.5,
        lambda case: (
            _of(case.closed, case.of_hidden("saturation")) if case.had_time and case.learned < LEARNED else {}
        ),
        lambda case, l, value: (
            f"{_percent(value)} of layer {l} is saturated at the end, while "
            + (
                f"only {_percent(case.accuracy)} of the training data are right"
                if isfinite(case.accuracy)
                else f"{_percent(case.cost_left)} of the first reading's cost is left"
            )
        ),
    ),
    "dead neurons": Rule(
        "Have more than a fifth of a hidden layer's neurons σ′ = 0 on every example at the end? Asked where "
        "readings see enough examples, and so not of the batch of a step, unless it is as large.",
        0.2,
        lambda case: case.of_hidden("dead_neurons") if case.enough_examples else {},
        lambda case, l, value: (
            f"{_percent(value)} of layer {l}'s neurons are dead at the end: "
            f"σ′ = 0 on all {case.examples} examples read"
        ),
    ),
    "neurons off": Rule(
        "Are more than half of a hidden layer's neurons, where σ is flat on one side, on that side for 95 % "
        "of the examples at the end? Asked where readings see enough examples.",
        0.5,
        lambda case: (
            _of(set(case.hidden) - case.closed, case.of_hidden("saturated_neurons"))
            if case.enough_examples
            else {}
        ),
        lambda case, l, value: (
            f"{_percent(value)} of layer {l}'s neurons are off "
            f"on at least 95 % of the {case.examples} examples read"
        ),
    ),
    "updates large": Rule(
        "Are a layer's steps more than a tenth of its weights in most of training, which overthrows these?",
        1e-1,
        lambda case: case.medians("update_ratio") if case.last_step >= FEWEST_STEPS else {},
        lambda case, l, value: f"the median step changes layer {l}'s weights by {_percent(value)}",
    ),
    "updates small": Rule(
        "Are a layer's steps less than 1e-5 of its weights in most of training, so that these stand still?",
        1e-5,
        lambda case: case.medians("update_ratio") if case.last_step >= FEWEST_STEPS else {},
        lambda case, l, value: f"the median step changes layer {l}'s weights by {value:.1e} of them",
        below=True,
    ),
    "inputs low": Rule(
        "Do nearly all activations that feed a layer lie near 0 at the end, so that its weights learn slowly "
        "(BP4)? Not asked of the data: pictures are mostly empty, and one-hot inputs have to be.",
        0.9,
        lambda case: _of(range(2, case.hidden.stop + 1), case.medians("low_input", case.last_step)),
        lambda case, l, value: f"{_percent(value)} of what feeds layer {l} is near 0 at the end",
    ),
}
"""The rules by name, the gravest first."""
