"""The ledger: where the error died on its way down, and whether the weights or σ′ took it.

    ‖δ^l‖/‖δ^L‖ = Π_{k=l}^{L−1} transport_k · slope_k

    transport_l = ‖e^l‖ / ‖δ^{l+1}‖      what the weights did, e^l = (w^{l+1})ᵀ δ^{l+1}
    slope_l     = ‖δ^l‖ / ‖e^l‖          what σ′ did: at most sup|σ′|, at least inf|σ′|

in rms over the examples: BP2 (Nielsen, *Neural Networks and Deep Learning*, 2015, ch. 2), taken in norms, so
the product telescopes exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COLUMNS = (
    *("transport", "slope", "transport_decades", "slope_decades"),
    *("reaches", "transport_total", "slope_total", "note"),
)

REMOVED = "σ′ removed by the cost"
"""The note of an output layer whose cost cancels σ′: cross-entropy on a sigmoid, and the softmax."""

NOTHING_ARRIVED = "no error arrived"

_KEYS = ["variant", "trial", "step", "epoch", "layer", "status"]


def ledger(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a variant, trial, step and layer, from the tables ``layers`` and ``variants``.

    ``transport``, ``slope``
        The two factors of the layer. The output layer has no transport, since its error comes from the cost;
        its slope is missing where the cost removed it. Both are missing where no error arrived.
    ``transport_decades``, ``slope_decades``
        Their log₁₀; below 0 the error became smaller, −∞ where it died.
    ``reaches``
        ‖δ^l‖/‖δ^L‖: the share of the output's error that reaches the layer, as the product of all factors.
    ``transport_total``, ``slope_total``
        The decades summed over the layers from this one up to the last hidden one; they add up to log₁₀ of
        ``reaches``. The output layer's own slope is not among them.
        All three are missing where the output has no error either.
    ``note``
        `REMOVED`, `NOTHING_ARRIVED` or empty.

    It is empty where ``delta_rms`` or ``error_rms`` was not recorded.
    """
    layers = tables["layers"]
    if not {"delta_rms", "error_rms"} <= set(layers.columns):
        return pd.DataFrame(columns=[*_KEYS, *COLUMNS])
    removed = _removed(tables)
    parts = [
        _of_variant(rows, removed.get(str(name), False))
        for name, rows in layers.groupby("variant", sort=False, observed=True)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*_KEYS, *COLUMNS])


def _removed(tables: Mapping[str, pd.DataFrame]) -> dict[str, bool]:
    """Whether the cost removes σ′ from the output layer of each variant; empty where nothing tells."""
    variants = tables.get("variants")
    if variants is None or "cancels" not in variants:
        return {}
    return {
        str(name): bool(told) for name, told in zip(variants["variant"], variants["cancels"], strict=True)
    }


def _of_variant(rows: pd.DataFrame, removed: bool) -> pd.DataFrame:
    """The ledger of the rows of one variant, which has L layers at every reading."""
    rows = rows.sort_values(["trial", "step", "layer"], kind="stable")
    L = rows["layer"].nunique()
    delta, e = (rows[column].to_numpy(np.float64).reshape(-1, L) for column in ("delta_rms", "error_rms"))
    above = np.column_stack([delta[:, 1:], np.full(len(delta), np.nan)])
    with np.errstate(divide="ignore", invalid="ignore"):
        transport, slope = e / above, delta / e
    notes = np.where((above == 0) | (e == 0), NOTHING_ARRIVED, "").astype(object)
    if removed:
        slope[:, -1] = np.nan
        notes[:, -1] = REMOVED
    passed = [_neutral(transport, above == 0), _neutral(slope, e == 0)]
    nothing = ~(delta[:, -1] > 0)
    found = {
        "transport": transport,
        "slope": slope,
        "transport_decades": _log10(transport),
        "slope_decades": _log10(slope),
        "reaches": _downward(np.multiply, passed[0] * passed[1], nothing),
        "transport_total": _downward(np.add, _log10(passed[0]), nothing),
        "slope_total": _downward(np.add, _log10(passed[1]), nothing),
        "note": notes,
    }
    return rows[_KEYS].assign(**{name: values.ravel() for name, values in found.items()})


def _neutral(factor: Floats, undefined: NDArray[np.bool_]) -> Floats:
    """The factors of the product: 1 in the output layer, and where 0/0 leaves one undefined below a 0."""
    passed = np.where(undefined, 1.0, factor)
    passed[:, -1] = 1
    return passed


def _downward(operation: np.ufunc, terms: Floats, nothing: NDArray[np.bool_]) -> Floats:
    """Accumulated from the output layer down to each layer; missing where there is no error at the output."""
    found: Floats = operation.accumulate(terms[:, ::-1], axis=1)[:, ::-1].copy()
    found[nothing] = np.nan
    return found


def _log10(factor: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(factor))
