"""Commands about runs that are there: ``list``, ``show``, ``compare``, ``plot``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from lab.commands.options import json_option, results_option


@click.command(name="list")
@results_option
@json_option
def list_runs(results: Path | None, as_json: bool) -> None:
    """List the runs, the newest first."""
    from lab.console.run import tell_runs
    from lab.runs.folder import results_root

    tell_runs(results_root(results), as_json)


@click.command()
@click.argument("run_name", metavar="RUN")
@results_option
@json_option
def show(run_name: str, results: Path | None, as_json: bool) -> None:
    """Show a run: its short table and its verdicts.

    RUN is a folder, a name (its newest run) or the beginning of a run-id.
    """
    from lab.api import load
    from lab.console.run import tell_run

    tell_run(load(run_name, results), as_json)


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="[B]", default="")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="What to compare by, such as final_accuracy, epochs_to=0.8, log_speed_first; may be repeated.",
)
@click.option("--all-pairs", is_flag=True, help="Every two variants, not each with the first alone.")
@results_option
@json_option
def compare(
    first: str, second: str, metrics: Sequence[str], all_pairs: bool, results: Path | None, as_json: bool
) -> None:
    """Compare variants in pairs of trials of the same seed.

    The variants of run A, each with the first, or those of run A with those of run B.

    For each metric: the mean difference with its interval, whether chance would explain it, and how many
    seeds would tell. A and B are named as in `lab show`. Of two runs the variants of the same label are
    compared, and the runs need the same seed and data.
    """
    from lab.api import load
    from lab.console.comparison import tell

    tell(load(first, results), load(second, results) if second else None, metrics, all_pairs, as_json)


@click.command()
@click.argument("run_name", metavar="RUN")
@click.argument("names", metavar="[FIGURE]...", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Another folder for the files.")
@results_option
def plot(run_name: str, names: Sequence[str], to: Path | None, results: Path | None) -> None:
    """Draw a run's figures again, all or some.

    Prints the files.
    """
    from lab.api import load
    from lab.figures import draw_all, save

    run = load(run_name, results)
    folder = to or run.folder.plots
    folder.mkdir(parents=True, exist_ok=True)
    if names:
        paths = [path for name in names for path in save(run.plot(name), folder, name)]
    else:
        paths = draw_all(run.tables, folder, run.info["title"])
    for path in paths:
        click.echo(path)
