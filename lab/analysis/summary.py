"""The short table that a run ends with: one row a variant."""

from collections.abc import Iterable, Mapping
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from lab.analysis.ledger import middle
from lab.analysis.rows import READINGS, at_reading, done, hidden, output, plain, ratios

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
    ``r2``: `part_learned`, which is R² of the quadratic cost; missing with classes, and where all targets
        are alike.
    ``final_…``: over all training and all test examples, after the last step.

    What was not recorded is missing.
    """
    layers, trials = tables["layers"], tables["trials"]
    layers = done(layers).reindex(columns=["variant", *_KEYS, *_QUANTITIES])
    read = {reading: at_reading(reading, hidden(layers)) for reading in READINGS}
    ratio = {reading: ratios(rows) for reading, rows in read.items()}
    found = {"trials": _by_variant(trials).size()}
    found |= {fate: _by_variant(trials[trials["status"] == fate]).size() for fate in ("diverged", "failed")}
    found |= {f"ratio_{reading}": _by_variant(of).agg(middle) for reading, of in ratio.items()}
    found["ratio_trials"] = _by_variant(ratio["start"]).count()
    for reading, rows in read.items():
        means = rows.groupby(["variant", "trial"], observed=True)[["slope_mean", "saturation"]].mean()
        for column, medians in _by_variant(means).median().items():
            found[f"{str(column).removesuffix('_mean')}_{reading}"] = medians
    fastest = read["end"].groupby(["variant", "layer"], observed=True)["learning_speed"].max()
    still = fastest[fastest == 0].reset_index("layer")["layer"].astype(str)
    found["dead_layers"] = _by_variant(still).agg(", ".join)
    finals = _by_variant(done(trials))[["final_cost", "final_accuracy", "final_test_accuracy"]].median()
    labels = tables["variants"]["variant"]
    variants = plain(tables["variants"].set_index("variant"))
    found, finals = ({name: plain(one) for name, one in some.items()} for some in (found, finals))
    rows = pd.DataFrame(found | {"r2": nan} | finals, variants.index)
    of_numbers = rows["final_cost"].where(rows["final_accuracy"].isna())
    costs = variants.get("cost_of_mean", nan), variants.get("cost_of_perfect", 0.0)
    rows = rows.assign(r2=part_learned(of_numbers, *costs)).set_axis(labels)
    counts = ["trials", "diverged", "failed", "ratio_trials"]
    rows[counts] = rows[counts].fillna(0).astype(int)
    return rows.fillna({"dead_layers": ""}).reset_index()


_ROUNDED = 1e-12
"""A part of a cost that is smaller is taken for rounding."""


def part_learned(cost: Any, of_mean: Any, of_perfect: Any = 0.0) -> Any:
    """1 − (C − C₀)/(C̄ − C₀): C̄ is the cost of the best constant answer, C₀ that of a perfect one.

    Numbers, or columns of the same rows. NaN where C̄ = C₀, so that there is nothing to learn.

    >>> float(part_learned(1.0, 4.0)), float(part_learned(1.5, 4.0, 1.0)), float(part_learned(0.1, 0.0))
    (0.75, 0.8333333333333334, nan)
    """
    to_learn = of_mean - of_perfect
    return 1 - (cost - of_perfect) / np.where(to_learn > _ROUNDED * of_mean, to_learn, nan)


def places(layers: Iterable[str]) -> str:
    """Which layer is which, of a model that was watched; empty where its layers have no names.

    >>> places(["first relu", "output"])
    '1: first relu · 2: output'
    """
    return " · ".join(f"{l}: {place}" for l, place in enumerate(layers, 1))


def name_of_r2(costs: Iterable[Any], of_perfect: Iterable[Any] = ()) -> str:
    """What `part_learned` is called: R² where all ``costs`` are quadratic, or are not told.

    >>> name_of_r2(["Quadratic()"]), name_of_r2(["Quadratic()", "Huber(scale=1.0)"])
    ('R²', '1 − C/C̄')
    >>> name_of_r2(["CrossEntropy()"], [0.4])
    '1 − (C − C₀)/(C̄ − C₀)'
    """
    if any(least > 0 for least in of_perfect):
        return "1 − (C − C₀)/(C̄ − C₀)"
    return "R²" if all(str(cost) in ("Quadratic()", "nan") for cost in costs) else "1 − C/C̄"


def _by_variant(rows: Any) -> Any:
    """The rows of each variant that has some, by its label."""
    return rows.groupby("variant", sort=False, observed=True)


def by_layer(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a variant and layer, the output's last: medians over the trials that are done.

    ``learning_speed``, ``slope_mean`` and ``saturation``, each with ``_start`` and ``_end``, at the first and
    the last reading. The column ``layer`` is text: the last one is called ``4 output``. What was not recorded
    is missing.
    """
    layers = done(tables["layers"]).reindex(columns=["variant", *_KEYS, *_QUANTITIES])
    found = []
    for reading in READINGS:
        of_layers = at_reading(reading, layers).groupby(["variant", "layer"], sort=False, observed=True)
        found.append(of_layers[_QUANTITIES].median().add_suffix(f"_{reading}"))
    rows = pd.concat(found, axis=1).reset_index()
    last = rows["layer"] == output(rows)
    return rows.assign(layer=rows["layer"].astype(str) + np.where(last, " output", ""))
