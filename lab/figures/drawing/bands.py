"""What a line shows of many trials: their median and the band that holds 90 % of them, or their mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUANTILES = (0.05, 0.5, 0.95)  # of the trials: the lower edge of the band, its median, and its upper edge
MOST_POINTS = 2000  # a longer line is drawn as its least and greatest value in each of half as many columns
SMALLEST = 5e-324  # the smallest number above 0 in float64


@dataclass(frozen=True)
class Band:
    """The median of a quantity over the trials at each x, and the band of 90 % around it.

    ``low``, ``median`` and ``high`` are NaN where no trial has a finite value; ``trials`` is the number of
    trials with a finite value anywhere.
    """

    x: Floats
    low: Floats
    median: Floats
    high: Floats
    trials: int

    @property
    def drawable(self) -> bool:
        return bool(np.isfinite(self.median).any())

    @property
    def edges(self) -> Floats:
        """All values, which an axis has to hold."""
        return np.concatenate((self.low, self.median, self.high))

    @property
    def positive(self) -> Self:
        """The band for a logarithmic axis: no median and no edge that is not above 0."""
        visible = self.high > 0
        return replace(
            self,
            low=np.where(visible, np.maximum(self.low, SMALLEST), np.nan),
            median=np.where(self.median > 0, self.median, np.nan),
            high=np.where(visible, self.high, np.nan),
        )


def bands(rows: pd.DataFrame, quantity: str, over: str) -> dict[int, Band]:
    """The bands of ``quantity`` over the trials, by layer; ``over`` is the column of their x.

    A value that is not finite counts as missing: a trial that diverged takes part until then.
    """
    layers, steps, trials = (rows[key].to_numpy() for key in ("layer", "step", "trial"))
    times, values = (rows[column].to_numpy(np.float64) for column in (over, quantity))
    found = {}
    for layer in np.unique(layers):
        here = layers == layer
        readings, first, reading = np.unique(steps[here], return_index=True, return_inverse=True)
        finite = np.isfinite(values[here])
        low, median, high = quantiles(values[here][finite], reading[finite], len(readings), QUANTILES)
        count = len(np.unique(trials[here][finite]))
        found[int(layer)] = Band(times[here][first], low, median, high, count)
    return found


def quantiles(values: Floats, group: NDArray[np.intp], groups: int, levels: Sequence[float]) -> list[Floats]:
    """The quantiles of the values of each group 0 … ``groups`` − 1, an array a level; NaN of no value.

    Between two values they are interpolated linearly.
    """
    ordered = np.append(values[np.lexsort((values, group))], np.nan)
    count = np.bincount(group, minlength=groups)
    start = np.cumsum(count) - count
    found = []
    for level in levels:
        below, share = np.divmod(level * np.maximum(count - 1, 0), 1)
        low = np.where(count > 0, start + below.astype(np.intp), len(values))
        high = np.where(share > 0, low + 1, low)
        found.append(ordered[low] + (ordered[high] - ordered[low]) * share)
    return found


def band(rows: pd.DataFrame, quantity: str, over: str) -> Band:
    """The band of a quantity over the trials, of rows that are not of several layers."""
    none = np.empty(0)
    return bands(rows.assign(layer=0), quantity, over).get(0, Band(none, none, none, none, 0))


def over_layers(rows: pd.DataFrame, quantity: str, step: float) -> Band:
    """The band of each layer (its x) at a step."""
    there = rows[rows["step"] == step]
    return band(there.assign(step=there["layer"]), quantity, "step")


def trial_mean(rows: pd.DataFrame, quantity: str, over: str) -> tuple[Floats, Floats, Floats]:
    """The mean of ``quantity`` over the trials that have one, by (layer, x), with x and the layers."""
    values = rows[quantity].astype(np.float64)
    means = values.where(np.isfinite(values)).groupby([rows["layer"], rows["step"]]).mean().unstack()
    x = rows.groupby("step")[over].first().loc[means.columns]
    return x.to_numpy(np.float64), means.index.to_numpy(np.float64), means.to_numpy()


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
