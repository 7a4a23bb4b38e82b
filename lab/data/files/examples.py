"""The rows of a table that are its examples; others are empty, or hold names, units, notes or sums."""

from dataclasses import replace
from pathlib import PurePath

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.counts import few
from lab.data.files.cells import absent, column
from lab.data.files.selection import MOST_SLIPS, slips
from lab.data.files.table import Table
from lab.errors import PartError, counted

_ROWS = 5
"""Above a row of sums stand at least so many."""

_LEAST_WIDTH = 10
"""Of fewer columns of numbers no row tells the classes."""

_MOST_NAMED = 3
"""So many rows are named in a note."""

_TURNED = "import pandas; pandas.read_csv({0!r}, sep=None, engine='python', index_col=0).T.to_csv({1!r})"


def of_examples(table: Table) -> Table:
    """The table without the rows that are no examples; a note tells each kind of them.

    Raises PartError where a row of classes shows that the examples are the columns.
    """
    kinds = {
        "no value": _empty,
        "texts where others have numbers": _of_texts,
        "the sums of those above it": _of_sums,
    }
    for held, find in kinds.items():
        rows = find(table)
        if not rows.any() or rows.all():
            continue
        places, kept = table.places[rows], ~rows
        several = len(places) > 1
        named = f"{table.unit}{'s' * several} {', '.join(map(str, places))}"
        told = f"{named if len(places) <= _MOST_NAMED else counted(len(places), table.unit)} "
        told += f"hold {held} and are left out" if several else f"holds {held} and is left out"
        columns = {
            title: column(pd.Series(cells[kept])) if slips(cells) else cells[kept]
            for title, cells in table.columns.items()
        }
        table = replace(table, places=table.places[kept], columns=columns, notes=(*table.notes, told))
    return table


def _empty(table: Table) -> npt.NDArray[np.bool_]:
    rows = np.ones(len(table.places), dtype=np.bool_)
    for cells in table.columns.values():
        if rows.any():
            rows &= absent(cells)
    return rows


def _of_texts(table: Table) -> npt.NDArray[np.bool_]:
    """The rows with texts and no number in two columns of numbers or more: the first, the last, names again.

    >>> size, mass = (np.array(cells, dtype=object) for cells in (["mm", "size", "2"], ["", "mass", "7"]))
    >>> _of_texts(Table("a.csv", "line", np.array([2, 3, 4]), {"size": size, "mass": mass})).tolist()
    [True, True, False]
    """
    texts, numbers, names = (np.zeros(len(table.places), dtype=np.bool_) for _ in range(3))
    if any(cells.dtype.kind == "f" and not absent(cells).any() for cells in table.columns.values()):
        return texts
    among: list[str] = []
    width = 0
    for title, cells in table.columns.items():
        if 0 < len(words := slips(cells)) <= MOST_SLIPS:
            wrong = pd.Series(cells).isin(words).to_numpy()
            texts |= wrong
            numbers |= ~wrong & (cells != "")
            names |= cells == title
            among += cells[wrong].tolist()
            width += 1
        elif cells.dtype.kind == "f":
            numbers |= ~np.isnan(cells)
            width += 1
    rows = texts & ~numbers
    amid = slice(*np.flatnonzero(numbers)[[0, -1]]) if numbers.any() else slice(0)
    rows[amid] &= names[amid]
    if rows.sum() == 1 and _LEAST_WIDTH <= width == len(among) and few(len({*among}), len(among)):
        _refuse_turned(table, int(table.places[rows][0]), among[0])
    return rows & (width > 1)


def _refuse_turned(table: Table, place: int, kind: str) -> None:
    """Raise PartError where the first column names the features: the row of this place has classes."""
    names = next(iter(table.columns.values()))
    if names.dtype.kind != "O" or len({*names}) < len(names):
        return
    path = PurePath(table.name)
    line = _TURNED.format(table.name, str(path.with_name(f"{path.stem}-turned.csv")))
    told = f"holds {kind!r} and other classes, so that examples are columns, expected an example a row"
    raise PartError(f'{table.name}: {table.unit} {place}: {told}; this line turns it: python -c "{line}"')


def _of_sums(table: Table) -> npt.NDArray[np.bool_]:
    """The last row, where its numbers are the sums of those above, and another cell is empty or unlike.

    A sum is larger than each of them, so that none is taken for one of numbers most of which are 0.

    >>> kinds = np.array([*"ababab", "Total"], dtype=object)
    >>> sales = np.array([1.0, 2, 3, 4, 5, 6, 21])
    >>> table = Table("a.csv", "line", np.arange(7), {"kind": kinds, "sales": sales, "gain": 0.1 * sales})
    >>> _of_sums(table).tolist()[-2:], _of_sums(replace(table, columns={"gain": sales**2})).any()
    ([False, True], np.False_)
    """
    cells = [one for one in table.columns.values() if one.ndim == 1]
    numbers = [one for one in cells if one.dtype.kind == "f" and np.isfinite(one[-1])]
    others = [one for one in cells if one.dtype.kind == "O" or not np.isfinite(one[-1])]
    last = np.zeros(len(table.places), dtype=np.bool_)
    is_sum = len(numbers) > 1 and len(last) > _ROWS and all(map(_ends_in_sum, numbers))
    unlike = (one.dtype.kind == "f" or one[-1] == "" or one[-1] not in one[:-1] for one in others)
    last[-1] = is_sum and any(unlike)
    return last


def _ends_in_sum(numbers: npt.NDArray[np.float64]) -> bool:
    """Whether the last number is the sum of the others: exactly of whole ones, else but for its rounding."""
    above, last = numbers[:-1][~np.isnan(numbers[:-1])], numbers[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        total = above.sum()
    near = 0.0 if (above == np.floor(above)).all() else 1e-3
    is_larger = abs(last) > np.abs(above).max(initial=0.0)
    return bool(is_larger and np.isclose(total, last, rtol=near, atol=0))
