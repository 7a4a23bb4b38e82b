"""The learning speed of each layer while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.figures import predictions
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.bands import Band
from lab.figures.tables import Shown, checked

SPEED_LABEL = "learning speed ‖∂C/∂bˡ‖\n(cost per unit of bias)"
WEIGHT_SPEED_LABEL = "learning speed ‖∂C/∂wˡ‖\n(cost per unit of weight)"

_HEIGHT = 2.5
_MOST_NAMED = 16
"""Of more layers the legend names some."""

_AT_THE_START = 0.16
"""The share of a panel's width that the predictions take, which are of the start."""

_PREDICTED: style.Looks = {"linestyle": (0, (4, 2)), "linewidth": 1}


@dataclass(frozen=True)
class LearningSpeed(parts.Figure):
    """Learning speed ‖∂C/∂bˡ‖ of each layer over epochs: one panel a variant, one line a layer, log axis.

    Lines are medians over the trials, bands hold 90 % of them; a trial that diverged takes part until then.
    A median of exactly zero has no logarithm: it is a gap in the line, a tick on the floor of the panel, and
    a note above it. Where the table ``prediction`` is there, short dashed lines on the left are at the speeds
    predicted for the start, which are ratios: the last hidden layer's is set to what it measured at the
    first reading.
    Source of the quantity: Nielsen (2015), chapter 5.
    """

    needs = ("layers",)

    def draw(self, tables: parts.Tables) -> Figure:
        return speeds(tables, "learning_speed", SPEED_LABEL)


@dataclass(frozen=True)
class WeightSpeed(parts.Figure):
    """The same for the weights: ‖∂C/∂wˡ‖, which by BP4 also depends on the activations that feed them."""

    needs = ("layers",)

    def draw(self, tables: parts.Tables) -> Figure:
        return speeds(tables, "learning_speed_w", WEIGHT_SPEED_LABEL)


def speeds(tables: parts.Tables, quantity: str, label: str) -> Figure:
    """One panel a variant, one line a layer, of a learning speed of ``layers``, on a log axis."""
    shown = Shown.of(tables, checked(tables, "layers", quantity))
    looks = style.ramp(shown.layers)
    bands = shown.bands(quantity)
    lines = [one for of_variant in bands.values() for one in of_variant.values()]
    predicted = {
        name: predictions.levels(tables, name, quantity, {l: float(one.median[0]) for l, one in of.items()})
        for name, of in bands.items()
    }
    levels = [level for of_variant in predicted.values() for level in of_variant.values()]

    multiples = panels.wrapped(bands, height=_HEIGHT, label=label)
    scales.log_axis(multiples.first, [*(one.edges for one in lines), np.array(levels)])
    for name, ax in multiples.axes.items():
        for layer, level in predicted[name].items():
            ax.axhline(level, 0, _AT_THE_START, color=looks[layer].colour, zorder=1.5, **_PREDICTED)
        _draw_layers(ax, bands[name], looks)
    dashes = writing.line(predictions.LABEL, color=style.QUIET, **_PREDICTED)
    trials = writing.trials_entry([one.trials for one in lines])
    zeros = [_zero_notes(of_variant, shown.time) for of_variant in bands.values()]
    return multiples.framed(
        shown.time,
        [*([dashes] if levels else []), trials, *shown.left_out],
        [[*outcomes, *notes] for outcomes, notes in zip(shown.outcomes(), zeros, strict=True)],
    )


def _draw_layers(ax: Axes, bands: Mapping[int, Band], looks: Mapping[int, style.Look]) -> None:
    ends = []
    named = scales.chosen(list(looks), _MOST_NAMED)
    for layer, one in bands.items():
        look, visible = looks[layer], one.positive
        marks.draw_band(ax, visible, look, f"layer {layer}" if layer in named else "")
        marks.floor_marks(ax, one.x[one.median == 0], color=look.colour)
        if visible.drawable:
            last = np.flatnonzero(np.isfinite(visible.median))[-1]
            ends.append(marks.End(one.x[last], visible.median[last], str(layer), look.colour))
    if not any(one.drawable for one in bands.values()):
        panels.nothing(ax, "no finite reading")
    marks.end_labels(ax, ends, _HEIGHT)


def _zero_notes(bands: Mapping[int, Band], unit: str) -> list[str]:
    """One note for all layers of which the same is to be said."""
    layers: dict[str, list[int]] = {}
    for layer, one in bands.items():
        zero = one.median == 0
        if zero.any():
            layers.setdefault(writing.zeros_note(zero, one.x, unit), []).append(layer)
    return [f"{writing.layer_names(alike)}: {note}" for note, alike in layers.items()]
