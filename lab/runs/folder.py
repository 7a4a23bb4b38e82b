"""A run's folder: plain files that are there whole or not at all.

``<root>/<name>/<run-id>/`` holds experiment.toml (the exact bytes), resolved.toml, run.json, tables/,
plots/ and trials/ (the sealed parts: the readings of each chunk). The run-id is the time of the start and
sorts by it.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from lab.errors import LabError, StorageError, did_you_mean
from lab.runs.cells import guarded, unguarded
from lab.storage import Migrations, migrated, seal, unsealed, write

if TYPE_CHECKING:
    import pandas as pd
    from filelock import FileLock

    from lab.experiment.variants import Plan
    from lab.runs.preparation import Chunk
    from lab.training.recorder import Readings

TABLES = ("layers", "steps", "trials", "variants", "histograms", "curves", "prediction")
"""The tables that every run has."""

ON_REQUEST = {"neurons": "record.neurons"}
"""The tables that a run has where its file asks for them: name → the key that asks."""

RUN_VERSION = 1
"""The version of a run's folder, the key ``schema`` of run.json: the newest that this lab reads."""

MIGRATIONS: Migrations = {}
"""How run.json of an older version is brought up to the next: version → function of what it says."""


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run."""

    path: Path

    def __str__(self) -> str:
        return f"{self.name}/{self.id}"

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.path.parent.name

    @property
    def id(self) -> str:
        """The time of the start, in UTC: ``20260131-235959``, with ``-2`` … where runs started together."""
        return self.path.name

    @property
    def plots(self) -> Path:
        return self.path / "plots"

    @property
    def info(self) -> dict[str, Any]:
        """What run.json says, brought up to date. Raises StorageError where it cannot be read."""
        try:
            info: dict[str, Any] = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise StorageError(f"{self.path}: is not a run: run.json: {error.strerror}") from error
        except ValueError as error:
            raise StorageError(f"{self.path}: run.json is damaged: {error}") from error
        version = info.get("schema", 1)
        if type(version) is int and version > RUN_VERSION:
            raise StorageError(
                f"{self.path}: needs a newer lab: this one reads runs of schema {RUN_VERSION}, got {version}"
            )
        return migrated(info, MIGRATIONS)

    def describe(self, info: Mapping[str, Any]) -> None:
        """Write run.json, without the user's name and home."""
        from lab.runs.provenance import anonymous

        told = {key: value if key == "folder" else anonymous(value) for key, value in info.items()}
        text = json.dumps({"schema": RUN_VERSION, **told}, indent=1, ensure_ascii=False)
        write(self.path / "run.json", text + "\n")

    def keep_part(self, chunk: Chunk, readings: Readings) -> None:
        """Write the sealed part of a chunk: an npz of plain arrays, of those that were asked for."""
        import numpy as np

        file = io.BytesIO()
        arrays = {name: np.asarray(value) for name, value in vars(readings).items() if value is not None}
        np.savez(file, **arrays)  # type: ignore[arg-type]  # allow_pickle= is a name of an array to numpy 2.0
        seal(self._part_path(chunk), file.getvalue())

    def part(self, chunk: Chunk) -> Readings:
        """Read the part of a chunk again. Raises StorageError where it is missing or damaged."""
        import numpy as np

        from lab.training.recorder import Readings

        path = self._part_path(chunk)
        try:
            with np.load(io.BytesIO(unsealed(path)), allow_pickle=False) as part:
                values: dict[str, Any] = dict(part)
            columns = tuple(map(str, values.pop("columns")))
            return Readings(columns=columns, seconds=float(values.pop("seconds")), **values)
        except (ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise StorageError(f"{path}: is not a part of a run: {error}") from error

    def has_part(self, chunk: Chunk) -> bool:
        """Whether the part of a chunk is there and whole."""
        try:
            self.part(chunk)
        except StorageError:
            return False
        return True

    def _part_path(self, chunk: Chunk) -> Path:
        name = f"variant-{chunk.variant:04d}-trials-{chunk.first:05d}-{chunk.stop - 1:05d}.npz"
        return self.path / "trials" / name

    def require_inside(self) -> None:
        """Raise StorageError where a link would lead what is written out of the run's folder."""
        within = [self.path / name for name in ("tables", "plots", "trials", ".lock")]
        for path in (self.path, self.path.parent, *within):
            if path.is_symlink():
                raise StorageError(f"{path}: is a link, which may lead out of the run; remove the link")

    def keep_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write each table as CSV, and as Parquet where pyarrow is installed."""
        self.require_inside()
        for name, table in tables.items():
            write(self.path / "tables" / f"{name}.csv", csv(table))
            if has_pyarrow():
                write(self.path / "tables" / f"{name}.parquet", bytes(table.to_parquet(index=False)))

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
            raise StorageError(
                f"{self.path}: has no table {name!r}: the run has not ended; end it with: lab resume {self}"
            )
        return read(path)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name that are there; a run of an earlier version may lack one. Raises as `table`."""
        folder = self.path / "tables"
        there = [name for name in (*TABLES, *ON_REQUEST) if (folder / f"{name}.csv").is_file()]
        return {name: self.table(name) for name in there or TABLES}

    def lock(self) -> FileLock:
        """Lock the run for writing.

        Raises StorageError where another process holds the kernel's lock, or a link leads out of the run.
        """
        from filelock import FileLock, Timeout

        self.require_inside()
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise StorageError(f"{self.path}: another process is writing into this run") from None
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be written: {error.strerror}") from error
        return lock

    @property
    def status(self) -> str:
        """That of run.json, but ``interrupted`` where it is ``running`` and nothing holds the lock."""
        status = str(self.info["status"])
        if status == "running":
            with suppress(StorageError):
                self.lock().release()
                return "interrupted"
        return status


def results_root(given: str | Path | None = None) -> Path:
    """Where results are kept: as given, else $LAB_RESULTS, else ``results`` under the current folder."""
    return Path(given or os.environ.get("LAB_RESULTS") or "results")


def create(plan: Plan, root: Path) -> RunFolder:
    """Make the folder of a new run and write the experiment into it.

    Raises StorageError where that cannot be, before anything is trained.
    """
    from lab.experiment.variants import resolved

    home = root / plan.name
    try:
        root.mkdir(parents=True, exist_ok=True)
        alike = [other.name for other in root.iterdir() if other.name.lower() == plan.name.lower()]
        if alike and plan.name not in alike:
            raise StorageError(f"{root}: {plan.name!r} and {alike[0]!r} differ only in case; rename one")
        home.mkdir(exist_ok=True)
        if not home.resolve().is_relative_to(root.resolve()):
            raise StorageError(f"{home}: leads out of {root}; remove the link")
        folder = RunFolder(_new_folder(home))
        for part in ("tables", "plots", "trials"):
            (folder.path / part).mkdir()
    except OSError as error:
        raise StorageError(
            f"{error.filename or home}: results cannot be kept here: {error.strerror}"
        ) from error
    write(folder.path / "experiment.toml", plan.source.data)
    write(folder.path / "resolved.toml", resolved(plan))
    return folder


def runs(root: Path) -> list[RunFolder]:
    """All runs under a root, the oldest first."""
    found = [RunFolder(path.parent) for path in root.glob("*/*/run.json")]
    return sorted(found, key=lambda run: (run.id, run.name))


def find(text: str, root: Path) -> RunFolder:
    """The run that the text means: a path, a name (its newest run), a run-id, or the beginning of one.

    Raises LabError where it means none, or several.
    """
    if (Path(text) / "run.json").is_file():
        return RunFolder(Path(text))
    known = runs(root)
    if named := [run for run in known if run.name == text]:
        return named[-1]
    exact = [run for run in known if text in (run.id, str(run))]
    begun = [run for run in known if run.id.startswith(text) or str(run).startswith(text)]
    for meant in (exact, begun):
        if len(meant) == 1:
            return meant[0]
    if begun:
        raise LabError(f"{text!r} may be any of: {', '.join(map(str, begun))}")
    if not known:
        raise LabError(f"there are no runs under {root}; start one with: lab run EXPERIMENT.toml")
    raise LabError(f"there is no run {text!r}; {did_you_mean(text, {run.name for run in known})}")


def require_same_data(first: RunFolder, second: RunFolder, names: tuple[str, str]) -> None:
    """Raise LabError where the data differ, for then the same seed does not pair the trials."""
    given = [{data["sha256"]: data["name"] for data in run.info["data"]} for run in (first, second)]
    if given[0].keys() != given[1].keys():
        a, b = (
            ", ".join(f"{name} (sha256 {digest[:8]}…)" for digest, name in data.items()) + f" in {run}"
            for data, run in zip(given, names, strict=True)
        )
        raise LabError(
            f"the runs have different data, so that their trials are no pairs: {a} and {b}; "
            "run one again with the data of the other"
        )


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _new_folder(home: Path) -> Path:
    begun = now().strftime("%Y%m%d-%H%M%S")
    for name in (begun, *(f"{begun}-{number}" for number in range(2, 1000))):
        with suppress(FileExistsError):
            (home / name).mkdir()
            return home / name
    raise StorageError(f"{home}: more than 999 runs started in one second")


def csv(table: pd.DataFrame) -> bytes:
    """The table as CSV; what is missing is empty, numbers have all their digits, texts are `guarded`.

    pyarrow is about ten times as fast; it writes the same numbers in its own way, 0 for 0.0, and quotes all
    words.
    """
    table = guarded(table)
    if not has_pyarrow():
        return table.to_csv(index=False, lineterminator="\n").encode()
    import pyarrow
    from pyarrow.csv import write_csv

    out = pyarrow.BufferOutputStream()
    write_csv(pyarrow.Table.from_pandas(table, preserve_index=False), out)
    return bytes(out.getvalue())


def read(path: Path) -> pd.DataFrame:
    """The table of a CSV file, with the very numbers that were written."""
    import pandas as pd

    # From 3.1 on pandas reads a float as it was written, and warns where it is asked to.
    old = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
    exact: dict[str, Any] = {"float_precision": "round_trip"} if old else {}
    return unguarded(pd.read_csv(path, keep_default_na=False, na_values=[""], **exact))


def has_pyarrow() -> bool:
    """Whether CSV can be written faster, and Parquet at all."""
    return find_spec("pyarrow") is not None
