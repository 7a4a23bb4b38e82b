"""What mean field theory predicts of every variant before it trains: the table ``prediction``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pandas as pd

from lab.activations import Activation
from lab.activations.activation import Array
from lab.experiment.training import Training
from lab.experiment.variants import Variant
from lab.network.initialisers import by_layer
from lab.theory.prediction import Inputs, LayerPrediction, predicted
from lab.theory.surrogate import Surrogate

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
    to the last hidden layer. See `lab.theory.prediction.predicted`; its q⁰ and c⁰ are those of all training
    inputs.
    """
    rows = [
        {"variant": variant.label, **_row(layer)} for variant, training in made for layer in layers(training)
    ]
    return pd.DataFrame(rows, columns=["variant", *COLUMNS.values()])


def layers(training: Training) -> list[LayerPrediction]:
    """The prediction of each layer of one variant; of a counterfactual, with what it passes back for σ′."""
    network = training.network
    made_by = by_layer(training.initialiser, network.sigmas)
    variances = [
        made.variances(n_in, n_out)
        for made, (n_in, n_out) in zip(made_by, pairwise(network.sizes), strict=True)
    ]
    passed = tuple(_passed(sigma, network.surrogate_floor) for sigma in network.sigmas)
    return predicted(network.sizes, passed, variances, inputs(training.train.x[:, :-1]))


def _passed(sigma: Activation, floor: float) -> Activation:
    return Surrogate(sigma, floor) if floor else sigma


def inputs(x: Array) -> Inputs:
    """q⁰ and c⁰ of examples x (n, n_0): the mean of x², and that of x·x′ over pairs, over that of ‖x‖².

    One example alone is all alike: c⁰ = 1; so are inputs of 0.
    """
    x = x.astype(np.float64)
    n, squares, total = len(x), float(np.sum(x * x)), x.sum(axis=0)
    if n == 1 or squares == 0:
        return Inputs(squares / x.size)
    of_pairs = (float(total @ total) - squares) / (n - 1)
    return Inputs(squares / x.size, max(-1.0, min(1.0, of_pairs / squares)))


def _row(layer: LayerPrediction) -> dict[str, float]:
    return {COLUMNS[name]: value for name, value in asdict(layer).items()}
