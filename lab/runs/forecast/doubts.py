"""What is to be known of predicted speeds: why some are missing, and how far off others may be."""

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np
import pandas as pd

from lab.experiment.variants import Variant
from lab.runs.forecast.prediction import bias_means
from lab.theory.mean_field import next_q
from lab.theory.moments import square_growth
from lab.theory.moved import moved
from lab.theory.prediction import lost_layer, lost_text
from lab.training.stack import Training

MOST_NAMED = 4
"""A note on up to so many variants names them all; on more, all but one of so many, and counts the others."""

NARROW = 0.1
"""Where `_narrow` is larger, speeds may be off by more than a tenth: by that sum."""

FEW_OUTPUTS = 4
"""Up to so many outputs, the mean error of a network depends on what its outputs happen to be."""


def notes(made: Sequence[tuple[Variant, Training]], predicted: pd.DataFrame) -> list[str]:
    """Why numbers are missing in the table `prediction` of these variants, and how far off others may be."""
    of: dict[str, list[str]] = {}
    for variant, training in made:
        rows = predicted[predicted["variant"] == variant.label]
        for note in (*_missing(rows), *_doubts(training, rows)):
            of.setdefault(note, []).append(variant.label)
    everyone = len(made) > 1
    return [
        note if everyone and len(labels) == len(made) else f"{_named(labels)}: {note}"
        for note, labels in of.items()
    ]


def _named(labels: Sequence[str]) -> str:
    """The variants of a note; of many the first."""
    if len(labels) <= MOST_NAMED:
        return "; ".join(labels)
    return f"{'; '.join(labels[: MOST_NAMED - 1])} and {len(labels) - MOST_NAMED + 1} more variants"


def _missing(rows: pd.DataFrame) -> Iterator[str]:
    """Why speeds of one variant are missing or 0."""
    for drawn in ("weight", "bias"):
        if rows[f"{drawn}_variance"].isna().any():
            what = "weights" if drawn == "weight" else "biases"
            yield f"nothing is predicted, its {what} are not drawn with mean 0"
            return
    hidden, speeds = rows.iloc[:-1], rows[["predicted_speed", "predicted_speed_w", "predicted_delta_rms"]]
    no_error = hidden["chi"] == 0
    if lost := lost_layer(rows["q"].tolist(), rows["weight_variance"].tolist()):
        yield lost_text(lost)
    if np.isfinite(speeds).all(axis=None) and not no_error.any():
        return
    if (endless := ~np.isfinite(rows["q"])).any():
        layer = rows.loc[endless, "layer"].iloc[0]
        yield f"no speed is predicted: z has no finite mean square in layer {layer}"
    elif (endless := ~np.isfinite(hidden["chi"])).any():
        layer = hidden.loc[endless, "layer"].iloc[0]
        yield (
            f"no speed is predicted: σ′ is not square integrable in layer {layer}, so ‖δ‖² has no mean there"
        )
    elif no_error.any():
        layer, last = hidden.loc[no_error, "layer"].iloc[-1], hidden["layer"].iloc[-1]
        learns = "layer 1 does not learn" if layer == 1 else f"layers 1 to {layer} do not learn"
        if not lost or layer < lost - 1:
            yield f"no error passes layer {layer}, where σ′ is 0 for almost every z: {learns}"
        if layer == last:
            yield f"no speed is predicted: all are relative to that of layer {last}, which is 0"
    elif not rows["predicted_delta_rms"].iloc[-1] > 0:
        yield "no speed is predicted: the errors at the output are 0, or no numbers"
    else:
        yield "a speed is missing where the errors of the examples cancel as far as the prediction is exact"


def _doubts(training: Training, rows: pd.DataFrame) -> Iterator[str]:
    """How far the speeds that are predicted may be off, where that is far."""
    if not np.isfinite(rows["predicted_speed"].iloc[:-1]).any():
        return
    network, narrow = training.network, _narrow(training, rows)
    if narrow > 1 and narrow > 2 * sum(1 / n for n in network.sizes[1:-1]):
        yield (
            "hidden layers are predicted as if they were wide, and what chance makes of few neurons grows "
            "here from layer to layer: speeds may be off by powers of ten"
        )
    elif narrow > NARROW:
        off = f"{100 * narrow:.0f} %"
        yield f"hidden layers are predicted as if they were wide: speeds may be off by up to {off}"
    if network.sizes[-1] <= FEW_OUTPUTS and network.depth > 2:
        yield "speeds are the rms over many networks: with few outputs one may be off by tens of per cent"


def _narrow(training: Training, rows: pd.DataFrame) -> float:
    """Σ 1/n over the hidden layers, each times the square of how much a small change of q grows above it.

    That is the product of d ln q^(l+1)/d ln q^l over the hidden layers above: 1 of a σ that is straight on
    both sides of 0, 2 of z². A product of less than 1 counts as 1. It is of z less the mean of the biases.
    """
    growth, found, network, means = 1.0, 0.0, training.network, bias_means(training)
    for l in range(network.depth - 1, 0, -1):
        found += max(growth, 1.0) ** 2 / network.sizes[l]
        mean = means[l - 1]
        sigma, q = moved(network.sigma(l), mean), float(rows["q"].iloc[l - 1]) - mean * mean
        w2, b2 = (float(rows[f"{drawn}_variance"].iloc[l]) for drawn in ("weight", "bias"))
        if 0 < q < inf and 0 < (above := next_q(sigma, q, w2, b2)) < inf:
            growth *= w2 * square_growth(sigma, q) * q / above
    return found
