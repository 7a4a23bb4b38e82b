"""What a variant is before any training: its row of the table ``variants``, and the curves of its σ."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd

from lab.data.targets import unusual
from lab.network.decay import taken
from lab.numerics import Array

FEWEST_EXAMPLES = 100
"""A reading of fewer examples tells nothing of a neuron or of the cost, unless it sees all there are.

A neuron that is on for 5 % of the data is off on 100 examples in 0.95¹⁰⁰ = 0.6 % of the cases, and on a batch
of 10 in 60 %; and a single example may cost next to nothing from the start.
"""

LARGE_INPUT = 3.0
"""Features of a root mean square above this are named as a cause."""

SMALL_INPUT = 0.03
"""Where no feature has a root mean square as large as this, the first layer hardly tells examples apart."""

BY_CHANCE = 3.0
"""Parts of mixed rows hardly ever differ by more than so many standard errors."""


@dataclass(frozen=True)
class Setup:
    """One variant's row of ``variants``, and its rows of ``curves``."""

    variant: Mapping[Hashable, Any]
    curves: pd.DataFrame

    def known(self, column: str) -> float:
        """A number of the variant; NaN where the run did not record it."""
        return float(self.variant.get(column, nan))

    @cached_property
    def output(self) -> int:
        """The number of the output layer."""
        return int(self.variant["layers"])

    @property
    def hidden(self) -> range:
        return range(1, self.output)

    def width(self, layer: int) -> int:
        """n_l; 0 where it is not known, as of the inputs of a net that was watched."""
        told = str(self.variant["sizes"]).split("-")[layer]
        return int(told) if told.isdigit() else 0

    @cached_property
    def usual_norms(self) -> Array:
        """√n_l of each layer, ‖w‖ of rows of norm 1."""
        return np.sqrt([self.width(l) for l in range(1, self.output + 1)])

    @property
    def watched(self) -> bool:
        """Whether a script of torch trained it, so that there is no experiment file to change."""
        return str(self.variant.get("engine")) == "torch"

    @property
    def critical(self) -> bool:
        """Whether the first weights are critical ones already; False where that was not recorded."""
        return str(self.variant.get("initialiser")).startswith("Critical(")

    # What readings see.

    @property
    def examples(self) -> int:
        """The number of training examples that the last reading sees; 0 where the run did not record it."""
        return int(self.variant.get("examples", 0))

    @property
    def fixed_examples(self) -> bool:
        """Whether each reading sees the same examples, of a number that the experiment chose."""
        return str(self.variant.get("seen", "")).startswith("the same ")

    @property
    def enough_examples(self) -> bool:
        """Whether ``examples`` are `FEWEST_EXAMPLES` or more, or all."""
        return self.examples >= min(FEWEST_EXAMPLES, int(self.variant.get("train", FEWEST_EXAMPLES)))

    # The data.

    @property
    def shift(self) -> float:
        """How far the mean targets of the two parts are apart, in standard deviations.

        NaN with fewer than `FEWEST_EXAMPLES` test examples, whose mean would tell little, and where it is
        less than `BY_CHANCE` standard errors of the difference of two parts of mixed rows.
        """
        train, test, shift = map(self.known, ("train", "test", "shift"))
        if not (train > 0 and test >= FEWEST_EXAMPLES):
            return nan
        return shift if shift > BY_CHANCE * sqrt(1 / train + 1 / test) else nan

    @property
    def chance(self) -> float:
        """The accuracy of the best constant answer, the share of the commonest class; else 1/K of K classes.

        One output neuron stands for two classes.
        """
        known = self.known("chance")
        return 1 / max(self.width(self.output), 2) if isnan(known) else known

    @property
    def cost_of_perfect(self) -> float:
        """The cost of a perfect answer: 0, but in a cross-entropy of targets between 0 and 1."""
        return float(np.nan_to_num(self.known("cost_of_perfect")))

    @property
    def large_inputs(self) -> bool:
        """Whether a feature is so large that it should be standardised."""
        return self.known("input_rms") > LARGE_INPUT

    @property
    def small_inputs(self) -> bool:
        """Whether all features are so small that they should be standardised; some are not all 0."""
        return 0 < self.known("input_rms") < SMALL_INPUT

    @property
    def unusual_targets(self) -> str:
        """``large`` or ``small`` where numbers to be learned should be standardised; else empty.

        An output that is flat on a side may not reach standardised ones.
        """
        return "" if self._flat_sides[-1] else unusual(self.known("target_rms"))

    # The slope, and what a step is made of.

    @property
    def slope(self) -> str:
        """What multiplies the error on its way down: σ′, or the surrogate in its place."""
        floor = float(self.variant.get("surrogate_floor", 0))
        return f"max(σ′, {floor:g})" if floor > 0 else "σ′"

    @property
    def closed(self) -> Array:
        """Of each layer whether σ is flat on both sides. ReLU is flat on one side, where a neuron is off."""
        return np.equal(self._flat_sides, 2)

    @cached_property
    def _flat_sides(self) -> list[int]:
        """Of each layer, on how many sides its σ is flat."""
        share = float(self.variant["saturation_threshold"])
        layers, z, slope = (self.curves[column].to_numpy(float) for column in ("layer", "z", "slope"))
        sides = []
        for layer in range(1, self.output + 1):
            own = layers == layer
            size = np.abs(slope[own][np.argsort(z[own])])
            sides.append(int((size[[0, -1]] < share * np.nanmax(size)).sum()) if own.any() else 0)
        return sides

    @property
    def cost_cancels(self) -> bool:
        """Whether the cost leaves no σ′ in the error of the output."""
        return bool(self.variant.get("cancels", False))

    @property
    def decay_of_a_step(self) -> float:
        """ηλ/n, the share of the weights that decay takes in a step; NaN where the run did not record it."""
        return taken(*map(self.known, ("eta", "decay", "train")))
