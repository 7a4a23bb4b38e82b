"""The files of a table, written piece by piece, and the sums that tell a damaged one."""

from __future__ import annotations

import io
from contextlib import ExitStack
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self

from lab.errors import StorageError
from lab.runs.csv_files import csv, has_pyarrow
from lab.storage import write, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    import pandas as pd

SUMS = "SHA256SUMS"
"""The file beside the tables that holds their sha256, as ``sha256sum --check`` reads it."""


class TableFiles:
    """``<path>.csv``, and ``<path>.parquet`` where pyarrow is installed: whole at the end of the context.

    All pieces have the same columns, of the same kinds.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._files, self._begun = path, ExitStack(), False
        self._parquet: Any = None

    def __enter__(self) -> Self:
        csv_path = self.path.with_name(f"{self.path.name}.csv")
        self._csv = self._files.enter_context(written(csv_path))
        if has_pyarrow():
            parquet_path = self.path.with_name(f"{self.path.name}.parquet")
            self._parquet_file = self._files.enter_context(written(parquet_path))
        return self

    def append(self, piece: pd.DataFrame) -> None:
        """Put more rows to the table. Raises StorageError where they cannot be written."""
        try:
            self._csv.write(csv(piece, header=not self._begun))
            if has_pyarrow():
                self._append_parquet(piece)
        except OSError as error:
            raise StorageError(f"{self.path}.csv: cannot be written: {error.strerror}") from error
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


def keep_sums(folder: Path, names: list[str]) -> None:
    """Write down the sha256 of these tables, beside those of the others that are there."""
    known = {name: digest for name, digest in sums(folder).items() if (folder / name).is_file()}
    for name in names:
        for path in (folder / f"{name}.csv", folder / f"{name}.parquet"):
            if path.is_file():
                known[path.name] = digest_of(path)
    write(folder / SUMS, "".join(f"{known[name]}  {name}\n" for name in sorted(known)))


def sums(folder: Path) -> Mapping[str, str]:
    """The sha256 of the tables of a folder, by their files; empty where none were kept."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split("  ", 1) for line in lines if "  " in line)
    return {name: digest for digest, name in pairs}


def digest_of(path: Path) -> str:
    """The sha256 of a file, read block by block."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(io.DEFAULT_BUFFER_SIZE * 16):
            digest.update(block)
    return digest.hexdigest()


def require_whole(path: Path) -> None:
    """Raise StorageError where a table is not what was written; one without a sum is taken as it is."""
    kept = sums(path.parent).get(path.name)
    if kept is not None and digest_of(path) != kept:
        raise StorageError(f"{path}: is damaged: its content is not what was written")
