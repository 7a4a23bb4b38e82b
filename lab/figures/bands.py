"""What a line of a figure shows of many trials: their median, and the band that holds 90 % of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BAND = (0.05, 0.95)
"""The quantiles of the trials between which the band lies."""

MOST_POINTS = 2000
"""A line of more points is drawn as its least and greatest value in each of half as many columns."""

SMALLEST = 5e-324
"""The smallest number above 0 in float64."""


@dataclass(frozen=True)
class Band:
    """The median of a quantity over the trials at each reading, and the band of 90 % around it.

    ``x`` is the epoch or the step of each reading; ``low``, ``median`` and ``high`` are NaN where no trial
    has a finite value; ``trials`` is the number of trials with a finite value anywhere.
    """

    x: Floats
    low: Floats
    median: Floats
    high: Floats
    trials: int

    @property
    def drawable(self) -> bool:
        """Whether there is a reading to draw."""
        return bool(np.isfinite(self.median).any())


def band(rows: pd.DataFrame, quantity: str, x: str) -> Band:
    """The band of ``quantity`` over the trials in ``rows``, which hold one row a trial and step.

    A value that is not finite counts as missing: a trial that diverged takes part until then.
    """
    steps, first, step = np.unique(rows["step"].to_numpy(), return_index=True, return_inverse=True)
    trials, trial = np.unique(rows["trial"].to_numpy(), return_inverse=True)
    values = np.full((len(steps), len(trials)), np.nan)
    values[step, trial] = rows[quantity].to_numpy(dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    positions = rows[x].to_numpy(dtype=np.float64)[first]
    low, median, high = quantiles(values, (BAND[0], 0.5, BAND[1]))
    return Band(positions, low, median, high, int(np.isfinite(values).any(axis=0).sum()))


def positive(band: Band) -> Band:
    """The band for a logarithmic axis: no median and no edge that is not above 0."""
    visible = band.high > 0
    return Band(
        band.x,
        np.where(visible, np.maximum(band.low, SMALLEST), np.nan),
        np.where(band.median > 0, band.median, np.nan),
        np.where(visible, band.high, np.nan),
        band.trials,
    )


def by_variant(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each variant, in the order of the table."""
    return {str(name): rows for name, rows in table.groupby("variant", sort=False, observed=True)}


def by_layer(rows: pd.DataFrame, layers: Sequence[int], quantity: str, x: str) -> dict[int, Band]:
    """The band of ``quantity`` for each of these layers that ``rows`` has."""
    found = {}
    for layer in layers:
        of_layer = rows[rows["layer"] == layer]
        if not of_layer.empty:
            found[layer] = band(of_layer, quantity, x)
    return found


def trial_mean(rows: pd.DataFrame, quantity: str, x: str) -> tuple[Floats, Floats, Floats]:
    """The mean of ``quantity`` over the trials that have one, by (layer, x), with x and the layers."""
    steps, first, step = np.unique(rows["step"].to_numpy(), return_index=True, return_inverse=True)
    layers, layer = np.unique(rows["layer"].to_numpy(), return_inverse=True)
    values = rows[quantity].to_numpy(dtype=np.float64)
    finite = np.isfinite(values)
    cell = (layer * len(steps) + step)[finite]
    shape = (len(layers), len(steps))
    total = np.bincount(cell, weights=values[finite], minlength=layers.size * steps.size).reshape(shape)
    count = np.bincount(cell, minlength=layers.size * steps.size).reshape(shape)
    mean = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
    return rows[x].to_numpy(dtype=np.float64)[first], layers.astype(np.float64), mean


def quantiles(values: Floats, levels: tuple[float, ...]) -> list[Floats]:
    """Quantiles along the last axis, linearly interpolated, of what is not NaN; NaN where nothing is left."""
    ordered = np.sort(values, axis=-1)
    count = np.isfinite(ordered).sum(axis=-1)
    found = []
    for level in levels:
        place = np.maximum(count - 1, 0) * level
        below = np.floor(place).astype(np.intp)
        above = np.ceil(place).astype(np.intp)
        left = np.take_along_axis(ordered, below[..., np.newaxis], axis=-1)[..., 0]
        right = np.take_along_axis(ordered, above[..., np.newaxis], axis=-1)[..., 0]
        found.append(left + (right - left) * (place - below))
    return found


def thinned(x: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """At most `MOST_POINTS` / 2 points that look the same: the least of ``low`` and the greatest of ``high``.

    The points that share one of as many equal columns of the x axis become one, at the first one's ``x``,
    NaN where all of them are. Lines that are short enough come back as they are.
    """
    if len(x) <= MOST_POINTS:
        return x, low, high
    columns = MOST_POINTS // 2
    column = np.minimum(((x - x[0]) / (x[-1] - x[0]) * columns).astype(np.intp), columns - 1)
    start = np.flatnonzero(np.diff(column, prepend=-1))
    return x[start], np.fmin.reduceat(low, start), np.fmax.reduceat(high, start)


def outline(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The points of a line to draw: all of them, or the least and the greatest of each column (`thinned`)."""
    if len(x) <= MOST_POINTS:
        return x, y
    columns, low, high = thinned(x, y, y)
    return np.repeat(columns, 2), np.column_stack((low, high)).ravel()
