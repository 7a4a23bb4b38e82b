"""The files of a table, written piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from lab.runs.files.csv_files import csv, has_pyarrow
from lab.storage import unwritten, written

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


@contextmanager
def growing(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """What puts more rows to ``<path>.csv``, and to ``<path>.parquet`` where pyarrow is installed.

    Both are there, whole, at the end of the context. All pieces have the same columns, of the same kinds.
    Raises StorageError where they cannot be written.
    """
    csv_path, parquet_path = (path.with_name(f"{path.name}.{kind}") for kind in ("csv", "parquet"))
    with ExitStack() as files:
        file = files.enter_context(written(csv_path))
        parquet_file = files.enter_context(written(parquet_path)) if has_pyarrow() else None
        columns: list[Any] = []
        writer: Any = None

        def append(piece: pd.DataFrame) -> None:
            nonlocal columns, writer
            begun, columns = bool(columns), columns or list(piece.columns)
            assert list(piece.columns) == columns, (
                f"{path.name}: {list(piece.columns)} are no rows of {columns}"
            )
            try:
                file.write(csv(piece, header=not begun))
                if parquet_file is not None:
                    import pyarrow
                    from pyarrow.parquet import ParquetWriter

                    schema = None if writer is None else writer.schema
                    rows = pyarrow.Table.from_pandas(piece, schema=schema, preserve_index=False)
                    writer = writer or files.enter_context(ParquetWriter(parquet_file, rows.schema))
                    writer.write_table(rows)
            except OSError as error:
                raise unwritten(csv_path, error, file.tell()) from error

        yield append
