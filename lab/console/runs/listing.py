"""The page of all runs."""

from pathlib import Path
from typing import Any

from lab.console.screen import Note, Page, table
from lab.errors import StorageError
from lab.runs.files.folder import RunFolder
from lab.runs.files.root import runs


def page(root: Path) -> Page:
    """The runs under a folder, the newest first."""
    rows = list(map(_row, reversed(runs(root))))
    none = Note(f"no runs under {root}; start one with: lab run EXPERIMENT.toml")
    return Page(rows, [table(rows, spare=("overrides", "trials", "title"), whole=True) if rows else none])


def _row(found: RunFolder) -> dict[str, Any]:
    try:
        info = found.info
        status = found.status_of(info)
    except StorageError:
        info, status = {}, "damaged"
    return {
        "name": found.name,
        "run-id": found.id,
        "status": status,
        "trials": info.get("trials_planned"),
        "overrides": ", ".join(f"{key}={value}" for key, value in info.get("overrides", {}).items()),
        "title": info.get("title", ""),
    }
