"""The rows of a run's tables, by whose they are."""

import pandas as pd


def by_variant(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each variant, in the order of the table.

    >>> rows = by_variant(pd.DataFrame({"variant": ["tanh", "relu", "tanh"], "cost": [0.5, 0.4, 0.3]}))
    >>> {variant: of["cost"].tolist() for variant, of in rows.items()}
    {'tanh': [0.5, 0.3], 'relu': [0.4]}
    """
    return {str(name): rows for name, rows in table.groupby("variant", sort=False, observed=True)}
