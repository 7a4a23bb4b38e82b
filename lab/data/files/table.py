"""A table as a file holds it: named columns, before features and targets are chosen from them."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy.typing as npt

from lab.data.dataset import IntArray

Column: TypeAlias = npt.NDArray[Any]
"""A value a row: float64 with NaN for a missing number, or objects that are texts, "" for a missing one.

Numbers may also have shape (rows, k): a list of k numbers in each cell.
"""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns by name.

    ``name`` is what messages call the file. ``unit`` is what they call a row, "line" or "row", and ``places``
    has the number of each, from 1. ``notes`` tell how the file was read. ``target`` is the column to be
    learnt, where the file tells it.
    """

    name: str
    unit: str
    places: IntArray
    columns: dict[str, Column]
    notes: tuple[str, ...] = ()
    target: str = ""
