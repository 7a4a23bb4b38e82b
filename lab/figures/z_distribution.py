"""Where the weighted inputs z of each layer lie on the slope σ′ of its activation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lab import parts
from lab.figures import panels, style, writing
from lab.figures.bands import Floats, by_variant
from lab.figures.tables import checked, of_variant, threshold
from lab.parts import Tables

_MOST_LAYERS = 6
_MOST_VARIANTS = 6
_BINS = 60
_TAIL = 0.001
"""The share of the examples that may lie beyond either end of the z axis."""

_AT_LEAST = 3.0
"""The z axis reaches at least so far to both sides, so that σ′ has a shape."""

_COLOUR = style.categories(1)[0].colour
_SHADE = "#eeeeee"


@dataclass(frozen=True)
class ZDistribution(parts.Figure):
    """The distribution of z, filled for the last reading and dashed for the first, with σ′(z) drawn over it.

    A row a layer, a column a variant; all trials together. Where |σ′(z)| < τ S, S = sup |σ′| of the curve,
    the ground is grey: examples there are saturated. Densities are to each panel's own height.
    """

    needs = ("histograms",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``histograms``; slopes are from ``curves``, the threshold τ from ``variants``."""
        histograms = checked(
            tables, "histograms", "variant", "trial", "step", "layer", "low", "high", "count"
        )
        variants = by_variant(
            histograms[(histograms["count"] > 0) & (histograms["low"] < histograms["high"])]
        )
        if not variants:
            return panels.blank("z_distribution: the histograms are empty")
        names = list(variants)[:_MOST_VARIANTS]
        depths = sorted(histograms["layer"].unique())
        shown = panels.chosen(depths, _MOST_LAYERS)

        figure, cells = panels.matrix(len(shown), len(names), height=1.05, share_y=False)
        for column, name in enumerate(names):
            rows = variants[name]
            first, last = rows["step"].min(), rows["step"].max()
            edges = np.linspace(*_reach(rows[rows["step"].isin((first, last))]), _BINS + 1)
            tau = of_variant(tables, name, "saturation_threshold")
            for row, layer in enumerate(shown):
                ax, here = cells[row][column], rows[rows["layer"] == layer]
                ax.set_yticks([])
                if here.empty:
                    ax.set_axis_off()
                    continue
                ax.stairs(
                    density(here[here["step"] == last], edges), edges, fill=True, color=_COLOUR, alpha=0.45
                )
                if first < last:
                    before = density(here[here["step"] == first], edges)
                    ax.stairs(before, edges, color=style.INK, linestyle=(0, (2, 1)), linewidth=0.8)
                ax.set_ylim(bottom=0)
                ax.set_xlim(edges[0], edges[-1])
                _draw_slope(ax, _curve(tables, name, layer), tau)
        panels.label_cells(cells, [f"layer {layer}" for layer in shown], "z")
        writing.captions(cells[0], names)
        figure.supylabel("density of z", fontsize=9)
        writing.legend(
            figure,
            [
                *_entries({name: variants[name] for name in names}, threshold(tables)),
                *writing.left_out(len(shown), len(depths), "layers"),
                *writing.left_out(len(names), len(variants), "variants"),
            ],
        )
        return figure


def density(rows: pd.DataFrame, edges: Floats) -> Floats:
    """The density of z between ``edges``, of histograms that need not share their bins.

    What a bin counts is taken as spread evenly over it; the whole has area 1, what lies outside included.
    """
    low, high, count = (rows[column].to_numpy(dtype=np.float64) for column in ("low", "high", "count"))
    share = np.clip((edges[:, np.newaxis] - low) / (high - low), 0, 1)
    below = share @ count / count.sum() if count.size else np.zeros_like(edges)
    return np.diff(below) / np.diff(edges)


def _reach(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of the z axis: what holds nearly all examples, and at least the middle of σ′."""
    ordered = rows.sort_values("low")
    share = ordered["count"].to_numpy(dtype=np.float64).cumsum() / ordered["count"].sum()
    low = ordered["low"].to_numpy()[np.searchsorted(share, _TAIL)]
    high = ordered["high"].to_numpy()[np.searchsorted(share, 1 - _TAIL)]
    return min(float(low), -_AT_LEAST), max(float(high), _AT_LEAST)


def _curve(tables: Tables, variant: str, layer: int) -> tuple[Floats, Floats]:
    """Points z and slopes σ′(z) of one layer; empty where the run has no curves."""
    if "curves" not in tables:
        return np.empty(0), np.empty(0)
    curves = checked(tables, "curves", "variant", "layer", "z", "slope")
    rows = curves[(curves["variant"] == variant) & (curves["layer"] == layer)].sort_values("z")
    return rows["z"].to_numpy(dtype=np.float64), rows["slope"].to_numpy(dtype=np.float64)


def _draw_slope(ax: Axes, curve: tuple[Floats, Floats], tau: float) -> None:
    z, slope = curve
    if not z.size:
        return
    known = np.isfinite(slope)
    steepest = float(np.abs(slope[known]).max(initial=0)) or 1.0
    saturated = np.abs(slope) < tau * steepest
    ax.fill_between(
        z, 0, 1, where=saturated, transform=ax.get_xaxis_transform(), color=_SHADE, linewidth=0, zorder=0
    )
    right = ax.twinx()
    right.plot(z, slope, color=style.ACCENT, linewidth=1.1)
    right.set_ylim(min(0.0, 1.15 * float(slope[known].min(initial=0))), 1.15 * steepest)
    right.set_yticks([0, steepest], labels=["0", f"{steepest:.3g}"], fontsize=style.SMALL, color=style.ACCENT)
    right.tick_params(axis="y", length=2)
    right.grid(False)


def _entries(variants: dict[str, pd.DataFrame], tau: str) -> list[tuple[Artist, str]]:
    def told(steps: set[int]) -> str:
        return f" (step {steps.pop()})" if len(steps) == 1 else ""

    first = told({int(rows["step"].min()) for rows in variants.values()})
    last = told({int(rows["step"].max()) for rows in variants.values()})
    return [
        (Patch(color=_COLOUR, alpha=0.45, linewidth=0), f"last reading{last}, to its own height"),
        (Line2D([], [], color=style.INK, linestyle=(0, (2, 1)), linewidth=0.8), f"first reading{first}"),
        (Line2D([], [], color=style.ACCENT, linewidth=1.1), "σ′(z), axis on the right"),
        (Patch(color=_SHADE), f"saturated: |σ′(z)| < {tau} sup|σ′|"),
    ]
