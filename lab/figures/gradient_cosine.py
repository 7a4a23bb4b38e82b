"""How far the direction of a counterfactual's steps is from the gradient of C."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab import parts
from lab.figures import marks, panels, scales, style, writing
from lab.figures.bands import by_layer, by_variant
from lab.figures.tables import checked, outcomes
from lab.parts import Tables

_HEIGHT = 2.2


@dataclass(frozen=True)
class GradientCosine(parts.Figure):
    """The cosine of what is trained along to the true gradient, a line a layer: a panel a variant.

    1 is the gradient itself, 0 a direction along which C does not change, below 0 one along which it grows.
    Lines are medians over the trials, bands hold 90 % of them. It is recorded of counterfactuals, whose σ′ is
    max(σ′, floor) on the way back.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``."""
        layers = checked(
            tables, "layers", "variant", "trial", "step", "epoch", "layer", "status", "gradient_cosine"
        )
        time, unit = scales.time_axis(layers)
        depths = sorted(layers["layer"].unique())
        shown = panels.chosen(depths)
        looks = style.ramp(shown)
        variants = by_variant(layers)
        bands = {name: by_layer(rows, shown, "gradient_cosine", time) for name, rows in variants.items()}

        figure, axes = panels.grid(len(bands), height=_HEIGHT)
        for ax, of_variant in zip(axes, bands.values(), strict=True):
            ax.axhline(0, color=style.QUIET, linewidth=0.8)
            for layer, one in of_variant.items():
                marks.draw_band(ax, one, looks[layer])
            if not any(one.drawable for one in of_variant.values()):
                panels.nothing(ax, "no finite reading")
        axes[0].set_ylim(-1.05, 1.05)
        writing.captions(axes, list(variants), [outcomes(tables, *variant) for variant in variants.items()])
        panels.label_axes(axes, unit, "cosine to the gradient of C")
        lines = [one for of_variant in bands.values() for one in of_variant.values()]
        entries = [
            (Line2D([], [], color=looks[layer].colour, linestyle=looks[layer].dashes), f"layer {layer}")
            for layer in shown
        ]
        writing.legend(
            figure,
            [
                *entries,
                writing.trials_entry([one.trials for one in lines]),
                *writing.left_out(len(shown), len(depths), "layers"),
            ],
        )
        return figure
