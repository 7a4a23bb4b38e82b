"""The recorder: the only hook in the training loop, which fills arrays made before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab.experiment.schedule import Schedule
from lab.numerics import Array
from lab.parts import Probe
from lab.training.neurons import NEURON_COLUMNS, of_neurons
from lab.training.seen import Norm, Seen

STEP_COLUMNS = ("cost", "accuracy", "test_cost", "test_accuracy")

HALF_BINS = 40
_STRETCH = np.arcsinh(1000.0) / HALF_BINS
EDGES: Array = np.sinh(np.arange(-HALF_BINS, HALF_BINS + 1) * _STRETCH)
"""Edges of the bins of z: near 0 about 0.19 wide, growing like |z|; the outer two hold what lies beyond."""


@dataclass(frozen=True)
class Readings:
    """What was recorded of T trials at R readings; the unit of what is kept on disk.

    Attributes
    ----------
    steps
        (R,): the steps of the readings.
    layers
        (R, T, L, quantity), and ``columns`` the names of the quantities.
    figures
        (R, T, 4): `STEP_COLUMNS`; test figures are NaN where they were not taken.
    histogram_steps, histograms
        (H,) and (H, T, L, bin): counts of z between `EDGES`.
    diverged
        (T,): the step at whose reading a number was first not finite, or −1. From there on the trial's
        readings are NaN.
    final
        (T, 4): `STEP_COLUMNS` of the end, over all training and all test examples; NaN where a trial
        diverged.
    seconds
        The time that training took, of all T trials together.
    widths, neurons
        (L,) and (H, T, Σ n_l, 4), at ``histogram_steps``: how many neurons each layer has, and
        `NEURON_COLUMNS` of each of them, layer after layer; None where they were not asked for.
    """

    steps: Array
    layers: Array
    columns: tuple[str, ...]
    figures: Array
    histogram_steps: Array
    histograms: Array
    diverged: Array
    final: Array
    seconds: float
    widths: Array | None = None
    neurons: Array | None = None


class Recorder:
    """Reads passes into preallocated arrays.

    Parameters
    ----------
    schedule
        When to read.
    probes, columns
        What to measure of each layer, and which of its columns to keep.
    trials, depth
        T and L.
    widths
        n_1 … n_L where single neurons are to be measured too, else empty.
    """

    def __init__(
        self,
        schedule: Schedule,
        probes: Sequence[Probe],
        columns: Sequence[str],
        trials: int,
        depth: int,
        widths: Sequence[int] = (),
    ) -> None:
        self.schedule = schedule
        self.columns = tuple(columns)
        self._probes = [
            (probe, [(i, self.columns.index(c)) for i, c in enumerate(probe.columns) if c in self.columns])
            for probe in probes
            if set(probe.columns) & set(self.columns)
        ]
        readings = len(schedule.steps)
        self._due = {int(step): k for k, step in enumerate(schedule.steps)}
        self._binned = {int(k): h for h, k in enumerate(schedule.histograms)}
        self._tested = set(schedule.tests.tolist())
        self.layers = np.full((readings, trials, depth, len(self.columns)), np.nan)
        self.figures = np.full((readings, trials, len(STEP_COLUMNS)), np.nan)
        self.histograms = np.zeros((len(schedule.histograms), trials, depth, 2 * HALF_BINS), np.int64)
        self.widths = tuple(widths)
        self.neurons = np.full((len(schedule.histograms), trials, sum(widths), len(NEURON_COLUMNS)), np.nan)
        self.diverged = np.full(trials, -1, np.int64)

    @property
    def norms(self) -> frozenset[Norm]:
        """The norms of parameters that its probes ask for."""
        return frozenset[Norm]().union(*(probe.norms or () for probe, _ in self._probes))

    @property
    def looks_inside(self) -> bool:
        """Whether one of its probes looks at the parameters themselves."""
        return any(probe.norms is None for probe, _ in self._probes)

    def due(self, step: int) -> int | None:
        """The number of the reading at this step, or None."""
        return self._due.get(step)

    def tests(self, reading: int) -> bool:
        """Whether the test examples are evaluated at this reading."""
        return reading in self._tested

    def read(self, first: int, seen: Seen, figures: Sequence[Array], sound: Array) -> None:
        """Measure one reading, or several that follow one another, from number ``first`` on.

        The rows of ``seen``, of ``figures``, which are `STEP_COLUMNS`, and of ``sound``, whether the trial
        has not diverged, are the T trials of the first reading, then those of the next.
        """
        trials = self.layers.shape[1]
        several = len(figures[0]) // trials
        here = slice(first, first + several)
        self.figures[here] = np.stack(figures, axis=-1).reshape(several, trials, -1)
        for l in range(1, seen.network.depth + 1):
            rows = self.layers[here, :, l - 1]
            for probe, kept in self._probes:
                values = probe.measure(seen, l)
                for i, column in kept:
                    rows[..., column] = values[i].reshape(several, trials)
            for k in range(several):
                if first + k in self._binned:
                    z = seen.p.z[l][k * trials : (k + 1) * trials]
                    self.histograms[self._binned[first + k], :, l - 1] = counts(z)
        if self.widths:
            self._read_neurons(first, several, seen)
        self._mark(here, (sound & np.isfinite(figures[0])).reshape(several, trials))

    def readings(self, final: Sequence[Array], seconds: float) -> Readings:
        """All that was read, once training has ended; ``final`` are `STEP_COLUMNS` of the end, (T,) each."""
        lost = (self.diverged >= 0)[:, None]
        return Readings(
            steps=self.schedule.steps,
            layers=self.layers,
            columns=self.columns,
            figures=self.figures,
            histogram_steps=self.schedule.steps[self.schedule.histograms],
            histograms=self.histograms,
            diverged=self.diverged,
            final=np.where(lost, np.nan, np.stack(final, axis=-1)),
            seconds=seconds,
            widths=np.array(self.widths, np.int64) if self.widths else None,
            neurons=self.neurons if self.widths else None,
        )

    def _read_neurons(self, first: int, several: int, seen: Seen) -> None:
        trials = self.layers.shape[1]
        binned = [k for k in range(several) if first + k in self._binned]
        if not binned:
            return
        found = np.concatenate([of_neurons(seen, l) for l in range(1, seen.network.depth + 1)], axis=1)
        for k in binned:
            self.neurons[self._binned[first + k]] = found[k * trials : (k + 1) * trials]

    def _mark(self, here: slice, sound: Array) -> None:
        lost = np.logical_or.accumulate(~sound, axis=0) | (self.diverged >= 0)
        new = (self.diverged < 0) & lost[-1]
        self.diverged[new] = self.schedule.steps[here][lost[:, new].argmax(axis=0)]
        self.layers[here][lost] = np.nan
        self.figures[here][lost] = np.nan
        for k, reading in enumerate(range(here.start, here.stop)):
            if reading in self._binned:
                self.histograms[self._binned[reading], lost[k]] = 0
                self.neurons[self._binned[reading], lost[k]] = np.nan


def counts(z: Array) -> Array:
    """How many z of each trial's (neuron, example) lie in each bin: shape (T, bins)."""
    scaled = np.nan_to_num(np.arcsinh(z, dtype=np.float64) / _STRETCH, nan=0.0)
    bins = np.clip(np.floor(scaled), -HALF_BINS, HALF_BINS - 1).astype(np.int64) + HALF_BINS
    rows = bins.reshape(len(z), -1)
    return np.stack([np.bincount(row, minlength=2 * HALF_BINS) for row in rows])
