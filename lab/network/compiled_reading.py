"""What the compiled engine tells of a pass: sums and norms of each layer, measured as the pass is made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.network.buffers import Pass, as_pass, places
from lab.network.compiled import Engine, padded_rows, padded_width
from lab.network.kernel.library import Net, Reading
from lab.numerics import Array

STATISTICS = (
    *("speed_b", "speed_w", "update_w", "weights", "biases"),
    *("delta", "error", "a_spread"),
    *("slopes", "saturated", "low", "saturated_neurons", "dead"),
    *("a", "low_input", "largest_z", "twins"),
)
"""The numbers of a layer in the kernel's order; ``reading.h`` says what each is."""

NOTHING, Z, ALL = "nothing", "z", "all"
"""What of its passes a reading keeps of every layer: z to be binned, or all that is in a `Pass`."""

RANKS = 3
"""At so many ranks the kernel finds the sorted σ′ and a of a layer, as ``ranks.h`` says."""


class EngineReading:
    """Readings of an engine's trials over m examples, in buffers made once.

    ``least`` and ``steepest`` tell of each layer below which |σ′| counts as saturated, and at which z it is
    largest; ``low_input`` below which share of its root mean square an a counts as low; ``ranks``, an array
    (L, `RANKS`), which of the sorted σ′ and a of a layer are sought, and ``every`` among one of how many
    examples, or None where none are. Where ``norms_only``, only norms are found, and those of w and b only
    where they are ``of_theta``. Neurons whose products of z with the m ``marks`` are ``near``, in shares of
    ‖z‖, count as twins. The examples are those of the training, or ``given`` as x and y in rows, x with its
    ones. ``inside`` is what is kept of the passes: `NOTHING`, `Z` or `ALL`.

    There is room for so many ``readings``. After `watch` rows are the T trials of the first one, then those
    of the next: ``found`` has the name of a statistic → (rows, L); ``ranked`` are σ′ and a at the ranks and
    the next ones, (rows, L, 2, `RANKS`, 2); ``z`` and ``a`` those of the output layer, (rows, n_L, m), and
    ``inside`` z of all that is kept, layer → (rows, n_l, m); see `passes`, too. ``weights`` begins with those
    of the readings at which they were to be kept.
    """

    def __init__(
        self,
        engine: Engine,
        m: int,
        least: Sequence[float],
        steepest: Sequence[float],
        low_input: float,
        every: Sequence[int] | None,
        ranks: Array,
        norms_only: bool,
        of_theta: bool,
        marks: Array,
        near: float,
        given: tuple[Array, Array] | None = None,
        readings: int = 1,
        inside: str = NOTHING,
    ) -> None:
        self._engine, self.m, self.norms_only, self.readings = engine, m, norms_only, readings
        self.keeps_passes = inside == ALL
        sizes, trials, dtype = engine.network.sizes, readings * engine.trials, engine.dtype
        assert ranks.shape == (len(sizes) - 1, RANKS), f"the kernel would read other ranks than {ranks.shape}"
        self._net = engine.net
        if given is not None:
            x, y = (padded_rows(rows, dtype) for rows in (given[0][:, :-1], given[1]))
            self._net = Net.from_buffer_copy(engine.net)
            self._net.x, self._net.y, self._net.x_stride = x.ctypes.data, y.ctypes.data, x.shape[1]
            self._examples = x, y
        numbers = np.zeros((trials, len(sizes) - 1, len(STATISTICS)))
        self.found = {name: numbers[..., k] for k, name in enumerate(STATISTICS)}
        self.ranked = np.empty((trials, len(sizes) - 1, 2, RANKS, 2), dtype)
        last = np.empty((2, trials, m, padded_width(sizes[-1], dtype)), dtype)
        self.z, self.a = (rows[:, :, : sizes[-1]].mT for rows in last)
        at, size = _kept_at(sizes, m, inside)
        self._blocks = np.empty((trials, size), dtype)
        self.inside = {
            l: self._blocks[:, start : start + sizes[l] * m].reshape(trials, sizes[l], m)
            for l, start in enumerate(at[1], 1)
            if start >= 0
        }
        ends_of_slopes = np.array([least, steepest], np.float64)
        strides = np.array(every or (), np.int64)
        self.weights = engine.places(0)
        self._kept = numbers, ranks, last, at, ends_of_slopes, strides, marks  # what the kernel points to
        self._reading = Reading(
            m=m,
            norms_only=norms_only,
            of_theta=of_theta,
            low_input=low_input,
            marks=marks.ctypes.data,
            near=near,
            least=ends_of_slopes[0].ctypes.data,
            steepest=ends_of_slopes[1].ctypes.data,
            every=strides.ctypes.data,
            ranks=ranks.ctypes.data,
            statistics=numbers.ctypes.data,
            ranked=self.ranked.ctypes.data if every else None,
            z=last[0].ctypes.data,
            a=last[1].ctypes.data,
            blocks=self._blocks.ctypes.data,
            blocks_size=size,
            places=at.ctypes.data,
        )

    def passes(self, rows: int, x: Array, y: Array) -> Pass:
        """The first so many rows, kept as `ALL`, as passes over x with its ones and y: (rows or 1, n, m)."""
        return as_pass(self._blocks[:rows], self._engine.network.sizes, 1, self.m, (x, y))

    def watch(
        self,
        step: int,
        every: int,
        starts: Array,
        order: Array | None,
        *,
        planned: bool = False,
        keep: Sequence[int] = (),
    ) -> None:
        """Take steps as `lab.network.compiled.Engine.run` does, each ``every``-th after a reading of this.

        These are over the examples of the step, as many each time, unless other ones were given. Where they
        are ``planned``, ‖Δw‖ of each step is measured too. ``keep`` are the readings, from 0 on, of which
        the weights are kept.
        """
        places = np.full(self.readings, -1, np.int64)
        places[list(keep)] = np.arange(len(keep))
        if len(self.weights) < len(keep):
            self.weights = self._engine.places(len(keep))
        self._reading.kept_at, self._reading.weights = places.ctypes.data, self.weights.ctypes.data
        self._kept[0][...] = 0
        self._reading.fixed = order is None or self._net is not self._engine.net
        self._engine.watch(self._net, self._reading, step, every, planned, starts, order)


def _kept_at(sizes: tuple[int, ...], m: int, inside: str) -> tuple[Array, int]:
    """Where a, z, σ′, e and δ of each layer begin in a row of what is kept, (5, L), or −1; and its length."""
    if inside == ALL:
        return places(sizes, m)
    at, starts = np.full((5, len(sizes) - 1), -1, np.int64), m * np.cumsum([0, *sizes[1:]])
    if inside == NOTHING:
        return at, 0
    at[1] = starts[:-1]
    return at, int(starts[-1])
