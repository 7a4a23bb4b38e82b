"""What a target column means: classes, or numbers."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from lab.data.counts import check_size
from lab.data.dataset import IntArray
from lab.data.files.table import Rows, check_numbers, number
from lab.errors import PartError

Task: TypeAlias = Literal["auto", "classification", "regression"]

MOST_CLASSES = 20
"""With ``task = "auto"``, so many different values are classes; more are numbers."""


def labels(rows: Rows, task: Task) -> tuple[tuple[str, ...], IntArray] | None:
    """The classes and each row's index in them, or None where the targets are numbers to be met.

    ``"auto"`` takes texts and whole numbers of 2 … `MOST_CLASSES` different values as classes. Numbers are
    put in order of size, texts in order of their letters. Raises PartError where the task cannot be that.
    """
    is_text = rows.y.dtype.kind == "O"
    if rows.y.shape[1] > 1:
        if task == "classification":
            raise PartError(f"{rows.told}: {rows.y.shape[1]} targets, expected one target for classification")
        return None
    values = rows.y[:, 0]
    if is_text and (task == "regression" or (task == "auto" and len(set(values)) > MOST_CLASSES)):
        _refuse_texts(rows, values, task)
    found, index = np.unique(values, return_inverse=True)
    if task == "regression" or (task == "auto" and not is_text and not _are_classes(found)):
        return None
    if len(found) == 1:
        raise PartError(
            f"{rows.told}: target {rows.targets[0]}: {_told(found[0])!r} is the only class, "
            f"expected at least 2"
        )
    check_size(f"{rows.told}: {len(rows.y)} rows of {len(found)} classes", 8 * len(rows.y) * len(found))
    return tuple(_told(value) for value in found), index.astype(np.int64)


def _are_classes(found: npt.NDArray[Any]) -> bool:
    return 2 <= len(found) <= MOST_CLASSES and bool((found == np.floor(found)).all())


def _refuse_texts(rows: Rows, values: npt.NDArray[Any], task: Task) -> None:
    if task == "regression" or any(number(value) is not None for value in values):
        check_numbers(rows.told, rows.unit, rows.places, rows.targets[0], values)
    raise PartError(
        f"{rows.told}: target {rows.targets[0]} holds {len(set(values))} different texts; "
        f'if they are classes, say task = "classification"'
    )


def _told(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.17g}" if value % 1 else f"{value:.0f}"
