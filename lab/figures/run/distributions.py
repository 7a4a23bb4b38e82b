"""How the slopes σ′(z) of each layer are distributed, and where its z lie on the slope."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from lab import parts
from lab.figures.drawing import marks, scales, style, writing
from lab.figures.drawing.bands import Band, Floats
from lab.figures.tables import NothingToShowError, Shown, checked, number_of, threshold
from lab.figures.varied import colours
from lab.prover.intervals.enclosure_text import short_bound

_LOOK = style.categories(1)[0]
_MEDIAN, _SPREAD = "median slope over neurons and examples", "2nd to 98th percentile"
_NEGATIVE = "the same of −σ′(z), where σ falls"
_FALLS: style.Dashes = (0, (1, 1))
_BINS = 60
_TAIL = 0.001  # the share of the examples that may lie beyond either end of the z axis
_AT_LEAST = 3.0  # the z axis reaches so far to both sides, so that σ′ has a shape
_SPIKE = 2.0  # the axis of an unbounded σ′ ends at so many times what 95 % of the shown slopes are below
_LAST: style.Looks = {"color": _LOOK.colour, "alpha": 0.45}
_FIRST: style.Looks = {"linestyle": (0, (2, 1)), "linewidth": 0.8}
_SATURATED: style.Looks = {"facecolor": "#888888", "alpha": 0.14, "linewidth": 0, "zorder": 0}


@dataclass(frozen=True)
class Slopes(parts.Figure):
    """The distribution of σ′(z) over neurons and examples: a row a layer, a column a variant, log axis.

    The line is the median slope, the band reaches from the 2nd to the 98th percentile (each of them the
    median over the trials). Where the median is below 0, −σ′ is drawn, its line dotted; a median slope of 0
    is a mark on the floor of its panel. A dashed line is the floor inf σ′ of the hidden layers' activation,
    where that is above 0.
    """

    needs = ("layers",)
    question = "How steep is σ where the neurons are?"
    reading = "line: the median slope σ′(z), band: 2nd to 98th percentile, dashed: its floor"

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers", "slope_p02", "slope_p50", "slope_p98")
        shown = Shown.of(tables, layers, most_layers=6, columns=6, of=["slope_p50"])
        low, middle, high = (shown.bands(name) for name in ("slope_p02", "slope_p50", "slope_p98"))
        spreads = {
            (layer, name): replace(one, low=low[name][layer].median, high=high[name][layer].median)
            for name, of_name in middle.items()
            for layer, one in of_name.items()
        }
        floors = {name: number_of(tables, name, "inf_slope") for name in middle}

        looks = {name: replace(_LOOK, colour=one) for name, one in colours(tables, list(middle)).items()}
        matrix = shown.matrix(height=1.05, sharey="row")
        for layer, row in zip(shown.layers, matrix.grid, strict=True):
            here = [spread for (at, _), spread in spreads.items() if at == layer]
            edges = [one.edges for spread in here for one in _by_sign(spread)]
            scales.log_axis(row[0], [*edges, np.array(list(floors.values()))])
        for (layer, name), spread in spreads.items():
            ax, floor = matrix.axes[layer, name], floors[name]
            look = looks[name]
            rising, falling = (one.positive for one in _by_sign(spread))
            marks.draw_line(ax, rising, look, _MEDIAN)
            marks.fill_band(ax, rising, look.colour, _SPREAD)
            if falling.drawable:
                marks.draw_line(ax, falling, replace(look, dashes=_FALLS), _NEGATIVE)
                marks.fill_band(ax, falling, look.colour)
            hidden = spread.x[spread.median == 0]
            marks.floor_marks(ax, hidden, "on the floor: a median slope of 0", color=look.colour)
            if floor > 0 and layer < shown.variants[name]["layer"].max():
                label = f"inf σ′ = {short_bound(floor, up=False)}" if layer == shown.layers[0] else ""
                marks.bound(ax, floor, label, below=True)
        trials = writing.words(writing.trials_text([spread.trials for spread in spreads.values()]))
        signs = any((spread.median < 0).any() for spread in spreads.values())
        label = "slope σ′(z); dotted: −σ′(z)" if signs else "slope σ′(z)"
        return matrix.framed(shown.time, [trials, *shown.left_out], shown.outcomes(), y=label)


@dataclass(frozen=True)
class ZDistribution(parts.Figure):
    """The distribution of z, filled for the last reading and dashed for the first, with σ′(z) drawn over it.

    A row a layer, a column a variant; all trials together. Where |σ′(z)| < τ S, S = sup |σ′|, the ground is
    grey: examples there are saturated. Where S is infinite there is no grey, and the axis of σ′ holds what is
    usual among the z that are shown. Each histogram is scaled to its panel.
    """

    needs = ("histograms",)
    question = "Where on σ′ do the weighted inputs z lie?"
    reading = "filled: z at the end, dashed: at the start, line: σ′; on grey ground a neuron is saturated"

    def draw(self, tables: parts.Tables) -> Figure:
        histograms = checked(tables, "histograms", "low", "high", "count")
        counted = histograms[(histograms["count"] > 0) & (histograms["low"] < histograms["high"])]
        if counted.empty:
            raise NothingToShowError("z_distribution: the histograms are empty")
        shown = Shown.of(tables, counted, most_layers=6, columns=6)
        steps = [rows["step"] for rows in shown.variants.values()]
        last_label = f"last reading{_at(map(max, steps))}, each histogram scaled to its panel"
        first_label = f"first reading{_at(map(min, steps))}"
        matrix = shown.matrix(height=1.05)
        for name, rows in shown.variants.items():
            first, last = rows["step"].min(), rows["step"].max()
            edges = np.linspace(*_reach(rows[rows["step"].isin((first, last))]), _BINS + 1)
            for layer in shown.layers:
                ax, here = matrix.axes[layer, name], rows[rows["layer"] == layer]
                ax.set_yticks([])
                if here.empty:
                    continue
                after, before = (density(here[here["step"] == step], edges) for step in (last, first))
                highest = 1.05 * max(after.max(), before.max()) or 1.0
                scaled: style.Looks = {"transform": ax.get_xaxis_transform()}
                ax.stairs(after / highest, edges, fill=True, label=last_label, **scaled | _LAST)
                if first < last:
                    look = scaled | _FIRST | {"color": style.ink()}
                    ax.stairs(before / highest, edges, label=first_label, **look)
                ax.set_xlim(edges[0], edges[-1])
                ax.xaxis.set_major_locator(MaxNLocator(4 if np.ptp(edges) < 1500 else 2, steps=[1, 2, 5, 10]))
                _draw_slope(ax, tables, name, layer)
        endless = any(_unbounded(tables, name, layer) for layer, name in matrix.axes)
        more = [writing.words("no grey where sup|σ′| is infinite")] if endless else []
        return matrix.framed("z", [*more, *shown.left_out], y="density of z")


def _by_sign(spread: Band) -> tuple[Band, Band]:
    """The band of σ′ where its median is not below 0, and that of −σ′ where it is; NaN elsewhere."""
    low, median, high = spread.low, spread.median, spread.high
    return _where(spread, median >= 0, low, median, high), _where(spread, median < 0, -high, -median, -low)


def _where(spread: Band, there: NDArray[np.bool_], *edges: Floats) -> Band:
    low, median, high = (np.where(there, edge, np.nan) for edge in edges)
    return replace(spread, low=low, median=median, high=high)


def density(rows: pd.DataFrame, edges: Floats) -> Floats:
    """The density of z between ``edges``, of histograms that need not share their bins.

    What a bin counts is taken as spread evenly over it; the whole has area 1, what lies outside included.
    """
    low, high, count = rows[["low", "high", "count"]].to_numpy(np.float64).T
    share = np.clip((edges[:, np.newaxis] - low) / (high - low), 0, 1)
    below = share @ count / count.sum() if count.size else np.zeros_like(edges)
    return np.diff(below) / np.diff(edges)


def _reach(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of the z axis: what holds nearly all examples, and at least the middle of σ′."""
    ordered = rows.sort_values("low")
    share = ordered["count"].to_numpy(dtype=np.float64).cumsum() / ordered["count"].sum()
    low = ordered["low"].to_numpy()[np.searchsorted(share, _TAIL)]
    high = ordered["high"].to_numpy()[np.searchsorted(share, 1 - _TAIL)]
    return min(round(float(low), 9), -_AT_LEAST), max(round(float(high), 9), _AT_LEAST)


def _draw_slope(ax: Axes, tables: parts.Tables, variant: str, layer: int) -> None:
    """σ′(z), its axis on the right, and grey where it is saturated; nothing where the run has no curves."""
    if "curves" not in tables:
        return
    curves = checked(tables, "curves", "z", "slope")
    rows = curves[(curves["variant"] == variant) & (curves["layer"] == layer)].sort_values("z")
    z, slope = rows[["z", "slope"]].to_numpy(np.float64).T
    if not z.size:
        return
    low, high = ax.get_xlim()
    endless = _unbounded(tables, variant, layer)
    known = slope[np.isfinite(slope) & ((low <= z) & (z <= high) | (not endless))]
    size = np.abs(known)
    supremum = float(size.max(initial=0))
    steepest = supremum or 1.0
    if endless and size.size:
        steepest = min(steepest, _SPIKE * float(np.quantile(size, 0.95)) or steepest)
    if not endless:
        saturated = np.abs(slope) < number_of(tables, variant, "saturation_threshold") * supremum
        label = f"saturated: |σ′(z)| < {threshold(tables)} sup|σ′|"
        ground: style.Looks = {"transform": ax.get_xaxis_transform()} | _SATURATED
        ax.fill_between(z, 0, 1, where=saturated, label=label, **ground)
    ax.plot(z, slope, color=style.ACCENT, linewidth=1.1, label="σ′(z), axis on the right")
    ax.set_ylim(1.15 * max(float(known.min(initial=0)), -steepest), 1.15 * steepest)
    ax.yaxis.tick_right()
    look: style.Looks = {"fontsize": style.SMALL, "color": style.ACCENT}
    ax.set_yticks([0, steepest], ["0", scales.short_number(steepest, 3)], **look)
    ax.tick_params(axis="y", length=2)
    ax.grid(False, axis="y")


def _unbounded(tables: parts.Tables, variant: str, layer: int) -> bool:
    """Whether sup |σ′| is infinite and saturation missing; that of the variant, where it was not recorded."""
    layers = tables.get("layers", pd.DataFrame())
    if "saturation" in layers:
        here = (layers["variant"] == variant) & (layers["layer"] == layer)
        return bool(layers.loc[here, "saturation"].isna().all())
    return bool(np.isinf([number_of(tables, variant, end) for end in ("inf_slope", "sup_slope")]).any())


def _at(steps: Iterable[int]) -> str:
    """Where all variants have a reading at the same step, that step."""
    different = set(steps)
    return f" (step {different.pop()})" if len(different) == 1 else ""
