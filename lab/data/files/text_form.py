"""How a text file writes a table: its separator, its decimal mark, whether its first line names columns."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile, zip_longest

from lab.data.counts import ROWS_OF_A_KIND, few
from lab.data.files import arff
from lab.data.files.cells import MISSING, number
from lab.data.files.kinds import remedy
from lab.errors import PartError, counted

BLANKS = " "
"""The separator that stands for any run of blanks and tabs."""

_SEPARATORS = ("\t", ";", "|", ",", BLANKS)
"""In the order in which they are tried: a comma may be a decimal mark, and a blank may be in a text."""

_WORDS = {"\t": "tabs", BLANKS: "blanks"}
_COMMENT = re.compile(r"[#%]|sep=")
_RULE = re.compile(r"(?=.*(--|==))[-=+|: \t]+[\r\n]*")
_INDEXED = re.compile(r"\S+(\s+\d+:\S+)+\s*")
_COMMA = re.compile(r"[+-]?\d*,\d+(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
_POINT = re.compile(r"[+-]?\d*\.\d+(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS_BY_POINT = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_YEARS = range(1800, 2101)


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

    def plain(self, line: str) -> str:
        """A line of the rows as CSV has it."""
        return arff.as_csv(line) if self.arff else without_rule(line) if self.ruled else line

    @property
    def notes(self) -> Iterator[str]:
        """What is unlike a file with commas and points whose first line names the columns."""
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
    if separator == BLANKS:
        lines = (line.strip(" \t\r\n").replace("\t", " ") for line in lines)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            if len(row) > 1 or any(row):
                yield before + reader.line_num, row
    except csv.Error as error:
        told = str(error)
        if told.endswith("expected after '\"'"):
            told += '; a quote within quotes is written twice, as ""'
        raise PartError(f"{name}: line {before + reader.line_num}: {told}") from error


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

    Raises PartError where there are no rows, and where what was given cuts the lines less well than another.
    """
    comments = len(list(takewhile(is_comment, lines)))
    if found := arff.head(name, lines):
        titles, before = found
        return Form(arff.separator(lines[before:]), ".", titles, before, len(titles), arff=True)
    if lines[1:] and all(map(_INDEXED.fullmatch, lines)):
        raise PartError(f"{name} holds index:value pairs, as LIBSVM has them; {remedy(name, '.libsvm')}")
    if ruled := any(map(_RULE.fullmatch, lines)):
        lines = list(map(without_rule, lines))
    marked = [line.lstrip("#% ") for line in lines[:comments] if not line.startswith("sep=")][-1:]
    mark = separator or _separator(name, lines[comments:])
    if separator is not None:
        _check_separator(name, separator, lines[comments:])
    rows = list(records(name, lines[comments:], mark, comments))
    if not rows:
        raise PartError(f"{name} is empty, expected rows, and a line before them that names the columns")
    if separator is None and len(rows[0][1]) == 1:
        _check_one_column(name, lines[comments:])
    decimal = _decimal(mark, [row for _, row in rows])
    if titled := _title_lines([row for _, row in rows], decimal):
        comments, rows = rows[titled - 1][0], rows[titled:]
    (line, first), body = rows[0], [row for _, row in rows[1:]]
    if header is not False and (names := _names_in_two_lines(first, body, decimal)):
        return Form(mark, decimal, names, rows[1][0], len(names), comments, ruled=ruled, headers=2)
    if header is None:
        header = _names_columns([title.strip() for title in first], body, decimal)
    if header:
        titles = _fitted([title.strip() for title in first], body)
        return Form(mark, decimal, titles, line, len(titles), comments, ruled=ruled)
    for _, named in records(name, marked, mark):  # as numpy.savetxt writes it
        if len(named) == len(first):
            return Form(
                mark, decimal, tuple(map(str.strip, named)), comments, len(first), comments - 1, ruled=ruled
            )
    return Form(mark, decimal, None, comments, len(first), comments, ruled=ruled)


def _check_separator(name: str, given: str, lines: Sequence[str]) -> None:
    """Raise PartError where another separator, but not this one, cuts all lines into as many fields."""
    better = _separator(name, lines)
    by_given, by_better = (_widths(name, lines, mark) for mark in (given, better))
    if (
        better != given
        and (by_given == {1} or len(by_given) > 1)
        and len(by_better) == 1
        and by_better != {1}
    ):
        cut = "leaves one column" if by_given == {1} else "does not cut all lines alike"
        told = f"{name}: separator = {given!r} {cut}; {better!r} makes {min(by_better)} columns"
        raise PartError(told, "separator")


def _check_one_column(name: str, lines: Sequence[str]) -> None:
    """Raise PartError where lines that no usual separator cuts are cut alike by another."""
    for mark in dict.fromkeys(re.findall(r"[^\w\s.+'\"-]", lines[0])):
        counts = {line.count(mark) for line in lines if line.strip()}
        if len(counts) == 1:
            told = f"{json.dumps(mark)} cuts every line into {counts.pop() + 1}"
            raise PartError(f"{name} has one column; separator = {told}", "separator")


def _widths(name: str, lines: Sequence[str], separator: str) -> set[int]:
    """The numbers of fields of the lines; none where quotes do not match."""
    try:
        return {len(row) for _, row in records(name, lines, separator)}
    except PartError:
        return set()


def _fitted(titles: list[str], body: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The titles, "" where all rows have one more: an index before them, or nothing behind them."""
    found = {len(row) for row in body}
    if found == {len(titles) + 1}:
        return (*titles, "") if all(not row[-1] for row in body) else ("", *titles)
    if found == {len(titles) - 1} and not titles[-1]:
        return tuple(titles[:-1])
    return tuple(titles)


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
    columns = [[cell.strip() for cell in cells] for cells in zip_longest(*rows, fillvalue="")]
    bare = [cell for cells in columns for cell in cells]
    commas, points = ([cell for cell in bare if mark.fullmatch(cell)] for mark in (_COMMA, _POINT))
    if separator == "," or points:  # in quotes, or beside numbers with a point
        commas = commas if any(not _THOUSANDS.fullmatch(cell) for cell in commas) else []
    usual = not points or any(map(_mostly_commas, columns))
    return "," if commas and usual and all(map(_THOUSANDS_BY_POINT.fullmatch, points)) else "."


def _mostly_commas(cells: Sequence[str]) -> bool:
    commas = sum(_COMMA.fullmatch(cell) is not None for cell in cells)
    return 2 * commas > sum(number(cell) is not None for cell in cells) + commas


def _title_lines(rows: Sequence[Sequence[str]], decimal: str) -> int:
    """How many rows before the one that names the columns hold a title in a single cell, or nothing."""
    filled = [[cell for cell in row if cell.strip()] for row in rows]
    titled = len(list(takewhile(lambda cells: len(cells) < 2, filled)))
    if not 0 < titled < len(rows) - 1 or not 3 <= len(rows[titled]) == len(rows[0]):
        return 0
    if any(number(cell, decimal) is not None for cells in filled[:titled] for cell in cells):
        return 0
    return (
        titled if _names_columns([cell.strip() for cell in rows[titled]], rows[titled + 1 :], decimal) else 0
    )


def _names_in_two_lines(
    first: Sequence[str], body: Sequence[Sequence[str]], decimal: str
) -> tuple[str, ...] | None:
    """The names of columns that the first two lines give; None where they do not.

    The first has names of groups, with blanks behind them, or names that come again. Those in the second
    are enough where they differ.
    """
    plain = len({*first}) == len(first) and all(map(str.strip, first))
    if (
        plain
        or len(first) < 3
        or len(body) < 2
        or len(body[0]) != len(first)
        or not _are_texts([*first, *body[0]], decimal)
    ):
        return None
    lower = [title.strip() for title in body[0]]
    if not _over_columns(lower, body[1:], decimal):
        return None
    names, group = [], ""
    for above, below in zip(map(str.strip, first), lower, strict=True):
        group = above or group
        names.append(f"{group} {below}".strip() if lower.count(below) > 1 or not below else below)
    return tuple(names)


def _are_texts(cells: Sequence[str], decimal: str) -> bool:
    return all(number(cell, decimal) is None for cell in cells)


def _over_columns(titles: Sequence[str], body: Sequence[Sequence[str]], decimal: str) -> bool:
    """Whether one of the titles is a text over numbers, or over a few other texts that come again.

    Where files were joined, the titles come again among the rows.
    """
    columns = zip(*(row for row in body if len(row) == len(titles)), strict=False)
    again = sum([cell.strip() for cell in row] == titles for row in body)
    for title, cells in zip(titles, columns, strict=False):
        if title in MISSING or number(title, decimal) is not None:
            continue
        kinds = Counter(cell.strip() for cell in cells if cell.strip() not in MISSING)
        others = kinds.keys() - ({title} if again == kinds[title] else set())
        if others and all(number(cell, decimal) is not None for cell in others):
            return True
        if (
            title not in kinds
            and min(kinds.values(), default=0) >= ROWS_OF_A_KIND
            and few(len(kinds), kinds.total())
        ):
            return True
    return False


def _names_columns(titles: Sequence[str], body: Sequence[Sequence[str]], decimal: str) -> bool:
    """Whether the first line of a file names its columns."""
    if _over_columns(titles, body, decimal):
        return True
    if numbers := [value for title in titles if (value := number(title, decimal)) is not None]:
        first, count = numbers[0], len(numbers)
        counted = numbers == [first + index for index in range(count)]
        return counted and ((first == 0 and count > 2) or (first in _YEARS and count > 1))
    columns = zip(*(row for row in body if len(row) == len(titles)), strict=False)
    again = [title in map(str.strip, cells) for title, cells in zip(titles, columns, strict=False)]
    return len(set(titles)) == len(titles) and 2 * sum(again) <= len(titles)
