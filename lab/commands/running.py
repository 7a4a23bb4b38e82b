"""Commands about experiment files and their runs, in the order of their use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.commands.options import (
    LENGTH,
    NUMBERS,
    ListingFigures,
    Training,
    code_option,
    experiment_options,
    prints_page,
    results_option,
    split,
    training_options,
    with_leave,
)

LIVE_SECONDS = 3.0
"""How often the page of a run under way is written, and loads itself."""

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
    """Check an experiment file and tell what it would run, and what memory, disk and time that needs.

    Writes nothing.
    """
    from lab.processes import usable_cores
    from lab.runs.folder import results_root

    plan = (experiment, usable_cores(), results_root(), True)
    return with_leave(_checked, plan=plan, **given)


def _checked(plan: tuple[Path, int, Path, bool], **given: Any) -> Page:
    """The page of an experiment file, and what it needs with so many workers, there, with plots or not."""
    from lab.api import prepare
    from lab.console.plan import page

    experiment, workers, root, plots = plan
    return page(prepare(experiment, **given), workers, root, plots)


@click.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@experiment_options
@training_options
@click.option("--dry-run", is_flag=True, help="Check, tell what would run and what it needs, and stop there.")
@click.option(
    "--reuse", default="", metavar="RUN", help="Take over the trials of a run that are the very same."
)
@click.option(
    "--live", is_flag=True, help="Write report.html from the start, again and again; it reloads itself."
)
@results_option
@prints_page
def run(experiment: Path, dry_run: bool, reuse: str, live: bool, results: Path | None, **given: Any) -> Page:
    """Train the variants of an experiment file side by side.

    Tables, plots and report.html, the run on one page, are kept in a new folder under the results.
    """
    from lab.api import prepare
    from lab.processes import usable_cores
    from lab.runs.folder import find, results_root

    how, given = split(Training, given)
    reused = find(reuse, results_root(results)) if reuse else None
    if dry_run:
        plan = (experiment, how.workers or usable_cores(), results_root(results), not how.no_plots)
        return with_leave(_checked, plan=plan, **given)
    ready = prepare(experiment, **given)
    return _trained(ready, None, results, how, reused, LIVE_SECONDS if live else 0)


@click.command()
@click.argument("run_name", metavar="[RUN]", default="")
@training_options
@code_option
@results_option
@prints_page
def resume(run_name: str, allow_code: bool, results: Path | None, **given: Any) -> Page:
    """Finish a run that was interrupted.

    What is missing is trained, what is there is kept.

    RUN is a folder, a name or the beginning of a run-id; without it, the newest run that has not ended.
    """
    from lab.api import interrupted
    from lab.console.screen import err

    ready, folder = interrupted(run_name, results, allow_code=allow_code)
    err().print(f"resuming {folder}")
    return _trained(ready, folder, results, Training(**given))


def _trained(
    ready: Prepared,
    folder: RunFolder | None,
    results: Path | None,
    how: Training,
    reused: RunFolder | None = None,
    live: float = 0.0,
) -> Page:
    """Train and draw under the user's eyes; the exit code is 1 where something failed."""
    from lab.api import REPORT, train
    from lab.console.progress import plots_saved, report_saved, training
    from lab.console.run import FEW_VERDICTS, page
    from lab.console.screen import err
    from lab.processes import usable_cores
    from lab.runs.folder import results_root
    from lab.runs.runner import Terms, begun
    from lab.runs.workers import Care

    workers = how.workers or usable_cores()
    care = Care(how.trial_timeout, apart=ready.bench.allow_code)
    terms = Terms(workers, care, how.allow_mixed, reused, how.scheduler, ends=False)
    with training(ready) as advance:
        folder = folder or begun(ready, results_root(results))
        if live:
            err().print(f"live: {folder.path / REPORT}", soft_wrap=True)
        run = train(ready, folder, terms, plots=False, live=live, progress=advance)
    drawn = how.no_plots or plots_saved(run, workers)
    drawn &= report_saved(run)
    run.folder.ended("done")
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


@click.command(name="help")
@click.argument("word", nargs=-1)
@prints_page
def help_on(word: Sequence[str]) -> Page:
    """Tell what a word means, or list the parts of a kind.

    \b
    lab help saturation
    lab help learning_speed
    lab help costs

    WORD is one of the book's or the lab's, a column of the table layers, or a kind of parts: activations,
    costs, initialisers, optimisers, datasets, probes or figures; or else a command. Without WORD, list the
    words.
    """  # noqa: D301
    from lab.console.parts import is_word, word_page, words_page
    from lab.console.screen import Page, verbatim

    text, root = " ".join(word), click.get_current_context().find_root()
    commands = root.command.commands if isinstance(root.command, click.Group) else {}
    if text not in commands or is_word(text):
        return word_page(text, commands) if word else words_page()
    told = commands[text].get_help(click.Context(commands[text], info_name=text, parent=root))
    return Page(told, [verbatim(told)])


@click.command(name="list")
@results_option
@prints_page
def list_runs(results: Path | None) -> Page:
    """List the runs, the newest first."""
    from lab.console.runs import page
    from lab.runs.folder import results_root

    return page(results_root(results))


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
@click.argument("run_name", metavar="RUN")
@results_option
@prints_page
def verify(run_name: str, results: Path | None) -> Page:
    """Look whether every file of a run is what was written.

    RUN is a folder, a name (its newest run) or the beginning of a run-id. A file that is damaged or lost is
    named, and what mends it. Exits with 4 where there is one.
    """
    from lab.api import load, verify
    from lab.console.verification import page

    return page(load(run_name, results), verify(run_name, results))


@click.command()
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Another file for the page.")
@results_option
def report(names: Sequence[str], to: Path | None, results: Path | None) -> None:
    """Write a run, or several, on one offline page.

    RUN is as in `lab show`. The page of one run is report.html in its folder; that of several is report.html
    here, where their variants stand side by side. Prints the file.
    """
    from lab.api import REPORT, load, save_report

    runs = [load(name, results) for name in names]
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
def compare(
    first: str,
    second: str,
    metrics: Sequence[str],
    all_pairs: bool,
    baseline: str,
    within: str,
    results: Path | None,
) -> Page:
    """Compare variants in pairs of trials of the same seed.

    The variants of run A, each with the first, or those of run A with those of run B.

    For each metric: the mean difference with its interval, whether chance would explain it, and how many
    seeds would tell. A and B are named as in `lab show`. Of two runs the variants of the same label are
    compared, and the runs need the same seed and data.

    Where two keys vary: lab compare RUN --baseline tanh --within network.hidden
    """
    from lab.api import load
    from lab.console.comparison import page

    other = load(second, results) if second else None
    return page(load(first, results), other, metrics, all_pairs, baseline, within)


@click.command(cls=ListingFigures)
@click.argument("run_name", metavar="RUN")
@click.argument("names", metavar="[FIGURE]...", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Another folder for the files.")
@click.option("--variants", multiple=True, metavar="LABEL", help='Only these; "*" stands for anything.')
@click.option("--layers", type=NUMBERS, default="", metavar="1-3,5", help="Only these layers.")
@click.option("--trials", type=NUMBERS, default="", metavar="0-4", help="Only these trials.")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(["png", "svg", "pdf"]), help="Else png and svg."
)
@click.option(
    "--width", type=LENGTH, default="0in", metavar="3.3in", help="Lay out at this width: in, cm, mm."
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

    given["formats"] = given["formats"] or ("png", "svg")
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
    help="csv keeps all digits, the others three.",
)
@results_option
def table(run_name: str, name: str, form: str, results: Path | None) -> None:
    """Print a run's table for a paper or a spreadsheet.

    TABLE is summary (a row a variant), by_layer, or a table of the run's folder, such as comparisons.
    """
    from lab.api import load
    from lab.console.tabular import text

    click.echo(text(load(run_name, results).table(name), form), nl=False)
