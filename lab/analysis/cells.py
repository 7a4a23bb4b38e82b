"""The readings of one variant as arrays of step × trial × layer, and statistics over steps."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from lab.numerics import Array


class Cells:
    """Where the rows of a table are, so that a statistic over steps needs no grouping.

    ``trials`` are those of which something is asked, in their order; rows of others are left out. Layer l is
    the column l − 1 of ``layers``; a table without layers is of one.

    >>> table = pd.DataFrame({"step": [0, 9, 0], "trial": [0, 0, 1], "layer": [1, 1, 1]})
    >>> cells = Cells(table, pd.Series([0, 1]), 1)
    >>> cells.over(cells.of(pd.Series([3.0, 5.0, np.inf])), 0, 9, "mean").tolist()
    [[4.0], [nan]]
    """

    def __init__(self, table: pd.DataFrame, trials: pd.Series, layers: int) -> None:
        step = table["step"].to_numpy()
        self.steps = np.unique(step)
        self._shape = len(self.steps), len(trials), layers
        trial = pd.Index(trials).get_indexer(pd.Index(table["trial"]))
        layer = table["layer"].to_numpy() if "layer" in table else np.ones(len(table), int)
        self._kept = (trial >= 0) & (layer <= layers)
        at = np.searchsorted(self.steps, step), trial, layer - 1
        self._at = tuple(places[self._kept] for places in at)

    def of(self, values: pd.Series) -> Array:
        """Values of the rows, step × trial × layer; NaN where they are not finite or there is no row."""
        cells = np.full(self._shape, np.nan)
        finite = values.to_numpy(np.float64)[self._kept]
        cells[self._at] = np.where(np.isfinite(finite), finite, np.nan)
        return cells

    def over(self, cells: Array, first: float, last: float, how: str) -> Array:
        """Trial × layer: the ``max``, ``min``, ``mean``, ``median`` or ``count`` of what is there.

        It is over the steps from ``first`` to ``last``; NaN where nothing is there.
        """
        start, end = np.searchsorted(self.steps, first), np.searchsorted(self.steps, last, "right")
        with np.errstate(over="ignore"):  # of numbers next to the largest the mean is inf, as in pandas
            return _STATISTICS[how](cells[start:end])


def count(cells: Array) -> Array:
    """How many numbers are along the first axis."""
    return np.asarray((~np.isnan(cells)).sum(axis=0))


def mean(cells: Array) -> Array:
    """Their mean; NaN of none."""
    several = count(cells)
    return np.asarray(np.nansum(cells, axis=0) / np.where(several, several, np.nan))


def median(cells: Array) -> Array:
    """Their median; NaN of none."""
    several = count(cells)
    ordered = np.sort(cells, axis=0)  # NaN last
    middle = (several - 1) // 2, several // 2
    low, high = (np.take_along_axis(ordered, place[None], 0)[0] for place in middle)
    return np.asarray(low / 2 + high / 2)


_STATISTICS: Mapping[str, Callable[[Array], Array]] = {
    "max": lambda cells: np.fmax.reduce(cells, axis=0, initial=np.nan),
    "min": lambda cells: np.fmin.reduce(cells, axis=0, initial=np.nan),
    "mean": mean,
    "median": median,
    "count": count,
}
