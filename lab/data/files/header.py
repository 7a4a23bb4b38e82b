"""The lines at the beginning of a table that name its columns, and those above them that do not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import TypeAlias

from lab.data.counts import ROWS_OF_A_KIND, few
from lab.data.files.cells import MISSING, number

Row: TypeAlias = list[str]
"""The cells of a line, without blanks around them."""

_YEARS = range(1800, 2101)
_LEAST_WIDTH = 3
"""Of fewer columns than so, a line above the others names columns."""


def names_columns(titles: Row, body: Sequence[Row], decimal: str) -> bool:
    """Whether the first line of a file names its columns.

    Numbers in it do so where they count, or rise beside a text that is no value of its column.
    """
    over_columns = _over_columns(titles, body, decimal)
    if numbers := [value for title in titles if (value := number(title, decimal)) is not None]:
        first, count = numbers[0], len(numbers)
        counted = numbers == [first + index for index in range(count)]
        from_1 = counted and first == 1 and count > 3 and all(map(str.isdigit, titles))
        if from_1 and any((value := number(cell, decimal)) and value % 1 for row in body for cell in row):
            return True
        if counted and ((first == 0 and count > 2) or (first in _YEARS and count > 1)):
            return True
        rows = [row for row in body if row != titles]
        again = [title for title in _again(titles, rows) if number(title, decimal) is None]
        return over_columns and not again and all(low < high for low, high in pairwise(numbers))
    again = _again(titles, body)
    return over_columns or (len(set(titles)) == len(titles) and 2 * len(again) <= len(titles))


def _under(titles: Row, body: Sequence[Row]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each title, and the cells under it; none where no row is as wide."""
    columns = zip(*(row for row in body if len(row) == len(titles)), strict=True)
    return zip(titles, columns, strict=False)


def _again(titles: Row, body: Sequence[Row]) -> list[str]:
    """The titles that come again in their columns."""
    return [title for title, cells in _under(titles, body) if title in cells]


def _over_columns(titles: Row, body: Sequence[Row], decimal: str) -> bool:
    """Whether one of the titles is a text over numbers, or over a few other texts that come again.

    Where files were joined, the titles come again among the rows.
    """
    again = body.count(titles)
    for title, cells in _under(titles, body):
        if title in MISSING or number(title, decimal) is not None:
            continue
        kinds = Counter(cell for cell in cells if cell not in MISSING)
        others = kinds.keys() - ({title} if again == kinds[title] else set())
        if others and all(number(cell, decimal) is not None for cell in others):
            return True
        come_again = min(kinds.values(), default=0) >= ROWS_OF_A_KIND and few(len(kinds), kinds.total())
        if come_again and title not in kinds:
            return True
    return False


def names_in_two_lines(first: Row, body: Sequence[Row], decimal: str) -> tuple[str, ...] | None:
    """The names of columns that the first two lines give; None where they do not.

    The first has names of groups, with blanks behind them, or names that come again. Those in the second
    are enough where they differ.
    """
    upper, lower = first, body[0] if body else []
    named = upper if upper[0] else upper[1:]  # beside an index
    is_enough = len({*named}) == len(named) and all(named)
    if is_enough or not _LEAST_WIDTH <= len(upper) == len(lower):
        return None
    if any(number(title, decimal) is not None for title in (*upper, *lower)):
        return None
    if not _over_columns(lower, body[1:], decimal):
        return None
    names, group = [], ""
    for above, below in zip(upper, lower, strict=True):
        group = above or group
        names.append(f"{group} {below}".strip() if lower.count(below) > 1 or not below else below)
    return tuple(names)


def title_lines(rows: Sequence[Row], decimal: str) -> int:
    """How many rows before the one that names the columns hold a title in a single cell, or nothing."""
    filled = [[*filter(None, row)] for row in rows]
    titled = len(list(takewhile(lambda cells: len(cells) < 2, filled)))
    if not 0 < titled < len(rows) - 1 or not _LEAST_WIDTH <= len(rows[titled]) == len(rows[0]):
        return 0
    if any(number(cell, decimal) is not None for cells in filled[:titled] for cell in cells):
        return 0
    return titled if names_columns(rows[titled], rows[titled + 1 :], decimal) else 0


def fitted(titles: Row, body: Sequence[Row]) -> tuple[str, ...]:
    """The titles, "" where all rows have one more: an index before them, or nothing behind them."""
    found = {len(row) for row in body}
    if found == {len(titles) + 1}:
        return (*titles, "") if all(not row[-1] for row in body) else ("", *titles)
    if found == {len(titles) - 1} and not titles[-1]:
        return tuple(titles[:-1])
    return tuple(titles)
