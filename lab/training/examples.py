"""Examples as the core wants them: column blocks, fed batch by batch or evaluated block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lab.network.backprop import Network, costs, forward
from lab.network.buffers import Pass, make_batch, make_pass
from lab.network.parameters import Parameters
from lab.numerics import Array
from lab.parts import Stream

EVALUATED_TOGETHER = 1000
"""Examples of one block of an evaluation: bounds the memory that it takes."""


@dataclass(frozen=True)
class Examples:
    """Inputs and targets in rows: ``x`` (m, n_0 + 1) with a last column of ones, ``y`` (m, n_L).

    ``labelled`` tells whether the targets are classes, so that an accuracy has a meaning.
    """

    x: Array
    y: Array
    labelled: bool

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, rows: slice) -> Examples:
        return Examples(self.x[rows], self.y[rows], self.labelled)

    @property
    def columns(self) -> tuple[Array, Array]:
        """Inputs with their ones, and targets, as `make_pass` takes them: (1, n_0 + 1, m), (1, n_L, m)."""
        return np.ascontiguousarray(self.x.T)[None], np.ascontiguousarray(self.y.T)[None]


def examples(x: Array, y: Array, labelled: bool, dtype: npt.DTypeLike) -> Examples:
    """Rows of features and of targets as `Examples` of a dtype."""
    return Examples(np.hstack([x, np.ones((len(x), 1))]).astype(dtype), y.astype(dtype), labelled)


def fed(network: Network, given: Examples, batch: int, streams: Sequence[Stream]) -> Iterator[Pass]:
    """Passes whose inputs are filled, for ever: the batches of epoch after epoch, for T trials at once.

    A batch of all examples is one pass that never changes. Otherwise each trial draws a new order of the
    examples every epoch from its stream ``"order"``, and the last batch of an epoch may be short.
    """
    if batch >= len(given):
        whole = make_pass(network.sizes, len(streams), *given.columns)
        while True:
            yield whole
    orders = [stream("order") for stream in streams]
    passes: dict[int, Pass] = {}
    while True:
        order = np.stack([rng.permutation(len(given)) for rng in orders])
        for start in range(0, len(given), batch):
            chosen = order[:, start : start + batch]
            m = chosen.shape[1]
            if m not in passes:
                passes[m] = make_batch(network.sizes, len(streams), m, given.x.dtype)
            p = passes[m]
            given.x.take(chosen, axis=0, out=p.a1[0].mT, mode="clip")
            given.y.take(chosen, axis=0, out=p.y.mT, mode="clip")
            yield p


class Evaluation:
    """Cost and accuracy of a stack over all of some examples, in buffers made once."""

    def __init__(self, network: Network, given: Examples, trials: int) -> None:
        self.network, self.given = network, given
        self.passes: list[Pass] = []
        for start in range(0, len(given), EVALUATED_TOGETHER):
            x, y = given[start : start + EVALUATED_TOGETHER].columns
            if self.passes and self.passes[0].examples == x.shape[-1]:
                first = self.passes[0]
                self.passes.append(replace(first, a1={**first.a1, 0: x}, a={**first.a, 0: x[:, :-1]}, y=y))
            else:
                self.passes.append(make_pass(network.sizes, trials, x, y))

    def cost_and_accuracy(self, theta: Parameters) -> tuple[Array, Array]:
        """C and the accuracy of each trial, (T,) each; NaN where there are no examples or no classes."""
        total, right = np.zeros((2, len(theta.vector)))
        for p in self.passes:
            forward(self.network, theta, p)
            total += costs(self.network, p).sum(axis=-1)
            right += correct(p.a[self.network.depth], p.y, self.given.labelled)
        count = len(self.given) or np.nan
        return total / count, right / count


def correct(a: Array, y: Array, labelled: bool) -> Array:
    """How many examples are given their class, by the largest output, or a single one above ½; shape (T,).

    NaN where the targets are no classes, or an output is not a number.
    """
    if not labelled:
        return np.full(len(a), np.nan)
    single = a.shape[1] == 1
    right = ((a > 0.5) == (y > 0.5))[:, 0] if single else a.argmax(axis=1) == y.argmax(axis=1)
    return np.where(np.isnan(a).any(axis=(1, 2)), np.nan, np.count_nonzero(right, axis=1))
