"""The reader of a compiled training: what the kernel measures, as columns of the table of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lab.network.compiled_reading import EngineReading
from lab.numerics import Array
from lab.training import probes
from lab.training.examples import Examples, correct
from lab.training.reader import Reader
from lab.training.statistics import marks, near_share, norm, percentiles_of, sorted_every

if TYPE_CHECKING:
    from lab.training.compiled import CompiledSteps

OF_NORMS = (probes.LearningSpeed, probes.ErrorSize, probes.UpdateRatio, probes.ParameterNorms)
MEASURED = (
    *OF_NORMS,
    *(probes.Slope, probes.Saturation, probes.DeadNeurons, probes.ActivationSpread, probes.LowInput),
    probes.EqualNeurons,
)
"""The probes whose columns the kernel measures, and those of them that need nothing but norms."""


PERCENTILES = (2, 50, 98)


class CompiledReader:
    """Takes the readings that the kernel can take whole, and leaves the others to a `Reader`.

    The others are the readings at which z is binned, the last one, all of them where a probe is not of
    `MEASURED`, those at which a number is not finite for the first time, and those at which neurons may be
    equal.
    """

    def __init__(self, steps: CompiledSteps, reader: Reader) -> None:
        self._steps, self._reader, self._recorder = steps, reader, reader.recorder
        self._training = training = steps.stack.training
        self._asked = [type(probe) for probe in self._recorder.probes]
        sigmas, tau = training.network.sigmas, training.recording.saturation_threshold
        self._slopes = [sigma.slope_range.magnitude for sigma in sigmas]
        known = np.isfinite(self._slopes)
        sides = [known and probes.has_sides(sigma, tau) for known, sigma in zip(known, sigmas, strict=True)]
        self._known = np.where(known, 1.0, np.nan), np.where(sides, 1.0, np.nan)
        self._readings: dict[int, EngineReading] = {}
        fixed = training.recording.fixed_examples
        self._fixed = None if fixed is None else self._made(len(fixed), fixed)

    def read(self, reading: int, last: bool) -> bool:
        """Record this reading, if the kernel can; return whether it could."""
        if last or self._recorder.bins(reading) or not set(MEASURED).issuperset(self._asked):
            return False
        rows, network = self._steps.rows(), self._training.network
        made = self._fixed or self._of_step(rows)
        if self._fixed is None and rows is not None:
            made.measure(rows)
            y = self._training.train.y[rows].mT
        else:
            made.measure()
            y = (self._training.recording.fixed_examples or self._training.train).y.T[None]
        found, error = made.found, np.empty_like(made.a)
        network.cost.gradient(made.a, y, error)
        found["error"][:, -1] = norm(error) / made.m
        finite = np.isfinite([found[name] for name in ("largest_z", "delta", "speed_w", "speed_b")])
        sound = np.asarray(finite.all(axis=(0, 2)))
        going = self._recorder.readings.diverged < 0
        twins = probes.EqualNeurons in self._asked and found["twins"][going].any()
        if twins or not sound[going].all():
            return False
        self._reader.flush()
        cost = network.cost.value(made.z, made.a, y, network.sigma(network.depth)).mean(axis=-1)
        accuracy = correct(made.a, y, self._reader.labelled) / made.m
        tested = self._reader.tested_at(reading)
        self._recorder.put(reading, self._columns(made, rows), (cost, accuracy, *tested), sound)
        return True

    def _columns(self, made: EngineReading, rows: Array | None) -> dict[str, Array]:
        """The columns of `MEASURED`, (T, L) each, as its probes define them."""
        found, m, n = made.found, made.m, np.array(self._training.network.sizes)
        cells, inputs, root = n[1:] * m, n[:-1] * m, np.sqrt(m)
        columns = {
            "learning_speed": found["speed_b"],
            "learning_speed_w": found["speed_w"],
            "delta_rms": found["delta"] * root,
            "error_rms": found["error"] * root,
            "weight_norm": found["weights"],
            "bias_norm": found["biases"],
        }
        if probes.UpdateRatio in self._asked:
            columns["update_ratio"] = self._updates(made, rows) / found["weights"]
        if made.norms_only:
            return columns
        known, sides = self._known
        columns |= {
            "slope_mean": found["slopes"] / cells,
            "saturation": known * found["saturated"] / cells,
            "saturated_low": sides * found["low"] / cells,
            "saturated_high": sides * (found["saturated"] - found["low"]) / cells,
            "saturated_neurons": known * found["saturated_neurons"] / n[1:],
            "dead_neurons": found["dead"] / n[1:],
            "equal_neurons": 0 * found["dead"],
            "a_mean": found["a"] / cells,
            "a_std": found["a_spread"] / np.sqrt(cells),
            "low_input": found["low_input"] / inputs,
        }
        for name, layers in (("slope", made.slopes), ("a", made.outputs)):
            found_of = [percentiles_of(values, PERCENTILES) for values in layers.values()]
            for q, of_layers in zip(PERCENTILES, zip(*found_of, strict=True), strict=True):
                columns[f"{name}_p{q:02}"] = np.stack(of_layers, axis=1)
        return columns

    def _updates(self, made: EngineReading, rows: Array | None) -> Array:
        """‖Δw^l‖ of the next step: (T, L)."""
        if self._reader.multiple is not None:
            return np.asarray(abs(self._reader.multiple) * made.found["speed_w"])
        step = self._of_step(rows)
        step.measure(rows, planned=self._steps.step + 1)
        return step.found["update_w"]

    def _of_step(self, rows: Array | None) -> EngineReading:
        """A reading of as many examples as the next step takes."""
        train = self._training.train
        m = len(train) if rows is None else rows.shape[1]
        if m not in self._readings:
            self._readings[m] = self._made(m, train if rows is None else None)
        return self._readings[m]

    def _made(self, m: int, given: Examples | None) -> EngineReading:
        network, recording = self._training.network, self._training.recording
        return EngineReading(
            self._steps.engine,
            m,
            least=[recording.saturation_threshold * slope for slope in self._slopes],
            steepest=[sigma.steepest for sigma in network.sigmas],
            low_input=recording.low_input_threshold,
            every=[sorted_every(n, m) for n in network.sizes[1:]],
            norms_only=set(OF_NORMS).issuperset(self._asked),
            marks=marks(m, self._steps.engine.dtype),
            near=2 * near_share(self._steps.engine.dtype),
            given=(given.x, given.y) if given else None,
        )
