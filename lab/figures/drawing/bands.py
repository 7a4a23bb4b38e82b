"""What a line of a figure shows of many trials: their median, and the band that holds 90 % of them."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
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
