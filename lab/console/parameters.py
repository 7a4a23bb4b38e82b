"""The words after ``-p``: parameters of an activation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.errors import LabError


def named_values(words: Sequence[str]) -> dict[str, Any]:
    """The parameters of ``-p NAME=VALUE`` and ``-p NAME=LOW:HIGH``.

    A value is a number, a pair of them where it is a range, else the name of an activation.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        numbers = _numbers(value)
        if not (name and value) or len(numbers) > 2:
            raise LabError(f"-p {word}: expected NAME=VALUE, or for lab certify NAME=LOW:HIGH")
        values[name] = tuple(numbers) if len(numbers) == 2 else numbers[0] if numbers else value
    return values


def _numbers(text: str) -> list[float]:
    """The numbers between the colons; none where one of them is no number."""
    try:
        return [float(number) for number in text.split(":")]
    except ValueError:
        return []


def with_words(name: str, words: Sequence[str]) -> str:
    """The name of an activation and what was written after ``-p``."""
    return f"{name}  [{', '.join(words)}]" if words else name
