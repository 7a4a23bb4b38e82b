"""Rows read from a file: named columns, the features and targets made of them, and what the targets mean.

Every row keeps its place in the file, so a message can name it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isinf, nan
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from lab.data.counts import check_size
from lab.data.dataset import FloatArray, IntArray
from lab.errors import PartError, did_you_mean

Column: TypeAlias = npt.NDArray[Any]
"""One value a row: float64 with NaN for a missing number, or objects that are texts, "" for a missing one."""

Task: TypeAlias = Literal["auto", "classification", "regression"]

MOST_CLASSES = 20
"""With ``task = "auto"``, so many different values are classes; more are numbers."""

_MISSING = {"", "na", "n/a", "null", "none"}
_MOST_NAMES = 5
"""So many constant features are named in a note."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Features and targets with their places in the file.

    ``unit`` is what a row is called, "line" or "row", and ``places`` the number of each, from 1; ``name``,
    ``features`` and ``targets`` are what messages call the file and the columns of x and of y. ``x`` has
    shape (rows, features), NaN where a number is missing; ``y`` shape (rows, targets) and numbers, or shape
    (rows, 1) and texts.
    """

    name: str
    unit: str
    places: IntArray
    features: tuple[str, ...]
    targets: tuple[str, ...]
    x: FloatArray
    y: npt.NDArray[Any]

    @property
    def has_texts(self) -> bool:
        return self.y.dtype.kind == "O"


def parsed(cells: Sequence[str]) -> Column:
    """A column of these cells: numbers where every cell is one or is missing, else texts."""
    numbers = [number(cell) for cell in cells]
    return texts(cells) if None in numbers else np.array(numbers, dtype=np.float64)


def texts(cells: Iterable[str]) -> Column:
    """A column of texts without the blanks around them."""
    return np.array([cell.strip() for cell in cells], dtype=object)


def number(cell: str) -> float | None:
    """The number that a text is, NaN for a word such as "NA" or none at all, None where it is no number."""
    try:
        return float(cell)
    except ValueError:
        return nan if cell.strip().casefold() in _MISSING else None


def chosen(
    name: str, unit: str, places: IntArray, columns: dict[str, Column], target: str | list[str] | None
) -> Rows:
    """Features and targets from named columns; a column that is no target is a feature.

    Raises PartError where a target is not there, no feature is left, or a feature is not a number.
    """
    if target is None:
        raise PartError(f'{name} needs target = "…", the column to be learnt; {did_you_mean("", columns)}')
    targets = [target] if isinstance(target, str) else target
    for one in targets:
        if one not in columns:
            raise PartError(f"{name} has no column {one!r}; {did_you_mean(one, columns)}")
    features = [one for one in columns if one not in targets]
    if not features:
        raise PartError(f"{name} has no column but the target, expected at least one feature")
    for one in features if len(targets) == 1 else columns:
        _check_numbers(name, unit, places, repr(one), columns[one])
    return Rows(
        name,
        unit,
        places,
        tuple(map(repr, features)),
        tuple(map(repr, targets)),
        np.stack([columns[one] for one in features], axis=1).astype(np.float64),
        np.stack([columns[one] for one in targets], axis=1),
    )


def finite(rows: Rows, missing: Literal["refuse", "drop"]) -> Rows:
    """The rows without a missing value, NaN or infinity.

    Raises PartError with the place and column of the first where they are to be refused, and where none
    is left.
    """
    y_wrong = rows.y == "" if rows.has_texts else ~np.isfinite(rows.y)
    wrong = np.concatenate([~np.isfinite(rows.x), y_wrong], axis=1)
    row_wrong = np.asarray(wrong.any(axis=1), dtype=np.bool_)
    if missing == "refuse" and row_wrong.any():
        row = int(row_wrong.argmax())
        column = int(wrong[row].argmax())
        value = [*rows.x[row], *rows.y[row]][column]
        kind = "infinite" if isinstance(value, float) and isinf(value) else "missing or NaN"
        count = int(row_wrong.sum())
        raise PartError(
            f"{rows.name}: {rows.unit} {rows.places[row]}: column {(rows.features + rows.targets)[column]}: "
            f"the value is {kind}, expected a finite one ({count} such row{'s' if count > 1 else ''}); "
            f'nan = "drop" leaves such rows out'
        )
    if row_wrong.all():
        raise PartError(f"{rows.name}: every row has a value that is missing, NaN or infinite")
    good = ~row_wrong
    return replace(rows, places=rows.places[good], x=rows.x[good], y=rows.y[good])


def labels(rows: Rows, task: Task) -> tuple[tuple[str, ...], IntArray] | None:
    """The classes and each row's index in them, or None where the targets are numbers to be met.

    ``"auto"`` takes texts and whole numbers of 2 … `MOST_CLASSES` different values as classes. Numbers are
    put in order of size, texts in order of their letters. Raises PartError where the task cannot be that.
    """
    if rows.y.shape[1] > 1:
        if task == "classification":
            raise PartError(f"{rows.name}: {rows.y.shape[1]} targets, expected one target for classification")
        return None
    found, index = np.unique(rows.y[:, 0], return_inverse=True)
    discrete = rows.has_texts or (len(found) > 1 and (found == np.floor(found)).all())
    if task == "regression" or (task == "auto" and not (discrete and len(found) <= MOST_CLASSES)):
        if not rows.has_texts:
            return None
        if task == "regression" or any(number(text) is not None for text in found):
            _check_numbers(rows.name, rows.unit, rows.places, rows.targets[0], rows.y[:, 0])
        raise PartError(
            f"{rows.name}: target {rows.targets[0]} holds {len(found)} different texts; "
            f'if they are classes, say task = "classification"'
        )
    classes = tuple(_label(value) for value in found)
    if len(classes) == 1:
        raise PartError(
            f"{rows.name}: target {rows.targets[0]}: {classes[0]!r} is the only class, expected at least 2"
        )
    check_size(f"{rows.name}: {len(rows.y)} rows of {len(classes)} classes", 8 * len(rows.y) * len(classes))
    return classes, index.astype(np.int64)


def standardised(
    rows: Rows, x_train: FloatArray, x_test: FloatArray
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """(x − mean) / sd of each feature, both of the train part, and notes.

    A feature that is constant in the train part has no scale: it is 0 in both parts, and noted. Raises
    PartError where a feature is too large or too small for its variance to be a number above 0.
    """
    constant = x_train.max(axis=0) == x_train.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
        deviation[constant] = 1.0
        wrong = ~(np.isfinite(mean) & np.isfinite(deviation) & (deviation > 0))
        if wrong.any():
            name = rows.features[int(wrong.argmax())]
            raise PartError(f"{rows.name}: column {name}: too large or too small to be standardised")
        train, test = (np.where(constant, 0.0, (x - mean) / deviation) for x in (x_train, x_test))
    names = [name for name, alike in zip(rows.features, constant, strict=True) if alike]
    if len(names) < 2:
        return train, test, tuple(f"constant feature {name} set to 0" for name in names)
    some = ", ".join([*names[:_MOST_NAMES], "…"] if len(names) > _MOST_NAMES else names)
    return train, test, (f"{len(names)} constant features set to 0: {some}",)


def _check_numbers(name: str, unit: str, places: IntArray, title: str, column: Column) -> None:
    """Raise PartError with the place of the first text of a column that ought to hold numbers."""
    if column.dtype.kind == "O":
        for place, cell in zip(places, column, strict=True):
            if number(cell) is None:
                raise PartError(f"{name}: {unit} {place}: column {title}: {cell!r} is not a number")


def _label(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.17g}" if value % 1 else f"{value:.0f}"
