"""The page of a run, report.html: what goes into it, and how it is kept up while the run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from lab import storage

if TYPE_CHECKING:
    from lab.parts import Tables
    from lab.report.island import Subject
    from lab.results.run import Run
    from lab.runs.folder import RunFolder
    from lab.runs.held_run import HeldRun
    from lab.runs.preparation import Prepared
    from lab.runs.workers import Progress

REPORT = "report.html"
"""The page of a run, in its folder."""

IN_REPORT = ("speed_by_layer",)
"""The figures that a report shows where scripts do not run: few, for their size."""


def save_report(runs: Sequence[Run], path: Path) -> Path:
    """Write one page of these runs. See `lab.report.run`.

    Raises StorageError where it cannot be written, or a run has no tables yet.
    """
    from lab.report.run import report

    storage.write(path, report([subject(run.folder, run.tables) for run in runs]))
    return path


def subject(folder: RunFolder | HeldRun, tables: Tables) -> Subject:
    """A run as its report takes it, with these of its tables."""
    from lab.analysis.answers import seen
    from lab.analysis.ledger import ledger
    from lab.analysis.verdicts import verdicts
    from lab.experiment.see import ANSWER
    from lab.report.island import Subject

    lines = seen(folder.info.get("see", {}), tables)
    info = {**folder.info, "answer": lines.pop(ANSWER, ""), "see": lines}
    file = folder.path / "experiment.toml"
    experiment = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    drawn = {name: folder.plots / f"{name}.png" for name in IN_REPORT}
    pictures = {name: path.read_bytes() for name, path in drawn.items() if path.is_file()}
    whole = {**tables, "ledger": ledger(tables), **folder.kept("comparisons")}
    return Subject(str(folder), info, whole, verdicts(tables), experiment, pictures)


def kept_up(ready: Prepared, folder: RunFolder, seconds: float, progress: Progress) -> Progress:
    """``progress``, which also writes the page of the run that goes on, at most every so many seconds.

    It is written where a chunk has ended since, and takes a tenth of the time at most.
    """
    from lab.report.run import report
    from lab.runs.runner import tables_so_far

    next_time, seen = 0.0, -1

    def advance(done: int) -> None:
        nonlocal next_time, seen
        progress(done)
        began, parts = monotonic(), len(list((folder.path / "trials").glob("*.sha256")))
        if began < next_time or parts == seen:
            return
        page = report([subject(folder, tables_so_far(ready, folder))], refresh=max(round(seconds), 1))
        storage.write(folder.path / REPORT, page)
        seen, next_time = parts, monotonic() + max(seconds, 10 * (monotonic() - began))

    advance(0)
    return advance
