"""What the columns of a run's tables are, for ``lab help COLUMN``.

They stand in ``columns.txt`` below their tables. Those of the table ``layers`` are told by the probes that
measure them, and of the others those that are words of the glossary, or keys of an experiment file, by these.
"""

import re
from pathlib import Path


def _by_table() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_name("columns.txt").read_text(encoding="utf-8")
    found = {}
    for entry in re.split(r"\n(?=\S)", text.rstrip()):
        table, *columns = entry.split("\n    ")
        found[table] = {name: what for name, _, what in (column.partition(": ") for column in columns)}
    return found


TABLES = _by_table()
"""The columns by their tables, each with what it is."""


def column(name: str) -> str:
    """What a column of this name is, with its table; empty where none is called so.

    >>> column("absent")
    'In the table variants, absent: how many classes no training example has.'
    """
    told = ((table, columns[name]) for table, columns in TABLES.items() if name in columns)
    return " ".join(
        f"In the table{'s' * (', ' in table)} {table.replace(', ', ' and ')}, {name}: {what}."
        for table, what in told
    )
