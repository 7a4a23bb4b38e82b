"""The words of a figure: its title, its panels' captions, its legend, and what it says of the trials."""

import textwrap
from collections.abc import Sequence
from math import ceil
from typing import Any, TypeAlias

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation
from matplotlib.textpath import TextToPath
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from lab.figures.drawing import style
from lab.figures.drawing.bands import Floats

Entry: TypeAlias = tuple[Artist, str]  # a mark and a label of a legend

# In font sizes: the widths of a character of DejaVu Sans, on average and with room to spare, and the height
# of a line of a title or a legend.
_CHARACTER, _BOLD_CHARACTER, _LINE = 0.6, 0.68, 1.55
_TITLE, _SUBTITLE = 11, 8.5  # font sizes
_APART = 9  # points between a panel and the next
_FEWEST = 12  # letters of a line of a title
_THINNEST = 2.5  # points of the thinnest letters of a title
_measure = TextToPath()
_MARK = 12  # letters that a mark of a legend takes, and the space to the next panel
_BELOW = 28  # points that the ticks and the label of an x axis take


def headline(figure: Figure, title: str, below: str = "") -> None:
    """The figure's title at its left edge and, smaller, a line ``below``; both broken where they are long."""
    width = figure.get_figwidth() * 72
    lines = textwrap.wrap(title, int(width / (_TITLE * _BOLD_CHARACTER)))
    smaller = textwrap.wrap(below, int(width / (_SUBTITLE * _CHARACTER)))
    if not lines and not smaller:
        return
    # The title has empty lines where the smaller ones stand: only a title has room in the layout.
    above = figure.suptitle("\n".join([*lines, *("" for _ in smaller)]), x=0.01, ha="left")
    if smaller:
        looks: style.Looks = {"xycoords": above, "va": "bottom", "color": style.quiet()}
        looks |= {"fontsize": _SUBTITLE, "annotation_clip": False, "in_layout": False}
        figure.add_artist(Annotation("\n".join(smaller), (0, 0), **looks))
    _grow(figure, _TITLE * _LINE * (len(lines) + len(smaller)))


def captions(
    axes: Sequence[Axes], titles: Sequence[str], notes: Sequence[Sequence[str]], width: float
) -> None:
    """The titles of panels of a width in points, at one height, and below each, smaller, its notes."""
    room = max(int(width / (style.SMALL * _CHARACTER)), 16)
    lines = [[line for note in of_panel for line in textwrap.wrap(note, room)] for of_panel in notes]
    pad = 4 + 1.25 * style.SMALL * max(map(len, lines), default=0)
    look: style.Looks = {"va": "bottom", "fontsize": style.SMALL, "color": style.quiet()}
    look |= {"xycoords": "axes fraction", "textcoords": "offset points"}
    for ax, title in zip(axes, titles, strict=True):
        text = ax.set_title(title, pad=pad)
        text.set_text(_broken(title, text.get_fontproperties(), width - _APART))
    for ax, of_panel in zip(axes, lines, strict=False):
        if of_panel:
            ax.annotate("\n".join(of_panel), (0, 1), (0, 2), **look)


def _broken(title: str, font: FontProperties, width: float) -> str:
    """A title in lines of at most a width in points, each of as many letters as have room, or of 12."""
    for letters in range(max(min(len(title), int(width / _THINNEST)), _FEWEST), _FEWEST - 1, -1):
        lines = textwrap.wrap(title, letters, max_lines=4, placeholder=" …", break_on_hyphens=False)
        if all(
            _measure.get_text_width_height_descent(line, font, ismath=False)[0] <= width for line in lines
        ):
            break
    return "\n".join(lines)


def below(label: str, width: float) -> str:
    """The label of an axis, in lines of a width in points."""
    return textwrap.fill(label, max(int(width / (9 * _CHARACTER)), 12), break_on_hyphens=False)


def legend(figure: Figure, more: Sequence[Entry] = ()) -> None:
    """A legend under the panels, of what is drawn with a label, once for each label, and of ``more``."""
    drawn: dict[str, Artist] = {}
    for ax in figure.axes:
        for artist, label in zip(*ax.get_legend_handles_labels(), strict=True):
            drawn.setdefault(label, artist)
    entries = [*((artist, label) for label, artist in drawn.items()), *more]
    if not entries:
        return
    width = figure.get_figwidth() * 72 / (8 * _CHARACTER)
    handles, told = zip(*entries, strict=True)
    labels = ["\n".join(textwrap.wrap(label, int(width) - 10)) for label in told]
    wide = [max(map(len, label.split("\n"))) + 9 for label in labels]
    columns = next(k for k in range(len(wide), 0, -1) if k == 1 or _side_by_side(wide, k) <= width)
    lines = sum(label.count("\n") + 1 for label in labels)
    figure.legend(handles, labels, loc="outside lower left", ncols=columns, handlelength=3.2)
    _grow(figure, 8 * _LINE * ceil(lines / columns))


def _side_by_side(widths: Sequence[int], columns: int) -> int:
    """How wide entries of a legend are together in so many columns, each as wide as its widest."""
    return sum(int(column.max()) for column in np.array_split(widths, columns))


def panel_legend(ax: Axes, entries: Sequence[Entry], width: float) -> None:
    """A legend of its own under a panel of a width in points, where one legend would have too many lines."""
    handles, labels = zip(*entries, strict=True)
    letters = max(int(width / (style.SMALL * _CHARACTER)) - _MARK, 12)
    told = [textwrap.fill(label, letters) for label in labels]
    below = ax.transAxes + ScaledTranslation(0, -_BELOW / 72, ax.figure.dpi_scale_trans)
    look: style.Looks = {"loc": "upper left", "bbox_to_anchor": (0, 0), "fontsize": style.SMALL}
    ax.legend(handles, told, bbox_transform=below, **look)


def words(text: str) -> Entry:
    """A legend's entry without a mark."""
    return line(text, linestyle="none")


def line(label: str, **looks: Any) -> Entry:
    """A legend's entry for a line that is drawn in several looks, or for its marks alone."""
    return Line2D([], [], **looks), label


def patch(label: str, **looks: Any) -> Entry:
    """A legend's entry for an area."""
    return Patch(**looks), label


def left_out(shown: int, there: int, what: str, option: str = "variants") -> list[Entry]:
    """The legend's entry that tells how many of them a figure shows, if not all."""
    return [words(f"{shown} of {there} {what} shown; choose with --{option}")] if shown < there else []


def trials_text(counts: Sequence[int], middle: str = "median") -> str:
    """Of how many trials a figure shows the middle: ``median of 20 trials``; a single one has none."""
    least, most = min(counts, default=0), max(counts, default=0)
    if most <= 1:
        return "1 trial" if most else "no finite trial"
    return f"{middle} of {most} trials" if least == most else f"{middle} of {least}–{most} trials"


def trials_entry(counts: Sequence[int], *, bars: bool = False) -> Entry:
    """The legend's entry on the trials: how many there are, and what the band (or the bars) holds of them."""
    text = trials_text(counts)
    if max(counts, default=0) <= 1:
        return words(text)
    if bars:
        return line(f"{text}; bars: 90 % of them", ls="none", marker="|", markersize=10, color=style.quiet())
    return Patch(color=style.quiet(), alpha=style.BAND_OPACITY, linewidth=0), f"{text}; band: 90 % of them"


def layer_names(layers: Sequence[int]) -> str:
    """``layer 1`` or ``layers 1–3, 5``: runs of layers in short; the layers are in order."""
    runs = np.split(np.asarray(layers), np.flatnonzero(np.diff(layers) != 1) + 1)
    names = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
    return f"layer{'s' if len(layers) > 1 else ''} {names}"


def zeros_note(zero: NDArray[np.bool_], x: Floats, unit: str) -> str:
    """Where a median is zero (``zero`` is true): ``zero from epoch 12``, or at how many readings."""
    first = int(np.argmax(zero))
    if zero[first:].all():
        return f"zero from {unit} {x[first]:.4g}" if first else "zero at every reading"
    return f"zero at {int(zero.sum())} of {len(zero)} readings"


def _grow(figure: Figure, points: float) -> None:
    """Make the figure higher by this much, so that what is added takes nothing from the panels."""
    figure.set_figheight(figure.get_figheight() + points / 72)
