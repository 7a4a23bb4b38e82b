"""The learning speed of each layer: while it trains, and at the start against the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.rows import by_variant
from lab.figures.drawing import marks, panels, scales, style, writing
from lab.figures.drawing.bands import Band, Floats, over_layers
from lab.figures.run import prediction
from lab.figures.tables import NothingToShowError, Shown, checked, undiverged
from lab.figures.varied import arranged

_BIAS_SPEED = "learning speed ‖∂C/∂bˡ‖\n(cost per unit of bias)"
_WEIGHT_SPEED = "learning speed ‖∂C/∂wˡ‖\n(cost per unit of weight)"

_HEIGHT = 2.5  # inches
_MOST_NAMED = 16  # of more layers the legend names some
_PREDICTED: style.Looks = {"marker": "D", "markersize": 5, "markerfacecolor": "none", "linestyle": "none"}

_MOST_TOGETHER = 8  # so many variants share a panel of `SpeedByLayer`
_DISTANCE = 0.06  # between neighbouring variants, in layers, so that their bars do not hide each other
_FIRST: style.Looks = {"linestyle": "--", "markerfacecolor": "white"}
_LAST: style.Looks = {"linestyle": "-"}
_DASH: style.Looks = {"marker": "_", "markersize": 9, "markeredgewidth": 1.2, "linestyle": "none"}


@dataclass(frozen=True)
class LearningSpeed(parts.Figure):
    """Learning speed ‖∂C/∂bˡ‖ of each layer over epochs: one panel a variant, one line a layer, log axis.

    Lines are medians over the trials, bands hold 90 % of them; a trial that diverged takes part until then.
    A median of exactly zero has no logarithm: it is a gap in the line, a tick on the floor of the panel, and
    a note above it. The axis of time is a square root, so that the start, where vanishing shows, takes its
    share; that of the speed holds the trials that did not diverge, and what a variant far from all others
    leaves of it is told in a note. Where the table ``prediction`` is there,
    diamonds at 0 are the speeds predicted before training, which are ratios: the last hidden layer's is set
    to what it measured at the first reading.
    Source of the quantity: Nielsen (2015), chapter 5.
    """

    needs = ("layers",)
    question = "How fast do the biases of each layer learn?"
    reading = "one line per layer, from dark (layer 1) to light (the output); the start is magnified"

    def draw(self, tables: parts.Tables) -> Figure:
        return _speeds(tables, "learning_speed", _BIAS_SPEED)


@dataclass(frozen=True)
class WeightSpeed(parts.Figure):
    """The same for the weights: ‖∂C/∂wˡ‖, which by BP4 also depends on the activations that feed them."""

    needs = ("layers",)
    question = "How fast do the weights of each layer learn?"
    reading = "one line per layer, from dark (layer 1) to light (the output); the start is magnified"

    def draw(self, tables: parts.Tables) -> Figure:
        return _speeds(tables, "learning_speed_w", _WEIGHT_SPEED)


@dataclass(frozen=True)
class UpdateRatio(parts.Figure):
    """‖Δwˡ‖/‖wˡ‖, a step beside the weights that it changes: one panel a variant, one line a layer, log axis.

    Lines are medians over the trials, bands hold 90 % of them. Much less than a thousandth, and the layer
    stands still; a tenth, and each step overthrows it.
    """

    needs = ("layers",)
    question = "How large is a step beside the weights that it changes?"
    reading = "one line per layer; about 10⁻³ is usual, 10⁻⁵ stands still, 10⁻¹ overthrows the weights"

    def draw(self, tables: parts.Tables) -> Figure:
        usual: style.Looks = {"color": style.quiet(), "linestyle": ":", "linewidth": 0.8}
        more = [writing.line("usual: about 10⁻³", **usual)]
        figure = _speeds(tables, "update_ratio", "step ‖Δwˡ‖ over ‖wˡ‖", more)
        for ax in figure.axes:
            ax.axhline(1e-3, zorder=1, **usual)
        return figure


def _speeds(tables: parts.Tables, quantity: str, label: str, more: Sequence[writing.Entry] = ()) -> Figure:
    shown = Shown.of(tables, checked(tables, "layers", quantity), of=[quantity])
    looks = style.ramp(shown.layers)
    bands = shown.bands(quantity)
    lines = [one for of_variant in bands.values() for one in of_variant.values()]
    if not any(np.isfinite(one.median).any() for one in lines):
        raise NothingToShowError(f"{quantity}: no reading has a finite number")
    predicted = {
        name: prediction.levels(tables, name, quantity, {l: float(one.median[0]) for l, one in of.items()})
        for name, of in bands.items()
    }
    levels = {name: np.array(list(of.values())) for name, of in predicted.items()}
    held = [np.append(values, levels[name]) for name, values in shown.settled(quantity).items()]

    multiples = panels.wrapped(bands, height=_HEIGHT, label=label)
    scales.log_axis(multiples.first, [held[at] for at in scales.near(held)])
    end = float(shown.rows[shown.time].max())
    scales.magnified_start(multiples.first, end, whole=shown.time == "step")
    notes, names = shown.outcomes(), {layer: shown.layer_name(layer) for layer in shown.layers}
    for note, (name, ax) in zip(notes, multiples.axes.items(), strict=True):
        _draw_layers(ax, bands[name], looks, names, int(shown.variants[name]["layer"].max()))
        low, high = ax.get_ylim()
        for layer, level in predicted[name].items():
            if low <= level <= high:
                ax.plot(0, level, color=looks[layer].colour, clip_on=False, zorder=3, **_PREDICTED)
        note += _zero_notes(bands[name], shown.time)
        reached = np.concatenate([levels[name], *(one.median for one in bands[name].values())])
        note += scales.beyond(reached, (low, high))
    predicts = any(map(len, levels.values()))
    dashes = [writing.line(prediction.AT_START, color=style.quiet(), **_PREDICTED)] if predicts else []
    trials = writing.trials_entry([one.trials for one in lines])
    return multiples.framed(
        f"{shown.time} (square-root axis)", [*dashes, *more, trials, *shown.left_out], notes
    )


def _draw_layers(
    ax: Axes,
    bands: Mapping[int, Band],
    looks: Mapping[int, style.Look],
    names: Mapping[int, str],
    output: int,
) -> None:
    """The lines of a panel, each with its layer at its end."""
    ends = []
    named = scales.chosen(list(looks), _MOST_NAMED)
    for layer, one in bands.items():
        look, visible = looks[layer], one.positive
        marks.draw_band(ax, visible, look, names[layer] if layer in named else "")
        marks.floor_marks(ax, one.x[one.median == 0], color=look.colour)
        if visible.drawable:
            last = np.flatnonzero(np.isfinite(visible.median))[-1]
            name = f"{layer} out" if layer == output else str(layer)
            ends.append(marks.End(one.x[last], visible.median[last], name, look.colour))
    if not any(one.drawable for one in bands.values()):
        panels.nothing(ax, "no finite reading")
    marks.end_labels(ax, ends, _HEIGHT)


def _zero_notes(bands: Mapping[int, Band], unit: str) -> list[str]:
    """One note for all layers of which the same is to be said."""
    layers: dict[str, list[int]] = {}
    for layer, one in bands.items():
        zero = one.median == 0
        if zero.any():
            layers.setdefault(writing.zeros_note(zero, one.x, unit), []).append(layer)
    return [f"{writing.layer_names(alike)}: {note}" for note, alike in layers.items()]


@dataclass(frozen=True)
class GradientCosine(parts.Figure):
    """The cosine of what is trained along to the true gradient, a line a layer: a panel a variant.

    1 is the gradient itself, 0 a direction along which C does not change, below 0 one along which it grows.
    Lines are medians over the trials, bands hold 90 % of them. It is recorded of counterfactuals, whose σ′ is
    max(σ′, floor) on the way back.
    """

    needs = ("layers",)
    question = "How far is the direction trained along from the gradient?"
    reading = "one line per layer: 1 is the gradient itself, 0 at right angles to it"
    when = "where training.surrogate_floor is given"

    def draw(self, tables: parts.Tables) -> Figure:
        shown = Shown.of(tables, checked(tables, "layers", "gradient_cosine"))
        looks = style.ramp(shown.layers)
        bands = shown.bands("gradient_cosine")
        multiples = panels.wrapped(bands, height=2.2, label="cosine to the gradient of C")
        for name, ax in multiples.axes.items():
            ax.axhline(0, color=style.quiet(), linewidth=0.8)
            for layer, one in bands[name].items():
                marks.draw_band(ax, one, looks[layer], shown.layer_name(layer))
            if not any(one.drawable for one in bands[name].values()):
                panels.nothing(ax, "no finite reading")
        multiples.first.set_ylim(-1.05, 1.05)
        trials = writing.trials_entry([one.trials for of in bands.values() for one in of.values()])
        return multiples.framed(shown.time, [trials, *shown.left_out], shown.outcomes())


@dataclass(frozen=True)
class SpeedByLayer(parts.Figure):
    """Learning speed ‖∂C/∂bˡ‖ over the layers, all variants: first reading (open, dashed) and last (filled).

    Points are medians over the trials, bars hold 90 % of them. The last reading of a variant is the last one
    with a finite trial; it is said when it was if it is not the run's last. A median of exactly zero has no
    logarithm: it is a mark on the floor of the panel. A variant far from all others does not stretch the
    axis: it leaves the panel, and it is said how far. Where the table ``prediction`` is there, dashes are at
    the speeds predicted for the start: ratios, of which the last hidden layer's is set to its first reading.

    Many variants have several panels: one for each value of a varied key, or of two, with the values of the
    others in one legend; of variants without such keys twelve are shown.
    """

    needs = ("layers",)
    question = "How does the learning speed change from layer to layer?"
    reading = "one line per variant over the layers: dashed at the start, solid at the end"

    def draw(self, tables: parts.Tables) -> Figure:
        layers = checked(tables, "layers", "learning_speed")
        shared = arranged(tables, list(by_variant(layers)), _MOST_TOGETHER, panels.MOST_PANELS)
        shown = Shown.of(tables, layers, names=list(shared.looks))
        profiles = {name: _profile(tables, name, rows, shown) for name, rows in shown.variants.items()}
        readings = [one for profile in profiles.values() for one in (profile.first, profile.last)]
        settled = set(undiverged(shown.rows)["variant"])
        held = [
            _profile(tables, name, undiverged(rows), shown).edges
            for name, rows in shown.variants.items()
            if name in settled
        ]
        cut = len(shared.panels) > 1 and not shared.entries
        lines = max(map(len, shared.panels.values()))  # of a panel's own legend
        sizes = {"height": 3.2 + 0.16 * lines, "least": 2.5} if cut else {"height": 3.2}
        multiples = panels.wrapped(shared.panels, label=_BIAS_SPEED, titled=bool(shared.entries), **sizes)
        first = multiples.first
        scales.log_axis(first, [held[at] for at in scales.near(held)] or [one.edges for one in readings])
        end = f"{shown.rows[shown.time].max():.4g}"
        remarks = {name: one.remarks(shown.time, end, first.get_ylim()) for name, one in profiles.items()}
        labels = {name: f"{name} ({'; '.join(told)})" if told else name for name, told in remarks.items()}
        notes = []
        for names, ax in zip(shared.panels.values(), multiples.axes.values(), strict=True):
            for name, shift in zip(names, marks.shifts(len(names), _DISTANCE), strict=True):
                _draw_profile(ax, profiles[name], shared.looks[name], shift)
            notes.append([labels[name] for name in names if remarks[name]])
            if cut:
                writing.panel_legend(ax, _of_variants(names, labels, shared.looks), multiples.width)
        scales.layer_axis(first, shown.layers)

        alone = _of_variants(list(profiles), labels, shared.looks) if len(shared.panels) == 1 else []
        more = alone + shared.entries
        more.append(writing.line("first reading", color=style.quiet(), marker="o", **_FIRST))
        more.append(writing.line("last reading", color=style.quiet(), marker="o", **_LAST))
        more.append(writing.trials_entry([one.first.trials for one in profiles.values()], bars=True))
        if any((reading.median == 0).any() for reading in readings):
            more.append(writing.words("a mark on the floor: zero"))
        if any(one.predicted for one in profiles.values()):
            more.append(writing.line(prediction.AT_START, color=style.quiet(), **_DASH))
        return multiples.framed("layer", [*more, *shown.left_out], notes)


def _of_variants(
    names: Sequence[str], labels: Mapping[str, str], looks: Mapping[str, style.Look]
) -> list[writing.Entry]:
    """A legend of these variants, by their last readings."""
    return [writing.line(labels[name], **looks[name].line(**_LAST)) for name in names]


class _Profile(NamedTuple):
    """The first and the last finite reading of a variant, when the last was, and the prediction by layer."""

    first: Band
    last: Band
    at: float
    predicted: dict[int, float]

    @property
    def edges(self) -> Floats:
        """All values of both readings, which an axis has to hold."""
        return np.concatenate((self.first.edges, self.last.edges))

    def remarks(self, time: str, end: str, axis: tuple[float, float]) -> list[str]:
        """When the last reading was, if before the ``end``, and how far the medians leave the axis."""
        early = [f"last reading: {time} {self.at:.4g}"] if f"{self.at:.4g}" != end else []
        return early + scales.beyond(np.concatenate((self.first.median, self.last.median)), axis)


def _profile(tables: parts.Tables, variant: str, rows: pd.DataFrame, shown: Shown) -> _Profile:
    rows = rows[rows["layer"].isin(shown.layers)]
    finite = rows[np.isfinite(rows["learning_speed"])]
    steps = (finite if len(finite) else rows.head(1))["step"]
    first, last = (over_layers(rows, "learning_speed", step) for step in (steps.min(), steps.max()))
    at_start = dict(zip(map(int, first.x), map(float, first.median), strict=True))
    predicted = prediction.levels(tables, variant, "learning_speed", at_start)
    at = rows.loc[rows["step"] == steps.max(), shown.time].iloc[0]
    return _Profile(first, last, float(at), predicted)


def _draw_profile(ax: Axes, profile: _Profile, look: style.Look, shift: float) -> None:
    for reading, looks in ((profile.first, look.line(**_FIRST)), (profile.last, look.line(**_LAST))):
        marks.draw_points(ax, reading.positive, looks, shift)
        marks.floor_marks(ax, reading.x[reading.median == 0] + shift, **looks)
    layers, levels = np.array(list(profile.predicted)), list(profile.predicted.values())
    ax.plot(layers + shift, levels, color=look.colour, **_DASH)
