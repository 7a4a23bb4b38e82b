"""The short table that a run ends with: one row a variant."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

COLUMNS = (
    *("variant", "trials", "diverged", "failed", "ratio_start", "ratio_end", "saturation_start"),
    *("saturation_end", "dead_layers", "final_cost", "final_accuracy", "final_test_accuracy"),
)


def summary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a variant, in the order of the table ``variants``; medians over the trials that are done.

    ``ratio_start``, ``ratio_end``
        ‖∂C/∂b‖ of the first hidden layer over that of the last, at the first and the last reading; missing
        with fewer than two hidden layers, or where the last hidden layer has no gradient at all.
    ``saturation_start``, ``saturation_end``
        The share of saturated (neuron, example), the mean over the hidden layers.
    ``dead_layers``
        The hidden layers whose gradient is exactly 0 at the last reading in every trial.
    ``final_…``
        Over all training and all test examples, after the last step.

    What was not recorded is missing.
    """
    layers, trials = tables["layers"], tables["trials"]
    rows = []
    for variant in tables["variants"]["variant"]:
        fate = trials[trials["variant"] == variant]
        sound = layers[(layers["variant"] == variant) & (layers["status"] == "done")]
        hidden = sound[sound["layer"] < sound["layer"].max()]
        start = hidden[hidden["step"] == hidden["step"].min()]
        end = hidden[hidden["step"] == hidden["step"].max()]
        row = {
            "variant": variant,
            "trials": len(fate),
            "diverged": int((fate["status"] == "diverged").sum()),
            "failed": int((fate["status"] == "failed").sum()),
            "ratio_start": _ratio(start),
            "ratio_end": _ratio(end),
            "saturation_start": _saturation(start),
            "saturation_end": _saturation(end),
            "dead_layers": ", ".join(map(str, _dead(end))),
        }
        done = fate[fate["status"] == "done"]
        for column in ("final_cost", "final_accuracy", "final_test_accuracy"):
            row[column] = done[column].median() if column in done else np.nan
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _ratio(rows: pd.DataFrame) -> float:
    if "learning_speed" not in rows or rows["layer"].nunique() < 2:
        return np.nan
    speed = rows.pivot(index="trial", columns="layer", values="learning_speed")
    last = speed[speed.columns.max()]
    ratios = speed[speed.columns.min()] / last.where(last > 0)
    return float(ratios.median())


def _saturation(rows: pd.DataFrame) -> float:
    if "saturation" not in rows:
        return np.nan
    return float(rows.groupby("trial")["saturation"].mean().median())


def _dead(rows: pd.DataFrame) -> list[int]:
    if "learning_speed" not in rows:
        return []
    still = rows.groupby("layer")["learning_speed"].max() == 0
    return [int(layer) for layer in still.index[still]]
