"""Columns of a CSV file, read strictly: a line that does not fit is refused, not mended."""

import csv
from pathlib import Path

import numpy as np

from lab.data.files.table import Rows, chosen, number, parsed
from lab.errors import PartError


def read(path: Path, name: str, target: str | list[str] | None) -> Rows:
    """The rows of a UTF-8 file with commas, whose first line names the columns; blank lines are skipped.

    The standard library's reader knows the line of each row, and every number is the double nearest to what
    is written. Raises PartError where the file is empty, has no header, is ragged or is no CSV.
    """
    rows: dict[int, list[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = _header(name, next(filter(None, reader), []))
            for row in filter(None, reader):
                if len(row) != len(header):
                    fields = f"{len(row)} fields, expected {len(header)} as in the header"
                    raise PartError(f"{name}: line {reader.line_num}: {fields}")
                rows[reader.line_num] = row
        except UnicodeDecodeError as error:
            raise PartError(f"{name} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
        except csv.Error as error:
            raise PartError(f"{name}: line {reader.line_num}: {error}") from error
    if not rows:
        raise PartError(f"{name} has a header but no rows")
    columns = dict(zip(header, map(parsed, zip(*rows.values(), strict=True)), strict=True))
    return chosen(name, "line", np.array(list(rows), dtype=np.int64), columns, target)


def _header(name: str, row: list[str]) -> list[str]:
    """The names of the columns. Raises PartError where the first line cannot be meant as that."""
    if not row:
        raise PartError(f"{name} is empty, expected a line with the names of the columns and rows after it")
    titles = [title.strip() for title in row]
    for mark, separator in ((";", ";"), ("\t", "tabs")):
        if len(titles) == 1 and mark in titles[0]:
            raise PartError(f"{name}: the columns are separated by {separator}, expected commas")
    if all(number(title) is not None for title in titles):
        line = repr(", ".join(titles[:3]))
        raise PartError(f"{name}: the first line holds {line}, expected the names of the columns")
    for place, title in enumerate(titles, 1):
        if not title:
            hint = "name it, or leave it out if it counts the rows"
            raise PartError(f"{name}: column {place} has no name; {hint}")
        if titles.count(title) > 1:
            raise PartError(f"{name}: two columns are called {title!r}")
    return titles
