"""The tables of a run, tidy and long, each made of one array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lab.experiment.variants import Variant
from lab.numerics import Array
from lab.prover.slope_bounds import slope_bounds
from lab.training.loop import Training
from lab.training.neurons import NEURON_COLUMNS
from lab.training.recorder import EDGES, STEP_COLUMNS, Readings

TABLES = ("layers", "steps", "trials", "variants", "histograms", "curves", "prediction")
"""The names of the tables that every run has."""

ON_REQUEST = {"neurons": "record.neurons"}
"""The names of the tables that a run has where the file asks for them, and the key that asks."""

CURVE_Z: Array = np.union1d(np.linspace(-8, 8, 321), EDGES)
"""Where σ and σ′ are sampled for the table ``curves``."""


@dataclass(frozen=True)
class Part:
    """The readings of some trials of a variant, and how many steps one of its epochs has."""

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
    blocks, keys = [], []
    for part in parts:
        r, t, l, q = part.readings.layers.shape
        blocks.append(part.readings.layers.transpose(1, 0, 2, 3).reshape(t * r * l, q))
        keys.append(_keys(part, part.readings.steps, l))
    columns = parts[0].readings.columns if parts else ()
    return _table(keys, ["variant", "trial", "step", "epoch", "layer", "status"], blocks, columns)


def steps(parts: Sequence[Part]) -> pd.DataFrame:
    """variant, trial, step, epoch, status, cost, accuracy, test_cost, test_accuracy."""
    blocks = [part.readings.figures.transpose(1, 0, 2).reshape(-1, len(STEP_COLUMNS)) for part in parts]
    keys = [_keys(part, part.readings.steps, 1) for part in parts]
    names = ["variant", "trial", "step", "epoch", "layer", "status"]
    return _table(keys, names, blocks, STEP_COLUMNS).drop(columns="layer")


def histograms(parts: Sequence[Part]) -> pd.DataFrame:
    """variant, trial, step, layer, low, high, count: how many z lie in each bin that holds any."""
    rows = []
    for part in parts:
        counts = part.readings.histograms
        h, t, l, b = np.nonzero(counts)
        frame = pd.DataFrame(
            {
                "variant": part.variant.label,
                "trial": t + part.trials.start,
                "step": part.readings.histogram_steps[h],
                "layer": l + 1,
                "low": EDGES[b],
                "high": EDGES[b + 1],
                "count": counts[h, t, l, b],
            }
        )
        rows.append(frame.sort_values(["trial", "step", "layer", "low"], kind="stable"))
    empty = pd.DataFrame(columns=["variant", "trial", "step", "layer", "low", "high", "count"])
    return pd.concat(rows, ignore_index=True) if rows else empty


def neurons(parts: Sequence[Part]) -> pd.DataFrame:
    """variant, trial, step, epoch, layer, neuron, status, then `NEURON_COLUMNS`: neurons count from 1.

    Parts that measured no single neurons have no rows.
    """
    blocks, keys = [], []
    for part in parts:
        given, widths = part.readings.neurons, part.readings.widths
        if given is None or widths is None:
            continue
        h, t, n, q = given.shape
        blocks.append(given.transpose(1, 0, 2, 3).reshape(t * h * n, q))
        key = _keys(part, part.readings.histogram_steps, n)
        key["layer"] = np.tile(np.repeat(np.arange(1, len(widths) + 1), widths), t * h)
        key["neuron"] = np.tile(np.concatenate([np.arange(1, width + 1) for width in widths]), t * h)
        keys.append(key)
    names = ["variant", "trial", "step", "epoch", "layer", "neuron", "status"]
    return _table(keys, names, blocks, NEURON_COLUMNS)


def trials(parts: Sequence[Part], failed: Sequence[tuple[Variant, int, int]]) -> pd.DataFrame:
    """variant, trial, seed, status, diverged_at, final figures and the best test accuracy.

    ``final_…`` are taken over all training and all test examples after the last step. ``failed`` are the
    trials that have no readings: variant, trial and seed.
    """
    frames = []
    for part in parts:
        tested = part.readings.figures[:, :, STEP_COLUMNS.index("test_accuracy")]
        best = np.fmax.reduce(tested, axis=0)
        figures = np.column_stack([part.readings.final, best])
        seed = part.variant.settings.trials.seed
        keys = [(part.variant.label, trial, seed) for trial in part.trials]
        frames.append(_ends(keys, part.status, part.readings.diverged, figures))
    if failed or not parts:
        keys = [(variant.label, trial, seed) for variant, trial, seed in failed]
        none = np.full((len(failed), len(STEP_COLUMNS) + 1), np.nan)
        frames.append(_ends(keys, "failed", np.full(len(failed), -1), none))
    return pd.concat(frames, ignore_index=True)


def variants(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, the varied keys, sizes, layers, what the hidden σ is, inf σ′, sup σ′, …, examples, train.

    Where hidden layers have different σ, ``inf_slope`` and ``sup_slope`` span them all. They are ``proved``
    where all of these have a formula whose bounds could be proved, else claimed. ``cancels`` tells whether
    the cost removes σ′ from the output layer, ``seen`` which training examples a reading sees, ``examples``
    how many the last reading sees, as a step's batch may be cut short by the end of an epoch, and ``train``
    of how many. ``surrogate_floor`` is 0 but in a counterfactual, whose weights do not follow the gradient
    of C (see `lab.network.backprop.Network`).
    """
    rows = []
    for variant, training in made:
        network = training.network
        hidden = network.sigmas[:-1] or network.sigmas
        row: dict[str, Any] = {"variant": variant.label}
        row |= {key: _told(value) for key, value in variant.varied.items()}
        row["sizes"] = "-".join(map(str, network.sizes))
        row["layers"] = network.depth
        row["activation"] = ", ".join(dict.fromkeys(map(str, hidden)))
        bounds = [slope_bounds(sigma) for sigma in dict.fromkeys(hidden)]
        row["inf_slope"] = min(known.slope.low for known in bounds)
        row["sup_slope"] = max(known.slope.high for known in bounds)
        row["bounds"] = "proved" if all(known.proved for known in bounds) else "claimed"
        row["cancels"] = network.cost.cancels(network.sigma(network.depth))
        row["saturation_threshold"] = training.recording.saturation_threshold
        row["surrogate_floor"] = network.surrogate_floor
        row["steps"] = training.steps
        row["seen"] = _seen(training)
        row["examples"] = _examples(training)
        row["train"] = len(training.train)
        rows.append(row)
    return pd.DataFrame(rows)


def _seen(training: Training) -> str:
    """Which training examples a reading sees."""
    probe, count = training.recording.probe, len(training.train)
    if probe is not None:
        return f"the same {len(probe)} at every reading"
    return f"all {count}" if training.batch >= count else f"the {training.batch} of the step's batch"


def _examples(training: Training) -> int:
    """How many training examples the last reading sees: the probe, or the batch that would come next."""
    probe, count, batch = training.recording.probe, len(training.train), training.batch
    if probe is not None:
        return len(probe)
    begun = training.steps % -(-count // batch) * batch
    return min(batch, count - begun)


def curves(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, layer, z, sigma, slope: σ and σ′ of every layer, sampled at `CURVE_Z`."""
    frames = []
    for variant, training in made:
        for l, sigma in enumerate(training.network.sigmas, 1):
            with np.errstate(all="ignore"):
                values = {"sigma": sigma(CURVE_Z), "slope": sigma.derivative(CURVE_Z)}
            frames.append(pd.DataFrame({"variant": variant.label, "layer": l, "z": CURVE_Z, **values}))
    return pd.concat(frames, ignore_index=True)


def _ends(
    keys: Sequence[tuple[str, int, int]], status: Array | str, diverged: Array, figures: Array
) -> pd.DataFrame:
    """Rows of the table ``trials``: keys are variant, trial and seed, ``diverged`` a step or −1."""
    frame = pd.DataFrame(keys, columns=["variant", "trial", "seed"])
    frame["status"] = status
    frame["diverged_at"] = pd.Series(diverged, dtype="Int64").mask(diverged < 0)
    frame[[*(f"final_{column}" for column in STEP_COLUMNS), "best_test_accuracy"]] = figures
    return frame


def _keys(part: Part, at: Array, depth: int) -> dict[str, Array]:
    """The key columns of rows in the order trial, step, layer."""
    t, r = len(part.trials), len(at)
    return {
        "variant": np.full(t * r * depth, part.variant.label, dtype=object),
        "trial": np.repeat(np.arange(part.trials.start, part.trials.stop), r * depth),
        "step": np.tile(np.repeat(at, depth), t),
        "epoch": np.tile(np.repeat(at / part.steps_per_epoch, depth), t),
        "layer": np.tile(np.arange(1, depth + 1), t * r),
        "status": np.repeat(part.status.astype(object), r * depth),
    }


def _table(
    keys: Sequence[dict[str, Array]], names: list[str], blocks: Sequence[Array], columns: Sequence[str]
) -> pd.DataFrame:
    if not blocks:
        return pd.DataFrame(columns=[*names, *columns])
    numbers = pd.DataFrame(np.concatenate(blocks), columns=list(columns))
    front = pd.DataFrame({name: np.concatenate([key[name] for key in keys]) for name in names})
    return pd.concat([front, numbers], axis=1)


def _told(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else str(value)
