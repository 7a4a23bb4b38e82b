"""What the views of a report draw: medians and bands over the trials, within a budget of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite, isinf, isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from lab.analysis.rows import by_variant
from lab.analysis.rule import Verdicts
from lab.numerics import Array
from lab.parts import KEYS, Tables
from lab.prover.intervals.enclosure_text import short_bound
from lab.report.differences import differences
from lab.report.document import few
from lab.report.quantities import CAUSES, Quantity, ordered

MOST_NUMBERS = 60_000
"""So many numbers of readings a page holds at most, about half a megabyte."""
FEWEST_READINGS, MOST_READINGS = 24, 120
MOST_HEIGHTS = 30_000
"""The same for the heights of histograms."""
BINS = 40
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}
CURVE_POINTS, NEAR = 161, 8
"""So many points of a curve are kept for |z| up to this, and beyond it all that are sampled."""
SPLIT = ("trials", "histograms", "curves", "prediction")
NONE = pd.DataFrame()
NO_VALUES: dict[str, Any] = {"steps": [], "values": {}}
NOTHING_ABOUT = {"note", "reaches", "transport", "slope", "transport_total", "slope_total"}
"""Columns of the ledger that its decades tell already."""


@dataclass(frozen=True)
class Subject:
    """A run as its report takes it: what it was made with, its tables, what was found, and its file.

    ``pictures`` are PNG files by name, for a reader without scripts; ``results`` is the folder of results
    that holds the run.
    """

    name: str
    info: Mapping[str, Any]
    tables: Tables
    verdicts: Verdicts = field(default_factory=Verdicts)
    experiment: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    results: str = ""


def island(subjects: Sequence[Subject], names: Sequence[str]) -> dict[str, Any]:
    """What the page's script reads of these runs, as values for JSON; ``names`` are those of the runs.

    ``variants`` has for each variant its ``steps``, by quantity the ``median`` and perhaps the
    ``low`` and ``high`` over the trials (of causes the mean) as lists [layer][reading], its ``histograms`` of
    z, and the places of its ``curves`` σ and σ′. ``compared`` has the `differences` of each run. Numbers have
    four digits; what is not finite is null. Where there are many variants, readings are left out first, then
    the last quantities of `lab.report.quantities.KNOWN`.
    """
    readable = [_readings(subject.tables) for subject in subjects]
    columns = {str(column) for tables in readable for table in tables.values() for column in table}
    rows = [subject.tables["variants"].to_dict("records") for subject in subjects]
    depths = [int(row.get("layers", 1)) for of_run in rows for row in of_run]
    kept, most = _within_budget(ordered(columns.difference(KEYS)), max(sum(depths), 1), max(len(depths), 1))
    curves, variants, compared = _Curves(), list[dict[str, Any]](), list[Any]()
    for subject, name, tables, of_run in zip(subjects, names, readable, rows, strict=True):
        values = _values(tables, kept, most)
        split = {one: by_variant(subject.tables[one]) for one in SPLIT if one in subject.tables}
        labels = [str(row["variant"]) for row in of_run]
        places = {label: len(variants) + i for i, label in enumerate(labels)}
        compared.append(differences(subject.tables.get("comparisons", NONE), places))
        for label, row in zip(labels, of_run, strict=True):
            own = {one: of.get(label, NONE) for one, of in split.items()}
            variants.append(
                {
                    "name": f"{name}: {label}" if len(subjects) > 1 else label,
                    "activation": str(row.get("activation", "")),
                    "inf": few(row.get("inf_slope")),
                    "endless": any(isinf(row.get(end, nan)) for end in ("inf_slope", "sup_slope")),
                    "slopes": _slopes(row),
                    "threshold": few(row.get("saturation_threshold")),
                    **values.get(label, NO_VALUES),
                    "trials": Counter(own.get("trials", NONE).get("status", ())),
                    "predicted": [few(x) for x in own.get("prediction", NONE).get("predicted_speed", ())],
                    "curves": curves.of(own.get("curves", NONE)),
                    "histograms": _histograms(own.get("histograms", NONE), sum(depths)),
                }
            )
    shown = {"quantities": [asdict(one) for one in kept], "variants": variants, "curves": curves.made}
    return {**shown, "compared": compared}


def _slopes(row: Mapping[Hashable, Any]) -> str:
    """The interval of a variant's σ′, and whether it is proved; empty where nothing is known."""
    low, high = row.get("inf_slope", nan), row.get("sup_slope", nan)
    if isnan(low) or isnan(high):
        return ""
    ends = short_bound(low, up=False), short_bound(high, up=True)
    return f"{'(['[isfinite(low)]}{ends[0]}, {ends[1]}{')]'[isfinite(high)]}, {row.get('bounds', '')}"


def _readings(tables: Tables) -> dict[str, pd.DataFrame]:
    """The tables of readings: layers with the ledger's decades, and steps."""
    layers = tables["layers"]
    if "ledger" in tables:
        decades = tables["ledger"].drop(columns=NOTHING_ABOUT, errors="ignore")
        layers = layers.merge(decades, on=list(KEYS), how="left")
    found = {"layers": layers, "steps": tables["steps"]}
    return {name: table if table.empty else table.dropna(axis=1, how="all") for name, table in found.items()}


def _within_budget(quantities: Sequence[Quantity], lines: int, variants: int) -> tuple[list[Quantity], int]:
    """The quantities for which there is room, and how many readings of each."""
    kept: list[Quantity] = []
    numbers = 0
    for one in quantities:
        size = (3 if one.banded else 1) * (lines if one.layered else variants)
        if kept and (numbers + size) * FEWEST_READINGS > MOST_NUMBERS and one.layered:
            continue
        kept.append(one)
        numbers += size
    return kept, int(np.clip(MOST_NUMBERS // max(numbers, 1), FEWEST_READINGS, MOST_READINGS))


def _values(tables: Tables, quantities: Sequence[Quantity], most: int) -> dict[str, dict[str, Any]]:
    """By variant the steps and the values at no more than ``most`` readings."""
    found: dict[str, dict[str, Any]] = {}
    split = {name: by_variant(table) for name, table in tables.items()}
    for variant, rows in split["steps"].items():
        steps = np.unique(rows["step"])
        found[variant] = {"steps": steps[_thinned(len(steps), most)].tolist(), "values": {}}
    for layered, table in ((True, "layers"), (False, "steps")):
        wanted = [one for one in quantities if one.layered == layered]
        kept = [rows[rows["step"].isin(found[name]["steps"])] for name, rows in split[table].items()]
        if not wanted or not kept:
            continue
        rows = pd.concat(kept).replace([np.inf, -np.inf], np.nan)
        grouped = rows.assign(layer=rows["layer"] if layered else 1).groupby(
            ["variant", "layer", "step"], observed=True
        )
        for level, quantile in QUANTILES.items():
            names = [one.name for one in wanted if one.name in rows and (one.banded or level == "median")]
            of_level = grouped[names].median() if level == "median" else grouped[names].quantile(quantile)
            shares = [name for name in names if name.startswith(CAUSES)]
            if shares and level == "median":
                of_level = of_level.assign(**grouped[shares].mean())  # which sum to 1, as medians do not
            numbers = of_level.to_numpy(float)
            layers, steps = (of_level.index.get_level_values(key).to_numpy() for key in ("layer", "step"))
            for label, at in of_level.groupby(level="variant", observed=True).indices.items():
                of = found[str(label)]
                blocks = _by_layer(layers[at], steps[at], numbers[at], of["steps"])
                for column, block in zip(of_level, blocks, strict=True):
                    if not np.isnan(block).all():
                        of["values"].setdefault(column, {})[level] = [[few(x) for x in l] for l in block]
    return found


def _by_layer(layers: Array, steps: Array, rows: Array, readings: Sequence[int]) -> Array:
    """Rows of numbers as blocks [column][layer][reading], NaN where there is no row."""
    known, layer = np.unique(layers, return_inverse=True)
    whole = np.full((len(known), len(readings), rows.shape[1]), np.nan)
    whole[layer, np.searchsorted(readings, steps)] = rows
    return np.moveaxis(whole, 2, 0)


def _thinned(count: int, most: int) -> Array:
    """The places of at most so many of ``count`` things, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int))


def _histograms(own: pd.DataFrame, lines: int) -> dict[str, Any] | None:
    """Histograms of z of all trials: their ``steps``, and [step][layer] ``low``, ``high`` and ``heights``.

    The `BINS` reach from the 0.1th to the 99.9th percentile; ``heights`` are per cent of the highest.
    """
    if own.empty:
        return None
    step, layer = own["step"].to_numpy(), own["layer"].to_numpy()
    numbers = own[["low", "high", "count"]].to_numpy(float)
    steps = np.unique(step)
    steps = steps[_thinned(len(steps), max(MOST_HEIGHTS // (lines * BINS), 2))]
    known = np.isfinite(numbers[:, :2]).all(axis=1) & np.isin(step, steps)
    if not known.any():
        return None
    layers = range(1, int(layer[known].max()) + 1)
    of = {(l, at): numbers[known & (layer == l) & (step == at)] for l in layers for at in steps}
    ends = [[_ends(of[l, step]) for l in layers] for step in steps]
    return {
        "steps": steps.tolist(),
        "low": [[few(low) for low, _ in at] for at in ends],
        "high": [[few(high) for _, high in at] for at in ends],
        "heights": [
            [_heights(of[l, step], *end) for l, end in zip(layers, at, strict=True)]
            for step, at in zip(steps, ends, strict=True)
        ],
    }


def _ends(rows: Array) -> tuple[float, float]:
    low, high, count = rows.T
    if not count.any():
        return -1.0, 1.0
    order = np.argsort(low)
    share = np.cumsum(count[order]) / count.sum()
    first, last = np.searchsorted(share, (0.001, 0.999))
    return float(low[order][first]), float(high[order][min(last, len(order) - 1)])


def _heights(rows: Array, low: float, high: float) -> list[int]:
    if not len(rows):
        return []
    edges = np.linspace(low, high, BINS + 1)
    ends = np.unique(rows[:, :2])
    below = np.concatenate(
        [[0.0], np.cumsum(np.histogram(rows[:, :2].mean(axis=1), ends, weights=rows[:, 2])[0])]
    )
    inside = np.diff(np.interp(edges, ends, below))
    return np.round(100 * inside / max(inside.max(), 1e-300)).astype(int).tolist()  # type: ignore[no-any-return]


class _Curves:
    """The curves σ and σ′, each kept once."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self._known: dict[bytes, int] = {}

    def of(self, own: pd.DataFrame) -> list[int]:
        """The place among `made` of the curve of each layer of a variant."""
        if own.empty:
            return []
        numbers = own[["z", "sigma", "slope"]].to_numpy(float)
        return [self._place(numbers[at]) for at in own.groupby("layer").indices.values()]

    def _place(self, rows: Array) -> int:
        key = rows.tobytes()
        if key not in self._known:
            z, sigma, slope = rows.T
            self._known[key] = len(self.made)
            near = np.searchsorted(z, np.linspace(-NEAR, NEAR, CURVE_POINTS)).clip(0, len(z) - 1)
            at = np.union1d(near, np.flatnonzero(np.abs(z) > NEAR))
            columns = {"z": z[at], "sigma": sigma[at], "slope": slope[at]}
            made: dict[str, Any] = {name: [few(x) for x in column] for name, column in columns.items()}
            self.made.append(made | {"steepest": few(np.abs(slope[np.isfinite(slope)]).max(initial=0))})
        return self._known[key]
