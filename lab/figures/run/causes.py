"""Why the weights of each layer learn slowly, while it trains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import marks, style, writing
from lab.figures.drawing.bands import Floats
from lab.figures.tables import Shown, checked, trial_mean

_COLOURS = [look.colour for look in style.categories(7)]
CAUSES = {
    "cause_input_low": ("input low", style.area(_COLOURS[6], "")),
    "cause_output_saturated": ("output saturated", style.area(_COLOURS[1], "////")),
    "cause_error_small": ("error small", style.area(_COLOURS[0], "....")),
    "cause_examples_apart": ("large on different examples", style.area(_COLOURS[3], "xxxx")),
    "cause_examples_cancel": ("examples cancel", style.area(_COLOURS[5], "\\\\\\\\")),
    "cause_nothing_left": ("nothing left to learn", style.area(style.HAIRLINE, "")),
}
"""In words, and how they look, from the bottom of the stack to its top."""


@dataclass(frozen=True)
class Causes(parts.Figure):
    """The share of weights with each cause of slow learning, stacked: a row a layer, a column a variant.

    The cause is the factor of |∂C/∂w| that lost most against its reference. Shares are the mean over the
    trials; readings without a finite trial are hatched in grey.
    """

    needs = ("layers",)

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers", *CAUSES)
        shown = Shown.of(tables, layers, most_layers=6, most_variants=6)
        matrix = shown.matrix(height=0.95, sharey="row")
        for name, rows in shown.variants.items():
            x, there, _ = trial_mean(rows, "cause_input_low", shown.time)
            shares = np.stack([trial_mean(rows, cause, shown.time)[2] for cause in CAUSES], axis=1)
            for layer, of_layer in zip(there, shares, strict=True):
                if layer in shown.layers:
                    _draw(matrix.axes[int(layer), name], x, of_layer)
        trials = layers["trial"].where(layers["cause_input_low"].notna()).groupby(layers["variant"]).nunique()
        return matrix.framed(
            shown.time,
            [writing.words(writing.trials_text(trials.tolist(), "mean")), *shown.left_out],
            shown.outcomes(),
            y="share of the weights, by what lost most of |∂C/∂w|",
        )


def _draw(ax: Axes, x: Floats, shares: Floats) -> None:
    """A stack that fills the panel; a single reading is widened to be seen."""
    if len(x) == 1:
        x, shares = np.array([x[0] - 0.5, x[0] + 0.5]), np.repeat(shares, 2, axis=1)
    marks.ground(ax, x, np.array([0.0, 1.0]))
    tops = np.cumsum(shares, axis=0)
    for top, share, (words, look) in zip(tops, shares, CAUSES.values(), strict=True):
        ax.fill_between(x, top - share, top, **look, label=words)
