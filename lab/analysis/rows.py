"""The rows of a run's tables, by whose they are and of which reading."""

from collections.abc import Mapping
from typing import Literal

import pandas as pd

READINGS: Mapping[str, Literal["min", "max"]] = {"start": "min", "end": "max"}
"""What the first and the last reading of a variant are called, and which of its steps each is."""


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


def done(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the trials that are done."""
    return rows[rows["status"] == "done"]
