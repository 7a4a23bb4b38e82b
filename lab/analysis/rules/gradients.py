"""What becomes of the gradient on its way down: it stops, shrinks or grows."""

import numpy as np

from lab.analysis.case import Case, among
from lab.analysis.cells import median
from lab.analysis.rule import HALF, NOTHING, Seen, rounded
from lab.analysis.rules import words
from lab.analysis.rules.learning import only_a_line, unlearned
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
    sizes = "weight_norm", "dead_neurons", "saturation"
    weights, dead, saturated = (case.end(size)[seen.named] for size in sizes)
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
        return words.RANDOM
    if "output" in why:
        return words.IDENTITY
    if case.large_inputs:
        return words.STANDARDISE
    if case.no_gradient[0][seen.named].any(axis=1).mean() <= HALF:
        return words.died(case, seen)
    dead = case.hidden_of(case.start("dead_neurons"))[seen.named] == 1
    biased = case.hidden_of(case.biased)[seen.named] & dead
    if biased.any(axis=1).sum() > dead.any(axis=1).sum() / 2:
        return words.BIASES_NEAR_0
    return words.floor(case, words.more_neurons(case))


def cosine(case: Case) -> Array:
    """The cosine of the direction of steps to ∂C/∂(w, b), of a counterfactual: the median at the end.

    Of trials that have not learned their task, where max(σ′, floor) has another sign than σ′ somewhere.
    """
    climbs = case.known("surrogate_floor") > 0 > case.known("inf_slope")  # as far as bounds tell
    return among(unlearned(case), case.over("gradient_cosine", "median", 0.25)) if climbs else NOTHING


def ratio(case: Case) -> Array:
    """The gradient of the first hidden layer over that of the last, at the start, told of layer 1."""
    return case.speed_ratio[:, None] if case.decades else NOTHING


def says_ratio(case: Case, seen: Seen) -> str:
    """How layer 1 compares with the last hidden layer, as the ratio that tables have, and what caused it."""
    last, told = case.hidden[-1], f"{rounded(seen.value)}×"
    if not seen.value:
        return f"vanishing gradient: layer 1 gets no error at all at the start, layer {last} does"
    vanishes = seen.value < 1
    if case.examples_cancel:
        what = f"layer 1's rms of δ is {told} layer {last}'s at the start "
        what += "(∂C/∂b does not tell it: the examples cancel there)"
    elif vanishes:
        what = f"layer 1 learns {told} as fast as layer {last} at the start"
    else:
        what = f"layer 1's gradient ∂C/∂b is {told} layer {last}'s at the start"
    return f"{'vanishing' if vanishes else 'exploding'} gradient: {what}{_shares(case, vanishes)}"


def _shares(case: Case, vanishes: bool) -> str:
    """Which causes made the ratio, each with its factor; "" where that is not known.

    The causes' factors multiply to the ratio, so shares are of its decades.
    """
    size, sign = ("small", 1) if vanishes else ("large", -1)
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
        told.setdefault(_does(decades / total), []).append(f"{names[cause]} ({words.times(-sign * decades)})")
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
        return words.STANDARDISE
    slope, weights = (median(case.decades[part]) for part in ("slope", "weights"))
    if not np.isfinite([slope, weights]).all():
        return ""
    other_weights = words.critical(case)
    return other_weights if other_weights and weights > slope else words.floor(case, other_weights)
