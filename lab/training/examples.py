"""Examples as the core wants them: column blocks, fed batch by batch or evaluated block by block."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lab.data.targets import largest_rms
from lab.network.backprop import Network, costs, forward
from lab.network.buffers import Pass, make_batch, make_pass
from lab.network.parameters import Parameters
from lab.numerics import Array
from lab.parts import Stream

EVALUATED_TOGETHER = 1000
"""Examples of one block of an evaluation: bounds the memory that it takes."""


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def input_rms(self) -> float:
        """The largest root mean square of a feature."""
        return largest_rms(self.x[:, :-1])

    @property
    def columns(self) -> tuple[Array, Array]:
        """Inputs with their ones, and targets, as `make_pass` takes them: (1, n_0 + 1, m), (1, n_L, m)."""
        return np.ascontiguousarray(self.x.T)[None], np.ascontiguousarray(self.y.T)[None]


def examples(x: Array, y: Array, labelled: bool, dtype: npt.DTypeLike) -> Examples:
    """Rows of features and of targets as `Examples` of a dtype."""
    return Examples(np.hstack([x, np.ones((len(x), 1))]).astype(dtype), y.astype(dtype), labelled)


class Feed:
    """The passes of steps with their inputs filled, for T trials, in buffers made once.

    A batch of all examples is one pass that never changes. Otherwise each trial draws a new order of the
    examples every epoch from its stream ``"order"``, and the last batch of an epoch may be short.
    """

    def __init__(self, network: Network, given: Examples, order: Order) -> None:
        self._sizes, self._given, self._order = network.sizes, given, order
        self._passes: dict[int, Pass] = {}

    def at(self, step: int) -> Pass:
        """The pass of a step (0, 1, …); see `Order` for which may be asked for."""
        given, chosen = self._given, self._order.rows(step)
        m = len(given) if chosen is None else chosen.shape[1]
        if m not in self._passes:
            self._passes[m] = (
                make_pass(self._sizes, self._order.trials, *given.columns)
                if chosen is None
                else make_batch(self._sizes, self._order.trials, m, given.x.dtype)
            )
        p = self._passes[m]
        if chosen is not None:
            given.x.take(chosen, axis=0, out=p.a1[0].mT, mode="clip")
            given.y.take(chosen, axis=0, out=p.y.mT, mode="clip")
        return p


def steps_per_epoch(examples: int, batch: int) -> int:
    """⌈n/m⌉: the last batch of an epoch may be short."""
    return -(-examples // batch)


class Order:
    """Which of n examples each step of T trials takes: batch after batch of a new order every epoch.

    Steps are asked for in their order; what lies behind is forgotten.

    >>> from lab.numerics import stream
    >>> order = Order(5, 2, [lambda purpose: stream(0, purpose)])
    >>> [order.rows(step).shape for step in range(3)]
    [(1, 2), (1, 2), (1, 1)]
    """

    def __init__(self, examples: int, batch: int, streams: Sequence[Stream]) -> None:
        self.examples, self.batch = examples, min(batch, examples)
        self.epoch = steps_per_epoch(examples, self.batch)
        self.trials = len(streams)
        self._streams = [stream("order") for stream in streams]
        self._first = 0  # the epoch with which the rows begin
        self._rows = np.empty((len(streams), 0), np.int64)

    def rows(self, step: int) -> Array | None:
        """The numbers of the examples of a step (0, 1, …), (T, m); None where it takes all in their order."""
        if self.epoch == 1:
            return None
        at, end = self._reached(step, 1)[:2].tolist()
        return self._rows[:, at:end]

    def several(self, step: int, steps: int) -> tuple[Array, Array | None]:
        """The bounds of so many steps, (steps + 1,), in rows of numbers, (T, at least the last bound).

        The rows are None where `rows` is.
        """
        if self.epoch == 1:
            return np.arange(steps + 1) * self.examples, None
        return self._reached(step, steps), self._rows

    def saved(self) -> dict[str, Array]:
        """What `restored` needs to go on from here: plain arrays by name."""
        states = [json.dumps(rng.bit_generator.state) for rng in self._streams]
        return {
            "first": np.array(self._first),
            "rows": self._rows.astype(np.min_scalar_type(self.examples)),
            "streams": np.array(states),
        }

    def restored(self, saved: Mapping[str, Array]) -> None:
        """Go on from where an order of the same trials was `saved`."""
        self._first, self._rows = int(saved["first"]), saved["rows"].astype(np.int64)
        for rng, state in zip(self._streams, saved["streams"], strict=True):
            rng.bit_generator.state = json.loads(str(state))

    def _reached(self, step: int, steps: int) -> Array:
        """The bounds of these steps in the rows, which are drawn so far."""
        first, last = step // self.epoch, (step + steps - 1) // self.epoch
        kept = self._rows[:, (first - self._first) * self.examples :]
        missing = range(kept.shape[1] // self.examples, last - first + 1)
        if first > self._first or missing:
            drawn = [[rng.permutation(self.examples) for _ in missing] for rng in self._streams]
            new = np.array(drawn, np.int64).reshape(len(kept), -1)
            self._first, self._rows = first, np.concatenate([kept, new], axis=1)
        bounds = np.arange(step, step + steps + 1)
        epochs, batches = np.divmod(bounds, self.epoch)
        return np.asarray((epochs - first) * self.examples + batches * self.batch, np.int64)


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
        several = len(self.given) or np.nan
        return total / several, right / several


def of_outputs(network: Network, given: Examples, z: Array, a: Array) -> tuple[Array, Array]:
    """What an `Evaluation` tells, from the output layer's z and a over all the examples, (T, n_L, m) each."""
    y, several = given.y.T[None], len(given) or np.nan
    cost = network.cost.value(z, a, y, network.sigma(network.depth))
    return cost.sum(axis=-1) / several, correct(a, y, given.labelled) / several


def correct(a: Array, y: Array, labelled: bool) -> Array:
    """How many examples are given their class, by the largest output, or a single one above ½; shape (T,).

    NaN where the targets are no classes, or an output is not a number.
    """
    if not labelled:
        return np.full(len(a), np.nan)
    single = a.shape[1] == 1
    right = ((a > 0.5) == (y > 0.5))[:, 0] if single else a.argmax(axis=1) == y.argmax(axis=1)
    return np.where(np.isnan(a).any(axis=(1, 2)), np.nan, np.count_nonzero(right, axis=1))
