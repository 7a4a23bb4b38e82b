"""How the activations of a layer spread: towards the ends of a bounded σ, and over how many directions."""

from __future__ import annotations

import numpy as np

from lab.numerics import Array, Interval

VARIANCE_SHARE = 0.99
"""The share of the variance that the counted directions hold."""


def phi_b(a: Array, reach: Interval) -> Array:
    """φ_B of outputs a (T, n, m) of a σ that ranges over ``reach``: (T,); NaN where that is unbounded.

    The outputs are scaled to g in [−1, 1] and sorted into B = 10 bins of one width; with f_b outputs in bin b
    and ḡ_b their mean, φ_B = Σ_b |ḡ_b| f_b / Σ_b f_b: near 0 where all outputs are central, 1 where all are
    at an end. 0 is the edge of two of the ten bins, so that no bin holds both signs, and the sum is that of
    |g|: φ_B = ⟨|g|⟩ over neurons and examples, whatever the even number of bins.

    Source: Rakitianskaia and Engelbrecht (2015), "Measuring saturation in neural networks".
    """
    width = reach.high - reach.low
    if not (np.isfinite(width) and width > 0):
        return np.full(len(a), np.nan)
    g = (2 * a.reshape(len(a), -1) - (reach.low + reach.high)) / width
    return np.asarray(np.add.reduce(np.abs(g), axis=1) / g.shape[1], np.float64)


def rank_share(a: Array) -> Array:
    """How many principal directions hold 99 % of the variance of a (T, n, m), as a share of n: (T,).

    The variance is that over the m examples. Its directions are those of the smaller of ããᵀ and ãᵀã, ã = a
    less its means, which share their eigenvalues λ_1 ≥ λ_2 ≥ …: the least k with Σ_{i≤k} λ_i ≥ 0.99 Σ λ_i.
    0 where nothing varies, NaN where a is not finite.

    Source: Richter, Shenk et al. (2020), "Feature space saturation during training"; what their program
    delve calls the saturation of a layer.
    """
    _, n, m = a.shape
    sound = np.asarray(np.isfinite(a).all(axis=(1, 2)))
    centred = np.where(sound[:, None, None], a, 0)
    scale = np.abs(centred).max(axis=(1, 2), keepdims=True)
    centred /= np.where(scale > 0, scale, 1)
    centred -= centred[:, :, :1].copy()  # so that what does not vary is exactly 0
    centred -= centred.mean(axis=2, keepdims=True)
    covariance = centred @ centred.mT if n <= m else centred.mT @ centred
    values = np.linalg.eigvalsh(covariance)[:, ::-1].astype(np.float64)
    held = np.cumsum(np.maximum(values, 0), axis=1)
    total = held[:, -1:]
    directions = np.where(total[:, 0] > 0, 1 + (held < VARIANCE_SHARE * total).sum(axis=1), 0)
    return np.where(sound, directions / n, np.nan)
