"""Knots of a slope from a text or from a CSV file."""

import csv
from collections.abc import Sequence
from pathlib import Path

from lab.activations.design.knots import Knots
from lab.errors import PartError, system_reason

COLUMNS = ("z", "slope")
"""The columns that a CSV file of knots has, in any order and among any others."""


def knots_from_text(text: str) -> Knots:
    """The knots of a text such as ``"-2:0.1, 0:1, 2:0.1"``: pairs of z and σ′, in rising order of z.

    Raises PartError with the pair that is wrong, or with what is wrong with the knots together.
    """
    pairs = []
    for pair in text.split(","):
        z, colon, slope = pair.partition(":")
        if not colon:
            raise PartError(f"{pair.strip()!r} is no knot; expected Z:SLOPE, as in -2:0.1, 0:1, 2:0.1")
        pairs.append((_number("z", z, "knots"), _number("slope", slope, "knots")))
    return _knots(pairs, "knots")


def knots_from_csv(path: Path) -> Knots:
    """The knots of a CSV file whose first line names the columns ``z`` and ``slope``, one knot a line.

    Raises PartError with the file, and the line where there is one.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            for column in COLUMNS:
                if column not in (reader.fieldnames or ()):
                    has = ", ".join(reader.fieldnames or ()) or "nothing"
                    raise PartError(f"{path}: expected the columns z and slope, got {has}")
            pairs = []
            for row in reader:
                z, slope = (_number(name, row[name] or "", f"{path}:{reader.line_num}") for name in COLUMNS)
                pairs.append((z, slope))
    except OSError as error:
        raise PartError(f"{path}: cannot be read: {system_reason(error)}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise PartError(f"{path}: is no CSV file in UTF-8: {error}") from None
    return _knots(pairs, str(path))


def _number(name: str, text: str, place: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise PartError(f"{place}: {name} = {text.strip()!r}: expected a number") from None


def _knots(pairs: Sequence[tuple[float, float]], place: str) -> Knots:
    try:
        return Knots(z=[z for z, _ in pairs], slopes=[slope for _, slope in pairs])
    except ValueError as error:
        raise PartError(f"{place}: {error}") from None
