"""Every variant against the first: mean differences over pairs of trials, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lab import parts
from lab.analysis.comparisons import comparisons
from lab.analysis.metrics import metric
from lab.analysis.statistics import LEVEL
from lab.figures.drawing import panels, style, writing
from lab.figures.tables import by_variant, checked, labels

_SURE, _UNSURE = style.dot(filled=True), style.dot(filled=False)


@dataclass(frozen=True)
class Comparisons(parts.Figure):
    """What each variant changes against the first: a row a variant, a panel a metric.

    A mark is the mean difference over the trials of the same seed, its bar the 95 % bootstrap interval; a
    filled mark is a difference with p < 0.05 by the sign-flip test, corrected after Holm over the rows of the
    panel. The rows are those of the run's table ``comparisons``. A single pair has a mark without a bar, and
    where there is none it is said. See `lab.analysis.comparisons`.
    """

    needs = ("trials", "steps", "layers", "variants")

    def draw(self, tables: parts.Tables) -> Figure:
        variants = by_variant(checked(tables, "trials"))
        first, *others = variants
        if not others:
            return panels.blank("comparisons: there is one variant, and a comparison needs two")
        rows = comparisons(tables)
        if rows.empty:
            return panels.blank("comparisons: no trial has a number to compare")
        unpaired = rows.drop_duplicates("b").set_index("b")["unpaired"]
        names = dict(zip(variants, labels(tables, variants), strict=True))
        rest = [names[name] + (f"; {unpaired[name]} not paired" if unpaired[name] else "") for name in others]

        metrics = {str(name): of_metric for name, of_metric in rows.groupby("metric", sort=False)}
        figure, axes = panels.side_by_side(rest[::-1], len(metrics), width=2.3, row=0.24)
        for ax, (name, of_metric) in zip(axes, metrics.items(), strict=True):
            _draw(ax, of_metric, _unsure(rows))
            unit = metric(name).unit
            ax.set_xlabel(f"Δ {name}\n({unit})" if unit else f"Δ {name}")
        writing.legend(figure, [writing.words(f"Δ: difference to {names[first]}, {_pairs(rows)}")])
        return figure


def _draw(ax: Axes, rows: pd.DataFrame, unsure: str) -> None:
    """The differences of a metric, from the top row down."""
    places = np.arange(len(rows))[::-1]
    sure = rows["p_holm"].to_numpy(np.float64) < LEVEL
    difference = rows["difference"].to_numpy(np.float64)
    ax.axvline(0, color=style.QUIET, linewidth=0.8)
    bar = "95 % bootstrap interval of the mean difference"
    ax.plot(difference[sure], places[sure], **_SURE, label=f"p < {LEVEL:g} after Holm")
    ax.plot(difference[~sure], places[~sure], **_UNSURE, label=unsure)
    ax.hlines(places, rows["low"], rows["high"], color=_SURE["color"], linewidth=1.2, label=bar)
    middle: style.Looks = {"transform": ax.get_yaxis_transform(), "ha": "center", "va": "center"}
    for place in places[rows["pairs"].to_numpy() == 0]:
        ax.text(0.5, place, "no pair", fontsize=style.SMALL, color=style.QUIET, **middle)
    ax.xaxis.set_major_locator(MaxNLocator(4))


def _unsure(rows: pd.DataFrame) -> str:
    """What an open mark means; of so few pairs that no p falls below the level, also that."""
    if (rows["p_least"] < LEVEL).any():
        return "may be chance"
    most, family = int(rows["pairs"].max()), int(rows["family"].max())
    few = "1 pair is too few" if most == 1 else f"{most} pairs are too few"
    together = f" for {family} comparisons" if family > 1 else ""
    return f"cannot be told from chance: {few}{together}"


def _pairs(rows: pd.DataFrame) -> str:
    least, most = int(rows["pairs"].min()), int(rows["pairs"].max())
    count = f"{most}" if least == most else f"{least}–{most}"
    return f"{count} pair{'s' * (most != 1)} of trials with the same seed"
