"""Texts of a CSV file that a spreadsheet would take for a formula, and run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before each text that begins as a formula does; see `unguarded`.

    A spreadsheet takes what begins with ``=``, ``+``, ``-``, ``@``, a tab or a return for one. A text that
    begins with apostrophes before such a letter gets one more, so that every text reads back as it was.

    Source: OWASP, *CSV injection*.

    >>> import pandas as pd
    >>> list(guarded(pd.DataFrame({"variant": ["-tanh(z)", "'=1", "relu"]})).variant)
    ["'-tanh(z)", "''=1", 'relu']
    """
    return _mapped(table, lambda text: f"'{text}" if _FORMULA.match(text) else text)


def unguarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table whose texts were `guarded`, as it was before.

    >>> import pandas as pd
    >>> list(unguarded(pd.DataFrame({"variant": ["'-tanh(z)", "''=1", "'z"]})).variant)
    ['-tanh(z)', "'=1", "'z"]
    """
    return _mapped(table, lambda text: text[1:] if _GUARDED.match(text) else text)


def _mapped(table: pd.DataFrame, changed: Callable[[str], str]) -> pd.DataFrame:
    """The table with other texts; the columns in which none changes are not copied."""
    other = {}
    for title in table.columns[[kind.kind not in "biufcmM" for kind in table.dtypes]]:
        texts = [one for one in table[title].unique() if isinstance(one, str)]
        if new := {one: changed(one) for one in texts if changed(one) != one}:
            found = table[title].map(lambda cell, new=new: new.get(cell, cell))
            other[title] = found if table[title].dtype == "category" else found.astype(table[title].dtype)
    return table.assign(**other)
