"""A file of data looked at: what its columns hold, and the table ``[data]`` that would read it."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.data import Dataset, source
from lab.data.counts import few
from lab.data.files.cells import absent, number, truths
from lab.data.files.file import File
from lab.data.files.kinds import KINDS
from lab.data.files.rows import wrong_cells
from lab.data.files.selection import (
    MOST_SLIPS,
    TARGETS,
    code_of_missing,
    names_rows,
    slips,
    stands_apart,
    unfit,
)
from lab.data.files.table import Column, Table
from lab.errors import PartError

TEST_SHARE = 5
"""One row of so many is for testing."""

MOST_DROPPED = 0.1
"""Where more of the rows have a missing value, means are put there instead."""

_MORE_TARGETS = (*TARGETS, "species", "diagnosis", "outcome", "quality", "survived", "output")


@dataclass(frozen=True)
class Look:
    """What a file holds.

    ``columns`` has a row for each column or array; ``settings`` are keys of ``[data]`` that read it, and
    ``data`` is what they give. ``left_out`` tells of each column that is ignored why.
    """

    columns: list[dict[str, Any]]
    left_out: dict[str, str]
    settings: dict[str, Any]
    data: Dataset

    @property
    def toml(self) -> str:
        """The table ``[data]`` to paste into an experiment file."""
        each = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in self.settings.items())
        return "\n".join(["[data]", *each])


def look(path: Path) -> Look:
    """Look at a file, guess its target, and choose the keys with which it can be learnt from.

    Raises PartError where it cannot be read, or no choice makes a data set of it.
    """
    settings: dict[str, Any] = {"name": str(path)}
    left_out: dict[str, str] = {}
    file = source(str(path), {})
    if not isinstance(file, File):
        raise PartError(f"{path} is no file, expected one of the kinds {KINDS}")
    tables = file.read(Path())
    columns = [_described(*column) for table in tables for column in table.columns.items()]
    if not tables[0].target:
        chosen, left_out = _chosen(tables[0])
        file, settings = replace(file, **chosen), settings | chosen
    rows = file.rows(Path())
    lacking = np.concatenate([wrong_cells(part).any(axis=1) for part in rows])
    how: dict[str, Any] = {}
    if lacking.any():
        how["nan"] = "drop" if lacking.mean() <= MOST_DROPPED else "mean"
    test = len(tables[0].places) // TEST_SHARE if len(tables) == 1 else None
    if test is not None:
        settings["test"], how["shuffle"] = test, True
    data = replace(file, **how).dataset(rows, None, test, 0)
    if any("standardise = true" in note for note in data.notes):
        how["standardise"] = True
        data = replace(file, **how).dataset(rows, None, test, 0)
    task = {"task": "classes" if data.classes else "numbers"}
    return Look(columns, left_out, settings | how | task, data)


def _chosen(table: Table) -> tuple[dict[str, Any], dict[str, str]]:
    """The target, what to ignore, and what stands for a missing value; why columns are ignored."""
    targets = _targets(table)
    settings: dict[str, Any] = {"target": targets if len(targets) > 1 else targets[0]}
    missing, ignore = {*_codes(table)}, dict[str, str]()
    for title, column in table.columns.items():
        if 0 < len(words := slips(column)) <= MOST_SLIPS:
            missing |= {*words}
        elif title not in targets and (reason := unfit(column) or names_rows(title, column)):
            ignore[title] = reason
    if len(ignore) == len(table.columns) - len(targets):  # and nothing else is left
        ignore = {}
    if ignore:
        settings["ignore"] = [*ignore]
    if missing:
        settings["missing"] = sorted(missing)
    return settings, ignore


def _codes(table: Table) -> list[str]:
    """The numbers that stand for a missing value in a column, and are no usual number in another."""
    numbers = [column for column in table.columns.values() if column.dtype.kind == "f"]
    found = {code for column in numbers if (code := code_of_missing(column))}
    return [
        code
        for code in found
        if all(stands_apart(column, float(code)) for column in numbers if (column == float(code)).any())
    ]


def _one_hot(table: Table) -> list[str]:
    """The columns at the end of which one is 1 in each row and the others are 0; empty where none are.

    Where such columns stand before them too, texts were made numbers, and all are features.
    """
    ones, found, last = np.zeros(len(table.places)), list[str](), list[str]()
    for title, held in reversed([*table.columns.items()][1:]):
        column = truths(held)
        if column.dtype.kind != "f" or column.ndim > 1:
            break
        if not (np.isin(column, (0, 1)).all() and column.any()):
            break
        ones += column
        last.insert(0, title)
        if len(last) > 2 and (ones == 1).all():
            found = [*last]
        if found and (ones == 2).all():
            return []
    return found


def _targets(table: Table) -> list[str]:
    """A column with a name that targets have, else the last, the first or the only one that tells classes.

    Those of `_one_hot` tell them together. Where none does it is the last column that differs.
    """
    columns = table.columns
    named = [title for title in columns if title.casefold() in _MORE_TARGETS]
    usable = [title for title, one in columns.items() if _differs(one) and not names_rows(title, one)]
    first, last = (usable or [*columns])[0], (usable or [*columns])[-1]
    kinds = [title for title in columns if _has_kinds(columns[title])]
    telling = [title for title in (last, first) if title in kinds or _numbers_classes(columns[title])]
    ones = _one_hot(table)
    if named or (telling[:1] == [last] and not ones):
        return (named or telling)[:1]
    if first in telling and (ones or first in ("c0", *kinds)):
        return [first]
    return ones or (kinds if len(kinds) == 1 else [last])


def _numbers_classes(column: Column) -> bool:
    """Whether a column has the numbers of classes: few, from 0 or 1 on."""
    if column.dtype.kind != "f" or column.ndim > 1:
        return False
    found = np.unique(column)
    return few(len(found), len(column)) and found[0] in (0, 1) and bool((np.diff(found) == 1).all())


def _differs(column: Column) -> bool:
    held = column[~absent(column)]
    return not unfit(column) and bool((held != held[:1]).any())


def _has_kinds(column: Column) -> bool:
    kinds = len(pd.unique(column)) if column.dtype.kind == "O" else 0
    return kinds > 1 and not unfit(column) and few(kinds, len(column))


def _described(title: str, column: Column) -> dict[str, Any]:
    lacking = absent(column)
    held = column[~lacking]
    kinds = pd.unique(held.ravel())
    if column[:1].size > 1:
        kind = f"lists of {column.shape[1]} numbers"
    elif column.dtype.kind == "O":
        kind = "numbers and texts" if any(number(word) is not None for word in kinds) else "texts"
        kind = "dates" if unfit(column) == "dates" else kind
    else:
        kind = "whole numbers" if (held == np.floor(held)).all() else "numbers"
    ends = sorted(kinds) if column.dtype.kind == "O" else [held.min(), held.max()] if held.size else []
    shown = [one if isinstance(one, str) else f"{one:.6g}" for one in ends]
    return {
        "column": title,
        "type": kind,
        "missing": int(lacking.sum()),
        "different": len(kinds),
        "from … to": " … ".join(dict.fromkeys([shown[0], shown[-1]])) if shown else "",
    }
