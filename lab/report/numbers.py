"""Numbers as the page's script gets them."""

from math import isfinite
from typing import Any

DIGITS = 4


def few(x: Any) -> float | None:
    """A number with four digits; None where it is missing or not finite.

    >>> few(0.123456), few(float("inf"))
    (0.1235, None)
    """
    return float(f"{x:.{DIGITS}g}") if isinstance(x, int | float) and isfinite(x) else None
