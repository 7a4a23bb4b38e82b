"""What is measured of single neurons, at the few readings at which z is binned too, and only on request."""

from __future__ import annotations

import numpy as np

from lab.numerics import Array
from lab.training.blocks import counted
from lab.training.probes import saturated_cells
from lab.training.seen import Seen

NEURON_COLUMNS = ("slope_mean", "saturation", "a_mean", "delta_mean")
"""What is told of a neuron: the columns of the table ``neurons``."""


def of_neurons(seen: Seen, l: int) -> Array:
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
    p = seen.p
    saturated = saturated_cells(seen, l)
    missing = np.full(p.z[l].shape[:2], np.nan)
    return np.stack(
        [
            p.slope[l].mean(axis=2),
            missing if saturated is None else counted(saturated) / p.examples,
            p.a[l].mean(axis=2),
            p.delta[l].sum(axis=2),  # each column carries 1/m
        ],
        axis=-1,
    )
