"""What holds the weights of single neurons back: a low activation below them, or a saturated neuron above."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lab import parts
from lab.analysis.rows import by_variant
from lab.figures.drawing import panels, scales, style, writing
from lab.figures.drawing.bands import Floats
from lab.figures.tables import NothingToShowError, NotRecordedError, Shown, checked, of_variants

_LEAST = 1e-12  # of the largest beside it: what is smaller, or 0, stands at the edge
_DOTTED: style.Looks = {"linestyle": (0, (1, 1.5)), "linewidth": 0.9, "zorder": 3}
_DASHED: style.Looks = {"linestyle": (0, (4, 2)), "linewidth": 0.9, "zorder": 3}
_MOST_VARIANTS = 6  # with two rows of panels each
_BESIDE = 0.05  # a curve goes so far beyond the neurons
_MARK: style.Looks = {"linestyle": "none", "markersize": 3, "alpha": 0.6, "markeredgewidth": 0}
_MARK |= {"rasterized": True}

Place: TypeAlias = tuple[str, int]
"""A variant and a step."""

Points: TypeAlias = dict[int, tuple[Floats, Floats]]
"""The x and the y of the neurons of each layer."""

Looks: TypeAlias = Mapping[int, style.Looks]
"""How the marks of each layer look."""


class _Against(NamedTuple):
    """What a column of panels shows: a quantity of a neuron, y, over another, x.

    The neurons are those ``below`` a layer's weights, or those of the layer.
    """

    title: str
    y: str
    x: str
    label: str  # of the x axis
    below: bool = False


_OUT = _Against("‖∂C/∂w‖ out of a neuron", "speed_out", "a_size", "its activation ⟨|a|⟩", below=True)
_IN = _Against("‖∂C/∂w‖ into a neuron", "speed_in", "slope_size", "its slope ⟨|σ′(z)|⟩")
_ERROR = _Against("error ⟨|δ|⟩ of a neuron", "delta_size", "a_mean", "its activation ⟨a⟩")
_COLUMNS = (_OUT, _IN, _ERROR)


@dataclass(frozen=True)
class Weights(parts.Figure):
    """The gradients out of each neuron over its a, those into it over its σ′, and its |δ| over its a.

    A mark is a neuron of a trial, at the first reading and at the last; its colour is the layer l of the
    weights ∂C/∂wˡ, and of δˡ. Gradients are √Σ_j (∂C/∂w_jk)² over the weights out of neuron k, and
    √Σ_k (∂C/∂w_jk)² over those into neuron j. By BP4 the former grow with |a_k|, by BP1 and BP2 the latter
    with σ′(z_j): a dotted line has the slope of a proportion. A dashed curve is (σ(z), c |σ′(z)|) of a layer
    whose error has σ′ as a factor; c is by the medians. All axes but that of ⟨a⟩ are logarithmic.
    Source: Nielsen (2015), chapter 2, on what slows a weight.
    """

    needs = ("neurons",)
    question = "Which weights learn slowly: out of low neurons, or into saturated ones?"
    reading = (
        "one mark per neuron; left: the gradient of the weights out of it over its a, middle: of those into "
        "it over its σ′, right: its |δ| over its a; dotted: in proportion"
    )
    when = "where record.neurons is true"

    def draw(self, tables: parts.Tables) -> Figure:
        if missing := {of for one in _COLUMNS for of in (one.x, one.y)} - set(tables["neurons"]):
            raise NotRecordedError(f"weights: the table 'neurons' is of an older lab, without {min(missing)}")
        neurons = checked(tables, "neurons")
        neurons = neurons[np.isfinite(neurons["a_mean"])]
        if not (neurons["speed_in"] > 0).any():
            raise NothingToShowError("weights: no weight has a gradient")
        room = panels.on_page(len(_COLUMNS))
        # On a narrow page there is no room for names of several lines, nor beside low panels.
        narrow = room < len(_COLUMNS)
        most = room if narrow else _MOST_VARIANTS
        shown = Shown.of(tables, neurons[neurons["layer"] > 0], most_layers=5, most=most)
        height = 1.75 if len(shown.variants) <= 3 else 1.2
        seen, labels = {}, {}
        for name, rows in by_variant(neurons).items():
            for step in sorted({rows["step"].min(), rows["step"].max()} if name in shown.variants else ()):
                seen[name, step] = rows[rows["step"] == step]
                when = f"{shown.time} {seen[name, step][shown.time].iloc[0]:.4g}"
                labels[name, step] = f"{name if narrow else writing.below(name, 72 * height)}\n{when}"
        columns = {one: one.title for one in _COLUMNS}
        matrix = panels.matrix(labels, columns, height=height, width=2.6, sharey="col")
        ramp, markers = style.ramp(shown.layers), style.categories(len(shown.layers))
        looks = {
            layer: _MARK | {"color": ramp[layer].colour, "marker": other.marker}
            for layer, other in zip(shown.layers, markers, strict=True)
        }
        for one in _COLUMNS:
            points = {place: _points(rows, shown.layers, one) for place, rows in seen.items()}
            _draw_column({place: matrix.axes[place, one] for place in seen}, points, looks, one)
        for place, rows in seen.items():
            slowed = _slowed_by_slope(tables, place[0], shown)
            _draw_proportions(matrix.axes[place, _OUT], _points(rows, shown.layers, _OUT))
            _draw_proportions(matrix.axes[place, _IN], _points(rows, slowed, _IN))
            _draw_arches(matrix.axes[place, _ERROR], tables, place[0], _points(rows, slowed, _ERROR), looks)
        trials = max(rows["trial"].nunique() for rows in seen.values())
        more = [
            *(writing.line(shown.layer_name(layer), **look) for layer, look in looks.items()),
            writing.line("proportional", color=style.quiet(), **_DOTTED),
            writing.line("c |σ′(z)| over σ(z)", color=style.quiet(), **_DASHED),
            writing.words(f"one mark per neuron{f' of {trials} trials' * (trials > 1)}"),
            writing.words("at the edge: 0"),
        ]
        return matrix.framed(more=[*more, *shown.left_out])


def _points(rows: pd.DataFrame, layers: Sequence[int], one: _Against) -> Points:
    here = {layer: rows[rows["layer"] == layer - one.below] for layer in layers}
    return {layer: (of[one.x].to_numpy(float), of[one.y].to_numpy(float)) for layer, of in here.items()}


def _slowed_by_slope(tables: parts.Tables, name: str, shown: Shown) -> list[int]:
    """The layers whose error has σ′ as a factor: the cost may have removed that of the output."""
    removed = of_variants(tables, "cancels").get(name, False)
    return [layer for layer in shown.layers if not removed or layer < shown.variants[name]["layer"].max()]


def _draw_column(
    axes: Mapping[Place, Axes], points: Mapping[Place, Points], looks: Looks, one: _Against
) -> None:
    """The marks of a column of panels; those without a place on a logarithmic axis stand at its edge."""
    every = [of for found in points.values() for of in found.values()]
    x, y = (np.concatenate([of[k] for of in every]) for k in (0, 1))
    least_x, least_y = -np.inf if one is _ERROR else _edge(x), _edge(y)
    last = list(axes.values())[-1]
    last.set_xlabel(one.label)
    scales.log_axis(last, [np.maximum(y, least_y)])
    if one is _ERROR:
        last.xaxis.set_major_locator(MaxNLocator(4))
    else:
        scales.log_axis(last, [np.maximum(x, least_x)], "x")
    for place, ax in axes.items():
        for layer, (xs, ys) in points[place].items():
            ax.plot(np.maximum(xs, least_x), np.maximum(ys, least_y), **looks[layer])


def _edge(values: Floats) -> float:
    """Half of the smallest that is not below `_LEAST` of the largest."""
    held = values[values > _LEAST * values.max(initial=0)]
    return float(held.min(initial=1)) / 2


def _draw_proportions(ax: Axes, points: Points) -> None:
    """A dotted line y = c x for each layer, with the median c of the neurons of which neither is 0."""
    for xs, ys in points.values():
        both = (xs > _edge(xs)) & (ys > _edge(ys))
        if both.sum() > 1:
            ends = np.array([xs[both].min(), xs[both].max()])
            ax.plot(ends, np.median(ys[both] / xs[both]) * ends, color=style.quiet(), **_DOTTED)


def _draw_arches(ax: Axes, tables: parts.Tables, name: str, points: Points, looks: Looks) -> None:
    """c |σ′(z)| over σ(z) of each layer with the median c, where the run has curves and σ never falls."""
    if "curves" not in tables:
        return
    curves = checked(tables, "curves", "z", "sigma", "slope")
    curves = curves[(curves["variant"] == name) & np.isfinite(curves["sigma"])].sort_values("z")
    for layer, (xs, ys) in points.items():
        sigma, slope = curves.loc[curves["layer"] == layer, ["sigma", "slope"]].to_numpy(float).T
        if not len(xs) or not len(sigma) or (np.diff(sigma) < 0).any():
            continue
        here = np.abs(np.interp(xs, sigma, slope))
        if (sloping := here > 0).any():
            c = np.median(ys[sloping] / here[sloping])
            near = (sigma >= xs.min() - _BESIDE) & (sigma <= xs.max() + _BESIDE)
            ax.plot(sigma[near], c * np.abs(slope[near]), color=looks[layer]["color"], **_DASHED)
