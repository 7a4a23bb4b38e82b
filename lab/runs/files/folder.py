"""A run's folder: plain files that are there whole or not at all.

``<root>/<name>/<run-id>/`` holds experiment.toml (the exact bytes), resolved.toml, run.json, tables/,
plots/, trials/ (the sealed parts: the readings of each chunk) and the sums of the others, SHA256SUMS. The
run-id is the time of the start and sorts by it.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import LabError, StorageError, system_reason
from lab.runs.files.anonymity import anonymous
from lab.runs.files.csv_files import read
from lab.runs.files.sums import keep_sums, require_whole
from lab.runs.files.table_files import growing
from lab.runs.files.whereabouts import word
from lab.spelling import did_you_mean
from lab.storage import Migrations, migrated, write

if TYPE_CHECKING:
    import pandas as pd
    from filelock import AcquireReturnProxy, FileLock

    from lab.runs.files.part_files import PartFiles

TABLES = ("layers", "steps", "trials", "variants", "histograms", "curves", "prediction")
"""The tables that every run has."""

EVER = ("layers", "steps", "trials", "variants")
"""Those of them that a run of any version has."""

ON_REQUEST = {"neurons": "record.neurons"}
"""The tables that a run has where its file asks for them: name → the key that asks."""

RUN_VERSION = 1
"""The version of a run's folder, the key ``schema`` of run.json: the newest that this lab reads."""

MIGRATIONS: Migrations = {}
"""How run.json of an older version is brought up to the next: version → function of what it says."""

UNCHECKED = "unchecked: "
"""How a note begins that says how an activation of one's own fails its checks, which trained all the same."""

_OWNER = re.compile(r"\d+ on [\w.-]+")


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    A table that was read is kept for as long as its file is the same.
    """

    path: Path
    _read: dict[str, tuple[tuple[int, ...], pd.DataFrame]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __reduce__(self) -> tuple[type[RunFolder], tuple[Path]]:
        """What goes to another process: the path, without the tables."""
        return RunFolder, (self.path,)

    def __str__(self) -> str:
        return f"{self.name}/{self.id}"

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self._absolute.parent.name

    @property
    def id(self) -> str:
        """The time of the start, in UTC: ``20260131-235959``, with ``-2`` … where runs started together."""
        return self._absolute.name

    @property
    def _absolute(self) -> Path:
        """The path with all its names, also where it is ``.`` in the run's folder."""
        return Path(os.path.abspath(self.path))

    @property
    def plots(self) -> Path:
        return self.path / "plots"

    @property
    def parts(self) -> PartFiles:
        """The files of the parts of its chunks, and of their checkpoints."""
        from lab.runs.files.part_files import PartFiles

        return PartFiles(self.path / "trials")

    @property
    def info(self) -> dict[str, Any]:
        """What run.json says, brought up to date. Raises StorageError where it cannot be read."""
        try:
            info = _Info(self.path, json.loads((self.path / "run.json").read_text(encoding="utf-8")))
        except OSError as error:
            raise StorageError(f"{self.path}: is not a run: run.json: {system_reason(error)}") from error
        except (ValueError, TypeError, RecursionError) as error:
            raise StorageError(f"{self.path}: run.json is damaged: {error}") from error
        version = info.get("schema", 1)
        if type(version) is int and version > RUN_VERSION:
            raise StorageError(
                f"{self.path}: needs a newer lab: this one reads runs of schema {RUN_VERSION}, got {version}"
            )
        return _Info(self.path, migrated(info, MIGRATIONS))

    def describe(self, info: Mapping[str, Any]) -> None:
        """Write run.json, without the user's name and home."""
        told = {key: value if key == "folder" else anonymous(value) for key, value in info.items()}
        text = json.dumps({"schema": RUN_VERSION, **told}, indent=1, ensure_ascii=False)
        write(self.path / "run.json", text + "\n")
        self.keep_sums([self.path / "run.json"])

    def keep_sums(self, files: Iterable[Path], forget: str | None = None) -> None:
        """Write down the sums of files that were written into the run, as `sums.keep_sums` does."""
        keep_sums(self.path, files, forget)

    def require_inside(self) -> None:
        """Raise StorageError where a link would lead what is written out of the run's folder."""
        within = [self.path / name for name in ("tables", "plots", "trials", ".data", ".lock", ".owner")]
        for path in (self.path, self.path.parent, *within):
            if path.is_symlink():
                raise StorageError(f"{path}: is a link, which may lead out of the run; remove the link")

    def keep_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write each table as CSV, and as Parquet where pyarrow is installed."""
        with self.growing_tables() as grow:
            for name, table in tables.items():
                grow(name, table)

    @contextmanager
    def growing_tables(self) -> Iterator[Callable[[str, pd.DataFrame], None]]:
        """What puts more rows to a table; the tables are there, whole, at the end of the context.

        All pieces of a table have the same columns. Raises as `require_inside`.
        """
        self.require_inside()
        with ExitStack() as files:
            growing_files: dict[str, Callable[[pd.DataFrame], None]] = {}

            def grow(name: str, piece: pd.DataFrame) -> None:
                if name not in growing_files:
                    growing_files[name] = files.enter_context(growing(self.path / "tables" / name))
                growing_files[name](piece)

            yield grow
        folder = self.path / "tables"
        paths = (folder / f"{name}.{kind}" for name in growing_files for kind in ("csv", "parquet"))
        keep_sums(folder, filter(Path.is_file, paths), forget="")

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name.

        Raises LabError where no table has this name, or the run's file did not ask for it; StorageError
        where it is not there.
        """
        if name not in (*TABLES, *ON_REQUEST):
            raise LabError(f"there is no table {name!r}; {did_you_mean(name, (*TABLES, *ON_REQUEST))}")
        path = self.path / "tables" / f"{name}.csv"
        if not path.is_file():
            if name in ON_REQUEST and (self.path / "tables" / f"{TABLES[0]}.csv").is_file():
                key = ON_REQUEST[name]
                raise LabError(f"{self.path}: this run did not record {name!r}; run again with -o {key}=true")
            lost = f"{self.path}: has no table {name!r}: the run has not ended, or the table is lost"
            raise StorageError(f"{lost}; {self._mended('make it')}")
        file = path.stat()
        same = file.st_ino, file.st_size, file.st_mtime_ns
        try:
            if name not in self._read or self._read[name][0] != same:
                require_whole(path)
                self._read[name] = same, read(path)
        except StorageError as error:
            raise StorageError(f"{error}; {self._mended('make it again')}") from None
        return self._read[name][1].assign()  # a copy as soon as it is changed, in pandas 2 at once

    def _mended(self, make: str) -> str:
        """How a table comes back: the lab makes it again, but not of a run that it watched."""
        resume = f"{make} with: lab resume {word(self.path)}"
        return "put back what was written" if self.was_watched else resume

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name that are there; a run of an earlier version may lack one. Raises as `table`."""
        folder = self.path / "tables"
        there = {name for name in (*TABLES, *ON_REQUEST) if (folder / f"{name}.csv").is_file()}
        wanted = there | {*EVER} if there else {*TABLES}
        return {name: self.table(name) for name in (*TABLES, *ON_REQUEST) if name in wanted}

    def kept(self, name: str) -> dict[str, pd.DataFrame]:
        """The table ``name`` that `keep_tables` wrote, under its name; empty where there is none."""
        path = self.path / "tables" / f"{name}.csv"
        return {name: read(path)} if path.is_file() else {}

    @cached_property
    def _lock(self) -> FileLock:
        from filelock import FileLock

        return FileLock(self.path / ".lock")

    def lock(self) -> AcquireReturnProxy[FileLock]:
        """Lock the run for writing, to the end of the context; by this same object it may be locked again.

        Raises StorageError where another process holds the kernel's lock, or a link leads out of the run.
        """
        from filelock import Timeout

        self.require_inside()
        owner = self.path / ".owner"
        try:
            held = self._lock.acquire(blocking=False)
            owner.write_text(f"{os.getpid()} on {platform.node()}", encoding="utf-8")
        except Timeout:
            told = owner.read_text(encoding="utf-8", errors="replace") if owner.is_file() else ""
            process = f": process {told}" if _OWNER.fullmatch(told) else ""
            raise StorageError(f"{self.path}: another process is writing into this run{process}") from None
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be written: {system_reason(error)}") from error
        return held

    @property
    def status(self) -> str:
        """That of run.json; see `status_of`."""
        return self.status_of(self.info)

    def status_of(self, info: Mapping[str, Any]) -> str:
        """What run.json tells, but ``interrupted`` where it is ``running`` and nothing holds the lock."""
        from filelock import FileLock, Timeout

        status = str(info["status"])
        if status != "running":
            return status
        with suppress(OSError, Timeout), FileLock(self.path / ".lock", blocking=False):
            return "interrupted"
        return status

    @property
    def is_unfinished(self) -> bool:
        """Whether it has no tables since its trials have not all ended, not because they were lost."""
        has_tables = (self.path / "tables" / f"{TABLES[0]}.csv").is_file()
        return not has_tables and self.status in ("running", "interrupted")

    @property
    def was_watched(self) -> bool:
        """Whether it is told that a script of one's own trained it, under `lab.watch`."""
        with suppress(StorageError):
            return "watched" in self.info
        return False

    @property
    def can_go_on(self) -> bool:
        """Whether it was interrupted, and the lab can finish it: not what was watched, or is damaged."""
        with suppress(StorageError):
            info = self.info
            return "watched" not in info and self.status_of(info) == "interrupted"
        return False

    def ended(self, status: str) -> None:
        """Write into run.json how the run ended, and when."""
        self.describe({**self.info, **ending(status)})


class _Info(dict[str, Any]):
    """What run.json says; a key that it lacks is a StorageError that names it."""

    def __init__(self, path: Path, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._path = path

    def __missing__(self, key: str) -> Any:
        raise StorageError(f"{self._path}: run.json is damaged: it has no {key!r}")


def ending(status: str) -> dict[str, Any]:
    """What run.json says of a run that ends now: how, and when."""
    return {"status": status, "ended": now().isoformat(timespec="seconds")}


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)
