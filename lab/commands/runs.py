"""Commands about runs: ``list``, ``show``, ``verify``, ``report``, ``compare``, ``plot`` and ``table``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.commands.options import (
    ListingFigures,
    Place,
    code_option,
    inches,
    numbers,
    prints_page,
    results_option,
)

if TYPE_CHECKING:
    from lab.console.screen import Page


@click.command(name="list")
@results_option
@prints_page
def list_runs(results: Path | None) -> Page:
    """List the runs, the newest first."""
    from lab.console.runs.listing import page
    from lab.runs.files.whereabouts import results_root

    return page(results_root(results))


@click.command(name="show")
@click.argument("run_name", metavar="[RUN]", default="")
@results_option
@prints_page
def show_run(run_name: str, results: Path | None) -> Page:
    """Show a run: its short table and its verdicts.

    RUN is a folder, a name (its newest run) or the beginning of a run-id; without it, the newest run.
    """
    from lab.api import load
    from lab.console.runs.run import page

    return page(load(run_name, results))


@click.command()
@click.argument("run_name", metavar="RUN")
@results_option
@prints_page
def verify(run_name: str, results: Path | None) -> Page:
    """Check that every file of a run is what was written.

    Looked at are run.json, the files of the experiment, the report, the plots, the tables and the parts.

    RUN is a folder, a name (its newest run) or the beginning of a run-id. Names each file that is damaged or
    lost, and what mends it; exits with 4 then.
    """
    from lab.api import load, verify
    from lab.console.runs.verification import page

    return page(load(run_name, results), verify(run_name, results))


@click.command()
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.option("--to", type=Place(dir_okay=False), help="Another file for the page.")
@results_option
def report(names: Sequence[str], to: Path | None, results: Path | None) -> None:
    """Write a run, or several, on one offline page.

    RUN is as in `lab show`. The page of one run is report.html in its folder; that of several is report.html
    here, where their variants stand side by side; a run that has not ended is left out. Prints the file.
    """
    from lab.api import load
    from lab.console.screen import err
    from lab.errors import counted, plain
    from lab.results.page import REPORT, save_report
    from lab.runs.files.whereabouts import word

    named = (load(name, results) for name in names)
    runs = list({run.path.resolve(): run for run in named}.values())
    if len(runs) > 1 and (ended := [run for run in runs if not run.folder.is_unfinished]):
        for run in (one for one in runs if one not in ended):
            again = f"finish it with: lab resume {word(run.path)}"
            err().print(f"note: {plain(str(run))} is left out: it has not ended; {again}", soft_wrap=True)
        runs = ended
        err().print(f"{counted(len(runs), 'run')} on one page …")
    click.echo(save_report(runs, to or (runs[0].path if len(runs) == 1 else Path()) / REPORT))


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
@click.option("--baseline", default="", metavar="VARIANT", help="The variant, or the value, to compare with.")
@click.option("--within", default="", metavar="KEY", help="Compare only variants alike in this varied key.")
@results_option
@prints_page
def compare(first: str, second: str, results: Path | None, **given: Any) -> Page:
    """Compare variants in pairs of trials of the same seed.

    Of one run, each variant is compared with the first. Of two, the variants of the same label are; the runs
    need the same seed and data, and what else differs in their files is told. A and B are named as in
    `lab show`.

    For each metric: the mean difference with its interval, whether chance would explain it, and how many
    seeds would tell.

    Where two keys vary: lab compare RUN --baseline tanh --within network.hidden
    """
    from lab.api import load
    from lab.console.runs.comparison import page

    other = load(second, results) if second else None
    return page(load(first, results), other, **given)


@click.command(cls=ListingFigures)
@click.argument("run_name", metavar="RUN")
@click.argument("names", metavar="[FIGURE]...", nargs=-1)
@click.option("--to", type=Place(file_okay=False), help="Another folder for the files.")
@click.option("--variants", multiple=True, metavar="LABEL", help='Only these; "*" stands for anything.')
@click.option("--layers", type=numbers, default="", metavar="1-3,5", help="Only these layers.")
@click.option("--trials", type=numbers, default="", metavar="0-4", help="Only these trials.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["png", "svg", "pdf"]),
    help="Kinds of files; else png, svg.",
)
@click.option(
    "--width", type=inches, metavar="3.3in", help="Lay out at this width, 2.5in or more: in, cm, mm."
)
@click.option("--style", "rc", metavar="FILE|NAME", help="A style file, or a style of matplotlib.")
@code_option
@results_option
def plot(run_name: str, names: Sequence[str], to: Path | None, results: Path | None, **given: Any) -> None:
    """Draw a run's figures again, all or some.

    FIGURE is a name of the list below, or "file.py:Class" for one of your own. Prints the files.
    """
    from lab.api import load
    from lab.processes import usable_cores

    given["formats"], given["width"] = given["formats"] or ("png", "svg"), given["width"] or 0.0
    for path in load(run_name, results).save_plots(names, to, workers=usable_cores(), **given):
        click.echo(path)


@click.command()
@click.argument("run_name", metavar="RUN")
@click.argument("name", metavar="[TABLE]", default="summary")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "markdown", "latex", "html"]),
    default="markdown",
    show_default=True,
    help="csv keeps all digits and columns; the others keep three, and leave out empty columns.",
)
@results_option
def table(run_name: str, name: str, form: str, results: Path | None) -> None:
    """Print a run's table for a paper or a spreadsheet.

    TABLE is summary (a row a variant), by_layer, or a table of the run's folder, such as comparisons.
    """
    from lab.api import load
    from lab.console.tabular import text

    click.echo(text(load(run_name, results).table(name), form), nl=False)
