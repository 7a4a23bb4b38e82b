"""Why the weights of each layer learn slowly, while it trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from lab import parts
from lab.figures import panels, scales, style, writing
from lab.figures.bands import Floats, by_variant, trial_mean
from lab.figures.tables import checked, outcomes
from lab.parts import Tables

_MOST_LAYERS = 6
_MOST_VARIANTS = 6

_COLOURS = [look.colour for look in style.categories(7)]
_LOOKS = {
    "cause_input_low": ("input low", _COLOURS[6], ""),
    "cause_output_saturated": ("output saturated", _COLOURS[1], "////"),
    "cause_error_small": ("error small", _COLOURS[0], "...."),
    "cause_examples_apart": ("large on different examples", _COLOURS[3], "xxxx"),
    "cause_examples_cancel": ("examples cancel", _COLOURS[5], "\\\\\\\\"),
    "cause_nothing_left": ("nothing left to learn", style.HAIRLINE, ""),
}
"""In words, a colour and a hatching, from the bottom of the stack to its top."""


@dataclass(frozen=True)
class Causes(parts.Figure):
    """The share of weights with each cause of slow learning, stacked: a row a layer, a column a variant.

    The cause is the factor of |∂C/∂w| that lost most against its reference. Shares are the mean over the
    trials; readings without a finite trial are hatched in grey.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``."""
        layers = checked(tables, "layers", "variant", "trial", "step", "epoch", "layer", "status", *_LOOKS)
        time, unit = scales.time_axis(layers)
        variants = by_variant(layers)
        names = list(variants)[:_MOST_VARIANTS]
        depths = sorted(layers["layer"].unique())
        shown = panels.chosen(depths, _MOST_LAYERS)

        figure, cells = panels.matrix(len(shown), len(names), height=0.95, share_y=True)
        for column, name in enumerate(names):
            found = {cause: trial_mean(variants[name], cause, time) for cause in _LOOKS}
            x, there, _ = found["cause_input_low"]
            for row, layer in enumerate(shown):
                ax = cells[row][column]
                if layer in there:
                    at = int(np.flatnonzero(there == layer)[0])
                    _draw(ax, x, {cause: share[at] for cause, (_, _, share) in found.items()})
                else:
                    ax.set_axis_off()
        panels.label_cells(cells, [f"layer {layer}" for layer in shown], unit)
        for axes in cells:
            axes[0].xaxis.set_major_locator(scales.whole_numbers())
        writing.captions(cells[0], names, [outcomes(tables, name, variants[name]) for name in names])
        figure.supylabel("share of the weights, by what lost most of |∂C/∂w|", fontsize=9)
        trials = [rows.loc[rows["cause_input_low"].notna(), "trial"].nunique() for rows in variants.values()]
        entries: list[tuple[Artist, str]] = [(_patch(cause), told) for cause, (told, *_) in _LOOKS.items()]
        mean = writing.trials_told(trials).replace("median", "mean")
        writing.legend(
            figure,
            [
                *entries,
                (Line2D([], [], linestyle="none"), mean),
                *writing.left_out(len(shown), len(depths), "layers"),
                *writing.left_out(len(names), len(variants), "variants"),
            ],
        )
        return figure


def _draw(ax: Axes, x: Floats, shares: dict[str, Floats]) -> None:
    """A stack that fills the panel; a single reading is widened to be seen."""
    if len(x) == 1:
        x = np.array([x[0] - 0.5, x[0] + 0.5])
        shares = {cause: np.repeat(share, 2) for cause, share in shares.items()}
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(0, 1)
    ground = Rectangle(
        (x[0], 0), x[-1] - x[0], 1, facecolor="white", hatch="////", edgecolor=style.HATCH, linewidth=0
    )
    ax.add_patch(ground)
    floor = np.zeros_like(x)
    for cause, share in shares.items():
        _, colour, hatch = _LOOKS[cause]
        top = floor + share
        ax.fill_between(x, floor, top, facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0)
        floor = top


def _patch(cause: str) -> Patch:
    _, colour, hatch = _LOOKS[cause]
    return Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0)
