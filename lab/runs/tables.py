"""The tables of a run, tidy and long, from the readings of its chunks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.experiment.variants import Variant
from lab.network.costs import of_mean_target
from lab.numerics import Array
from lab.prover.slope_bounds import slope_bounds
from lab.runs.preparation import steps_per_epoch
from lab.training.loop import Training
from lab.training.probes import NEURON_COLUMNS
from lab.training.recorder import EDGES, STEP_COLUMNS, Readings

CURVE_Z: Array = np.union1d(np.linspace(-8, 8, 321), EDGES)
"""Where σ and σ′ are sampled for the table ``curves``."""


@dataclass(frozen=True)
class Part:
    """The readings of some trials of a variant, and the number of steps in one of its epochs."""

    variant: Variant
    trials: range
    readings: Readings
    steps_per_epoch: int

    @property
    def status(self) -> Array:
        """``done`` or ``diverged``, a trial each."""
        return np.where(self.readings.diverged >= 0, "diverged", "done")


def layers(parts: Sequence[Part]) -> pd.DataFrame:
    """variant, trial, step, epoch, layer, status, then one column a quantity."""
    blocks = [(part, part.readings.steps, part.readings.layers) for part in parts]
    return _table(blocks, parts[0].readings.columns if parts else ())


def steps(parts: Sequence[Part]) -> pd.DataFrame:
    """variant, trial, step, epoch, status, cost, accuracy, test_cost, test_accuracy."""
    blocks = [(part, part.readings.steps, part.readings.figures[:, :, None]) for part in parts]
    return _table(blocks, STEP_COLUMNS).drop(columns="layer")


def neurons(parts: Sequence[Part]) -> pd.DataFrame:
    """variant, trial, step, epoch, layer, neuron, status, then `NEURON_COLUMNS`: neurons count from 1.

    Parts that measured no single neurons have no rows.
    """
    blocks, places = [], [np.empty((0, 2), np.int64)]
    for part in parts:
        block, widths = part.readings.neurons, part.readings.widths
        if block is not None and widths is not None:
            blocks.append((part, part.readings.histogram_steps, block))
            place = [(l, neuron) for l, width in enumerate(widths, 1) for neuron in range(1, width + 1)]
            places += [np.array(place)] * (block.shape[0] * block.shape[1])
    table = _table(blocks, NEURON_COLUMNS)
    table["layer"], neuron = np.concatenate(places).T
    table.insert(list(table.columns).index("status"), "neuron", neuron)
    return table


def _table(blocks: Sequence[tuple[Part, Array, Array]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows in the order trial, step, layer; a block is a part, its R steps and (R, T, layer, column)."""
    names = ["variant", "trial", "step", "epoch", "layer", "status"]
    if not blocks:
        return pd.DataFrame(columns=[*names, *columns])
    keys, numbers = [], []
    for part, at, block in blocks:
        r, t, depth, _ = block.shape
        numbers.append(block.transpose(1, 0, 2, 3).reshape(t * r * depth, -1))
        key = (
            np.full(t * r * depth, part.variant.label, dtype=object),
            np.repeat(np.array(part.trials), r * depth),
            np.tile(np.repeat(at, depth), t),
            np.tile(np.repeat(at / part.steps_per_epoch, depth), t),
            np.tile(np.arange(1, depth + 1), t * r),
            np.repeat(part.status.astype(object), r * depth),
        )
        keys.append(key)
    front = dict(zip(names, map(np.concatenate, zip(*keys, strict=True)), strict=True))
    figures = pd.DataFrame(np.concatenate(numbers), columns=list(columns))
    return pd.concat([pd.DataFrame(front), figures], axis=1)


def histograms(parts: Sequence[Part]) -> pd.DataFrame:
    """variant, trial, step, layer, low, high, count: how many z lie in each bin that holds any."""
    names = ("variant", "trial", "step", "layer", "low", "high", "count")
    frames = []
    for part in parts:
        counts, at = part.readings.histograms.transpose(1, 0, 2, 3), part.readings.histogram_steps
        t, h, l, b = np.nonzero(counts)
        columns = (t + part.trials.start, at[h], l + 1, EDGES[b], EDGES[b + 1], counts[t, h, l, b])
        frames.append(pd.DataFrame(dict(zip(names, (part.variant.label, *columns), strict=True))))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(names))


def trials(parts: Sequence[Part], failed: Sequence[tuple[Variant, int]]) -> pd.DataFrame:
    """variant, trial, seed, status, diverged_at, origin, its layer and z, final figures, best test accuracy.

    ``origin``, ``origin_layer`` and ``origin_z`` tell where a trial that diverged lost its first number, as
    `lab.training.divergence.origin` does.
    ``final_…`` are taken over all training and all test examples after the last step. ``failed`` are the
    variant and the number of each trial without readings.
    """
    frames = []
    for part in parts:
        best = np.fmax.reduce(part.readings.figures[:, :, STEP_COLUMNS.index("test_accuracy")], axis=0)
        figures = np.column_stack([part.readings.final, best])
        keys = [(part.variant, trial) for trial in part.trials]
        frames.append(_ends(keys, part.status, part.readings, figures))
    if failed or not parts:
        none = np.full((len(failed), len(STEP_COLUMNS) + 1), np.nan)
        frames.append(_ends(failed, "failed", None, none))
    return pd.concat(frames, ignore_index=True)


def _ends(
    keys: Sequence[tuple[Variant, int]], status: Array | str, readings: Readings | None, figures: Array
) -> pd.DataFrame:
    """Rows of the table ``trials``, of each variant and trial."""
    diverged = np.full(len(keys), -1) if readings is None else readings.diverged
    origin, at = (None, None) if readings is None else (readings.origin, readings.origin_at)
    at = np.full((len(keys), 2), np.nan) if at is None else at
    rows = [(variant.label, trial, variant.settings.trials.seed) for variant, trial in keys]
    frame = pd.DataFrame(rows, columns=["variant", "trial", "seed"])
    frame["status"] = status
    frame["diverged_at"] = pd.Series(diverged, dtype="Int64").mask(diverged < 0)
    told = pd.Series(origin, frame.index, object)
    frame["origin"] = told.where(told.astype(bool))
    frame["origin_layer"] = pd.Series(at[:, 0]).astype("Int64")
    frame["origin_z"] = at[:, 1]
    frame[[*(f"final_{column}" for column in STEP_COLUMNS), "best_test_accuracy"]] = figures
    return frame


def variants(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, the varied keys, sizes, layers, what the hidden σ is, inf σ′, sup σ′, …, examples, train.

    Where hidden layers have different σ, ``inf_slope`` and ``sup_slope`` span them all. They are ``proved``
    where all of these have a formula whose bounds could be proved, else claimed. ``examples`` is the number
    that the last reading sees, as a step's batch may be cut short by the end of an epoch. ``surrogate_floor``
    is 0 but in a counterfactual (see `lab.network.backprop.Network`).
    """
    rows = []
    for variant, training in made:
        network = training.network
        hidden = network.sigmas[:-1] or network.sigmas
        bounds = [slope_bounds(sigma) for sigma in dict.fromkeys(hidden)]
        seen, examples = _seen(training)
        row = {
            "variant": variant.label,
            **{key: v if isinstance(v, str | int | float) else str(v) for key, v in variant.varied.items()},
            "sizes": "-".join(map(str, network.sizes)),
            "layers": network.depth,
            "activation": ", ".join(dict.fromkeys(map(str, hidden))),
            "inf_slope": min(known.slope.low for known in bounds),
            "sup_slope": max(known.slope.high for known in bounds),
            "bounds": "proved" if all(known.proved for known in bounds) else "claimed",
            "cancels": network.cost.cancels(network.sigma(network.depth)),
            "saturation_threshold": training.recording.saturation_threshold,
            "surrogate_floor": network.surrogate_floor,
            "engine": training.engine,
            "steps": training.steps,
            "seen": seen,
            "examples": examples,
            "train": len(training.train),
            "chance": _share_of_commonest(training.train.y) if training.train.labelled else np.nan,
            "cost_of_mean": of_mean_target(network.cost, training.train.y.T, network.sigma(network.depth)),
            "input_rms": float(
                np.sqrt(np.square(training.train.x[:, :-1], dtype=np.float64).mean(axis=0).max())
            ),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _share_of_commonest(y: Array) -> float:
    """The accuracy of answering every example with the class that most are of."""
    classes = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0] > 0.5
    return float(np.bincount(classes).max() / len(y))


def _seen(training: Training) -> tuple[str, int]:
    """Which training examples a reading sees, and how many the last one: those of the batch to come."""
    fixed, count, batch = training.recording.fixed_examples, len(training.train), training.batch
    if fixed is not None:
        return f"the same {len(fixed)} at every reading", len(fixed)
    if batch >= count:
        return f"all {count}", count
    begun = training.steps % steps_per_epoch(count, batch) * batch
    return f"the {batch} of the step's batch", min(batch, count - begun)


def curves(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, layer, z, sigma, slope: σ and σ′ of every layer, sampled at `CURVE_Z`."""
    frames = []
    for variant, training in made:
        for l, sigma in enumerate(training.network.sigmas, 1):
            with np.errstate(all="ignore"):
                values = {"sigma": sigma(CURVE_Z), "slope": sigma.derivative(CURVE_Z)}
            frames.append(pd.DataFrame({"variant": variant.label, "layer": l, "z": CURVE_Z, **values}))
    return pd.concat(frames, ignore_index=True)
