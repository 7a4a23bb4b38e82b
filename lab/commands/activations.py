"""Commands about one σ: ``activations``, ``formulas``, ``design``, ``certify``, ``test-activation``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.commands.options import (
    Decimal,
    bench_options,
    code_option,
    parameters_option,
    png_option,
    prints_page,
    with_leave,
)

if TYPE_CHECKING:
    from lab.console.screen import Page


@click.command()
@click.argument("name", metavar="[FORMULA|NAME]", default="")
@png_option("plot", "σ, σ′ and σ″")
@parameters_option("A parameter of the activation.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(("monotone", "odd", "even", "bounded", "floored", "kinked")),
    help="List those with this property; of several, with all. Floored: inf σ′ > 0.",
)
@bench_options
@code_option
@prints_page
def activations(name: str, only: Sequence[str], **given: Any) -> Page:
    """List the activations, or tell all about one.

    NAME is one of the list, or a formula such as "tanh(z) + 0.1*z".

    What may stand in a formula: lab formulas
    """
    from lab.console.activations import catalogue

    if not name and (given["html"] or given["opened"]):
        raise click.UsageError("--html and --open are of one activation; name it")
    if name and only:
        raise click.UsageError("--only chooses from the list; leave it out, or the name")
    return catalogue.page(name, **given) if name else catalogue.all_page(only)


@click.command()
@prints_page
def formulas() -> Page:
    """Tell what may stand in a formula.

    Operators, functions, what happens at kinks, what is refused, and examples.
    """
    from lab.console.activations.formulas import page

    return page()


@click.command()
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
@click.option("--floor", type=Decimal(), help="ε, the least slope; else 0.1.")
@click.option("--height", type=Decimal(), help="The greatest slope of a template; else 1.")
@click.option("--width", type=Decimal(), help="The width of a template's bell; else 1.")
@click.option("--centre", type=Decimal(), help="Where a template is steepest; else 0.")
@parameters_option("A parameter of FORMULA or SIGMA.")
@png_option("plot", "σ and σ′")
@bench_options
@code_option
@prints_page
def design(
    words: Sequence[str],
    plot: Path | None,
    allow_code: bool,
    html: Path | None,
    opened: bool,
    **wish: str | float | None,
) -> Page:
    """Design an activation from its slope.

    Choose one way. Prints the lines of a file that make the activation. With --open alone the slope is drawn
    by hand, in a browser.

    \b
    lab design --template gauss --floor 0.1 --width 2 --plot bell.png
    lab design --knots "-2:0.1, 0:1, 2:0.1"
    lab design --clip-under tanh --floor 0.1
    lab design --derivative "floor + (1 - floor)*exp(-z**2)" -p floor=0.05
    """  # noqa: D301
    from lab.console.activations.design import page

    given = {name.replace("_", "-"): value for name, value in wish.items() if value is not None}
    return page(given, words, plot, allow_code, html, opened)


@click.command()
@click.argument("name", metavar="FORMULA|NAME")
@parameters_option("A parameter; NAME=LOW:HIGH proves all for every value between.")
@click.option("--at-least", type=Decimal(), help="Claim that the slope is nowhere less.")
@click.option("--at-most", type=Decimal(), help="Claim that the slope is nowhere more.")
@code_option
@prints_page
def certify(**given: Any) -> Page:
    """Prove bounds of an activation's slope over all real z.

    A claim about them is proved or refuted.

    An example: lab certify "tanh(z) + a*z" -p a=0.05:0.2 --at-least 0.05

    Exits with 3 where a claim is refuted, with a z at which it fails, or cannot be decided. What may stand
    in a formula: lab formulas
    """
    from lab.console.activations.claims import certificate_page

    return certificate_page(**given)


@click.command(name="test-activation")
@click.argument("name", metavar="NAME|FILE.py:CLASS")
@parameters_option("A parameter of the activation.")
@code_option
@prints_page
def check_activation(**given: Any) -> Page:
    """Hold an activation to what training relies on.

    Prints a line for each check; exits with 3 where one fails.
    """
    from lab.console.activations.claims import conformance_page

    return with_leave(conformance_page, **given)
