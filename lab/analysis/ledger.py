"""The ledger: where the error died on its way down, and whether the weights or σ′ took it.

    ‖δ^l‖/‖δ^L‖ = Π_{k=l}^{L−1} transport_k · slope_k

    transport_l = ‖e^l‖ / ‖δ^{l+1}‖      what the weights did, e^l = (w^{l+1})ᵀ δ^{l+1}
    slope_l     = ‖δ^l‖ / ‖e^l‖          what σ′ did: at most sup|σ′|, at least inf|σ′|

in rms over the examples: BP2 (Nielsen, *Neural Networks and Deep Learning*, 2015, ch. 2), taken in norms, so
the product telescopes exactly.
"""

from collections.abc import Mapping
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lab.analysis.cells import median
from lab.numerics import Array
from lab.parts import KEYS

COLUMNS = (
    *("transport", "slope", "transport_decades", "slope_decades"),
    *("reaches", "transport_total", "slope_total", "note"),
)

REMOVED = "σ′ removed by the cost"
"""The note of an output layer whose cost cancels σ′: cross-entropy on a sigmoid, and the softmax."""

NOTHING_ARRIVED = "no error arrived"


def ledger(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row for each variant, trial, step and layer, from the tables ``layers`` and ``variants``.

    ``transport``, ``slope``: the two factors of the layer. The output layer has no transport, since its error
        comes from the cost; its slope is missing where the cost removed it. Both are missing where no error
        arrived.
    ``transport_decades``, ``slope_decades``: their log₁₀; below 0 the error became smaller, −∞ where it died.
    ``reaches``: ‖δ^l‖/‖δ^L‖: the share of the output's error that reaches the layer, as the product of all
        factors.
    ``transport_total``, ``slope_total``: the decades summed over the layers from this one up to the last
        hidden one; they add up to log₁₀ of ``reaches``. The output layer's own slope is not among them. All
        three are missing where the output has no error either.
    ``note``: `REMOVED`, `NOTHING_ARRIVED` or empty.

    It is empty where ``delta_rms`` or ``error_rms`` was not recorded. Without ``variants`` no σ′ is taken as
    removed.
    """
    layers, variants = tables["layers"], tables.get("variants", pd.DataFrame())
    if layers.empty or not {"delta_rms", "error_rms"} <= set(layers.columns):
        return pd.DataFrame(columns=[*KEYS, *COLUMNS])
    removed = set(variants.loc[variants["cancels"], "variant"].map(str)) if "cancels" in variants else set()
    variant, names = pd.factorize(layers["variant"])
    order = np.lexsort((layers["layer"], layers["step"], layers["trial"], variant))
    of_variants = np.split(order, np.flatnonzero(np.diff(variant[order])) + 1)
    layer, delta, e = (layers[column].to_numpy(float) for column in ("layer", "delta_rms", "error_rms"))
    parts = []
    for name, rows in zip(names, of_variants, strict=True):
        shape = -1, len(np.unique(layer[rows]))
        parts.append(_split(delta[rows].reshape(shape), e[rows].reshape(shape), str(name) in removed))
    found = {column: np.concatenate([part[column].ravel() for part in parts]) for column in COLUMNS}
    return layers.iloc[order][[*KEYS]].assign(**found).reset_index(drop=True)


@np.errstate(divide="ignore", invalid="ignore")
def _split(delta: Array, e: Array, removed: bool = False) -> dict[str, Array]:
    """The columns of the ledger from rms‖δ‖ and rms‖e‖, each reading × layer."""
    above = np.column_stack([delta[:, 1:], np.full(len(delta), np.nan)])
    transport, slope = e / above, delta / e
    notes = np.where((above == 0) | (e == 0), NOTHING_ARRIVED, "").astype(object)
    if removed:
        slope[:, -1] = np.nan
        notes[:, -1] = REMOVED
    passed = [_neutral(transport, above == 0), _neutral(slope, e == 0)]
    nothing = ~(delta[:, -1] > 0)
    return {
        "transport": transport,
        "slope": slope,
        "transport_decades": np.log10(transport),
        "slope_decades": np.log10(slope),
        "reaches": _downward(np.multiply, passed[0] * passed[1], nothing),
        "transport_total": _downward(np.add, np.log10(passed[0]), nothing),
        "slope_total": _downward(np.add, np.log10(passed[1]), nothing),
        "note": notes,
    }


def _neutral(factor: Array, undefined: Array) -> Array:
    """The factors of the product: 1 in the output layer, and where 0/0 leaves one undefined below a 0."""
    passed = np.where(undefined, 1.0, factor)
    passed[:, -1] = 1
    return passed


def _downward(operation: np.ufunc, terms: Array, nothing: Array) -> Array:
    """Accumulated from the output layer down to each layer; missing where there is no error at the output."""
    return np.where(nothing[:, None], np.nan, operation.accumulate(terms[:, ::-1], axis=1)[:, ::-1])


NOISE = 3.0
"""‖⟨δ⟩‖ below so many times rms‖δ‖/√m, the size of a mean of m errors that cancel, is taken for noise."""


@np.errstate(divide="ignore", invalid="ignore")
def gradient_is_noise(speed: Array, delta: Array, examples: int) -> bool:
    """Whether at the first reading, of ``examples``, errors cancel so that ‖∂C/∂b‖ does not tell their size.

    So it is where classes are balanced and the output tells none of them yet. It is asked of the first and
    the last hidden layer, of the median over the trials of ``speed`` ‖⟨δ⟩‖ over ``delta`` rms‖δ‖, each trial
    × layer, against `NOISE`/√m; of few examples chance alone makes 1/√m, so that is no noise which is above
    half.
    """
    if examples < 1:
        return False
    ends = [0, max(speed.shape[1] - 2, 0)]
    left = median(np.where(delta > 0, speed / delta, np.nan)[:, ends])
    return bool((left < min(NOISE / sqrt(examples), 0.5)).any())


@np.errstate(divide="ignore", invalid="ignore")
def decades(speed: Array, delta: Array, e: Array) -> dict[str, Array]:
    """By how many decades the first hidden layer's gradient is smaller than the last's, trial by trial.

    It is of one variant at one reading: ``speed`` ‖⟨δ⟩‖, ``delta`` rms‖δ‖ and ``e`` rms‖e‖, each trial ×
    layer; NaN where they were not recorded.

    ``speed``: log₁₀ of ‖∂C/∂b‖ of the last hidden layer over that of the first, less than 0 where the first's
        is larger; the sum of the next three.
    ``slope``, ``weights``: what σ′ and what the weights took in the hidden layers below the last: −Σ log₁₀ of
        the ledger's ``slope`` and ``transport``; NaN where δ and e were not recorded.
    ``examples``: what the mean over the examples took: ‖⟨δ⟩‖ in place of rms‖δ‖.
    ``delta``: ``slope`` + ``weights``: the decades of rms‖δ‖.

    It is empty with fewer than two hidden layers; a trial without any gradient in the last of them has NaN.
    """
    if speed.shape[1] < 3:
        return {}
    split, hidden = _split(delta, e), speed[:, :-1]
    of_speed = np.log10(hidden[:, -1] / hidden[:, 0])
    totals = (split[f"{factor}_total"] for factor in ("slope", "transport"))
    of_slope, of_weights = (total[:, -2] - total[:, 0] for total in totals)
    taken = of_slope + of_weights
    parts = {"speed": of_speed, "slope": of_slope, "weights": of_weights}
    parts |= {"examples": of_speed - taken, "delta": taken}
    known = np.isfinite(hidden).all(axis=1) & (hidden[:, -1] > 0)
    return {name: np.where(known, part, np.nan) for name, part in parts.items()}


def middle(values: ArrayLike) -> float:
    """The median of positive numbers, of an even number the geometric mean of the middle two.

    So the median ratio is the ratio of the median decades, and one over it that of the inverse. A missing one
    (NaN) does not count.
    """
    with np.errstate(divide="ignore"):
        return float(10.0 ** median(np.log10(np.asarray(values, np.float64))))
