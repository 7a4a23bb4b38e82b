"""Which neurons of a layer saturate, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lab import parts
from lab.figures.drawing import marks, scales, style
from lab.figures.tables import Shown, checked, threshold


@dataclass(frozen=True)
class Neurons(parts.Figure):
    """Saturation, neuron by reading, of one trial: a row a layer, a column a variant, from 0 to 1 (dark).

    The saturation of a neuron is the share of its examples with |σ′(z)| < τ S, where S = sup |σ′|. The trial
    is the variant's first. What is missing, since the trial diverged or S is infinite, is hatched.
    """

    needs = ("neurons",)

    def draw(self, tables: parts.Tables) -> Figure:
        neurons = checked(tables, "neurons", "saturation")
        shown = Shown.of(tables, neurons, most_layers=6, most_variants=6)
        first = {name: rows["trial"].min() for name, rows in shown.variants.items()}
        matrix = shown.matrix(height=1.25)
        for (layer, name), ax in matrix.axes.items():
            rows = shown.variants[name]
            here = rows[(rows["trial"] == first[name]) & (rows["layer"] == layer)]
            if len(here):
                share = here.pivot(index="neuron", columns=shown.time, values="saturation")
                x, y = (scales.cell_edges(axis.to_numpy(np.float64)) for axis in (share.columns, share.index))
                marks.draw_map(ax, x, y, share.to_numpy(np.float64))
        missing = [] if neurons["saturation"].notna().all() else [(Patch(**style.MISSING), "missing")]
        notes = [[f"trial {trial}"] for trial in first.values()]
        figure = matrix.framed(shown.time, [*missing, *shown.left_out], notes, y="neuron")
        marks.map_scale(figure, f"share of the neuron's examples\nwith |σ′(z)| < {threshold(tables)} sup|σ′|")
        return figure
