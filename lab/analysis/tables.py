"""The tables made of a run's others when it has ended: ``ledger``, ``causes`` and ``comparisons``."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lab.analysis.causes import causes
from lab.analysis.comparisons import comparisons, usual_pairs, variants
from lab.analysis.ledger import ledger


def derived(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Those of the three that have rows: of what was recorded, and of two variants or more.

    The comparisons are by the usual metrics, of the usual pairs (`lab.analysis.comparisons`).
    """
    made = {"ledger": ledger(tables), "causes": causes(tables)}
    if pairs := usual_pairs(variants(tables)):
        made["comparisons"] = comparisons(tables, pairs=pairs)
    return {name: table for name, table in made.items() if len(table)}
