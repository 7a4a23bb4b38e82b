"""Where the error died on its way down: what the weights did and what σ′ did, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lab import parts
from lab.analysis.ledger import REMOVED, ledger
from lab.figures import panels, scales, style, writing
from lab.figures.bands import Floats, by_variant
from lab.figures.tables import checked, counterfactual, outcomes
from lab.parts import Tables

_MOST_VARIANTS = 6
_FARTHEST = 4.0
"""Decades beyond which a part of a bar is cut, so that one dead layer does not flatten all others."""

_PARTS = {"transport_decades": "what the weights did", "slope_decades": "what σ′{lifted} did"}
_TOTALS = {"transport_total": "weights", "slope_total": "σ′"}
_LOOKS = dict(zip(_PARTS, ((style.categories(1)[0].colour, ""), (style.ACCENT, "/////")), strict=True))
"""A colour and a hatching each."""


@dataclass(frozen=True)
class Ledger(parts.Figure):
    """The factors of ‖δˡ‖/‖δᴸ‖ in decades: a bar a layer, what the weights did and what σ′ did stacked.

    A column a variant, its first reading above its last with an error. Each part is the median over the
    trials. What made the error smaller hangs below 0, what made it larger stands above. A part that is cut
    at four decades, or has no end since the error died, ends in a mark.
    """

    needs = ("layers",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``layers``, and from ``variants`` whether the cost removed σ′ from the output."""
        keys = ("variant", "trial", "step", "epoch", "layer", "status")
        checked(tables, "layers", *keys, "delta_rms", "error_rms")
        rows = ledger(tables)
        time, unit = scales.time_axis(rows)
        variants = by_variant(rows)
        names = list(variants)[:_MOST_VARIANTS]
        depths = sorted(rows["layer"].unique())
        shown = panels.chosen(depths)
        readings = {name: _readings(variants[name], shown, time) for name in names}

        figure, cells = panels.matrix(2, len(names), height=1.9, share_y=True)
        for column, name in enumerate(names):
            for ax, reading in zip((cells[0][column], cells[1][column]), readings[name], strict=True):
                _draw(ax, reading, f"{unit} {reading.at:.4g}")
                ax.set_xlim(shown[0] - 0.6, shown[-1] + 0.6)
                ax.set_xticks(panels.ticks(shown))
        _level(cells)
        panels.label_cells(cells, ["first reading", "last reading"], "layer")
        writing.captions(cells[0], names, [outcomes(tables, name, variants[name]) for name in names])
        figure.supylabel("error ‖δˡ‖ over that of the layer above (decades)", fontsize=9)
        lifted = ", or max(σ′, floor) in its place," if counterfactual(tables) else ""
        parts = {part: told.format(lifted=lifted) for part, told in _PARTS.items()}
        every = [reading for of_name in readings.values() for reading in of_name]
        writing.legend(
            figure,
            [
                *((_patch(part), parts[part]) for part in _PARTS),
                *_cut_entry(every),
                (Line2D([], [], linestyle="none"), writing.trials_told([one.trials for one in every])),
                *writing.left_out(len(shown), len(depths), "layers"),
                *writing.left_out(len(names), len(variants), "variants"),
            ],
        )
        return figure


@dataclass(frozen=True)
class _Reading:
    """The medians over the trials at one reading, by layer (``x``), of each part; NaN where there is none.

    ``totals`` are those of the sums over all hidden layers.
    """

    x: Floats
    parts: dict[str, Floats]
    totals: tuple[float, ...]
    removed: bool
    at: float
    trials: int


def _readings(rows: pd.DataFrame, shown: Sequence[int], time: str) -> tuple[_Reading, _Reading]:
    there = rows.loc[rows[list(_PARTS)].notna().any(axis=1), "step"]
    last = there.max() if len(there) else rows["step"].min()
    return _reading(rows, rows["step"].min(), shown, time), _reading(rows, last, shown, time)


def _reading(rows: pd.DataFrame, step: int, shown: Sequence[int], time: str) -> _Reading:
    at = rows[(rows["step"] == step) & rows["layer"].isin(shown)]
    medians = at.groupby("layer")[list(_PARTS)].median()
    return _Reading(
        medians.index.to_numpy(np.float64),
        {part: medians[part].to_numpy(np.float64) for part in _PARTS},
        tuple(at.loc[at["layer"] == at["layer"].min(), list(_TOTALS)].median()),
        bool((at["note"] == REMOVED).any()),
        float(at[time].iloc[0]),
        int(at.loc[at[list(_PARTS)].notna().any(axis=1), "trial"].nunique()),
    )


def _draw(ax: Axes, reading: _Reading, when: str) -> None:
    """Stacked bars; parts of one sign stand on each other, parts of different signs on both sides of 0."""
    ax.axhline(0, color=style.QUIET, linewidth=0.8)
    ends = {-1.0: np.zeros_like(reading.x), 1.0: np.zeros_like(reading.x)}
    for part, decades in reading.parts.items():
        height = np.clip(np.nan_to_num(decades, nan=0.0, neginf=-_FARTHEST), -_FARTHEST, _FARTHEST)
        bottom = np.where(height < 0, ends[-1.0], ends[1.0])
        colour, hatch = _LOOKS[part]
        ax.bar(reading.x, height, 0.7, bottom, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
        for sign, end in ends.items():
            end += np.where(np.sign(height) == sign, height, 0)
        cut = _cut(decades)
        if cut.any():
            ax.plot(reading.x[cut], (bottom + height)[cut], "v", color=colour, clip_on=False)
    ax.text(
        0.02,
        0.98,
        f"{when}, in all:\n{_summed(reading)}",
        transform=ax.transAxes,
        va="top",
        fontsize=style.SMALL,
        color=style.QUIET,
        in_layout=False,
    )
    if reading.removed:
        ax.text(
            reading.x[-1],
            0.03,
            REMOVED,
            transform=ax.get_xaxis_transform(),
            ha="center",
            rotation="vertical",
            fontsize=style.SMALL,
            color=style.QUIET,
            in_layout=False,
        )


def _summed(reading: _Reading) -> str:
    """What all hidden layers together did, from the output down to layer 1."""
    return ", ".join(
        f"{word} {_decades(total)}" for word, total in zip(_TOTALS.values(), reading.totals, strict=True)
    )


def _decades(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−").replace("inf", "∞")


def _level(cells: Sequence[Sequence[Axes]]) -> None:
    """One y axis for all panels, with 0 in it, at least a decade, and room for the words at the top."""
    limits = [limit for row in cells for ax in row for limit in ax.get_ylim()]
    low, high = min(*limits, -1.0), max(*limits, 0.0)
    for row in cells:
        for ax in row:
            ax.set_ylim(low, high + 0.2 * (high - low))


def _cut(decades: Floats) -> np.ndarray:
    return np.asarray(np.abs(decades) > _FARTHEST)


def _cut_entry(readings: Sequence[_Reading]) -> list[tuple[Artist, str]]:
    """The legend's entry for bars that were cut, if there are any."""
    if not any(_cut(decades).any() for one in readings for decades in one.parts.values()):
        return []
    mark = Line2D([], [], color=style.QUIET, linestyle="none", marker="v")
    return [(mark, f"cut at {_FARTHEST:g} decades: more, or the error died")]


def _patch(part: str) -> Patch:
    colour, hatch = _LOOKS[part]
    return Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0)
