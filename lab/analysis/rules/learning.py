"""Whether a trial has learned: numbers that stop being finite, chance, the cost, the test data."""

from math import isfinite, nan

import numpy as np

from lab.analysis.case import Case, among, once
from lab.analysis.cells import count, mean, median
from lab.analysis.rule import HALF, NOTHING, Seen, rounded
from lab.analysis.rules import words
from lab.analysis.rules.words import part_of, percent
from lab.analysis.setup import FEWEST_EXAMPLES
from lab.analysis.summary import name_of_r2
from lab.numerics import Array

SKILL = 0.1
"""How far from chance, 0, to perfect, 1, a trial must come."""

NEXT_TO_NOTHING = 0.02
"""What is that far from chance is as good as it."""

BEYOND = 0.1
"""Where more of the targets than this share lie outside the output's range, it is the wrong output."""

LEARNED = 0.85
"""The part of the task from which on training has succeeded, however saturated the network is by then."""

BY_HEART = 0.5
"""The part of the task that is learned of the training data before it is asked whether it is by heart."""

VANISHING = 0.1
"""The first hidden layer's gradient over the last's, below which it vanishes."""

EXPLODING = 10.0
"""The same ratio above which it explodes."""

OVERTHROWN = 0.1
"""A step of more than this share of the weights overthrows them."""

UNFINISHED = 0.75
"""The part of the task from which on a cost that still falls is no fault."""

STILL_FALLING = 0.05
"""A cost that fell by more than this share from the third to the last quarter still falls."""

SHORT = 400
"""A training of fewer steps is meant to be short, and not told to go on."""

HARDLY_MOVED = 1.0
"""Where nothing was learned, weights that went less far than their own size may need larger steps."""

LITTLE_LEFT = 0.25
"""Of weights that decay, what is left of the first ones where little is."""


@once
def failed(case: Case, below: float = LEARNED) -> Array:
    """Of each trial whether it should have learned this part of its task and has not; False where unknown."""
    return (case.learned < below) & case.had_time


@once
def unlearned(case: Case) -> Array:
    """Of each trial whether it has not learned its task, or diverged."""
    return ~(case.learned >= LEARNED)


def of_failed(case: Case, values: Array, below: float = LEARNED) -> Array:
    """The values of the trials that `failed`, NaN of the others, of which the question is not asked."""
    return among(failed(case, below), values)


@once
def hindered(case: Case) -> Array:
    """Of each trial whether something known keeps it from learning: neither more nor larger steps help.

    It is `astray` or `shut_by_biases`, a gradient is lost, steps are large, or the targets out of reach.
    """
    steps = case.over("update_ratio", "median")
    lost = case.no_gradient[1].any(axis=1) | (steps > OVERTHROWN).any(axis=1)
    return np.asarray(astray(case) | shut_by_biases(case) | lost | (case.known("unreached") > BEYOND))


@once
def stood_still(case: Case) -> Array:
    """Of each trial whether no layer went as far as its own size, the last ones neither."""
    return np.asarray((case.path < HARDLY_MOVED).all(axis=1))


@once
def shut_by_biases(case: Case) -> Array:
    """Of each trial whether biases that outweigh the weights put most of a layer where σ is flat at first."""
    flat = case.start("saturated_neurons") > HALF
    return np.asarray(case.hidden_of(flat & case.biased).any(axis=1))


@once
def astray(case: Case) -> Array:
    """Of each trial whether its gradient vanishes or explodes, or is small by a saturated σ.

    The latter is where more than half of a layer is saturated whose σ′ is in δ. Where all layers
    `stood_still` it is no gradient that vanishes on its way that keeps the last of them.
    """
    saturated = (case.end("saturation") > HALF) & case.closed
    shut = np.asarray((case.hidden_of(saturated) if case.cost_cancels else saturated).any(axis=1))
    if not case.decades:
        return shut
    carried = (case.speed_ratio >= VANISHING) | stood_still(case)
    return np.asarray(shut | ~(carried & (case.speed_ratio <= EXPLODING)))


@once
def weights_left(case: Case) -> Array:
    """Trial × layer: ‖w‖ at the end over that at the start; NaN where weights do not decay."""
    start, end = case.start("weight_norm"), case.end("weight_norm")
    return end / np.where((start > 0) & (case.known("decay") != 0), start, nan)


@once
def only_a_line(case: Case) -> Array:
    """Of each trial whether a network that is linear up to its output ended near the best constant answer.

    Nothing else is known to keep it there: it had a gradient that was not `astray`, so that larger or smaller
    steps would not help, and weights that did not decay.
    """
    straight = not case.hidden or case.known("inf_slope") == case.known("sup_slope")
    if not straight:
        return np.zeros(len(case.trials), bool)
    kept = case.no_gradient[0].any(axis=1) | astray(case) | (weights_left(case) <= LITTLE_LEFT).any(axis=1)
    return (case.skill("final_cost") > -SKILL) & ~kept


def says_diverged(case: Case, seen: Seen) -> str:
    """How many trials diverged, since when, and where the first lost its first number."""
    origin = case.origin and f": {case.origin}"
    first = min(case.diverged_at)  # the reading that saw it
    when = f"by step {first}" if first else "before any step"
    who = "the trial diverged" if seen.of == 1 else f"{seen.trials} of {seen.of} trials diverged, the first"
    return f"{who} {when}{origin}"


def finite_again(case: Case, seen: Seen) -> str:
    """Smaller steps, or first weights where no step was taken; nothing where a part is NaN by itself."""
    if "is NaN" in case.origin:
        return ""
    before_any_step = min(case.diverged_at) == 0 and not case.large_inputs
    return words.SMALLER_WEIGHTS if before_any_step else words.smaller_steps(case, seen)


def unskilled(case: Case) -> Array:
    """How far each trial came from chance, 0, to perfect, 1; NaN where it had no time."""
    return among(np.isfinite(case.learned), case.learned) if case.had_time else NOTHING


def worse(case: Case) -> Array:
    """R² of each trial to a millionth, where there was no time to learn and chance is known."""
    asked = not (case.had_time or case.classes) and isfinite(case.cost_of_mean)
    return among(np.isfinite(case.learned), case.learned).round(6) if asked else NOTHING


def measured(case: Case, skill: float) -> float:
    """A skill from chance, 0, to perfect, 1, as sentences tell it.

    It is the accuracy; without classes R², or the cost over the first reading's where chance is not known.
    """
    if case.classes:
        return case.chance + skill * (1 - case.chance)
    return round(skill, 6) + 0.0 if isfinite(case.cost_of_mean) else 1 - skill


def outcome(case: Case, skill: float) -> str:
    """What is true of the training data at this skill."""
    value = measured(case, skill)
    if case.classes:
        return f"{percent(value)} of the training data are right"
    if isfinite(case.cost_of_mean):
        name = name_of_r2([case.variant.get("cost", nan)], [case.cost_of_perfect])
        return f"{name} = {rounded(value)} on the training data"
    return f"the cost{_above(case)} is {part_of(value, 'that of the first reading')}"


def _above(case: Case) -> str:
    """Of what a cost is told less, where a perfect answer costs something."""
    least = case.cost_of_perfect
    return f", less the {rounded(least)} of a perfect answer," if least > 0 else ""


def says_unlearned(case: Case, seen: Seen) -> str:
    """What was learned, beside chance and beside the other trials."""
    told, rest = (outcome(case, skill) for skill in (seen.value, seen.rest))
    yet = " yet" * bool((fall(case)[seen.named] > STILL_FALLING).all())
    told = f"{'next to ' * (seen.value > NEXT_TO_NOTHING)}nothing was learned{yet}: {told} at the end"
    if case.classes:
        told += f", where always answering the commonest class gets {percent(case.chance)}"
    elif isfinite(case.cost_of_mean):
        beside = "worse than" if seen.value < 0 else "little better than"
        told += f", {beside if abs(seen.value) > NEXT_TO_NOTHING else 'as by'} the best constant answer"
    others = seen.judged - seen.trials
    if others < 2:
        return f"{told}; in one other trial {rest}" if others else told
    return f"{told}; in {others} other trials {rest}, as the median"


def teach(case: Case, seen: Seen) -> str:
    """What may help where nothing was learned, if the tables tell why."""
    if asked := words.rescale(case):
        return asked
    if shut_by_biases(case)[seen.named].all():
        return words.BIASES_NEAR_0
    by_luck = words.more_neurons(case) if (case.learned >= LEARNED).any() else ""
    if by_luck and seen.rest >= LEARNED:
        return by_luck
    moved_little = (case.path < HARDLY_MOVED).any(axis=1) & ~hindered(case)
    if moved_little[seen.named].all():
        return words.LARGER_STEPS
    return by_luck or (words.bend(case) if only_a_line(case)[seen.named].mean() > HALF else "")


def outlier(case: Case) -> Array:
    """How much of the variance of all targets one makes, of trials that have not learned both parts."""
    asked = ~(np.fmin(case.learned, case.learned_of_test) >= LEARNED)
    share = case.known("outlying") if case.known("train") + case.known("test") >= FEWEST_EXAMPLES else nan
    return among(asked, case.of_all(share))


def only_by_heart(case: Case) -> Array:
    """What holds of the skill on the training data in the test data, as a share, where it is surely less.

    By more than two standard errors of chance; those of numbers are taken for normal.
    """
    test = case.learned_of_test
    ratio = case.chance / ((1 - case.chance) or nan) if case.classes else 2.0
    error = np.sqrt(ratio / (case.known("test") or nan))
    asked = (case.learned >= BY_HEART) & (case.learned - test > 2 * error)
    return np.maximum(test / among(asked, case.learned), 0)


def says_by_heart(case: Case, seen: Seen) -> str:
    """What was learned of the training and of the test data."""
    trained, tested = (float(median(part[seen.named])) for part in (case.learned, case.learned_of_test))
    tested = measured(case, tested)
    by_test, beyond = f"{percent(tested)} of the test data", f" beyond chance ({percent(case.chance)})"
    if not case.classes:
        by_test, beyond = f"{rounded(tested)} on the test data", ""
    held = f"{percent(seen.value)} of what was learned{beyond} holds there"
    return f"learned by heart: {outcome(case, trained)} at the end, but {by_test}: {held}"


@once
def fall(case: Case) -> Array:
    """By which share the cost fell from the third to the last quarter of the readings, where that is sure.

    Of trials that failed and are not `hindered`. A difference below two standard errors is taken for 0.
    """
    if case.last_step < SHORT:
        return np.full(len(case.trials), nan)
    quarters = np.array_split(case.costs, 4)[2:]
    before, after = map(mean, quarters)
    difference = before - after
    error = np.sqrt(sum(map(_squared_error, quarters)))
    share = np.where(difference > 2 * error, difference / before, 0.0)
    return of_failed(case, among(~(hindered(case) | np.isnan(error)), share), UNFINISHED)


@np.errstate(over="ignore")  # of costs next to the largest number it is infinite, and nothing is sure
def _squared_error(costs: Array) -> Array:
    """The square of the standard error of each trial's mean; NaN of fewer than two readings."""
    several = count(costs)
    squares = np.nansum((costs - mean(costs)) ** 2, axis=0)
    return np.asarray(squares / np.where(several > 1, several * (several - 1.0), nan))


def left(case: Case, seen: Seen) -> str:
    """What the trials that show a fault have learned."""
    told = outcome(case, float(median(case.learned[seen.named])))
    return f"only {told}" if case.classes else told
