"""Commands about an experiment that is to run: ``new``, ``check``, ``run``, ``resume``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from lab.commands.options import (
    experiment_options,
    json_option,
    plots_option,
    prepared,
    results_option,
    workers_option,
)
from lab.errors import LabError


@click.command()
@click.argument("template", default="")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
def new(template: str, to: Path | None) -> None:
    """Write an experiment file to start from.

    Without TEMPLATE, list the templates.
    """
    from lab.experiment import templates

    if not template:
        from lab.console.screen import table

        table(("template", "its question"), templates.listing())
        return
    for path in templates.written(template, to):
        click.echo(path)


@click.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@experiment_options
@json_option
def check(
    experiment: Path,
    overrides: Sequence[str],
    allow_code: bool,
    unchecked: bool,
    max_trials: int,
    as_json: bool,
) -> None:
    """Check an experiment file and tell what it would run.

    Writes nothing.
    """
    from lab.console.run import tell_plan

    tell_plan(prepared(experiment, overrides, allow_code, max_trials, unchecked), as_json)


@click.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@experiment_options
@workers_option
@click.option("--dry-run", is_flag=True, help="Check and tell what would run, and stop there.")
@plots_option
@results_option
@json_option
def run(
    experiment: Path,
    overrides: Sequence[str],
    allow_code: bool,
    unchecked: bool,
    max_trials: int,
    workers: int | None,
    dry_run: bool,
    no_plots: bool,
    results: Path | None,
    as_json: bool,
) -> int:
    """Train the variants of an experiment file side by side.

    Tables and plots are kept in a new folder under the results.
    """
    ready = prepared(experiment, overrides, allow_code, max_trials, unchecked)
    if dry_run:
        from lab.console.run import tell_plan

        tell_plan(ready, as_json)
        return 0
    from lab.console.watched import say_begin, trained
    from lab.runs import runner
    from lab.runs.folder import results_root
    from lab.runs.provenance import command_line

    say_begin(ready)
    return trained(
        lambda cores, told: runner.run(
            ready, results_root(results), workers=cores, argv=command_line(), progress=told
        ),
        ready,
        workers,
        not no_plots,
        as_json,
    )


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@workers_option
@plots_option
@results_option
@json_option
def resume(run_name: str, workers: int | None, no_plots: bool, results: Path | None, as_json: bool) -> int:
    """Finish a run that was interrupted.

    What is missing is trained, what is there is kept.

    RUN is a folder, a name or the beginning of a run-id; without it, the newest run that has not ended.
    """
    from lab.console.screen import err
    from lab.runs import runner
    from lab.runs.folder import find, results_root, runs

    root = results_root(results)
    if run_name:
        folder = find(run_name, root)
    else:
        unfinished = [run for run in runs(root) if run.status == "interrupted"]
        if not unfinished:
            raise LabError(f"no run under {root} was interrupted; there is nothing to resume")
        folder = unfinished[-1]
    err().print(f"resuming {folder.name}/{folder.id}")
    ready = runner.prepared_again(folder)
    from lab.console.watched import trained

    return trained(
        lambda cores, told: runner.resumed(ready, folder, workers=cores, progress=told),
        ready,
        workers,
        not no_plots,
        as_json,
    )
