"""The tables made of a run's others when it has ended: ``ledger``, ``causes`` and ``comparisons``."""

import pandas as pd

from lab.analysis.comparisons import comparisons, variants
from lab.analysis.ledger import ledger
from lab.parts import KEYS, Tables


def derived(tables: Tables) -> dict[str, pd.DataFrame]:
    """Those of the three that have rows: of what was recorded, and of two variants or more.

    The comparisons are by the usual metrics, of each variant against the first.
    """
    made = {"ledger": ledger(tables), "causes": causes(tables)}
    if len(variants(tables)) > 1:
        made["comparisons"] = comparisons(tables)
    return {name: table for name, table in made.items() if len(table)}


def causes(tables: Tables) -> pd.DataFrame:
    """Why weights learn slowly: of the rows of ``layers`` the columns of the probe `lab.training.causes`.

    ``cause_…`` is the share of weights with a label; the shares of a row sum to 1. ``lost_…`` is the mean
    number of decades lost by it. Empty where no cause was recorded.
    """
    layers = tables["layers"]
    recorded = [column for column in layers.columns if column.startswith(("cause_", "lost_"))]
    return layers[[*KEYS, *recorded]].iloc[: None if recorded else 0].reset_index(drop=True)
