"""All variants of a run in one figure, a row each: for runs of more than a legend can hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from lab import parts
from lab.analysis.summary import summary
from lab.figures import panels, scales, style, writing
from lab.figures.tables import checked, outcomes, threshold
from lab.parts import Tables

_COLOUR = style.categories(1)[0].colour
_ROW = 0.19
"""Inches of a row."""

_PREDICTED: tuple[Artist, str] = (
    Line2D([], [], color=style.ACCENT, marker="|", markersize=8, linestyle="none", markeredgewidth=1.2),
    "predicted for the start",
)

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

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``, ``trials`` and ``variants``."""
        trials = checked(tables, "trials", "variant", "status", "final_accuracy", "final_test_accuracy")
        column = "final_test_accuracy" if trials["final_test_accuracy"].notna().any() else "final_accuracy"
        rows = summary(tables).sort_values(column, kind="stable", na_position="first", ignore_index=True)
        places = np.arange(len(rows))

        figure = panels.sheet(1, 3, width=2.5, height=_ROW * len(rows) + 0.9)
        (axes,) = figure.subplots(1, 3, sharey=True, squeeze=False)
        _ratios(axes[0], rows, places)
        predicted = _predicted(tables, rows["variant"])
        reach = predicted.clip(1 / FARTHEST, FARTHEST)
        axes[0].plot(reach, places, "|", color=style.ACCENT, markersize=8, mew=1.2)
        _pairs(axes[1], rows["saturation_start"], rows["saturation_end"], places)
        axes[1].set_xlim(-0.03, 1.03)
        _accuracies(axes[2], rows["variant"], trials, column, places)

        told = [
            "; ".join([name, *outcomes(tables, name, tables["layers"][tables["layers"]["variant"] == name])])
            for name in rows["variant"]
        ]
        axes[0].set_yticks(places, told)
        axes[0].set_ylim(-0.7, len(rows) - 0.3)
        for ax in axes:
            ax.tick_params(axis="y", length=0)
        axes[0].set_xlabel("speed of the first hidden layer\nover that of the last")
        axes[1].set_xlabel(f"saturated share of the hidden\nlayers (|σ′| < {threshold(tables)} sup|σ′|)")
        over = "test" if column == "final_test_accuracy" else "training"
        axes[2].set_xlabel(f"accuracy at the end\n(share of {over} examples)")
        entries: list[tuple[Artist, str]] = [
            (_mark(filled=False), "first reading"),
            (_mark(filled=True), "last reading"),
            *([_PREDICTED] if np.isfinite(predicted).any() else []),
            (Line2D([], [], linestyle="none"), "medians over the trials that are done; right: a dot a trial"),
        ]
        writing.legend(figure, entries)
        return figure


def _predicted(tables: Tables, variants: pd.Series) -> pd.Series:
    """The ratio predicted for the start; NaN where there is none, or a single hidden layer."""
    if "prediction" not in tables:
        return pd.Series(np.nan, index=variants.index)
    rows = checked(tables, "prediction", "variant", "layer", "predicted_speed")
    hidden = rows.groupby("variant")["layer"].max() - 1
    first = rows[rows["layer"] == 1].set_index("variant")["predicted_speed"].where(hidden > 1)
    return pd.Series(variants.map(first).where(lambda ratios: ratios > 0), dtype=np.float64)


def _ratios(ax: Axes, rows: pd.DataFrame, places: np.ndarray) -> None:
    start, end = (rows[name].clip(1 / FARTHEST, FARTHEST) for name in ("ratio_start", "ratio_end"))
    if not np.isfinite(np.concatenate([start, end])).any():
        panels.nothing(ax, "needs two hidden layers")
        return
    ax.set_xscale("log")
    ax.axvline(1, color=style.QUIET, linewidth=0.8)
    _pairs(ax, start, end, places)
    ax.xaxis.set_major_locator(LogLocator(numticks=5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: scales.power_of_ten(value)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())


def _pairs(ax: Axes, start: pd.Series, end: pd.Series, places: np.ndarray) -> None:
    """Two marks a row, and a line from the first to the last."""
    if start.isna().all() and end.isna().all():
        panels.nothing(ax, "not recorded")
        return
    ax.hlines(places, start, end, color=_COLOUR, linewidth=0.8, alpha=0.6)
    ax.plot(start, places, "o", color=_COLOUR, markerfacecolor="white", markersize=4)
    ax.plot(end, places, "o", color=_COLOUR, markersize=4)


def _accuracies(ax: Axes, names: pd.Series, trials: pd.DataFrame, column: str, places: np.ndarray) -> None:
    if trials[column].isna().all():
        panels.nothing(ax, "no classes")
        return
    done = trials[trials["status"] == "done"]
    by_variant = done.groupby("variant")[column]
    place = dict(zip(names, places, strict=True))
    ax.plot(done[column], done["variant"].map(place), "o", color=_COLOUR, markersize=2.5, alpha=0.5, mew=0)
    medians = by_variant.median()
    ax.plot(medians, medians.index.map(place), "|", color=style.INK, markersize=8, mew=1.4)
    ax.set_xlim(-0.03, 1.03)


def _mark(*, filled: bool) -> Line2D:
    face = _COLOUR if filled else "white"
    return Line2D([], [], color=_COLOUR, marker="o", linestyle="none", markerfacecolor=face, markersize=4)
