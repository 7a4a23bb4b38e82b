"""The case of one variant: its part of a run's tables, and what the verdicts ask of it."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from math import ceil, isfinite, isnan, nan, sqrt
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from lab.analysis.cells import Cells
from lab.analysis.ledger import decades, gradient_is_noise
from lab.analysis.summary import part_learned
from lab.data.targets import unusual
from lab.network.decay import taken

FEWEST_EXAMPLES = 100
"""A reading of fewer examples tells nothing of a neuron or of the cost, unless it sees all there are.

A neuron that is on for 5 % of the data is off on 100 examples in 0.95¹⁰⁰ = 0.6 % of the cases, and on a batch
of 10 in 60 %; and a single example may cost next to nothing from the start.
"""

LARGE_INPUT = 3.0
"""Features of a root mean square above this are named as a cause."""

SMALL_INPUT = 0.03
"""Where no feature has a root mean square as large as this, the first layer hardly tells examples apart."""

OUTWEIGHING = 2.0
"""Biases of a norm above that of the weights by this factor decide where z lies, for usual inputs."""

BEYOND = 0.1
"""Where more of the targets than this share lie outside the output's range, it is the wrong output."""

SHIFTED = 0.5
"""Targets whose mean in the two parts differs by more than so many standard deviations are not alike."""

BY_CHANCE = 3.0
"""Parts of mixed rows hardly ever differ by more than so many standard errors."""

FEWEST_STEPS = 200
"""Before this step, or an epoch, a network need not have learned, and its steps are not typical yet."""


P = ParamSpec("P")
Found = TypeVar("Found")


def once(function: Callable[Concatenate["Case", P], Found]) -> Callable[Concatenate["Case", P], Found]:
    """A function of a case whose value is found once for each case, and for what else it is given.

    Rules ask for the same again and again; nobody changes what is found.
    """

    @wraps(function)
    def found(case: "Case", /, *given: P.args, **named: P.kwargs) -> Found:
        key = function, given, *named.items()
        if key not in case.found:
            case.found[key] = function(case, *given, **named)
        value: Found = case.found[key]
        return value

    return found


@dataclass(frozen=True)
class Case:
    """One variant's rows of ``layers``, ``steps``, ``trials`` and ``curves``, and its row of ``variants``.

    Steps are those of readings. A trial that diverged counts in single readings as long as these are numbers,
    and in no statistic over several.
    """

    layers: pd.DataFrame
    steps: pd.DataFrame
    trials: pd.DataFrame
    curves: pd.DataFrame
    variant: Mapping[Hashable, Any]

    @cached_property
    def found(self) -> dict[object, Any]:
        """What functions found of it: see `once`."""
        return {}

    @property
    def first_step(self) -> int:
        return int(self._cells.steps[0])

    @property
    def last_step(self) -> int:
        return int(self._cells.steps[-1])

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
    def fixed_examples(self) -> bool:
        """Whether each reading sees the same examples, of a number that the experiment chose."""
        return str(self.variant.get("seen", "")).startswith("the same ")

    @property
    def watched(self) -> bool:
        """Whether a script of torch trained it, so that there is no experiment file to change."""
        return str(self.variant.get("engine")) == "torch"

    @property
    def enough_examples(self) -> bool:
        """Whether ``examples`` are `FEWEST_EXAMPLES` or more, or all."""
        return self.examples >= min(FEWEST_EXAMPLES, int(self.variant.get("train", FEWEST_EXAMPLES)))

    @property
    def pooled_readings(self) -> int:
        """How many of the last readings see `FEWEST_EXAMPLES` together; 0 where there are not so many."""
        several = ceil(FEWEST_EXAMPLES / self.examples) if self.examples else 0
        return several if several <= self.layers["step"].nunique() else 0

    def known(self, column: str) -> float:
        """A number of the variant; NaN where the run did not record it."""
        return float(self.variant.get(column, nan))

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
    def parts_differ(self) -> bool:
        return self.shift > SHIFTED

    @property
    def cost_cancels(self) -> bool:
        """Whether the cost leaves no σ′ in the error of the output."""
        return bool(self.variant.get("cancels", False))

    @property
    def decays(self) -> bool:
        """Whether weights decay by λ, as far as the run tells."""
        return self.known("decay") != 0

    @property
    def decay_of_a_step(self) -> float:
        """ηλ/n, the share of the weights that decay takes in a step; NaN where the run did not record it."""
        return taken(*map(self.known, ("eta", "decay", "train")))

    @property
    def chance(self) -> float:
        """The accuracy of the best constant answer, the share of the commonest class; else 1/K of K classes.

        One output neuron stands for two classes.
        """
        known = self.known("chance")
        return 1 / max(self.width(int(self.variant["layers"])), 2) if isnan(known) else known

    def width(self, layer: int) -> int:
        """n_l; 0 where it is not known, as of the inputs of a net that was watched."""
        told = str(self.variant["sizes"]).split("-")[layer]
        return int(told) if told.isdigit() else 0

    @cached_property
    def classes(self) -> bool:
        """Whether the targets are classes, so that there is an accuracy."""
        return bool(self.trials["final_accuracy"].notna().any())

    @cached_property
    def learned(self) -> pd.Series:
        """Trial → the part of its task that it has learned at the end.

        With classes, how far the accuracy has come from `chance`, 0, to 1. Without classes, how far the cost
        has come from `cost_of_mean` to `cost_of_perfect`: of the quadratic cost it is R². Where these are the
        same, or not known, as of a run that was watched, 1 − `cost_left`. NaN where a trial diverged.
        """
        if self.classes:
            return self._skill("final_accuracy")
        return self.learned_by_cost if isfinite(self.cost_of_mean) else 1 - self.cost_left

    @property
    def cost_of_mean(self) -> float:
        """The cost of the best constant answer; NaN where that is perfect: nothing is to learn."""
        perfect = self.classes and self.chance == 1
        cost = self.known("cost_of_mean")
        return nan if perfect or isnan(part_learned(0.0, cost, self.cost_of_perfect)) else cost

    @property
    def cost_of_perfect(self) -> float:
        """The cost of a perfect answer: 0, but in a cross-entropy of targets between 0 and 1."""
        return float(np.nan_to_num(self.known("cost_of_perfect")))

    @property
    def learned_by_cost(self) -> pd.Series:
        """Trial → how far the cost of the training data has come, see `part_learned`."""
        return self._skill("final_cost")

    @property
    def learned_of_test(self) -> pd.Series:
        """Trial → `learned`, of the test data."""
        return self._skill("final_test_accuracy" if self.classes else "final_test_cost")

    @property
    def error_of_test(self) -> float:
        """The standard error of `learned_of_test` if it is chance, of numbers as if errors were normal."""
        ratio = self.chance / ((1 - self.chance) or nan) if self.classes else 2.0
        several = self.known("test")
        return sqrt(ratio / several) if several > 0 else nan

    def _skill(self, column: str) -> pd.Series:
        """Trial → how far a final figure is from that of the best constant answer, 0, to a perfect one, 1.

        NaN where the best constant answer is perfect, so that there is nothing to learn.
        """
        figure = self.trials.set_index("trial")[column]
        if column.endswith("accuracy"):
            return (figure - self.chance) / ((1 - self.chance) or nan)
        part: pd.Series = part_learned(figure, self.cost_of_mean, self.cost_of_perfect)
        return part

    @cached_property
    def cost_left(self) -> pd.Series:
        """Trial → the final cost over that of the first reading, both above that of a perfect answer.

        NaN where it sees not `enough_examples`.
        """
        first = self.steps[self.steps["step"] == self.first_step].set_index("trial")["cost"]
        first, final = (
            c - self.cost_of_perfect for c in (first, self.trials.set_index("trial")["final_cost"])
        )
        left = final / first.where(first > 0)
        return left if self.enough_examples else left * nan

    @cached_property
    def decades(self) -> pd.DataFrame:
        """How much smaller the first hidden layer's gradient is than the last's, at the first reading."""
        return decades(self.layers)

    @cached_property
    def examples_cancel(self) -> bool:
        """Whether ‖∂C/∂b‖ at the start is noise, so that `speed_ratio` goes by the rms of δ."""
        return gradient_is_noise(self.layers, self.examples)

    @cached_property
    def speed_ratio(self) -> pd.Series:
        """Trial → the gradient of the first hidden layer over that of the last, at the first reading."""
        column = "delta" if self.examples_cancel else "speed"
        return 10.0 ** -self.decades[column].clip(-308, 324)

    @property
    def slope(self) -> str:
        """What multiplies the error on its way down: σ′, or the surrogate in its place."""
        floor = float(self.variant.get("surrogate_floor", 0))
        return f"max(σ′, {floor:g})" if floor > 0 else "σ′"

    @property
    def floored(self) -> bool:
        """Whether σ′ of the hidden layers stays away from 0, so that a floor is no advice."""
        return self.known("inf_slope") > 0 or self.known("sup_slope") < 0

    @cached_property
    def closed(self) -> set[int]:
        """The layers whose σ is flat on both sides. ReLU is flat on one side, where a neuron is off."""
        return {layer for layer, sides in self._flat_sides.items() if sides == 2}

    @cached_property
    def _flat_sides(self) -> dict[int, int]:
        """Layer → on how many sides its σ is flat."""
        share = float(self.variant["saturation_threshold"])
        sides = {}
        for layer, curve in self.curves.groupby("layer"):
            size = np.abs(curve.sort_values("z")["slope"].to_numpy(float))
            sides[int(str(layer))] = int((size[[0, -1]] < share * np.nanmax(size)).sum())
        return sides

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
        flat = self._flat_sides.get(self.hidden.stop, 0)
        return "" if flat else unusual(self.known("target_rms"))

    @property
    def out_of_reach(self) -> bool:
        """Whether the output cannot reach many of the targets, so that no training helps."""
        return self.known("unreached") > BEYOND

    @property
    def probabilities(self) -> bool:
        """Whether outputs and targets lie between 0 and 1, as a cross-entropy wants them."""
        outputs = self.curves.loc[self.curves["layer"] == self.hidden.stop, "sigma"]
        return self.known("unreached") == 0 and bool(outputs.between(0.0, 1.0).all())

    @property
    def climbs(self) -> bool:
        """Whether the surrogate max(σ′, floor) has another sign than σ′ somewhere, as far as bounds tell."""
        return self.known("surrogate_floor") > 0 > self.known("inf_slope")

    @property
    def usual_norms(self) -> pd.Series:
        """Layer → √n_l, ‖w‖ of rows of norm 1."""
        return pd.Series({l: sqrt(self.width(l)) for l in range(1, self.hidden.stop + 1)})

    @property
    def row_norms(self) -> float:
        """The norm of a layer's rows of first weights, in rms: of the layer where it is largest."""
        norms = self.at(self.first_step, "weight_norm").median()
        return float((norms / self.usual_norms.reindex(norms.index)).max()) if len(norms) else nan

    @cached_property
    def biased(self) -> pd.DataFrame:
        """Trial × layer: whether the first biases are more than `OUTWEIGHING` times as large as the weights.

        False where either was not recorded.
        """
        weights, biases = (self.at(self.first_step, f"{size}_norm") for size in ("weight", "bias"))
        outweigh = biases > OUTWEIGHING * weights.reindex_like(biases)
        return outweigh.reindex(columns=range(1, self.hidden.stop + 1), fill_value=False)

    @cached_property
    def path(self) -> pd.DataFrame:
        """Trial × layer: how far the weights went in all steps, Σ ‖Δw‖/‖w‖, from the mean of the readings.

        Of weights that are larger than `usual_norms` it is ‖Δw‖ over these, so that it does not look short
        for that reason. NaN where a ratio is not finite.
        """
        if not {"update_ratio", "weight_norm"} <= set(self.layers):
            return pd.DataFrame(index=pd.Index(self.trials["trial"], name="trial"))
        size = self.layers["weight_norm"] / self.layers["layer"].map(self.usual_norms)
        gone = self._cells.of(self.layers["update_ratio"] * size.clip(lower=1))
        return self._cells.over(gone, self.first_step, self.last_step, "mean") * self.last_step

    @cached_property
    def no_gradient(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Trial × layer: whether ‖∂C/∂b‖ and ‖∂C/∂w‖ are exactly 0 at the start, and in the last quarter.

        Of the hidden layers; of the output where there are none.
        """
        judged = list(self.hidden) or [self.hidden.stop]
        speeds = ("learning_speed", "learning_speed_w")
        end = pd.DataFrame(False, self.trials["trial"], judged)
        start = end.copy()
        if "learning_speed" in self.layers:
            start = self.at(self.first_step, *speeds)[judged] == 0
            end = pd.concat([self.over(speed, "max", 0.25) for speed in speeds if speed in self.layers])
            end = end.groupby(level=0).max()[judged] == 0
        return start, end

    def at(self, step: int, *columns: str) -> pd.DataFrame:
        """Trial × layer: the largest of these quantities at a step; see `over`."""
        return self._over((step, step), columns, "max")

    @once
    def over(self, column: str, how: str, last: float = 1.0) -> pd.DataFrame:
        """Trial × layer: the median, or another statistic, of a quantity over the ``last`` part of readings.

        Values that are not finite are left out; NaN where none is left, and for a trial that diverged.
        Without columns where the quantity was not recorded.
        """
        since = self._cells.steps[-max(1, ceil(last * len(self._cells.steps)))]
        ended = self.trials.set_index("trial")["diverged_at"].isna()
        return self._over((since, self.last_step), (column,), how).where(ended, axis=0)

    def last_step_of(self, column: str) -> int:
        """The last reading that has a number of a quantity; of steps, that is not the one after the last."""
        return int(self.layers.loc[np.isfinite(self.layers[column]), "step"].max())

    @once
    def pooled(self, column: str, how: str) -> pd.DataFrame:
        """Trial × layer: the mean, or the least, of a quantity over the `pooled_readings`; see `over`.

        NaN for a trial that lacks one of them, and where there are too few.
        """
        several = self.pooled_readings
        steps = (self._cells.steps[-several], self.last_step)
        return self._over(steps, (column,), how).where(self._over(steps, (column,), "count") == several)

    @once
    def _over(self, steps: tuple[int, int], columns: tuple[str, ...], how: str) -> pd.DataFrame:
        """Of the readings from the first to the last of these steps."""
        recorded = [column for column in columns if column in self.layers]
        if not recorded:
            return pd.DataFrame(index=pd.Index(self.trials["trial"], name="trial"))
        values = self.layers[recorded[0]] if len(recorded) == 1 else self.layers[recorded].max(axis=1)
        return self._cells.over(self._cells.of(values), *steps, how)

    @cached_property
    def _cells(self) -> Cells:
        return Cells(self.layers, self.trials["trial"])

    def hidden_of(self, values: pd.DataFrame) -> pd.DataFrame:
        """The columns of the hidden layers."""
        return values[[l for l in values if l in self.hidden]]
