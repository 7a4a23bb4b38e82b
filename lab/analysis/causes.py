"""Why weights learn slowly: the columns that the probe ``causes`` recorded, as a table of their own."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lab.analysis.ledger import KEYS


def causes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row for each variant, trial, step and layer, with the columns of the causes that ``layers`` has.

    ``cause_…`` is the share of weights with a label; the shares of a row sum to 1. ``lost_…`` is the mean
    number of decades lost by it. `lab.training.causes` defines both. Empty where no cause was recorded.
    """
    layers = tables["layers"]
    recorded = [column for column in layers.columns if column.startswith(("cause_", "lost_"))]
    return layers[[*KEYS, *recorded]].iloc[: None if recorded else 0].reset_index(drop=True)
