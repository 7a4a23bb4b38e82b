"""The measures of saturation side by side: what each of them says of the same layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.bands import Band
from lab.figures.tables import NotRecordedError, Shown, checked, over_layers, threshold

MEASURES = {
    "saturation": "saturation: share of (neuron, example) with |σ′| < {threshold} sup|σ′|",
    "saturated_neurons": "saturated_neurons: share saturated on 95 % of the examples",
    "dead_neurons": "dead_neurons: share with σ′ = 0 on all examples",
    "phi_b": "phi_b: how near their ends the outputs of a bounded σ are",
    "rank_share": "rank_share: directions for 99 % of the variance of a ÷ width",
}
"""Columns of ``layers`` that are called saturation somewhere, and what the legend says of each."""


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

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers")
        recorded = [name for name in MEASURES if name in layers and layers[name].notna().any()]
        if not recorded:
            raise NotRecordedError(f"none of {', '.join(MEASURES)} was recorded; see record.quantities")
        looks = dict(zip(MEASURES, style.categories(len(MEASURES)), strict=True))
        shown = Shown.of(tables, layers, most_layers=len(layers))
        shifts = marks.shifts(len(recorded), 0.08)

        multiples = panels.wrapped(shown.variants, height=2.5, label="share, at the last reading")
        trials = []
        for name, ax in multiples.axes.items():
            measured = {measure: _at_the_end(shown.variants[name], measure) for measure in recorded}
            for (measure, one), shift in zip(measured.items(), shifts, strict=True):
                label = MEASURES[measure].format(threshold=threshold(tables))
                marks.draw_points(ax, one, looks[measure].line(markersize=4), shift, label)
                trials.append(one.trials)
            if not any(len(one.x) for one in measured.values()):
                panels.nothing(ax, "no finite reading")
        multiples.first.set_ylim(-0.04, 1.04)
        scales.layer_axis(multiples.first, shown.layers)
        return multiples.framed("layer", [writing.trials_entry(trials, bars=True)])


def _at_the_end(rows: pd.DataFrame, measure: str) -> Band:
    """The measure at the last reading that has a finite value of it."""
    return over_layers(rows, measure, rows.loc[np.isfinite(rows[measure]), "step"].max())
