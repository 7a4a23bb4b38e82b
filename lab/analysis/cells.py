"""The readings of one variant as arrays of step × trial × layer, and statistics over steps."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from lab.numerics import Array


class Cells:
    """Where the rows of a table of layers are, so that a statistic over steps needs no grouping.

    ``trials`` are those of which something is asked, in their order; rows of others are left out.

    >>> table = pd.DataFrame({"step": [0, 9, 0], "trial": [0, 0, 1], "layer": [1, 1, 1]})
    >>> cells = Cells(table, pd.Series([0, 1]))
    >>> cells.over(cells.of(pd.Series([3.0, 5.0, np.inf])), 0, 9, "mean")[1].tolist()
    [4.0, nan]
    """

    def __init__(self, table: pd.DataFrame, trials: pd.Series) -> None:
        self.steps = np.unique(table["step"])
        self._trials = pd.Index(trials, name="trial")
        self._layers = pd.Index(np.unique(table["layer"]), name="layer")
        trial = self._trials.get_indexer(table["trial"])
        self._kept = trial >= 0
        at = np.searchsorted(self.steps, table["step"]), trial, self._layers.get_indexer(table["layer"])
        self._at = tuple(places[self._kept] for places in at)

    def of(self, values: pd.Series) -> Array:
        """Values of the rows, step × trial × layer; NaN where they are not finite or there is no row."""
        cells = np.full((len(self.steps), len(self._trials), len(self._layers)), np.nan)
        finite = values.to_numpy(np.float64)[self._kept]
        cells[self._at] = np.where(np.isfinite(finite), finite, np.nan)
        return cells

    def over(self, cells: Array, first: float, last: float, how: str) -> pd.DataFrame:
        """Trial × layer: the ``max``, ``min``, ``mean``, ``median`` or ``count`` of what is there.

        It is over the steps from ``first`` to ``last``; NaN where nothing is there.
        """
        start, end = np.searchsorted(self.steps, first), np.searchsorted(self.steps, last, "right")
        with np.errstate(over="ignore"):  # of numbers next to the largest the mean is inf, as in pandas
            found = _STATISTICS[how](cells[start:end])
        return pd.DataFrame(found, self._trials, self._layers)


def _count(cells: Array) -> Array:
    return np.asarray((~np.isnan(cells)).sum(axis=0))


def _mean(cells: Array) -> Array:
    count = _count(cells)
    return np.asarray(np.nansum(cells, axis=0) / np.where(count, count, np.nan))


def _median(cells: Array) -> Array:
    count = _count(cells)
    ordered = np.sort(cells, axis=0)  # NaN last
    low, high = (np.take_along_axis(ordered, place[None], 0)[0] for place in ((count - 1) // 2, count // 2))
    return np.asarray(low / 2 + high / 2)


_STATISTICS: Mapping[str, Callable[[Array], Array]] = {
    "max": lambda cells: np.fmax.reduce(cells, axis=0, initial=np.nan),
    "min": lambda cells: np.fmin.reduce(cells, axis=0, initial=np.nan),
    "mean": _mean,
    "median": _median,
    "count": _count,
}
