"""A run that is held in memory: what `lab.runs.files.folder.RunFolder` tells, without a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import LabError
from lab.spelling import did_you_mean

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class HeldRun:
    """The tables of a run and what its run.json would say: ``name``, ``id``, and so on.

    ``path`` is where its plots go if they are saved; nothing else is written.
    """

    info: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    def __str__(self) -> str:
        return f"{self.name}/{self.id}"

    @property
    def name(self) -> str:
        return str(self.info["name"])

    @property
    def id(self) -> str:
        return str(self.info["id"])

    @property
    def status(self) -> str:
        return str(self.info["status"])

    @property
    def is_unfinished(self) -> bool:
        return False  # its tables are made at its end, with it

    @property
    def path(self) -> Path:
        return Path(self.name) / self.id

    @property
    def plots(self) -> Path:
        return self.path / "plots"

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name. Raises LabError where there is none such."""
        if name not in self.tables:
            raise LabError(f"this run has no table {name!r}; {did_you_mean(name, self.tables)}")
        return self.tables[name]

    def keep_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Take these tables among its own."""
        self.tables.update(tables)

    def ended(self, status: str) -> None:
        """Tell how the run ended."""
        self.info["status"] = status

    def kept(self, name: str) -> dict[str, pd.DataFrame]:
        """The table ``name``, under its name; empty where there is none."""
        return {name: self.tables[name]} if name in self.tables else {}
