"""Figures of panels: the same of several things side by side, in one frame of titles, labels and a legend."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lab.figures.drawing import style, writing
from lab.figures.drawing.scales import whole_numbers
from lab.figures.drawing.writing import Entry

_MOST_COLUMNS = 4

Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)


def sheet(rows: int, columns: int, *, width: float, height: float) -> Figure:
    """An empty figure of so many panels of this width and height in inches; nothing global knows of it."""
    figure = Figure(figsize=(max(width * columns, 4.5) + 0.8, height * rows + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def blank(message: str) -> Figure:
    """A figure that only says why there is nothing to see."""
    figure = sheet(1, 1, width=5.6, height=1.0)
    figure.text(0.5, 0.45, message, ha="center", va="center", color=style.QUIET, wrap=True)
    return figure


def nothing(ax: Axes, why: str) -> None:
    """Say in an empty panel why it is empty."""
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", va="center", color=style.QUIET)


@dataclass(frozen=True)
class Wrapped:
    """A panel for each name, at most four in a row, with the same axes: ``axes`` by name."""

    figure: Figure
    axes: dict[str, Axes]

    @classmethod
    def of(cls, names: Iterable[str], *, height: float) -> Wrapped:
        titles = list(names)
        columns = min(len(titles), _MOST_COLUMNS)
        rows = ceil(len(titles) / columns)
        width = {1: 5.6, 2: 3.7, 3: 2.9}.get(columns, 2.4)
        figure = sheet(rows, columns, width=width, height=height)
        axes = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
        for spare in axes[len(titles) :]:
            spare.remove()
        axes[0].xaxis.set_major_locator(whole_numbers())
        return cls(figure, dict(zip(titles, axes, strict=False)))

    @property
    def first(self) -> Axes:
        """The first panel, whose limits are those of all."""
        return next(iter(self.axes.values()))

    def framed(
        self,
        x: str | Sequence[str],
        y: str,
        more: Sequence[Entry] = (),
        notes: Sequence[Sequence[str]] = (),
        *,
        titled: bool = True,
    ) -> Figure:
        """The figure with titles, notes on each panel, the labels of its axes and a legend.

        ``x`` is the label of all axes, or one for each panel; ``more`` are entries of the legend that are not
        drawn with a label.
        """
        axes = list(self.axes.values())
        columns = min(len(axes), _MOST_COLUMNS)
        if titled:
            writing.captions(axes, list(self.axes), notes)
        for ax in axes[::columns]:
            ax.set_ylabel(y)
        names = [x] * len(axes) if isinstance(x, str) else x
        for ax, name in list(zip(axes, names, strict=True))[-columns:]:
            ax.set_xlabel(name)
            ax.tick_params(labelbottom=True)
        writing.legend(self.figure, more)
        return self.figure


@dataclass(frozen=True)
class Matrix(Generic[Row, Column]):
    """Small panels in labelled rows and titled columns: ``axes`` by row and column.

    A panel in which nothing is drawn is an empty place.
    """

    figure: Figure
    rows: Mapping[Row, str]
    columns: Mapping[Column, str]
    axes: dict[tuple[Row, Column], Axes]

    @classmethod
    def of(
        cls,
        rows: Mapping[Row, str],
        columns: Mapping[Column, str],
        *,
        height: float,
        width: float | None = None,
        **sharing: Any,
    ) -> Matrix[Row, Column]:
        """Panels of a height and a width in inches; ``sharing`` is that of `Figure.subplots`."""
        wide = width or max(1.7, 4.6 / len(columns))
        figure = sheet(len(rows), len(columns), width=wide, height=height)
        cells = figure.subplots(len(rows), len(columns), **{"sharex": "col"} | sharing, squeeze=False)
        for top in cells[0]:
            top.xaxis.set_major_locator(whole_numbers())
        places = [(row, column) for row in rows for column in columns]
        return cls(figure, rows, columns, dict(zip(places, cells.flat, strict=True)))

    def row(self, row: Row) -> list[Axes]:
        """The panels of a row."""
        return [self.axes[row, column] for column in self.columns]

    def framed(
        self, x: str, more: Sequence[Entry] = (), notes: Sequence[Sequence[str]] = (), *, y: str = ""
    ) -> Figure:
        """The figure with titles, notes on each column, the labels of rows and axes, and a legend."""
        for ax in self.axes.values():
            if not ax.has_data():
                ax.set_axis_off()
        for row, label in self.rows.items():
            for ax in [ax for ax in self.row(row) if ax.axison][:1]:
                ax.set_ylabel(label)
                ax.tick_params(labelleft=True)
        for column in self.columns:
            for ax in [ax for row in self.rows if (ax := self.axes[row, column]).axison][-1:]:
                ax.set_xlabel(x)
                ax.tick_params(labelbottom=True)
        writing.captions(self.row(next(iter(self.rows))), list(self.columns.values()), notes)
        if y:
            self.figure.supylabel(y, fontsize=9)
        writing.legend(self.figure, more)
        return self.figure


def side_by_side(labels: Sequence[str], count: int, *, width: float, row: float) -> tuple[Figure, list[Axes]]:
    """Panels in which each label has a row of this height in inches, the first at the bottom at y = 0."""
    figure = sheet(1, count, width=width, height=row * len(labels) + 0.85)
    (axes,) = figure.subplots(1, count, sharey=True, squeeze=False)
    axes[0].set_yticks(range(len(labels)), labels)
    axes[0].set_ylim(-0.7, len(labels) - 0.3)
    for ax in axes:
        ax.tick_params(axis="y", length=0)
    return figure, list(axes)
