"""The tables of a run, tidy and long, from the readings of its chunks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import nan
from typing import Protocol, TypeAlias

import numpy as np
import pandas as pd

from lab.numerics import Array
from lab.parts import KEYS
from lab.training.neurons import NEURON_COLUMNS
from lab.training.recorder import EDGES, STEP_COLUMNS, Readings


class Named(Protocol):
    """Whose readings they are: a `lab.experiment.variants.Variant`, or a network that was watched."""

    @property
    def label(self) -> str: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class Part:
    """The readings of some trials of a variant, and the number of steps in one of its epochs.

    That is NaN where it is not known. ``ended`` tells whether the trials have.
    """

    variant: Named
    trials: range
    readings: Readings
    steps_per_epoch: float = nan
    ended: bool = True

    @property
    def status(self) -> Array:
        """``done``, ``diverged`` or ``running``, a trial each."""
        return np.where(self.readings.diverged >= 0, "diverged", "done" if self.ended else "running")


Maker: TypeAlias = Callable[[Part], Iterator[pd.DataFrame]]

PIECE_CELLS = 2_000_000
"""A piece of a table has about so many numbers at most."""

NO_ROWS = {
    "layers": KEYS,
    "steps": (*(key for key in KEYS if key != "layer"), *STEP_COLUMNS),
    "histograms": ("variant", "trial", "step", "layer", "low", "high", "count"),
    "neurons": (*KEYS[:5], "neuron", KEYS[5], *NEURON_COLUMNS),
}
"""The columns of the tables that are made in pieces, where there is no piece."""


def measured(part: Part) -> dict[str, pd.DataFrame]:
    """The tables of what was read in one part."""
    makers = made_in_pieces(single_neurons=part.readings.neurons is not None)
    whole = {name: pd.concat([*make(part)], ignore_index=True) for name, make in makers.items()}
    return whole | {"trials": trials([part], [])}


def layers(part: Part) -> Iterator[pd.DataFrame]:
    """variant, trial, step, epoch, layer, status, then one column a quantity: pieces of a part."""
    return _pieces(part, part.readings.steps, part.readings.layers, part.readings.columns)


def steps(part: Part) -> Iterator[pd.DataFrame]:
    """variant, trial, step, epoch, status, cost, accuracy, test_cost, test_accuracy: pieces of a part."""
    figures = part.readings.figures[:, :, None]
    return (
        piece.drop(columns="layer") for piece in _pieces(part, part.readings.steps, figures, STEP_COLUMNS)
    )


def neurons(part: Part) -> Iterator[pd.DataFrame]:
    """variant, trial, step, epoch, layer, neuron, status, then `NEURON_COLUMNS`: pieces of a part.

    Neurons count from 1, and the inputs are layer 0. A part that measured no single neurons has no rows.
    """
    readings = part.readings
    if readings.neurons is None or readings.widths is None:
        return
    place = np.array([(l, j) for l, width in enumerate(readings.widths) for j in range(1, width + 1)])
    for piece in _pieces(part, readings.histogram_steps, readings.neurons, NEURON_COLUMNS):
        piece["layer"], neuron = np.tile(place, (len(piece) // len(place), 1)).T
        piece.insert(list(piece.columns).index("status"), "neuron", neuron)
        yield piece


def _pieces(part: Part, at: Array, block: Array, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Rows in the order trial, step, layer, of R steps and (R, T, layer, column); one piece at least."""
    r, t, depth, width = block.shape
    cells = depth * (width + len(KEYS))
    several = max(1, min(PIECE_CELLS // max(r * cells, 1), t))
    most = max(1, min(PIECE_CELLS // max(several * cells, 1), r))
    for first, start in product(range(0, max(t, 1), several), range(0, max(r, 1), most)):
        step, trials = at[start : start + most], slice(first, first + several)
        numbers = block[start : start + most, trials].transpose(1, 0, 2, 3)
        trial, each = np.array(part.trials)[trials], len(step) * depth
        front = (
            np.full(len(trial) * each, part.variant.label, dtype=object),
            np.repeat(trial, each),
            np.tile(np.repeat(step, depth), len(trial)),
            np.tile(np.repeat(step / part.steps_per_epoch, depth), len(trial)),
            np.tile(np.arange(1, depth + 1), len(trial) * len(step)),
            np.repeat(part.status[trials].astype(object), each),
        )
        keys = pd.DataFrame(dict(zip(KEYS, front, strict=True)))
        yield pd.concat([keys, pd.DataFrame(numbers.reshape(-1, width), columns=list(columns))], axis=1)


def histograms(part: Part) -> Iterator[pd.DataFrame]:
    """variant, trial, step, layer, low, high, count: how many z lie in each bin that holds any."""
    at, cells = part.readings.histogram_steps, len(NO_ROWS["histograms"])
    counts = part.readings.histograms.transpose(1, 0, 2, 3)
    several = max(1, PIECE_CELLS // (cells * max(counts[:1].size, 1)))
    for first in range(0, len(counts), several):
        block = counts[first : first + several]
        t, h, l, b = np.nonzero(block)
        count = block[t, h, l, b].astype(np.int64)
        trial = t + first + part.trials.start
        columns = (part.variant.label, trial, at[h], l + 1, EDGES[b], EDGES[b + 1], count)
        index = pd.RangeIndex(len(t))
        yield pd.DataFrame(dict(zip(NO_ROWS["histograms"], columns, strict=True)), index)


PIECED: Mapping[str, Maker] = {"layers": layers, "steps": steps, "histograms": histograms}
"""What makes the pieces of each table that is made of one part after the other."""


def made_in_pieces(*, single_neurons: bool) -> Mapping[str, Maker]:
    """`PIECED`, with the table of single neurons or without."""
    return {**PIECED, "neurons": neurons} if single_neurons else PIECED


def trials(parts: Sequence[Part], failed: Sequence[tuple[Named, int]]) -> pd.DataFrame:
    """variant, trial, seed, status, diverged_at, origin, its layer and z, final figures, best test accuracy.

    ``origin``, ``origin_layer`` and ``origin_z`` tell where a trial that diverged lost its first number, as
    `lab.training.divergence.origin` does.
    ``final_…`` are taken over all training and all test examples after the last step. ``failed`` are the
    variant and the number of each trial without readings.
    """
    frames = []
    for part in parts:
        best = np.fmax.reduce(part.readings.figures[:, :, STEP_COLUMNS.index("test_accuracy")], axis=0)
        figures = np.column_stack([part.readings.final, best])
        keys = [(part.variant, trial) for trial in part.trials]
        frames.append(_ends(keys, part.status, part.readings, figures))
    if failed or not parts:
        none = np.full((len(failed), len(STEP_COLUMNS) + 1), np.nan)
        frames.append(_ends(failed, "failed", None, none))
    return pd.concat(frames, ignore_index=True)


def _ends(
    keys: Sequence[tuple[Named, int]], status: Array | str, readings: Readings | None, figures: Array
) -> pd.DataFrame:
    """Rows of the table ``trials``, of each variant and trial."""
    diverged = np.full(len(keys), -1) if readings is None else readings.diverged
    origin, at = (None, None) if readings is None else (readings.origin, readings.origin_at)
    at = np.full((len(keys), 2), np.nan) if at is None else at
    rows = [(variant.label, trial, variant.seed) for variant, trial in keys]
    frame = pd.DataFrame(rows, columns=["variant", "trial", "seed"])
    frame["status"] = status
    frame["diverged_at"] = pd.Series(diverged, dtype="Int64").mask(diverged < 0)
    told = pd.Series(origin, frame.index, object)
    frame["origin"] = told.where(told.astype(bool))
    frame["origin_layer"] = pd.Series(at[:, 0]).astype("Int64")
    frame["origin_z"] = at[:, 1]
    frame[[*(f"final_{column}" for column in STEP_COLUMNS), "best_test_accuracy"]] = figures
    return frame
