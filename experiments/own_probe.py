"""A probe of one's own, as a class: what the lab asks for is `columns` and `measure`."""

from dataclasses import dataclass

import numpy as np

from lab import Probe


@dataclass(frozen=True)
class ErrorConcentration(Probe):
    """``error_top_share``: the share of ⟨‖δ^l‖²⟩ that the tenth of the layer's neurons with most of it has.

    Near 0.1 every neuron of the layer learns; near 1 a few do, and the others stand still. A layer of fewer
    than 20 neurons is judged by its largest one. NaN where δ^l is 0.
    """

    columns = ("error_top_share",)

    def measure(self, seen, l):
        squares = np.sum(np.square(seen.p.delta[l], dtype=np.float64), axis=2)  # (trial, neuron)
        top = max(1, round(squares.shape[1] / 10))
        largest = np.sort(squares, axis=1)[:, -top:].sum(axis=1)
        with np.errstate(invalid="ignore"):
            return (largest / squares.sum(axis=1),)
