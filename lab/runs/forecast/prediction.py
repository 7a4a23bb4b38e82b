"""What mean field theory predicts of every variant before it trains: the table ``prediction``."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from math import isfinite, isnan

import pandas as pd

from lab.experiment.variants import Variant
from lab.network.first_weights import by_layer
from lab.runs.forecast.pairs import MORE_PAIRS, MOST_PAIRS, pairs
from lab.runs.identity import decided_by
from lab.theory.moved import moved
from lab.theory.prediction import LayerPrediction, predicted
from lab.theory.surrogate import Surrogate
from lab.training.stack import Training

UNPREDICTED = frozenset({"eta", "decay", "optimiser", "steps", "seed", "engine"})
"""What of a part's key no prediction asks for: how the weights are changed, and by what."""


def prediction(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, then the fields of `LayerPrediction`.

    ``weight_variance`` is σ_w² = n_in Var w. ``predicted_speed`` is of ``learning_speed``,
    ``predicted_speed_w`` of ``learning_speed_w`` and ``predicted_delta_rms`` of ``delta_rms``, all relative
    to the last hidden layer. See `lab.theory.prediction.predicted`; its examples and its pairs of
    examples are those that every reading sees, or else those of the training data, with as many of an example
    with itself as a reading has.
    """
    return pd.concat(predictions(made), ignore_index=True)


def predictions(made: Sequence[tuple[Variant, Training]]) -> Iterator[pd.DataFrame]:
    """The rows of each variant in the table `prediction`; of what is alike for a prediction, found once."""
    renamed = {name: f"predicted_{name}" for name in ("speed", "delta_rms")}
    renamed["weight_speed"] = "predicted_speed_w"
    known: dict[tuple[object, ...], pd.DataFrame] = {}
    for variant, training in made:
        told = {x: text for x, text in decided_by(training, "").items() if x not in UNPREDICTED}
        asked = (id(training.train), *told.items())
        if asked not in known:
            known[asked] = pd.DataFrame(map(asdict, layers(training))).rename(columns=renamed)
            known[asked].insert(0, "variant", "")
        yield known[asked].assign(variant=variant.label)


def layers(training: Training) -> list[LayerPrediction]:
    """The prediction of each layer of one variant; of a counterfactual, with what it passes back for σ′."""
    network, recording = training.network, training.recording
    made_by = by_layer(training.initialiser, network.sigmas)
    variances = [
        made.variances(n_in, n_out)
        for made, (n_in, n_out) in zip(made_by, pairwise(network.sizes), strict=True)
    ]
    floor = network.surrogate_floor
    means, sigmas = bias_means(training), network.sigmas
    if floor:
        sigmas = tuple(Surrogate(sigma, floor) for sigma in sigmas)
    fixed = recording.fixed_examples
    seen = training.train if fixed is None else fixed
    found: list[LayerPrediction] = []
    for most in (MOST_PAIRS, MORE_PAIRS):
        kinds = pairs(network, seen, training.seen, most, means[-1])
        found = predicted(network.sizes, list(map(moved, sigmas, means)), variances, 0.0, kinds)
        # Sums over pairs may be below 0 by chance, where each example has its error.
        if not any(isfinite(one.delta_rms) and isnan(one.speed + one.weight_speed) for one in found):
            break
    return [_about(b, layer) for b, layer in zip(means, found, strict=True)]


def bias_means(training: Training) -> list[float]:
    """The mean of the biases of each layer, about which its z is normal."""
    return [made.bias_mean for made in by_layer(training.initialiser, training.network.sigmas)]


def _about(b: float, layer: LayerPrediction) -> LayerPrediction:
    """What is predicted of z less b, of z: of its mean square, and of its mean product over that."""
    q = layer.q + b * b
    return replace(layer, q=q, correlation=(layer.correlation * layer.q + b * b) / q) if b else layer
