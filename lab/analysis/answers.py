"""What there is to see of a run, with its numbers: the lines of ``[see]``, filled from the tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lab.analysis.rows import at_reading, done, output, time_until
from lab.analysis.rule import rounded
from lab.analysis.summary import summary
from lab.experiment.see import Blank, pieces
from lab.parts import Tables

MOST_NUMBERS = 8
"""Of more variants a blank tells how many they are, or the least and the greatest number, and whose."""

MOST_NAMES = 2
"""So many variants are named that have the least number, the greatest, or none."""


def told(line: str, tables: Tables) -> str:
    """A line of ``[see]``, each blank filled with a number a variant: the median over the done trials.

    The numbers stand in the order of the variants, as ``0.342 / 0.926 / 1.65``, with three digits. What was
    not recorded, or did not happen, is a dash; where it is so of all variants, one. A number of fewer trials
    than the variant has, since some diverged, says so: ``0.96 (3 of 5 trials)``.
    """
    return "".join(piece if isinstance(piece, str) else _filled(piece, tables) for piece in pieces(line))


def _filled(asked: Blank, tables: Tables) -> str:
    names = [str(name) for name in tables["variants"]["variant"]]
    if asked.kind == "variants":
        return " / ".join(names) if len(names) <= MOST_NUMBERS else f"{len(names)} variants"
    values = _values(asked, tables)
    if asked.kind == "count":
        return f"{int(_beyond(values, asked).sum())} of {len(names)}"
    numbers = {name: _number(values.get(name, np.nan)) for name in names}
    fewer = _fewer(tables["trials"]) if asked.reading == "end" else {}
    known = [name for name in names if np.isfinite(values.get(name, np.nan))]
    if asked.variant:
        return _with(numbers.get(asked.variant, _number(np.nan)), fewer.get(asked.variant))
    if not known:
        return _number(np.nan)
    if len(names) <= MOST_NUMBERS:
        return " / ".join(_with(numbers[name], fewer.get(name)) for name in names)
    ends = (_number(values[known].min()), _number(values[known].max()))
    whose = ([name for name in known if numbers[name] == end] for end in ends)
    told = " to ".join(_with(end, _listed(alike, fewer)) for end, alike in zip(ends, whose, strict=True))
    without = [name for name in names if name not in known]
    return f"{told}, none for {_listed(without, {})}" if without else told


def _with(number: str, remark: str | None) -> str:
    return f"{number} ({remark})" if remark else number


def _listed(variants: Sequence[str], fewer: Mapping[str, str]) -> str:
    """These variants, of many the first, each with the trials that its number is of."""
    told = [f"{name}, {fewer[name]}" if name in fewer else name for name in variants[:MOST_NAMES]]
    return "; ".join(told) + (f" and {more} more" if (more := len(variants) - MOST_NAMES) > 0 else "")


def _fewer(trials: pd.DataFrame) -> dict[str, str]:
    """The variants of which some trials are not done → of how many a number at the end is."""
    shares = (trials["status"] == "done").groupby(trials["variant"].astype(str)).agg(["sum", "size"])
    lacking = shares[(shares["sum"] > 0) & (shares["sum"] < shares["size"])]
    return {str(name): f"{done} of {of} trials" for name, done, of in lacking.itertuples()}


def _values(asked: Blank, tables: Tables) -> pd.Series:
    """The number of each variant that has one."""
    if asked.kind == "until":
        return _time_until(asked, tables)
    if asked.kind == "count":
        return _of_variant(asked.column, "end", tables)
    if asked.layer or asked.place:
        return _of_layer(asked, tables["layers"])
    return _of_variant(asked.column, asked.reading, tables)


def _of_layer(asked: Blank, layers: pd.DataFrame) -> pd.Series:
    rows = done(layers)
    if asked.column not in rows:
        return pd.Series(dtype=np.float64)
    last = output(rows)
    places = {"first hidden layer": 1, "last hidden layer": last - 1, "output": last}
    of_layer = rows[rows["layer"] == places.get(asked.place, asked.layer)]
    return _medians(at_reading(asked.reading, of_layer), asked.column)


def _of_variant(column: str, reading: str, tables: Tables) -> pd.Series:
    if column in ("ratio", "saturation"):
        return summary(tables).set_index("variant")[f"{column}_{reading}"]
    if reading == "end" and f"final_{column}" in tables["trials"]:
        return _medians(done(tables["trials"]), f"final_{column}")
    rows = done(tables["steps"])
    return _medians(at_reading(reading, rows[rows[column].notna()]), column)


def _medians(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows.groupby("variant", observed=True)[column].median()


def _time_until(asked: Blank, tables: Tables) -> pd.Series:
    rows = done(tables["steps"])
    times = time_until(rows, asked.time.removesuffix("s"), _beyond(rows[asked.column], asked))
    median = times.groupby("variant", observed=True).median()
    return median.where(np.isfinite(median))


def _beyond(values: pd.Series, asked: Blank) -> pd.Series:
    """Which are beyond the bound that is asked for."""
    return values > asked.bound if asked.sign == ">" else values < asked.bound


def _number(value: float) -> str:
    return "–" if not np.isfinite(value) else rounded(value)


def seen(see: Mapping[str, str], tables: Tables) -> dict[str, str]:
    """All lines of ``[see]``, filled: figure (or ``answer``) → what to see."""
    return {figure: told(line, tables) for figure, line in see.items()}
