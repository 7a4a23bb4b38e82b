"""The rows of a run's tables, by whose they are and of which reading."""

from collections.abc import Mapping
from math import inf
from typing import Literal, TypeVar

import pandas as pd

Rows = TypeVar("Rows", pd.DataFrame, "pd.Series[float]")

READINGS: Mapping[str, Literal["min", "max"]] = {"start": "min", "end": "max"}
"""What the first and the last reading of a variant are called, and which of its steps each is."""


def plain(rows: Rows) -> Rows:
    """The rows, with the variants of their index as texts.

    pandas cannot align what is found of no rows with other rows where variants are more than 127 categories.
    """
    index = rows.index
    if isinstance(index, pd.MultiIndex):
        names = list(map(str, index.levels[index.names.index("variant")]))
        return rows.set_axis(index.set_levels(names, level="variant"))
    return rows.set_axis(index.astype(str))


def filled(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of a table in which something stands; all of them where it has no rows.

    >>> filled(pd.DataFrame({"cost": [0.5, None], "note": ["", ""], "r2": [None, None]})).columns.tolist()
    ['cost']
    """
    return table.loc[:, (table.notna() & (table != "")).any()] if len(table) else table


def by_variant(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each variant, in the order of the table.

    >>> rows = by_variant(pd.DataFrame({"variant": ["tanh", "relu", "tanh"], "cost": [0.5, 0.4, 0.3]}))
    >>> {variant: of["cost"].tolist() for variant, of in rows.items()}
    {'tanh': [0.5, 0.3], 'relu': [0.4]}
    """
    return {str(name): rows for name, rows in table.groupby("variant", sort=False, observed=True)}


def at_reading(reading: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each variant's first reading, "start", or of its last, "end".

    >>> rows = pd.DataFrame({"variant": ["tanh", "tanh", "relu"], "step": [0, 9, 4], "cost": [0.5, 0.3, 0.4]})
    >>> [at_reading(reading, rows)["cost"].tolist() for reading in ("start", "end")]
    [[0.5, 0.4], [0.3, 0.4]]
    """
    steps = rows.groupby("variant", observed=True)["step"]
    return rows[rows["step"] == steps.transform(READINGS[reading])]


def output(rows: pd.DataFrame) -> pd.Series:
    """Of each row the number of the last layer that its variant has, the output."""
    return rows.groupby("variant", observed=True)["layer"].transform("max")


def hidden(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the hidden layers."""
    return rows[rows["layer"] < output(rows)]


def ratios(rows: pd.DataFrame) -> "pd.Series[float]":
    """(Variant, trial) → the gradient of the first hidden layer over that of the last, of one reading's rows.

    Missing where there is one hidden layer, or no gradient in the last.
    """
    layer = rows.groupby("variant", observed=True)["layer"]
    ends = [rows[rows["layer"] == layer.transform(how)] for how in ("min", "max")]
    first, last = (end.set_index(["variant", "trial"]) for end in ends)
    known = (last["learning_speed"] > 0) & (first["layer"] != last["layer"])
    found: pd.Series[float] = first["learning_speed"] / last["learning_speed"].where(known)
    return found


def time_until(rows: pd.DataFrame, time: str, reached: "pd.Series[bool]") -> "pd.Series[float]":
    """(Variant, trial) → the time of its first row that ``reached`` something; infinite where none did."""
    then = rows.assign(then=rows[time].astype(float).where(reached))
    return then.groupby(["variant", "trial"], observed=True)["then"].min().fillna(inf)


def done(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the trials that are done."""
    return rows[rows["status"] == "done"]
