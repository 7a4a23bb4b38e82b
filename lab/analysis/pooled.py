"""What readings of few examples tell of single neurons, when several of them are taken together.

A reading of m examples tells which share s of a layer's neurons is dead, or off, on these; not which neurons
they are. Of K readings a neuron that is dead in all is one of the s_k of each, so that the share that is dead
on all K·m examples lies between bounds which need no assumption:

    1 − Σ_k (1 − s_k)  ≤  share  ≤  min_k s_k

The lower one is that of C. E. Bonferroni (1936), Teoria statistica delle classi e calcolo delle probabilità.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from lab.analysis.case import Case
from lab.numerics import Array

OFF = 0.95
"""A neuron is off that is saturated on this share of the examples."""


@dataclass(frozen=True)
class Bounds:
    """Between which numbers a share lies, trial × layer each; equal where it is known."""

    low: Array
    high: Array

    def map(self, change: Callable[[Array], Array]) -> "Bounds":
        """Both bounds changed by a function that keeps their order."""
        return Bounds(change(self.low), change(self.high))

    def judged_by(self, threshold: float) -> Array:
        """The lower bound where it is above the threshold, the upper one where it is not; else NaN."""
        return np.where(self.low > threshold, self.low, np.where(self.high <= threshold, self.high, np.nan))

    def open_at(self, threshold: float) -> bool:
        """Whether some share may lie on either side of the threshold."""
        return bool((~(self.low > threshold) & (self.high > threshold)).any())


def dead(case: Case) -> Bounds:
    """The share of neurons with σ′ = 0 on all examples at the end: of one reading, or of the last ones."""
    if known := _of_one_reading(case, "dead_neurons"):
        return known
    mean, least = (case.pooled("dead_neurons", how) for how in ("mean", "min"))
    return Bounds(1 - case.pooled_readings * (1 - mean), least)


def off(case: Case) -> Bounds:
    """The share of neurons saturated on at least `OFF` of the examples at the end; likewise.

    A neuron that is saturated on `OFF` of each reading is so on all of them together. One that is not leaves
    more than 1 − `OFF` of the (neuron, example) unsaturated, of which there are 1 − ``saturation``. And one
    that is so on all may miss `OFF` in as many readings only as share out what may be unsaturated.
    """
    if known := _of_one_reading(case, "saturated_neurons"):
        return known
    K, m = case.pooled_readings, case.examples
    share, cells = (case.pooled(column, "mean") for column in ("saturated_neurons", "saturation"))
    missed = floor(round((1 - OFF) * K * m, 9)) // (m - ceil(OFF * m) + 1)
    low, high = 1 - K * (1 - share), share * K / max(K - missed, 1)
    return Bounds(np.fmax(low, 1 - (1 - cells) / (1 - OFF)), np.fmin(high, cells / OFF))


def _of_one_reading(case: Case, column: str) -> Bounds | None:
    """The share itself where the last reading sees enough, 0 to 1 where all do not, else None."""
    share = case.end(column)
    if case.enough_examples:
        return Bounds(share, share)
    return None if case.pooled_readings else Bounds(0 * share, 0 * share + 1)
