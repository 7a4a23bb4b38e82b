"""All variants of a run in one figure, a row each: for runs of more than a legend can hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.summary import summary
from lab.figures.drawing import panels, scales, style, writing
from lab.figures.tables import by_variant, checked, labels, threshold

_FIRST, _LAST = style.dot(filled=False), style.dot(filled=True)
_STROKE: style.Looks = {
    "color": style.ACCENT,
    "marker": "|",
    "markersize": 8,
    "mew": 1.2,
    "linestyle": "none",
}

FARTHEST = 1e9
"""Ratios beyond this, or below its inverse, stand at the edge of their panel."""


@dataclass(frozen=True)
class Overview(parts.Figure):
    """Speed ratio, saturation and accuracy of every variant, the most accurate first.

    Left, ‖∂C/∂b‖ of the first hidden layer over that of the last, on a logarithmic axis, with a stroke at the
    ratio that was predicted for the start; in the middle, the saturated share of the hidden layers: both as
    open marks at the first reading and filled ones at the last, medians over the trials that are done. Right,
    the accuracy after the last step over the test examples, or over the training examples where there are
    none: a dot a trial, and a bar at their median.
    """

    needs = ("layers", "trials", "variants")

    def draw(self, tables: parts.Tables) -> Figure:
        trials = checked(tables, "trials", "final_accuracy", "final_test_accuracy")
        over = "test" if trials["final_test_accuracy"].notna().any() else "training"
        column = "final_test_accuracy" if over == "test" else "final_accuracy"
        rows = summary(tables).sort_values(column, kind="stable", na_position="first", ignore_index=True)
        of_variant = by_variant(trials)
        names = labels(tables, {name: of_variant[name] for name in rows["variant"]})

        figure, axes = panels.side_by_side(names, 3, width=2.5, row=0.19)
        _ratios(axes[0], rows)
        predicted = _predicted(tables, rows["variant"])
        label = "predicted for the start" if predicted.notna().any() else ""
        axes[0].plot(predicted.clip(1 / FARTHEST, FARTHEST), rows.index, **_STROKE, label=label)
        axes[0].set_xlabel("speed of the first hidden layer\nover that of the last")
        _pairs(axes[1], rows["saturation_start"], rows["saturation_end"])
        axes[1].set_xlim(-0.03, 1.03)
        axes[1].set_xlabel(f"saturated share of the hidden\nlayers (|σ′| < {threshold(tables)} sup|σ′|)")
        _accuracies(axes[2], rows["variant"], trials, column)
        axes[2].set_xlabel(f"accuracy at the end\n(share of {over} examples)")
        writing.legend(figure, [writing.words("medians over the trials that are done; right: a dot a trial")])
        return figure


def _predicted(tables: parts.Tables, variants: pd.Series) -> pd.Series:
    """The ratio predicted for the start; NaN where there is none, or a single hidden layer."""
    if "prediction" not in tables:
        return pd.Series(np.nan, index=variants.index)
    rows = checked(tables, "prediction", "predicted_speed")
    hidden = rows.groupby("variant")["layer"].max() - 1
    first = rows[rows["layer"] == 1].set_index("variant")["predicted_speed"].where(hidden > 1)
    return pd.Series(variants.map(first).where(lambda ratios: ratios > 0), dtype=np.float64)


def _ratios(ax: Axes, rows: pd.DataFrame) -> None:
    start, end = (rows[name].clip(1 / FARTHEST, FARTHEST) for name in ("ratio_start", "ratio_end"))
    if not np.isfinite(np.concatenate([start, end])).any():
        panels.nothing(ax, "needs two hidden layers")
        return
    ax.set_xscale("log")
    ax.axvline(1, color=style.QUIET, linewidth=0.8)
    _pairs(ax, start, end)
    scales.powers_of_ten(ax.xaxis, 5)


def _pairs(ax: Axes, start: pd.Series, end: pd.Series) -> None:
    """Two marks a row, and a line from the first to the last."""
    if start.isna().all() and end.isna().all():
        panels.nothing(ax, "not recorded")
        return
    ax.hlines(start.index, start, end, color=_LAST["color"], linewidth=0.8, alpha=0.6)
    ax.plot(start, start.index, **_FIRST, label="first reading")
    ax.plot(end, end.index, **_LAST, label="last reading")


def _accuracies(ax: Axes, names: pd.Series, trials: pd.DataFrame, column: str) -> None:
    if trials[column].isna().all():
        panels.nothing(ax, "no classes")
        return
    done = trials[trials["status"] == "done"]
    place = dict(zip(names, names.index, strict=True))
    ax.plot(done[column], done["variant"].map(place), **_LAST | {"markersize": 2.5, "alpha": 0.5, "mew": 0})
    medians = done.groupby("variant")[column].median()
    ax.plot(medians, [place[name] for name in medians.index], "|", color=style.INK, markersize=8, mew=1.4)
    ax.set_xlim(-0.03, 1.03)
