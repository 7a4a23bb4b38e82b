"""Figures of panels."""

import textwrap
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from itertools import product, zip_longest
from math import ceil, inf
from typing import Any, Generic, TypeVar

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lab.figures.drawing import style, writing
from lab.figures.drawing.scales import LETTER, LINE, whole_numbers
from lab.figures.drawing.writing import Entry

MOST_PANELS = 12
"""What a page holds: a figure of more variants shows so many, evenly chosen, and says so."""

_MOST_COLUMNS = 4

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", bound=Hashable)


class Picture(Figure):
    """A figure that a notebook shows where it is the value of a cell, without any magic word."""

    def _repr_png_(self) -> bytes:
        png = BytesIO()
        with style.context():
            self.savefig(png, format="png")
        return png.getvalue()


LEAST_PAGE = 2.5
"""The least width of a figure in inches at which every figure has room for its panels and its words."""

_page: ContextVar[float] = ContextVar("page", default=0.0)
_LEAST_WIDTH = 1.5  # of a panel, in inches, where a page decides
_LEAST_COLUMN = 1.0  # the same for small panels by row and column
_LEAST_OF_ROWS = 1.75  # the same for panels of rows, below which more is written
_WIDE, NARROW = 40, 18  # letters of a line of a row's label, side by side and where panels are stacked
_MARGIN = 0.8  # inches at the left of a sheet


@contextmanager
def page(width: float) -> Iterator[None]:
    """Figures of this width in inches, as long as the context lasts; 0 leaves each its own."""
    token = _page.set(width)
    try:
        yield
    finally:
        _page.reset(token)


def on_page(columns: int, width: float = _LEAST_COLUMN) -> int:
    """How many of so many columns of this width a page has room for, or of small panels; without one all."""
    return min(columns, int(_page.get() / width) or 1) if _page.get() else columns


def sheet(rows: int, columns: int, *, width: float, height: float) -> Figure:
    """An empty figure of so many panels of this width and height in inches; nothing global knows of it.

    Within `page` the page tells the width of the whole.
    """
    wide = _page.get() or max(width * columns, 4.5) + _MARGIN
    figure = Picture(figsize=(wide, height * rows + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def inside(figure: Figure) -> float:
    """About how many inches of a sheet with one column its panels are wide, without what axes leave free."""
    return 0.9 * (float(figure.get_figwidth()) - _MARGIN)


def nothing(ax: Axes, why: str) -> None:
    """Say in an empty panel why it is empty."""
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", va="center", color=style.quiet())


@dataclass(frozen=True)
class Panels(Generic[Key]):
    """Panels of the same of several things, in one frame of titles, labels and a legend.

    ``axes`` are the panels by what they show, ``grid`` the same in rows. Each row has a label. The titles
    are of the first panels. A panel in which nothing is drawn is an empty place.
    """

    figure: Figure
    axes: dict[Key, Axes]
    grid: list[list[Axes]]
    labels: list[str]
    titles: list[str]

    @property
    def first(self) -> Axes:
        return self.grid[0][0]

    @property
    def width(self) -> float:
        """How far it is from a panel to the next, in points."""
        return 72 * (self.figure.get_figwidth() - _MARGIN) / len(self.grid[0])

    def framed(
        self, x: str = "", more: Sequence[Entry] = (), notes: Sequence[Sequence[str]] = (), *, y: str = ""
    ) -> Figure:
        """The figure with its titles, labels and legend.

        ``x`` labels the axes that have no label of their own, in lines as wide as a panel, ``y`` the whole;
        ``notes`` stand below the titles; ``more`` are a legend's entries beyond what is drawn with a label.
        """
        every = [ax for row in self.grid for ax in row]
        for ax in every:
            if not ax.has_data():
                ax.set_axis_off()
        for row, label in zip(self.grid, self.labels, strict=True):
            for ax in [ax for ax in row if ax.axison][:1]:
                ax.set_ylabel(label)
                ax.tick_params(labelleft=ax.yaxis.get_ticks_position() == "left")
        for column in zip_longest(*self.grid):
            for ax in [ax for ax in column if ax and ax.axison][-1:]:
                ax.set_xlabel(ax.get_xlabel() or writing.below(x, self.width))
                ax.tick_params(labelbottom=True)
        writing.captions(every[: len(self.titles)], self.titles, notes, self.width)
        if y:
            self.figure.supylabel(y, fontsize=9)
        writing.legend(self.figure, more)
        return self.figure


def wrapped(
    names: Iterable[Key], *, height: float, label: str, titled: bool = True, least: float = _LEAST_WIDTH
) -> Panels[Key]:
    """A panel for each name, at most four in a row, with the same axes; ``label`` is that of y.

    On a page none is narrower than ``least``, in inches.
    """
    keys = list(names)
    columns = on_page(min(len(keys), _MOST_COLUMNS), least)
    rows = ceil(len(keys) / columns)
    width = {1: 5.6, 2: 3.7, 3: 2.9}.get(columns, 2.4)
    figure = sheet(rows, columns, width=width, height=height)
    cells = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    axes = cells[: len(keys)]
    for spare in cells[len(keys) :]:
        spare.remove()
    axes[0].xaxis.set_major_locator(whole_numbers())
    grid = [axes[start : start + columns] for start in range(0, len(keys), columns)]
    titles = [str(key) for key in keys] if titled else []
    return Panels(figure, dict(zip(keys, axes, strict=True)), grid, [label] * rows, titles)


def matrix(
    rows: Mapping[Row, str], columns: Mapping[Key, str], *, height: float, width: float = 0, **sharing: Any
) -> Panels[tuple[Row, Key]]:
    """Small panels by row and column, which map to their labels and titles.

    The height and the width are those of a panel, in inches; ``sharing`` is that of `Figure.subplots`.
    """
    wide = width or max(1.7, 4.6 / len(columns))
    figure = sheet(len(rows), len(columns), width=wide, height=height)
    cells = figure.subplots(len(rows), len(columns), **{"sharex": "col"} | sharing, squeeze=False)
    for top in cells[0]:
        top.xaxis.set_major_locator(whole_numbers())
    axes = dict(zip(product(rows, columns), cells.flat, strict=True))
    return Panels(figure, axes, cells.tolist(), list(rows.values()), list(columns.values()))


def side_by_side(labels: Sequence[str], count: int, *, width: float, row: float) -> tuple[Figure, list[Axes]]:
    """Panels in which each label has a row of this height in inches, the first at the bottom at y = 0.

    Long labels are broken, and make the rows higher; the figure is so much wider as its labels are. On a
    narrow page they are broken sooner, and where that is not enough the panels stand one below the other.
    """
    page = _page.get() or inf
    told = broken(labels, _WIDE)
    if page < room(told) + count * _LEAST_OF_ROWS:
        told = broken(labels, NARROW)
    stacked = page < room(told) + count * _LEAST_OF_ROWS
    rows, columns = (count, 1) if stacked else (1, count)
    high = max(row, LINE * (1.4 + max(label.count("\n") for label in told)))
    wider = max(room(told) - _MARGIN, 0) / columns
    figure = sheet(rows, columns, width=width + wider, height=high * len(labels) + 0.85)
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    axes[0].set_yticks(range(len(labels)), told)
    axes[0].set_ylim(-0.7, len(labels) - 0.3)
    for ax in axes:
        ax.tick_params(axis="y", length=0)
    return figure, list(axes)


def broken(labels: Sequence[str], letters: int) -> list[str]:
    """The labels in lines of so many letters; what a long one says after its name begins a line."""
    return [
        "\n".join(textwrap.fill(part, letters, break_on_hyphens=False) for part in label.split("; "))
        if len(label) > letters
        else label
        for label in labels
    ]


def room(labels: Sequence[str]) -> float:
    """How wide the labels are, in inches."""
    return LETTER * max(len(line) for label in labels for line in label.split("\n"))
