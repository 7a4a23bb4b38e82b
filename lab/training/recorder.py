"""The recorder: what is recorded, and the arrays, made before the first step, that hold it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lab.errors import PartError
from lab.experiment.schedule import Schedule
from lab.numerics import Array
from lab.parts import Probe
from lab.training.examples import Examples
from lab.training.neurons import of_neurons
from lab.training.snapshot import NormKey, Snapshot

STEP_COLUMNS = ("cost", "accuracy", "test_cost", "test_accuracy")

HALF_BINS = 40
_STRETCH = np.arcsinh(1000.0) / HALF_BINS
EDGES: Array = np.sinh(np.arange(-HALF_BINS, HALF_BINS + 1) * _STRETCH)
"""Edges of the bins of z: near 0 about 0.19 wide, growing like |z|; the outer two hold what lies beyond."""


@dataclass(frozen=True)
class Recording:
    """What is recorded: when, which columns of which probes, with which thresholds.

    Every reading sees the ``fixed_examples``, or the batch of its step where they are None. Of the ``probes``
    those count that have one of the ``columns``. ``neurons`` are the columns of single neurons:
    `lab.training.neurons.NEURON_COLUMNS`, or none.
    """

    schedule: Schedule
    probes: tuple[Probe, ...]
    columns: tuple[str, ...]
    saturation_threshold: float
    low_input_threshold: float
    fixed_examples: Examples | None = None
    neurons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Readings:
    """What was recorded of T trials at R readings; the unit of what is kept on disk.

    ``steps``: (R,): the steps of the readings.
    ``layers``: (R, T, L, quantity), and ``columns`` the names of the quantities.
    ``figures``: (R, T, 4): `STEP_COLUMNS`; test figures are NaN where they were not taken.
    ``histogram_steps``, ``histograms``: (H,) and (H, T, L, bin): counts of z between `EDGES`.
    ``diverged``: (T,): the step at whose reading a number was first not finite, or −1. From there on the
        trial's readings are NaN.
    ``final``: (T, 4): `STEP_COLUMNS` of the end, over all training and all test examples; NaN where a trial
        diverged.
    ``seconds``: the time that training took, of all T trials together.
    ``widths``, ``neurons``: (L + 1,) and (H, T, Σ n_l, column), at ``histogram_steps``: how many neurons the
        layers 0 … L have, and the columns of each of them; None where they were not asked for.
    ``origin``, ``origin_at``: (T,) and (T, 2), layer and z: of each trial that diverged, the
        `lab.training.divergence.origin`; None where none did.
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
    origin: Array | None = None
    origin_at: Array | None = None

    def first_trials(self, count: int) -> "Readings":
        """Those of the first so many of the trials, with their share of the time."""
        second = {name: getattr(self, name) for name in ("layers", "figures", "histograms", "neurons")}
        first = {name: getattr(self, name) for name in ("diverged", "final", "origin", "origin_at")}
        cut = {name: x[:, :count] for name, x in second.items() if x is not None}
        cut |= {name: x[:count] for name, x in first.items() if x is not None}
        return replace(self, **cut, seconds=self.seconds * count / len(self.diverged))

    def first_readings(self, count: int) -> "Readings":
        """The first so many of the readings, and the histograms among them."""
        binned = int(np.searchsorted(self.histogram_steps, self.steps[:count][-1:].max(initial=-1), "right"))
        first = {name: getattr(self, name)[:count] for name in ("steps", "layers", "figures")}
        first |= {name: getattr(self, name)[:binned] for name in ("histogram_steps", "histograms")}
        return replace(self, **first, neurons=None if self.neurons is None else self.neurons[:binned])


class Recorder:
    """Fills `Readings` of T trials of a network whose layers 0 … L have these ``sizes``.

    ``due`` tells the number of the reading at a step, and ``tested`` holds the numbers of those readings at
    which the test examples are evaluated.
    """

    def __init__(self, recording: Recording, trials: int, sizes: Sequence[int]) -> None:
        self.recording, self.trials = recording, trials
        schedule, columns = recording.schedule, recording.columns
        self.probes = [one for one in recording.probes if not set(columns).isdisjoint(one.columns)]
        """Those of which a column is recorded."""
        several, binned, depth = len(schedule.steps), len(schedule.histograms), len(sizes) - 1
        neurons = (binned, trials, sum(sizes), len(recording.neurons))
        self.readings = Readings(
            steps=schedule.steps,
            layers=np.full((several, trials, depth, len(columns)), np.nan),
            columns=columns,
            figures=np.full((several, trials, len(STEP_COLUMNS)), np.nan),
            histogram_steps=schedule.steps[schedule.histograms],
            histograms=np.zeros((binned, trials, depth, 2 * HALF_BINS), np.int64),
            diverged=np.full(trials, -1, np.int64),
            final=np.full((trials, len(STEP_COLUMNS)), np.nan),
            seconds=0.0,
            widths=np.array(sizes, np.int64) if recording.neurons else None,
            neurons=np.full(neurons, np.nan) if recording.neurons else None,
        )

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays that readings are written into, by their names in `Readings`."""
        found = self.readings
        filled = {"layers": found.layers, "figures": found.figures, "diverged": found.diverged}
        neurons = {} if found.neurons is None else {"neurons": found.neurons}
        return {**filled, "histograms": found.histograms, **neurons}

    def restored(self, saved: Mapping[str, Array]) -> None:
        """Go on from what was `saved`."""
        for name, values in self.arrays.items():
            values[...] = saved[f"readings {name}"]

    def saved(self) -> dict[str, Array]:
        """What is read so far, to go on from."""
        return {f"readings {name}": values for name, values in self.arrays.items()}

    @property
    def norms(self) -> frozenset[NormKey]:
        """The norms of parameters that its probes ask for."""
        return frozenset[NormKey]().union(*(probe.norms or () for probe in self.probes))

    @property
    def looks_inside(self) -> bool:
        """Whether one of its probes looks at the parameters themselves."""
        return any(probe.norms is None for probe in self.probes)

    def tested_in(self, here: slice) -> list[int]:
        """Of these readings the places of those at which the test examples are evaluated."""
        return [place for place, _ in _among(self.recording.schedule.tests, here)]

    def bins(self, reading: int) -> bool:
        """Whether z is binned at this reading, and single neurons are measured."""
        return bool(self._binned_in(slice(reading, reading + 1)))

    def put(
        self,
        first: int,
        columns: Mapping[str, Array],
        figures: Sequence[Array],
        sound: Array,
        z: Mapping[int, Array],
        only: Array | None = None,
    ) -> None:
        """Note one reading, or several that follow one another, whose quantities are known already.

        ``columns`` have (rows, L) numbers; the rows are those of `record`. ``z`` are those of the layers,
        which some readings bin; there may be none at others. ``only`` tells which trials are noted, (T,): of
        the others, which were noted before, nothing changes.
        """
        several = len(sound) // self.trials
        here, noted = slice(first, first + several), slice(None) if only is None else only
        shape = several, self.trials, -1
        self.readings.figures[here][:, noted] = np.stack(figures, axis=-1).reshape(shape)[:, noted]
        for place, name in enumerate(self.readings.columns):
            self.readings.layers[here][..., place][:, noted] = columns[name].reshape(shape)[:, noted]
        for k, h in self._binned_in(here):
            for l, values in z.items():
                found = counts(values[k * self.trials :][: self.trials])
                self.readings.histograms[h, :, l - 1][noted] = found[noted]
        whole = (sound & np.isfinite(figures[0])).reshape(several, self.trials)
        self._mark(here, whole if only is None else whole | ~only)

    def record(self, first: int, snapshot: Snapshot, figures: Sequence[Array], sound: Array) -> None:
        """Measure one reading, or several that follow one another, from number ``first`` on.

        The rows of ``snapshot``, of ``figures``, which are `STEP_COLUMNS`, and of ``sound``, whether all
        numbers are finite, are the T trials of the first reading, then those of the next.
        """
        self.put_neurons(first, snapshot)
        self.put(first, measured(self.probes, snapshot), figures, sound, snapshot.p.z)

    def put_neurons(self, first: int, snapshot: Snapshot, only: Array | None = None) -> None:
        """Measure single neurons, where they are asked for, at those readings at which z is binned.

        See `put` for ``only``.
        """
        several = len(snapshot.p.z[1]) // self.trials
        binned = self._binned_in(slice(first, first + several))
        if self.readings.neurons is not None and binned:
            places, numbers = (list(each) for each in zip(*binned, strict=True))
            rows = of_neurons(snapshot)
            found = rows.reshape(several, self.trials, *rows.shape[1:])[places]
            of_others = False if only is None else ~only[:, None, None]
            self.readings.neurons[numbers] = np.where(of_others, self.readings.neurons[numbers], found)

    def finished(self, final: Sequence[Array], seconds: float) -> Readings:
        """All that was recorded; ``final`` are `STEP_COLUMNS` of the end of training, (T,) each."""
        lost = (self.readings.diverged >= 0)[:, None]
        return replace(self.readings, final=np.where(lost, np.nan, np.stack(final, axis=-1)), seconds=seconds)

    def _mark(self, here: slice, sound: Array) -> None:
        """Note which trials diverged at which of these readings, and blank their numbers from there on."""
        found = self.readings
        lost = np.logical_or.accumulate(~sound, axis=0) | (found.diverged >= 0)
        new = (found.diverged < 0) & lost[-1]
        found.diverged[new] = found.steps[here][lost[:, new].argmax(axis=0)]
        found.layers[here][lost] = np.nan
        found.figures[here][lost] = np.nan
        for k, h in self._binned_in(here):
            found.histograms[h, lost[k]] = 0
            if found.neurons is not None:
                found.neurons[h, lost[k]] = np.nan

    def _binned_in(self, here: slice) -> list[tuple[int, int]]:
        """Of these readings the places of those at which z is binned, and their numbers among all such."""
        return _among(self.recording.schedule.histograms, here)


def measured(probes: Sequence[Probe], snapshot: Snapshot) -> dict[str, Array]:
    """The columns of these probes, (rows, L) each. Raises PartError where one gives anything else."""
    layers = range(1, snapshot.network.depth + 1)
    found = [[_measured(probe, snapshot, l) for probe in probes] for l in layers]
    return {
        name: np.stack([of_layer[k][i] for of_layer in found], axis=-1)
        for k, probe in enumerate(probes)
        for i, name in enumerate(probe.columns)
    }


def _measured(probe: Probe, snapshot: Snapshot, l: int) -> list[Array]:
    """The quantities of a layer, (T,) each. Raises PartError where a probe gives anything else."""
    values = [np.asarray(one) for one in probe.measure(snapshot, l)]
    due = [(len(snapshot.p.z[l]),)] * len(probe.columns)
    if (shapes := [one.shape for one in values]) != due:
        told = " and ".join(map(str, shapes))
        raise PartError(
            f"{probe}: measure gives arrays of the shape {told}; expected for each column, of "
            f"{', '.join(probe.columns)}, an array of the shape {due[0]}: a number a trial"
        )
    return values


def _among(chosen: Array, here: slice) -> list[tuple[int, int]]:
    """Of the ``chosen`` readings those that are here: their places here, and among the chosen."""
    first, end = np.searchsorted(chosen, (here.start, here.stop))
    return [(int(chosen[k]) - here.start, k) for k in range(first, end)]


def counts(z: Array) -> Array:
    """How many z of each trial's (neuron, example) lie in each bin: shape (T, bins)."""
    scaled = np.nan_to_num(np.arcsinh(z, dtype=np.float64) / _STRETCH, nan=0.0)
    bins = np.clip(np.floor(scaled), -HALF_BINS, HALF_BINS - 1).astype(np.int64) + HALF_BINS
    rows = bins.reshape(len(z), -1)
    return np.stack([np.bincount(row, minlength=2 * HALF_BINS) for row in rows])
