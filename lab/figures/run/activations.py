"""The activations of the hidden layers, their slopes, and their curvatures where these are known."""

from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.rows import by_variant
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.bands import Floats
from lab.figures.tables import checked, number_of, of_variants
from lab.prover.intervals.enclosure_text import short_bound

_MOST_SHOWN = 6
_USUAL = 5.0  # a curve that reaches so many times as far as the usual one leaves its panel
_REACH = 8.0  # curves are shown for |z| up to here
_ROOM = 0.08  # of the axis, which a label takes
_ROWS = {"sigma": "σ(z)", "slope": "slope σ′(z)", "curvature": "curvature σ″(z)"}


@dataclass(frozen=True)
class Activations(parts.Figure):
    """σ(z) and σ′(z) of every different activation in a hidden layer, with dashed lines at inf σ′ and sup σ′.

    A network without hidden layers shows its output's. The bounds are those of the table ``variants``; they
    are left out where a variant has several activations, since they would not be of each. The panels of a
    row have one axis; that of the slopes begins at 0, so that floors and heights are compared at a glance.
    What is more than five times as high as the usual leaves the panel, in which sup σ′ and inf σ′ are told
    then. Where the table ``curves`` has a column ``curvature``, σ″(z) is drawn below.
    """

    needs = ("curves",)
    question = "What do σ and its slope σ′ look like?"
    reading = "one column per activation, σ above its slope σ′; dashed: the bounds of σ′"

    def draw(self, tables: parts.Tables) -> Figure:
        curves = checked(tables, "curves", "z", "sigma", "slope")
        rows = {column: label for column, label in _ROWS.items() if column in curves}
        different = _different(curves[curves["z"].abs() <= _REACH], list(rows))
        shown = scales.chosen(different, panels.on_page(_MOST_SHOWN))
        titles = {place: curve.title(curves["variant"].nunique()) for place, curve in enumerate(shown)}

        matrix = panels.matrix(
            rows, titles, width=max(1.9, 4.6 / len(shown)), height=1.9, sharex="all", sharey="row"
        )
        for place, curve in enumerate(shown):
            z, *values = curve.points
            for row, y in zip(rows, values, strict=True):
                matrix.axes[row, place].plot(z, y, color=style.ink())
        for at, row in enumerate(rows, start=1):
            low, high = _span([curve.points[at] for curve in shown])
            room = 0.12 * (high - low) or 0.5
            matrix.axes[row, 0].set_ylim(0 if row == "slope" and low >= 0 else low - room, high + room)
        for place, curve in enumerate(shown):
            if curve.alone:
                _draw_bounds(matrix.axes["slope", place], tables, curve.users[0][0])
        return matrix.framed("z", writing.left_out(len(shown), len(different), "activations"))


def _span(curves: list[Floats]) -> tuple[float, float]:
    """The ends of the axis that curves share; what is far beyond the usual has no say."""
    ends = np.array([[end(curve[np.isfinite(curve)]) for end in (np.min, np.max)] for curve in curves])
    spans = np.ptp(ends, axis=1)
    # Of two curves the usual is as many times the one as the other is times it.
    usual = float(np.exp(np.median(np.log(spans[spans > 0])))) if spans.any() else 1e-9
    ends = ends[spans <= _USUAL * usual]
    middle = ends[np.argsort(ends.mean(axis=1))[(len(ends) - 1) // 2]]
    held = ends[(abs(ends - middle) < _USUAL * usual).all(axis=1)]
    return float(held.min()), float(held.max())


class _Curve(NamedTuple):
    """One activation: z with σ, σ′ and perhaps σ″ there, its (variant, layer), and if they have no other."""

    points: Floats
    users: list[tuple[str, int]]
    alone: bool

    def title(self, variants: int) -> str:
        """Who uses it, in a few words, in a run of so many variants."""
        names = list(dict.fromkeys(variant for variant, _ in self.users))
        users = " · ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"
        if len(names) == variants > 2:
            users = "all variants"
        if self.alone:
            return users
        return f"{users} · {writing.layer_names(sorted({layer for _, layer in self.users}))}"


def _different(curves: pd.DataFrame, columns: list[str]) -> list[_Curve]:
    """The different curves of the hidden layers, in the order in which they occur."""
    found: dict[tuple[bytes, bool], _Curve] = {}
    for variant, rows in by_variant(curves).items():
        layers = sorted(rows["layer"].unique())
        own = {
            int(layer): rows[rows["layer"] == layer].sort_values("z")[["z", *columns]].to_numpy(np.float64).T
            for layer in layers[:-1] or layers
        }
        alone = len({points.tobytes() for points in own.values()}) == 1
        for layer, points in own.items():
            curve = found.setdefault((points.tobytes(), alone), _Curve(points, [], alone))
            curve.users.append((variant, layer))
    return list(found.values())


def _draw_bounds(ax: Axes, tables: parts.Tables, variant: str) -> None:
    """Dashed lines at inf σ′ and sup σ′, labelled, where they are known; the label alone of one off the axis.

    The label of inf σ′ stands below its line where there is room; else, where the lines are near each other,
    with the other.
    """
    proved = ", proved" if of_variants(tables, "bounds").get(variant, "") == "proved" else ""
    low, high = ax.get_ylim()
    room = _ROOM * (high - low)
    labels = {}
    for column, name in (("inf_slope", "inf σ′"), ("sup_slope", "sup σ′")):
        value = number_of(tables, variant, column)
        label = f"{name} = {short_bound(value, up=column == 'sup_slope')}{proved}"
        if isfinite(value) and low <= value <= high:
            labels[column, value] = label
        elif isfinite(value) and not low - room < value < high:
            marks.outside(ax, label, below=value < low)
    below = [column == "inf_slope" and value - low > room for column, value in labels]
    values = [value for _, value in labels]
    words = list(labels.values())
    if len(values) == 2 and not below[0] and values[1] - values[0] < room:
        words = ["", "\n".join(words[::-1])]
    for value, label, under in zip(values, words, below, strict=True):
        marks.bound(ax, value, label, below=under)
