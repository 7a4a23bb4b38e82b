"""What is measured of single neurons, at a few readings, where the file asks for it."""

import numpy as np

from lab.numerics import Array
from lab.training import statistics
from lab.training.probes import saturated_cells
from lab.training.snapshot import Snapshot

NEURON_COLUMNS = (
    *("slope_mean", "slope_size", "saturation", "a_mean", "a_size"),
    *("delta_mean", "delta_size", "speed_in", "speed_out"),
)
"""The quantities of a neuron: the columns of the table ``neurons``."""


def of_neurons(snapshot: Snapshot) -> Array:
    """`NEURON_COLUMNS` of each neuron of the layers 0 … L, layer after layer: (T, Σ n_l, 9).

    ``slope_mean``, ``a_mean`` and ``delta_mean`` are ⟨σ′(z_j)⟩, ⟨a_j⟩ and ⟨δ_j⟩ = ∂C/∂b_j with their signs,
    ``slope_size``, ``a_size`` and ``delta_size`` are ⟨|σ′(z_j)|⟩, ⟨|a_j|⟩ and ⟨|δ_j|⟩. ``saturation`` is the
    share of the examples with |σ′(z_j)| < τS; NaN for a σ whose slope is unbounded. ``speed_in`` =
    √Σ_k (∂C/∂w_jk)² is the norm of ∂C/∂w of the weights into the neuron, ``speed_out`` that of the weights
    out of it: Σ_j speed_in² of layer l and Σ_k speed_out² of layer l − 1 are ‖∂C/∂w^l‖² (BP4). An input has
    a_mean, a_size and speed_out alone, and nothing comes out of the last layer.
    """
    p, sizes = snapshot.p, snapshot.network.sizes
    blocks = [np.full((len(p.z[1]), n, len(NEURON_COLUMNS)), np.nan) for n in sizes]
    for l, block in enumerate(blocks):
        found = dict(zip(NEURON_COLUMNS, np.moveaxis(block, -1, 0), strict=True))
        found["a_mean"][...], found["a_size"][...] = p.a[l].mean(axis=2), np.abs(p.a[l]).mean(axis=2)
        if l == 0:
            continue
        found["slope_mean"][...] = p.slope[l].mean(axis=2)
        found["slope_size"][...] = np.abs(p.slope[l]).mean(axis=2)
        if (saturated := saturated_cells(snapshot, l)) is not None:
            found["saturation"][...] = statistics.counted(saturated) / p.examples
        found["delta_mean"][...] = p.delta[l].sum(axis=2)  # each column of δ carries 1/m
        found["delta_size"][...] = np.abs(p.delta[l]).sum(axis=2)
        for t, delta in enumerate(p.delta[l]):  # one by one: a trial's gradient is as large as its weights
            gradient = delta @ p.a[l - 1][t if len(p.a[l - 1]) > 1 else 0].T
            found["speed_in"][t] = statistics.norm(gradient[:, None])
            blocks[l - 1][t, :, NEURON_COLUMNS.index("speed_out")] = statistics.norm(gradient.T[:, None])
    return np.concatenate(blocks, axis=1)
