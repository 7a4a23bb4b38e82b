"""The page of ``lab verify``: which files of a run are whole."""

from collections.abc import Sequence
from dataclasses import asdict

from lab.console.screen import Page
from lab.errors import StorageError
from lab.results.run import Run
from lab.runs.verification import Checked


def page(run: Run, checked: Sequence[Checked]) -> Page:
    """What was looked at, and each file that is damaged or lost; the exit code is then that of storage."""
    damaged = [one for one in checked if one.problem]
    lines = [f"damaged: {one.problem}" for one in damaged]
    if damaged:
        lines.append(
            f"{len(damaged)} of {len(checked)} files are damaged or lost; mend with: lab resume {run}"
        )
    else:
        lines.append(f"all {len(checked)} files of {run} are whole")
    value = {"run": str(run), "folder": str(run.path), "files": list(map(asdict, checked))}
    return Page(value, lines, exit_code=StorageError.exit_code if damaged else 0)
