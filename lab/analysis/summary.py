"""The short table that a run ends with: one row a variant."""

from collections.abc import Mapping
from math import nan

import numpy as np
import pandas as pd

from lab.analysis.ledger import middle

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
    rows = []
    for described in tables["variants"].to_dict("records"):
        variant = described["variant"]
        layers, trials = (tables[name][tables[name]["variant"] == variant] for name in ("layers", "trials"))
        layers = layers[layers["status"] == "done"].reindex(columns=[*_KEYS, *_QUANTITIES])
        done = trials[trials["status"] == "done"]
        hidden = layers[layers["layer"] < layers["layer"].max()]
        readings = {"start": hidden["step"].min(), "end": hidden["step"].max()}
        at = {reading: hidden[hidden["step"] == step] for reading, step in readings.items()}
        still = at["end"].groupby("layer")["learning_speed"].max() == 0
        row = {"variant": variant, "trials": len(trials)}
        row |= {fate: int((trials["status"] == fate).sum()) for fate in ("diverged", "failed")}
        ratios = {reading: _ratios(of) for reading, of in at.items()}
        row |= {f"ratio_{reading}": middle(of) for reading, of in ratios.items()}
        row["ratio_trials"] = int(ratios["start"].notna().sum())
        for reading, of in at.items():
            row[f"slope_{reading}"] = of.groupby("trial")["slope_mean"].mean().median()
            row[f"saturation_{reading}"] = of.groupby("trial")["saturation"].mean().median()
        row["dead_layers"] = ", ".join(map(str, still.index[still]))
        finals = ("final_cost", "final_accuracy", "final_test_accuracy")
        of_mean = 0.0 if done["final_accuracy"].notna().any() else float(described.get("cost_of_mean", 0))
        row["r2"] = 1 - done["final_cost"].median() / (of_mean or nan)
        rows.append(row | {column: done[column].median() for column in finals})
    return pd.DataFrame(rows)


def _ratios(rows: pd.DataFrame) -> pd.Series:
    """Trial → the gradient of the first of these layers over that of the last; none of fewer than two."""
    if rows["layer"].nunique() < 2:
        return pd.Series(dtype=float)
    speed = rows.pivot(index="trial", columns="layer", values="learning_speed")
    last = speed[speed.columns.max()]
    return speed[speed.columns.min()] / last.where(last > 0)


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
