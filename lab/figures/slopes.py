"""How the slopes σ′(z) of each layer are distributed while it trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lab import parts
from lab.figures import marks, panels, scales, style, writing
from lab.figures.bands import Band, by_layer, by_variant, outline, positive, thinned
from lab.figures.tables import checked, of_variant, outcomes
from lab.parts import Tables

_MOST_LAYERS = 6
_MOST_VARIANTS = 6
_COLOUR = style.categories(1)[0].colour
_PERCENTILES = ("slope_p02", "slope_p50", "slope_p98")


@dataclass(frozen=True)
class Slopes(parts.Figure):
    """The distribution of σ′(z) over neurons and examples: a row a layer, a column a variant, log axis.

    The line is the median slope, the band reaches from the 2nd to the 98th percentile (each of them the
    median over the trials). A median slope that is not above 0 is a mark on the floor of its panel. A dashed
    line is the floor inf σ′ of the hidden layers' activation, where that is above 0.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``, and from ``variants`` the floor."""
        layers = checked(
            tables, "layers", "variant", "trial", "step", "epoch", "layer", "status", *_PERCENTILES
        )
        time, unit = scales.time_axis(layers)
        variants = by_variant(layers)
        names = list(variants)[:_MOST_VARIANTS]
        depths = sorted(layers["layer"].unique())
        shown = panels.chosen(depths, _MOST_LAYERS)
        spreads = {name: _spreads(variants[name], shown, time) for name in names}
        floors = {name: of_variant(tables, name, "inf_slope") for name in names}

        figure, cells = panels.matrix(len(shown), len(names), height=1.05, share_y=True)
        every = [one for of_name in spreads.values() for one in of_name.values()]
        for layer, axes in zip(shown, cells, strict=True):
            of_layer = [of_name[layer] for of_name in spreads.values() if layer in of_name]
            values = [edge for one in of_layer for edge in (one.low, one.median, one.high)]
            scales.log_axis(axes, np.concatenate([*values, list(floors.values())]))
        for column, name in enumerate(names):
            for row, layer in enumerate(shown):
                if layer in spreads[name]:
                    _draw(cells[row][column], spreads[name][layer])
                    if floors[name] > 0 and layer < variants[name]["layer"].max():
                        told = f"inf σ′ = {floors[name]:.4g}" if row == 0 else ""
                        marks.bound(cells[row][column], floors[name], told, below=True)
                else:
                    cells[row][column].set_axis_off()
        panels.label_cells(cells, [f"layer {layer}" for layer in shown], unit)
        for axes in cells:
            axes[0].xaxis.set_major_locator(scales.whole_numbers())
        writing.captions(cells[0], names, [outcomes(tables, name, variants[name]) for name in names])
        figure.supylabel("slope σ′(z)", fontsize=9)
        writing.legend(
            figure,
            [
                (Line2D([], [], color=_COLOUR), "median slope over neurons and examples"),
                (Patch(color=_COLOUR, alpha=style.BAND_OPACITY, linewidth=0), "2nd to 98th percentile"),
                *_floor_entry(every),
                (Line2D([], [], linestyle="none"), writing.trials_told([one.trials for one in every])),
                *writing.left_out(len(shown), len(depths), "layers"),
                *writing.left_out(len(names), len(variants), "variants"),
            ],
        )
        return figure


def _spreads(rows: pd.DataFrame, layers: Sequence[int], time: str) -> dict[int, Band]:
    """For each layer the three percentiles, each the median over the trials, as a band."""
    low, median, high = (by_layer(rows, layers, percentile, time) for percentile in _PERCENTILES)
    return {
        layer: Band(one.x, low[layer].median, one.median, high[layer].median, one.trials)
        for layer, one in median.items()
    }


def _floor_entry(spreads: Sequence[Band]) -> list[tuple[Artist, str]]:
    """The legend's entry for marks on the floor, if there are any."""
    if not any((spread.median <= 0).any() for spread in spreads):
        return []
    mark = Line2D([], [], color=_COLOUR, linestyle="none", marker="|")
    return [(mark, "on the floor: a median slope of 0 or less")]


def _draw(ax: Axes, spread: Band) -> None:
    visible = positive(spread)
    ax.plot(*outline(visible.x, visible.median), color=_COLOUR)
    x, low, high = thinned(visible.x, visible.low, visible.high)
    ax.fill_between(x, low, high, color=_COLOUR, alpha=style.BAND_OPACITY, linewidth=0)
    hidden = spread.median <= 0
    if hidden.any():
        marks.floor_marks(ax, spread.x[hidden], _COLOUR)
