"""What mean field theory predicts of every variant before it trains: the table ``prediction``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pandas as pd

from lab.experiment.training import Training
from lab.experiment.variants import Variant
from lab.network.initialisers import by_layer
from lab.theory.prediction import LayerPrediction, predicted

COLUMNS = {
    "layer": "layer",
    "n_in": "n_in",
    "n_out": "n_out",
    "weight_variance": "weight_variance",
    "bias_variance": "bias_variance",
    "q": "q",
    "chi": "chi",
    "speed": "predicted_speed",
}
"""What the table calls the fields of `LayerPrediction`."""


def prediction(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, layer, n_in, n_out, weight_variance, bias_variance, q, chi, predicted_speed.

    ``weight_variance`` is σ_w² = n_in Var w; ``predicted_speed`` is relative to the last hidden layer. See
    `lab.theory.prediction.predicted`; its q⁰ is the mean square of all training inputs.
    """
    rows = [
        {"variant": variant.label, **_row(layer)} for variant, training in made for layer in layers(training)
    ]
    return pd.DataFrame(rows, columns=["variant", *COLUMNS.values()])


def layers(training: Training) -> list[LayerPrediction]:
    """The prediction of each layer of one variant."""
    network = training.network
    made_by = by_layer(training.initialiser, network.sigmas)
    variances = [
        made.variances(n_in, n_out)
        for made, (n_in, n_out) in zip(made_by, pairwise(network.sizes), strict=True)
    ]
    x = training.train.x[:, :-1].astype(np.float64)
    return predicted(network.sizes, network.sigmas, variances, float(np.mean(x * x)))


def _row(layer: LayerPrediction) -> dict[str, float]:
    return {COLUMNS[name]: value for name, value in asdict(layer).items()}
