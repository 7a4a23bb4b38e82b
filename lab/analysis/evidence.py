"""What verdicts are read from: one variant's part of a run's tables, and what the trials have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lab.analysis.ledger import ledger

FEWEST_EXAMPLES = 100
"""The examples of a reading without which it tells neither of a neuron nor of the cost, unless it sees all.

A neuron that is on for 5 % of the data is off on 100 examples in 0.95¹⁰⁰ = 0.6 % of the cases, and on a batch
of 10 in 60 %; and a single example may cost next to nothing from the start.
"""


@dataclass(frozen=True)
class Evidence:
    """One variant's rows of ``layers``, ``steps``, ``trials`` and ``curves``, and its row of ``variants``.

    A trial that diverged counts as long as its readings are numbers.
    """

    layers: pd.DataFrame
    steps: pd.DataFrame
    trials: pd.DataFrame
    curves: pd.DataFrame
    variant: Mapping[str, Any]

    @property
    def start(self) -> int:
        """The step of the first reading."""
        return int(self.layers["step"].min())

    @property
    def end(self) -> int:
        """The step of the last reading."""
        return int(self.layers["step"].max())

    @property
    def hidden(self) -> list[int]:
        """The hidden layers."""
        return list(range(1, int(self.variant["layers"])))

    @property
    def outputs(self) -> int:
        """The number of output neurons."""
        return int(str(self.variant["sizes"]).rpartition("-")[2])

    @property
    def epochs(self) -> float:
        """How often training has seen all its examples at the last reading."""
        return float(self.layers["epoch"].max())

    @property
    def examples(self) -> int:
        """How many training examples the last reading sees; 0 where the run does not tell."""
        return int(self.variant.get("examples", 0))

    @property
    def enough_examples(self) -> bool:
        """Whether these are `FEWEST_EXAMPLES` or more, or all that there are."""
        return self.examples >= min(FEWEST_EXAMPLES, int(self.variant.get("train", FEWEST_EXAMPLES)))

    @property
    def chance(self) -> float:
        """1/K, the accuracy of guessing among K classes alike; one output neuron stands for two classes."""
        return 1 / max(self.outputs, 2)

    @cached_property
    def learned(self) -> float:
        """The part of its task that the network has learned at the end, the median over the trials.

        Of classes, how far the accuracy on the training data has come from chance, 0, to 1. Without
        classes, the share of the first reading's cost that is gone, which flatters large first weights; NaN
        where that is not known.
        """
        accuracy = float(self.trials["final_accuracy"].median())
        return (accuracy - self.chance) / (1 - self.chance) if isfinite(accuracy) else 1 - self.cost_left

    @cached_property
    def cost_left(self) -> float:
        """The final cost over that of the first reading, the median over the trials.

        NaN where a reading does not see `enough_examples`.
        """
        if not self.enough_examples:
            return nan
        first = self.steps[self.steps["step"] == self.start].set_index("trial")["cost"]
        return float((self.trials.set_index("trial")["final_cost"] / first.where(first > 0)).median())

    @property
    def slope(self) -> str:
        """What multiplies the error on its way down: σ′, or the surrogate in its place."""
        floor = float(self.variant.get("surrogate_floor", 0))
        return f"max(σ′, {floor:g})" if floor > 0 else "σ′"

    @cached_property
    def closed(self) -> set[int]:
        """The layers whose σ is flat on both sides; ReLU and its kin are flat on one, where they are off."""
        least = float(self.variant["saturation_threshold"])
        closed = set()
        for layer, curve in self.curves.groupby("layer"):
            size = np.abs(curve.sort_values("z")["slope"].to_numpy(float))
            if max(size[0], size[-1]) < least * np.nanmax(size):
                closed.add(int(str(layer)))
        return closed

    def medians(self, column: str, step: int | None = None) -> dict[int, float]:
        """Layer → the median over the trials: at a step, or of each trial's median over all readings.

        Empty where the quantity was not recorded; what is no finite number is left out.
        """
        if column not in self.layers:
            return {}
        rows = self.layers if step is None else self.layers[self.layers["step"] == step]
        rows = rows[np.isfinite(rows[column])]
        median = rows.groupby(["layer", "trial"])[column].median().groupby("layer").median()
        return {int(layer): float(value) for layer, value in zip(median.index, median, strict=True)}

    def of_hidden(self, column: str) -> dict[int, float]:
        """`medians` of the hidden layers at the last reading."""
        return {l: value for l, value in self.medians(column, self.end).items() if l in self.hidden}

    def at_start(self, column: str) -> NDArray[np.float64]:
        """A quantity at the first reading, trials × hidden layers; NaN where it was not recorded."""
        return self._by_trial(self.layers[self.layers["step"] == self.start], column)

    def ledger_at_start(self, column: str) -> NDArray[np.float64]:
        """A column of the `ledger` at the first reading, trials × hidden layers; NaN where there is none."""
        start = self.layers[self.layers["step"] == self.start]
        rows = ledger({"layers": start})
        return self._by_trial(start if rows.empty else rows, column)

    def _by_trial(self, rows: pd.DataFrame, column: str) -> NDArray[np.float64]:
        hidden = rows[rows["layer"].isin(self.hidden)]
        told = hidden if column in hidden else hidden.assign(**{column: np.nan})
        return told.pivot(index="trial", columns="layer", values=column).to_numpy(np.float64)
