"""A run's folder: plain files that are there whole or not at all.

``<root>/<name>/<run-id>/`` holds experiment.toml (the exact bytes), resolved.toml, run.json, tables/,
plots/ and trials/ (the sealed parts). The run-id is the time of the start and sorts by it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from lab.errors import LabError, StorageError, did_you_mean
from lab.experiment.resolved import resolved
from lab.experiment.variants import Plan
from lab.runs import table_files
from lab.runs.tables import ON_REQUEST, TABLES
from lab.storage import Migrations, migrated, write

RUN_VERSION = 1
"""The version of a run's folder, the key ``schema`` of run.json: the newest that this lab reads."""

MIGRATIONS: Migrations = {}
"""How run.json of an older version is brought up to the next: version → function of what it says."""


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run."""

    path: Path

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.path.parent.name

    @property
    def id(self) -> str:
        """The time of the start, in UTC: ``20260131-235959``, with ``-2`` … where runs started together."""
        return self.path.name

    @property
    def parts(self) -> Path:
        """Where the sealed parts are."""
        return self.path / "trials"

    @property
    def plots(self) -> Path:
        """Where the plots are."""
        return self.path / "plots"

    @property
    def info(self) -> dict[str, Any]:
        """What run.json says, brought up to date. Raises StorageError where it cannot be read."""
        try:
            info: dict[str, Any] = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise StorageError(f"{self.path}: is no run: run.json: {error.strerror}") from error
        except ValueError as error:
            raise StorageError(f"{self.path}: run.json is damaged: {error}") from error
        version = info.get("schema", 1)
        if type(version) is int and version > RUN_VERSION:
            raise StorageError(
                f"{self.path}: needs a newer lab: this one reads runs of schema {RUN_VERSION}, got {version}"
            )
        return migrated(info, MIGRATIONS)

    def describe(self, info: Mapping[str, Any]) -> None:
        """Write run.json."""
        write(
            self.path / "run.json",
            json.dumps({"schema": RUN_VERSION, **info}, indent=1, ensure_ascii=False) + "\n",
        )

    def keep_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write each table as CSV, and as Parquet where pyarrow is installed."""
        for name, table in tables.items():
            write(self.path / "tables" / f"{name}.csv", table_files.csv(table))
            if table_files.has_parquet():
                write(self.path / "tables" / f"{name}.parquet", table_files.parquet(table))

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name. Raises StorageError where it is not there, LabError where none is called so.

        A table on request that the run's file did not ask for is a LabError too.
        """
        if name not in (*TABLES, *ON_REQUEST):
            raise LabError(f"there is no table {name!r}; {did_you_mean(name, (*TABLES, *ON_REQUEST))}")
        path = self.path / "tables" / f"{name}.csv"
        if not path.is_file():
            if name in ON_REQUEST and (self.path / "tables" / f"{TABLES[0]}.csv").is_file():
                raise LabError(
                    f"{self.path}: this run did not record {name!r}; say -o {ON_REQUEST[name]}=true "
                    f"and run again"
                )
            raise StorageError(
                f"{self.path}: has no table {name!r}: the run has not ended; "
                f"finish it with: lab resume {self.name}/{self.id}"
            )
        return table_files.read_csv(path)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name, those on request where they are there. Raises as `table`.

        A run of an earlier version may lack a table that came later.
        """
        folder = self.path / "tables"
        there = [name for name in (*TABLES, *ON_REQUEST) if (folder / f"{name}.csv").is_file()]
        return {name: self.table(name) for name in there or TABLES}

    def lock(self) -> FileLock:
        """The kernel's lock on the run, held as long as something writes into it.

        Raises StorageError where another process holds it.
        """
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
        """What run.json says, but ``interrupted`` where it says ``running`` and nothing holds the lock."""
        said = str(self.info["status"])
        if said != "running":
            return said
        try:
            self.lock().release()
        except StorageError:
            return said
        return "interrupted"


def results_root(given: str | Path | None = None) -> Path:
    """Where results are kept: as told, else $LAB_RESULTS, else ``results`` under the current folder."""
    return Path(given or os.environ.get("LAB_RESULTS") or "results")


def create(plan: Plan, root: Path) -> RunFolder:
    """Make the folder of a new run and write the experiment into it.

    Raises StorageError where that cannot be, before anything is trained.
    """
    home = root / plan.name
    try:
        root.mkdir(parents=True, exist_ok=True)
        alike = [other.name for other in root.iterdir() if other.name.lower() == plan.name.lower()]
        if alike and plan.name not in alike:
            raise StorageError(f"{root}: {plan.name!r} and {alike[0]!r} differ by case alone; rename one")
        home.mkdir(exist_ok=True)
        if not home.resolve().is_relative_to(root.resolve()):
            raise StorageError(f"{home}: leads out of {root}; remove the link")
        folder = RunFolder(_new_id(home))
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
    """The run that is meant: a path, a name (its newest run), a run-id, or the beginning of one.

    Raises LabError where none is meant, or several are.
    """
    if (Path(text) / "run.json").is_file():
        return RunFolder(Path(text))
    known = runs(root)
    named = [run for run in known if run.name == text]
    if named:
        return named[-1]
    exact = [run for run in known if text in (run.id, f"{run.name}/{run.id}")]
    if len(exact) == 1:
        return exact[0]
    begun = [run for run in known if run.id.startswith(text) or f"{run.name}/{run.id}".startswith(text)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise LabError(f"{text!r} may be any of: {', '.join(f'{run.name}/{run.id}' for run in begun)}")
    if not known:
        raise LabError(f"there are no runs under {root}; start one with: lab run EXPERIMENT.toml")
    raise LabError(f"there is no run {text!r}; {did_you_mean(text, {run.name for run in known})}")


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _new_id(home: Path) -> Path:
    begun = now().strftime("%Y%m%d-%H%M%S")
    for number in range(1, 1000):
        path = home / (begun if number == 1 else f"{begun}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise StorageError(f"{home}: more than 999 runs started in one second")
