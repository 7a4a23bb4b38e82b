"""The speeds that the table ``prediction`` predicts for the start, put to the scale of what was measured."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lab.figures.tables import checked
from lab.parts import Tables

LABEL = "predicted for the start, from the last hidden layer"
"""What a legend says of them."""

_COLUMNS = {"learning_speed": "predicted_speed", "learning_speed_w": "predicted_speed_w"}


def levels(tables: Tables, variant: str, quantity: str, at_start: Mapping[int, float]) -> dict[int, float]:
    """Layer → the speed that is predicted for the start, for the layers of ``at_start``.

    Predicted are ratios to the last hidden layer, so its speed is set to the one that ``at_start`` says was
    measured. Empty where there is no prediction; what has no place on a logarithmic axis is left out.
    """
    column = _COLUMNS[quantity]
    if "prediction" not in tables or column not in tables["prediction"]:
        return {}
    rows = checked(tables, "prediction", column)
    ratios = rows[rows["variant"] == variant].set_index("layer")[column]
    reference = max(len(ratios) - 1, 1)
    if reference not in at_start or not len(ratios):
        return {}
    found = {layer: float(ratios[layer]) * at_start[reference] for layer in at_start if layer in ratios}
    return {layer: level for layer, level in found.items() if 0 < level < np.inf}
