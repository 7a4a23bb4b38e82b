"""Which of a run's variants and layers figures show, and what is said of them."""

import fnmatch
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from lab.analysis.rows import by_variant
from lab.errors import PartError
from lab.figures.drawing.bands import Band, Floats, bands
from lab.figures.drawing.panels import MOST_PANELS, Panels, matrix, on_page
from lab.figures.drawing.scales import chosen
from lab.figures.drawing.writing import Entry, left_out
from lab.parts import KEYS, Tables
from lab.spelling import did_you_mean

_KEYS = {
    "layers": KEYS,
    "steps": ("variant", "trial", "step", "epoch", "status"),
    "trials": ("variant", "trial", "status"),
    "histograms": ("variant", "trial", "step", "layer"),
    "neurons": ("variant", "trial", "step", "epoch", "layer", "neuron"),
    "curves": ("variant", "layer"),
    "prediction": ("variant", "layer"),
}
"""The columns that tell whose a row is, by table."""


class NotRecordedError(PartError):
    """A figure shows a quantity that the run did not record."""


class NothingToShowError(PartError):
    """A run has nothing that a figure could show."""


def checked(tables: Tables, name: str, *columns: str) -> pd.DataFrame:
    """The table ``name``, once it is sure to have its keys and these columns.

    Raises NotRecordedError for a quantity of ``layers`` that is missing, PartError for any other column.
    """
    table = tables[name]
    keys = _KEYS.get(name, ())
    for column in (*keys, *columns):
        if column not in table and name == "layers" and column not in keys:
            raise NotRecordedError(
                f"this run did not record {column!r}; add it to the file's record.quantities, "
                f"or say -o record.quantities='[\"all\"]', and run again"
            )
        if column not in table:
            raise PartError(f"the table {name!r} has no column {column!r} (but: {', '.join(table.columns)})")
    return table


class Selected(dict[str, pd.DataFrame]):
    """A run's tables with the rows of some variants and trials, and the ``layers`` that figures show.

    Without ``layers`` all are shown.
    """

    def __init__(self, tables: Tables, layers: Sequence[int] = ()) -> None:
        super().__init__(tables)
        self.layers = layers

    @classmethod
    def of(
        cls,
        tables: Tables,
        variants: Sequence[str] = (),
        layers: Sequence[int] = (),
        trials: Sequence[int] = (),
    ) -> Self:
        """The selection; what is empty selects all, and a variant may be a pattern: ``*slope=0.4``.

        Of the ``comparisons`` of a run those of chosen variants stay as they are, with a p that was corrected
        over all of the run. There are none without the first variant, and none of some trials.

        Raises PartError for a variant, a layer or a trial that the run does not have.
        """
        known = list(map(str, pd.unique(tables["variants"]["variant"]))) if variants else []
        chosen_names = [name for pattern in variants for name in _matching(pattern, known)]
        for column, wanted in (("layer", layers), ("trial", trials)):
            there = set(tables["layers"][column]) if wanted else set()
            if unknown := [one for one in wanted if one not in there]:
                several = f"expected one of {min(there)} … {max(there)}"
                only = f"the run has only {column} {min(there)}"
                raise PartError(f"no {column} {unknown[0]}; {several if len(there) > 1 else only}")
        kept: dict[str, list[Any]] = dict.fromkeys(("variant", "a", "b"), chosen_names)
        kept["trial"] = list(trials)
        chosen = {name: _kept_rows(table, kept) for name, table in tables.items()}
        if trials or ("comparisons" in chosen and chosen["comparisons"].empty):
            chosen.pop("comparisons", None)
        return cls(chosen, layers)


def _matching(pattern: str, known: list[str]) -> list[str]:
    """The variant of this name, or those that the pattern matches."""
    found = [pattern] if pattern in known else fnmatch.filter(known, pattern)
    if not found:
        raise PartError(f"no variant {pattern!r}; {did_you_mean(pattern, known)}")
    return found


def _kept_rows(table: pd.DataFrame, kept: Mapping[str, list[Any]]) -> pd.DataFrame:
    for column, wanted in kept.items():
        if wanted and column in table:
            table = table[table[column].isin(wanted)]
    return table.reset_index(drop=True)


def undiverged(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of trials that did not diverge, which axes have to hold; all where there is none."""
    settled = rows[rows["status"] != "diverged"]
    return settled if len(settled) else rows


def of_variants(tables: Tables, column: str) -> dict[str, Any]:
    """A column of the table ``variants``, by variant; empty where there is no such table or column."""
    if column not in tables.get("variants", ()):
        return {}
    return dict(zip(tables["variants"]["variant"], tables["variants"][column], strict=True))


def number_of(tables: Tables, variant: str, column: str) -> float:
    """The variant's number in this column of the table ``variants``; NaN where there is none."""
    return float(of_variants(tables, column).get(variant, np.nan))


def outcomes(tables: Tables, variants: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Notes on each variant's trials that did not finish: ``3 of 20 trials diverged``.

    ``variants`` are the rows by variant.
    """
    return {
        name: [
            f"{ended[status]} of {ended.total()} trial{'s' if ended.total() > 1 else ''} {status}"
            for status in ("diverged", "failed")
            if status in ended
        ]
        for name, ended in _ended(tables, variants).items()
    }


def _ended(tables: Tables, variants: Mapping[str, pd.DataFrame]) -> dict[str, Counter[str]]:
    """How many trials of each variant ended how.

    From the table ``trials`` if it is there, since a trial that failed has no readings; else from the rows.
    """
    rows = by_variant(checked(tables, "trials")) if "trials" in tables else variants
    statuses = {name: rows.get(name, of) for name, of in variants.items()}
    return {
        name: Counter(dict(zip(of["trial"], of["status"], strict=True)).values() if "status" in of else ())
        for name, of in statuses.items()
    }


def labels(tables: Tables, variants: Mapping[str, pd.DataFrame]) -> list[str]:
    """Each variant, with notes on its trials that did not finish."""
    return ["; ".join([name, *notes]) for name, notes in outcomes(tables, variants).items()]


def telling(
    tables: Tables, variants: Mapping[str, pd.DataFrame], most: int, of: Sequence[str] = ()
) -> dict[str, pd.DataFrame]:
    """So many of the variants, in their order and evenly chosen: first those with something to show.

    ``variants`` are the rows by variant. First come those with a number in one of the columns ``of``, if any
    are named, and a trial that did not end early; then those with such a number; then the others.
    """
    if len(variants) <= most:
        return dict(variants)
    ended = _ended(tables, variants)

    def rank(name: str) -> int:
        shows = not of or bool(variants[name][list(of)].notna().to_numpy().any())
        return shows + (shows and not ended[name].keys() <= {"diverged", "failed"})

    ranks, found = {name: rank(name) for name in variants}, list[str]()
    for wanted in (2, 1, 0):
        found += chosen([name for name in variants if ranks[name] == wanted], most - len(found))
    return {name: rows for name, rows in variants.items() if name in found}


def threshold(tables: Tables) -> str:
    """The saturation threshold τ as the table ``variants`` tells it, or the letter where it does not."""
    values = sorted(set(pd.Series(of_variants(tables, "saturation_threshold"), dtype=float).dropna()))
    return "–".join(f"{value:g}" for value in dict.fromkeys((values[0], values[-1]))) if values else "τ"


def counterfactual(tables: Tables) -> str:
    """What every figure says where variants were trained with a surrogate slope; else empty."""
    if not any(floor > 0 for floor in of_variants(tables, "surrogate_floor").values()):
        return ""
    return "where surrogate_floor\N{NO-BREAK SPACE}>\N{NO-BREAK SPACE}0, δ and ∇C are not the gradient of C"


def slope_words(tables: Tables) -> str:
    """σ′, and where variants were trained with a surrogate slope, that in its place."""
    return "σ′, or max(σ′, floor) in its place" if counterfactual(tables) else "σ′"


def time_axis(table: pd.DataFrame) -> str:
    """The column to draw over, which is its label too: ``step`` where there are fewer than two epochs."""
    return "epoch" if table["epoch"].max() >= 2 else "step"


@dataclass(frozen=True)
class Shown:
    """What a figure shows of a table whose keys hold a variant and a layer.

    ``variants`` are the rows by variant, ``layers`` the layers that are shown; ``left_out`` are the legend's
    entries that tell how many are not.
    """

    tables: Tables
    rows: pd.DataFrame
    variants: dict[str, pd.DataFrame]
    layers: list[int]
    left_out: list[Entry]

    @classmethod
    def of(
        cls,
        tables: Tables,
        rows: pd.DataFrame,
        *,
        most_layers: int = 24,
        most: int = MOST_PANELS,
        columns: int = 0,
        names: Sequence[str] = (),
        of: Sequence[str] = (),
    ) -> Self:
        """Of these ``rows`` the variants called ``names``, or ``most`` that tell most of the columns ``of``.

        A figure with a column of panels a variant shows so many ``columns``, or those a page has room for.
        """
        variants, most = by_variant(rows), on_page(columns) if columns else most
        asked = tables.layers if isinstance(tables, Selected) else ()
        depths = [layer for layer in sorted(rows["layer"].unique()) if not asked or layer in asked]
        if not depths:
            raise NothingToShowError(f"no layer {', '.join(map(str, asked))} in what the figure shows")
        shown = {name: variants[name] for name in names} or telling(tables, variants, most, of)
        layers = chosen(depths, most_layers)
        every = max(len(variants), len(of_variants(tables, "variant")))
        more = left_out(len(layers), len(depths), "layers", "layers")
        return cls(tables, rows, shown, layers, more + left_out(len(shown), every, "variants"))

    @property
    def time(self) -> str:
        """The column to draw over, which is its label too."""
        return time_axis(self.rows)

    def matrix(self, **looks: Any) -> Panels[tuple[int, str]]:
        """A row of panels a layer, a column a variant; the looks are those of `panels.matrix`."""
        rows = {layer: self.layer_name(layer, "\n") for layer in self.layers}
        return matrix(rows, {name: name for name in self.variants}, **looks)

    def layer_name(self, layer: int, between: str = " ") -> str:
        """``layer 2``, and of the output that it is that, where all variants are so deep."""
        return f"layer {layer}{between}(output)" if layer == self.output else f"layer {layer}"

    @cached_property
    def output(self) -> int:
        """The number of the output layer, if it is the same in all variants, else 0."""
        last = self.rows.groupby("variant", observed=True)["layer"].max().unique()
        return int(last[0]) if len(last) == 1 else 0

    def bands(self, quantity: str) -> dict[str, dict[int, Band]]:
        """The bands of ``quantity`` by variant and layer, of what is shown and there."""
        return {
            name: bands(rows[rows["layer"].isin(self.layers)], quantity, self.time)
            for name, rows in self.variants.items()
        }

    def settled(self, quantity: str) -> dict[str, Floats]:
        """What an axis of ``quantity`` has to hold: each variant's bands over trials that did not diverge."""
        rows = undiverged(self.rows[self.rows["variant"].isin(list(self.variants))])
        found = {
            name: bands(of[of["layer"].isin(self.layers)], quantity, self.time)
            for name, of in by_variant(rows).items()
        }
        return {name: np.concatenate([one.edges for one in of.values()]) for name, of in found.items() if of}

    def outcomes(self) -> list[list[str]]:
        """Notes on each variant's trials that did not finish."""
        return list(outcomes(self.tables, self.variants).values())
