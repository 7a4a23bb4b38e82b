"""The error on its way from the output to the input, as a river that loses and gains."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.ledger import ledger
from lab.analysis.rows import at_reading
from lab.figures.drawing import panels, style, writing
from lab.figures.drawing.bands import Floats
from lab.figures.tables import NothingToShowError, Shown, checked, slope_words

_DEEPEST = 12.0  # decades below the output's error at which a river is dry
_TAKEN = {
    "slope_decades": ("taken by {slope}", style.area(style.ACCENT, "/////")),
    "transport_decades": ("taken by the weights", style.area("#56b4e9", "....")),
}
_WATER: style.Looks = {"facecolor": style.FIRST_COLOUR, "edgecolor": style.FIRST_COLOUR, "linewidth": 0.4}
_GAINED: style.Looks = {
    "facecolor": style.FIRST_COLOUR,
    "hatch": "++++",
    "edgecolor": "white",
    "linewidth": 0,
}


@dataclass(frozen=True)
class River(parts.Figure):
    """‖δˡ‖ from the output (left) to layer 1 (right), at the first reading: a panel a variant.

    The width of the river is log₁₀ of ‖δˡ‖ above the least that is shown: a decade is the same height
    everywhere. Between two layers the error first passes the weights, wˡ⁺¹ᵀδˡ⁺¹, then σ′(zˡ): what narrows it
    is coloured by who took it. Medians over the trials. A river is dry where the error is 0, or 12 decades
    below the output's.
    """

    needs = ("layers",)
    question = "Where is the error lost on its way from the output to the input?"
    reading = "the error flows to the right, as wide as log ‖δ‖; in colour, what σ′ and the weights took"
    when = "with two layers or more"

    def draw(self, tables: parts.Tables) -> Figure:
        checked(tables, "layers", "delta_rms", "error_rms")
        shown = Shown.of(tables, at_reading("start", ledger(tables)))
        courses = {name: _course(rows) for name, rows in shown.variants.items()}
        if max(map(len, (levels for _, levels, _ in courses.values()))) < 2:
            raise NothingToShowError("river: a single layer passes no error on")
        least = min(float(np.nanmin(levels)) for _, levels, _ in courses.values())
        bed = max(min(least, -0.5), -_DEEPEST) - 0.3
        slope = slope_words(tables)
        multiples = panels.wrapped(courses, height=1.7, label="log₁₀ of ‖δˡ‖ as width")
        deepest = max(len(layers) for layers, _, _ in courses.values())
        # The limits come first, or each piece would move the axes of all panels.
        multiples.first.set_ylim(bed / 2 * 1.08, -bed / 2 * 1.25)
        multiples.first.set_xlim(deepest + 0.5, 0.85)
        for name, ax in multiples.axes.items():
            _draw_river(ax, *courses[name], bed, slope)
        multiples.first.set_xticks(range(1, deepest + 1))
        multiples.first.set_yticks([])
        trials = writing.words(
            writing.trials_text([rows["trial"].nunique() for rows in shown.variants.values()])
        )
        notes = shown.outcomes()
        for note, (_, levels, _) in zip(notes, courses.values(), strict=True):
            note.append(f"‖δ¹‖ / ‖δᴸ‖ = {10 ** float(levels[-1]):.2g}" if levels[-1] > -_DEEPEST else "dry")
        return multiples.framed("layer, the output at the left", [trials, *shown.left_out], notes)


Course = tuple[list[int], Floats, pd.DataFrame]


def _course(rows: pd.DataFrame) -> Course:
    """The layers from the output down, log₁₀ ‖δˡ‖/‖δᴸ‖, and the medians of the parts by layer."""
    output = int(rows["layer"].max())
    medians = rows[rows["layer"] < output].groupby("layer")[list(_TAKEN)].median().sort_index(ascending=False)
    steps = np.maximum(medians.sum(axis=1).to_numpy(np.float64), -2 * _DEEPEST)
    levels = np.maximum(np.concatenate(([0.0], np.cumsum(np.nan_to_num(steps)))), -_DEEPEST)
    return [output, *medians.index], levels, medians


def _draw_river(
    ax: Axes, layers: list[int], levels: Floats, medians: pd.DataFrame, bed: float, slope: str
) -> None:
    ax.grid(False)
    half = (levels - bed) / 2
    ax.fill_between([layers[0] + 0.4, layers[0]], -half[0], half[0], **_WATER, label="the error ‖δˡ‖")
    for at, layer in enumerate(layers[:-1]):
        level, x = levels[at], float(layer)
        for part in ("transport_decades", "slope_decades"):
            change = float(np.nan_to_num(medians[part].iloc[at], nan=0.0, neginf=-2 * _DEEPEST))
            after = max(level + change, -_DEEPEST)
            _draw_stretch(ax, x, (level - bed) / 2, (after - bed) / 2, part, slope)
            level, x = after, x - 0.5


def _draw_stretch(ax: Axes, x: float, before: float, after: float, part: str, slope: str) -> None:
    """Half a way between two layers: the water, and at its banks what was taken of it."""
    ends = [x, x - 0.5]
    water = np.array([before, after])
    ax.fill_between(ends, -water, water, **_WATER)
    words, look = _TAKEN[part]
    if after < before:
        for sign in (1, -1):
            ax.fill_between(ends, sign * water, sign * before, **look, label=words.format(slope=slope))
    elif after > before:
        for sign in (1, -1):
            ax.fill_between(ends, sign * before, sign * water, **_GAINED, label="added by the weights or σ′")
