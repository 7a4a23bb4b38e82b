"""The page of a run, report.html: what goes into it, and how it is kept up while the run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from lab import storage
from lab.errors import StorageError
from lab.runs.files.folder import RunFolder

if TYPE_CHECKING:
    from lab.analysis.rule import Verdicts
    from lab.parts import Tables
    from lab.report.island import Subject
    from lab.results.run import Run
    from lab.runs.held_run import HeldRun
    from lab.runs.preparation import Prepared
    from lab.runs.work.workers import Progress

REPORT = "report.html"
"""The page of a run, in its folder."""

IN_REPORT = ("speed_by_layer",)
"""The figures that a report shows where scripts do not run: few, for their size."""


def save_report(runs: Sequence[Run], path: Path, found: Sequence[Verdicts | None] = (), **told: Any) -> Path:
    """Write one page of these runs, with the verdicts ``found`` on each where they are known already.

    What is ``told`` stands in place of what run.json says by now, as the `lab.runs.files.folder.ending` of a
    run whose last file the page is. See `lab.report.run`.

    Raises StorageError where it cannot be written, or a run has no tables yet.
    """
    from lab.report.run import report

    subjects = [subject(run.folder, run.tables, one, **told) for run, one in zip_longest(runs, found)]
    storage.write(path, report(subjects))
    for run in runs:
        if isinstance(run.folder, RunFolder):
            run.folder.keep_sums([path])
    return path


def subject(
    folder: RunFolder | HeldRun, tables: Tables, found: Verdicts | None = None, **told: Any
) -> Subject:
    """A run as its report takes it: these of its tables, its own verdicts and run.json unless given."""
    from lab.analysis.ledger import ledger
    from lab.analysis.verdicts import verdicts
    from lab.report.island import Subject

    info = answered({**folder.info, "status": folder.status, **told}, tables)
    file = folder.path / "experiment.toml"
    experiment = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    drawn = {name: folder.plots / f"{name}.png" for name in IN_REPORT}
    pictures = {name: path.read_bytes() for name, path in drawn.items() if path.is_file()}
    whole = {**tables, "ledger": ledger(tables), **folder.kept("comparisons")}
    if found is None:
        found = verdicts(
            {name: t[t["status"] != "running"] if "status" in t else t for name, t in tables.items()}
        )
    results = folder.path.resolve().parent.parent.as_posix()
    return Subject(str(folder), info, whole, found, experiment, pictures, results)


def answered(info: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """What run.json says, with its lines on what to see filled, and the answer to its title."""
    from lab.analysis.answers import seen
    from lab.experiment.see import ANSWER

    lines = seen(info.get("see", {}), tables)
    return {**info, "answer": lines.pop(ANSWER, ""), "see": lines}


@contextmanager
def kept_up(ready: Prepared, folder: RunFolder, seconds: float, progress: Progress) -> Iterator[Progress]:
    """``progress``, which also writes the page of the run that goes on, at most every so many seconds.

    It takes a fifth of the time at most. When the last trial has ended it is written once more, since the
    figures are yet to be drawn. A run that is interrupted has a last page, which does not load itself again.
    """
    from lab.report.run import report
    from lab.runs.growing import tables_so_far
    from lab.runs.variant_tables import untrained

    known = untrained(ready.made)
    next_time, seen = 0.0, dict[Path, int]()
    refresh_seconds = max(round(seconds), 1)

    def kept() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in (folder.path / "trials").glob("*.sha256")}

    def written(refresh: int) -> None:
        status = "running" if refresh else "interrupted"
        so_far = subject(folder, {**tables_so_far(ready, folder), **known}, status=status)
        storage.write(folder.path / REPORT, report([so_far], refresh=refresh))
        folder.keep_sums([folder.path / REPORT])

    def advance(done: int) -> None:
        nonlocal next_time, seen
        progress(done)
        began = monotonic()
        if began < next_time:
            return
        if (now := kept()) != seen or not next_time:
            written(refresh_seconds)
        seen, next_time = now, monotonic() + max(seconds, 5 * (monotonic() - began))

    try:
        advance(0)
        yield advance
        if kept() != seen:
            written(refresh_seconds)
    except BaseException:
        with suppress(StorageError):  # which would hide why
            written(0)
        raise
