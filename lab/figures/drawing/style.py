"""How the lab's figures look: type, ink, colours for the colour-blind, and marks that need none."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib.style
import numpy as np
from matplotlib import colormaps, rcParams
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import fontManager

from lab.errors import PartError
from lab.spelling import did_you_mean

INK = "#222222"
HAIRLINE = "#dddddd"
ACCENT = "#b3400a"  # of bounds and of slopes that are drawn over something else

Looks: TypeAlias = dict[str, Any]
"""How something looks, as the keywords that matplotlib takes."""

MISSING: Looks = {"facecolor": "none", "hatch": "////", "edgecolor": "#bbbbbb", "linewidth": 0}
"""How an area looks where there is no value."""

WIDE_SCRIPTS = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR"),
    *("Source Han Sans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "IPAGothic"),
    *("NanumGothic", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Hiragino Sans GB", "Arial Unicode MS"),
)
"""Fonts of Linux, Windows and macOS with the letters of Chinese, Japanese or Korean: those there are used."""

SMALL = 7.5  # size in points of notes and of labels at the ends of lines
BAND_OPACITY = 0.18
SATURATION_MAP = "magma_r"
"""Perceptually uniform and monotone in lightness, so that it prints in grey: pale is 0, dark is 1."""

CELL_MAP = "viridis_r"
"""The same for the cells of a map that bear numbers: pale is the least, dark the greatest."""

BLACK, WHITE = "#000000", "#ffffff"
_OKABE_ITO = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", BLACK, "#e69f00", "#56b4e9")
FIRST_COLOUR = _OKABE_ITO[0]
FILLED_DOT: Looks = {"color": FIRST_COLOUR, "marker": "o", "linestyle": "none", "markersize": 4.5}
OPEN_DOT: Looks = FILLED_DOT | {"markerfacecolor": "white"}
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h")
Dashes = tuple[float, tuple[float, ...]]  # as matplotlib takes them: an offset, and lengths of ink and gap
_DASHES: tuple[Dashes, ...] = ((0, ()), (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))


@dataclass(frozen=True)
class Look:
    """What tells one line from another: a colour, and, for print in grey, a marker and dashes."""

    colour: str
    marker: str
    dashes: Dashes

    def line(self, **changes: Any) -> Looks:
        """How a line of this look and its markers look."""
        return {"color": self.colour, "marker": self.marker, "linestyle": self.dashes} | changes


def area(colour: str, hatch: str) -> Looks:
    """How an area looks in this colour, hatched in white, for print in grey."""
    return {"facecolor": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0}


Style: TypeAlias = str | Path | dict[str, Any] | None
"""A style of one's own: a file, a name of matplotlib's, or its settings."""


def context(own: Style = None, *, titles_move: bool = False) -> AbstractContextManager[None]:
    """Matplotlib with the settings of ``lab.mplstyle``, then those of one's ``own``, and nobody else's.

    Letters that the font lacks are taken from the `WIDE_SCRIPTS` that are installed.
    Titles give way to what stands above an axis if one's own settings may put something there, or
    ``titles_move``. Raises PartError where there is no such style or setting, with the nearest name, or no
    such value of it.
    """
    free: list[Looks] = [{"axes.titley": None}] if own or titles_move else []
    if own:  # which may tell the colour of ticks alone, as a dark one does
        free += [{f"{axis}tick.color": INK, f"{axis}tick.labelcolor": "inherit"} for axis in "xy"]
    styles = ["default", Path(__file__).with_name("lab.mplstyle"), fonts(), *free, *([own] if own else [])]
    names = matplotlib.style.available
    if isinstance(own, str | Path) and str(own) not in names and not Path(own).is_file():
        raise PartError(f"no style {str(own)!r}, neither a file nor a name; {did_you_mean(str(own), names)}")
    if isinstance(own, dict):
        if unknown := next((key for key in own if key not in matplotlib.rcParams), None):
            raise PartError(f"rc: no setting {unknown!r}; {did_you_mean(unknown, matplotlib.rcParams)}")
        try:
            matplotlib.RcParams(own)
        except ValueError as error:
            raise PartError(f"rc: {error}") from None
    return matplotlib.style.context(styles)


@cache
def fonts() -> Looks:
    """The setting of the font, with those of `WIDE_SCRIPTS` that are installed."""
    installed = {font.name for font in fontManager.ttflist}
    return {"font.family": ["sans-serif", *filter(installed.__contains__, WIDE_SCRIPTS)]}


def ink() -> str:
    """The colour of words, and of lines that need no other, in the style in which is drawn."""
    return str(rcParams["text.color"])


def under_words() -> Looks:
    """The ground of words that a line may run under, in the style in which is drawn."""
    return {"facecolor": rcParams["axes.facecolor"], "alpha": 0.75, "linewidth": 0, "pad": 0.6}


def on_dark() -> bool:
    """Whether the ground of an axis is dark in the style in which is drawn."""
    red, green, blue = to_rgb(rcParams["axes.facecolor"])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.3


def quiet() -> str:
    """The colour of notes and of lines beside the matter, easy to read on a light ground or a dark one."""
    return "#999999" if on_dark() else "#666666"


def categories(count: int) -> list[Look]:
    """Looks for things without an order (variants): the palette of Okabe and Ito (2008), without its yellow.

    The cycles of colours, markers and dashes have different lengths, so that the first 308 looks differ. On a
    dark ground, where its black cannot be seen, white takes the place.
    """
    colours = [WHITE if on_dark() and colour == BLACK else colour for colour in _OKABE_ITO]
    looks = zip(cycle(colours), cycle(_MARKERS), cycle(_DASHES), strict=False)
    return [Look(*look) for look in islice(looks, count)]


def ramp(layers: Sequence[int]) -> dict[int, Look]:
    """Looks for the layers, in their order: from dark (nearest the input) to light (the output).

    The end of the map that is as dark or as light as the ground is left out.
    """
    first, width = (0.35, 0.65) if on_dark() else (0.0, 0.85)
    shades = colormaps["viridis"](first + width * np.arange(len(layers)) / max(len(layers) - 1, 1))
    return {
        layer: Look(to_hex(shades[place]), "o", _DASHES[place % len(_DASHES)])
        for place, layer in enumerate(layers)
    }
