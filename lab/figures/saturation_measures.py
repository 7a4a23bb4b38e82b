"""The measures of saturation side by side: what each of them says of the same layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab import parts
from lab.figures import panels, style, writing
from lab.figures.bands import Band, band, by_variant
from lab.figures.tables import NotRecordedError, checked, threshold
from lab.parts import Tables

MEASURES = {
    "saturation": "saturation: share of (neuron, example) with |σ′| < {threshold} sup|σ′|",
    "saturated_neurons": "saturated_neurons: share saturated on 95 % of the examples",
    "dead_neurons": "dead_neurons: share with σ′ = 0 on all examples",
    "phi_b": "phi_b: how near their ends the outputs of a bounded σ are",
    "rank_share": "rank_share: directions for 99 % of the variance of a ÷ width",
}
"""Columns of ``layers`` that are called saturation somewhere, and what the legend says of each."""

_DODGE = 0.08


@dataclass(frozen=True)
class SaturationMeasures(parts.Figure):
    """Every measure of saturation that was recorded, over the layers, at the last reading: a panel a variant.

    Points are medians over the trials, bars hold 90 % of them. They need not agree: a sigmoid's activations
    may crowd at both ends (phi_b near 1) on each example while no neuron is saturated on all of them, and
    ``rank_share``, which others call the saturation of a layer, tells of directions and not of σ′.
    Sources: Rakitianskaia & Engelbrecht, *Measuring saturation in neural networks* (2015), for phi_b;
    Richter, Shenk et al., *Feature space saturation during training* (2020), for rank_share.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``, and from ``variants`` the threshold. Raises NotRecordedError."""
        layers = checked(tables, "layers", "variant", "trial", "step", "layer")
        recorded = [name for name in MEASURES if name in layers and layers[name].notna().any()]
        if not recorded:
            raise NotRecordedError(f"none of {', '.join(MEASURES)} was recorded; see record.quantities")
        looks = dict(zip(MEASURES, style.categories(len(MEASURES)), strict=True))
        readings = {
            variant: {name: _at_the_end(rows, name) for name in recorded}
            for variant, rows in by_variant(layers).items()
        }
        figure, axes = panels.grid(len(readings), height=2.5)
        for ax, of_variant in zip(axes, readings.values(), strict=True):
            _draw(ax, of_variant, looks)
        shown = panels.ticks(sorted(map(int, layers["layer"].unique())))
        panels.label_axes(axes, "layer", "share, at the last reading")
        axes[0].set_ylim(-0.04, 1.04)
        axes[0].set_xlim(layers["layer"].min() - 0.5, layers["layer"].max() + 0.5)
        axes[0].set_xticks(shown)
        writing.captions(axes, list(readings))
        trials = [one.trials for of_variant in readings.values() for one in of_variant.values()]
        entries: list[tuple[Artist, str]] = [
            (_handle(looks[name]), MEASURES[name].format(threshold=threshold(tables))) for name in recorded
        ]
        writing.legend(figure, [*entries, writing.trials_entry(trials, bars=True)])
        return figure


def _at_the_end(rows: pd.DataFrame, quantity: str) -> Band:
    """The band of each layer (``x``) at the last reading that has a finite value of the quantity."""
    finite = rows[np.isfinite(rows[quantity])]
    last = finite[finite["step"] == finite["step"].max()]
    return band(last.assign(step=last["layer"]), quantity, "layer")


def _draw(ax: Axes, readings: Mapping[str, Band], looks: Mapping[str, style.Look]) -> None:
    for place, (name, reading) in enumerate(readings.items()):
        shift = _DODGE * (place - (len(readings) - 1) / 2)
        handle = _handle(looks[name])
        handle.set_data(reading.x + shift, reading.median)
        ax.add_line(handle)
        if reading.trials > 1:
            ax.vlines(reading.x + shift, reading.low, reading.high, color=looks[name].colour, linewidth=0.9)
    if not any(len(reading.x) for reading in readings.values()):
        panels.nothing(ax, "no finite reading")


def _handle(look: style.Look) -> Line2D:
    return Line2D([], [], color=look.colour, marker=look.marker, markersize=4, linestyle=look.dashes)
