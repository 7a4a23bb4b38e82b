"""What a program reads: JSON, where NaN is null and an infinity a word."""

import json
import re
from collections.abc import Mapping
from math import isfinite, isnan
from typing import Any

_CONTROLS = re.compile("[\x7f-\x9f]")
"""What JSON may hold as it is and a terminal would obey."""


def json_text(value: Any, encoding: str = "utf-8") -> str:
    r"""A value as JSON; a DataFrame is a list of its rows.

    Letters are written as they are, or by their numbers where the ``encoding`` lacks one.

    >>> json_text("σ"), json_text("σ", "cp1252")
    ('"σ"', '"\\u03c3"')
    """
    text = json.dumps(readable(value), ensure_ascii=False, allow_nan=False, indent=1)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(readable(value), allow_nan=False, indent=1)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def readable(value: Any) -> Any:
    """A value as JSON can say it: null for NaN, "inf" and "-inf"; an interval is [low, high]."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None if isnan(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [readable(item) for item in value]
    from lab.numerics import Interval

    if isinstance(value, Interval):
        return readable([value.low, value.high])
    return readable(value.to_dict("records") if hasattr(value, "to_dict") else value.tolist())
