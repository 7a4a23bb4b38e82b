"""ARFF, the files of Weka and OpenML: a head that names the columns, and rows with commas."""

import re
from collections.abc import Sequence

_ATTRIBUTE = re.compile(r"""@attribute\s+('[^']*'|"[^"]*"|\S+)""", re.IGNORECASE)
_QUOTED = re.compile(r"(?:(?<=,)|^)[ \t]*'((?:[^'\\]|\\.)*)'[ \t]*(?=[,\r\n]|$)")


def head(lines: Sequence[str]) -> tuple[tuple[str, ...], int] | None:
    """The names of the columns, and the number of lines up to ``@data``; None of what is no ARFF.

    >>> head(["@relation iris", "@attribute 'sepal length' numeric", "@attribute kind {a, b}", "@data"])
    (('sepal length', 'kind'), 4)
    """
    heads = [line.strip().lower() for line in lines]
    if "@data" not in heads:
        return None
    before = heads.index("@data") + 1
    found = (_ATTRIBUTE.match(line.strip()) for line in lines[:before])
    named = tuple(attribute[1].strip("'\"") for attribute in found if attribute)
    return (named, before) if named else None


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
