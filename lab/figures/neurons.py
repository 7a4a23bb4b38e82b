"""Which neurons of a layer saturate, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from lab import parts
from lab.figures import panels, scales, style, writing
from lab.figures.bands import by_variant
from lab.figures.tables import checked, threshold
from lab.parts import Tables

_MOST_LAYERS = 6
_MOST_VARIANTS = 6


@dataclass(frozen=True)
class Neurons(parts.Figure):
    """Saturation, neuron by reading, of one trial: a row a layer, a column a variant, from 0 to 1 (dark).

    The saturation of a neuron is the share of its examples with |σ′(z)| < τ S, where S = sup |σ′|. The trial
    is the variant's first. What is missing, since the trial diverged or S is infinite, is hatched.
    """

    needs = ("neurons",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``neurons``, and from ``variants`` the threshold τ."""
        neurons = checked(
            tables, "neurons", "variant", "trial", "step", "epoch", "layer", "neuron", "saturation"
        )
        time, unit = scales.time_axis(neurons)
        variants = by_variant(neurons)
        names = list(variants)[:_MOST_VARIANTS]
        first = {name: variants[name]["trial"].min() for name in names}
        depths = sorted(neurons["layer"].unique())
        shown = panels.chosen(depths, _MOST_LAYERS)

        figure, cells = panels.matrix(len(shown), len(names), height=1.25, share_y=False)
        for column, name in enumerate(names):
            rows = variants[name][variants[name]["trial"] == first[name]]
            for row, layer in enumerate(shown):
                of_layer = rows[rows["layer"] == layer]
                if of_layer.empty:
                    cells[row][column].set_axis_off()
                else:
                    _draw(cells[row][column], of_layer, time)
        panels.label_cells(cells, [f"layer {layer}\nneuron" for layer in shown], unit)
        for axes in cells:
            axes[0].xaxis.set_major_locator(scales.whole_numbers())
        writing.captions(cells[0], names, [[f"trial {first[name]}"] for name in names])
        scale = ScalarMappable(Normalize(0, 1), style.SATURATION_MAP)
        bar = figure.colorbar(scale, ax=[ax for axes in cells for ax in axes], aspect=24, pad=0.02)
        bar.set_label(
            f"share of the neuron's examples\nwith |σ′(z)| < {threshold(tables)} sup|σ′|", fontsize=8
        )
        bar.outline.set_linewidth(0)
        writing.legend(
            figure,
            [
                *_hatch_entry(neurons),
                *writing.left_out(len(shown), len(depths), "layers"),
                *writing.left_out(len(names), len(variants), "variants"),
            ],
        )
        return figure


def _hatch_entry(neurons: pd.DataFrame) -> list[tuple[Rectangle | Line2D, str]]:
    """The legend's entry for what is missing, if anything is."""
    if neurons["saturation"].notna().all():
        return []
    patch = Rectangle((0, 0), 1, 1, facecolor="white", hatch="////", edgecolor=style.HATCH, linewidth=0)
    return [(patch, "missing")]


def _draw(ax: Axes, rows: pd.DataFrame, time: str) -> None:
    share = rows.pivot(index="neuron", columns=time, values="saturation")
    x = scales.cell_edges(share.columns.to_numpy(np.float64))
    y = scales.cell_edges(share.index.to_numpy(np.float64))
    corner, width, height = (x[0], y[0]), x[-1] - x[0], y[-1] - y[0]
    ax.add_patch(
        Rectangle(corner, width, height, facecolor="white", hatch="////", edgecolor=style.HATCH, linewidth=0)
    )
    values = share.to_numpy(np.float64)
    ax.pcolormesh(x, y, values, vmin=0, vmax=1, cmap=style.SATURATION_MAP, rasterized=True)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    ax.yaxis.set_major_locator(scales.whole_numbers())
    ax.grid(False)
