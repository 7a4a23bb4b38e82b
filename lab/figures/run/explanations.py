"""Why layers learn slowly: where the error died on its way down, and what the weights lost most by."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.ledger import REMOVED, ledger
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.bands import Floats, trial_mean
from lab.figures.tables import NothingToShowError, Shown, checked, slope_words

_FARTHEST = 4.0  # decades beyond which a bar is cut, so that one dead layer does not flatten all others
_PARTS = {
    "transport_decades": ("done by the weights", style.area(style.FIRST_COLOUR, "")),
    "slope_decades": ("done by {slope}", style.area(style.ACCENT, "/////")),
}
_READINGS = ("first reading", "last reading")
_TOTALS = {"transport_total": "weights", "slope_total": "σ′"}

_COLOURS = [look.colour for look in style.categories(7)]
CAUSES = {
    "cause_input_low": ("input low", style.area(_COLOURS[6], "")),
    "cause_output_saturated": ("output saturated", style.area(_COLOURS[1], "////")),
    "cause_error_small": ("error small", style.area(_COLOURS[0], "....")),
    "cause_examples_apart": ("large on different examples", style.area(_COLOURS[3], "xxxx")),
    "cause_examples_cancel": ("examples cancel", style.area(_COLOURS[5], "\\\\\\\\")),
    "cause_nothing_left": ("nothing left to learn", style.area(style.HAIRLINE, "")),
}
"""In words, and how they look, from the bottom of the stack to its top."""


@dataclass(frozen=True)
class Ledger(parts.Figure):
    """The factors of ‖δˡ‖/‖δᴸ‖ in decades: a bar a layer, what the weights did and what σ′ did stacked.

    A column a variant, its first reading above its last with an error. Each part is the median over the
    trials. What made the error smaller hangs below 0, what made it larger stands above. A part that is cut
    at four decades, or has no end since the error died, ends in a mark.
    """

    needs = ("layers",)
    question = "What shrinks the error: the weights or σ′?"
    reading = "one bar per layer, in decades (factors of ten): below 0 the error shrinks, above 0 it grows"

    def draw(self, tables: parts.Tables) -> Figure:
        checked(tables, "layers", "delta_rms", "error_rms")
        errors = ledger(tables)
        if errors[list(_PARTS)].isna().all(axis=None):
            raise NothingToShowError("ledger: no error that the weights or σ′ changed")
        shown = Shown.of(tables, errors, columns=6, of=list(_PARTS))
        slope = slope_words(tables)
        columns = {name: name for name in shown.variants}
        matrix = panels.matrix({row: row for row in _READINGS}, columns, height=1.9, sharey="all")
        trials, cut = [], False
        for name, rows in shown.variants.items():
            known = rows[list(_PARTS)].notna().any(axis=1)
            first, there = rows["step"].min(), rows.loc[known, "step"]
            for row, step in zip(_READINGS, (first, there.max() if len(there) else first), strict=True):
                at = (rows["step"] == step) & rows["layer"].isin(shown.layers)
                ax, reading, whole = matrix.axes[row, name], rows[at], rows[rows["step"] == step]
                _draw_bars(ax, reading, whole, f"{shown.time} {reading[shown.time].iloc[0]:.4g}", slope)
                scales.layer_axis(ax, shown.layers, room=0.6)
                trials.append(rows.loc[at & known, "trial"].nunique())
                cut |= bool((reading[list(_PARTS)].abs() > _FARTHEST).any(axis=None))
        ax = matrix.first
        low, high = min(ax.get_ylim()[0], -1.0), max(ax.get_ylim()[1], 0.0)
        ax.set_ylim(low, high + 0.2 * (high - low))  # room for the words at the top
        more = [writing.words(writing.trials_text(trials)), *shown.left_out]
        if cut:
            label = f"cut at {_FARTHEST:g} decades: more, or the error died"
            more.insert(0, writing.line(label, color=style.quiet(), marker="v", ls="none"))
        label = "error ‖δˡ‖ over that of the layer above (decades)"
        return matrix.framed("layer", more, shown.outcomes(), y=label)


def _draw_bars(ax: Axes, reading: pd.DataFrame, whole: pd.DataFrame, when: str, slope: str) -> None:
    """Stacked bars; parts of one sign stand on each other, parts of different signs on both sides of 0.

    ``reading`` are the rows of the layers that are shown, ``whole`` those of all, for the totals.
    """
    medians = reading.groupby("layer")[list(_PARTS)].median()
    x = medians.index.to_numpy(np.float64)
    ends = {-1.0: np.zeros_like(x), 1.0: np.zeros_like(x)}
    ax.axhline(0, color=style.quiet(), linewidth=0.8)
    for part, (words, look) in _PARTS.items():
        decades = medians[part].to_numpy(np.float64)
        height = np.clip(np.nan_to_num(decades, nan=0.0, neginf=-_FARTHEST), -_FARTHEST, _FARTHEST)
        bottom = np.where(height < 0, ends[-1.0], ends[1.0])
        ax.bar(x, height, 0.7, bottom, **look, label=words.format(slope=slope))
        for sign, end in ends.items():
            end += np.where(np.sign(height) == sign, height, 0)
        for at in np.flatnonzero(np.abs(decades) > _FARTHEST):
            mark, y = "v^"[int(height[at] > 0)], bottom[at] + height[at]
            ax.plot(x[at], y, mark, color=look["facecolor"], clip_on=False)
    quiet: style.Looks = {"fontsize": style.SMALL, "color": style.quiet(), "in_layout": False}
    output = int(whole["layer"].max())
    last = output - 1 if output > 2 else output  # of hidden layers alone, as the verdicts tell it
    told = f"{when}, layers {last} to 1:\n{_totals(whole, last)}" if last > 1 else when
    ax.text(0.02, 0.98, told, transform=ax.transAxes, va="top", **quiet)
    if (reading["note"] == REMOVED).any():
        place = ax.get_xaxis_transform()
        ax.text(x[-1], 0.03, REMOVED, transform=place, ha="center", rotation="vertical", **quiet)


def _totals(rows: pd.DataFrame, last: int) -> str:
    """What the weights and σ′ did from layer ``last`` down to 1: the medians over the trials, in decades."""
    first, above = (rows[rows["layer"] == layer].set_index("trial")[list(_TOTALS)] for layer in (1, last))
    totals = (first - above).where(np.isfinite(first), first).median()
    summed = ", ".join(f"{name} {round(totals[total], 2) + 0.0:+.2f}" for total, name in _TOTALS.items())
    return summed.replace("-", "−").replace("inf", "∞")


@dataclass(frozen=True)
class Causes(parts.Figure):
    """The share of weights with each cause of slow learning, stacked: a row a layer, a column a variant.

    The cause is the factor of |∂C/∂w| that lost most against its reference. Shares are the mean over the
    trials; readings without a finite trial are hatched in grey.
    """

    needs = ("layers",)
    question = "Why do the weights of each layer learn slowly?"
    reading = "share of the layer's weights by the factor of |∂C/∂w| that lost most"
    when = 'where record.quantities is ["all"]'

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers", *CAUSES)
        shown = Shown.of(tables, layers, most_layers=6, columns=6, of=list(CAUSES))
        matrix = shown.matrix(height=0.95, sharey="row")
        hatched = False
        for name, rows in shown.variants.items():
            x, there, low = trial_mean(rows, "cause_input_low", shown.time)
            hatched |= bool(np.isnan(low).any())
            shares = np.stack([trial_mean(rows, cause, shown.time)[2] for cause in CAUSES], axis=1)
            for layer, of_layer in zip(there, shares, strict=True):
                if layer in shown.layers:
                    _draw_stack(matrix.axes[int(layer), name], x, of_layer)
        trials = layers["trial"].where(layers["cause_input_low"].notna()).groupby(layers["variant"]).nunique()
        more = [writing.words(writing.trials_text(trials.tolist(), "mean")), *shown.left_out]
        if hatched:
            more.insert(0, writing.patch("missing: no finite trial", **style.MISSING))
        return matrix.framed(shown.time, more, shown.outcomes(), y="share of the weights")


def _draw_stack(ax: Axes, x: Floats, shares: Floats) -> None:
    """A stack that fills the panel; a single reading is widened to be seen."""
    if len(x) == 1:
        x, shares = np.array([x[0] - 0.5, x[0] + 0.5]), np.repeat(shares, 2, axis=1)
    marks.ground(ax, x, np.array([0.0, 1.0]))
    tops = np.cumsum(shares, axis=0)
    for top, share, (words, look) in zip(tops, shares, CAUSES.values(), strict=True):
        ax.fill_between(x, top - share, top, **look, label=words)
