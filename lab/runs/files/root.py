"""The runs under a root: how a new run gets its folder, and which run a text means."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError, StorageError, counted, system_reason
from lab.experiment.run_names import run_name
from lab.runs.files.folder import RunFolder, now
from lab.spelling import did_you_mean
from lab.storage import write

if TYPE_CHECKING:
    from lab.experiment.variants import Plan

MOST_NAMED = 10
"""So many of the runs that a text may mean are named: the newest."""

_RUN_ID = re.compile(r"\d{8}-\d{6}(-\d+)?")


@contextmanager
def create(plan: Plan, root: Path) -> Iterator[RunFolder]:
    """A `new_folder` into which the experiment is written. Raises StorageError where that cannot be."""
    from lab.experiment.variants import resolved

    with new_folder(plan.name, root) as folder:
        asked, whole = folder.path / "experiment.toml", folder.path / "resolved.toml"
        write(asked, plan.source.data)
        write(whole, resolved(plan))
        folder.keep_sums([asked, whole])
        yield folder


@contextmanager
def new_folder(name: str, root: Path) -> Iterator[RunFolder]:
    """The folder of a new run of this name, which is a `lab.experiment.run_names.RUN_NAME`.

    In the context it gets what a run begins with, its run.json at the end. Where that is interrupted or
    fails, the folder is removed.

    Raises StorageError where it cannot be made.
    """
    home, made = root / name, None
    _refuse_file(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        alike = [other.name for other in root.iterdir() if other.name.lower() == name.lower()]
        if alike and name not in alike:
            raise StorageError(f"{root}: {name!r} and {alike[0]!r} differ only in case; rename one")
        home.mkdir(exist_ok=True)
        if not home.resolve().is_relative_to(root.resolve()):
            raise StorageError(f"{home}: leads out of {root}; remove the link")
        made = _new_folder(home)
        for part in ("tables", "plots", "trials"):
            (made / part).mkdir()
        yield RunFolder(made)
    except BaseException as error:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
            with suppress(OSError):  # it has other runs
                home.rmdir()
        if isinstance(error, OSError):
            told = f"{error.filename or home}: results cannot be kept here: {system_reason(error)}"
            raise StorageError(told) from error
        raise


def runs(root: Path) -> list[RunFolder]:
    """All runs under a root, the oldest first. Raises StorageError where the root is a file."""
    _refuse_file(root)
    return _sorted(root.glob("*/*"))


def _refuse_file(root: Path) -> None:
    if root.is_file():
        raise StorageError(f"{root}: is a file; expected the folder in which results are kept")


def _sorted(paths: Iterable[Path]) -> list[RunFolder]:
    """Those of the paths that are folders of runs: first those with names of their own, then by the start.

    One whose run.json is lost is known by what it made; one that was killed before it had any is no run.
    """
    runs, lost = {}, ("trials/*", "tables/*")
    for path in paths:
        begun = _RUN_ID.fullmatch(path.name) is not None
        if (path / "run.json").is_file() or (begun and any(chain(*map(path.glob, lost)))):
            runs[begun, path.name, path.parent.name] = RunFolder(path)
    return [runs[key] for key in sorted(runs)]


def find(text: str, root: Path) -> RunFolder:
    """The run that the text means: a path, a name (its newest run), a run-id, or the beginning of one.

    An empty text means the newest run of all, the path of a folder that holds runs, as ``results/vanishing``,
    the newest of them. A name may be as the stem of the file is written, see
    `lab.experiment.run_names.run_name`.

    Raises LabError where it means none, or several.
    """
    if text and any((Path(text) / file).is_file() for file in ("run.json", "experiment.toml")):
        return RunFolder(Path(text))
    known = runs(root)
    if known and not text:
        return known[-1]
    if named := [run for run in known if run.name in (text, run_name(text))]:
        return named[-1]
    if held := _sorted(Path(text).glob("*")):
        return held[-1]
    exact = [run for run in known if text in (run.id, str(run))]
    begun = [run for run in known if run.id.startswith(text) or str(run).startswith(text)]
    for meant in (exact, begun):
        if len(meant) == 1:
            return meant[0]
    if begun:
        few, more = begun[-MOST_NAMED:], len(begun) - MOST_NAMED
        others = f" and {counted(more, 'older one')}" if more > 0 else ""
        raise LabError(f"{text!r} may be any of: {', '.join(map(str, few))}{others}")
    if not known:
        raise LabError(f"there are no runs under {root}; start one with: lab run EXPERIMENT.toml")
    raise LabError(f"there is no run {text!r}; {did_you_mean(text, {run.name for run in known})}")


def _new_folder(home: Path) -> Path:
    begun = now().strftime("%Y%m%d-%H%M%S")
    for name in (begun, *(f"{begun}-{number}" for number in range(2, 1000))):
        with suppress(FileExistsError):
            (home / name).mkdir()
            return home / name
    raise StorageError(f"{home}: more than 999 runs started in one second")
