"""The learning speed of each layer as it is predicted, beside what was measured when training began."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab import parts
from lab.figures import panels, scales, style, writing
from lab.figures.bands import Floats
from lab.figures.tables import checked
from lab.parts import Tables


@dataclass(frozen=True)
class Prediction(parts.Figure):
    """Learning speed of the hidden layers over that of the last of them: predicted (dashed) and measured.

    One panel a variant, log axis. Measured is ‖∂C/∂bˡ‖ at the first reading, the root of its mean square over
    the trials, which is what the theory is about; without the table ``layers`` there is the prediction alone.
    A speed of zero is not drawn.
    """

    needs = ("prediction",)

    def draw(self, tables: Tables) -> Figure:
        """The figure, from ``prediction``, and ``layers`` where it is there."""
        rows = checked(tables, "prediction", "variant", "layer", "predicted_speed")
        predicted = {
            str(variant): relative(group.set_index("layer")["predicted_speed"])
            for variant, group in rows.groupby("variant", sort=False)
        }
        measured = {variant: _measured(tables, variant, predicted[variant].index) for variant in predicted}
        figure, axes = panels.grid(len(predicted), height=2.5)
        scales.log_axis(
            axes, np.concatenate([_floats(one) for one in [*predicted.values(), *measured.values()]])
        )
        look = style.categories(1)[0]
        for ax, variant in zip(axes, predicted, strict=True):
            ax.plot(*_points(predicted[variant]), color=style.ACCENT, linestyle="--")
            ax.plot(*_points(measured[variant]), color=look.colour, marker="o", linestyle="none")
            layers = predicted[variant].index
            if predicted[variant].isna().all():
                panels.nothing(ax, "no prediction")
            ax.set_xlim(layers[0] - 0.5, layers[-1] + 0.5)
        longest = max(predicted.values(), key=len).index
        panels.label_axes(axes, "layer", "learning speed ‖∂C/∂bˡ‖ over\nthat of the last hidden layer")
        axes[0].set_xlim(longest[0] - 0.5, longest[-1] + 0.5)
        axes[0].set_xticks(panels.ticks(list(longest)))
        writing.captions(axes, list(predicted))
        entries: list[tuple[Artist, str]] = [
            (Line2D([], [], color=style.ACCENT, linestyle="--"), "predicted by mean field theory")
        ]
        if any(len(one) for one in measured.values()):
            mark = Line2D([], [], color=look.colour, marker="o", linestyle="none")
            entries.append((mark, "measured at the first reading, root mean square over the trials"))
        writing.legend(figure, entries)
        return figure


def relative(speeds: pd.Series) -> pd.Series:
    """Speeds by layer, the output left out, over that of the last hidden layer."""
    hidden = speeds.iloc[:-1] if len(speeds) > 1 else speeds
    return pd.Series(hidden / hidden.iloc[-1])


def _measured(tables: Tables, variant: str, hidden: pd.Index) -> pd.Series:
    """Ratios of root mean squares over the trials, at the first reading; empty where none was recorded."""
    if "layers" not in tables or "learning_speed" not in tables["layers"]:
        return pd.Series(dtype=np.float64)
    layers = tables["layers"]
    rows = layers[(layers["variant"] == variant) & (layers["step"] == layers["step"].min())]
    squares = rows.set_index(["trial", "layer"])["learning_speed"] ** 2
    means = squares.groupby("layer").mean().reindex(hidden)
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.Series(np.sqrt(means / means.iloc[-1]))


def _floats(speeds: pd.Series) -> Floats:
    return speeds.to_numpy(dtype=np.float64)


def _points(speeds: pd.Series) -> tuple[Floats, Floats]:
    """Layers and speeds, with gaps where a logarithmic axis has no place."""
    y = _floats(speeds)
    return speeds.index.to_numpy(dtype=np.float64), np.where(np.isfinite(y) & (y > 0), y, np.nan)
