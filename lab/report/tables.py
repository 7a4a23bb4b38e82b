"""Tables of a page: few digits to read, all of them for a program."""

from collections.abc import Callable, Mapping
from html import escape
from math import isnan
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

LONG = 40
"""Words of so many letters are broken into lines."""


def four_digits(x: float) -> str:
    """The number as it is read in a table, to the nearest."""
    return f"{x:.4g}".replace("inf", "∞").replace("-", "−")


def table(
    rows: pd.DataFrame, caption: str, name: str, shown: Mapping[str, Callable[[float], str]] | None = None
) -> str:
    """The rows as an HTML table that the script lets one sort, and keep as ``name``.csv,
    where a slash is a hyphen.

    A number is shown with four digits, or as ``shown`` has it for its column, and kept with all. Empty where
    there are no rows.
    """
    if rows.empty:
        return ""
    kept = escape(name.replace("/", "-"))
    heads = "".join(map(_head, rows, rows.dtypes))
    short = [(shown or {}).get(str(column), four_digits) for column in rows]
    body = "".join(f"<tr>{''.join(map(_cell, row, short))}</tr>\n" for row in rows.astype(object).to_numpy())
    return (
        f'<div class="wide"><table class="rows" data-name="{kept}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>\n{body}</tbody></table></div>"
    )


def _head(column: Any, kind: Any) -> str:
    number = ' class="number"' if is_numeric_dtype(kind) and not is_bool_dtype(kind) else ""
    return f'<th scope="col"{number}>{escape(str(column))}</th>'


def _cell(value: Any, short: Callable[[float], str]) -> str:
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int | float) and not isnan(value):
        whole = repr(float(value)).removesuffix(".0")
        return f'<td class="number"><data value="{whole}">{short(value)}</data></td>'
    if value is None or value is pd.NA or value != value:
        return "<td></td>"
    words = str(value)
    long = ' class="long"' if len(words) > LONG else ""
    return f"<td{long}>{escape(words)}</td>"
