"""Why weights learn slowly: the columns that the probe ``causes`` recorded, as a table of their own."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

SHARE, LOST = "cause_", "lost_"
"""How columns begin: with the share of weights that have a label, and with the mean decades lost by it."""

_KEYS = ["variant", "trial", "step", "epoch", "layer", "status"]


def causes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a variant, trial, step and layer, with the columns of the causes that ``layers`` has.

    The shares ``cause_…`` of a row sum to 1. It has no rows where no cause was recorded. What the columns
    mean is told where they are measured, in `lab.training.causes`.
    """
    layers = tables["layers"]
    recorded = [column for column in layers.columns if column.startswith((SHARE, LOST))]
    return layers[[*_KEYS, *recorded]].iloc[: None if recorded else 0].reset_index(drop=True)
