"""What an experiment will need: memory, disk and time, told before the work.

Arrays are counted as they are made; what cannot be counted is seen in a sample of the training.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite, nan
from typing import NamedTuple

import numpy as np

from lab.errors import size_text
from lab.experiment.findings import Finding
from lab.experiment.sizes import free_memory
from lab.network.parameters import count
from lab.parts import KEYS
from lab.runs.chunks import bytes_read
from lab.runs.files.csv_files import has_pyarrow
from lab.runs.forecast.sample import Sample, pace, samples_of
from lab.runs.preparation import Prepared
from lab.training.causes import PIECE
from lab.training.compiled_reader import MEASURED, MOST_NUMBERS
from lab.training.examples import EVALUATED_TOGETHER
from lab.training.neurons import NEURON_COLUMNS
from lab.training.probes import Causes
from lab.training.reader import HELD_BYTES, MOST_HELD
from lab.training.recorder import HALF_BINS, STEP_COLUMNS
from lab.training.stack import BLOCK, Training

MIB = 2**20

TRAINS, STATISTICS, DRAWS, ARROW = 104 * MIB, 75 * MIB, 25 * MIB, 34 * MIB
"""What Python takes with the libraries of a training; and what those of comparisons, of figures and pyarrow
take beside that."""

PIECES = 5
"""A piece of a table is there so often while it is written: its numbers, its columns, its text, …"""

PIECE_BYTES = 16 * MIB
"""A piece has two million numbers; see `lab.runs.tables.PIECE_CELLS`."""

COPIES, COPIES_DRAWN = 3, 2
"""Tables are there so often while one process looks at them, and in each of several that draw: read, sorted,
made into others, and what a heap does not give back."""

LEDGER = 8
"""Columns that the ledger has beside the keys, one of them a text."""

DRAWING = 4
"""Processes that draw, at most; see `lab.figures.pictures.MOST_WORKERS`."""

TOGETHER = 64
"""The examples that the kernel has room for at least."""

OF_CAUSES = 5
"""Arrays of a piece of the weights, in float64, that are there at a time while causes are found."""

CURVE_ROWS = 401
"""Rows that the table ``curves`` has of a layer."""

PLOT_BYTES, PLOT_POINT, REPORT_BYTES, REPORT_POINT = 2_300_000, 550, 230_000, 125
"""Of all figures, of each (variant, layer, reading) in them, and of the report."""

WRITTEN, WRITTEN_BY_ARROW, READ, DRAWN, DRAWN_POINT = 0.3e-6, 0.35e-6, 0.5e-6, 7.0, 2.0e-3
"""Seconds of the processor that `lab.runs.forecast.sample.pace` compares with: for a number of a table that
is written, or read and looked at; for all figures; for each point in them."""


@dataclass(frozen=True)
class Estimate:
    """What a run needs, about: ``memory`` at the most of all its processes together, ``disk`` of its folder,
    in bytes, and ``seconds`` on a machine that does nothing else, NaN where nothing could be tried.

    ``training`` and ``looking`` are the memory of the two halves of a run; ``rows`` those of ``layers``.
    """

    training: int
    looking: int
    disk: int
    seconds: float
    rows: int

    @property
    def memory(self) -> int:
        return max(self.training, self.looking)


def estimate(ready: Prepared, workers: int = 1, plots: bool = True, *, tried: bool = True) -> Estimate:
    """What a run of this plan in so many processes needs, with its ``plots`` and its report or without.

    Trains a little of some variants, unless nothing may be ``tried``; then the time is not known. So it is
    where a part of one's own fails, or memory is too small.
    """
    chunks = ready.chunks
    trials, largest = Counter[int](), Counter[int]()
    for chunk in chunks:
        trials[chunk.variant] += len(chunk.trials)
        largest[chunk.variant] = max(largest[chunk.variant], len(chunk.trials))
    memory = _memory_of_training(ready, largest, workers, len(chunks))
    free = free_memory()
    fits = tried and (free is None or memory <= free)
    samples = samples_of(ready, largest if fits else {})
    each = [
        _counted(training, len(variant.label), trials[variant.index], largest[variant.index], sample)
        for (variant, training), sample in zip(ready.made, samples, strict=True)
    ]
    read, made = sum(one.cells for one in each), sum(one.derived for one in each)
    points = sum(one.points for one in each)
    slowness = pace() if fits else nan
    beside = min(max(workers, 1), DRAWING)
    libraries = TRAINS + ARROW * has_pyarrow() + STATISTICS * (plots or len(ready.made) > 1) + DRAWS * plots
    several = libraries + 8 * COPIES_DRAWN * (read + made)
    alone = libraries + 8 * COPIES * (read + made)
    looking = int(max(alone, beside * several) if plots else several)
    seconds = sum(one.seconds for one in each) / max(min(workers, len(chunks)), 1)
    seconds += slowness * (read + made) * ((WRITTEN_BY_ARROW if has_pyarrow() else WRITTEN) + READ)
    disk = sum(one.disk for one in each)
    if plots:
        disk += PLOT_BYTES + REPORT_BYTES + points * (PLOT_POINT + REPORT_POINT)
        seconds += slowness * (DRAWN + DRAWN_POINT * points + READ * read) / beside
    return Estimate(memory, looking, int(disk), seconds, sum(one.layers for one in each))


def too_large(ready: Prepared) -> list[Finding]:
    """What of an experiment would not fit into the memory that is free, even alone and without figures."""
    free, found = free_memory(), estimate(ready, plots=False, tried=False)
    if free is None or found.memory <= free:
        return []
    if found.training > found.looking:
        key, what = ("network", "hidden"), "smaller layers or batches"
        need = f"training needs about {size_text(found.training)} of memory"
    else:
        key, what = ("record", "every"), "a larger number, fewer seeds or fewer variants"
        need = f"{found.rows} rows of the table layers need about {size_text(found.looking)} of memory"
    return [Finding(key, f"{need}, and {size_text(free)} are free; expected {what}")]


class _Counted(NamedTuple):
    """What the trials of a variant make: rows of ``layers``, numbers of the tables that a run reads again
    (``cells``) and of the ledger and the causes (``derived``), ``points`` of the figures, bytes on the disk,
    and the seconds of all chunks, one after the other.
    """

    layers: int
    cells: float
    derived: int
    points: int
    disk: float
    seconds: float


def _counted(training: Training, label: int, trials: int, several: int, sample: Sample) -> _Counted:
    """Of a variant whose ``label`` has so many letters, with ``several`` trials a chunk."""
    recording, network, arrow = training.recording, training.network, has_pyarrow()
    schedule, columns, depth = recording.schedule, recording.columns, network.depth
    readings, chunks = len(schedule.steps), ceil(trials / several)
    steps, layers = trials * readings, trials * readings * depth
    binned = trials * len(schedule.histograms)  # (trial, reading) at which z is binned
    bins, neurons = binned * depth * sample.bins, binned * sum(network.sizes) * bool(recording.neurons)

    cells = layers * (len(KEYS) + len(columns)) + steps * (len(KEYS) - 1 + len(STEP_COLUMNS)) + 7 * bins
    cells += CURVE_ROWS * depth * 5 + neurons * (len(KEYS) + 1 + len(NEURON_COLUMNS))
    ledger = len(KEYS) + LEDGER if {"delta_rms", "error_rms"} <= set(columns) else 0
    causes = sum(name.startswith(("cause_", "lost_")) for name in columns)
    derived = layers * (ledger + (len(KEYS) + causes if causes else 0))

    wide = 1 if max(network.sizes[1:]) * training.seen < 256 else 2
    parts = 8 * (layers * len(columns) + steps * len(STEP_COLUMNS) + neurons * len(NEURON_COLUMNS))
    parts += binned * depth * 2 * HALF_BINS * wide + 6000 + 500 * chunks
    per_epoch = training.steps_per_epoch
    epoch = 3 if per_epoch == 1 else 5 if 1000 % per_epoch == 0 else 17
    keys = label + 4 * arrow + len(str(trials)) + len(str(training.steps)) + epoch + 12
    varying = sample.varying if isfinite(sample.varying) else len(columns)
    number = 19 + 8 * arrow
    text = layers * (keys + (sample.text + 1) * len(columns) + 8 * arrow * varying)
    if derived:
        text += layers * keys + (derived - layers * len(KEYS)) * (16 + 8 * arrow)
    text += steps * (keys + number * len(STEP_COLUMNS)) + bins * (label + 41 + 2 * arrow)
    text += neurons * (keys + 4 + number * len(NEURON_COLUMNS))
    text += CURVE_ROWS * depth * (label + 54 + 3 * arrow) + trials * (2 * label + 180)

    read = readings * sample.reading + len(schedule.histograms) * sample.binning
    tested = len(schedule.tests) * sample.testing
    seconds = chunks * (sample.start + training.steps * sample.step + read + tested + sample.end)
    return _Counted(layers, cells, derived, depth * readings, parts + text, seconds)


def _memory_of_training(ready: Prepared, largest: dict[int, int], workers: int, chunks: int) -> int:
    made = {variant.index: training for variant, training in ready.made}
    held = max(bytes_of(made[index], trials) for index, trials in largest.items())
    parts = max(bytes_read(made[index]) * trials for index, trials in largest.items())
    data = sum(each.nbytes for one in ready.different_data for each in (one.x_train, one.x_test)) * 2
    at_work, beside = min(workers, chunks), ready.bench.allow_code  # code of one's own is trained beside this
    training = at_work * (TRAINS + held + data) + (TRAINS + data) * beside
    pieces = 2 * parts + PIECES * min(3 * parts, PIECE_BYTES)
    while_training = pieces if at_work > 1 and not beside else 0
    return int(max(training + while_training, TRAINS + data + pieces)) + ARROW * has_pyarrow()


def bytes_of(training: Training, trials: int) -> int:
    """The bytes of all arrays of so many trials that are trained side by side.

    θ, ∇C and Δθ, the optimiser's state, and for the compiled engine θ and two of its state once more, and
    those as they were before a reading, (T, P) each. a, z, σ′, e and δ of a pass over the batch, unless the
    kernel takes all readings, over the fixed examples, and, in numpy, over up to a thousand examples that are
    evaluated, (T, n_l, m) each; for the compiled engine z once more, and what probes look at. The passes of a
    trial alone that are measured together, twice. What causes are found by. The readings, twice: as they are
    kept.
    """
    network, item = training.network, training.train.x.itemsize
    sizes, n, compiled = network.sizes, len(training.train), training.engine == "compiled"
    seen, batch = training.seen, min(training.batch, n)
    state = len(training.optimiser.initial(np.zeros((1, 1), training.train.x.dtype)))
    cells, ends = 5 * sum(sizes[1:]), sizes[0] + sizes[-1] + 1
    recording = training.recording
    fixed = recording.fixed_examples is not None
    parameters = (3 + state + (training.decay > 0) + fixed) * trials
    own, together = trials if batch < n else 1, 1  # all examples are there once
    others = [probe.norms for probe in recording.probes if type(probe) not in MEASURED]
    looks = not compiled or any(norms != frozenset() for norms in others)
    passes = looks * (trials * cells + own * ends) * batch + trials * cells * seen * fixed
    if compiled:
        parameters += (4 + state) * trials + 1
        passes += (cells + ends) * max(batch, seen, TOGETHER)
        passes += trials * sum(sizes[1:]) * seen
        if not looks and (others or recording.neurons):
            shown = trials * (cells + ends) * seen
            between = len(recording.schedule.steps) // len(recording.schedule.histograms)
            together = max(min(MOST_NUMBERS // shown, between), 1) if others else 1
            passes += shown * together
        passes += 4 * trials * sizes[-1] * max(n, len(training.test))
    else:
        evaluated = min(n, EVALUATED_TOGETHER) + min(len(training.test), EVALUATED_TOGETHER)
        passes += trials * cells * evaluated + ends * (n + len(training.test))
    largest = max(max(a * b for a, b in pairwise(sizes)), max(sizes[1:]) * seen)
    numbers = parameters * count(sizes) + passes + trials * largest + min(BLOCK, trials * count(sizes))
    kept = item * (cells + ends) * seen
    held = 2 * min(HELD_BYTES // kept, MOST_HELD, len(recording.schedule.steps)) * kept
    held *= not compiled and trials == 1 and 2 * kept <= HELD_BYTES
    finds_causes = any(type(probe) is Causes for probe in recording.probes)
    pieces = finds_causes * min(PIECE, trials * together * largest)
    return item * numbers + 8 * OF_CAUSES * pieces + held + 2 * bytes_read(training) * trials
