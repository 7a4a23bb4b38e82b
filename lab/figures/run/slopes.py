"""How the slopes σ′(z) of each layer are distributed while it trains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import marks, scales, style, writing
from lab.figures.drawing.bands import Band
from lab.figures.tables import Shown, checked, of_variants

_LOOK = style.categories(1)[0]


@dataclass(frozen=True)
class Slopes(parts.Figure):
    """The distribution of σ′(z) over neurons and examples: a row a layer, a column a variant, log axis.

    The line is the median slope, the band reaches from the 2nd to the 98th percentile (each of them the
    median over the trials). A median slope that is not above 0 is a mark on the floor of its panel. A dashed
    line is the floor inf σ′ of the hidden layers' activation, where that is above 0.
    """

    needs = ("layers",)

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers", "slope_p02", "slope_p50", "slope_p98")
        shown = Shown.of(tables, layers, most_layers=6, most_variants=6)
        low, middle, high = (shown.bands(name) for name in ("slope_p02", "slope_p50", "slope_p98"))
        spreads = {
            (layer, name): replace(one, low=low[name][layer].median, high=high[name][layer].median)
            for name, of_name in middle.items()
            for layer, one in of_name.items()
        }
        floors = {name: float(of_variants(tables, "inf_slope").get(name, nan)) for name in middle}

        matrix = shown.matrix(height=1.05, sharey="row")
        for layer in shown.layers:
            edges = [spread.edges for (at, _), spread in spreads.items() if at == layer]
            scales.log_axis(matrix.axes[layer, next(iter(middle))], [*edges, np.array(list(floors.values()))])
        for (layer, name), spread in spreads.items():
            ax, floor = matrix.axes[layer, name], floors[name]
            _draw(ax, spread)
            if floor > 0 and layer < shown.variants[name]["layer"].max():
                label = f"inf σ′ = {floor:.4g}" if layer == shown.layers[0] else ""
                marks.bound(ax, floor, label, below=True)
        trials = writing.trials_text([spread.trials for spread in spreads.values()])
        return matrix.framed(
            shown.time,
            [writing.words(trials), *shown.left_out],
            shown.outcomes(),
            y="slope σ′(z)",
        )


def _draw(ax: Axes, spread: Band) -> None:
    marks.draw_line(ax, spread.positive, _LOOK, "median slope over neurons and examples")
    marks.fill_band(ax, spread.positive, _LOOK.colour, "2nd to 98th percentile")
    hidden = spread.x[spread.median <= 0]
    marks.floor_marks(ax, hidden, "on the floor: a median slope of 0 or less", color=_LOOK.colour)
