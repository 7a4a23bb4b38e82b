"""Rows read from a file: named columns, and the features and targets made of them.

Every row keeps its place in the file, so a message can name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, nan
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from lab.data.dataset import FloatArray, IntArray
from lab.errors import PartError, did_you_mean

Column: TypeAlias = npt.NDArray[Any]
"""One value a row: float64 with NaN for a missing number, or objects that are texts, "" for a missing one."""

_MISSING = {"", "na", "n/a", "null", "none"}


@dataclass(frozen=True, eq=False)
class Rows:
    """Features and targets with their places in the file.

    Attributes
    ----------
    told
        The file, as messages name it.
    unit, places
        What a row is called, ``"line"`` or ``"row"``, and the number of each, from 1.
    features, targets
        What the columns of x and of y are called in messages.
    x
        Shape (rows, features); NaN where a number is missing.
    y
        Shape (rows, targets) and numbers, or shape (rows, 1) and texts.

    """

    told: str
    unit: Literal["line", "row"]
    places: IntArray
    features: tuple[str, ...]
    targets: tuple[str, ...]
    x: FloatArray
    y: npt.NDArray[Any]

    def kept(self, mask: npt.NDArray[np.bool_]) -> Rows:
        """The rows where the mask is true."""
        return replace(self, places=self.places[mask], x=self.x[mask], y=self.y[mask])


def parsed(cells: Sequence[str]) -> Column:
    """A column of these cells: numbers where every cell is one or is missing, else texts."""
    numbers = [number(cell) for cell in cells]
    if None in numbers:
        return texts(cells)
    return np.array(numbers, dtype=np.float64)


def texts(cells: Iterable[str]) -> Column:
    """A column of texts without the blanks around them."""
    return np.array([cell.strip() for cell in cells], dtype=object)


def number(cell: str) -> float | None:
    """The number that a text is, NaN where it says that there is none, or None where it is no number."""
    try:
        return float(cell)
    except ValueError:
        return nan if cell.strip().casefold() in _MISSING else None


def chosen(
    told: str,
    unit: Literal["line", "row"],
    places: IntArray,
    columns: dict[str, Column],
    target: str | list[str] | None,
) -> Rows:
    """Features and targets from named columns: ``target`` names the targets, all the others are features.

    Raises PartError where a target is not there, no feature is left, or a feature is not a number.
    """
    if target is None:
        raise PartError(f'{told} needs target = "…", the column to be learnt; {did_you_mean("", columns)}')
    targets = [target] if isinstance(target, str) else target
    for name in targets:
        if name not in columns:
            raise PartError(f"{told} has no column {name!r}; {did_you_mean(name, columns)}")
    features = [name for name in columns if name not in targets]
    if not features:
        raise PartError(f"{told} has no column but the target, expected at least one feature")
    numeric = features if len(targets) == 1 else list(columns)
    for name in numeric:
        check_numbers(told, unit, places, repr(name), columns[name])
    return Rows(
        told,
        unit,
        places,
        tuple(repr(name) for name in features),
        tuple(repr(name) for name in targets),
        np.stack([columns[name] for name in features], axis=1).astype(np.float64),
        np.stack([columns[name] for name in targets], axis=1),
    )


def check_numbers(told: str, unit: str, places: IntArray, name: str, column: Column) -> None:
    """Raise PartError with the place of the first text of a column that ought to hold numbers."""
    if column.dtype.kind != "O":
        return
    for place, cell in zip(places, column, strict=True):
        if number(cell) is None:
            raise PartError(f"{told}: {unit} {place}: column {name}: {cell!r} is not a number")


def finite(rows: Rows, missing: Literal["refuse", "drop"]) -> Rows:
    """The rows without a missing value, NaN or infinity.

    Raises PartError with the place and column of the first where they are to be refused, and where none
    is left.
    """
    x_wrong = ~np.isfinite(rows.x)
    y_wrong = rows.y == "" if rows.y.dtype.kind == "O" else ~np.isfinite(rows.y)
    wrong = np.concatenate([x_wrong, y_wrong], axis=1)
    row_wrong = np.asarray(wrong.any(axis=1), dtype=np.bool_)
    if missing == "refuse" and row_wrong.any():
        row = int(row_wrong.argmax())
        column = int(wrong[row].argmax())
        what = "infinite" if [*rows.x[row], *rows.y[row]][column] in (inf, -inf) else "missing or NaN"
        count = int(row_wrong.sum())
        raise PartError(
            f"{rows.told}: {rows.unit} {rows.places[row]}: column {(rows.features + rows.targets)[column]}: "
            f"the value is {what}, expected a finite one ({count} such row{'s' if count > 1 else ''}); "
            f'nan = "drop" leaves such rows out'
        )
    if row_wrong.all():
        raise PartError(f"{rows.told}: every row has a value that is missing, NaN or infinite")
    return rows.kept(~row_wrong)
