"""Tables of a page: few digits to read, all of them for a program."""

from html import escape
from math import isfinite
from typing import Any

import pandas as pd

LONG = 40
"""Words of so many letters are broken into lines."""


def table(rows: pd.DataFrame, caption: str, name: str) -> str:
    """The rows as an HTML table that the script lets one sort, and keep as ``name``.csv.

    A number is shown with four digits and kept with all. Empty where there are no rows.
    """
    if rows.empty:
        return ""
    kept = escape(name)
    heads = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in rows)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows.astype(object).to_numpy())
    return (
        f'<div class="wide"><table class="rows" data-name="{kept}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>\n{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int | float) and isfinite(value):
        short, whole = f"{value:.4g}", repr(float(value)).removesuffix(".0")
        return f'<td class="number"><data value="{whole}">{short}</data></td>'
    if value is None or value is pd.NA or value != value:
        return "<td></td>"
    words = str(value)
    long = ' class="long"' if len(words) > LONG else ""
    return f"<td{long}>{escape(words)}</td>"
