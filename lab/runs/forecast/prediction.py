"""What mean field theory predicts of every variant before it trains: the table ``prediction``."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from math import isfinite, isnan

import pandas as pd

from lab.experiment.variants import Variant
from lab.network.first_weights import by_layer
from lab.runs.forecast.pairs import MORE_PAIRS, MOST_PAIRS, pairs
from lab.runs.identity import decided_by
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
    passed = tuple(Surrogate(sigma, floor) if floor else sigma for sigma in network.sigmas)
    fixed = recording.fixed_examples
    seen = training.train if fixed is None else fixed
    found: list[LayerPrediction] = []
    for most in (MOST_PAIRS, MORE_PAIRS):
        kinds = pairs(network, seen, training.seen, most)
        found = predicted(network.sizes, passed, variances, 0.0, kinds)
        if not any(map(_cancels, found)):
            break
    return found


def _cancels(layer: LayerPrediction) -> bool:
    """Whether the sums over pairs are below 0 by chance, where each example has its error."""
    return isfinite(layer.delta_rms) and isnan(layer.speed + layer.weight_speed)
