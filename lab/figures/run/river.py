"""The error on its way from the output to the input, as a river that loses and gains."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.ledger import ledger
from lab.analysis.rows import at_reading
from lab.figures.drawing import panels, scales, style, writing
from lab.figures.drawing.bands import Floats
from lab.figures.tables import NothingToShowError, Shown, checked, slope_words

_DEEPEST = 12.0  # decades below the output's error at which a river is dry
_PARTS = ["transport_decades", "slope_decades"]  # in the order in which the error passes them
_ADDED = "added"
_WATER: style.Looks = {"facecolor": style.FIRST_COLOUR, "edgecolor": style.FIRST_COLOUR, "linewidth": 0.4}
_BANKS = {
    "slope_decades": ("taken by {slope}", style.area(style.ACCENT, "/////")),
    "transport_decades": ("taken by the weights", style.area("#56b4e9", "....")),
    _ADDED: ("added by the weights or σ′", style.area(style.FIRST_COLOUR, "++++")),
}


@dataclass(frozen=True)
class River(parts.Figure):
    """‖δˡ‖ from the output (left) to layer 1 (right), at the first reading: a panel a variant.

    The width of the river is log₁₀ of ‖δˡ‖ above the least that is shown: a decade is the same height
    everywhere. Between two layers the error first passes the weights, wˡ⁺¹ᵀδˡ⁺¹, then σ′(zˡ): what narrows it
    is coloured by who took it. Medians over the trials. A river is dry where the error is 0, or 12 decades
    below the output's; of one that grows by more than 12 decades the panel shows so many.
    """

    needs = ("layers",)
    question = "Where is the error lost on its way from the output to the input?"
    reading = "the error flows to the right, as wide as log ‖δ‖; in colour, what σ′ and the weights took"
    when = "with two layers or more"

    def draw(self, tables: parts.Tables) -> Figure:
        checked(tables, "layers", "delta_rms", "error_rms")
        shown = Shown.of(tables, at_reading("start", ledger(tables)))
        courses = {name: _course(rows) for name, rows in shown.variants.items()}
        deepest = max(output for output, _ in courses.values())
        if deepest < 2:
            raise NothingToShowError("river: a single layer passes no error on")
        held = np.concatenate([np.clip(levels, -_DEEPEST, _DEEPEST) for _, levels in courses.values()])
        bed = min(float(held.min()), -0.5) - 0.3
        half = (float(held.max()) - bed) / 2
        multiples = panels.wrapped(courses, height=1.7, label="log₁₀ of ‖δˡ‖ as width")
        # The limits come first, or each piece would move the axes of all panels.
        multiples.first.set_ylim(-1.08 * half, 1.25 * half)
        scales.layer_axis(multiples.first, range(1, deepest + 1))
        multiples.first.set_xlim(deepest + 0.5, 0.85)
        for name, ax in multiples.axes.items():
            _draw_river(ax, *courses[name], bed, slope_words(tables))
        multiples.first.set_yticks([])
        trials = writing.words(
            writing.trials_text([rows["trial"].nunique() for rows in shown.variants.values()])
        )
        notes = shown.outcomes()
        for note, (_, levels) in zip(notes, courses.values(), strict=True):
            note.append(f"‖δ¹‖ / ‖δᴸ‖ = {10 ** float(levels[-1]):.2g}" if levels[-1] > -_DEEPEST else "dry")
        return multiples.framed("layer, the output at the left", [trials, *shown.left_out], notes)


def _course(rows: pd.DataFrame) -> tuple[int, Floats]:
    """The output layer, and log₁₀ ‖δˡ‖/‖δᴸ‖ from it down: after each of `_PARTS` of each layer."""
    output = int(rows["layer"].max())
    medians = rows[rows["layer"] < output].groupby("layer")[_PARTS].median().sort_index(ascending=False)
    dry = 3 * _DEEPEST
    changes = np.nan_to_num(medians.to_numpy(np.float64), nan=0.0, posinf=dry, neginf=-dry)
    return output, np.append(0.0, np.cumsum(changes))


def _draw_river(ax: Axes, output: int, levels: Floats, bed: float, slope: str) -> None:
    """The water, and at its banks what was taken of it and added to it, each kind in one area."""
    ax.grid(False)
    x = output - np.arange(len(levels)) / 2
    water = (np.maximum(levels, -_DEEPEST) - bed) / 2
    banks: dict[str, list[list[float]]] = {}
    for at, (before, after) in enumerate(pairwise(water)):
        if before != after:
            found = banks.setdefault(_PARTS[at % 2] if after < before else _ADDED, [])
            for sign in (1, -1):
                found += [[x[at], sign * before, sign * before], [x[at + 1], sign * after, sign * before]]
                found.append([np.nan] * 3)  # which parts it from the next
    source = [output + 0.4, *x], [water[0], *water]
    ax.fill_between(source[0], np.negative(source[1]), source[1], **_WATER, label="the error ‖δˡ‖")
    for kind in filter(banks.__contains__, _BANKS):
        words, look = _BANKS[kind]
        ax.fill_between(*np.transpose(banks[kind]), **look, label=words.format(slope=slope))
