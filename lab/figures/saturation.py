"""How saturated each layer is while it trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lab import parts
from lab.figures import panels, scales, style, writing
from lab.figures.bands import Floats, by_variant, trial_mean
from lab.figures.tables import checked, outcomes, threshold
from lab.parts import Tables


@dataclass(frozen=True)
class Saturation(parts.Figure):
    """Saturation, layer by reading: one map a variant, the mean over its trials, from 0 (pale) to 1 (dark).

    Saturation is the share of (neuron, example) with |σ′(z)| < τ S, where S = sup |σ′|. Readings without a
    finite trial are hatched.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``, and from ``variants`` the threshold τ."""
        layers = checked(
            tables, "layers", "variant", "trial", "step", "epoch", "layer", "status", "saturation"
        )
        time, unit = scales.time_axis(layers)
        variants = by_variant(layers)
        deepest = int(layers["layer"].max())

        figure, axes = panels.grid(len(variants), height=min(max(0.3 * deepest, 1.8), 3.5))
        for ax, rows in zip(axes, variants.values(), strict=True):
            x, depth, share = _map(rows, time)
            extent = (x[0], 0.5), x[-1] - x[0], float(depth[-1]) - 0.5
            ax.add_patch(
                Rectangle(*extent, facecolor="white", hatch="////", edgecolor=style.HATCH, linewidth=0)
            )
            mesh = ax.pcolormesh(x, depth, share, vmin=0, vmax=1, cmap=style.SATURATION_MAP, rasterized=True)
            ax.set_xlim(x[0], x[-1])
            ax.set_ylim(0.5, deepest + 0.5)
            ax.yaxis.set_major_locator(scales.whole_numbers())
            ax.grid(False)
        writing.captions(axes, list(variants), [outcomes(tables, *variant) for variant in variants.items()])
        panels.label_axes(axes, unit, "layer")
        bar = figure.colorbar(mesh, ax=axes, aspect=18, pad=0.02)
        bar.set_label(f"share of (neuron, example)\nwith |σ′(z)| < {threshold(tables)} sup|σ′|", fontsize=8)
        bar.outline.set_linewidth(0)
        return figure


def _map(rows: pd.DataFrame, time: str) -> tuple[Floats, Floats, Floats]:
    """The edges of the cells in time and in depth, and the mean over the trials in each."""
    x, layers, share = trial_mean(rows, "saturation", time)
    return scales.cell_edges(x), np.append(layers - 0.5, layers[-1] + 0.5), share
