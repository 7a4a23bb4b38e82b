"""Columns of a Parquet file."""

from pathlib import Path

import numpy as np

from lab.data.counts import check_size
from lab.data.files.table import Column, Rows, chosen, parsed
from lab.errors import PartError


def read(path: Path, name: str, target: str | list[str] | None) -> Rows:
    """The rows of the file; columns of numbers, truth values and texts are understood.

    Raises PartError where pyarrow is not installed, or the file is damaged, empty or larger than 2 GiB
    once unpacked.
    """
    import pandas as pd

    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise PartError(f"{name}: to read Parquet, run: pip install 'activation-lab[parquet]'") from error
    try:
        about = parquet.read_metadata(path)
        check_size(name, 8 * about.num_rows * about.num_columns)
        frame = pd.read_parquet(path, engine="pyarrow")
    except pa.ArrowException as error:
        raise PartError(f"{name} is not a Parquet file that can be read: {error}") from error
    if frame.empty:
        raise PartError(f"{name} is empty: {len(frame)} rows of {frame.shape[1]} columns")
    columns: dict[str, Column] = {}
    for title, values in frame.items():
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_complex_dtype(values):
            columns[str(title)] = values.to_numpy(dtype=np.float64, na_value=np.nan)
            continue
        cells = ["" if missing else value for value, missing in zip(values, values.isna(), strict=True)]
        if isinstance(values.dtype, pd.CategoricalDtype):
            cells = [str(cell) for cell in cells]
        if not all(isinstance(cell, str) for cell in cells):
            raise PartError(f"{name}: column {str(title)!r} holds {values.dtype}, expected numbers or texts")
        columns[str(title)] = parsed(cells)
    return chosen(name, "row", np.arange(1, len(frame) + 1, dtype=np.int64), columns, target)
