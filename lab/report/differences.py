"""What the report draws of comparisons: each variant's differences to another, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lab.analysis.comparisons import cut_short
from lab.analysis.metrics import metric
from lab.analysis.statistics import LEVEL
from lab.report.document import few

SIDES = {1: ("← worse", "better →"), -1: ("← better", "worse →")}
"""What lies on each side of 0, where a larger value is better or worse."""


def differences(rows: pd.DataFrame, places: Mapping[str, int]) -> dict[str, Any] | None:
    """The table ``comparisons`` for the page's script; None where nothing is compared.

    ``against`` is the variant that all are compared with. Each of the ``metrics`` has ``words``, a ``note``
    on what its numbers stand for, ``sides`` (what lies left and right of 0) and its ``rows``: the
    ``variant``'s place among those of the page, the mean ``difference`` over ``pairs`` of trials, the ends
    ``low`` and ``high`` of its interval, and whether it is ``sure`` (p < `LEVEL` after Holm). ``places`` are
    those of variants by their labels.
    """
    if rows.empty:
        return None
    metrics = []
    for name, of_metric in rows.groupby("metric", sort=False):
        shown = metric(str(name))
        unit = f", {shown.unit}" if shown.unit and shown.unit not in shown.words else ""
        metrics.append(
            {
                "words": f"{shown.words or shown.name}{unit}",
                "note": cut_short(of_metric),
                "sides": SIDES.get(shown.better, (f"← {shown.less}", f"{shown.more} →")),
                "rows": [_row(row, places) for row in of_metric.to_dict("records")],
            }
        )
    return {"against": str(rows["a"].iloc[0]), "metrics": metrics}


def _row(row: Mapping[Any, Any], places: Mapping[str, int]) -> dict[str, Any]:
    numbers = {name: few(row[name]) for name in ("difference", "low", "high")}
    told = "" if row["pairs"] else "neither got there" if row["neither"] else "no pair"
    found = {"variant": places[str(row["b"])], **numbers, "pairs": int(row["pairs"]), "told": told}
    return found | {"sure": bool(row["p_holm"] < LEVEL)}
