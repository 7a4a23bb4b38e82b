"""A table as CSV, and back with the very numbers that were written."""

from __future__ import annotations

from csv import writer
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import StorageError
from lab.runs.cells import guarded, unguarded

if TYPE_CHECKING:
    import pandas as pd


LABELS = {"variant": str, "a": str, "b": str}
"""The columns of labels of variants, which are texts also where all are numbers."""


def csv(table: pd.DataFrame, header: bool = True) -> bytes:
    """The table as CSV, with its ``header`` or without.

    What is missing is empty, numbers have all their digits, texts are `guarded`. Python's writer makes the
    bytes of `pandas.DataFrame.to_csv` in two thirds of its time. pyarrow is faster still; it writes the same
    numbers in its own way, 0 for 0.0, and quotes all words.
    """
    table = guarded(table)
    if not has_pyarrow():
        text = StringIO()
        lines = writer(text, lineterminator="\n")
        if header:
            lines.writerow(table.columns)
        lines.writerows(zip(*(_cells(table[name]) for name in table.columns), strict=True))
        return text.getvalue().encode()
    import pyarrow
    from pyarrow.csv import WriteOptions, write_csv

    out = pyarrow.BufferOutputStream()
    rows = pyarrow.Table.from_pandas(table, preserve_index=False)
    write_csv(rows, out, WriteOptions(include_header=header))
    return bytes(out.getvalue())


def _cells(column: pd.Series) -> list[Any]:
    """The cells of a column, for Python's writer, which leaves out None."""
    if column.dtype == "float64":
        return [None if x != x else x for x in column.tolist()]
    if column.dtype == "float32":
        return [None if x != x else str(x) for x in column.to_numpy()]
    return list(column.astype(object).where(column.notna(), None))


def read(path: Path) -> pd.DataFrame:
    """The table of a CSV file, with the very numbers that were written.

    Raises StorageError where it is no table.
    """
    import pandas as pd

    # From 3.1 on pandas reads a float as it was written, and warns where it is asked to.
    old = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
    exact: dict[str, Any] = {"float_precision": "round_trip"} if old else {}
    try:
        table = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=LABELS, **exact)
    except (OSError, ValueError) as error:  # what pandas raises of a file that is no table is a ValueError
        reason = " ".join(str(error).split())
        raise StorageError(f"{path}: is damaged: {reason}") from error
    return unguarded(table)


def has_pyarrow() -> bool:
    """Whether CSV can be written faster, and Parquet at all."""
    return find_spec("pyarrow") is not None
