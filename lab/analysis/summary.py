"""The short table that a run ends with: one row a variant."""

from collections.abc import Iterable, Mapping
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from lab.analysis.ledger import middle
from lab.analysis.rows import plain

_KEYS = ["trial", "step", "layer"]
_QUANTITIES = ["learning_speed", "slope_mean", "saturation"]


def summary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a variant, in the order of the table ``variants``; medians over the trials that are done.

    ``ratio_start``, ``ratio_end``: ‖∂C/∂b‖ of the first hidden layer over that of the last, at the first and
        the last reading; missing with fewer than two hidden layers, or where the last hidden layer has no
        gradient at all: `middle` over the trials, of which ``ratio_trials`` have a ratio at the start.
    ``saturation_start``, ``saturation_end``: the share of saturated (neuron, example), the mean over the
        hidden layers; ``slope_start`` and ``slope_end`` the mean slope σ′(z), likewise. Saturation is
        relative to sup σ′: where that is small, slopes may be small and nothing saturated.
    ``dead_layers``: the hidden layers whose gradient is exactly 0 at the last reading in every trial.
    ``r2``: 1 − C/C̄ with C̄ that of the best constant answer, which is R² of the quadratic cost; missing
        with classes, and where all targets are alike.
    ``final_…``: over all training and all test examples, after the last step.

    What was not recorded is missing.
    """
    layers, trials = tables["layers"], tables["trials"]
    layers = layers[layers["status"] == "done"].reindex(columns=["variant", *_KEYS, *_QUANTITIES])
    hidden = layers[layers["layer"] < _by_variant(layers)["layer"].transform("max")]
    steps = _by_variant(hidden)["step"]
    at = {reading: hidden[hidden["step"] == steps.transform(how)] for reading, how in _READINGS.items()}
    ratios = {reading: _ratios(rows) for reading, rows in at.items()}
    found = {"trials": _by_variant(trials).size()}
    found |= {fate: _by_variant(trials[trials["status"] == fate]).size() for fate in ("diverged", "failed")}
    found |= {f"ratio_{reading}": _by_variant(of).agg(middle) for reading, of in ratios.items()}
    found["ratio_trials"] = _by_variant(ratios["start"]).count()
    for reading, rows in at.items():
        means = rows.groupby(["variant", "trial"], observed=True)[["slope_mean", "saturation"]].mean()
        for column, medians in _by_variant(means).median().items():
            found[f"{str(column).removesuffix('_mean')}_{reading}"] = medians
    fastest = at["end"].groupby(["variant", "layer"], observed=True)["learning_speed"].max()
    still = fastest[fastest == 0].reset_index("layer")["layer"].astype(str)
    found["dead_layers"] = _by_variant(still).agg(", ".join)
    done = trials[trials["status"] == "done"]
    finals = _by_variant(done)[["final_cost", "final_accuracy", "final_test_accuracy"]].median()
    labels = tables["variants"]["variant"]
    variants = plain(tables["variants"].set_index("variant"))
    found, finals = ({name: plain(one) for name, one in some.items()} for some in (found, finals))
    of_mean = variants["cost_of_mean"] if "cost_of_mean" in variants else pd.Series(nan, variants.index)
    numbers = finals["final_accuracy"].isna().reindex(of_mean.index, fill_value=False)
    found["r2"] = 1 - finals["final_cost"] / of_mean.where(numbers & (of_mean != 0))
    rows = pd.DataFrame(found | finals, variants.index).set_axis(labels)
    counts = ["trials", "diverged", "failed", "ratio_trials"]
    rows[counts] = rows[counts].fillna(0).astype(int)
    return rows.fillna({"dead_layers": ""}).reset_index()


def name_of_r2(costs: Iterable[Any]) -> str:
    """What 1 − C/C̄ is called: R² where all ``costs`` are quadratic, as they are of runs that do not tell.

    >>> name_of_r2(["Quadratic()"]), name_of_r2(["Quadratic()", "Huber(scale=1.0)"])
    ('R²', '1 − C/C̄')
    """
    return "R²" if all(str(cost) in ("Quadratic()", "nan") for cost in costs) else "1 − C/C̄"


_READINGS = {"start": "min", "end": "max"}


def _by_variant(rows: Any) -> Any:
    """The rows of each variant that has some, by its label."""
    return rows.groupby("variant", sort=False, observed=True)


def _ratios(rows: pd.DataFrame) -> pd.Series:
    """(Variant, trial) → the gradient of the first of its layers over that of the last, if it has two."""
    layer = _by_variant(rows)["layer"]
    ends = [rows[rows["layer"] == layer.transform(how)] for how in ("min", "max")]
    first, last = (end.set_index(["variant", "trial"]) for end in ends)
    known = (last["learning_speed"] > 0) & (first["layer"] != last["layer"])
    ratios: pd.Series[float] = first["learning_speed"] / last["learning_speed"].where(known)
    return ratios


def by_layer(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a variant and layer, the output's last: medians over the trials that are done.

    ``learning_speed``, ``slope_mean`` and ``saturation``, each with ``_start`` and ``_end``, at the first and
    the last reading. The column ``layer`` is text: the last one is called ``4 output``. What was not recorded
    is missing.
    """
    layers = tables["layers"][tables["layers"]["status"] == "done"]
    layers = layers.reindex(columns=["variant", *_KEYS, *_QUANTITIES])
    steps = layers.groupby("variant", sort=False, observed=True)["step"]
    found = []
    for reading, step in (("start", steps.transform("min")), ("end", steps.transform("max"))):
        medians = (
            layers[layers["step"] == step]
            .groupby(["variant", "layer"], sort=False, observed=True)[_QUANTITIES]
            .median()
        )
        found.append(medians.add_suffix(f"_{reading}"))
    rows = pd.concat(found, axis=1).reset_index()
    output = rows["layer"] == rows.groupby("variant", observed=True)["layer"].transform("max")
    return rows.assign(layer=rows["layer"].astype(str) + np.where(output, " output", ""))
