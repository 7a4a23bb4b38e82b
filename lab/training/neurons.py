"""What is measured of single neurons, at the few readings at which z is binned too, and only on request."""

from __future__ import annotations

import numpy as np

from lab.numerics import Array
from lab.training.probes import saturated_cells
from lab.training.snapshot import Snapshot
from lab.training.statistics import counted

NEURON_COLUMNS = ("slope_mean", "saturation", "a_mean", "delta_mean")
"""The quantities of a neuron: the columns of the table ``neurons``."""


def of_neurons(snapshot: Snapshot, l: int) -> Array:
    """`NEURON_COLUMNS` of each neuron of layer l: (T, n_l, 4).

    ``slope_mean``
        The mean of σ′(z_j) over the examples.
    ``saturation``
        The share of the examples with |σ′(z_j)| < τS; NaN for a σ whose slope is unbounded.
    ``a_mean``
        The mean of a_j over the examples.
    ``delta_mean``
        ⟨δ_j⟩ = ∂C/∂b_j, with its sign.
    """
    p, saturated = snapshot.p, saturated_cells(snapshot, l)
    slope, a = p.slope[l].mean(axis=2), p.a[l].mean(axis=2)
    share = np.full(a.shape, np.nan) if saturated is None else counted(saturated) / p.examples
    return np.stack([slope, share, a, p.delta[l].sum(axis=2)], axis=-1)  # each column of δ carries 1/m
