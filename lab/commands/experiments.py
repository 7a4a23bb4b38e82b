"""Commands about experiment files: ``new``, ``check``, ``run``, ``resume`` and ``schema``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.commands.options import (
    Place,
    code_option,
    experiment_options,
    live_option,
    prints_page,
    results_option,
    split,
    training_options,
    with_leave,
)

if TYPE_CHECKING:
    from lab.console.screen import Page
    from lab.runs.files.folder import RunFolder
    from lab.runs.preparation import Prepared
    from lab.runs.terms import Terms

LIVE_SECONDS = 3.0
"""How often the page of a run under way is written, and loads itself."""


@click.command()
@click.argument("template", default="")
@click.option("--to", type=Place(dir_okay=False), help="The file to write.")
def new(template: str, to: Path | None) -> None:
    """Write an experiment file to start from.

    Without TEMPLATE, list the templates.
    """
    from lab.console.screen import Page, Rows, show
    from lab.experiment import templates

    if template:
        for path in templates.written(template, to):
            click.echo(path)
    else:
        show(Page(None, [Rows(("template", "its question"), templates.listing(), whole=True)]))


@click.command()
@click.argument("experiment", type=Place())
@experiment_options
@prints_page
def check(experiment: Path, **given: Any) -> Page:
    """Check an experiment file and tell what it would run.

    And what memory, disk and time that needs. Writes nothing.
    """
    from lab.processes import usable_cores
    from lab.runs.files.whereabouts import results_root

    return with_leave(_checked, path=experiment, workers=usable_cores(), root=results_root(), **given)


def _checked(workers: int, root: Path, plots: bool = True, **given: Any) -> Page:
    """The page of an experiment file, and what it needs with so many workers, there, with plots or not."""
    from lab.console.runs.plan import page
    from lab.results.training import prepare

    return page(prepare(**given), workers, root, plots)


@click.command()
@click.argument("experiment", type=Place())
@experiment_options
@training_options
@click.option("--dry-run", is_flag=True, help="Check, tell what would run and what it needs, and stop there.")
@click.option(
    "--reuse", default="", metavar="RUN", help="Take over the trials of a run that are the very same."
)
@live_option
@results_option
@prints_page
def run(
    experiment: Path,
    dry_run: bool,
    reuse: str,
    results: Path | None,
    no_plots: bool,
    live: bool,
    **given: Any,
) -> Page:
    """Train the variants of an experiment file side by side.

    Tables, plots and report.html, the run on one page, are kept in a new folder under the results.
    """
    from lab.console.progress import trying_own_code
    from lab.own_code import with_care
    from lab.results.training import prepare
    from lab.runs.files.root import find
    from lab.runs.files.whereabouts import results_root
    from lab.runs.terms import Terms

    (terms, given), root = split(Terms, given), results_root(results)
    terms = replace(terms, reused=find(reuse, root) if reuse else None)
    if dry_run:
        how: dict[str, Any] = {"workers": terms.workers, "root": root, "plots": not no_plots}
        return with_leave(_checked, path=experiment, **how, **given)
    from lab.runs.runner import begun

    with trying_own_code(given["allow_code"]):
        ready = with_care(prepare, path=experiment, patient=terms.trial_timeout is None, **given)
    return _trained(ready, begun(ready, root, terms), terms, no_plots, live)


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@training_options
@code_option
@live_option
@results_option
@prints_page
def resume(
    run_name: str, allow_code: bool, results: Path | None, no_plots: bool, live: bool, **how: Any
) -> Page:
    """Finish a run that was interrupted.

    What is missing is trained, what is there is kept. Of a run that lacks nothing, nothing is made again.

    RUN is a folder, a name or the beginning of a run-id; without it, the newest run that has not ended.
    """
    from lab.console.progress import trying_own_code
    from lab.console.screen import Page, err
    from lab.own_code import with_care
    from lab.results.training import interrupted, lacks_nothing
    from lab.runs.preparation import prepared_again
    from lab.runs.terms import Terms

    terms, folder = Terms(**how), interrupted(run_name, results)
    if lacks_nothing(folder, plots=not no_plots):
        nothing = f"{folder} lacks nothing: every trial, table and plot is there and whole"
        return Page({"run": str(folder), "folder": str(folder.path), "resumed": False}, [nothing])
    patient = terms.trial_timeout is None
    with trying_own_code(allow_code):
        ready = with_care(prepared_again, folder=folder, allow_code=allow_code, patient=patient)
    err().print(f"resuming {folder}")
    return _trained(ready, folder, terms, no_plots, live)


def _trained(ready: Prepared, folder: RunFolder, terms: Terms, no_plots: bool, live: bool) -> Page:
    """Train and draw under the user's eyes; the exit code is 1 where something failed."""
    from lab.console.progress import plots_saved, report_saved, training
    from lab.console.runs.run import FEW_VERDICTS, page
    from lab.console.screen import err
    from lab.results.page import REPORT
    from lab.results.training import train

    terms = replace(terms, ends=False)
    with folder.lock():
        with training(ready, folder) as advance:
            if live:
                err().print(f"live: {folder.path / REPORT}", soft_wrap=True)
            seconds = LIVE_SECONDS if live else 0.0
            run = train(ready, folder, terms, plots=False, live=seconds, progress=advance)
        if taken := run.info.get("reused", {}).get("trials"):
            planned = run.info["trials_planned"]
            err().print(f"{taken} of {planned} trials were taken over from {run.info['reused']['run']}")
        drawn = no_plots or plots_saved(run, terms.workers)
        found = run.verdicts
        drawn &= report_saved(run, found)
        folder.ended("done")
    return replace(page(run, FEW_VERDICTS, found), exit_code=1 if run.info["failures"] or not drawn else 0)


@click.command()
def schema() -> None:
    """Print the JSON Schema of experiment files.

    An editor completes and checks files by it.

    Keep it with: lab schema > lab.schema.json, and begin a file with the line: #:schema lab.schema.json
    """
    from lab.console.as_json import json_text
    from lab.experiment.json_schema import json_schema

    click.echo(json_text(json_schema(), sys.stdout.encoding or "utf-8"))
