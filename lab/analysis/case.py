"""The case of one variant: its part of a run's tables, and what the verdicts ask of it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from lab.analysis.ledger import Decades, decades

FEWEST_EXAMPLES = 100
"""A reading of fewer examples tells nothing of a neuron or of the cost, unless it sees all there are.

A neuron that is on for 5 % of the data is off on 100 examples in 0.95¹⁰⁰ = 0.6 % of the cases, and on a batch
of 10 in 60 %; and a single example may cost next to nothing from the start.
"""

FEWEST_STEPS = 200
"""Before this step, or an epoch, a network need not have learned, and its steps are not typical yet."""


@dataclass(frozen=True)
class Case:
    """One variant's rows of ``layers``, ``steps``, ``trials`` and ``curves``, and its row of ``variants``.

    Steps are those of readings. A trial that diverged counts as long as its readings are numbers.
    """

    layers: pd.DataFrame
    steps: pd.DataFrame
    trials: pd.DataFrame
    curves: pd.DataFrame
    variant: Mapping[Hashable, Any]

    @property
    def first_step(self) -> int:
        return int(self.layers["step"].min())

    @property
    def last_step(self) -> int:
        return int(self.layers["step"].max())

    @property
    def hidden(self) -> range:
        return range(1, int(self.variant["layers"]))

    @property
    def had_time(self) -> bool:
        """Whether the network should have learned something: after an epoch and `FEWEST_STEPS`.

        Where a run does not know its epochs, after these steps.
        """
        return self.last_step >= FEWEST_STEPS and not self.layers["epoch"].max() < 1

    @property
    def diverged_at(self) -> list[int]:
        return [int(step) for step in self.trials["diverged_at"].dropna()]

    @property
    def origin(self) -> str:
        """Where the first trial that diverged lost its first number: ``σ′ is NaN at z = 0.5 in layer 2``.

        Empty where the run did not record it.
        """
        first = self.trials.sort_values("diverged_at").iloc[0]
        told, layer, z = (first.get(column) for column in ("origin", "origin_layer", "origin_z"))
        if pd.isna(told):
            return ""
        at = "" if pd.isna(z) else f" at z = {z:.6g}"
        return f"{told}{at}" if pd.isna(layer) else f"{told}{at} in layer {int(layer)}"

    @property
    def examples(self) -> int:
        """The number of training examples that the last reading sees; 0 where the run did not record it."""
        return int(self.variant.get("examples", 0))

    @property
    def enough_examples(self) -> bool:
        """Whether ``examples`` are `FEWEST_EXAMPLES` or more, or all."""
        return self.examples >= min(FEWEST_EXAMPLES, int(self.variant.get("train", FEWEST_EXAMPLES)))

    @property
    def chance(self) -> float:
        """1/K, the accuracy of guessing among K equal classes; one output neuron stands for two classes."""
        return 1 / max(int(str(self.variant["sizes"]).rpartition("-")[2]), 2)

    @property
    def accuracy(self) -> float:
        """The accuracy on the training data at the end, the median over the trials; NaN without classes."""
        return float(self.trials["final_accuracy"].median())

    @property
    def learned(self) -> float:
        """The part of its task that the network has learned at the end, the median over the trials.

        With classes, how far the accuracy has come from chance, 0, to 1. Without classes, the share of the
        first reading's cost that is gone, which flatters large first weights; NaN where it is unknown.
        """
        if isfinite(self.accuracy):
            return (self.accuracy - self.chance) / (1 - self.chance)
        return 1 - self.cost_left

    @cached_property
    def cost_left(self) -> float:
        """The final cost over that of the first reading, the median over the trials.

        NaN where a reading does not see `enough_examples`.
        """
        if not self.enough_examples:
            return nan
        first = self.steps[self.steps["step"] == self.first_step].set_index("trial")["cost"]
        return float((self.trials.set_index("trial")["final_cost"] / first.where(first > 0)).median())

    @cached_property
    def decades(self) -> Decades | None:
        """How much slower the first hidden layer learns than the last, at the first reading."""
        return decades(self.layers)

    @property
    def slope(self) -> str:
        """What multiplies the error on its way down: σ′, or the surrogate in its place."""
        floor = float(self.variant.get("surrogate_floor", 0))
        return f"max(σ′, {floor:g})" if floor > 0 else "σ′"

    @cached_property
    def closed(self) -> set[int]:
        """The layers whose σ is flat on both sides. ReLU is flat on one side, where a neuron is off."""
        share = float(self.variant["saturation_threshold"])
        closed = set()
        for layer, curve in self.curves.groupby("layer"):
            size = np.abs(curve.sort_values("z")["slope"].to_numpy(float))
            if max(size[0], size[-1]) < share * np.nanmax(size):
                closed.add(int(str(layer)))
        return closed

    def medians(self, column: str, step: int | None = None) -> dict[int, float]:
        """Layer → the median over the trials: at a step, or of each trial's median over all readings.

        Empty where the quantity was not recorded; values that are not finite are left out.
        """
        if column not in self.layers:
            return {}
        rows = self.layers if step is None else self.layers[self.layers["step"] == step]
        rows = rows[np.isfinite(rows[column])]
        median = rows.groupby(["layer", "trial"])[column].median().groupby("layer").median()
        return {int(layer): float(value) for layer, value in zip(median.index, median, strict=True)}

    def of_hidden(self, column: str) -> dict[int, float]:
        """`medians` of the hidden layers at the last reading."""
        return {l: value for l, value in self.medians(column, self.last_step).items() if l in self.hidden}
