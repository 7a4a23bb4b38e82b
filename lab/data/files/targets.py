"""What targets mean: classes, or numbers to be met."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lab.data.counts import MOST_CLASSES, check_size, few
from lab.data.dataset import IntArray
from lab.data.files.cells import check_numbers, number, only_by_case
from lab.data.files.rows import Rows, Task
from lab.data.files.selection import unfit
from lab.data.files.table import Column
from lab.errors import PartError


@dataclass(frozen=True, eq=False)
class Meaning:
    """The classes and each row's index in them; no classes where targets are numbers to be met.

    ``note`` tells a decision that is not plain.
    """

    classes: tuple[str, ...]
    index: IntArray
    note: str = ""


def meaning(rows: Rows, task: Task) -> Meaning:
    """What the targets mean.

    With ``"auto"`` texts are classes, whole numbers of `few` different values, and rows of 0 with a single
    1. Numbers are put in order of size, texts in order of their letters. Raises PartError where the task
    cannot be that.
    """
    asked = {"classification": "classes", "regression": "numbers"}.get(task, task)
    if rows.y.shape[1] > 1:
        return _one_hot(rows, asked)
    column = rows.y[:, 0]
    index, found = pd.factorize(column, sort=True)
    whole = rows.has_texts or (len(found) > 1 and bool((found == np.floor(found)).all()))
    enough = few(len(found), len(column))
    if rows.has_texts and not enough:
        enough = len(found) <= MOST_CLASSES and not _nearly_numbers(column)
    if asked == "numbers" or (asked == "auto" and not (whole and enough)):
        if rows.has_texts:
            _refuse_texts(rows, column, found, asked)
        different = f"{len(found)} different whole numbers in {len(column)} rows"
        told = (
            f'target {rows.targets[0]} holds {different}: taken as numbers; for classes try task = "classes"'
        )
        return _numbers(told if whole and asked == "auto" else "")
    classes = tuple(map(_label, found))
    if len(classes) == 1:
        raise PartError(
            f"{rows.name}: target {rows.targets[0]}: {classes[0]!r} is the only class, expected at least 2",
            "target",
        )
    check_size(f"{rows.name}: {len(column)} rows of {len(classes)} classes", 8 * len(column) * len(classes))
    alike = " and ".join(map(repr, only_by_case(classes)))
    note = f"classes {alike} differ only in upper and lower case: each is a class of its own" if alike else ""
    return Meaning(classes, index.astype(np.int64), note)


def _numbers(note: str = "") -> Meaning:
    return Meaning((), np.empty(0, dtype=np.int64), note)


def _one_hot(rows: Rows, asked: str) -> Meaning:
    """The meaning of several targets: classes where one of them is 1 and the others are 0."""
    single = bool(((rows.y == 0) | (rows.y == 1)).all() and (rows.y.sum(axis=1) == 1).all())
    if asked == "numbers" or (asked == "auto" and not single):
        return _numbers()
    if not single:
        raise PartError(f"{rows.name}: {rows.y.shape[1]} targets, expected one target for classes", "task")
    is_list = rows.targets[0].startswith("1 of ")  # any other is in quotes
    classes = tuple(str(at) if is_list else title[1:-1] for at, title in enumerate(rows.targets))
    note = f"the {len(classes)} targets, of which one is 1 and the others 0, are classes"
    return Meaning(classes, rows.y.argmax(axis=1).astype(np.int64), note)


def _refuse_texts(rows: Rows, column: Column, found: Any, asked: str) -> None:
    if asked == "numbers" or any(number(text) is not None for text in found):
        about = "task" if asked == "numbers" else "target"
        check_numbers(rows, rows.targets[0], column, about=about)
    if reason := _nearly_numbers(column):
        raise PartError(f"{rows.name}: target {rows.targets[0]}: {reason}", "target")
    raise PartError(
        f"{rows.name}: target {rows.targets[0]} holds {len(found)} different texts; "
        f'if they are classes, say task = "classes"',
        "target",
    )


def _nearly_numbers(column: Column) -> str:
    """Why texts that are nearly numbers, as "5 %", are none; empty of other texts."""
    reason = unfit(column)
    return reason if reason.startswith(("'", '"')) else ""


def _label(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.17g}" if value % 1 else f"{value:.0f}"
