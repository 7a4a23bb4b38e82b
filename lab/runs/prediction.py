"""What mean field theory predicts of every variant before it trains: the table ``prediction``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pandas as pd

from lab.experiment.variants import Variant
from lab.network.initialisers import by_layer
from lab.parts import Activation
from lab.runs.pairs import kinds
from lab.theory.prediction import LayerPrediction, predicted
from lab.theory.surrogate import Surrogate
from lab.training.loop import Training

COLUMNS = {
    "layer": "layer",
    "n_in": "n_in",
    "n_out": "n_out",
    "weight_variance": "weight_variance",
    "bias_variance": "bias_variance",
    "q": "q",
    "correlation": "correlation",
    "chi": "chi",
    "pair_chi": "pair_chi",
    "speed": "predicted_speed",
    "weight_speed": "predicted_speed_w",
    "delta_rms": "predicted_delta_rms",
}
"""What the table calls the fields of `LayerPrediction`."""


def prediction(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, layer, n_in, n_out, then what `COLUMNS` names.

    ``weight_variance`` is σ_w² = n_in Var w. ``predicted_speed`` is of ``learning_speed``,
    ``predicted_speed_w`` of ``learning_speed_w`` and ``predicted_delta_rms`` of ``delta_rms``, all relative
    to the last hidden layer. See `lab.theory.prediction.predicted`; its q⁰ and its pairs of
    examples are those of the training data, as many of them as a reading sees (`lab.runs.pairs`).
    """
    rows = [
        {"variant": variant.label, **_row(layer)} for variant, training in made for layer in layers(training)
    ]
    return pd.DataFrame(rows, columns=["variant", *COLUMNS.values()])


def layers(training: Training) -> list[LayerPrediction]:
    """The prediction of each layer of one variant; of a counterfactual, with what it passes back for σ′."""
    network, recording = training.network, training.recording
    made_by = by_layer(training.initialiser, network.sigmas)
    variances = [
        made.variances(n_in, n_out)
        for made, (n_in, n_out) in zip(made_by, pairwise(network.sizes), strict=True)
    ]
    passed = tuple(_passed(sigma, network.surrogate_floor) for sigma in network.sigmas)
    x, y = training.train.x[:, :-1], training.train.y
    fixed = recording.fixed_examples
    read = min(training.batch, len(y)) if fixed is None else len(fixed)
    mean_square = float(np.mean(np.square(x, dtype=np.float64)))
    return predicted(network.sizes, passed, variances, mean_square, kinds(network, x, y, read))


def _passed(sigma: Activation, floor: float) -> Activation:
    return Surrogate(sigma, floor) if floor else sigma


def _row(layer: LayerPrediction) -> dict[str, float]:
    return {COLUMNS[name]: value for name, value in asdict(layer).items()}
