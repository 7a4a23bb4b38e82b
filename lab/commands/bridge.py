"""Commands between the lab and other frameworks: ``export`` and ``audit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lab.commands.options import Place, code_option, parameters_option, png_option, prints_page

if TYPE_CHECKING:
    from lab.console.screen import Page


@click.command()
@click.argument("name", metavar="FORMULA|NAME")
@parameters_option("A parameter of the activation.")
@click.option("--to", default="torch", show_default=True, help="torch, jax, keras, numpy, c, latex or json.")
@click.option("--learn", is_flag=True, help="torch: parameters are nn.Parameters, to be learned.")
@click.option("--plain", is_flag=True, help="torch: plain operations, for ONNX, jvp; slopes are autograd's.")
@click.option("--wide", is_flag=True, help="torch: compute float32 in float64, to the last digit.")
@click.option(
    "-o",
    "--out",
    type=Place(dir_okay=False),
    help="The file to write; else it is shown.",
)
@code_option
@prints_page
def export(**given: Any) -> Page:
    """Write an activation as source for torch and others.

    The file needs nothing of the lab. It has σ and its exact slope, whose tails do not vanish too early, and
    tells in its header what is proved of them.

    An example: lab export "tanh(z) + a*z" -p a=0.1 --to torch -o my_sigma.py
    """
    from lab.console.bridge import export_page

    return export_page(**given)


@click.command()
@click.argument("what", metavar="torch|jax|keras|lab|FILE.py:NAME")
@click.argument("only", nargs=-1, metavar="[FUNCTION]...")
@click.option("--formula", default="", help="What a function of one's own is to be, as a formula in z.")
@click.option(
    "--dtype",
    "dtypes",
    default="float64,float32,bfloat16,float16",
    show_default=True,
    help="In these; of float16 and bfloat16 every number is tried.",
)
@click.option("--csv", type=Place(dir_okay=False), help="Write the table as CSV, too.")
@png_option("plot", "the error in ulp over z")
@code_option
@prints_page
def audit(**given: Any) -> Page:
    """Hold anyone's activations to exact references.

    The references of σ and σ′ have 60 digits. An error is told in ulp, the distance of neighbouring numbers.
    Exits with 3 where a value is 0, NaN, ∞ or of the wrong sign though a number is due, where it is a number
    though 0 is due, and where half of it is wrong.

    \b
    lab audit torch --dtype float32
    lab audit my_code.py:my_gelu --formula "z*Phi(z)" --allow-code
    """  # noqa: D301
    from lab.console.bridge import audit_page

    return audit_page(**given)
