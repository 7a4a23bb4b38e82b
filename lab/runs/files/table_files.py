"""The files of a table, written piece by piece."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from lab.runs.files.csv_files import csv, has_pyarrow
from lab.storage import unwritten, written

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    import pandas as pd


class TableFiles:
    """``<path>.csv``, and ``<path>.parquet`` where pyarrow is installed: whole at the end of the context.

    All pieces have the same columns, of the same kinds.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._files, self._begun = path, ExitStack(), False
        self._parquet: Any = None
        self._columns: list[Any] = []

    def __enter__(self) -> Self:
        csv_path = self.path.with_name(f"{self.path.name}.csv")
        self._csv = self._files.enter_context(written(csv_path))
        if has_pyarrow():
            parquet_path = self.path.with_name(f"{self.path.name}.parquet")
            self._parquet_file = self._files.enter_context(written(parquet_path))
        return self

    @property
    def written(self) -> list[Path]:
        """The files that are there."""
        kinds = (self.path.with_name(f"{self.path.name}.{kind}") for kind in ("csv", "parquet"))
        return [path for path in kinds if path.is_file()]

    def append(self, piece: pd.DataFrame) -> None:
        """Put more rows to the table. Raises StorageError where they cannot be written."""
        self._columns = self._columns or list(piece.columns)
        assert list(piece.columns) == self._columns, (
            f"{self.path.name}: {list(piece.columns)} are no rows of {self._columns}"
        )
        try:
            self._csv.write(csv(piece, header=not self._begun))
            if has_pyarrow():
                self._append_parquet(piece)
        except OSError as error:
            raise unwritten(self.path.with_name(f"{self.path.name}.csv"), error, self._csv.tell()) from error
        self._begun = True

    def _append_parquet(self, piece: pd.DataFrame) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        schema = None if self._parquet is None else self._parquet.schema
        rows = pyarrow.Table.from_pandas(piece, schema=schema, preserve_index=False)
        if self._parquet is None:
            self._parquet = ParquetWriter(self._parquet_file, rows.schema)
        self._parquet.write_table(rows)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._parquet is not None:
            self._parquet.close()
        self._files.__exit__(kind, error, trace)
