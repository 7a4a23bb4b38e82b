"""Every variant against the first: mean differences over pairs of trials, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lab import parts
from lab.analysis.comparisons import comparisons
from lab.analysis.metrics import metric
from lab.analysis.statistics import LEVEL
from lab.figures import panels, style, writing
from lab.parts import Tables

_COLOUR = style.categories(1)[0].colour
_ROW = 0.24
"""Inches of a row."""


@dataclass(frozen=True)
class Comparisons(parts.Figure):
    """What each variant changes against the first: a row a variant, a panel a metric.

    A mark is the mean difference over the trials of the same seed, its bar the 95 % bootstrap interval; a
    filled mark is a difference with p < 0.05 by the sign-flip test, corrected after Holm over the rows of the
    panel. The rows are those of the run's table ``comparisons``. A single pair has a mark without a bar, and
    where there is none it is said. See `lab.analysis.comparisons`.
    """

    needs = ("trials", "steps", "layers", "variants")

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``trials``, ``steps``, ``layers`` and ``variants``."""
        told = _told(tables)
        first, *others = told
        if not others:
            return panels.blank("comparisons: there is one variant, and a comparison needs two")
        rows = comparisons(tables)
        names = list(rows["metric"].unique())
        if not names:
            return panels.blank("comparisons: no trial has a number to compare")
        places = np.arange(len(others))[::-1]

        figure = panels.sheet(1, len(names), width=2.3, height=_ROW * len(others) + 0.8)
        (axes,) = figure.subplots(1, len(names), sharey=True, squeeze=False)
        for ax, name in zip(axes, names, strict=True):
            _differences(ax, rows[rows["metric"] == name], places)
            unit = metric(name).unit
            ax.set_xlabel(f"Δ {name}\n({unit})" if unit else f"Δ {name}")
        axes[0].set_yticks(places, _with_unpaired(rows, told))
        axes[0].set_ylim(-0.7, len(others) - 0.3)
        for ax in axes:
            ax.tick_params(axis="y", length=0)
        entries: list[tuple[Artist, str]] = [
            (_mark(filled=True), f"p < {LEVEL:g} after Holm"),
            (_mark(filled=False), _unsure(rows)),
            (Line2D([], [], color=_COLOUR, linewidth=1.2), "95 % bootstrap interval of the mean difference"),
            (Line2D([], [], linestyle="none"), f"Δ: difference to {told[first]}, {_pairs_told(rows)}"),
        ]
        writing.legend(figure, entries)
        return figure


def _told(tables: Tables) -> dict[str, str]:
    """Each variant, with notes on its trials that did not finish."""
    by_variant = tables["trials"].groupby("variant", sort=False)
    return {str(name): "; ".join([str(name), *writing.outcomes(rows)]) for name, rows in by_variant}


def _differences(ax: Axes, rows: pd.DataFrame, places: np.ndarray) -> None:
    difference, low, high = (rows[name].to_numpy(np.float64) for name in ("difference", "low", "high"))
    sure = rows["p_holm"].to_numpy(np.float64) < LEVEL
    ax.axvline(0, color=style.QUIET, linewidth=0.8)
    ax.hlines(places, low, high, color=_COLOUR, linewidth=1.2)
    for filled in (False, True):
        here = sure == filled
        face = _COLOUR if filled else "white"
        ax.plot(difference[here], places[here], "o", color=_COLOUR, markerfacecolor=face, markersize=4.5)
    for place in places[rows["pairs"].to_numpy() == 0]:
        ax.annotate(
            "no pair",
            xy=(0.5, place),
            xycoords=ax.get_yaxis_transform(),
            ha="center",
            va="center",
            fontsize=style.SMALL,
            color=style.QUIET,
        )
    ax.xaxis.set_major_locator(MaxNLocator(4))


def _with_unpaired(rows: pd.DataFrame, told: dict[str, str]) -> list[str]:
    """The name of each row, with a note on what its trials do not share with those of the first."""
    of_one = rows.drop_duplicates("b")
    return [
        f"{told[name]}; {unpaired} not paired" if unpaired else told[name]
        for name, unpaired in zip(of_one["b"], of_one["unpaired"], strict=True)
    ]


def _unsure(rows: pd.DataFrame) -> str:
    """What an open mark means; of so few pairs that no p falls below the level, also that."""
    if (rows["p_least"] < LEVEL).any():
        return "may be chance"
    most, family = int(rows["pairs"].max()), int(rows["family"].max())
    few = "1 pair is too few" if most == 1 else f"{most} pairs are too few"
    together = f" for {family} comparisons" if family > 1 else ""
    return f"cannot be told from chance: {few}{together}"


def _pairs_told(rows: pd.DataFrame) -> str:
    least, most = int(rows["pairs"].min()), int(rows["pairs"].max())
    told = f"{most}" if least == most else f"{least}–{most}"
    return f"{told} pair{'s' * (most != 1)} of trials with the same seed"


def _mark(*, filled: bool) -> Line2D:
    face = _COLOUR if filled else "white"
    return Line2D([], [], color=_COLOUR, marker="o", linestyle="none", markerfacecolor=face, markersize=4.5)
