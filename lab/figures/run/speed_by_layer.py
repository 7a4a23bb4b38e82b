"""The learning speed by layer, when training starts and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.figures import predictions
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.bands import Band
from lab.figures.run.learning_speed import SPEED_LABEL
from lab.figures.tables import Shown, checked, over_layers

_MOST_TOGETHER = 8
"""So many variants share a panel; more get further panels."""

_DISTANCE = 0.06
"""How far neighbouring variants stand apart, in layers, so that their bars do not hide each other."""

_DASH: style.Looks = {"marker": "_", "markersize": 9, "markeredgewidth": 1.2, "linestyle": "none"}
"""How a predicted speed looks."""


@dataclass(frozen=True)
class SpeedByLayer(parts.Figure):
    """Learning speed ‖∂C/∂bˡ‖ over the layers, all variants: first reading (open, dashed) and last (filled).

    Points are medians over the trials, bars hold 90 % of them. The last reading of a variant is the last one
    with a finite trial; the legend says when it was if it is not the run's last. A median of exactly zero has
    no logarithm: it is a mark on the floor of the panel. Where the table ``prediction`` is there, dashes are
    at the speeds predicted for the start: ratios, of which the last hidden layer's is set to its first
    reading.
    """

    needs = ("layers",)

    def draw(self, tables: parts.Tables) -> Figure:
        shown = Shown.of(tables, checked(tables, "layers", "learning_speed"))
        profiles = {name: _profile(tables, name, rows, shown) for name, rows in shown.variants.items()}
        looks = dict(zip(profiles, style.categories(len(profiles)), strict=True))
        names = list(profiles)
        groups = [names[start : start + _MOST_TOGETHER] for start in range(0, len(names), _MOST_TOGETHER)]
        readings = [one for profile in profiles.values() for one in (profile.first, profile.last)]

        multiples = panels.wrapped(range(len(groups)), height=3.2, label=SPEED_LABEL, titled=False)
        scales.log_axis(multiples.first, [one.edges for one in readings])
        for ax, group in zip(multiples.axes.values(), groups, strict=True):
            for name, shift in zip(group, marks.shifts(len(group), _DISTANCE), strict=True):
                _draw(ax, profiles[name], looks[name], shift)
        scales.layer_axis(multiples.first, shown.layers)

        end = shown.rows[shown.time].max()
        early = {name: one.at for name, one in profiles.items() if one.at < end}
        late = {name: f"{name} (last reading: {shown.time} {at:.4g})" for name, at in early.items()}
        quiet = style.Look(style.QUIET, "o", style.SOLID)
        more = [writing.line(late.get(name, name), **_last(look)) for name, look in looks.items()]
        more += [writing.line("first reading", **_first(quiet)), writing.line("last reading", **_last(quiet))]
        more.append(writing.trials_entry([one.first.trials for one in profiles.values()], bars=True))
        if any((reading.median == 0).any() for reading in readings):
            more.append(writing.words("a mark on the floor: zero"))
        if any(one.predicted for one in profiles.values()):
            more.append(writing.line(predictions.LABEL, color=style.QUIET, **_DASH))
        return multiples.framed("layer", more)


class _Profile(NamedTuple):
    """The first and the last finite reading of a variant, by layer, when the last was, and the speeds that
    were predicted for the start, by layer.
    """

    first: Band
    last: Band
    at: float
    predicted: dict[int, float]


def _profile(tables: parts.Tables, variant: str, rows: pd.DataFrame, shown: Shown) -> _Profile:
    rows = rows[rows["layer"].isin(shown.layers)]
    finite = rows[np.isfinite(rows["learning_speed"])]
    steps = (finite if len(finite) else rows.head(1))["step"]
    first, last = (over_layers(rows, "learning_speed", step) for step in (steps.min(), steps.max()))
    at_start = dict(zip(map(int, first.x), map(float, first.median), strict=True))
    predicted = predictions.levels(tables, variant, "learning_speed", at_start)
    at = rows.loc[rows["step"] == steps.max(), shown.time].iloc[0]
    return _Profile(first, last, float(at), predicted)


def _draw(ax: Axes, profile: _Profile, look: style.Look, shift: float) -> None:
    for reading, looks in ((profile.first, _first(look)), (profile.last, _last(look))):
        marks.draw_points(ax, reading.positive, looks, shift)
        marks.floor_marks(ax, reading.x[reading.median == 0] + shift, **looks)
    layers, levels = np.array(list(profile.predicted)), list(profile.predicted.values())
    ax.plot(layers + shift, levels, color=look.colour, **_DASH)


def _first(look: style.Look) -> style.Looks:
    return look.line(linestyle="--", markerfacecolor="white")


def _last(look: style.Look) -> style.Looks:
    return look.line(linestyle="-")
