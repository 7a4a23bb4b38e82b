"""The learning speed by layer, when training starts and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab import parts
from lab.figures import expected, marks, panels, scales, style, writing
from lab.figures.bands import Band, by_layer, by_variant, positive
from lab.figures.learning_speed import SPEED_LABEL
from lab.figures.tables import checked
from lab.parts import Tables

_MOST_TOGETHER = 8
"""So many variants share a panel; more get further panels."""

_DODGE = 0.06
"""How far neighbouring variants stand apart, in layers, so that their bars do not hide each other."""


@dataclass(frozen=True)
class SpeedByLayer(parts.Figure):
    """Learning speed ‖∂C/∂bˡ‖ over the layers, all variants: first reading (open, dashed) and last (filled).

    Points are medians over the trials, bars hold 90 % of them. The last reading of a variant is the last one
    with a finite trial; the legend tells it where it is not the run's last. A median of exactly zero has no
    logarithm: it is a mark on the floor of the panel. Where the table ``prediction`` is there, dashes tell
    the speeds predicted for the start: ratios, of which the last hidden layer's is set to its first reading.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``."""
        layers = checked(tables, "layers", "variant", "trial", "step", "epoch", "layer", "learning_speed")
        time, unit = scales.time_axis(layers)
        shown = panels.chosen(sorted(layers["layer"].unique()))
        profiles = {
            variant: _profile(by_layer(rows, shown, "learning_speed", time))
            for variant, rows in by_variant(layers).items()
        }
        looks = dict(zip(profiles, style.categories(len(profiles)), strict=True))
        names = list(profiles)
        groups = [names[start : start + _MOST_TOGETHER] for start in range(0, len(names), _MOST_TOGETHER)]
        readings = [one for profile in profiles.values() for one in (profile.first, profile.last)]
        predicted = {name: _predicted(tables, name, profile.first) for name, profile in profiles.items()}

        figure, axes = panels.grid(len(groups), height=3.2)
        scales.log_axis(
            axes, np.concatenate([edge for one in readings for edge in (one.low, one.median, one.high)])
        )
        for ax, group in zip(axes, groups, strict=True):
            for place, variant in enumerate(group):
                shift = _DODGE * (place - (len(group) - 1) / 2)
                _draw_reading(ax, profiles[variant].first, shift, looks[variant], filled=False)
                _draw_reading(ax, profiles[variant].last, shift, looks[variant], filled=True)
                _draw_predicted(ax, predicted[variant], shift, looks[variant])
        panels.label_axes(axes, "layer", SPEED_LABEL)
        for ax in axes:
            ax.set_xlim(shown[0] - 0.5, shown[-1] + 0.5)
            ax.set_xticks(panels.ticks(shown))
        entries = _entries(profiles, looks, float(layers[time].max()), unit)
        if any(predicted.values()):
            entries.append((_dash(style.QUIET), "predicted for the start, from the last hidden layer"))
        writing.legend(figure, entries)
        return figure


@dataclass(frozen=True)
class _Profile:
    """The first and the last finite reading of a variant, over its layers (``x``), and when the last was."""

    first: Band
    last: Band
    at: float


def _profile(bands: Mapping[int, Band]) -> _Profile:
    medians = np.array([one.median for one in bands.values()])
    readings = np.flatnonzero(np.isfinite(medians).any(axis=0))
    first, last = (int(readings[0]), int(readings[-1])) if readings.size else (0, 0)
    time = next(iter(bands.values())).x
    return _Profile(_reading(bands, first), _reading(bands, last), float(time[last]))


def _reading(bands: Mapping[int, Band], place: int) -> Band:
    """All layers at one reading."""
    rows = np.array([(one.low[place], one.median[place], one.high[place]) for one in bands.values()])
    low, median, high = rows.T
    return Band(
        np.array(list(bands), dtype=np.float64), low, median, high, max(one.trials for one in bands.values())
    )


def _draw_reading(ax: Axes, reading: Band, shift: float, look: style.Look, *, filled: bool) -> None:
    visible = positive(reading)
    handle = _handle(look, filled=filled)
    ax.plot(
        reading.x + shift,
        visible.median,
        color=look.colour,
        marker=look.marker,
        linestyle=handle.get_linestyle(),
        markerfacecolor=handle.get_markerfacecolor(),
    )
    if reading.trials > 1:
        ax.vlines(reading.x + shift, visible.low, visible.high, color=look.colour, linewidth=0.9)
    zero = reading.median == 0
    if zero.any():
        inside = look.colour if filled else "white"
        marks.floor_marks(ax, reading.x[zero] + shift, look.colour, look.marker, inside)


def _predicted(tables: Tables, variant: str, first: Band) -> dict[int, float]:
    at_start = dict(zip(map(int, first.x), map(float, first.median), strict=True))
    return expected.levels(tables, variant, "learning_speed", at_start)


def _draw_predicted(ax: Axes, levels: Mapping[int, float], shift: float, look: style.Look) -> None:
    dash = _dash(look.colour)
    dash.set_data(np.array(list(levels), dtype=np.float64) + shift, list(levels.values()))
    ax.add_line(dash)


def _dash(colour: str) -> Line2D:
    return Line2D([], [], color=colour, marker="_", markersize=9, markeredgewidth=1.2, linestyle="none")


def _handle(look: style.Look, *, filled: bool) -> Line2D:
    return Line2D(
        [],
        [],
        color=look.colour,
        marker=look.marker,
        linestyle="-" if filled else "--",
        markerfacecolor=look.colour if filled else "white",
    )


def _entries(
    profiles: Mapping[str, _Profile], looks: Mapping[str, style.Look], end: float, unit: str
) -> list[tuple[Artist, str]]:
    entries: list[tuple[Artist, str]] = []
    for variant, profile in profiles.items():
        told = variant if profile.at == end else f"{variant} (last reading: {unit} {profile.at:.4g})"
        entries.append((_handle(looks[variant], filled=True), told))
    neutral = style.Look(style.QUIET, "o", style.SOLID)
    entries.append((_handle(neutral, filled=False), "first reading"))
    entries.append((_handle(neutral, filled=True), "last reading"))
    entries.append(writing.trials_entry([profile.first.trials for profile in profiles.values()], bars=True))
    readings = [reading for profile in profiles.values() for reading in (profile.first, profile.last)]
    if any((reading.median == 0).any() for reading in readings):
        entries.append((Line2D([], [], linestyle="none"), "a mark on the floor: zero"))
    return entries
