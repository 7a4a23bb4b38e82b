"""Rows to learn from: features and targets, none of them missing.

Every row keeps its place in the file, so a message can name it.
"""

from dataclasses import dataclass, replace
from math import isinf
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from lab.data.dataset import FloatArray, IntArray
from lab.errors import PartError, counted

Task: TypeAlias = Literal["auto", "classes", "numbers", "classification", "regression"]
"""``"classification"`` and ``"regression"`` are other words for ``"classes"`` and ``"numbers"``."""

Names: TypeAlias = str | int | float | list[str | int | float]
"""Names of columns, or words, as an experiment file gives them: see `listed`."""


def listed(names: Names | None) -> list[str]:
    """The names: one alone is a list of one, and a number is the text that it is.

    >>> listed("f*"), listed([0, -9.5]), listed(None)
    (['f*'], ['0', '-9.5'], [])
    """
    return [str(name) for name in (names if isinstance(names, list) else [names]) if name is not None]


@dataclass(frozen=True, eq=False)
class Rows:
    """Features and targets with their places in the file.

    ``unit`` is what a row is called, "line" or "row", and ``places`` the number of each, from 1; ``name``,
    ``features`` and ``targets`` are what messages call the file and the columns of x and of y. ``x`` has
    shape (rows, features), NaN where a number is missing; ``y`` shape (rows, targets) and numbers, or shape
    (rows, 1) and texts. ``notes`` tell how they were read.
    """

    name: str
    unit: str
    places: IntArray
    features: tuple[str, ...]
    targets: tuple[str, ...]
    x: FloatArray
    y: npt.NDArray[Any]
    notes: tuple[str, ...] = ()

    @property
    def has_texts(self) -> bool:
        return self.y.dtype.kind == "O"


def wrong_cells(rows: Rows, nan: str = "refuse") -> npt.NDArray[np.bool_]:
    """Which features, and behind them targets, of each row are missing, NaN or infinite; see `finite`."""
    x_wrong = np.isinf(rows.x) if nan == "mean" else ~np.isfinite(rows.x)
    return np.column_stack([x_wrong, rows.y == "" if rows.has_texts else ~np.isfinite(rows.y)])


def finite(rows: Rows, nan: Literal["refuse", "drop", "mean"]) -> Rows:
    """The rows without a missing value, NaN or infinity; with ``"mean"`` a feature may be NaN, and is not ±∞.

    Raises PartError with the place and column of the first where they are to be refused, and where none
    is left.
    """
    cells = wrong_cells(rows, nan)
    wrong = cells.any(axis=1)
    if not wrong.any():
        return rows
    if nan == "refuse":
        row = int(wrong.argmax())
        column = int(cells[row].argmax())
        value = [*rows.x[row], *rows.y[row]][column]
        kind = "infinite" if isinstance(value, float) and isinf(value) else "missing or NaN"
        count = int(wrong.sum())
        raise PartError(
            f"{rows.name}: {rows.unit} {rows.places[row]}: column {(rows.features + rows.targets)[column]}: "
            f"the value is {kind}, expected a finite one ({counted(count, 'such row')}); "
            f'nan = "drop" leaves such rows out, nan = "mean" puts the mean of the feature there'
        )
    if wrong.all():
        raise PartError(f"{rows.name}: every row has a value that is missing, NaN or infinite")
    count = int(wrong.sum())
    what = "an infinite value, or a missing target," if nan == "mean" else "a missing, NaN or infinite value"
    note = f"{counted(count, 'row')} with {what} left out"
    good = ~wrong
    return replace(rows, places=rows.places[good], x=rows.x[good], y=rows.y[good], notes=(*rows.notes, note))


def filled(rows: Rows, x_train: FloatArray, x_test: FloatArray) -> tuple[str, ...]:
    """Write the mean of each feature in the train part where a value is missing; a note, if any is.

    Raises PartError where a feature has no value in the train part.
    """
    parts = [(x, np.isnan(x)) for x in (x_train, x_test)]
    absent = parts[0][1]
    for column in np.flatnonzero(sum(lacking.sum(axis=0) for _, lacking in parts)):
        if absent[:, column].all():
            told = f"column {rows.features[column]} has no value in the train part, so it has no mean"
            raise PartError(f"{rows.name}: {told}", "nan")
        mean = x_train[~absent[:, column], column].mean()
        for x, lacking in parts:
            x[lacking[:, column], column] = mean
    count = sum(int(lacking.sum()) for _, lacking in parts)
    values = counted(count, "missing value")
    return (f"{values} set to the mean of the feature in the train part",) if count else ()
