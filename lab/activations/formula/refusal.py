"""The error of a text that is no formula."""

from lab.errors import PartError


class FormulaError(PartError):
    """A formula that is not one, or a parameter that it cannot have; it points at the place."""


def refused(text: str, column: int, reason: str) -> FormulaError:
    """The error of a formula that is wrong at this column."""
    error = FormulaError(f"formula {shown(text)}, column {column}: {reason}")
    error.pointer = f"  {text}\n  {' ' * (column - 1)}^" if text.isprintable() and len(text) <= 80 else ""
    return error


def shown(text: str) -> str:
    """The text for a message, cut where it is long."""
    return repr(text if len(text) <= 80 else f"{text[:77]}…")
