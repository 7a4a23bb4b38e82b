"""Commands that explain: ``predict``, before any training, ``backprop``, ``matrix-form`` and ``demon``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from lab.commands.options import (
    Decimal,
    Place,
    experiment_options,
    parameters_option,
    png_option,
    prints_page,
    results_option,
    split,
    together,
)
from lab.theory.deep import Deep

if TYPE_CHECKING:
    from lab.console.screen import Page


@click.command()
@click.argument("subject", metavar="EXPERIMENT.toml|FORMULA|NAME")
@experiment_options
@parameters_option("A parameter of the activation.")
@click.option(
    "--depth", type=click.IntRange(1, 10_000), default=Deep.depth, show_default=True, help="Layers."
)
@click.option("--weight-variance", default=Deep.weight_variance, show_default=True, help="σ_w² = n_in Var w.")
@click.option("--bias-variance", default=Deep.bias_variance, show_default=True, help="σ_b² = Var b.")
@click.option("--mean-square", default=Deep.mean_square, show_default=True, help="Mean square of the inputs.")
@click.option(
    "--correlation",
    default=Deep.correlation,
    show_default=True,
    help="Correlation of two inputs; 1: one input.",
)
@png_option("plot", "the predicted speed by layer")
@png_option("phase", "where χ = 1 for an activation, over σ_w² and σ_b²,")
@prints_page
def predict(subject: str, words: Sequence[str], plot: Path | None, phase: Path | None, **given: Any) -> Page:
    """Predict how fast each layer will learn, without training.

    \b
    lab predict vanishing.toml -o network.initialiser=he --plot speeds.png
    lab predict "tanh(z) + a*z" -p a=0.1 --depth 20 --weight-variance 1.2

    Of an experiment: a row a variant and layer. Of an activation: its gains, the fixed point of the mean
    square q of z and of the correlation c of two inputs, χ, depth scales and critical weights, and a row a
    layer of a deep network of it.
    """  # noqa: D301
    from lab.console.theory.prediction import activation_page, experiment_page
    from lab.results.training import prepare

    deep, given = split(Deep, given)
    if subject.endswith(".toml"):
        source = click.get_current_context().get_parameter_source
        of_an_activation = ("words", "phase", *Deep.__dataclass_fields__)
        if any(source(name) == ParameterSource.COMMANDLINE for name in of_an_activation):
            raise click.UsageError(
                "an experiment has its own depth and variances; change it with -o KEY=VALUE"
            )
        return experiment_page(prepare(subject, **given), plot)
    if given["overrides"]:
        raise click.UsageError("-o changes an experiment; of an activation, say -p NAME=VALUE")
    return activation_page(subject, words, deep, plot, phase, given["allow_code"])


moment_options = together(
    click.option("--example", default=0, show_default=True, help="The training example, counted from 0."),
    click.option("--trial", default=0, show_default=True, help="The trial, counted from 0."),
    click.option("--variant", default=0, show_default=True, help="The variant, counted from 0."),
    click.option("--steps", default=0, show_default=True, help="Train so many steps first; 0 is the start."),
)
"""The options that choose an example, a trial, a variant and the steps before; `Moment` takes them."""


@click.command()
@click.argument("experiment", type=Place(), required=False)
@moment_options
@click.option("--latex", is_flag=True, help="Print LaTeX, to be pasted into a paper.")
@experiment_options
@prints_page
def backprop(experiment: Path | None, latex: bool, **given: Any) -> Page:
    """Work BP1 to BP4 by hand, with the numbers of one example.

    \b
    lab backprop
    lab backprop vanishing.toml --example 3 --steps 100
    lab backprop --latex > example.tex

    Each δ is computed neuron by neuron, by ⊙, and by the matrix Σ′; ∂C/∂b and ∂C/∂w follow. The demon,
    who moves a weight and looks at C, checks every number. Without EXPERIMENT, it is a small net that fits
    on the screen; of a large one, the first neurons are shown, and --json has all.
    """  # noqa: D301
    from lab.console.theory.backprop import page
    from lab.console.theory.moment import Moment
    from lab.experiment.templates import BY_HAND, folder
    from lab.results.training import prepare

    moment, given = split(Moment, given)
    return page(prepare(experiment or folder() / BY_HAND, **given), moment, latex)


@click.command(name="matrix-form")
@click.argument("experiment", type=Place())
@moment_options
@experiment_options
@prints_page
def matrix_form(experiment: Path, **given: Any) -> Page:
    """Tell what Σ′ as a matrix costs, and what it shows.

    \b
    lab matrix-form vanishing.toml

    δ of layer 1 is computed from ∇ₐC in three ways: by ⊙, by Σ′ with matrix times vector, and by Σ′ with
    matrix times matrix. The numbers are the same; the multiplications, the memory and the time are not.
    """  # noqa: D301
    from lab.console.theory.matrix_form import page
    from lab.console.theory.moment import Moment
    from lab.results.training import prepare

    moment, given = split(Moment, given)
    return page(prepare(experiment, **given), moment)


@click.command()
@click.argument("subject", metavar="EXPERIMENT.toml|RUN")
@click.option("--layer", type=int, help="The layer, 1 … L: needed.")
@click.option("--neuron", type=int, help="The neuron, 1 … n; without it, all neurons of the layer.")
@moment_options
@click.option("--reach", type=Decimal(), default=0.1, show_default=True, help="r, the largest move.")
@png_option("plot", "the table")
@experiment_options
@results_option
@prints_page
def demon(subject: str, results: Path | None, plot: Path | None, **given: Any) -> Page:
    """Move z of one neuron, or of each, and see what C does.

    \b
    lab demon vanishing.toml --layer 2 --neuron 7 --example 0
    lab demon vanishing.toml --layer 2 --steps 100 --plot demon.png

    It adds Δz to z_j of one example: the cost changes by δ_j Δz and a remainder of order 2. A second demon
    adds Δa behind σ: e_j Δa. Of a whole layer, the best moves |Δ| ≤ r are ranked against |δ_j| and |e_j|.

    Of a RUN, named as in `lab show`, the trial is trained again as it was then, for so many --steps.
    """  # noqa: D301
    from lab.console.theory.demon import Place, page
    from lab.console.theory.moment import Moment
    from lab.results.training import prepare
    from lab.runs.files.root import find
    from lab.runs.files.whereabouts import results_root
    from lab.runs.preparation import prepared_again

    place, given = split(Place, given)
    moment, given = split(Moment, given)
    if subject.endswith(".toml"):
        ready = prepare(subject, **given)
    elif given["overrides"]:
        raise click.UsageError("-o changes an experiment file; a run is taken as it was")
    else:
        ready = prepared_again(find(subject, results_root(results)), allow_code=given["allow_code"])
    return page(ready, moment, place, plot)
