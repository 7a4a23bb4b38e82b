"""Steps that are too long or too short for the weights, and weights that decay."""

import numpy as np

from lab.analysis.case import FEWEST_STEPS, Case, among
from lab.analysis.cells import median
from lab.analysis.rule import NOTHING, Seen, rounded
from lab.analysis.rules.learning import only_a_line, unlearned
from lab.analysis.rules.words import percent
from lab.numerics import Array

HARDLY_ANY = 1e-5
"""A share of the first weights below this is next to nothing."""


def first(case: Case) -> Array:
    """‖Δw‖ of the first step over ‖w‖, or over √n_l where that is more: the size of rows of norm 1.

    Of trials that have not learned their task, or diverged.
    """
    ratio, size = (case.start(column) for column in ("update_ratio", "weight_norm"))
    return among(unlearned(case), ratio * size / np.maximum(size, case.usual_norms))


def says_first(case: Case, seen: Seen) -> str:
    """How long the first step is."""
    times, layer = f"{rounded(seen.value)}×", f"layer {seen.layer}"
    if _size(case, seen) >= 1:
        return f"updates too large: the first step is {times} as long as {layer}'s weights"
    return (
        f"updates too large: the first step of {layer} is {times} as long as usual weights (rows of norm 1), "
        "and its own are smaller"
    )


def _size(case: Case, seen: Seen) -> float:
    """‖w‖/√n_l at the start, of the layer that is told: the median over the trials that show the fault."""
    return float(median(seen.of_shown(case.start("weight_norm") / case.usual_norms)))


def typical(case: Case) -> Array:
    """The median ‖Δw‖/‖w‖ of each layer; of nothing in a training of few steps.

    Not asked of `only_a_line` that learned little: of its weights only the smallest do no harm, and these are
    small beside any step.
    """
    asked = ~(only_a_line(case) & unlearned(case))
    return among(asked, case.over("update_ratio", "median")) if case.last_step >= FEWEST_STEPS else NOTHING


def says_path(case: Case, seen: Seen) -> str:
    """How far the weights of a layer went in all."""
    size = "their size" if _size(case, seen) <= 1 else "the size of usual ones (rows of norm 1)"
    return (
        f"updates too small: in all {case.last_step} steps together layer {seen.layer}'s weights moved by "
        f"about {percent(seen.value)} of {size}"
    )


def says_decay(case: Case, seen: Seen) -> str:
    """What is left of the first weights."""
    share = percent(seen.value)
    if seen.value < HARDLY_ANY:
        share = f"next to nothing ({share})"
    return f"weight decay: {share} of the size of layer {seen.layer}'s first weights is left"
