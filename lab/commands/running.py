"""Commands about an experiment that is to run: ``new``, ``check``, ``run``, ``resume``, ``schema``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.commands.options import experiment_options, plots_option, prints_page, results_option, workers_option

if TYPE_CHECKING:
    from lab.console.screen import Page
    from lab.runs.folder import RunFolder
    from lab.runs.preparation import Prepared


@click.command()
@click.argument("template", default="")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
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
        show(Page(None, [Rows(("template", "its question"), templates.listing())]))


@click.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@experiment_options
@prints_page
def check(experiment: Path, **given: Any) -> Page:
    """Check an experiment file and tell what it would run.

    Writes nothing.
    """
    from lab.api import prepare
    from lab.console.run import plan_page

    return plan_page(prepare(experiment, **given))


@click.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@experiment_options
@workers_option
@click.option("--dry-run", is_flag=True, help="Check and tell what would run, and stop there.")
@plots_option
@results_option
@prints_page
def run(
    experiment: Path, workers: int | None, dry_run: bool, no_plots: bool, results: Path | None, **given: Any
) -> Page:
    """Train the variants of an experiment file side by side.

    Tables and plots are kept in a new folder under the results.
    """
    from lab.api import prepare
    from lab.console.run import plan_page

    ready = prepare(experiment, **given)
    if dry_run:
        return plan_page(ready)
    return _trained(ready, None, results, workers, no_plots)


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@workers_option
@plots_option
@results_option
@prints_page
def resume(run_name: str, workers: int | None, no_plots: bool, results: Path | None) -> Page:
    """Finish a run that was interrupted.

    What is missing is trained, what is there is kept.

    RUN is a folder, a name or the beginning of a run-id; without it, the newest run that has not ended.
    """
    from lab.api import interrupted
    from lab.console.screen import err

    ready, folder = interrupted(run_name, results)
    err().print(f"resuming {folder.name}/{folder.id}")
    return _trained(ready, folder, results, workers, no_plots)


def _trained(
    ready: Prepared, folder: RunFolder | None, results: Path | None, workers: int | None, no_plots: bool
) -> Page:
    """Train and draw under the user's eyes; the exit code is 1 where something failed."""
    from lab.api import train
    from lab.console.progress import plots_saved, training
    from lab.console.run import FEW_VERDICTS, page
    from lab.runs.workers import usable_cores

    with training(ready) as advance:
        workers = workers or usable_cores()
        run = train(ready, folder, results=results, workers=workers, plots=False, progress=advance)
    drawn = no_plots or plots_saved(run)
    return replace(page(run, FEW_VERDICTS), exit_code=1 if run.info["failures"] or not drawn else 0)


@click.command()
def schema() -> None:
    """Print the JSON Schema of experiment files.

    By it an editor completes and checks them.

    Keep it with: lab schema > lab.schema.json, and begin a file with the line: #:schema lab.schema.json
    """
    import json

    from lab.experiment.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False, default=str))
