"""The weights and biases of a stack of networks: one vector a trial, seen as w and b of each layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from lab.network.buffers import without_trials
from lab.numerics import Array


@dataclass(frozen=True)
class Parameters:
    """All w and b of T trials; also used for gradients and updates, which have the same shape.

    All arrays are views of ``vector``: to write into one is to write into all.

    >>> theta = parameters((3, 2), trials=1)
    >>> theta.w[1][...], theta.b[1][...] = 5, 7
    >>> theta.vector
    array([[5., 5., 5., 7., 5., 5., 5., 7.]])

    ``vector``: everything in one vector a trial: (T, P).
    ``wb``: layer l → the weights with the biases as their last column: (T, n_l, n_{l−1} + 1).
    ``w``, ``b``: layer l → (T, n_l, n_{l−1}) and (T, n_l, 1).
    """

    vector: Array
    wb: dict[int, Array]
    w: dict[int, Array]
    b: dict[int, Array]

    @cached_property
    def matrices(self) -> Parameters:
        """The same arrays without the axis of trials where there is one trial, else itself."""
        if len(self.vector) > 1:
            return self
        return Parameters(self.vector, *(without_trials(part) for part in (self.wb, self.w, self.b)))


def parameters(sizes: tuple[int, ...], trials: int, dtype: npt.DTypeLike = np.float64) -> Parameters:
    """Parameters for T trials of a network with n_0 inputs and layers of n_1 … n_L neurons, all zero."""
    return as_parameters(np.zeros((trials, count(sizes)), dtype), sizes)


def count(sizes: tuple[int, ...]) -> int:
    """P = Σ_l n_l (n_{l−1} + 1), the number of weights and biases of one network.

    >>> count((784, 30, 10))
    23860
    """
    return sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes))


def as_parameters(vector: Array, sizes: tuple[int, ...]) -> Parameters:
    """The views of a vector of shape (T, P)."""
    wb: dict[int, Array] = {}
    start = 0
    for l, (n_in, n_out) in enumerate(pairwise(sizes), 1):
        stop = start + n_out * (n_in + 1)
        wb[l] = vector[:, start:stop].reshape(len(vector), n_out, n_in + 1)
        start = stop
    w = {l: block[:, :, :-1] for l, block in wb.items()}
    b = {l: block[:, :, -1:] for l, block in wb.items()}
    return Parameters(vector, wb, w, b)
