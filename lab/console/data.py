"""The page of ``lab data look``: what the columns of a file hold, and how to learn from it."""

from pathlib import Path

from lab.console.screen import Note, Page, bold, table, verbatim
from lab.data.files.look import look
from lab.errors import counted


def look_page(path: Path) -> Page:
    """A row a column, the task as it is guessed, and the table ``[data]`` to paste."""
    found = look(path)
    data = found.data
    (rows, features), (_, outputs) = data.x_train.shape, data.y_train.shape
    outcome = f"{len(data.classes)} classes" if data.classes else counted(outputs, "number")
    parts = f"{counted(rows, 'row')} to train on, {len(data.x_test)} to test"
    value = {
        "columns": found.columns,
        "task": "classes" if data.classes else "numbers",
        "classes": data.classes,
        "features": features,
        "left_out": found.left_out,
        "notes": data.notes,
        "data": found.settings,
    }
    return Page(
        value,
        [
            table(found.columns),
            f"\n{counted(features, 'feature')}, from which to tell {outcome}; {parts}\n",
            bold("# to paste into an experiment file"),
            verbatim(found.toml),
            *(Note(f"column {title!r} is left out: {why}") for title, why in found.left_out.items()),
            *map(Note, data.notes),
        ],
    )
