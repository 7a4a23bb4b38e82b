"""Steps that are too long or too short for the weights, and weights that decay."""

from math import nan

import numpy as np

from lab.analysis.case import FEWEST_STEPS, Case, among
from lab.analysis.cells import median
from lab.analysis.rule import NOTHING, Seen, rounded
from lab.analysis.rules.learning import hindered, of_failed, only_a_line, unlearned, weights_left
from lab.analysis.rules.words import part_of, percent
from lab.network.decay import overshooting
from lab.numerics import Array

HARDLY_ANY = 1e-5
"""A share of the first weights below this is next to nothing."""


def first(case: Case) -> Array:
    """‖Δw‖ of the first step over ‖w‖, or over √n_l where that is more: the size of rows of norm 1.

    Of trials that have not learned their task, or diverged.
    """
    ratio, size = (case.at(case.first_step, column) for column in ("update_ratio", "weight_norm"))
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
    assert seen.layer is not None
    norms = case.at(case.first_step, "weight_norm")[seen.named, seen.layer - 1]
    return float(median(norms) / case.usual_norms[seen.layer - 1])


def typical(case: Case) -> Array:
    """The median ‖Δw‖/‖w‖ of each layer; of nothing in a training of few steps.

    Not asked of `only_a_line` that learned little: of its weights only the smallest do no harm, and these are
    small beside any step.
    """
    asked = ~(only_a_line(case) & unlearned(case))
    return among(asked, case.over("update_ratio", "median")) if case.last_step >= FEWEST_STEPS else NOTHING


def says_typical(case: Case, seen: Seen) -> str:
    """How long the median step is."""
    return (
        f"updates too large: the median step changes layer {seen.layer}'s weights by "
        f"{part_of(seen.value, 'their size')}"
    )


def last(case: Case) -> int:
    """The last reading before a step."""
    return case.last_step_of("update_ratio")


def whole_path(case: Case) -> Array:
    """How far weights went, of trials that failed and that nothing else hinders."""
    return of_failed(case, among(~hindered(case), case.path))


def says_path(case: Case, seen: Seen) -> str:
    """How far the weights of a layer went in all."""
    size = "their size" if _size(case, seen) <= 1 else "the size of usual ones (rows of norm 1)"
    return (
        f"updates too small: in all {case.last_step} steps together layer {seen.layer}'s weights moved by "
        f"about {percent(seen.value)} of {size}"
    )


def decay(case: Case) -> Array:
    """ηλ/n, of trials that have not learned their task, or diverged."""
    return np.where(unlearned(case), case.decay_of_a_step, nan)


def says_overshooting(case: Case, seen: Seen) -> str:
    """What a step of decay makes of the weights, in any trial."""
    return f"weight decay: {overshooting(seen.value)}"


def little_left(case: Case) -> Array:
    """`weights_left` of trials that failed."""
    return of_failed(case, weights_left(case))


def says_decay(case: Case, seen: Seen) -> str:
    """What is left of the first weights."""
    share = percent(seen.value)
    if seen.value < HARDLY_ANY:
        share = f"next to nothing ({share})"
    return f"weight decay: {share} of the size of layer {seen.layer}'s first weights is left"
