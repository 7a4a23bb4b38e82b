"""From values to an experiment, with all that is wrong found in one go.

What is wrong is taken out and the rest is read again with defaults in its place, so that the checks that
come after can find their own problems beside those of the types.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pydantic import ValidationError

from lab.experiment.keys import Key, assigned
from lab.experiment.problems import Finding, findings
from lab.experiment.schema import Experiment

_PLACEHOLDERS: dict[str, tuple[str, Any]] = {"data": ("name", "digits"), "network": ("hidden", [])}


@dataclass(frozen=True)
class Validated:
    """An experiment that is valid by its types.

    ``values`` are the values it was made of, without those that were wrong; ``faulty`` are the keys of
    the wrong ones and ``findings`` says what is wrong with them.
    """

    settings: Experiment
    values: Mapping[str, Any]
    faulty: frozenset[Key]
    findings: tuple[Finding, ...]


def validated(values: Mapping[str, Any]) -> Validated:
    """The experiment of these values, and everything that is wrong with their names, types and ranges."""
    tables = {**{table: {} for table in _PLACEHOLDERS}, **values}
    faulty: set[Key] = set()
    found: list[Finding] = []
    while True:
        try:
            settings = Experiment.model_validate(tables)
        except ValidationError as error:
            news = findings(error)
        else:
            return Validated(settings, tables, frozenset(faulty), tuple(found))
        found += news
        faulty |= {_removable(finding.key) for finding in news}
        for key in faulty:
            tables = _without(tables, key)
        for table, (name, value) in _PLACEHOLDERS.items():
            if name not in tables.get(table, {}):
                tables = assigned(tables, (table, name), value)


def concerns(key: Key, others: Collection[Key]) -> bool:
    """Whether one of the other keys is this key, or lies within it or around it."""
    return any(key[: len(other)] == other[: len(key)] for other in others)


def _removable(key: Key) -> Key:
    """The key to take out for a problem at ``key``: a whole list, a whole design, else the key itself."""
    if key[0] == "activations":
        return key[:2]
    return tuple(takewhile(lambda part: isinstance(part, str), key))


def _without(tables: Mapping[str, Any], key: Key) -> dict[str, Any]:
    first, rest = str(key[0]), key[1:]
    if not rest:
        return {name: value for name, value in tables.items() if name != first}
    if not isinstance(tables.get(first), Mapping):
        return dict(tables)
    return {**tables, first: _without(tables[first], rest)}
