"""Cost and accuracy while the network trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab import parts
from lab.figures import marks, panels, scales, style, writing
from lab.figures.bands import Band, Floats, band, by_variant
from lab.figures.tables import checked, outcomes
from lab.parts import Tables

_ROWS = {"cost": "cost C", "accuracy": "accuracy\n(share of examples)"}
_COLUMNS = {"": "training data", "test_": "test data"}
_MARKERS = 6
_WIDE = 100.0
"""Costs whose medians differ by more than this factor are drawn on a logarithmic axis."""


@dataclass(frozen=True)
class Training(parts.Figure):
    """Cost and accuracy over epochs, on the training and on the test data, all variants together.

    Lines are medians over the trials, bands hold 90 % of them. What a run does not have (the accuracy of a
    regression, test data) has no panel. The axis of the cost is logarithmic where its medians span more than
    two decades.
    """

    needs = ("steps",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``steps``."""
        steps = checked(tables, "steps", "variant", "trial", "step", "epoch", "cost", "status")
        time, unit = scales.time_axis(steps)
        variants = by_variant(steps)
        looks = dict(zip(variants, style.categories(len(variants)), strict=True))
        rows = ["cost", *(["accuracy"] if _has(steps, "accuracy") else [])]
        columns = ["", *(["test_"] if _has(steps, "test_cost") or _has(steps, "test_accuracy") else [])]

        figure = panels.sheet(len(rows), len(columns), width=3.7 if len(columns) > 1 else 5.6, height=2.4)
        cells = figure.subplots(len(rows), len(columns), sharex=True, sharey="row", squeeze=False)
        trials: list[int] = []
        for row, axes in zip(rows, cells, strict=True):
            medians = [np.empty(0)]
            for column, ax in zip(columns, axes, strict=True):
                if not _has(steps, column + row):
                    panels.nothing(ax, "not recorded")
                    continue
                for variant, of_variant in variants.items():
                    one = _evaluated(band(of_variant, column + row, time))
                    marks.draw_band(ax, one, looks[variant], markers=_MARKERS)
                    medians.append(one.median)
                    trials.append(one.trials)
            _scale(axes, np.concatenate(medians), row)
        for column, ax in zip(columns, cells[0], strict=True):
            ax.set_title(_COLUMNS[column] + ("" if column else _seen(tables)))
        for row, ax in zip(rows, cells[:, 0], strict=True):
            ax.set_ylabel(_ROWS[row])
        for ax in cells[-1]:
            ax.set_xlabel(unit)
            ax.xaxis.set_major_locator(scales.whole_numbers())
        entries: list[tuple[Artist, str]] = [
            (_handle(looks[variant]), "; ".join([variant, *outcomes(tables, variant, of_variant)]))
            for variant, of_variant in variants.items()
        ]
        writing.legend(figure, [*entries, writing.trials_entry(trials)])
        return figure


def _seen(tables: Tables) -> str:
    """Which training examples a reading sees, as the table ``variants`` tells it where all agree."""
    variants = tables.get("variants")
    told = set() if variants is None or "seen" not in variants else set(variants["seen"])
    return f": {told.pop()}" if len(told) == 1 else ""


def _has(steps: pd.DataFrame, column: str) -> bool:
    return column in steps and bool(steps[column].notna().any())


def _evaluated(one: Band) -> Band:
    """Without the readings at which nothing was evaluated, so that the line joins those at which it was."""
    there = np.isfinite(one.median)
    return Band(one.x[there], one.low[there], one.median[there], one.high[there], one.trials)


def _scale(axes: list[Axes], medians: Floats, row: str) -> None:
    if row == "accuracy":
        axes[0].set_ylim(top=min(axes[0].get_ylim()[1], 1.02))
    elif medians.size and medians.min() > 0 and medians.max() > _WIDE * medians.min():
        scales.log_axis(axes, medians)


def _handle(look: style.Look) -> Line2D:
    return Line2D([], [], color=look.colour, marker=look.marker, linestyle=look.dashes)
