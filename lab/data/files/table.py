"""A table as a file holds it: named columns, before features and targets are chosen from them."""

from dataclasses import dataclass

from lab.data.dataset import IntArray
from lab.data.files.cells import Column


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
