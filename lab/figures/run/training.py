"""Cost and accuracy while the network trains."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab import parts
from lab.analysis.rows import by_variant
from lab.figures.drawing import marks, panels, scales, writing
from lab.figures.drawing.bands import Band, Floats, band
from lab.figures.tables import checked, labels, of_variants, telling, time_axis, undiverged
from lab.figures.varied import looks as looks_of

_ROWS = {"cost": "cost C", "accuracy": "accuracy\n(share of examples)"}
_MARKERS = 6
_WIDE = 100.0  # costs whose medians differ by more than this factor have a logarithmic axis


@dataclass(frozen=True)
class Training(parts.Figure):
    """Cost and accuracy over epochs, on the training and on the test data, all variants together.

    Lines are medians over the trials, bands hold 90 % of them. What a run does not have (the accuracy of a
    regression, test data) has no panel. The axis of the cost is logarithmic where its medians span more than
    two decades; a variant far from all others leaves it, and the legend says how far. Of many variants
    twelve are shown.
    """

    needs = ("steps",)
    question = "Does the network learn, how soon, and how well?"
    reading = "one line per variant: the cost above, the accuracy below"

    def draw(self, tables: parts.Tables) -> Figure:
        steps = checked(tables, "steps", "cost")
        time = time_axis(steps)
        every = by_variant(steps)
        variants = telling(tables, every, panels.MOST_PANELS, ["cost"])
        looks = list(looks_of(tables, list(variants)).values())
        rows = {row: label for row, label in _ROWS.items() if row == "cost" or _has(steps, row)}
        seen = set(of_variants(tables, "seen").values())
        columns = {"": ": ".join(["training data", *(seen if len(seen) == 1 else ())])}
        if _has(steps, "test_cost") or _has(steps, "test_accuracy"):
            columns["test_"] = "test data"
        # Only readings at which something was evaluated, so that the line joins them.
        lines = {
            (row, data): [band(of[of[data + row].notna()], data + row, time) for of in variants.values()]
            for row, data in product(rows, columns)
            if _has(steps, data + row)
        }
        width = 3.7 if len(columns) > 1 else 5.6
        matrix = panels.matrix(rows, columns, height=2.4, width=width, sharex="all", sharey="row")
        for place, ax in matrix.axes.items():
            if place not in lines:
                panels.nothing(ax, "not recorded")
            for one, look in zip(lines.get(place, ()), looks, strict=False):
                marks.draw_band(ax, one, look, markers=_MARKERS)
        settled = by_variant(undiverged(steps[steps["variant"].isin(list(variants))]))
        costs = {
            name: [band(of[of[data + row].notna()], data + row, time) for row, data in lines if row == "cost"]
            for name, of in settled.items()
        }
        _hold(matrix.first, list(costs.values()))
        if "accuracy" in rows:
            ax = matrix.axes["accuracy", ""]
            ax.set_ylim(top=min(ax.get_ylim()[1], 1.02))
        entries = []
        for name, label, look in zip(variants, labels(tables, variants), looks, strict=True):
            beyond = scales.beyond(_medians(costs.get(name, ())), matrix.first.get_ylim())
            told = "; ".join([label, *(f"cost {remark}" for remark in beyond)])
            entries.append(writing.line(told, **look.line()))
        trials = [one.trials for of_panel in lines.values() for one in of_panel]
        left_out = writing.left_out(len(variants), len(every), "variants")
        return matrix.framed(time, [*entries, writing.trials_entry(trials), *left_out])


def _hold(ax: Axes, costs: Sequence[Sequence[Band]]) -> None:
    """An axis of the costs of all variants, but of none that is far from all others."""
    held = [one for at in scales.near(list(map(_medians, costs))) for one in costs[at]]
    medians = _medians(held)
    if medians.size and medians.min() > 0 and medians.max() > _WIDE * medians.min():
        scales.log_axis(ax, [one.median for one in held])
    elif medians.size:
        edges = np.concatenate([one.edges[np.isfinite(one.edges)] for one in held])
        room = 0.05 * float(np.ptp(edges)) or 0.1
        ax.set_ylim(float(edges.min()) - room, float(edges.max()) + room)


def _medians(bands: Sequence[Band]) -> Floats:
    """All finite medians of these bands."""
    every = np.concatenate([np.empty(0), *(one.median for one in bands)])
    finite: Floats = every[np.isfinite(every)]
    return finite


def _has(steps: pd.DataFrame, column: str) -> bool:
    return column in steps and bool(steps[column].notna().any())
