"""Columns of a CSV file, read strictly: a line that does not fit is refused, not mended."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from lab.data.files.table import Rows, chosen, number, parsed
from lab.errors import PartError


def read(path: Path, name: str, target: str | list[str] | None) -> Rows:
    """The rows of a UTF-8 file with commas, whose first line names the columns; blank lines are skipped.

    The standard library's reader is used since it knows the line of each row, and every number is the
    double nearest to what is written. Raises PartError where the file is empty, has no header, is ragged
    or is no CSV.
    """
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for row in reader:
                if row and not header:
                    header = _header(name, row)
                elif row and len(row) != len(header):
                    raise PartError(
                        f"{name}: line {reader.line_num}: {len(row)} fields, "
                        f"expected {len(header)} as in the header"
                    )
                elif row:
                    rows.append(row)
                    lines.append(reader.line_num)
        except UnicodeDecodeError as error:
            raise PartError(f"{name} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
        except csv.Error as error:
            raise PartError(f"{name}: line {reader.line_num}: {error}") from error
    if not header:
        raise PartError(f"{name} is empty, expected a line with the names of the columns and rows after it")
    if not rows:
        raise PartError(f"{name} has a header but no rows")
    columns = {title: parsed(cells) for title, cells in zip(header, zip(*rows, strict=True), strict=True)}
    return chosen(name, "line", np.array(lines, dtype=np.int64), columns, target)


def _header(name: str, row: list[str]) -> list[str]:
    titles = [title.strip() for title in row]
    if len(titles) == 1 and any(mark in titles[0] for mark in ";\t"):
        raise PartError(
            f"{name}: the columns are separated by {';' if ';' in titles[0] else 'tabs'}, expected commas"
        )
    if all(number(title) is not None for title in titles):
        raise PartError(
            f"{name}: the first line holds {', '.join(titles[:3])!r}, expected the names of the columns"
        )
    for index, title in enumerate(titles):
        if not title:
            raise PartError(
                f"{name}: column {index + 1} has no name; name it, or leave it out if it counts the rows"
            )
        if title in titles[:index]:
            raise PartError(f"{name}: two columns are called {title!r}")
    return titles
