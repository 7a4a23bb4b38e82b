"""Where the weighted inputs z of each layer lie on the slope σ′ of its activation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import panels, style
from lab.figures.drawing.bands import Floats
from lab.figures.tables import Shown, checked, of_variants, threshold

_BINS = 60
_TAIL = 0.001
"""The share of the examples that may lie beyond either end of the z axis."""

_AT_LEAST = 3.0
"""The z axis reaches at least so far to both sides, so that σ′ has a shape."""

_LAST: style.Looks = {"color": style.categories(1)[0].colour, "alpha": 0.45}
_FIRST: style.Looks = {"color": style.INK, "linestyle": (0, (2, 1)), "linewidth": 0.8}
_SATURATED = "#eeeeee"


@dataclass(frozen=True)
class ZDistribution(parts.Figure):
    """The distribution of z, filled for the last reading and dashed for the first, with σ′(z) drawn over it.

    A row a layer, a column a variant; all trials together. Where |σ′(z)| < τ S, S = sup |σ′| of the curve,
    the ground is grey: examples there are saturated. Densities are to each panel's own height.
    """

    needs = ("histograms",)

    def draw(self, tables: parts.Tables) -> Figure:
        histograms = checked(tables, "histograms", "low", "high", "count")
        counted = histograms[(histograms["count"] > 0) & (histograms["low"] < histograms["high"])]
        if counted.empty:
            return panels.blank("z_distribution: the histograms are empty")
        shown = Shown.of(tables, counted, most_layers=6, most_variants=6)
        steps = [rows["step"] for rows in shown.variants.values()]
        last_label = f"last reading{_at(map(max, steps))}, to its own height"
        first_label = f"first reading{_at(map(min, steps))}"
        saturated = f"saturated: |σ′(z)| < {threshold(tables)} sup|σ′|"
        matrix = shown.matrix(height=1.05)
        for name, rows in shown.variants.items():
            first, last = rows["step"].min(), rows["step"].max()
            edges = np.linspace(*_reach(rows[rows["step"].isin((first, last))]), _BINS + 1)
            tau = float(of_variants(tables, "saturation_threshold").get(name, nan))
            for layer in shown.layers:
                ax, here = matrix.axes[layer, name], rows[rows["layer"] == layer]
                ax.set_yticks([])
                if here.empty:
                    continue
                after, before = (density(here[here["step"] == step], edges) for step in (last, first))
                ax.stairs(after, edges, fill=True, label=last_label, **_LAST)
                if first < last:
                    ax.stairs(before, edges, label=first_label, **_FIRST)
                ax.set_ylim(bottom=0)
                ax.set_xlim(edges[0], edges[-1])
                _draw_slope(ax, *_curve(tables, name, layer), tau, saturated)
        return matrix.framed("z", shown.left_out, y="density of z")


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


def _curve(tables: parts.Tables, variant: str, layer: int) -> tuple[Floats, Floats]:
    """Points z and slopes σ′(z) of one layer; empty where the run has no curves."""
    if "curves" not in tables:
        return np.empty(0), np.empty(0)
    curves = checked(tables, "curves", "z", "slope")
    rows = curves[(curves["variant"] == variant) & (curves["layer"] == layer)].sort_values("z")
    return rows["z"].to_numpy(dtype=np.float64), rows["slope"].to_numpy(dtype=np.float64)


def _draw_slope(ax: Axes, z: Floats, slope: Floats, tau: float, label: str) -> None:
    if not z.size:
        return
    known = slope[np.isfinite(slope)]
    steepest = float(np.abs(known).max(initial=0)) or 1.0
    saturated = np.abs(slope) < tau * steepest
    area: style.Looks = {"facecolor": _SATURATED, "linewidth": 0, "zorder": 0, "label": label}
    ax.fill_between(z, 0, 1, where=saturated, transform=ax.get_xaxis_transform(), **area)
    right = ax.twinx()
    right.plot(z, slope, color=style.ACCENT, linewidth=1.1, label="σ′(z), axis on the right")
    right.set_ylim(min(0.0, 1.15 * float(known.min(initial=0))), 1.15 * steepest)
    right.set_yticks([0, steepest], labels=["0", f"{steepest:.3g}"], fontsize=style.SMALL, color=style.ACCENT)
    right.tick_params(axis="y", length=2)
    right.grid(False)


def _at(steps: Iterable[int]) -> str:
    """Where all variants have a reading at the same step, that step."""
    different = set(steps)
    return f" (step {different.pop()})" if len(different) == 1 else ""
