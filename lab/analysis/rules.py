"""The rules of the verdicts, the gravest first.

A rule that tells of a failure, such as "nothing learned", speaks of a single trial; one that tells of a
habit, such as "slow early layers", of at least half of those that it can judge. A network that learns its
task should get no verdict, and mostly gets none: some networks of ReLU do well with a fifth of their neurons
dead.
"""

from math import isfinite

import numpy as np
import pandas as pd

from lab.analysis.case import FEWEST_STEPS, Case
from lab.analysis.rule import Rule, Seen, whole

SKILL = 0.1
"""How far from chance, 0, to perfect, 1, a trial must come on the training data."""

LEARNED = 0.85
"""The part of the task from which on training has succeeded, however saturated the network is by then."""

HALF = 0.5

STANDARDISE = "standardise = true, for the features are large"


# What the rules judge.


def _failed(case: Case, below: float) -> pd.Series:
    """Trial → whether it should have learned this part of its task and has not; False where unknown."""
    return (case.learned < below) & case.had_time


def _where(failed: pd.Series, values: pd.DataFrame) -> pd.DataFrame:
    """The values of these trials, NaN of the others, of which the question is not asked."""
    return values.where(failed.reindex(values.index, fill_value=False), axis=0)


def _diverged(case: Case) -> pd.DataFrame:
    at = case.trials.set_index("trial")["diverged_at"]
    return whole(at.notna().astype(float))


def _without_gradient(case: Case) -> pd.DataFrame:
    """The share of the hidden layers without a gradient in the last quarter, where little was learned."""
    lost = case.no_gradient[1].mean(axis=1)
    return whole(lost.where(~case.learned.reindex(lost.index).ge(LEARNED)))


def _unskilled(case: Case) -> pd.DataFrame:
    return whole(case.learned.where(np.isfinite(case.learned)) if case.had_time else case.learned * np.nan)


def _speed_ratio(case: Case) -> pd.DataFrame:
    return case.speed_ratio.to_frame(1) if len(case.decades) else pd.DataFrame()


def _saturated_output(case: Case) -> pd.DataFrame:
    """The output's saturation at the start, and of what failed at the end, where the cost leaves σ′ in δ."""
    L = case.hidden.stop
    if L not in case.closed or case.variant.get("cancels", False):
        return pd.DataFrame()
    start, end = case.at(case.first_step, "saturation"), case.at(case.last_step, "saturation")
    return pd.concat([start, _where(_failed(case, LEARNED), end)]).groupby(level=0).max()[[L]]


def _saturated_hidden(case: Case) -> pd.DataFrame:
    shares = case.hidden_of(case.at(case.last_step, "saturation"))
    return _where(_failed(case, LEARNED), shares[[l for l in shares if l in case.closed]])


def _dead_output(case: Case) -> pd.DataFrame:
    shares = case.at(case.last_step, "dead_neurons")
    return _where(_failed(case, LEARNED), shares[[l for l in shares if l == case.hidden.stop]])


def _dead(case: Case) -> pd.DataFrame:
    """The shares of dead neurons; of a trial that has learned its task, those above a half."""
    shares = case.hidden_of(case.at(case.last_step, "dead_neurons"))
    learned = case.learned.reindex(shares.index).ge(LEARNED)
    return shares.where(~learned, shares.where(shares > HALF), axis=0)


def _off(case: Case) -> pd.DataFrame:
    shares = case.hidden_of(case.at(case.last_step, "saturated_neurons"))
    return shares[[l for l in shares if l not in case.closed]]


def _long_steps(case: Case) -> pd.DataFrame:
    """‖Δw‖ of the first step over ‖w‖, or over √n_l where that is more: the size of rows of norm 1."""
    ratio, size = (case.at(case.first_step, column) for column in ("update_ratio", "weight_norm"))
    least = pd.Series({l: np.sqrt(case.width(int(str(l)))) for l in size})
    return ratio * size / size.clip(lower=least, axis=1)


def _after_steps(case: Case, values: pd.DataFrame) -> pd.DataFrame:
    return values if case.last_step >= FEWEST_STEPS else values * np.nan


def _small_steps(case: Case) -> pd.DataFrame:
    """The median update, of trials that failed: not of those that made a large one once, or never any."""
    largest, median = (case.over("update_ratio", how) for how in ("max", "median"))
    return _where(
        case.learned < LEARNED, _after_steps(case, median.where((largest < SMALL_AT_MOST) & (largest > 0)))
    )


SMALL_AT_MOST = 1e-3
"""A run with an update larger than this is not one of small updates."""


def _weights_left(case: Case) -> pd.DataFrame:
    """‖w‖ at the end over that at the start, of trials that failed."""
    start, end = (case.at(step, "weight_norm") for step in (case.first_step, case.last_step))
    return _where(_failed(case, LEARNED), end / start.where(start > 0))


def _low_inputs(case: Case) -> pd.DataFrame:
    low = case.at(case.last_step, "low_input")
    return low[[l for l in low if l in range(2, case.hidden.stop + 1)]]


# What they say.


def _says_diverged(case: Case, seen: Seen) -> str:
    origin = case.origin and f": {case.origin}"
    return f"{seen.trials} of {seen.of} trials diverged, the first at step {min(case.diverged_at)}{origin}"


def _smaller(case: Case, seen: Seen) -> str:
    if case.origin.split(" at z")[0].endswith("is NaN"):
        return ""
    return STANDARDISE if case.large_inputs else "a smaller training.eta, or smaller first weights"


def _says_without_gradient(case: Case, seen: Seen) -> str:
    where = "any hidden layer" if case.hidden else "the output layer"
    named, (start, end) = list(seen.named), case.no_gradient
    if not end.loc[named].all(axis=None):
        where = "some hidden layer"
    born = int(start.loc[named].any(axis=1).sum())
    since = "from the start on" if born == len(named) else "at the end"
    if 0 < born < len(named):
        since += f", {born} of them from the start on"
    who = f"{seen.trials} of {seen.of} trials get no gradient"
    if seen.trials == seen.of:
        who = "no gradient arrives" if seen.of == 1 else "no trial gets a gradient"
    return f"{who} in {where} {since}{_why_none(case, named)}"


def _why_none(case: Case, named: list[int]) -> str:
    """The reason that most of these trials have in common, if one is known."""
    weights, dead, saturated = (
        case.at(case.last_step, column).reindex(named)
        for column in ("weight_norm", "dead_neurons", "saturation")
    )
    L = case.hidden.stop
    reasons = {
        "the weights are all zero, so that no error comes down": (weights == 0).any(axis=1),
        "dead output: σ′ = 0 in all output neurons": dead[L] == 1 if L in dead else None,
        "dead neurons: σ′ = 0 in all of a layer": (case.hidden_of(dead) == 1).any(axis=1),
        "a layer is saturated altogether": (case.hidden_of(saturated) == 1).any(axis=1),
    }
    counts = {reason: int(shown.sum()) for reason, shown in reasons.items() if shown is not None}
    for reason, count in counts.items():
        if 2 * count >= len(named) and count:
            return f" ({reason})"
    return ""


def _revive(case: Case, seen: Seen) -> str:
    why = _why_none(case, list(seen.named))
    if "zero" in why:
        return "random first weights (network.initialiser), which break the symmetry"
    if "output" in why:
        return 'network.output = "identity", whose slope is 1'
    return STANDARDISE if case.large_inputs else "an activation with a floor, or more neurons a layer"


def _says_unlearned(case: Case, seen: Seen) -> str:
    if case.classes:
        right, others = (case.chance + part * (1 - case.chance) for part in (seen.value, seen.rest))
        told = (
            f"nothing was learned: {_percent(right)} of the training data are right at the end, "
            f"{_percent(case.chance)} would be by always answering the commonest class"
        )
        return told + (f"; of the other trials {_percent(others)} are" if isfinite(seen.rest) else "")
    told = (
        f"nothing was learned: R² = {_signed(seen.value)} on the training data at the end, "
        f"{'worse than' if seen.value < -0.05 else 'as by'} always answering the mean target"
    )
    return told + (f"; of the other trials R² = {_signed(seen.rest)}" if isfinite(seen.rest) else "")


def _shares(case: Case, did: str, sign: int) -> str:
    """Who took the decades (``sign`` 1), or gave them (−1); where that is not known, nothing of them."""
    column = "delta" if case.examples_cancel else "speed"
    noise = " (rms δ: in ∂C/∂b, the mean of δ, the examples cancel)" if case.examples_cancel else ""
    parts = case.decades.dropna(subset=[column]).sort_values(column)
    middle_two = parts.iloc[[(len(parts) - 1) // 2, len(parts) // 2]].mean()
    if not np.isfinite(middle_two[["slope", "weights"]].astype(float)).all():
        return noise
    speed, slope, weights, examples = (
        _signed(sign * middle_two[part]) for part in (column, "slope", "weights", "examples")
    )
    told = f"{noise}; of the {speed} decades {case.slope} {did} {slope}"
    if case.examples_cancel:
        return f"{told} and the weights {weights}"
    return f"{told}, the weights {weights} and the mean over the examples {examples}"


def _says_slow(case: Case, seen: Seen) -> str:
    last = case.hidden[-1]
    if not seen.value:
        return f"vanishing gradient: layer 1 gets no error at all at the start, layer {last} does"
    times = f"{1 / seen.value:.3g}×"
    told = f"layer 1 learns {times} slower than layer {last}"
    if case.examples_cancel:
        told = f"layer 1's error is {times} smaller than layer {last}'s"
    return f"vanishing gradient: {told} at the start" + _shares(case, "took", 1)


def _deep_advice(case: Case, seen: Seen) -> str:
    """What keeps δ on its way: by who took most of it."""
    parts = case.decades[["slope", "weights"]].median()
    if not np.isfinite(parts).all():
        return ""
    if parts["weights"] > parts["slope"]:
        return 'initialiser = "critical"'
    return 'initialiser = "critical", or an activation with a floor'


def _says_exploding(case: Case, seen: Seen) -> str:
    name = "error" if case.examples_cancel else "gradient ∂C/∂b"
    told = f"layer 1's {name} is {seen.value:.3g}× larger than layer {case.hidden[-1]}'s at the start"
    return f"exploding gradient: {told}" + _shares(case, "gave", -1)


def _left(case: Case, seen: Seen) -> str:
    """What the trials that show a fault have learned."""
    learned = float(case.learned.reindex(list(seen.named)).median())
    if case.classes:
        return f"only {_percent(case.chance + learned * (1 - case.chance))} of the training data are right"
    return f"R² = {_signed(learned)} on the training data"


def _says_saturated_output(case: Case, seen: Seen) -> str:
    first = case.at(case.first_step, "saturation")[seen.layer].median()
    when = "at the start" if first > HALF else "at the end"
    return (
        f"saturated output: {_percent(seen.value)} of the output layer is saturated {when}, "
        "and the cost leaves σ′ in its error"
    )


def _says_steps(case: Case, seen: Seen) -> str:
    """A median step as a share of the weights."""
    return f"the median step changes layer {seen.layer}'s weights by {_percent(seen.value)}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _signed(number: float) -> str:
    return (
        (f"{number + 0.0:.2f}" if abs(number) < 1e4 else f"{number:.1e}")
        .replace("-0.00", "0.00")
        .replace("-", "−")
    )


RULES = {
    "diverged": Rule(
        "Did numbers of some trials stop being finite?",
        0.0,
        _diverged,
        _says_diverged,
        counts=True,
        advice=_smaller,
        step=lambda case: min(case.diverged_at),
    ),
    "no gradient": Rule(
        "Is the gradient of a hidden layer exactly 0 in the last quarter of the readings, in a trial that "
        "has not learned `LEARNED` of its task?",
        0.0,
        _without_gradient,
        _says_without_gradient,
        counts=True,
        advice=_revive,
        needs=("learning_speed",),
    ),
    "nothing learned": Rule(
        "Did a trial come less than `SKILL` of the way from the best constant answer to a perfect one? It "
        "is to answer always the commonest class, or the mean target.",
        SKILL,
        _unskilled,
        _says_unlearned,
        below=True,
        advice=lambda case, seen: STANDARDISE if case.large_inputs else "",
    ),
    "cost not fallen": Rule(
        "Is the cost at the end still that of the first reading, or higher? Asked where readings see enough "
        "examples: the cost of a few says little of that of all.",
        0.99,
        lambda case: whole(case.cost_left * (1.0 if case.had_time else np.nan)),
        lambda case, seen: (
            f"the cost has not fallen: {_percent(seen.value)} of the first reading's is left at the end"
        ),
        examples=True,
    ),
    "equal neurons": Rule(
        "Are more than half of a layer's neurons equal to others at the end? They get the same gradient, and "
        "so stay equal: nothing broke their symmetry.",
        HALF,
        lambda case: case.hidden_of(case.at(case.last_step, "equal_neurons")),
        lambda case, seen: (
            f"symmetry: {_percent(seen.value)} of layer {seen.layer}'s neurons are equal to others, "
            "and stay so"
        ),
        advice=lambda case, seen: "random first weights (network.initialiser), which break the symmetry",
        needs=("equal_neurons",),
    ),
    "slow early layers": Rule(
        "Is the gradient of the first hidden layer more than ten times smaller than the last's, at the "
        "start? It is ‖∂C/∂b‖, or the rms of δ where examples cancel. (Nielsen, ch. 5, “The vanishing "
        "gradient problem”)",
        0.1,
        _speed_ratio,
        _says_slow,
        numbered=True,
        below=True,
        share=HALF,
        advice=_deep_advice,
        step=lambda case: case.first_step,
        needs=("learning_speed",),
    ),
    "exploding error": Rule(
        "Is the gradient of the first hidden layer more than ten times larger than the last's, at the start? "
        "(Nielsen, ch. 5, “The exploding gradient problem”)",
        10.0,
        _speed_ratio,
        _says_exploding,
        numbered=True,
        share=HALF,
        advice=lambda case, seen: 'smaller first weights, or initialiser = "critical"',
        step=lambda case: case.first_step,
        needs=("learning_speed",),
    ),
    "saturated output": Rule(
        "Is more than half of the output layer saturated at the start, where the cost does not cancel its "
        "σ′? Or at the end, in a trial that has not learned `LEARNED` of its task? (Nielsen, ch. 3)",
        HALF,
        _saturated_output,
        _says_saturated_output,
        share=HALF,
        advice=lambda case, seen: (
            'cost = "cross-entropy" on a sigmoid, in whose error there is no σ′'
            if case.classes
            else 'output = "identity"'
        ),
        needs=("saturation",),
    ),
    # Saturation alone is no fault: a network that is sure of its classes ends so, since weights grow as long
    # as they are trained; tanh squeezed through a narrow layer takes to it, and hard tanh works by it as ReLU
    # does. It counts only with its consequence. Where σ is flat on one side only, as in ReLU, a layer works
    # by being off half of the time: that is left to "neurons off".
    "saturated layer": Rule(
        "Is more than half of the (neuron, example) of a hidden layer saturated at the end, where σ is flat "
        "on both sides, and did training have its time and not learn `LEARNED` of its task?",
        HALF,
        _saturated_hidden,
        lambda case, seen: (
            f"{_percent(seen.value)} of layer {seen.layer} is saturated at the end, while {_left(case, seen)}"
        ),
        share=HALF,
        advice=lambda case, seen: (
            STANDARDISE if case.large_inputs else "smaller first weights, or a smaller training.eta"
        ),
        needs=("saturation",),
    ),
    "dead output": Rule(
        "Have output neurons σ′ = 0 on every example at the end, in a trial that has not learned `LEARNED` "
        "of its task?",
        0.0,
        _dead_output,
        lambda case, seen: (
            f"dead output: {_percent(seen.value)} of the output neurons have σ′ = 0 on all "
            f"{case.examples} examples read"
        ),
        advice=lambda case, seen: 'output = "identity", whose slope is 1',
        needs=("dead_neurons",),
        examples=True,
    ),
    "dead neurons": Rule(
        "Have more than a fifth of a hidden layer's neurons σ′ = 0 on every example at the end; more than "
        "half, where `LEARNED` of the task was learned? Asked where readings see enough examples, and so not "
        "of the batch of a step, unless it is as large.",
        0.2,
        _dead,
        lambda case, seen: (
            f"{_percent(seen.value)} of layer {seen.layer}'s neurons are dead at the end: "
            f"σ′ = 0 on all {case.examples} examples read"
        ),
        share=HALF,
        needs=("dead_neurons",),
        examples=True,
    ),
    "neurons off": Rule(
        "Are more than half of a hidden layer's neurons, where σ is flat on one side, on that side for 95 % "
        "of the examples at the end? Asked where readings see enough examples.",
        HALF,
        _off,
        lambda case, seen: (
            f"{_percent(seen.value)} of layer {seen.layer}'s neurons are off "
            f"on at least 95 % of the {case.examples} examples read"
        ),
        share=HALF,
        needs=("saturated_neurons",),
        examples=True,
    ),
    "first step too long": Rule(
        "Is the first step of a layer longer than its weights, and than usual ones (rows of norm 1)?",
        1.0,
        _long_steps,
        lambda case, seen: (
            f"updates too large: the first step is {seen.value:.3g}× as long as layer {seen.layer}'s weights"
        ),
        share=HALF,
        advice=_smaller,
        step=lambda case: case.first_step,
        needs=("update_ratio", "weight_norm"),
    ),
    "updates large": Rule(
        "Are a layer's steps more than a tenth of its weights in most of training, which overthrows these?",
        1e-1,
        lambda case: _after_steps(case, case.over("update_ratio", "median")),
        lambda case, seen: "updates too large: " + _says_steps(case, seen),
        share=HALF,
        advice=_smaller,
        needs=("update_ratio",),
    ),
    "updates small": Rule(
        "Are a layer's steps less than 1e-5 of its weights in most of training, so that these stand still, "
        "in a trial that has not learned `LEARNED` of its task? Not asked where a step was above "
        "`SMALL_AT_MOST`.",
        1e-5,
        _small_steps,
        lambda case, seen: (
            f"updates too small: the median step changes layer {seen.layer}'s weights "
            f"by {seen.value:.1e} of them"
        ),
        below=True,
        share=HALF,
        advice=lambda case, seen: "a larger training.eta",
        needs=("update_ratio",),
    ),
    "weights vanish": Rule(
        "Is a tenth of a layer's first weights left at the end, or less, in a trial that has not learned "
        "`LEARNED` of its task?",
        0.1,
        _weights_left,
        lambda case, seen: (
            f"weight decay: {_percent(seen.value)} of the size of layer {seen.layer}'s first weights is left"
        ),
        below=True,
        share=HALF,
        advice=lambda case, seen: "a smaller training.lambda",
        needs=("weight_norm",),
    ),
    "inputs low": Rule(
        "Do nearly all activations that feed a layer lie near 0 at the end, so that its weights learn slowly "
        "(BP4)? Not asked of the data: pictures are mostly empty, and one-hot inputs have to be.",
        0.9,
        _low_inputs,
        lambda case, seen: f"{_percent(seen.value)} of what feeds layer {seen.layer} is near 0 at the end",
        share=HALF,
        needs=("low_input",),
    ),
}
"""The rules by name, the gravest first."""
