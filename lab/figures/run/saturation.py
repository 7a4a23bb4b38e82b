"""How saturated each layer is while it trains."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import marks, panels, scales
from lab.figures.tables import Shown, checked, threshold, trial_mean


@dataclass(frozen=True)
class Saturation(parts.Figure):
    """Saturation, layer by reading: one map a variant, the mean over its trials, from 0 (pale) to 1 (dark).

    Saturation is the share of (neuron, example) with |σ′(z)| < τ S, where S = sup |σ′|. Readings without a
    finite trial are hatched.
    """

    needs = ("layers",)

    def draw(self, tables: parts.Tables) -> Figure:
        shown = Shown.of(tables, checked(tables, "layers", "saturation"))
        deepest = shown.layers[-1]
        height = min(max(0.3 * deepest, 1.8), 3.5)
        multiples = panels.wrapped(shown.variants, height=height, label="layer")
        for name, ax in multiples.axes.items():
            x, layers, share = trial_mean(shown.variants[name], "saturation", shown.time)
            marks.draw_map(ax, scales.cell_edges(x), scales.cell_edges(layers), share)
        multiples.first.set_ylim(0.5, deepest + 0.5)
        figure = multiples.framed(shown.time, notes=shown.outcomes())
        marks.map_scale(figure, f"share of (neuron, example)\nwith |σ′(z)| < {threshold(tables)} sup|σ′|")
        return figure
