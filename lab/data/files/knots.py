"""Knots of a slope from a text file, which is read as files of data are."""

from pathlib import Path

from lab.activations.design.knots import Knots
from lab.data.files.cells import absent, check_numbers
from lab.data.files.text_file import read
from lab.errors import PartError, system_reason

COLUMNS = ("z", "slope")
"""The columns that a file of knots has, in any order and among any others."""


def knots_from_csv(path: Path) -> Knots:
    """The knots of a text file whose first line names the columns ``z`` and ``slope``, one knot a line.

    Raises PartError with the file, and the line where there is one.
    """
    try:
        table = read(path, str(path), header=True)
    except OSError as error:
        raise PartError(f"{path}: cannot be read: {system_reason(error)}") from None
    for title in COLUMNS:
        if title not in table.columns:
            has = ", ".join(table.columns)
            raise PartError(f"{path}: expected the columns z and slope with values, got {has}")
        column = table.columns[title]
        check_numbers(table, title, column)
        if (lacking := absent(column)).any():
            place = table.places[lacking.argmax()]
            raise PartError(f"{path}: {table.unit} {place}: column {title}: a number is missing")
    z, slopes = (table.columns[title].tolist() for title in COLUMNS)
    try:
        return Knots(z=z, slopes=slopes)
    except ValueError as error:
        raise PartError(f"{path}: {error}") from None
