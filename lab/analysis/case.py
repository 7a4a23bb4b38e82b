"""The case of one variant: its part of a run's tables, and what the verdicts ask of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from math import ceil, isfinite, isnan, nan
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from lab.analysis.cells import Cells, median
from lab.analysis.ledger import decades, gradient_is_noise
from lab.analysis.setup import FEWEST_EXAMPLES, Setup
from lab.analysis.summary import part_learned
from lab.numerics import Array

OUTWEIGHING = 2.0
"""Biases of a norm above that of the weights by this factor decide where z lies, for usual inputs."""

FEWEST_STEPS = 200
"""Before this step, or an epoch, a network need not have learned, and its steps are not typical yet."""


Function = TypeVar("Function", bound=Callable[..., Any])


def once(function: Function) -> Function:
    """A function of a case whose value is found once for each case, and for what else it is given.

    Rules ask for the same again and again; nobody changes what is found.
    """

    @wraps(function)
    def found(case: "Case", *given: Any) -> Any:
        key = function, given
        if key not in case.found:
            case.found[key] = function(case, *given)
        return case.found[key]

    return cast(Function, found)


@dataclass(frozen=True)
class Case(Setup):
    """One variant's `Setup`, and its rows of ``layers``, ``steps`` and ``trials``.

    Arrays are of trials, in the order of the table ``trials``, or trial × layer; layer l is the column l − 1.
    What was not recorded is NaN. Steps are those of readings. A trial that diverged counts in single readings
    as long as these are numbers, and in no statistic over several.
    """

    layers: pd.DataFrame
    steps: pd.DataFrame
    trials: pd.DataFrame

    @cached_property
    def found(self) -> dict[object, Any]:
        """What functions found of it: see `once`."""
        return {}

    # Readings of its layers.

    @cached_property
    def _cells(self) -> Cells:
        return Cells(self.layers, self.trials["trial"], self.output)

    @property
    def first_step(self) -> int:
        return int(self._cells.steps[0])

    @property
    def last_step(self) -> int:
        return int(self._cells.steps[-1])

    def at(self, step: int, column: str) -> Array:
        """Trial × layer: a quantity at a step."""
        return self._over(column, step, step, "max")

    def start(self, column: str) -> Array:
        """Trial × layer: a quantity at the first reading."""
        return self.at(self.first_step, column)

    def end(self, column: str) -> Array:
        """Trial × layer: a quantity at the last reading."""
        return self.at(self.last_step, column)

    def over(self, column: str, how: str, last: float = 1.0) -> Array:
        """Trial × layer: the median, or another statistic, of a quantity over the ``last`` part of readings.

        Values that are not finite are left out; NaN where none is left, and for a trial that diverged.
        """
        since = self._cells.steps[-max(1, ceil(last * len(self._cells.steps)))]
        return among(np.isnan(self._diverged), self._over(column, since, self.last_step, how))

    def pooled(self, column: str, how: str) -> Array:
        """Trial × layer: the mean, or the least, of a quantity over the `pooled_readings`; see `over`.

        NaN for a trial that lacks one of them, and where there are too few.
        """
        several = self.pooled_readings
        steps = self._cells.steps[-several], self.last_step
        complete = self._over(column, *steps, "count") == several
        return np.where(complete, self._over(column, *steps, how), nan)

    @once
    def _over(self, column: str, first: int, last: int, how: str) -> Array:
        return self._cells.over(self._of(column), first, last, how)

    @once
    def _of(self, column: str) -> Array:
        """Step × trial × layer."""
        recorded = column in self.layers
        return self._cells.of(self.layers[column] if recorded else pd.Series(nan, self.layers.index))

    @property
    def pooled_readings(self) -> int:
        """How many of the last readings see `FEWEST_EXAMPLES` together; 0 where there are not so many."""
        several = ceil(FEWEST_EXAMPLES / self.examples) if self.examples else 0
        return several if several <= len(self._cells.steps) else 0

    def last_step_of(self, column: str) -> int:
        """The last reading that has a number of a quantity; of steps, that is not the one after the last."""
        return int(self.layers.loc[np.isfinite(self.layers[column]), "step"].max())

    def hidden_of(self, values: Array) -> Array:
        """The columns of the hidden layers."""
        return values[:, : self.output - 1]

    def of_all(self, value: float) -> Array:
        """The same number for each trial."""
        return np.full(len(self.trials), value)

    # How its trials ended.

    @cached_property
    def had_time(self) -> bool:
        """Whether the network should have learned something: after an epoch and `FEWEST_STEPS`.

        Where a run does not know its epochs, after these steps.
        """
        return self.last_step >= FEWEST_STEPS and not self.layers["epoch"].max() < 1

    @cached_property
    def _diverged(self) -> Array:
        """The step at which each trial was seen to have diverged, NaN of the others."""
        return self.trials["diverged_at"].to_numpy(np.float64)

    @property
    def diverged_at(self) -> list[int]:
        return [int(step) for step in self._diverged if not isnan(step)]

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

    @cached_property
    def classes(self) -> bool:
        """Whether the targets are classes, so that there is an accuracy."""
        return bool(self.trials["final_accuracy"].notna().any())

    @cached_property
    def learned(self) -> Array:
        """The part of its task that each trial has learned at the end.

        With classes, how far the accuracy has come from `chance`, 0, to 1. Without classes, how far the cost
        has come from `cost_of_mean` to `cost_of_perfect`: of the quadratic cost it is R². Where these are the
        same, or not known, as of a run that was watched, 1 − `cost_left`. NaN where a trial diverged.
        """
        if self.classes:
            return self.skill("final_accuracy")
        return self.skill("final_cost") if isfinite(self.cost_of_mean) else 1 - self.cost_left

    @cached_property
    def cost_of_mean(self) -> float:
        """The cost of the best constant answer; NaN where that is perfect: nothing is to learn."""
        perfect = self.classes and self.chance == 1
        cost = self.known("cost_of_mean")
        return nan if perfect or isnan(part_learned(0.0, cost, self.cost_of_perfect)) else cost

    @property
    def learned_of_test(self) -> Array:
        """`learned`, of the test data."""
        return self.skill("final_test_accuracy" if self.classes else "final_test_cost")

    def skill(self, column: str) -> Array:
        """How far a final figure is from that of the best constant answer, 0, to a perfect one, 1.

        Of a cost it is `part_learned`. NaN where the best constant answer is perfect, so that there is
        nothing to learn.
        """
        figure = self.trials[column].to_numpy(np.float64)
        if column.endswith("accuracy"):
            return (figure - self.chance) / ((1 - self.chance) or nan)
        part: Array = part_learned(figure, self.cost_of_mean, self.cost_of_perfect)
        return part

    @cached_property
    def costs(self) -> Array:
        """Reading × trial: the cost; NaN where it is not finite."""
        cells = Cells(self.steps, self.trials["trial"], 1)
        return cells.of(self.steps["cost"])[..., 0]

    @cached_property
    def cost_left(self) -> Array:
        """The final cost of each trial over that of the first reading, both above that of a perfect answer.

        NaN where it sees not `enough_examples`.
        """
        final = self.trials["final_cost"].to_numpy(np.float64) - self.cost_of_perfect
        first = next(iter(self.costs), nan) - self.cost_of_perfect
        return final / np.where((first > 0) & self.enough_examples, first, nan)

    # Its gradients, weights and steps.

    @cached_property
    def decades(self) -> dict[str, Array]:
        """How much smaller the first hidden layer's gradient is than the last's, at the first reading."""
        if "learning_speed" not in self.layers:
            return {}
        return decades(*map(self.start, _SIZES))

    @cached_property
    def examples_cancel(self) -> bool:
        """Whether ‖∂C/∂b‖ at the start is noise, so that `speed_ratio` goes by the rms of δ."""
        speed, delta = map(self.start, _SIZES[:2])
        return gradient_is_noise(speed, delta, self.examples)

    @cached_property
    def speed_ratio(self) -> Array:
        """The gradient of the first hidden layer over the last's at the first reading, of each trial."""
        return 10.0 ** -self.decades["delta" if self.examples_cancel else "speed"].clip(-308, 324)

    @cached_property
    def no_gradient(self) -> tuple[Array, Array]:
        """Trial × hidden layer: whether ‖∂C/∂b‖ and ‖∂C/∂w‖ are 0 at the start, and in the last quarter.

        Of the output where there are no hidden layers.
        """
        judged = max(self.output - 1, 1)
        if "learning_speed" not in self.layers:
            none = np.zeros((len(self.trials), judged), bool)
            return none, none
        speeds = "learning_speed", "learning_speed_w"
        start = np.fmax(*map(self.start, speeds))
        end = np.fmax(*(self.over(speed, "max", 0.25) for speed in speeds))
        return start[:, :judged] == 0, end[:, :judged] == 0

    @property
    def row_norms(self) -> float:
        """The norm of a layer's rows of first weights, in rms: of the layer where it is largest."""
        return float(np.fmax.reduce(median(self.start("weight_norm")) / self.usual_norms))

    @cached_property
    def biased(self) -> Array:
        """Trial × layer: whether the first biases are more than `OUTWEIGHING` times as large as the weights.

        The weights of layer 1 count as much as the features, where all are below 1 in rms. False where a norm
        was not recorded.
        """
        weights = self.start("weight_norm").copy()
        weights[:, 0] *= np.fmin(self.known("input_rms"), 1.0)
        return self.start("bias_norm") > OUTWEIGHING * weights

    @cached_property
    def path(self) -> Array:
        """Trial × layer: how far the weights went in all steps, Σ ‖Δw‖/‖w‖, from the mean of the readings.

        Of weights that are larger than `usual_norms` it is ‖Δw‖ over these, so that it does not look short
        for that reason. NaN where a ratio is not finite.
        """
        size = self._of("weight_norm") / self.usual_norms
        gone = self._of("update_ratio") * np.maximum(size, 1)
        return self._cells.over(gone, self.first_step, self.last_step, "mean") * self.last_step


_SIZES = ("learning_speed", "delta_rms", "error_rms")


def among(asked: Array, values: Array) -> Array:
    """The values of the trials of which something is asked, NaN of the others.

    >>> among(np.array([True, False]), np.array([[0.1, 0.2], [0.3, 0.4]])).tolist()
    [[0.1, 0.2], [nan, nan]]
    """
    return np.where(asked if values.ndim == 1 else asked[:, None], values, nan)
