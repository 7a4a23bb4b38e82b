"""The activations of the hidden layers, their slopes, and their curvatures where these are known."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.figures import marks, panels, style, writing
from lab.figures.bands import Floats, by_variant
from lab.figures.tables import checked, of_variant, word_of_variant
from lab.parts import Tables

_MOST_SHOWN = 6
_REACH = 8.0
"""Curves are shown for |z| up to here."""

_COLUMNS = ["z", "sigma", "slope"]
_CURVATURE = "curvature"


@dataclass(frozen=True)
class Activations(parts.Figure):
    """σ(z) and σ′(z) of every different activation in a hidden layer, with dashed lines at inf σ′ and sup σ′.

    A network without hidden layers shows its output's. The bounds are those of the table ``variants``; they
    are left out where a variant has several activations, since they would not be of each. Where the table
    ``curves`` has a column ``curvature``, σ″(z) is drawn below.
    """

    needs = ("curves",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``curves``, and from ``variants`` the bounds of the slopes."""
        curves = checked(tables, "curves", "variant", "layer", *_COLUMNS)
        different = _different(curves[curves["z"].abs() <= _REACH])
        shown = different[:_MOST_SHOWN]
        names = ["σ(z)", "slope σ′(z)", "curvature σ″(z)"][: 3 if _CURVATURE in curves else 2]
        figure = panels.sheet(len(names), len(shown), width=max(1.9, 4.6 / len(shown)), height=1.9)
        cells = figure.subplots(len(names), len(shown), sharex=True, squeeze=False)
        for curve, column in zip(shown, cells.T, strict=True):
            for ax, values in zip(column, curve.values, strict=True):
                ax.plot(curve.z, values, color=style.INK)
            if curve.alone:
                _draw_bounds(column[1], tables, curve.users[0][0])
            column[-1].set_xlabel("z")
        writing.captions(cells[0], [curve.title(len(by_variant(curves))) for curve in shown])
        for ax, name in zip(cells[:, 0], names, strict=True):
            ax.set_ylabel(name)
        writing.legend(figure, writing.left_out(len(shown), len(different), "activations"))
        return figure


@dataclass(frozen=True)
class _Curve:
    """One activation: its points z, its values σ, σ′ and perhaps σ″, its users (variant, layer), and whether
    those variants have no other.
    """

    z: Floats
    values: tuple[Floats, ...]
    users: tuple[tuple[str, int], ...]
    alone: bool

    def title(self, variants: int) -> str:
        """Who uses it, in a few words, in a run of so many variants."""
        names = list(dict.fromkeys(variant for variant, _ in self.users))
        told = " · ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"
        if len(names) == variants > 2:
            told = "all variants"
        if self.alone:
            return told
        layers = sorted({layer for _, layer in self.users})
        return f"{told} · {writing.layer_names(layers)}"


def _different(curves: pd.DataFrame) -> list[_Curve]:
    """The different curves of the hidden layers, in the order in which they occur."""
    points: dict[tuple[bytes, bool], Floats] = {}
    users: dict[tuple[bytes, bool], list[tuple[str, int]]] = {}
    columns = [*_COLUMNS, _CURVATURE] if _CURVATURE in curves else _COLUMNS
    for variant, rows in by_variant(curves).items():
        layers = sorted(rows["layer"].unique())
        own = {
            int(layer): rows[rows["layer"] == layer].sort_values("z")[columns].to_numpy(dtype=np.float64).T
            for layer in layers[:-1] or layers
        }
        alone = len({curve.tobytes() for curve in own.values()}) == 1
        for layer, curve in own.items():
            key = (curve.tobytes(), alone)
            points[key] = curve
            users.setdefault(key, []).append((variant, layer))
    found = []
    for key, (z, *values) in points.items():
        found.append(_Curve(z, tuple(values), tuple(users[key]), key[1]))
    return found


def _draw_bounds(ax: Axes, tables: Tables, variant: str) -> None:
    """Dashed lines at inf σ′ and sup σ′, labelled, where they are known and finite."""
    proved = ", proved" if word_of_variant(tables, variant, "bounds") == "proved" else ""
    for column, name, below in (("inf_slope", "inf σ′", True), ("sup_slope", "sup σ′", False)):
        value = of_variant(tables, variant, column)
        if isfinite(value):
            marks.bound(ax, value, f"{name} = {value:.4g}{proved}", below=below)
    ax.margins(y=0.2)
