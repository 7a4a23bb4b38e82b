"""Columns of a CSV file, read strictly: a line that does not fit is told, not mended."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from lab.data.files.table import Rows, chosen, number, parsed
from lab.errors import PartError


def read(path: Path, told: str, target: str | list[str] | None) -> Rows:
    """The rows of a UTF-8 file with commas, whose first line names the columns; blank lines are skipped.

    The standard library's reader is used since it knows the line of each row, and every number is the
    double nearest to what is written. Raises PartError where the file is empty, has no header, is ragged
    or is no CSV.
    """
    names: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for row in reader:
                if not row:
                    continue
                if not names:
                    names = _header(told, row)
                    continue
                if len(row) != len(names):
                    raise PartError(
                        f"{told}: line {reader.line_num}: {len(row)} fields, "
                        f"expected {len(names)} as in the header"
                    )
                rows.append(row)
                lines.append(reader.line_num)
        except UnicodeDecodeError as error:
            raise PartError(f"{told} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
        except csv.Error as error:
            raise PartError(f"{told}: line {reader.line_num}: {error}") from error
    if not names:
        raise PartError(f"{told} is empty, expected a line with the names of the columns and rows after it")
    if not rows:
        raise PartError(f"{told} has a header but no rows")
    columns = {name: parsed(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}
    return chosen(told, "line", np.array(lines, dtype=np.int64), columns, target)


def _header(told: str, row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        raise PartError(
            f"{told}: the columns are separated by {';' if ';' in names[0] else 'tabs'}, expected commas"
        )
    if all(number(name) is not None for name in names):
        raise PartError(
            f"{told}: the first line holds {', '.join(names[:3])!r}, expected the names of the columns"
        )
    for index, name in enumerate(names):
        if not name:
            raise PartError(
                f"{told}: column {index + 1} has no name; name it, or leave it out if it counts the rows"
            )
        if name in names[:index]:
            raise PartError(f"{told}: two columns are called {name!r}")
    return names
