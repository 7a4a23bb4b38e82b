"""What several commands share: options, and suggestions for a word that is unknown."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import fields, replace
from functools import reduce, wraps
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lab.errors import LabError
from lab.spelling import did_you_mean

if TYPE_CHECKING:
    from lab.console.screen import Page

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


_FORMULA = re.compile(r"-\s*(?:[A-Za-z]\w*\s*[(*/^]|[zx]\b|[^\x00-\x7f]|\\|(?=.*[zx(|])[\d.(|])")
"""How a formula with a minus in front begins; no option and no number does."""


class Suggesting(click.Group):
    """A group that suggests the nearest command for an unknown one, and lists its commands as they came.

    A word such as ``-log(1 + exp(-z))`` is a formula and no option.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f"−{word[1:]}" if _FORMULA.match(word) else word for word in args])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            is_file = "run" in self.commands and args[0].endswith(".toml")
            hint = f"an experiment is run by: lab run {args[0]}" if is_file else ""
            ctx.fail(f"no command {args[0]!r}; {hint or did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class Decimal(click.ParamType):  # type: ignore[type-arg]  # which click 8.1 does not know
    """A number, of which no decimal that is not 0 becomes 0."""

    name = "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from lab.numerics import TooSmallError, as_float

        try:
            return value if isinstance(value, float) else as_float(value)
        except TooSmallError as error:
            self.fail(str(error), param, ctx)
        except ValueError:
            from lab.experiment.meant import number_meant

            number = number_meant(str(value))
            self.fail(f"{value!r} is not a valid float{number and f'; write {number}'}.", param, ctx)


class Place(click.Path):
    """A file or a folder, which an empty word does not name, as ``--results "$UNSET"``."""

    def __init__(self, **what: bool) -> None:
        super().__init__(path_type=Path, **what)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(value, param, ctx) if value else self.fail("no path is given", param, ctx)


class ListingFigures(click.Command):
    """A command whose help ends with the list of figures; loaded only then."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from lab.figures import listing

        with formatter.section("Figures"):
            formatter.write_dl(
                [
                    (row["figure"], f"{row['question']} ({row['how to read it']}; drawn {row['drawn']})")
                    for row in listing()
                ]
            )


def numbers(text: str) -> list[int]:
    """Whole numbers and ranges of them, for a ``type``: ``1-3,5``."""
    found: list[int] = []
    for piece in filter(None, text.split(",")):
        ends = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", piece)
        if not ends:
            raise click.BadParameter(f"{piece!r} is no whole number; expected such as 1-3,5")
        found += range(int(ends[1]), int(ends[2] or ends[1]) + 1)
    return found


class _Seconds(click.FloatRange):
    """A time, which NaN and infinity are not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if not isfinite(seconds):
            self.fail(f"{value!r} is no time", param, ctx)
        return seconds


def inches(text: str) -> float:
    """A length in inches, for a ``type``, from one with its unit: ``3.3in``, ``8.4cm``, ``84mm``."""
    found = re.fullmatch(r"(\d*\.?\d+) ?(in|cm|mm)?", text)
    if not found or not float(found[1]):
        raise click.BadParameter(f"{text!r} is no length above 0; expected such as 3.3in, 8.4cm or 84mm")
    return float(found[1]) * {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}[found[2] or "in"]


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator; a help page lists them in this order."""
    return lambda command: reduce(lambda done, option: option(done), reversed(options), command)


experiment_options = together(
    click.option(
        "-o",
        "--override",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Another value for a key, such as training.eta=0.3; may be repeated.",
    ),
    click.option(
        "--allow-code", is_flag=True, help="Let the file name a class in a Python file, and run that file."
    ),
    click.option(
        "--unchecked",
        is_flag=True,
        help="Run a σ, a cost or an optimiser of one's own that fails its checks.",
    ),
    click.option(
        "--max-trials",
        type=click.IntRange(min=1),
        default=10_000,
        show_default=True,
        help="Refuse an experiment with more trials.",
    ),
)
"""The options of a command that reads an experiment file; `lab.results.training.prepare` takes them."""

results_option = click.option(
    "--results",
    type=Place(),
    help="Where results are kept; else $LAB_RESULTS, else ./results.",
)


def _usable_cores() -> int:
    from lab.processes import usable_cores

    return usable_cores()


training_options = together(
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=_usable_cores,
        help="So many processes train at most; else one a core.",
    ),
    click.option(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="Train with the workers of this Dask scheduler, tcp://host:8786.",
    ),
    click.option(
        "--trial-timeout",
        type=_Seconds(min=0, min_open=True),
        metavar="SECONDS",
        help="Give up trials that take longer.",
    ),
    click.option(
        "--allow-mixed",
        "mixed",
        is_flag=True,
        help="Let trials stand that were made with other versions or by another processor.",
    ),
    click.option("--no-plots", is_flag=True, help="Leave the plots to `lab plot`."),
)
"""The options of a command that trains: ``no_plots``, and what `lab.runs.terms.Terms` takes."""

live_option = click.option(
    "--live", is_flag=True, help="Write report.html from the start, again and again; it reloads itself."
)
code_option = click.option("--allow-code", is_flag=True, help='Load "file.py:Class", which runs that file.')


def prints_page(command: Callable[..., Page]) -> Callable[..., int]:
    """Print the page that a command returns, as JSON where ``--json`` is given; for its exit code."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
    @wraps(command)
    def printed(*, as_json: bool, **given: Any) -> int:
        from lab.console.screen import show

        with redirect_stdout(sys.stderr):  # what somebody's code prints is no part of the page
            page = command(**given)
        return show(page, as_json)

    return printed


def with_leave(make: Callable[..., Page], allow_code: bool, **given: Any) -> Page:
    """``make(allow_code=…, **given)``: tried apart where code of somebody's own may run."""
    if not allow_code:
        return make(allow_code=allow_code, **given)
    from lab.console.progress import trying_own_code
    from lab.own_code import tried_apart

    with trying_own_code(allow_code):
        return tried_apart(_whole, page=make, allow_code=True, **given)


def _whole(page: Callable[..., Page], **given: Any) -> Page:
    """The page, all of whose blocks are made."""
    made = page(**given)
    return replace(made, body=list(made.body))


def split(kind: type[T], given: dict[str, Any]) -> tuple[T, dict[str, Any]]:
    """The dataclass that some of the options make, and the other options."""
    names = [field.name for field in fields(kind) if field.name in given]  # type: ignore[arg-type]
    return kind(**{name: given.pop(name) for name in names}), given


def parameters_option(text: str) -> Callable[[F], F]:
    """The option ``-p NAME=VALUE``, which may be repeated."""
    return click.option("-p", "words", multiple=True, metavar="NAME=VALUE", help=text)


def png_option(name: str, drawn: str) -> Callable[[F], F]:
    """An option ``--name`` that takes a PNG to draw something into."""
    return click.option(
        f"--{name}",
        type=Place(dir_okay=False),
        callback=_writable,
        help=f"Draw {drawn} into this PNG, and an SVG beside it.",
    )


bench_options = together(
    click.option(
        "--html",
        type=Place(dir_okay=False),
        help="Write a page on which it is moved by hand, with what follows from it.",
    ),
    click.option("--open", "opened", is_flag=True, help="Show such a page in a browser."),
)
"""``--html`` and ``--open``: the bench, a page to move σ by hand."""


def _writable(ctx: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and (path.suffix != ".png" or not path.parent.is_dir()):
        expected = "expected a file that ends in .png, in a folder that is there"
        raise LabError(f"{option.opts[0]} {path}: {expected}")
    return path
