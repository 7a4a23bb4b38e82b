"""The tables of a run that nothing is read for: what each variant is, and its σ and σ′."""

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from lab.data.targets import largest_rms, outlying, unreached
from lab.experiment.variants import Variant
from lab.network.costs import of_best_constant
from lab.numerics import Array
from lab.parts import Activation
from lab.prover.slope_bounds import SOURCES, slope_bounds
from lab.training.examples import Examples
from lab.training.recorder import EDGES
from lab.training.stack import Training

CURVE_Z: Array = np.union1d(np.linspace(-8, 8, 321), EDGES)
"""Where σ and σ′ are sampled for the table ``curves``."""

FAR_Z: Array = np.linspace(-64, 64, 513)
"""Where they are sampled too if they swing there."""


def untrained(made: Sequence[tuple[Variant, Training]]) -> dict[str, pd.DataFrame]:
    """The tables ``variants`` and ``curves``, by their names."""
    return {"variants": variants(made), "curves": curves(made)}


def variants(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, the varied keys, sizes, layers, what the hidden σ is, inf σ′, sup σ′, …, examples, train.

    Where hidden layers have different σ, ``inf_slope`` and ``sup_slope`` span them all. They are ``proved``
    where all of these have a formula whose bounds could be proved, else claimed. ``examples`` is the number
    that the last reading sees, as a step's batch may be cut short by the end of an epoch. ``surrogate_floor``
    is 0 but in a counterfactual (see `lab.network.backprop.Network`).
    """
    rows = []
    bounded: dict[tuple[int, ...], dict[str, Any]] = {}  # which a proof takes a moment for
    for variant, training in made:
        network = training.network
        seen, examples = _seen(training)
        same = tuple(map(id, network.sigmas))
        bounded[same] = bounded.get(same) or of_sigmas(network.sigmas)
        row = {
            "variant": variant.label,
            **{key: v if isinstance(v, str | int | float) else str(v) for key, v in variant.varied.items()},
            "sizes": "-".join(map(str, network.sizes)),
            **bounded[same],
            "cost": str(network.cost),
            "initialiser": str(training.initialiser),
            "cancels": network.cost.cancels(network.sigma(network.depth)),
            "saturation_threshold": training.recording.saturation_threshold,
            "surrogate_floor": network.surrogate_floor,
            "engine": training.engine,
            "steps": training.steps,
            "seen": seen,
            "examples": examples,
            "train": len(training.train),
            "test": len(training.test),
            "eta": training.eta,
            "decay": training.decay,
            **_of_classes(training.train),
            "shift": _shift(training.train.y, training.test.y),
            "cost_of_mean": of_best_constant(network.cost, training.train.y.T, network.sigma(network.depth)),
            "cost_of_perfect": float(network.cost.least(training.train.y.T.astype(np.float64)).mean()),
            "input_rms": training.train.input_rms,
            "unreached": unreached(training.train.y, network.sigma(network.depth).range),
            **_of_numbers(training.train, training.test),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def of_sigmas(sigmas: Sequence[Activation]) -> dict[str, Any]:
    """The columns of ``variants`` that the σ of the layers 1 … L tell: their number, names and bounds."""
    hidden = dict.fromkeys(sigmas[:-1] or sigmas)
    bounds = [slope_bounds(sigma) for sigma in hidden]
    return {
        "layers": len(sigmas),
        "activation": ", ".join(dict.fromkeys(map(str, hidden))),
        "inf_slope": min(known.slope.low for known in bounds),
        "sup_slope": max(known.slope.high for known in bounds),
        "bounds": max((known.known for known in bounds), key=SOURCES.index),
    }


def _of_classes(train: Examples) -> dict[str, float]:
    """The accuracy of answering the class that most examples are of, and how many classes none is of."""
    if not train.labelled:
        return {"chance": nan, "absent": 0}
    classes = train.y.argmax(axis=1) if train.y.shape[1] > 1 else train.y[:, 0] > 0.5
    count = np.bincount(classes, minlength=max(train.y.shape[1], 2))
    return {"chance": float(count.max() / len(classes)), "absent": int((count == 0).sum())}


def _of_numbers(train: Examples, test: Examples) -> dict[str, float]:
    """How large targets that are numbers are, and which share of their variance a single one makes."""
    if train.labelled:
        return {"target_rms": nan, "outlying": nan}
    return {"target_rms": largest_rms(train.y), "outlying": outlying(np.concatenate([train.y, test.y]))}


def _shift(train: Array, test: Array) -> float:
    """How far the mean targets of the two parts are apart, in standard deviations over both.

    The largest of all outputs; NaN where a part is empty.
    """
    if not len(train) or not len(test):
        return nan
    apart = np.abs(train.mean(axis=0, dtype=np.float64) - test.mean(axis=0, dtype=np.float64))
    both = np.concatenate([train, test])
    spread = both.std(axis=0, dtype=np.float64)
    differ = (both != both[0]).any(axis=0)  # means of what is all alike may be rounded
    return float(np.divide(apart, spread, out=np.zeros_like(apart), where=differ & (spread > 0)).max())


def _seen(training: Training) -> tuple[str, int]:
    """Which training examples a reading sees, and how many the last one: those of the batch to come."""
    fixed, count, batch = training.recording.fixed_examples, len(training.train), training.batch
    if fixed is not None:
        return f"the same {len(fixed)} at every reading", len(fixed)
    if batch >= count:
        return f"all {count}", count
    begun = training.steps % training.steps_per_epoch * batch
    return f"the {batch} of the step's batch", min(batch, count - begun)


def curves(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, layer, z, sigma, slope: σ and σ′ of every layer, sampled at `CURVE_Z`."""
    frames = [sampled(variant.label, training.network.sigmas) for variant, training in made]
    return pd.concat(frames, ignore_index=True)


def sampled(variant: str, sigmas: Sequence[Activation]) -> pd.DataFrame:
    """The `curves` of one variant, by its label and the σ of its layers."""
    frames = []
    for l, sigma in enumerate(sigmas, 1):
        with np.errstate(all="ignore"):
            z = np.union1d(CURVE_Z, FAR_Z) if _waves(sigma) else CURVE_Z
            values = {"sigma": sigma(z), "slope": sigma.derivative(z)}
        frames.append(pd.DataFrame({"variant": variant, "layer": l, "z": z, **values}))
    return pd.concat(frames, ignore_index=True)


def _waves(sigma: Activation) -> bool:
    """Whether σ′ at `FAR_Z` is not on the lines between `CURVE_Z`, as that of a wave."""
    slope, seen = sigma.derivative(FAR_Z), sigma.derivative(CURVE_Z)
    off, known = np.abs(slope - np.interp(FAR_Z, CURVE_Z, seen)), slope[np.isfinite(slope)]
    return known.size > 0 and bool((off > 0.05 * np.ptp(known)).any())
