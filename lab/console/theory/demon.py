"""The page of ``lab demon``: what moving the z, or the a, of one neuron or of each in a layer does to C."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isnan
from pathlib import Path

import pandas as pd

from lab.analysis.demon import MOVED, moves_of_neuron, neurons_of_layer
from lab.console.screen import Block, Page, Rows, dim, drawn
from lab.console.theory.moment import Chosen, Moment, check
from lab.errors import LabError, counted
from lab.runs.preparation import Prepared

NEURON_FORM = {"change": "ΔC by Δ{m}", "predicted": "{d}Δ{m}", "remainder": "remainder"}
LAYER_FORM = {"derivative": "{d}", "order": "order", "best_move": "best Δ{m}", "best_gain": "gain"}


@dataclass(frozen=True)
class Place:
    """Where the demon sets in: ``layer`` and ``neuron`` count from 1.

    Without a ``neuron`` it goes through the whole layer; a ``layer`` is needed. No move is larger than
    ``reach``.
    """

    layer: int | None
    neuron: int | None
    reach: float


def page(ready: Prepared, moment: Moment, place: Place, plot: Path | None) -> Page:
    """Train the trial up to the moment, and let both demons loose.

    Raises LabError, with the range, where a number is out of it or no layer is given, or where the trial
    diverged.
    """
    chosen = Chosen(ready, moment)
    network = chosen.training.network
    sizes, layer = network.sizes, place.layer
    if layer is None:
        own = ", ".join(f"{layer} ({counted(size, 'neuron')})" for layer, size in enumerate(sizes) if layer)
        raise LabError(f"--layer is missing; the layers are {own}, the last is the output")
    check("layer", layer, 1, network.depth)
    if place.neuron is not None:
        check("neuron", place.neuron, 1, sizes[layer], f" of layer {layer}")
    if not 0 < place.reach < inf:
        raise LabError(f"--reach {place.reach:g}: expected a finite number above 0")
    scene = chosen.scene()
    if place.neuron is None:
        name, neuron, found = "demon_layer", "", neurons_of_layer(scene, layer, place.reach)
    else:
        name, neuron = "demon", f", neuron {place.neuron}"
        found = moves_of_neuron(scene, layer, place.neuron, place.reach)
    title = chosen.title(f"layer {layer}{neuron}")
    return Page(
        {**chosen.where, "cost": scene.cost, "rows": found},
        _body(found, scene.cost, place, title, network.surrogate_floor > 0),
        drawn(name, {name: found}, plot, chosen.variant.label),
    )


def _body(
    found: pd.DataFrame, cost: float, place: Place, title: str, counterfactual: bool
) -> Iterator[Block]:
    """Both demons side by side, and what they come to."""
    key, caption, form = ("move", "Δ", NEURON_FORM) if place.neuron else ("neuron", "neuron", LAYER_FORM)
    by_moved = {str(moved): rows for moved, rows in found.groupby("moved", sort=False)}
    columns, cells = [caption], [by_moved["z"][key].tolist()]
    for moved, rows in by_moved.items():
        columns += [text.format(m=moved, d=MOVED[moved]) for text in form.values()]
        cells += [rows[column].tolist() for column in form]
    yield Rows(columns, list(zip(*cells, strict=True)), title)
    yield f"C = {cost:.6g}"
    for moved, rows in by_moved.items():
        d, first = MOVED[moved], rows.iloc[0]
        if place.neuron:
            slope, order = first["predicted"] / first["move"], first["order"]
            told = "–" if isnan(order) else f"{order:.3f}"
            yield f"Δ{moved}: {d} = {slope:.6g}; order of the remainder: {told}"
        else:
            rank = "–" if isnan(first["rank_correlation"]) else f"{first['rank_correlation']:.4f}"
            of = f"the best gain within {place.reach:g} and |{d}|"
            yield f"Δ{moved}: rank correlation (Spearman) of {of}: {rank}"
    if counterfactual:
        yield dim("trained with max(σ′, floor) in the place of σ′; δ and e are here the derivatives of C")
