"""The rows of a run's tables, by whose they are."""

from typing import TypeVar

import pandas as pd

Rows = TypeVar("Rows", pd.DataFrame, "pd.Series[float]")


def plain(rows: Rows) -> Rows:
    """The rows, with the variants of their index as texts.

    pandas cannot align what is found of no rows with other rows where variants are more than 127 categories.
    """
    index = rows.index
    if isinstance(index, pd.MultiIndex):
        names = list(map(str, index.levels[index.names.index("variant")]))
        return rows.set_axis(index.set_levels(names, level="variant"))
    return rows.set_axis(index.astype(str))


def by_variant(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each variant, in the order of the table.

    >>> rows = by_variant(pd.DataFrame({"variant": ["tanh", "relu", "tanh"], "cost": [0.5, 0.4, 0.3]}))
    >>> {variant: of["cost"].tolist() for variant, of in rows.items()}
    {'tanh': [0.5, 0.3], 'relu': [0.4]}
    """
    return {str(name): rows for name, rows in table.groupby("variant", sort=False, observed=True)}
