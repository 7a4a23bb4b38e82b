"""The words after ``-p``: parameters of an activation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.errors import LabError


def named_values(words: Sequence[str]) -> Mapping[str, Any]:
    """The parameters of ``-p NAME=VALUE``: numbers where they are, else the name of an activation."""
    values: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise LabError(f"-p {word}: expected NAME=VALUE")
        try:
            values[name] = float(value)
        except ValueError:
            values[name] = value
    return values
