"""Figures of panels side by side."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lab.figures import style
from lab.figures.scales import whole_numbers

_MOST_COLUMNS = 4


def sheet(rows: int, columns: int, *, width: float, height: float) -> Figure:
    """An empty figure of so many panels of this width and height in inches; nothing global knows of it."""
    figure = Figure(figsize=(max(width * columns, 4.5) + 0.8, height * rows + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def grid(count: int, *, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` panels, at most four in a row, with shared axes."""
    columns = min(count, _MOST_COLUMNS)
    rows = ceil(count / columns)
    width = {1: 5.6, 2: 3.7, 3: 2.9}.get(columns, 2.4)
    figure = sheet(rows, columns, width=width, height=height)
    cells = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    axes: list[Axes] = list(cells.flat)
    for spare in axes[count:]:
        spare.remove()
    for above in axes[max(count - columns, 0) : count]:
        above.tick_params(labelbottom=True)
    return figure, axes[:count]


def matrix(rows: int, columns: int, *, height: float, share_y: bool) -> tuple[Figure, list[list[Axes]]]:
    """A figure of small panels, row by row: a row a layer, a column a variant; rows may share their y."""
    figure = sheet(rows, columns, width=max(1.7, 4.6 / columns), height=height)
    cells = figure.subplots(rows, columns, sharex="col", sharey="row" if share_y else "none", squeeze=False)
    return figure, [list(row) for row in cells]


def blank(message: str) -> Figure:
    """A figure that only says why there is nothing to see."""
    figure = sheet(1, 1, width=5.6, height=1.0)
    figure.text(0.5, 0.45, message, ha="center", va="center", color=style.QUIET, wrap=True)
    return figure


def nothing(ax: Axes, why: str) -> None:
    """Say in an empty panel why it is empty."""
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", va="center", color=style.QUIET)


def label_axes(axes: Sequence[Axes], x: str, y: str) -> None:
    """The labels of a grid's axes: of x, in whole numbers, under each column, of y left of each row."""
    for place, ax in enumerate(axes):
        spec = ax.get_subplotspec()
        columns = spec.get_gridspec().ncols if spec else 1
        ax.xaxis.set_major_locator(whole_numbers())
        if place >= len(axes) - columns:
            ax.set_xlabel(x)
        if place % columns == 0:
            ax.set_ylabel(y)


def label_cells(cells: Sequence[Sequence[Axes]], rows: Sequence[str], x: str) -> None:
    """The labels of a matrix: of each row at its first panel that is there, of x under each column's last."""
    for row, name in zip(cells, rows, strict=True):
        there = [ax for ax in row if ax.axison]
        if there:
            there[0].set_ylabel(name)
            there[0].tick_params(labelleft=True)
    for column in zip(*cells, strict=True):
        there = [ax for ax in column if ax.axison]
        if there:
            there[-1].set_xlabel(x)
            there[-1].tick_params(labelbottom=True)


def ticks(layers: Sequence[int], most: int = 12) -> list[int]:
    """The layers that a tick is put at where there are many: every one, every second, and so on."""
    return list(layers)[:: max(-(-len(layers) // most), 1)]


def chosen(layers: Sequence[int], most: int = 24) -> list[int]:
    """The layers to show where there are many: the first, the last, and some evenly between."""
    if len(layers) <= most:
        return list(layers)
    places = np.linspace(0, len(layers) - 1, most).round().astype(int)
    return [layers[place] for place in places]
