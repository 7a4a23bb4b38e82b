"""How far the direction of a counterfactual's steps is from the gradient of C."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import marks, panels, style, writing
from lab.figures.tables import Shown, checked


@dataclass(frozen=True)
class GradientCosine(parts.Figure):
    """The cosine of what is trained along to the true gradient, a line a layer: a panel a variant.

    1 is the gradient itself, 0 a direction along which C does not change, below 0 one along which it grows.
    Lines are medians over the trials, bands hold 90 % of them. It is recorded of counterfactuals, whose σ′ is
    max(σ′, floor) on the way back.
    """

    needs = ("layers",)

    def draw(self, tables: parts.Tables) -> Figure:
        shown = Shown.of(tables, checked(tables, "layers", "gradient_cosine"))
        looks = style.ramp(shown.layers)
        bands = shown.bands("gradient_cosine")
        multiples = panels.wrapped(bands, height=2.2, label="cosine to the gradient of C")
        for name, ax in multiples.axes.items():
            ax.axhline(0, color=style.QUIET, linewidth=0.8)
            for layer, one in bands[name].items():
                marks.draw_band(ax, one, looks[layer], f"layer {layer}")
            if not any(one.drawable for one in bands[name].values()):
                panels.nothing(ax, "no finite reading")
        multiples.first.set_ylim(-1.05, 1.05)
        trials = [one.trials for of_variant in bands.values() for one in of_variant.values()]
        return multiples.framed(
            shown.time,
            [writing.trials_entry(trials), *shown.left_out],
            shown.outcomes(),
        )
