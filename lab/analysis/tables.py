"""The tables made of a run's others when it has ended: ``ledger``, ``causes`` and ``comparisons``."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lab.analysis.causes import causes
from lab.analysis.comparisons import comparisons, variants
from lab.analysis.ledger import ledger


def derived(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Those of the three that have rows: of what was recorded, and of two variants or more.

    The comparisons are by the usual metrics, of each variant against the first.
    """
    made = {"ledger": ledger(tables), "causes": causes(tables)}
    if len(variants(tables)) > 1:
        made["comparisons"] = comparisons(tables)
    return {name: table for name, table in made.items() if len(table)}
