"""The learning speed of each layer while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab import parts
from lab.figures import expected, marks, panels, scales, style, writing
from lab.figures.bands import Band, by_layer, by_variant, positive
from lab.figures.tables import checked, outcomes
from lab.parts import Tables

SPEED_LABEL = "learning speed ‖∂C/∂bˡ‖\n(cost per unit of bias)"
WEIGHT_SPEED_LABEL = "learning speed ‖∂C/∂wˡ‖\n(cost per unit of weight)"

_PANEL_HEIGHT = 2.5
_MOST_NAMED = 16
"""Of more layers the legend names some."""

_AT_THE_START = 0.16
"""The share of a panel's width that the predictions take, which are of the start."""


@dataclass(frozen=True)
class LearningSpeed(parts.Figure):
    """Learning speed ‖∂C/∂bˡ‖ of each layer over epochs: one panel a variant, one line a layer, log axis.

    Lines are medians over the trials, bands hold 90 % of them; a trial that diverged takes part until then.
    A median of exactly zero has no logarithm: it is a gap in the line, a tick on the floor of the panel, and
    a note above it. Where the table ``prediction`` is there, short dashed lines on the left tell the speeds
    predicted for the start, which are ratios: the last hidden layer's is set to what it measured at the
    first reading.
    Source of the quantity: Nielsen (2015), chapter 5.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``."""
        return speeds(tables, "learning_speed", SPEED_LABEL)


@dataclass(frozen=True)
class WeightSpeed(parts.Figure):
    """The same for the weights: ‖∂C/∂wˡ‖, which by BP4 also depends on the activations that feed them."""

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``."""
        return speeds(tables, "learning_speed_w", WEIGHT_SPEED_LABEL)


def speeds(tables: Tables, quantity: str, label: str) -> Figure:
    """One panel a variant, one line a layer, of a learning speed of ``layers``, on a log axis."""
    layers = checked(tables, "layers", "variant", "trial", "step", "epoch", "layer", "status", quantity)
    time, unit = scales.time_axis(layers)
    depths = sorted(layers["layer"].unique())
    shown = panels.chosen(depths)
    looks = style.ramp(shown)
    variants = by_variant(layers)
    bands = {variant: by_layer(rows, shown, quantity, time) for variant, rows in variants.items()}
    lines = [one for of_variant in bands.values() for one in of_variant.values()]

    predicted = {
        name: expected.levels(
            tables, name, quantity, {layer: float(one.median[0]) for layer, one in of.items()}
        )
        for name, of in bands.items()
    }
    levels = [level for of_variant in predicted.values() for level in of_variant.values()]

    figure, axes = panels.grid(len(bands), height=_PANEL_HEIGHT)
    edges = [edge for one in lines for edge in (one.low, one.median, one.high)]
    scales.log_axis(axes, np.concatenate([*edges, np.array(levels, dtype=np.float64)]))
    for ax, (name, of_variant) in zip(axes, bands.items(), strict=True):
        for layer, level in predicted[name].items():
            ax.axhline(
                level,
                0,
                _AT_THE_START,
                color=looks[layer].colour,
                linestyle=expected.DASHES,
                linewidth=1,
                zorder=1.5,
            )
        _draw_layers(ax, of_variant, looks)
    notes = [
        [*outcomes(tables, variant, rows), *_zero_notes(bands[variant], unit)]
        for variant, rows in variants.items()
    ]
    writing.captions(axes, list(variants), notes)
    panels.label_axes(axes, unit, label)
    entries = [
        (Line2D([], [], color=looks[layer].colour, linestyle=looks[layer].dashes), f"layer {layer}")
        for layer in panels.chosen(shown, _MOST_NAMED)
    ]
    writing.legend(
        figure,
        [
            *entries,
            *([expected.ENTRY] if levels else []),
            writing.trials_entry([one.trials for one in lines]),
            *writing.left_out(len(shown), len(depths), "layers"),
        ],
    )
    return figure


def _draw_layers(ax: Axes, bands: Mapping[int, Band], looks: Mapping[int, style.Look]) -> None:
    ends = []
    for layer, one in bands.items():
        look = looks[layer]
        visible = positive(one)
        marks.draw_band(ax, visible, look)
        zero = one.median == 0
        if zero.any():
            marks.floor_marks(ax, one.x[zero], look.colour)
        if visible.drawable:
            last = np.flatnonzero(np.isfinite(visible.median))[-1]
            ends.append(marks.End(one.x[last], visible.median[last], str(layer), look.colour))
    if not any(one.drawable for one in bands.values()):
        panels.nothing(ax, "no finite reading")
    marks.end_labels(ax, ends, _PANEL_HEIGHT)


def _zero_notes(bands: Mapping[int, Band], unit: str) -> list[str]:
    """One note for all layers of which the same is to be said."""
    layers: dict[str, list[int]] = {}
    for layer, one in bands.items():
        zero = one.median == 0
        if zero.any():
            layers.setdefault(writing.zeros_note(zero, one.x, unit), []).append(layer)
    return [f"{writing.layer_names(alike)}: {note}" for note, alike in layers.items()]
