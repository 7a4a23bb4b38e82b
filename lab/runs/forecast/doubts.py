"""What is to be known of predicted speeds: why some are missing, and how far off others may be."""

from collections.abc import Callable, Iterator, Sequence
from math import inf

import numpy as np
import pandas as pd

from lab.experiment.variants import Variant
from lab.numerics import Array
from lab.runs.forecast.prediction import bias_means
from lab.theory.mean_field import next_q
from lab.theory.moments import mean_square, square_growth
from lab.theory.moved import moved
from lab.theory.prediction import lost_layer, lost_text
from lab.theory.turns import turns
from lab.training.stack import Training

MOST_NAMED = 4
"""A note on up to so many variants names them all; on more, all but one of so many, and counts the others."""

NARROW = 0.1
"""Where `_narrow` is larger, speeds may be off by more than a tenth."""

OFF = {0.2: "up to 20 %", 0.5: "up to 50 %", 1.0: "up to 100 %", 10.0: "several times"}
"""By how much where it is up to this; more leaves them to chance."""

FEW_OUTPUTS = 4
"""Up to so many outputs, the mean error of a network depends on what its outputs happen to be."""


def notes(made: Sequence[tuple[Variant, Training]], predicted: pd.DataFrame) -> list[str]:
    """Why numbers are missing in the table `prediction` of these variants, and how far off others may be."""
    of: dict[str, list[str]] = {}
    for variant, training in made:
        rows = predicted[predicted["variant"] == variant.label]
        for note in (*_missing(rows), *_doubts(training, rows)):
            of.setdefault(note, []).append(variant.label)
    found = []
    for note, labels in of.items():
        named = "; ".join(labels)
        if len(labels) > MOST_NAMED:
            named = f"{'; '.join(labels[: MOST_NAMED - 1])} and {len(labels) - MOST_NAMED + 1} more variants"
        found.append(note if len(labels) == len(made) > 1 else f"{named}: {note}")
    return found


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
    if narrow > NARROW:
        off = next((told for most, told in OFF.items() if narrow <= most), "powers of ten")
        yield f"hidden layers are predicted as if they were wide: speeds may be off by {off}"
    if network.sizes[-1] <= FEW_OUTPUTS and network.depth > 2:
        yield "speeds are the rms over many networks: with few outputs one may be off by tens of per cent"


def _narrow(training: Training, rows: pd.DataFrame) -> float:
    """By how much chance changes mean squares in hidden layers of n neurons, relatively: its variance.

    That of a mean of n squares is (E f⁴/(E f²)² − 1)/n, here of σ and of σ′, and 1/n at least. Of σ it counts
    times the square of how much a small change of q grows above it, the product of d ln q^(l+1)/d ln q^l: 1
    of a σ that is straight on both sides of 0, 2 of z². Less than 1 counts as 1. It is of z less the mean of
    the biases.
    """
    growth, found, network, means = 1.0, 0.0, training.network, bias_means(training)
    for l in range(network.depth - 1, 0, -1):
        mean = means[l - 1]
        sigma, q = moved(network.sigma(l), mean), float(rows["q"].iloc[l - 1]) - mean * mean
        breaks = turns(sigma)
        forward, backward = (_excess(f, q, breaks) for f in (sigma, sigma.derivative))
        found += max(forward * max(growth, 1.0) ** 2 + backward, 1.0) / network.sizes[l]
        w2, b2 = (float(rows[f"{drawn}_variance"].iloc[l]) for drawn in ("weight", "bias"))
        if 0 < q < inf and 0 < (above := next_q(sigma, q, w2, b2)) < inf:
            growth *= w2 * square_growth(sigma, q) * q / above
    return found


def _excess(f: Callable[[Array], Array], q: float, breaks: tuple[float, ...]) -> float:
    """E f(z)⁴/(E f(z)²)² − 1; 0 where that is no number."""
    if not 0 < q < inf:
        return 0.0
    square = mean_square(f, q, breaks)
    fourth = mean_square(lambda z: np.square(f(z)), q, breaks)
    return fourth / square**2 - 1 if 0 < square < inf and square**2 > 0 else 0.0
