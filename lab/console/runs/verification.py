"""The page of ``lab verify``: which files of a run are whole."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from lab.console.screen import Page
from lab.errors import StorageError
from lab.results.run import Run
from lab.runs.files.verification import GIVEN, Checked
from lab.runs.files.whereabouts import word


def page(run: Run, checked: Sequence[Checked]) -> Page:
    """What was looked at, and each file that is damaged or lost; the exit code is then that of storage."""
    damaged = [one for one in checked if one.problem]
    unsure = [one for one in checked if not one.summed and not one.problem]
    lines = [f"damaged: {one.problem}" for one in damaged]
    if damaged:
        lines.append(f"{len(damaged)} of {len(checked)} files are damaged or lost")
        mends = {one.file: _mending(run, one.file) for one in damaged}
        if lasting := [file for file, command in mends.items() if not command]:
            lines.append(f"{' and '.join(lasting)}: no command makes it again; put back what was written")
        commands = dict.fromkeys(filter(None, mends.values()))
        lines += [f"mend with: lab {command} {word(run.path)}" for command in commands]
    else:
        whole = [one for one in checked if one.summed]
        count = f"{len(whole)} of the" if unsure else "all"
        lines.append(f"{count} {len(checked)} files of {run} are what was written: {_kinds(whole)}")
    if unsure:
        lines.append(f"there, but without a sum that tells whether they changed: {_kinds(unsure)}")
    value = {"run": str(run), "folder": str(run.path), "files": list(map(asdict, checked))}
    return Page(value, lines, exit_code=StorageError.exit_code if damaged else 0)


def _mending(run: Run, file: str) -> str:
    """The command that makes a file of the run again; empty where none does."""
    try:
        watched = "watched" in run.info
    except StorageError:
        return "" if file in (*GIVEN, "run.json") else "resume"
    if watched:  # its script alone trains it
        return "report" if file == "report.html" else "plot" if file.startswith("plots/") else ""
    return "" if file in GIVEN else "resume"


def _kinds(checked: Sequence[Checked]) -> str:
    """The files that lie in the run's folder by their names, and how many there are in each folder in it."""
    folders = Counter(one.file.rpartition("/")[0] for one in checked)
    alone = [one.file for one in checked if "/" not in one.file]
    return ", ".join([*alone, *(f"{count} in {name}/" for name, count in folders.items() if name)])
