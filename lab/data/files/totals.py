"""A row of totals at the end of a table, as spreadsheets have it, which is no example."""

from collections.abc import Mapping

import numpy as np

from lab.data.files.cells import Column

_ROWS = 5
"""Above a row of totals stand at least so many."""


def ends_in_totals(columns: Mapping[str, Column]) -> bool:
    """Whether the numbers of the last row are the sums of those above, and another cell is empty or unlike.

    >>> kinds = np.array([*"ababab", "Total"], dtype=object)
    >>> sales = np.array([1.0, 2, 3, 4, 5, 6, 21])
    >>> ends_in_totals({"kind": kinds, "sales": sales, "gain": 0.1 * sales})
    True
    >>> ends_in_totals({"kind": kinds, "sales": sales, "gain": sales**2})
    False
    """
    rows = [column for column in columns.values() if column.ndim == 1]
    numbers = [one for one in rows if one.dtype.kind == "f" and np.isfinite(one[-1])]
    others = [one for one in rows if one.dtype.kind == "O" or not np.isfinite(one[-1])]
    if len(numbers) < 2 or len(numbers[0]) <= _ROWS:
        return False
    return all(map(_ends_in_sum, numbers)) and any(
        one.dtype.kind == "f" or one[-1] == "" or one[-1] not in one[:-1] for one in others
    )


def _ends_in_sum(column: Column) -> bool:
    """Whether the last number is the sum of the others: exactly of whole ones, else but for its rounding."""
    above, last = column[:-1][~np.isnan(column[:-1])], column[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        total = above.sum()
    near = 0.0 if (above == np.floor(above)).all() else 1e-3
    return bool(last != 0 and np.isclose(total, last, rtol=near, atol=0))
