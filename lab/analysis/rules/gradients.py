"""What becomes of the gradient on its way down: it stops, shrinks or grows."""

import numpy as np

from lab.analysis.case import Case, among
from lab.analysis.cells import median
from lab.analysis.rule import HALF, NOTHING, Seen, rounded
from lab.analysis.rules.learning import only_a_line, unlearned
from lab.analysis.rules.words import (
    BIASES_NEAR_0,
    CRITICAL,
    IDENTITY,
    RANDOM,
    STANDARDISE,
    died,
    floor,
    more_neurons,
    times,
)
from lab.numerics import Array

A_PART = 0.2
"""The least share of the decades that counts as a cause."""


def lost(case: Case) -> Array:
    """The share of the hidden layers without a gradient in the last quarter, where little was learned.

    Where no line does better than a constant, it ends at 0, and nothing was lost on the way.
    """
    return among(unlearned(case) & ~only_a_line(case), case.no_gradient[1].mean(axis=1))


def says_lost(case: Case, seen: Seen) -> str:
    """Who gets no gradient, where, since when, and why if that is known."""
    where = "any hidden layer" if case.hidden else "the output layer"
    start, end = (flat[seen.named] for flat in case.no_gradient)
    if not end.all():
        where = "some hidden layer"
    born = int(start.any(axis=1).sum())
    since = "from the start on" if born == seen.trials else "at the end"
    if 0 < born < seen.trials:
        since += f", {born} of them from the start on"
    who = f"{seen.trials} of {seen.of} trials {'gets' if seen.trials == 1 else 'get'} no gradient"
    if seen.trials == seen.of:
        who = "no gradient arrives" if seen.of == 1 else "no trial gets a gradient"
    return f"{who} in {where} {since}{_why_none(case, seen)}"


def _why_none(case: Case, seen: Seen) -> str:
    """The reason that most of these trials have in common, if one is known."""
    weights, dead, saturated = (
        case.at(case.last_step, column)[seen.named]
        for column in ("weight_norm", "dead_neurons", "saturation")
    )
    reasons = {
        "the weights are all zero, so that no error comes down": (weights == 0).any(axis=1),
        "dead output: σ′ = 0 in all output neurons": ((dead[:, -1] == 1) & (not case.cost_cancels)),
        "dead neurons: σ′ = 0 in all of a layer": (case.hidden_of(dead) == 1).any(axis=1),
        "a layer is saturated altogether": (case.hidden_of(saturated) == 1).any(axis=1),
    }
    for reason, shown in reasons.items():
        if shown.mean() >= HALF:
            return f" ({reason})"
    return ""


def revive(case: Case, seen: Seen) -> str:
    """What brings a gradient back, by the reason why there is none."""
    why = _why_none(case, seen)
    if "zero" in why:
        return RANDOM
    if "output" in why:
        return IDENTITY
    if case.large_inputs:
        return STANDARDISE
    if case.no_gradient[0][seen.named].any(axis=1).mean() <= HALF:
        return died(case, seen)
    dead = case.hidden_of(case.at(case.first_step, "dead_neurons"))[seen.named] == 1
    biased = case.hidden_of(case.biased)[seen.named] & dead
    if biased.any(axis=1).sum() > dead.any(axis=1).sum() / 2:
        return BIASES_NEAR_0
    return floor(case, more_neurons(case))


def cosine(case: Case) -> Array:
    """The cosine of the direction of steps to ∂C/∂(w, b), the median of all readings, of a counterfactual.

    Of trials that have not learned their task, where max(σ′, floor) has another sign than σ′ somewhere.
    """
    return among(unlearned(case), case.over("gradient_cosine", "median")) if case.climbs else NOTHING


def says_climbing(case: Case, seen: Seen) -> str:
    """Which way the steps of a layer go, and why."""
    return (
        f"counterfactual: steps of layer {seen.layer} go against the gradient of C, at a cosine of "
        f"{rounded(seen.value)}: where σ′ < 0, {case.slope} changes its sign"
    )


def ratio(case: Case) -> Array:
    """The gradient of the first hidden layer over that of the last, at the start, told of layer 1."""
    return case.speed_ratio[:, None] if case.decades else NOTHING


def says_slow(case: Case, seen: Seen) -> str:
    """How fast the first layer learns beside the last, as the ratio that tables have, and what caused it."""
    last = case.hidden[-1]
    if not seen.value:
        return f"vanishing gradient: layer 1 gets no error at all at the start, layer {last} does"
    told = f"layer 1 learns {rounded(seen.value)}× as fast as layer {last} at the start"
    if case.examples_cancel:
        told = _by_rms(seen.value, last)
    return f"vanishing gradient: {told}{_shares(case, 'small', 1)}"


def says_exploding(case: Case, seen: Seen) -> str:
    """How large the first layer's gradient is beside the last's, and what caused it."""
    last = case.hidden[-1]
    told = f"layer 1's gradient ∂C/∂b is {rounded(seen.value)}× layer {last}'s at the start"
    if case.examples_cancel:
        told = _by_rms(seen.value, last)
    return f"exploding gradient: {told}{_shares(case, 'large', -1)}"


def _by_rms(ratio: float, last: int) -> str:
    """How layer 1 compares by the rms of δ, and why it is not by ∂C/∂b, the mean of δ."""
    return (
        f"layer 1's rms of δ is {rounded(ratio)}× layer {last}'s at the start "
        "(∂C/∂b does not tell it: the examples cancel there)"
    )


def _shares(case: Case, size: str, sign: int) -> str:
    """Which causes made the ratio (``sign`` −1: a growth), each with its factor; "" where that is not known.

    The causes' factors multiply to the ratio, so shares are of its decades. ``size`` is what slopes are that
    made a part of it.
    """
    column, causes = "speed", ["slope", "weights", "examples"]
    if case.examples_cancel:
        column, causes = "delta", ["slope", "weights"]
    known = np.count_nonzero(~np.isnan(case.decades[column]))
    middle_two = np.argsort(case.decades[column])[[(known - 1) // 2, known // 2]]
    total, *made = (sign * float(case.decades[part][middle_two].mean()) for part in (column, *causes))
    if not np.isfinite(made).all():
        return ""
    slopes = f"{size} slopes" if made[0] >= A_PART * total else "slopes"
    names = {"slope": f"{slopes} {case.slope}", "weights": "weights", "examples": "means over the examples"}
    told = dict[str, list[str]]()
    for decades, cause in sorted(zip(made, causes, strict=True), key=lambda pair: -pair[0]):
        told.setdefault(_does(decades / total), []).append(f"{names[cause]} ({times(-sign * decades)})")
    return ": " + ", ".join(f"{' and '.join(factors)} {does}" for does, factors in told.items())


def _does(share: float) -> str:
    """What a cause does whose share of the decades is this."""
    if share >= A_PART:
        part = (
            "nearly all" if share >= 0.8 else "most" if share >= 0.6 else "half" if share >= 0.4 else "a part"
        )
        return f"cause {part} of it"
    return "change little" if share > -A_PART else "work against it"


def carry(case: Case, seen: Seen) -> str:
    """What keeps δ on its way: by who took most of it."""
    if case.large_inputs:
        return STANDARDISE
    slope, weights = (median(case.decades[part]) for part in ("slope", "weights"))
    if not np.isfinite([slope, weights]).all():
        return ""
    return CRITICAL if weights > slope else floor(case, CRITICAL)
