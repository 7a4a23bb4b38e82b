"""What is drawn in a panel: lines with bands, points with bars, labels, marks on the floor, bounds."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.transforms import Transform

from lab.figures.drawing import style
from lab.figures.drawing.bands import Band, Floats, outline, thinned
from lab.figures.drawing.scales import chosen

MOST_LABELLED = 10  # of more lines in a panel only some are labelled
MOST_ASIDE = 5  # labels that there is no room for beside their lines, so that all stand near them


class End(NamedTuple):
    """Where a line ends, and the short label that stands there."""

    x: float
    y: float
    label: str
    colour: str


def draw_band(ax: Axes, band: Band, look: style.Look, label: str = "", *, markers: int = 0) -> None:
    """A line for the median, and the band around it where there are several trials."""
    draw_line(ax, band, look, label, markers=markers)
    if band.trials > 1:
        fill_band(ax, band, look.colour)


def draw_line(ax: Axes, band: Band, look: style.Look, label: str = "", *, markers: int = 0) -> None:
    """A line for the median that bears about so many ``markers``; a single reading is a marker."""
    readings = int(np.isfinite(band.median).sum())
    looks = look.line() if markers or readings == 1 else look.line(marker="")
    every = max(readings // markers, 1) if markers else None
    ax.plot(*outline(band.x, band.median), **looks, markevery=every, label=label)


def fill_band(ax: Axes, band: Band, colour: str, label: str = "") -> None:
    """The area from the lower to the upper edge."""
    x, low, high = thinned(band.x, band.low, band.high)
    ax.fill_between(x, low, high, color=colour, alpha=style.BAND_OPACITY, linewidth=0, label=label)


def draw_points(ax: Axes, band: Band, looks: style.Looks, shift: float, label: str = "") -> None:
    """Medians, and a bar for the band of each where there are several trials, all moved by a shift."""
    ax.plot(band.x + shift, band.median, **looks, label=label)
    if band.trials > 1:
        ax.vlines(band.x + shift, band.low, band.high, color=looks["color"], linewidth=0.9)


def shifts(count: int, distance: float) -> Floats:
    """How far so many neighbours are moved to both sides so that they do not hide each other."""
    return np.asarray(distance * (np.arange(count) - (count - 1) / 2))


def ground(ax: Axes, x: Floats, y: Floats) -> None:
    """A hatched ground from the first to the last x and y, seen where nothing is drawn over it."""
    ax.add_patch(Rectangle((x[0], y[0]), x[-1] - x[0], y[-1] - y[0], **style.MISSING))
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])


def floor_marks(ax: Axes, x: Floats, label: str = "", **looks: Any) -> None:
    """Marks on the floor of a panel, at readings that a logarithmic axis cannot show."""
    if len(x):
        shown, _, _ = thinned(x, x, x)
        looks = {"marker": "|"} | looks | {"linestyle": "none", "clip_on": False, "label": label}
        ax.plot(shown, np.zeros_like(shown), **looks, transform=ax.get_xaxis_transform())


def bound(ax: Axes, value: float, label: str, *, below: bool) -> None:
    """A dashed line across the panel at a bound of the slope, with its label under or above it."""
    ax.axhline(value, color=style.ACCENT, linestyle="--", linewidth=0.9, zorder=1.5)
    _of_bound(ax, label, value, ax.get_yaxis_transform(), hangs=below)


def outside(ax: Axes, label: str, *, below: bool) -> None:
    """The label of a bound that lies below or above the panel, at its edge there."""
    _of_bound(ax, f"{label} {'↓' if below else '↑'}", 0 if below else 1, ax.transAxes, hangs=not below)


def _of_bound(ax: Axes, label: str, y: float, place: Transform, *, hangs: bool) -> None:
    """The label of a bound at the right edge, hanging from ``y`` or standing on it."""
    look: style.Looks = {"fontsize": style.SMALL, "color": style.ACCENT, "bbox": style.under_words()}
    look |= {"textcoords": "offset points", "ha": "right", "va": "top" if hangs else "bottom"}
    ax.annotate(label, (1, y), (-2, -2 if hangs else 2), xycoords=place, **look)


def end_labels(ax: Axes, ends: Sequence[End], height: float) -> None:
    """Label the lines where they end; labels of lines that end together are moved apart.

    The y axis must have its limits; ``height`` is the panel's in inches. Of many lines some are labelled, and
    of lines that lie close only as many as stand not far from them.
    """
    look: style.Looks = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "va": "center"}
    look |= {"fontsize": style.SMALL, "annotation_clip": False}
    look["bbox"] = style.under_words()
    to_panel = ax.transScale + ax.transLimits
    gap = 1.25 * style.SMALL / (72 * height)
    together: dict[float, list[End]] = {}
    for end in ends:
        together.setdefault(end.x, []).append(end)
    for x, lines in together.items():
        # A line that left the panel, as one that diverged does, is labelled at the edge where it left.
        places = np.clip(to_panel.transform([(x, end.y) for end in lines])[:, 1], 0, 1)
        most = min(MOST_LABELLED, int(np.ptp(places) / gap) + MOST_ASIDE)
        labelled = chosen(range(len(lines)), most)
        moved = spread(places[labelled], gap, 0.0, 1.0)
        for end, place in zip([lines[index] for index in labelled], moved, strict=True):
            ax.annotate(end.label, (x, place), (3, 0), color=end.colour, **look)


def spread(places: Floats, gap: float, lowest: float = -np.inf, highest: float = np.inf) -> Floats:
    """The places moved as little as possible (least squares), none below ``lowest`` or above ``highest``.

    Neighbours are ``gap`` apart; where there is no room for all, the first is ``lowest``.

    >>> spread(np.array([0.5, 0.52, 0.9]), 0.25).round(3).tolist()
    [0.385, 0.635, 0.9]
    """
    order = np.argsort(places, kind="stable")
    gaps = gap * np.arange(len(order))
    blocks: list[list[float]] = []
    for place in places[order] - gaps:  # isotonic regression: blocks that fall become one, at their mean
        blocks.append([place])
        while len(blocks) > 1 and fmean(blocks[-2]) > fmean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    rising = [fmean(block) for block in blocks for _ in block]
    moved = np.empty(len(order))
    moved[order] = np.clip(rising, lowest, max(lowest, highest - gaps[-1])) + gaps
    return moved
