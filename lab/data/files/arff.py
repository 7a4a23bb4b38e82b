"""ARFF, the files of Weka and OpenML: a head that names the columns, and rows with commas, tabs or blanks."""

import re
from collections.abc import Sequence

from lab.errors import PartError

_ATTRIBUTE = re.compile(r"""@attribute\s+('[^']*'|"[^"]*"|\S+)""", re.IGNORECASE)
_QUOTED = re.compile(r"(?:(?<=[,\s])|^)[ \t]*'((?:[^'\\]|\\.)*)'[ \t]*(?=[,\s]|$)")


def head(name: str, lines: Sequence[str]) -> tuple[tuple[str, ...], int] | None:
    """The names of the columns, and the number of lines up to ``@data``; None of what is no ARFF.

    Raises PartError where the rows are sparse.

    >>> head("a.arff", ["@relation r", "@attribute 'petal width' numeric", "@attribute kind {a, b}", "@data"])
    (('petal width', 'kind'), 4)
    """
    heads = [line.strip().lower() for line in lines]
    if "@data" not in heads:
        return None
    before = heads.index("@data") + 1
    found = (_ATTRIBUTE.match(line.strip()) for line in lines[:before])
    named = tuple(attribute[1].strip("'\"") for attribute in found if attribute)
    if not named:
        return None
    row = next((at for at, line in enumerate(heads[before:], before + 1) if line and line[0] != "%"), 0)
    if row and heads[row - 1].startswith("{"):
        told = "expected all values of each row; Weka's filter SparseToNonSparse writes them"
        raise PartError(f"{name}: line {row}: a sparse row, in braces, {told}")
    return named, before


def separator(lines: Sequence[str]) -> str:
    """What stands between the values of these rows: a comma, a tab, or a blank for any number of blanks.

    >>> separator(["% first", "1.5 a"]), separator(["1.5, a b"])
    (' ', ',')
    """
    row = next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("%")), ",")
    return next((mark for mark in ",\t " if mark in row), ",")


def as_csv(line: str) -> str:
    """A line of the rows as CSV has it: a comment is blank, and quotes are double.

    >>> as_csv("1.5,'Iris setosa'"), as_csv("% the end")
    ('1.5,"Iris setosa"', '')
    """
    if line.lstrip().startswith("%"):
        return line[len(line.rstrip("\r\n")) :]
    return _QUOTED.sub(_requoted, line) if "'" in line else line


def _requoted(cell: "re.Match[str]") -> str:
    text = re.sub(r"\\(.)", r"\1", cell[1]).replace('"', '""')
    return f'"{text}"'
