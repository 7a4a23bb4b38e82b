"""What the demon's moves do to the cost: of one neuron, and of all neurons of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from lab import parts
from lab.figures import marks, panels, scales, style, writing
from lab.figures.bands import Floats
from lab.figures.tables import checked
from lab.parts import Tables

_CHANGE, _REMAINDER = style.categories(2)
_DERIVATIVES = {"z": "δ", "a": "e"}
_FAR = 100.0
"""The line of second order passes through remainders that are so many times above rounding."""


@dataclass(frozen=True)
class Demon(parts.Figure):
    """The change of C against the size of the demon's move, and what remains of it, on logarithmic axes.

    One panel a demon: Δz, and Δa behind σ. Circles are |ΔC|, on the solid line |δ_j Δz| or |e_j Δa|; squares
    are the remainder, along a dashed line of second order; both small and filled for moves up, and large and
    open for moves down.
    The dotted line is about where rounding hides what remains. What is exactly 0 is left out.
    """

    needs = ("demon",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``demon``."""
        table = checked(
            tables,
            *("demon", "layer", "neuron", "moved", "move"),
            *("change", "predicted", "remainder", "rounding", "order"),
        )
        groups = {str(moved): rows for moved, rows in table.groupby("moved", sort=False)}
        figure, axes = panels.grid(len(groups), height=3.0)
        sizes = [np.abs(table[name].to_numpy()) for name in ("change", "predicted", "remainder")]
        scales.log_axis(axes, np.concatenate([*sizes, table["rounding"].to_numpy()]))
        for ax, (moved, rows) in zip(axes, groups.items(), strict=True):
            _draw_moves(ax, rows)
            _log_x(ax)
            ax.set_xlabel(f"size of the move |Δ{moved}|")
        axes[0].set_ylabel("size of the change of C")
        first = table.iloc[0]
        place = f"layer {first['layer']}, neuron {first['neuron']}"
        writing.captions(
            axes,
            [f"{place}: Δ{moved}" for moved in groups],
            [[f"order of the remainder: {_told(rows['order'].iloc[0], '.3f')}"] for rows in groups.values()],
        )
        entries: list[tuple[Artist, str]] = [
            (_mark(_CHANGE, filled=True), "|ΔC|, move up"),
            (_mark(_CHANGE, filled=False), "|ΔC|, move down"),
            (Line2D([], [], color=_CHANGE.colour), "predicted: |δΔz|, |eΔa|"),
            (_mark(_REMAINDER, filled=True), "|remainder|, move up"),
            (_mark(_REMAINDER, filled=False), "|remainder|, move down"),
            (Line2D([], [], color=_REMAINDER.colour, linestyle="--"), "second order"),
            (Line2D([], [], color=style.QUIET, linestyle=":"), "about what rounding does to C"),
        ]
        writing.legend(figure, entries)
        return figure


@dataclass(frozen=True)
class DemonLayer(parts.Figure):
    """What the demon's best move gains at each neuron of a layer, against |δ_j| r or |e_j| r; a dot a neuron.

    r is the largest move. On the solid line the cost falls as the derivative alone says. Neurons at which no
    move gains are marks on the floor; those whose derivative is exactly 0 are counted in the caption.
    """

    needs = ("demon_layer",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``demon_layer``."""
        table = checked(
            tables, "demon_layer", "layer", "moved", "derivative", "best_gain", "reach", "rank_correlation"
        )
        groups = {str(moved): rows for moved, rows in table.groupby("moved", sort=False)}
        figure, axes = panels.grid(len(groups), height=3.0)
        told = np.abs(table["derivative"].to_numpy()) * table["reach"].to_numpy()
        scales.log_axis(axes, np.concatenate([told, table["best_gain"].to_numpy()]))
        for ax, (moved, rows) in zip(axes, groups.items(), strict=True):
            _draw_neurons(ax, rows)
            _log_x(ax)
            ax.set_xlabel(f"|{_DERIVATIVES.get(moved, moved)}| r, r = {rows['reach'].iloc[0]:g}")
        axes[0].set_ylabel("best gain, −ΔC")
        layer = table["layer"].iloc[0]
        writing.captions(
            axes, [f"layer {layer}: |Δ{moved}| ≤ r" for moved in groups], [*map(_notes, groups.values())]
        )
        entries: list[tuple[Artist, str]] = [
            (_mark(_CHANGE, filled=True), "a neuron"),
            (Line2D([], [], color=style.QUIET), "the gain that the derivative alone predicts"),
        ]
        if ((table["best_gain"] <= 0) & (table["derivative"] != 0)).any():
            floor = Line2D([], [], color=_CHANGE.colour, linestyle="none", marker="|")
            entries.append((floor, "on the floor: no move gains"))
        writing.legend(figure, entries)
        return figure


def _notes(rows: pd.DataFrame) -> list[str]:
    notes = [f"rank correlation (Spearman): {_told(rows['rank_correlation'].iloc[0], '.4f')}"]
    still = int((rows["derivative"] == 0).sum())
    return [*notes, f"derivative 0 at {still} of {len(rows)} neurons"] if still else notes


def _draw_moves(ax: Axes, rows: pd.DataFrame) -> None:
    rounding = float(rows["rounding"].iloc[0])
    size = np.abs(rows["move"].to_numpy())
    order = np.argsort(size, kind="stable")
    predicted = _visible(rows["predicted"].to_numpy())
    ax.plot(size[order], predicted[order], color=_CHANGE.colour, linewidth=1, zorder=1.5)
    remainder = _visible(rows["remainder"].to_numpy())
    clear = remainder > _FAR * rounding
    if clear.any():
        factor = float(np.median(remainder[clear] / size[clear] ** 2))
        ax.plot(
            size[order],
            factor * size[order] ** 2,
            color=_REMAINDER.colour,
            linestyle="--",
            linewidth=1,
            zorder=1.5,
        )
    for filled, here in ((True, rows["move"] > 0), (False, rows["move"] < 0)):
        for look, name in ((_CHANGE, "change"), (_REMAINDER, "remainder")):
            points = _visible(rows.loc[here, name].to_numpy())
            ax.plot(size[here.to_numpy()], points, **_marked(look, filled=filled))
    if rounding > 0:
        ax.axhline(rounding, color=style.QUIET, linestyle=":", linewidth=1)


def _draw_neurons(ax: Axes, rows: pd.DataFrame) -> None:
    told = _visible(rows["derivative"].to_numpy() * rows["reach"].to_numpy())
    gain = rows["best_gain"].to_numpy()
    held = told[np.isfinite(told)]
    if held.size:
        ends = [held.min(), held.max()]
        ax.plot(ends, ends, color=style.QUIET, linewidth=1, zorder=1.5)
    else:
        panels.nothing(ax, "every derivative is 0")
    ax.plot(told, np.where(gain > 0, gain, np.nan), **_marked(_CHANGE, filled=True))
    none = told[~(gain > 0) & np.isfinite(told)]
    if none.size:
        marks.floor_marks(ax, none, _CHANGE.colour)


def _visible(values: Floats) -> Floats:
    """The sizes of what a logarithmic axis can show, NaN for the rest."""
    size = np.abs(values)
    return np.where((size > 0) & np.isfinite(size), size, np.nan)


def _log_x(ax: Axes) -> None:
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: scales.power_of_ten(value)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())


def _marked(look: style.Look, *, filled: bool) -> dict[str, Any]:
    """How marks without a line look."""
    return {
        "color": look.colour,
        "linestyle": "none",
        "marker": look.marker,
        "markersize": 3.5 if filled else 7,
        "markerfacecolor": look.colour if filled else "none",
    }


def _mark(look: style.Look, *, filled: bool) -> Line2D:
    return Line2D([], [], **_marked(look, filled=filled))


def _told(value: float, form: str) -> str:
    return "–" if np.isnan(value) else format(value, form)
