"""The learning speeds that the table ``prediction`` predicts for the start, and what was measured there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lab import parts
from lab.figures.drawing import panels, scales, style
from lab.figures.tables import NothingToShowError, Shown, checked

AT_START = "predicted before training, scaled to the last hidden layer"  # what a legend says of `levels`
_PREDICTED = "predicted by mean field theory"
_MEASURED = "measured at the first reading, root mean square over the trials"
_LABEL = "learning speed ‖∂C/∂bˡ‖ over\nthat of the last hidden layer"


def levels(
    tables: parts.Tables, variant: str, quantity: str, at_start: Mapping[int, float]
) -> dict[int, float]:
    """Layer → the ``learning_speed`` (or ``_w``) that is predicted for it, for the layers of ``at_start``.

    Predicted are ratios to the last hidden layer, so its speed is set to the one that ``at_start`` says was
    measured. Empty where there is no prediction; what has no place on a logarithmic axis is left out.
    """
    column = quantity.replace("learning", "predicted")
    if column not in tables.get("prediction", ()):
        return {}
    rows = checked(tables, "prediction", column)
    ratios = rows[rows["variant"] == variant].set_index("layer")[column]
    scale = at_start.get(max(len(ratios) - 1, 1), np.nan)
    found = {layer: float(ratios[layer]) * scale for layer in at_start if layer in ratios}
    return {layer: level for layer, level in found.items() if 0 < level < np.inf}


@dataclass(frozen=True)
class Prediction(parts.Figure):
    """Learning speed of the hidden layers over that of the last of them: predicted (dashed) and measured.

    One panel a variant, log axis. Measured is ‖∂C/∂bˡ‖ at the first reading, the root of its mean square over
    the trials, which is what the theory is about; without the table ``layers`` there is the prediction alone.
    A speed of zero is not drawn.
    """

    needs = ("prediction",)
    question = "Was the learning speed of each layer predicted?"
    reading = "dots: measured before the first step; dashed: predicted from the weights' variance and σ alone"
    when = "with two hidden layers or more"

    def draw(self, tables: parts.Tables) -> Figure:
        rows = checked(tables, "prediction", "predicted_speed")
        shown = Shown.of(tables, rows, most_layers=len(rows))
        predicted = {name: _predicted(rows) for name, rows in shown.variants.items()}
        if max(map(len, predicted.values())) < 2:
            raise NothingToShowError("prediction: a single layer has no speed relative to another")
        measured = {name: _measured(tables, name, speeds.index) for name, speeds in predicted.items()}
        multiples = panels.wrapped(predicted, height=2.5, label=_LABEL)
        speeds = [one.to_numpy(np.float64) for one in (*predicted.values(), *measured.values())]
        scales.log_axis(multiples.first, speeds)
        for name, ax in multiples.axes.items():
            theory, found = predicted[name], measured[name]
            ax.plot(theory.index, scales.visible(theory), "--", color=style.ACCENT, label=_PREDICTED)
            label = _MEASURED if len(found) else ""
            ax.plot(found.index, scales.visible(found), "o", color=style.FIRST_COLOUR, label=label)
            if theory.isna().all():
                panels.nothing(ax, "no prediction")
        scales.layer_axis(multiples.first, list(max(predicted.values(), key=len).index))
        return multiples.framed("layer", shown.left_out)


def _predicted(rows: pd.DataFrame) -> pd.Series:
    """The predicted speeds by layer, the output left out, over that of the last hidden layer."""
    speeds = rows.set_index("layer")["predicted_speed"]
    hidden = speeds.iloc[:-1] if len(speeds) > 1 else speeds
    return pd.Series(hidden / hidden.iloc[-1])


def _measured(tables: parts.Tables, variant: str, hidden: pd.Index) -> pd.Series:
    """Ratios of root mean squares over the trials, at the first reading; empty where none was recorded."""
    if "learning_speed" not in tables.get("layers", ()):
        return pd.Series(dtype=np.float64)
    layers = tables["layers"]
    rows = layers[(layers["variant"] == variant) & (layers["step"] == layers["step"].min())]
    means = (rows["learning_speed"] ** 2).groupby(rows["layer"]).mean().reindex(hidden)
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.Series(np.sqrt(means / means.iloc[-1]))
