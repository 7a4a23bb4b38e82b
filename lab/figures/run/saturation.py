"""How saturated the layers are: while they train, by every measure at the end, and neuron by neuron."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.bands import Floats, over_layers, trial_mean
from lab.figures.tables import NotRecordedError, Shown, checked, threshold

MEASURES = {
    "saturation": "saturation: share of (neuron, example) with |σ′| < {threshold} sup|σ′|",
    "saturated_neurons": "saturated_neurons: share saturated on 95 % of the examples",
    "dead_neurons": "dead_neurons: share with σ′ = 0 on all examples",
    "phi_b": "phi_b: how near their ends the outputs of a bounded σ are",
    "rank_share": "rank_share: directions for 99 % of the variance of a ÷ width",
}
"""Columns of ``layers`` that are called saturation somewhere, and what the legend says of each."""


@dataclass(frozen=True)
class Saturation(parts.Figure):
    """Saturation, layer by reading: one map a variant, the mean over its trials, from 0 (pale) to 1 (dark).

    Saturation is the share of (neuron, example) with |σ′(z)| < τ S, where S = sup |σ′|. What is missing,
    since no trial is finite or S is infinite, is hatched.
    """

    needs = ("layers",)
    question = "Which layers saturate, and when?"
    reading = "one row per layer, time to the right; dark: most of the layer's σ′ is near 0"

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers", "saturation")
        shown = Shown.of(tables, layers, most_layers=len(layers), of=["saturation"])
        deepest = shown.layers[-1]
        height = min(max(0.3 * deepest, 1.8), 3.5)
        multiples = panels.wrapped(shown.variants, height=height, label="layer")
        for name, ax in multiples.axes.items():
            _draw_map(ax, *trial_mean(shown.variants[name], "saturation", shown.time))
        multiples.first.set_ylim(0.5, deepest + 0.5)
        more = [*_missing(multiples.axes.values(), "no finite trial"), *shown.left_out]
        figure = multiples.framed(shown.time, more, shown.outcomes())
        return _with_scale(figure, f"share of (neuron, example)\nwith |σ′(z)| < {threshold(tables)} sup|σ′|")


@dataclass(frozen=True)
class Neurons(parts.Figure):
    """Saturation, neuron by reading, of one trial: a row a layer, a column a variant, from 0 to 1 (dark).

    The saturation of a neuron is the share of its examples with |σ′(z)| < τ S, where S = sup |σ′|. The trial
    is the variant's first. What is missing, since the trial diverged or S is infinite, is hatched.
    """

    needs = ("neurons",)
    question = "Which single neurons saturate, and when?"
    reading = "one row per neuron of one trial, time to the right; dark: σ′ is near 0 on most examples"
    when = "where record.neurons is true"

    def draw(self, tables: parts.Tables) -> Figure:
        neurons = checked(tables, "neurons", "saturation").query("layer > 0")
        shown = Shown.of(tables, neurons, most_layers=6, columns=6, of=["saturation"])
        first = {name: rows["trial"].min() for name, rows in shown.variants.items()}
        matrix = shown.matrix(height=1.25)
        for (layer, name), ax in matrix.axes.items():
            rows = shown.variants[name]
            here = rows[(rows["trial"] == first[name]) & (rows["layer"] == layer)]
            if len(here):
                share = here.pivot(index="neuron", columns=shown.time, values="saturation")
                x, y = (axis.to_numpy(np.float64) for axis in (share.columns, share.index))
                _draw_map(ax, x, y, share.to_numpy(np.float64))
        more = [*_missing(matrix.axes.values(), "the trial diverged"), *shown.left_out]
        notes = [[f"trial {trial}"] for trial in first.values()]
        figure = matrix.framed(shown.time, more, notes, y="neuron")
        label = f"share of the neuron's examples\nwith |σ′(z)| < {threshold(tables)} sup|σ′|"
        return _with_scale(figure, label)


def _draw_map(ax: Axes, x: Floats, y: Floats, share: Floats) -> None:
    """A map of shares from 0 to 1 by (y, x); what is NaN is hatched."""
    x, y = scales.cell_edges(x), scales.cell_edges(y)
    marks.ground(ax, x, y)
    ax.pcolormesh(x, y, share, vmin=0, vmax=1, cmap=style.SATURATION_MAP, rasterized=True)
    ax.yaxis.set_major_locator(scales.whole_numbers())
    ax.grid(False)


def _missing(axes: Iterable[Axes], why: str) -> list[writing.Entry]:
    """The legend's entry for the hatched ground, where one of these maps lets it be seen."""
    maps = [np.asarray(drawn.get_array(), np.float64) for ax in axes for drawn in ax.collections]
    hatched = any(np.isnan(cells).any() for cells in maps)
    return [writing.patch(f"missing: {why}, or sup|σ′| is infinite", **style.MISSING)] if hatched else []


def _with_scale(figure: Figure, label: str) -> Figure:
    scale = ScalarMappable(Normalize(0, 1), style.SATURATION_MAP)
    bar = figure.colorbar(scale, ax=figure.axes, aspect=20, pad=0.02)
    bar.set_label(label, fontsize=8)
    bar.outline.set_linewidth(0)
    return figure


@dataclass(frozen=True)
class SaturationMeasures(parts.Figure):
    """Every measure of saturation that was recorded, over the layers, at the last reading: a panel a variant.

    Points are medians over the trials, bars hold 90 % of them; the last reading of a measure is the last one
    with a finite value. Trials that diverged have no end, and no part in it. The measures need not agree: a
    sigmoid's activations may crowd at both ends (phi_b near 1) on each example while no neuron is saturated
    on all of them, and ``rank_share``, which others call the saturation of a layer, tells of directions and
    not of σ′.
    Sources: Rakitianskaia & Engelbrecht, *Measuring saturation in neural networks* (2015), for phi_b;
    Richter, Shenk et al., *Feature space saturation during training* (2020), for rank_share.
    """

    needs = ("layers",)
    question = "Do the measures of saturation agree at the end?"
    reading = "one mark per measure and layer; the legend defines each"

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers")
        recorded = [name for name in MEASURES if name in layers and layers[name].notna().any()]
        if not recorded:
            raise NotRecordedError(f"none of {', '.join(MEASURES)} was recorded; see record.quantities")
        looks = dict(zip(MEASURES, style.categories(len(MEASURES)), strict=True))
        shown = Shown.of(tables, layers, most_layers=len(layers), of=recorded)
        shifts = marks.shifts(len(recorded), 0.08)

        multiples = panels.wrapped(shown.variants, height=2.5, label="share, at the last reading")
        trials = []
        for name, ax in multiples.axes.items():
            rows = shown.variants[name].query("status != 'diverged'")
            for measure, shift in zip(recorded, shifts, strict=True):
                last = rows.loc[np.isfinite(rows[measure]), "step"].max()
                one = over_layers(rows, measure, last)
                label = MEASURES[measure].format(threshold=threshold(tables))
                marks.draw_points(ax, one, looks[measure].line(markersize=4), shift, label)
                trials.append(one.trials)
            if not np.isfinite(rows[recorded]).any(axis=None):
                panels.nothing(ax, "no finite reading" if len(rows) else "no trial got to the end")
        multiples.first.set_ylim(-0.04, 1.04)
        scales.layer_axis(multiples.first, shown.layers)
        more = [writing.trials_entry(trials, bars=True), *shown.left_out]
        return multiples.framed("layer", more, shown.outcomes())
