"""Axes of layers, of time, and logarithmic ones."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any, Literal, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    Locator,
    LogLocator,
    MaxNLocator,
    NullLocator,
    ScalarFormatter,
)

from lab.figures.drawing.bands import SMALLEST, Floats

T = TypeVar("T")

LETTER, LINE = 0.062, 0.13
"""Inches: how wide a letter of a small label is, and how high a line."""

RATIOS = 1e-9, 1e9
"""Ratios beyond these stand at the edge of their panel."""

_NARROW = 4.0  # decades that any panel has room for
_LARGEST = 1e300  # a logarithmic axis ends about here, so that it has an end


def whole_numbers() -> MaxNLocator:
    """Ticks for an axis of layers, steps or epochs."""
    return MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)


def magnified_start(ax: Axes, end: float, *, whole: bool = False) -> None:
    """A square-root x axis from 0 to ``end``: its first twentieth takes more than a fifth of the width.

    Its ticks are 0 and round numbers that stand apart; of what is ``whole``, as steps are, no parts have one.
    """
    end, ticks = end or 1.0, [0.0]
    for value in (m * 10.0**e for e in range(0 if whole else -3, 16) for m in (1, 2, 5)):
        if value <= end and np.sqrt(value / end) - np.sqrt(ticks[-1] / end) > 0.18:
            ticks.append(value)
    ax.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0)), np.square))
    ax.set_xlim(0, end)
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def layer_axis(ax: Axes, layers: Sequence[int], room: float = 0.5) -> None:
    """An x axis of these layers; of more than twelve every second has a tick, or every third, and so on."""
    ax.set_xlim(layers[0] - room, layers[-1] + room)
    ax.set_xticks(layers[:: ceil(len(layers) / 12)])


def chosen(layers: Sequence[T], most: int = 24) -> list[T]:
    """What to show of many layers, or variants: the first, the last, and some evenly between."""
    places = np.linspace(0, len(layers) - 1, min(most, len(layers))).round().astype(int)
    return [layers[place] for place in places]


def apart(places: Floats, labels: Sequence[str], width: float) -> tuple[list[str], bool]:
    """The labels of ticks at these places of an axis so many inches wide, and whether they stand upright.

    They do where they would touch each other; a label that even then touches one before it is empty.

    >>> apart(np.array([0.0, 1.0, 1.5]), ["1.0", "10.0", "30.0"], 5.0)
    (['1.0', '10.0', '30.0'], False)
    >>> apart(np.array([0.0, 1.0, 1.1, 1.12]), ["1.0", "10.0", "12.0", "13.0"], 5.0)
    (['1.0', '10.0', '12.0', ''], True)
    """
    order = np.argsort(places, kind="stable")
    inches = width * (places - places.min()) / (np.ptp(places) or 1)
    upright = bool(np.diff(inches[order]).min(initial=width) < LETTER * (max(map(len, labels)) + 1))
    kept, last = [""] * len(labels), -width
    for at in order:
        if not upright or inches[at] - last >= LINE:
            kept[at], last = labels[at], inches[at]
    return kept, upright


def cell_edges(x: Floats) -> Floats:
    """The edges of a map's cells: half-way between readings; the outermost as far from theirs as the next."""
    if len(x) == 1:
        return np.array([x[0] - 0.5, x[0] + 0.5])
    middle: Floats = (x[1:] + x[:-1]) / 2
    return np.concatenate(([2 * x[0] - middle[0]], middle, [2 * x[-1] - middle[-1]]))


def log_axis(ax: Axes, values: Sequence[Floats], which: Literal["x", "y"] = "y") -> None:
    """A logarithmic x or y axis, of all panels that share it, that holds all positive ``values``.

    It has two ticks at least: powers of ten, and where they are too few, numbers between.
    """
    every = np.concatenate([np.empty(0), *values])
    held = every[np.isfinite(every) & (every > 0)]
    low, high = (float(held.min()), float(held.max())) if held.size else (0.1, 1.0)
    decades = log10(high) - log10(low)
    margin = 10 ** min(max(0.06 * decades, 0.08), 1)
    alike = ax.get_shared_x_axes() if which == "x" else ax.get_shared_y_axes()
    for one in alike.get_siblings(ax):
        one.set(**{f"autoscale{which}_on": False})
    ends = max(low / margin, SMALLEST), max(min(high, _LARGEST) * margin, 10 * SMALLEST)
    ax.set(**{f"{which}scale": "log", f"{which}lim": ends})
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_locator(_logarithmic(*map(log10, ends)))
    wide = ends[1] >= 100 * ends[0]
    axis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(value) if wide else f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _logarithmic(low: float, high: float) -> Locator:
    """Ticks from 10^low to 10^high: seven powers of ten at most, or within two decades numbers between."""
    if high - low >= 2:
        apart = next(n for n in (1, 2, 3, 5, 10, 20, 50, 100) if (floor(high) - ceil(low)) // n < 7)
        return FixedLocator((10.0 ** np.arange(ceil(low / apart) * apart, high + 0.01, apart)).tolist())
    if high - low < 0.45:
        return MaxNLocator(4)
    return LogLocator(subs=(1, 2, 5) if high - low > 1 else (1, 1.5, 2, 3, 5, 7))


def near(values: Sequence[Floats]) -> list[int]:
    """The places of the arrays that an axis should hold, so that a few far off do not flatten all others.

    The lowest and the highest are left out where the others take half as many decades, or fewer, but no more
    than a quarter of all; an axis of less than twice `_NARROW` decades holds everything.
    """
    ends = {at: _decades(one) for at, one in enumerate(values) if (one[np.isfinite(one)] > 0).any()}
    spare = len(ends) // 4
    held = list(ends)

    def span(kept: Sequence[int]) -> float:
        return max(ends[at][1] for at in kept) - min(ends[at][0] for at in kept)

    def without(low: int, high: int) -> list[int]:
        rest = sorted(held, key=lambda at: ends[at][0])[low:]
        return sorted(rest, key=lambda at: ends[at][1])[: len(rest) - high]

    while spare:
        ways = [(low, count - low) for count in range(1, spare + 1) for low in range(count + 1)]
        halved = [way for way in ways if max(span(without(*way)), _NARROW) <= span(held) / 2]
        if not halved:
            break
        held, spare = without(*halved[0]), spare - sum(halved[0])
    return [at for at in range(len(values)) if at in held or at not in ends]


def beyond(values: Floats, axis: tuple[float, float]) -> list[str]:
    """How far positive values leave an axis, in words: ``down to 10⁻²⁰``, ``up to 10⁹``; often empty."""
    low, high = _decades(values)
    down = [f"down to {_ten_to(low)}"] if axis[0] > 0 and log10(axis[0]) > low else []
    return down + ([f"up to {_ten_to(high)}"] if axis[1] > 0 and log10(axis[1]) < high else [])


def _decades(values: Floats) -> tuple[float, float]:
    """The logarithms of the least and the greatest positive number; the less is ∞ where there is none."""
    positive = values[np.isfinite(values) & (values > 0)]
    return float(np.log10(positive.min(initial=np.inf))), float(np.log10(positive.max(initial=SMALLEST)))


def visible(values: Any) -> Floats:
    """The numbers of ``values``, NaN where a logarithmic axis has no place for one."""
    numbers = np.asarray(values, np.float64)
    return np.where((numbers > 0) & np.isfinite(numbers), numbers, np.nan)


class _PowerAtTicks(ScalarFormatter):
    """matplotlib's, with a power of ten at each tick, in place of one above the axis: there is the title.

    What else was set of it stays as it was set.
    """

    def __init__(self, given: ScalarFormatter) -> None:
        vars(self).update(vars(given))
        self.set_useOffset(False)
        self.set_useMathText(False)

    def format_ticks(self, values: Any) -> list[str]:
        labels, above = super().format_ticks(values), super().get_offset()
        if not above:
            return labels
        # TeX, where it sets the letters, is given the power as matplotlib writes it.
        power = above if self.get_usetex() else f"·{power_of_ten(float(above.replace('−', '-')))}"
        return [f"{label}{power}" if value else "0" for label, value in zip(labels, values, strict=True)]

    def get_offset(self) -> str:
        return ""


def powers_at_ticks(figure: Figure) -> None:
    """Write the powers of ten of linear axes at their ticks, so that nothing stands above an axis."""
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        given = axis.get_major_formatter()
        if type(given) is ScalarFormatter:
            axis.set_major_formatter(_PowerAtTicks(given))


def short_number(value: float, digits: int = 2) -> str:
    """A number in so many characters that count, a power of ten where it is small or large, in one less.

    >>> [short_number(value) for value in (0.0042, 0.59, 23.4, 234.0, 1e6)]
    ['4·10⁻³', '0.59', '23', '230', '1·10⁶']
    """
    if value and not 0.01 <= abs(value) < 1e4:
        factor, exponent = f"{value:.{digits - 2}e}".split("e")
        return f"{factor}·{_ten_to(int(exponent))}"
    return f"{float(f'{value:.{digits}g}'):g}"


def power_of_ten(value: float) -> str:
    """``10⁻³`` for 0.001, in letters that need no mathematics; nothing for what is not positive."""
    return _ten_to(log10(value)) if value > 0 else ""


def _ten_to(exponent: float) -> str:
    return "10" + str(round(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
