"""The page of ``lab demon``: what moving the z, or the a, of one neuron or of each in a layer does to C."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.analysis.demon import Scene, moves_of_neuron, neurons_of_layer, trained_scene
from lab.console.as_json import say
from lab.console.curve_plot import refuse_unwritable
from lab.console.screen import out, plain, progress, table
from lab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

    from lab.runs.preparation import Prepared
    from lab.training.loop import Training

CAPTIONS = {"move": "Δ", "neuron": "neuron"}
NEURON_FORM = {"change": "ΔC by Δ{m}", "predicted": "{d}Δ{m}", "remainder": "remainder"}
LAYER_FORM = {"derivative": "{d}", "order": "order", "best_move": "best Δ{m}", "best_gain": "gain"}
DERIVATIVES = {"z": "δ", "a": "e"}


@dataclass(frozen=True)
class Asked:
    """Where the demon sets in. ``layer`` and ``neuron`` count from 1, the rest from 0.

    Without a ``neuron`` it goes through the whole layer. ``steps`` are trained first, and no move is larger
    than ``reach``.
    """

    layer: int
    neuron: int | None
    example: int
    trial: int
    variant: int
    steps: int
    reach: float


def tell(ready: Prepared, asked: Asked, plot: Path | None, as_json: bool) -> None:
    """Train the trial for so many steps, let both demons loose, and tell and draw what they did.

    Raises LabError where a number is out of range, which is told, or the trial diverged.
    """
    refuse_unwritable(plot)
    _check("variant", asked.variant, 0, len(ready.made) - 1)
    variant, training = ready.made[asked.variant]
    _check("trial", asked.trial, 0, variant.settings.trials.seeds - 1)
    _check_place(training, asked)
    with progress(asked.steps, "training") as told:
        given = trained_scene(training, asked.trial, asked.example, asked.steps, told)
    if given is None:
        raise LabError(
            f"trial {asked.trial} of {variant.label!r} diverged within {asked.steps} steps; "
            "say fewer --steps, or a smaller -o training.eta=…"
        )
    if asked.neuron is None:
        found = neurons_of_layer(given, asked.layer, asked.reach)
    else:
        found = moves_of_neuron(given, asked.layer, asked.neuron, asked.reach)
    drawn = [] if plot is None else _plotted(found, asked, plot, variant.label)
    where = {"variant": variant.label, "trial": asked.trial, "example": asked.example, "steps": asked.steps}
    if as_json:
        say({"name": ready.plan.name, **where, "cost": given.cost, "rows": found})
    else:
        place = f"layer {asked.layer}" + ("" if asked.neuron is None else f", neuron {asked.neuron}")
        title = (
            f"{ready.plan.name}, {variant.label}: {place}, example {asked.example}, trial {asked.trial}, "
            f"after {asked.steps} steps"
        )
        _show(found, given, asked, title, training.network.surrogate_floor > 0)
    for path in drawn:
        click.echo(path, err=as_json)


def _check_place(training: Training, asked: Asked) -> None:
    sizes = training.network.sizes
    _check("layer", asked.layer, 1, training.network.depth)
    if asked.neuron is not None:
        _check("neuron", asked.neuron, 1, sizes[asked.layer], f" of layer {asked.layer}")
    _check("example", asked.example, 0, len(training.train) - 1)
    _check("steps", asked.steps, 0, training.steps)
    if not 0 < asked.reach < inf:
        raise LabError(f"--reach {asked.reach:g}: expected a finite number above 0")


def _check(option: str, value: int, first: int, last: int, of: str = "") -> None:
    if not first <= value <= last:
        raise LabError(f"--{option} {value}: expected {first}…{last}{of}")


def _show(found: pd.DataFrame, given: Scene, asked: Asked, title: str, counterfactual: bool) -> None:
    """Both demons side by side, and what they come to."""
    console = out()
    key, form = ("neuron", LAYER_FORM) if asked.neuron is None else ("move", NEURON_FORM)
    by_moved = {str(moved): rows for moved, rows in found.groupby("moved", sort=False)}
    columns = [CAPTIONS[key]]
    cells: list[list[Any]] = [by_moved["z"][key].tolist()]
    for moved, rows in by_moved.items():
        for column, caption in form.items():
            columns.append(caption.format(m=moved, d=DERIVATIVES[moved]))
            cells.append(rows[column].tolist())
    table(columns, list(zip(*cells, strict=True)), title)
    console.print(plain(f"C = {given.cost:.6g}"))
    for line in _ends(by_moved, asked):
        console.print(plain(line))
    if counterfactual:
        console.print(
            "trained with max(σ′, floor) in the place of σ′; δ and e are here the derivatives of C",
            style="dim",
        )


def _ends(by_moved: dict[str, pd.DataFrame], asked: Asked) -> Iterator[str]:
    for moved, rows in by_moved.items():
        d, first = DERIVATIVES[moved], rows.iloc[0]
        if asked.neuron is None:
            yield (
                f"Δ{moved}: rank correlation (Spearman) of the best gain within {asked.reach:g} and |{d}|: "
                f"{_number(first['rank_correlation'], '.4f')}"
            )
        else:
            yield (
                f"Δ{moved}: {d} = {first['predicted'] / first['move']:.6g}; "
                f"order of the remainder: {_number(first['order'], '.3f')}"
            )


def _number(value: float, form: str) -> str:
    return "–" if value != value else format(value, form)


def _plotted(found: pd.DataFrame, asked: Asked, plot: Path, label: str) -> list[Path]:
    from lab.figures import draw_page, save

    name = "demon_layer" if asked.neuron is None else "demon"
    return save(draw_page(name, {name: found}, label), plot.parent, plot.stem)
