"""What several commands share: options, an experiment made ready, suggestions for a word that is unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lab.errors import did_you_mean

if TYPE_CHECKING:
    from lab.runs.preparation import Prepared

F = TypeVar("F", bound=Callable[..., Any])


class Suggesting(click.Group):
    """A group that suggests the nearest command for an unknown one, and lists its commands as they came."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of these words; an error with the nearest one where there is none."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}; {did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, as they were added."""
        return list(self.commands)


def experiment_options(command: F) -> F:
    """The options of a command that reads an experiment file; `prepared` takes them."""
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


def prepared(
    experiment: Path, overrides: Sequence[str], allow_code: bool, max_trials: int, unchecked: bool
) -> Prepared:
    """An experiment file read, checked and made ready to train. Raises ExperimentError, ClaimError."""
    from lab.experiment.variants import load
    from lab.runs.preparation import prepared as made_ready

    ready = made_ready(load(experiment, overrides, allow_code=allow_code, max_trials=max_trials))
    if not unchecked:
        from lab.testing import check_own

        check_own(ready)
    return ready


results_option = click.option(
    "--results",
    type=click.Path(path_type=Path),
    help="Where results are kept; else $LAB_RESULTS, else ./results.",
)
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes to train in; else one for each core."
)
plots_option = click.option("--no-plots", is_flag=True, help="Leave the plots to `lab plot`.")
parameters_option = click.option(
    "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the activation."
)
code_option = click.option("--allow-code", is_flag=True, help='Load "file.py:Class", which runs that file.')
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")


def png_option(name: str, drawn: str) -> Callable[[F], F]:
    """An option ``--name`` that takes a PNG to draw something into."""
    told = f"Draw {drawn} into this PNG, and an SVG beside it."
    return click.option(f"--{name}", type=click.Path(path_type=Path, dir_okay=False), help=told)
