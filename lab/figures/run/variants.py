"""A row a variant: how fast, saturated and accurate each is, and what each changes against the first."""

import textwrap
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lab import parts
from lab.analysis.comparisons import comparisons, cut_short, poor_reference, unsure
from lab.analysis.metrics import metric
from lab.analysis.rows import by_variant
from lab.analysis.statistics import LEVEL
from lab.analysis.summary import name_of_r2, part_learned, summary
from lab.errors import counted
from lab.figures.drawing import panels, scales, style, writing
from lab.figures.tables import NothingToShowError, checked, labels, of_variants, threshold
from lab.figures.varied import colours as colours_of

_OPEN, _FILLED = style.OPEN_DOT, style.FILLED_DOT
_STROKE: style.Looks = {"color": style.ACCENT, "marker": "|", "markersize": 8, "mew": 1.2, "ls": "none"}


@dataclass(frozen=True)
class Overview(parts.Figure):
    """Speed ratio, saturation and outcome of every variant, the best outcome first.

    Left, ‖∂C/∂b‖ of the first hidden layer over that of the last, on a logarithmic axis, with a stroke at the
    ratio that was predicted for the start; in the middle, the saturated share of the hidden layers: both as
    open marks at the first reading and filled ones at the last, medians over the trials that are done. Right,
    the accuracy after the last step over the test examples, or over the training examples where there are
    none; of numbers 1 − C/C̄ over the training examples, which is R² of the quadratic cost, and where it is
    below −1 stands at the edge. There is one dot per trial, and a bar at their median. Where what varies has
    an order, so have the colours.
    """

    needs = ("layers", "trials", "variants")
    question = "Which variant learns evenly, unsaturated, and well?"
    reading = "one row per variant, the best at the top; open mark: start, filled mark: end"

    def draw(self, tables: parts.Tables) -> Figure:
        trials = checked(tables, "trials", "final_accuracy", "final_test_accuracy")
        rows = summary(tables)[::-1]  # of equals, the first in the file stands above
        trials, column, words = _outcome(tables, trials, rows)
        rows = rows.sort_values(column, kind="stable", na_position="first", ignore_index=True)
        of_variant = by_variant(trials)
        names = labels(tables, {name: of_variant[name] for name in rows["variant"]})

        figure, axes = panels.side_by_side(names, 3, width=2.5, row=0.19)
        seen = rows[["ratio_start", "ratio_end", "saturation_start", "saturation_end"]]
        if trials[column].isna().all() and seen.isna().all(axis=None):
            raise NothingToShowError("overview: no ratio, no saturation and no accuracy was recorded")
        colours = list(colours_of(tables, list(rows["variant"])).values())
        predicted = _predicted(tables, rows["variant"]).clip(*scales.RATIOS)
        _ratios(axes[0], rows, predicted, colours)
        axes[0].set_xlabel("speed of the first\nhidden layer over\nthat of the last")
        if rows[["saturation_start", "saturation_end"]].notna().any(axis=None):
            _first_to_last(axes[1], rows["saturation_start"], rows["saturation_end"], colours)
        else:
            recorded = "saturation" in tables["layers"]
            panels.nothing(axes[1], "no hidden layer has one" if recorded else "not recorded")
        axes[1].set_xlim(-0.03, 1.03)
        axes[1].set_xlabel(f"saturated share of the\nhidden layers\n(|σ′| < {threshold(tables)} sup|σ′|)")
        _outcomes(axes[2], rows["variant"], trials, column, colours)
        axes[2].set_xlabel(words)
        writing.legend(
            figure, [writing.words("medians over the trials that are done; right: one dot per trial")]
        )
        return figure


def _outcome(tables: parts.Tables, trials: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    """The trials, the column that tells how well each ended, and that in words; ``rows`` are the summary."""
    for column, over in (("final_test_accuracy", "test"), ("final_accuracy", "training")):
        if trials[column].notna().any():
            return trials, column, f"accuracy at the end\n(share of\n{over} examples)"
    if rows["r2"].isna().all():
        return trials, "final_accuracy", "accuracy at the end"
    of_mean = trials["variant"].map(of_variants(tables, "cost_of_mean")).astype(np.float64)
    least = of_variants(tables, "cost_of_perfect")
    of_perfect = trials["variant"].map(least).astype(np.float64).fillna(0.0)
    part = part_learned(trials["final_cost"], of_mean, of_perfect)
    name = name_of_r2(of_variants(tables, "cost").values(), least.values())
    words = f"{name} at the end\n(over the\ntraining examples)"
    return trials.assign(r2=part.clip(lower=-1)), "r2", words


def _predicted(tables: parts.Tables, variants: pd.Series) -> pd.Series:
    """The ratio predicted for the start; NaN where there is none, or a single hidden layer."""
    if "prediction" not in tables:
        return pd.Series(np.nan, index=variants.index)
    rows = checked(tables, "prediction", "predicted_speed")
    hidden = rows.groupby("variant", observed=True)["layer"].max() - 1
    first = rows[rows["layer"] == 1].set_index("variant")["predicted_speed"].where(hidden > 1)
    return pd.Series(variants.map(first), dtype=np.float64).where(lambda ratios: ratios > 0)


def _ratios(ax: Axes, rows: pd.DataFrame, predicted: pd.Series, colours: list[str]) -> None:
    start, end = (rows[name].clip(*scales.RATIOS) for name in ("ratio_start", "ratio_end"))
    if not np.isfinite(np.concatenate([start, end])).any():
        panels.nothing(ax, "needs two hidden\nlayers that learn")
        return
    ax.axvline(1, color=style.quiet(), linewidth=0.8)
    _first_to_last(ax, start, end, colours)
    label = "predicted before training" if predicted.notna().any() else ""
    ax.plot(predicted, rows.index, **_STROKE, label=label)
    scales.log_axis(ax, [np.concatenate([start, end, predicted, [1]])], "x")


def _first_to_last(ax: Axes, start: pd.Series, end: pd.Series, colours: list[str]) -> None:
    """Two marks a row, and a line between them."""
    ax.hlines(start.index, start, end, color=colours, linewidth=0.8, alpha=0.6)
    for at, colour in zip(start.index, colours, strict=True):
        ax.plot(start[at], at, **_OPEN | {"color": colour})
        ax.plot(end[at], at, **_FILLED | {"color": colour})
    told = {"color": colours[0] if len(set(colours)) == 1 else style.quiet()}
    ax.plot([], [], **_OPEN | told, label="first reading")
    ax.plot([], [], **_FILLED | told, label="last reading")


def _outcomes(ax: Axes, names: pd.Series, trials: pd.DataFrame, column: str, colours: list[str]) -> None:
    if trials[column].isna().all():
        panels.nothing(ax, "not known")
        return
    done = trials[trials["status"] == "done"]
    place = dict(zip(names, names.index, strict=True))
    for name, of_variant in done.groupby("variant", observed=True):
        looks = _FILLED | {"markersize": 3, "alpha": 0.6, "mew": 0, "color": colours[place[name]]}
        ax.plot(of_variant[column], [place[name]] * len(of_variant), **looks)
    medians = done.groupby("variant", observed=True)[column].median()
    ax.plot(medians, [place[name] for name in medians.index], "|", color=style.ink(), markersize=8, mew=1.4)
    ax.set_xlim(min(0, done[column].min()) - 0.03, 1.03)


@dataclass(frozen=True)
class Comparisons(parts.Figure):
    """What each variant changes against the first: a row a variant, a panel a metric.

    A mark is the mean difference over the trials of the same seed, its bar the 95 % interval; a
    filled mark is a difference with p < 0.05 by the sign-flip test, corrected after Holm over the rows of the
    panel, or over those of the whole run where some are chosen, which is said. The rows are those of the
    run's table ``comparisons``, which is made anew where it is not given. A single pair has a mark without a
    bar, and where there is none it is said, as where neither of a pair ever got to the accuracy asked for.
    The arrow points to what is better. See `lab.analysis.comparisons`.
    """

    needs = ("trials", "steps", "layers", "variants")
    question = "What does each variant change against the first?"
    reading = "one row per variant: the mean difference over paired trials, and its interval"
    when = "with two variants or more"

    def draw(self, tables: parts.Tables) -> Figure:
        variants = by_variant(checked(tables, "trials"))
        first, *others = variants
        if not others:
            raise NothingToShowError("comparisons: there is one variant, and a comparison needs two")
        rows = tables["comparisons"] if "comparisons" in tables else comparisons(tables)
        if rows.empty:
            raise NothingToShowError("comparisons: no trial has a number to compare")
        # In a table from a file an empty text is NaN.
        apart = {b: why for b, why in zip(rows["b"], rows["unpaired"], strict=True) if why and why == why}
        names = dict(zip(variants, labels(tables, variants), strict=True))
        rest = [names[name] + (f"; {apart[name]} not paired" if name in apart else "") for name in others]

        family = int(rows["family"].max())
        found = f"p < {LEVEL:g} after Holm" + (f" over {family} comparisons" if family > len(others) else "")
        metrics = rows.groupby("metric", sort=False)
        figure, axes = panels.side_by_side(rest[::-1], len(metrics), width=2.3, row=0.24)
        for ax, (name, of_metric) in zip(axes, metrics, strict=True):
            _draw_differences(ax, of_metric, unsure(rows), found)
            shown = metric(str(name))
            arrow = {1: "better →", -1: "← better", 0: f"← {shown.less}   {shown.more} →"}[shown.better]
            unit = f" ({shown.unit})" if shown.unit and shown.unit not in shown.words else ""
            words = textwrap.fill(f"difference in {shown.words or shown.name}{unit}", 26)
            ax.set_xlabel(f"{words}\n{arrow}", fontsize=8, x=1, ha="right")
        least, most = int(rows["pairs"].min()), int(rows["pairs"].max())
        pairs = counted(most, "pair") if least == most else f"{least}–{most} pairs"
        same = f"Δ: difference to {names[first]}, {pairs} of trials with the same seed"
        short = cut_short(rows)
        poor = poor_reference(checked(tables, "trials"), [(first, other) for other in others])
        writing.legend(figure, [writing.words(text) for text in (same, short, poor) if text])
        return figure


def _draw_differences(ax: Axes, rows: pd.DataFrame, unsure: str, found: str) -> None:
    """The differences of a metric, from the top row down; two words for the marks."""
    places = np.arange(len(rows))[::-1]
    sure = rows["p_holm"].to_numpy(np.float64) < LEVEL
    difference = rows["difference"].to_numpy(np.float64)
    ax.axvline(0, color=style.quiet(), linewidth=0.8)
    bar = "95 % interval of the mean difference" if np.isfinite(rows[["low", "high"]]).any(axis=None) else ""
    ax.plot(difference[sure], places[sure], **_FILLED, label=found)
    ax.plot(difference[~sure], places[~sure], **_OPEN, label=unsure)
    ax.hlines(places, rows["low"], rows["high"], color=_FILLED["color"], linewidth=1.2, label=bar)
    middle: style.Looks = {"transform": ax.get_yaxis_transform(), "ha": "center", "va": "center"}
    for place, pairs, neither in zip(places, rows["pairs"], rows["neither"], strict=True):
        if pairs == 0:
            why = "neither got there" if neither else "no pair"
            ax.text(0.5, place, why, fontsize=style.SMALL, color=style.quiet(), **middle)
    ax.xaxis.set_major_locator(MaxNLocator(4))
