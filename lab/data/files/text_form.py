"""How a text file writes a table: its separator, its decimal mark, whether its first line names columns."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, takewhile, zip_longest
from typing import Any

from lab.data.files import arff
from lab.data.files.cells import number
from lab.data.files.header import fitted, names_columns, names_in_two_lines, title_lines
from lab.data.files.kinds import remedy
from lab.errors import PartError, counted

BLANKS = " "
"""The separator that stands for any run of blanks and tabs."""

WINDOWS = "cp1252"
"""The encoding that Windows has used in Western Europe and America."""

_SEPARATORS = ("\t", ";", "|", ",", BLANKS)
"""In the order in which they are tried: a comma may be a decimal mark, and a blank may be in a text."""

_WORDS = {"\t": "tabs", BLANKS: "blanks"}
_COMMENT = re.compile(r"[#%]|sep=")
_RULE = re.compile(
    r"((?=.*(--|==))[-=+|: \t]+|\(\d+ rows?\)|\d+ rows? in set.*|only showing top \d+ rows?)[\r\n]*"
)
_INDEXED = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?(\s+\d+:[-+.\de]+)+\s*", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d*,\d+(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
_POINT = re.compile(r"[+-]?\d*\.\d+(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS_BY_POINT = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)


@dataclass(frozen=True)
class Form:
    """How to read a file.

    ``titles`` are the names of the columns, "" for one without; None where no line names them. ``before``
    counts the lines before the first row, ``comments`` those of them that say nothing, ``width`` the columns.
    ``headers`` is how many lines name the columns. The rows may be those of ``arff``, or ``ruled``, with
    lines of dashes between them.
    """

    separator: str
    decimal: str
    titles: tuple[str, ...] | None
    before: int
    width: int
    comments: int = 0
    arff: bool = False
    ruled: bool = False
    headers: int = 1
    encoding: str = "utf-8-sig"

    def plain(self, line: str) -> str:
        """A line of the rows as CSV has it."""
        return arff.as_csv(line) if self.arff else without_rule(line) if self.ruled else line

    @property
    def notes(self) -> Iterator[str]:
        """What is unlike a file with commas and points whose first line names the columns."""
        if self.encoding == WINDOWS:
            yield "the file is no UTF-8 and was read as Windows-1252; save it as UTF-8 if letters are wrong"
        if self.comments:
            yield f"{counted(self.comments, 'line')} of comment before the table"
        if self.separator != ",":
            yield f"the columns are separated by {_WORDS.get(self.separator, self.separator)}"
        if self.decimal != ".":
            yield "numbers have a decimal comma"
        if self.headers > 1:
            yield "two lines name the columns"
        if self.titles is None:
            yield f"no line names the columns: they are c0 … c{self.width - 1}"


def records(
    name: str, lines: Iterable[str], separator: str, before: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """The rows of the lines after so many, each with the number of its last line; none for a blank line.

    Raises PartError, with the line, where quotes do not match.
    """
    reader = _reader(lines, separator)
    try:
        for row in reader:
            if len(row) > 1 or any(row):
                yield before + reader.line_num, row
    except csv.Error as error:
        told = str(error)
        if told.endswith("expected after '\"'"):
            told += '; a quote within quotes is written twice, as ""'
        raise PartError(f"{name}: line {before + reader.line_num}: {told}") from error


def _reader(lines: Iterable[str], separator: str) -> Any:
    if separator == BLANKS:
        lines = (line.strip(" \t\r\n").replace("\t", " ") for line in lines)
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def are_rows(lines: Sequence[str], separator: str, width: int) -> bool:
    """Whether each of these lines is a row of so many fields, two at least: soon told.

    >>> are_rows(["1,2", '3,"a, b"'], ",", 2), are_rows(["1,2", '3,"a', 'b"'], ",", 2)
    (True, False)
    """
    if width < 2:
        return False
    if separator == BLANKS or any('"' in line for line in lines):
        with suppress(csv.Error):
            return [*map(len, _reader(lines, separator))] == [width] * len(lines)
        return False
    return [line.count(separator) for line in lines] == [width - 1] * len(lines)


def widths(name: str, lines: Iterable[str], separator: str, before: int = 0) -> Iterator[tuple[int, int]]:
    """The line and the number of fields of each row, as `records` has them, in less time without quotes."""
    rest = iter(lines)
    for at, line in enumerate(rest, before + 1):
        if '"' in line or separator == BLANKS:
            quoted = records(name, chain([line], rest), separator, at - 1)
            yield from ((last, len(row)) for last, row in quoted)
        elif line.strip(" \r\n"):
            yield at, line.count(separator) + 1


def is_comment(line: str) -> bool:
    """Whether a line says nothing of the table.

    >>> is_comment("# station 7"), is_comment("7;8")
    (True, False)
    """
    return _COMMENT.match(line) is not None


def without_rule(line: str) -> str:
    """A line, blank where it is a rule, as under the header of a table in Markdown or from a data base.

    So is the count of rows that a data base writes under a table.

    >>> without_rule("|---|:-:|"), without_rule("| -1 | - |")
    ('', '| -1 | - |')
    """
    return line[len(line.rstrip("\r\n")) :] if _RULE.fullmatch(line) else line


def form(name: str, lines: Sequence[str], separator: str | None = None, header: bool | None = None) -> Form:
    """The form of the file that begins with these lines; what is given is not guessed.

    A separator is one that cuts every line into as many fields, two at least; a comma is a decimal mark where
    numbers have commas and none has a point, but as a mark of thousands. A line names the columns where it is
    unlike the rows: no number in it, over numbers; or 0, 1, 2 …, or years; or with a text over numbers. Where
    names come again in it, or are missing, the next line may tell them apart. A title above it is passed
    over. The head of an ARFF file names them too.

    >>> found = form("a.csv", ["height;width", "1,5;2"])
    >>> found.separator, found.decimal, found.titles
    (';', ',', ('height', 'width'))

    Raises PartError where there are no rows, or one column that another separator would cut.
    """
    comments = len(list(takewhile(is_comment, lines)))
    if head := arff.head(name, lines):
        titles, before = head
        return Form(arff.separator(lines[before:]), ".", titles, before, len(titles), arff=True)
    if lines[1:] and all(map(_INDEXED.fullmatch, lines)):
        raise PartError(f"{name} holds index:value pairs, as LIBSVM has them; {remedy(name, '.libsvm')}")
    if ruled := any(map(_RULE.fullmatch, lines)):
        lines = list(map(without_rule, lines))
    marked = [line.lstrip("#% ") for line in lines[:comments] if not line.startswith("sep=")][-1:]
    mark = separator or _separator(name, lines[comments:])
    found = records(name, lines[comments:], mark, comments)
    rows = [(line, [cell.strip() for cell in row]) for line, row in found]
    if not rows:
        raise PartError(f"{name} is empty, expected rows, and a line before them that names the columns")
    if separator is None and len(rows[0][1]) == 1:
        _check_one_column(name, lines[comments:])
    decimal = _decimal(mark, [row for _, row in rows])
    if titled := title_lines([row for _, row in rows], decimal):
        comments, rows = rows[titled - 1][0], rows[titled:]
    (line, first), body = rows[0], [row for _, row in rows[1:]]
    made = partial(Form, mark, decimal, ruled=ruled)
    if header is not False and (names := names_in_two_lines(first, body, decimal)):
        return made(names, rows[1][0], len(names), comments, headers=2)
    if header or (header is None and names_columns(first, body, decimal)):
        titles = fitted(first, body)
        return made(titles, line, len(titles), comments)
    for _, named in records(name, marked, mark):  # as numpy.savetxt writes it
        if len(named) == len(first):
            return made(tuple(map(str.strip, named)), comments, len(first), comments - 1)
    return made(None, comments, len(first), comments)


def _check_one_column(name: str, lines: Sequence[str]) -> None:
    """Raise PartError where lines that no usual separator cuts are cut alike by another."""
    lines = [line for line in lines if line.strip()]
    for mark in dict.fromkeys(re.findall(r"[^\w\s.+'\"-]", lines[0])):
        counts = {line.count(mark) for line in lines}
        if len(counts) == 1 and all(line.startswith('"') and line.rstrip().endswith('"') for line in lines):
            told = "each line stands in quotes as a whole, which makes it one column; take these quotes out"
            raise PartError(f"{name}: {told}")
        if len(counts) == 1:
            told = f"{json.dumps(mark)} cuts every line into {counts.pop() + 1}"
            raise PartError(f"{name} has one column; separator = {told}", "separator")


def _separator(name: str, lines: Sequence[str]) -> str:
    """The first that cuts all lines alike; of none, the one that cuts most of them alike; else the comma."""
    shares = {}
    for mark in _SEPARATORS:
        try:
            rows = [row for _, row in records(name, lines, mark)]
        except PartError:
            continue
        widths = [len(row) for row in rows]
        usual, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        aligned = any("  " in cell.strip() for cell in rows[0]) if rows else False
        aligned |= mark == BLANKS and any(row[0].endswith(",") for row in rows[-1:])
        titled = usual > 2 and mark not in (",", BLANKS)  # a title above a table, which is told
        if usual == 1 or aligned or (widths[0] == 1 and not titled):
            continue
        rest = {*(widths[1:] or widths)}
        if len(rest) == 1 and abs(usual - widths[0]) <= 1:
            return mark
        if 2 * count > len(widths):
            shares[mark] = count / len(widths)
    return max(shares, key=lambda mark: shares[mark], default=",")


def _decimal(separator: str, rows: Sequence[Sequence[str]]) -> str:
    """Beside numbers with a point, a comma is the mark where it is so in most numbers of a column."""
    commas, points = ([*filter(mark.fullmatch, chain(*rows))] for mark in (_COMMA, _POINT))
    if separator == "," or points:  # in quotes, or beside numbers with a point
        commas = commas if any(not _THOUSANDS.fullmatch(cell) for cell in commas) else []
    usual = not points or any(map(_mostly_commas, zip_longest(*rows, fillvalue="")))
    return "," if commas and usual and all(map(_THOUSANDS_BY_POINT.fullmatch, points)) else "."


def _mostly_commas(cells: Sequence[str]) -> bool:
    commas = sum(_COMMA.fullmatch(cell) is not None for cell in cells)
    return 2 * commas > sum(number(cell) is not None for cell in cells) + commas
