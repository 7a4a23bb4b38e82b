"""What a program reads: JSON, where NaN is null and an infinity a word."""

import json
from collections.abc import Mapping
from math import isfinite, isnan
from typing import Any

import numpy as np
import pandas as pd

from lab.numerics import Interval


def json_text(value: Any) -> str:
    """A value as JSON; a DataFrame is a list of its rows."""
    return json.dumps(readable(value), ensure_ascii=False, allow_nan=False, indent=1)


def readable(value: Any) -> Any:
    """A value as JSON can say it: null for NaN, "inf" and "-inf"; an interval is [low, high]."""
    if isinstance(value, pd.DataFrame):
        return readable(value.to_dict("records"))
    if isinstance(value, Mapping):
        return {str(key): readable(item) for key, item in value.items()}
    if isinstance(value, Interval):
        return readable([value.low, value.high])
    if isinstance(value, list | tuple):
        return [readable(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return readable(value.tolist())
    if not isinstance(value, float) or isfinite(value):
        return value
    return None if isnan(value) else str(value)
