"""From an experiment to the results of its run: prepared, trained, drawn, kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import LabError
from lab.results.page import REPORT, kept_up, save_report
from lab.results.run import Run
from lab.runs.files.folder import UNCHECKED, RunFolder, ending
from lab.runs.files.root import find, runs
from lab.runs.files.whereabouts import results_root

if TYPE_CHECKING:
    from lab.runs.preparation import Prepared
    from lab.runs.terms import Terms
    from lab.runs.work.workers import Progress


def prepare(
    path: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | Sequence[str] = (),
    *,
    allow_code: bool = False,
    max_trials: int = 10_000,
    unchecked: bool = False,
) -> Prepared:
    """Read and check an experiment, load its data and make its parts. See `lab.api.run`.

    Raises ExperimentError also where it would need more memory than is free, ClaimError where activations,
    costs or optimisers of somebody's own fail their checks; with ``unchecked`` a note tells that they do.
    """
    from lab.experiment.variants import drafted
    from lab.runs.forecast.estimate import too_large
    from lab.runs.preparation import prepared, unread
    from lab.testing.own import faults_of_own

    draft = drafted(path, overrides, allow_code=allow_code, max_trials=max_trials)
    faults = faults_of_own(draft.plan)
    if not unchecked:
        hint = "; to run it all the same, say --unchecked"
        told = [replace(fault, message=fault.message + hint) for fault in faults]
        draft = replace(draft, unproved=(*draft.unproved, *told))
    if not draft.is_sound:  # one list tells all
        draft = replace(draft, wrong=(*draft.wrong, *unread(draft)))
    plan = draft.sound()
    ready = prepared(plan)
    if found := too_large(ready):
        raise plan.refused(found)
    notes = dict.fromkeys([*ready.notes, *(f"{UNCHECKED}{fault.message}" for fault in faults)])
    return replace(ready, notes=tuple(notes))


def train(
    ready: Prepared,
    folder: RunFolder | None = None,
    terms: Terms | None = None,
    *,
    results: str | Path | None = None,
    plots: bool = True,
    live: float = 0.0,
    progress: Progress = lambda done: None,
) -> Run:
    """Train what is prepared, and keep its tables, what is made of them, its figures and its report.

    ``folder`` is that of a run to go on with; without it a new one is made under ``results``. The run is done
    once all of that is kept, unless the ``terms`` leave it to the caller to end it; until then no other
    process may write into it. With ``live`` the report is there from the start, and written again about every
    so many seconds with what was read by then. The rest is as in `lab.api.run`.
    """
    from lab.runs import runner
    from lab.runs.terms import Terms

    given = terms or Terms()
    folder = folder or runner.begun(ready, results_root(results), given)
    trained, unended = Run(folder), replace(given, ends=False, keep_seconds=live or given.keep_seconds)
    with folder.lock():
        shown = kept_up(ready, folder, live, progress) if live else nullcontext(progress)
        with shown as progress:
            runner.resumed(ready, folder, unended, progress)
        trained.save_analysis()
        if plots:
            trained.save_plots(workers=given.workers)
            save_report([trained], trained.path / REPORT, **ending("done"))
        if given.ends:
            folder.ended("done")
    return trained


def interrupted(run: str | Path = "", results: str | Path | None = None) -> RunFolder:
    """The run that `lab.api.resume` means."""
    root = results_root(results)
    if run:
        return find(str(run), root)
    if meant := next((one for one in reversed(runs(root)) if one.can_go_on), None):
        return meant
    raise LabError(f"no run under {root} was interrupted; there is nothing to resume")


def lacks_nothing(folder: RunFolder, *, plots: bool = True) -> bool:
    """Whether a run is done, all its trials too, and every file is there and whole: nothing is to be resumed.

    With ``plots`` there have to be some, and the report.
    """
    from lab.runs.files.verification import verified

    info = folder.info
    drawn = not plots or ((folder.path / REPORT).is_file() and any(folder.plots.glob("*")))
    done = info["status"] == "done" and "watched" not in info and not info.get("failures")
    return done and drawn and not any(one.problem for one in verified(folder))
