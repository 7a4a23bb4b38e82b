"""The command line: words in, words out. Each command imports its room when it is called."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from lab.errors import INTERRUPTED, LabError, did_you_mean

if TYPE_CHECKING:
    from lab.experiment.preparation import Prepared

F = TypeVar("F", bound=Callable[..., Any])


class _Commands(click.Group):
    """A group that suggests the nearest command for an unknown one and tells errors in one way."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}; {did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="activation-lab", prog_name="lab")
def cli() -> None:
    """Design activation functions and see, layer by layer, how fast a network learns with them.

    Begin with: lab new vanishing, then lab run vanishing.toml
    """


def main() -> None:
    """The program ``lab``: runs a command and exits with its code.

    0 done · 1 some trials failed · 2 the command or the file is wrong · 3 a claim does not hold ·
    4 storage · 130 interrupted, also by SIGTERM.
    """
    as_json = "--json" in sys.argv
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli.main(standalone_mode=False)
    except LabError as error:
        _fail(str(error), error.exit_code, as_json)
    except click.ClickException as error:
        if not as_json:
            error.show()
            sys.exit(2)
        _fail(error.format_message(), 2, as_json)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}", 4, as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int, as_json: bool) -> None:
    from lab.screen import plain

    if as_json:
        click.echo(json.dumps({"error": message, "exit_code": code}))
    else:
        for line in message.splitlines():
            click.echo(f"error: {plain(line)}", err=True)
    sys.exit(code)


def _experiment_options(command: F) -> F:
    command = click.option(
        "-o", "--override", "overrides", multiple=True, metavar="KEY=VALUE", help="Another value for a key."
    )(command)
    command = click.option(
        "--unchecked", is_flag=True, help="Run an activation of one's own that fails its checks."
    )(command)
    command = click.option(
        "--allow-code", is_flag=True, help="Let the file name a class in a Python file, and run that file."
    )(command)
    return click.option(
        "--max-trials", default=10_000, show_default=True, help="Refuse an experiment with more trials."
    )(command)


_results_option = click.option(
    "--results",
    type=click.Path(path_type=Path),
    help="Where results are kept; else $LAB_RESULTS, else ./results.",
)
_code_option = click.option("--allow-code", is_flag=True, help='Load "file.py:Class", which runs that file.')
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")


@cli.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@_experiment_options
@click.option("--workers", type=click.IntRange(min=1), help="Processes to train in; else one for each core.")
@click.option("--dry-run", is_flag=True, help="Check and tell what would run, and stop there.")
@click.option("--no-plots", is_flag=True, help="Leave the plots to `lab plot`.")
@_results_option
@_json_option
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
    """Run an experiment file: train its variants side by side, and keep tables and plots."""
    ready = _prepared(experiment, overrides, allow_code, max_trials, unchecked)
    if dry_run:
        from lab.run_page import tell_plan

        tell_plan(ready, as_json)
        return 0
    from lab.experiment import runner
    from lab.experiment.provenance import command_line
    from lab.experiment.results import results_root
    from lab.watched import say_begin, trained

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


@cli.command()
@click.argument("run_name", metavar="[RUN]", default="")
@click.option("--workers", type=click.IntRange(min=1), help="Processes to train in; else one for each core.")
@click.option("--no-plots", is_flag=True, help="Leave the plots to `lab plot`.")
@_results_option
@_json_option
def resume(run_name: str, workers: int | None, no_plots: bool, results: Path | None, as_json: bool) -> int:
    """Finish a run that was interrupted: train what is missing, keep what is there.

    RUN is a folder, a name or the beginning of a run-id; without it, the newest run that has not ended.
    """
    from lab.experiment import runner
    from lab.experiment.results import find, results_root, runs
    from lab.screen import err

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
    from lab.watched import trained

    return trained(
        lambda cores, told: runner.resumed(ready, folder, workers=cores, progress=told),
        ready,
        workers,
        not no_plots,
        as_json,
    )


@cli.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@_experiment_options
@_json_option
def check(
    experiment: Path,
    overrides: Sequence[str],
    allow_code: bool,
    unchecked: bool,
    max_trials: int,
    as_json: bool,
) -> None:
    """Check an experiment file and tell what it would run. Writes nothing."""
    from lab.run_page import tell_plan

    tell_plan(_prepared(experiment, overrides, allow_code, max_trials, unchecked), as_json)


@cli.command(name="list")
@_results_option
@_json_option
def list_runs(results: Path | None, as_json: bool) -> None:
    """List the runs, the newest first."""
    from lab.errors import StorageError
    from lab.experiment.results import results_root, runs

    rows = []
    for found in reversed(runs(results_root(results))):
        try:
            info, status = found.info, found.status
        except StorageError:
            info, status = {}, "damaged"
        changed = ", ".join(f"{key}={value}" for key, value in info.get("overrides", {}).items())
        rows.append(
            (found.name, found.id, status, info.get("trials_planned"), changed, info.get("title", ""))
        )
    columns = ("name", "run-id", "status", "trials", "overrides", "title")
    if as_json:
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=1))
        return
    from lab.screen import err, table

    if rows:
        table(columns, rows)
    else:
        err().print(f"no runs under {results_root(results)}; start one with: lab run EXPERIMENT.toml")


@cli.command()
@click.argument("run_name", metavar="RUN")
@_results_option
@_json_option
def show(run_name: str, results: Path | None, as_json: bool) -> None:
    """Show a run's short table. RUN is a folder, a name (its newest run) or the beginning of a run-id."""
    from lab.face import load
    from lab.run_page import tell_run

    tell_run(load(run_name, results), as_json)


@cli.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="[B]", default="")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="What to compare by, such as final_accuracy, epochs_to=0.8, log_speed_first; may be repeated.",
)
@click.option("--all-pairs", is_flag=True, help="All pairs, also of more than 12 variants.")
@_results_option
@_json_option
def compare(
    first: str, second: str, metrics: Sequence[str], all_pairs: bool, results: Path | None, as_json: bool
) -> None:
    """Compare the variants of run A, or run A with run B, in pairs of trials of the same seed.

    For each metric: the mean difference with its interval, whether chance would explain it, and how many
    seeds would tell. A and B are named as in `lab show`. Of two runs the variants of the same label are
    compared.
    """
    from lab.comparison_page import tell
    from lab.face import load

    tell(load(first, results), load(second, results) if second else None, metrics, all_pairs, as_json)


@cli.command()
@click.argument("run_name", metavar="RUN")
@click.argument("names", metavar="[FIGURE]...", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Another folder for the files.")
@_results_option
def plot(run_name: str, names: Sequence[str], to: Path | None, results: Path | None) -> None:
    """Draw a run's figures again: all of them, or those named. Prints the files."""
    from lab.face import load
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


@cli.command()
@click.argument("name", default="")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw σ, σ′ and σ″ into this PNG, and an SVG beside it.",
)
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the activation.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(("monotone", "odd", "bounded", "floored", "kinked")),
    help="List those with this property; of several, with all. Floored: inf σ′ > 0.",
)
@_code_option
@_json_option
def activations(
    name: str,
    plot: Path | None,
    parameters: Sequence[str],
    only: Sequence[str],
    allow_code: bool,
    as_json: bool,
) -> None:
    """List the activations, or tell all about one: a name, or a formula such as "tanh(z) + 0.1*z".

    What may stand in a formula: lab formulas
    """
    from lab import catalogue_page

    if not name:
        catalogue_page.tell_all(only, as_json)
        return
    if only:
        raise click.UsageError("--only chooses from the list; leave it out, or the name")
    catalogue_page.tell_one(name, parameters, plot, as_json, allow_code)


@cli.command()
@_json_option
def formulas(as_json: bool) -> None:
    """Tell the language of formulas: operators, functions, kinks, what is refused, examples."""
    from lab.formula_page import tell

    tell(as_json)


@cli.command(name="test-activation")
@click.argument("name", metavar="NAME|FILE.py:CLASS")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the activation.")
@_code_option
@_json_option
def check_activation(name: str, parameters: Sequence[str], allow_code: bool, as_json: bool) -> int:
    """Hold an activation to what training relies on: a line a check. Exits with 3 where one fails."""
    from lab import conformance_page

    return conformance_page.tell(name, parameters, as_json, allow_code)


@cli.command()
@click.option(
    "--template",
    metavar="KERNEL",
    help="A bell on a floor; sech2, logistic, gauss, cauchy, softsign, isru, slow or box.",
)
@click.option("--knots", metavar="Z:SLOPE,…", help='Linear between knots, such as "-2:0.1, 0:1, 2:0.1".')
@click.option("--knots-csv", metavar="FILE", help="The same, from a file with the columns z and slope.")
@click.option("--floor-under", metavar="SIGMA", help="Lift the slope of another: (1 − ε)σ′ + ε.")
@click.option(
    "--clip-under", metavar="SIGMA", help="Keep the slope of another, where it is steeper: max(σ′, ε)."
)
@click.option("--derivative", metavar="FORMULA", help="Any formula of σ′ in z; its parameters by -p.")
@click.option("--floor", type=float, help="ε, the least slope; else 0.1.")
@click.option("--height", type=float, help="The greatest slope of a template; else 1.")
@click.option("--width", type=float, help="The width of a template's bell; else 1.")
@click.option("--centre", type=float, help="Where a template is steepest; else 0.")
@click.option(
    "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of FORMULA or SIGMA."
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw σ and σ′ into this PNG, and an SVG beside it.",
)
@_code_option
@_json_option
def design(
    parameters: Sequence[str], plot: Path | None, allow_code: bool, as_json: bool, **asked: str | float | None
) -> None:
    """Design an activation from its slope, in exactly one way, and print the lines of a file that make it.

    \b
    lab design --template gauss --floor 0.1 --width 2 --plot bell.png
    lab design --knots "-2:0.1, 0:1, 2:0.1"
    lab design --clip-under tanh --floor 0.1
    lab design --derivative "floor + (1 - floor)*exp(-z**2)" -p floor=0.05
    """  # noqa: D301
    from lab import design_page

    given = {name.replace("_", "-"): value for name, value in asked.items() if value is not None}
    kinds = {name: value for name, value in given.items() if isinstance(value, str)}
    settings = {name: value for name, value in given.items() if isinstance(value, float)}
    design_page.tell(kinds, settings, parameters, plot, as_json, allow_code)


@cli.command()
@click.argument("name", metavar="FORMULA|NAME")
@click.option(
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter; NAME=LOW:HIGH proves all for every value between.",
)
@click.option("--at-least", type=float, help="Claim that the slope is nowhere less.")
@click.option("--at-most", type=float, help="Claim that the slope is nowhere more.")
@_code_option
@_json_option
def certify(
    name: str,
    parameters: Sequence[str],
    at_least: float | None,
    at_most: float | None,
    allow_code: bool,
    as_json: bool,
) -> int:
    """Prove bounds of the slope of an activation over all real z, and decide a claim about it.

    An example: lab certify "tanh(z) + a*z" -p a=0.05:0.2 --at-least 0.05

    Ends with 3 where a claim is refuted, with a z at which it fails, or cannot be decided. What may stand
    in a formula: lab formulas
    """
    from lab import certificate_page

    return certificate_page.tell(name, parameters, at_least, at_most, as_json, allow_code)


@cli.command()
@click.argument("experiment", type=click.Path(path_type=Path))
@click.option("--layer", type=int, required=True, help="The layer, 1 … L.")
@click.option("--neuron", type=int, help="The neuron, 1 … n; without it, all neurons of the layer.")
@click.option("--example", default=0, show_default=True, help="The training example, counted from 0.")
@click.option("--trial", default=0, show_default=True, help="The trial, counted from 0.")
@click.option("--variant", default=0, show_default=True, help="The variant, counted from 0.")
@click.option("--steps", default=0, show_default=True, help="Train so many steps first; 0 is the start.")
@click.option("--reach", type=float, default=0.1, show_default=True, help="r, the largest move.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw the table into this PNG, and an SVG beside it.",
)
@_experiment_options
@_json_option
def demon(
    experiment: Path,
    overrides: Sequence[str],
    allow_code: bool,
    unchecked: bool,
    max_trials: int,
    plot: Path | None,
    as_json: bool,
    reach: float,
    neuron: int | None,
    **place: int,
) -> None:
    """Let the demon move z of one neuron, or of each in a layer, and see what becomes of the cost.

    \b
    lab demon vanishing.toml --layer 2 --neuron 7 --example 0
    lab demon vanishing.toml --layer 2 --steps 100 --plot demon.png

    It adds Δz to z_j of one example: the cost changes by δ_j Δz and a remainder of order 2. A second demon
    adds Δa behind σ: e_j Δa. Of a whole layer, the best moves |Δ| ≤ r are ranked against |δ_j| and |e_j|.
    """  # noqa: D301
    from lab import demon_page

    asked = demon_page.Asked(neuron=neuron, reach=reach, **place)
    ready = _prepared(experiment, overrides, allow_code, max_trials, unchecked)
    demon_page.tell(ready, asked, plot, as_json)


@cli.command()
@click.argument("subject", metavar="EXPERIMENT.toml|FORMULA|NAME")
@_experiment_options
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the activation.")
@click.option("--depth", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Layers.")
@click.option("--weight-variance", type=float, default=1.0, show_default=True, help="σ_w² = n_in Var w.")
@click.option("--bias-variance", type=float, default=0.0, show_default=True, help="σ_b² = Var b.")
@click.option("--mean-square", type=float, default=1.0, show_default=True, help="Of the inputs.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw the predicted speed by layer into this PNG, and an SVG beside it.",
)
@click.option(
    "--phase",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw where χ = 1 for an activation, over σ_w² and σ_b², into this PNG, and an SVG beside it.",
)
@_json_option
def predict(
    subject: str,
    overrides: Sequence[str],
    allow_code: bool,
    unchecked: bool,
    max_trials: int,
    parameters: Sequence[str],
    depth: int,
    weight_variance: float,
    bias_variance: float,
    mean_square: float,
    plot: Path | None,
    phase: Path | None,
    as_json: bool,
) -> None:
    r"""Predict how fast each layer will learn when it starts, without training anything.

    \b
    lab predict vanishing.toml -o network.initialiser=he --plot speeds.png
    lab predict "tanh(z) + a*z" -p a=0.1 --depth 20 --weight-variance 1.2

    Of an experiment: a row a variant and layer. Of an activation: its gains, the fixed point of the mean
    square q of z, χ, depth scale and critical weights, and a row a layer of a deep network of it.
    """
    from lab import prediction_page

    if subject.endswith(".toml"):
        if any(
            _given(name)
            for name in ("parameters", "depth", "weight_variance", "bias_variance", "mean_square", "phase")
        ):
            raise click.UsageError(
                "an experiment has its own depth and variances; change it with -o KEY=VALUE"
            )
        ready = _prepared(Path(subject), overrides, allow_code, max_trials, unchecked)
        prediction_page.tell_experiment(ready, plot, as_json)
        return
    if overrides:
        raise click.UsageError("-o changes an experiment; of an activation, say -p NAME=VALUE")
    deep = prediction_page.Deep(depth, weight_variance, bias_variance, mean_square)
    prediction_page.tell_activation(subject, parameters, deep, plot, phase, as_json, allow_code)


@cli.group(cls=_Commands)
def data() -> None:
    """The data sets: which there are, and adding those that are too large to come with the lab."""


@data.command(name="list")
@_json_option
def list_data(as_json: bool) -> None:
    """List the data sets and whether they are there."""
    from dataclasses import asdict

    from lab.experiment.datasets.store import listing

    rows = listing()
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=1))
        return
    from lab.screen import table

    table(
        ("name", "where", "parameters", "about"),
        [(row.name, row.where, ", ".join(row.parameters) or None, row.about) for row in rows],
    )


@data.command()
@click.argument("name")
@click.option(
    "--from",
    "source",
    required=True,
    type=click.Path(path_type=Path),
    help="A folder of IDX files, a Keras .npz, an npm .tgz or a .zip.",
)
def add(name: str, source: Path) -> None:
    """Add mnist or fashion-mnist from files that you have; their content is checked."""
    from lab.experiment.datasets.store import add as add_data

    click.echo(add_data(name, source))


@data.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Download mnist or fashion-mnist from its mirrors; the content is checked."""
    from lab.experiment.datasets.store import fetch as fetch_data

    click.echo(fetch_data(name))


@cli.command()
@click.argument("template", default="")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
def new(template: str, to: Path | None) -> None:
    """Write an experiment file to start from; without TEMPLATE, list the templates."""
    from lab.experiment import templates

    if not template:
        from lab.screen import table

        table(("template", "its question"), templates.listing())
        return
    for path in templates.written(template, to):
        click.echo(path)


def _given(option: str) -> bool:
    """Whether this option of the running command was written, and is not its default."""
    return click.get_current_context().get_parameter_source(option) == ParameterSource.COMMANDLINE


def _prepared(
    experiment: Path, overrides: Sequence[str], allow_code: bool, max_trials: int, unchecked: bool
) -> Prepared:
    from lab.experiment.preparation import prepared
    from lab.experiment.variants import load

    ready = prepared(load(experiment, overrides, allow_code=allow_code, max_trials=max_trials))
    if not unchecked:
        from lab.testing import check_own

        check_own(ready)
    return ready


if __name__ == "__main__":
    main()
