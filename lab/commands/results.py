"""Commands about runs that are there: ``list``, ``show``, ``compare``, ``plot``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.commands.options import code_option, prints_page, results_option

if TYPE_CHECKING:
    from lab.console.screen import Page


@click.command(name="list")
@results_option
@prints_page
def list_runs(results: Path | None) -> Page:
    """List the runs, the newest first."""
    from lab.console.run import list_page
    from lab.runs.folder import results_root

    return list_page(results_root(results))


@click.command(name="show")
@click.argument("run_name", metavar="RUN")
@results_option
@prints_page
def show_run(run_name: str, results: Path | None) -> Page:
    """Show a run: its short table and its verdicts.

    RUN is a folder, a name (its newest run) or the beginning of a run-id.
    """
    from lab.api import load
    from lab.console.run import page

    return page(load(run_name, results))


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
@prints_page
def compare(first: str, second: str, metrics: Sequence[str], all_pairs: bool, results: Path | None) -> Page:
    """Compare variants in pairs of trials of the same seed.

    The variants of run A, each with the first, or those of run A with those of run B.

    For each metric: the mean difference with its interval, whether chance would explain it, and how many
    seeds would tell. A and B are named as in `lab show`. Of two runs the variants of the same label are
    compared, and the runs need the same seed and data.
    """
    from lab.api import load
    from lab.console.comparison import page

    other = load(second, results) if second else None
    return page(load(first, results), other, metrics, all_pairs)


@click.command()
@click.argument("run_name", metavar="RUN")
@click.argument("names", metavar="[FIGURE]...", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Another folder for the files.")
@code_option
@results_option
def plot(
    run_name: str, names: Sequence[str], to: Path | None, allow_code: bool, results: Path | None
) -> None:
    """Draw a run's figures again, all or some.

    FIGURE is a name, or "file.py:Class" for one of your own. Prints the files.
    """
    from lab.api import load

    for path in load(run_name, results).save_plots(names, to, allow_code=allow_code):
        click.echo(path)
