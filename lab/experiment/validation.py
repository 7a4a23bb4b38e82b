"""From values to an experiment, with all that is wrong found in one go and said in the lab's words.

What is wrong is taken out and the rest is read again with defaults in its place, so that the checks that
come after can find their own problems beside those of the types.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lab.experiment.findings import Finding
from lab.experiment.keys import Key, assigned, without
from lab.experiment.refusals import finding, is_named_otherwise, key_meant
from lab.experiment.schema import TABLES, Experiment

_PLACEHOLDERS: dict[str, tuple[str, Any]] = {"data": ("name", "digits"), "network": ("hidden", [])}


@dataclass(frozen=True)
class Validated:
    """An experiment that is valid by its types, and the values it was made of, without ``faulty`` keys."""

    settings: Experiment
    values: Mapping[str, Any]
    faulty: frozenset[Key]
    findings: tuple[Finding, ...]


def validated(values: Mapping[str, Any], like: Validated | None = None) -> Validated:
    """The experiment of these values, and everything that is wrong with their names, types and ranges.

    ``like`` was made of values that are the same but for a few: what is the same object in both is taken
    over from it, and not validated again.
    """
    tables = {**{table: {} for table in _PLACEHOLDERS}, **values}
    faulty: set[Key] = set()
    found: list[Finding] = []
    while True:
        try:
            settings = Experiment.model_validate(_with_known(tables, like) if like else tables)
            return Validated(settings, tables, frozenset(faulty), tuple(found))
        except ValidationError as error:
            news = list(map(finding, _without_consequences(error.errors())))
        found += news
        faulty |= {_removable(one.key) for one in news}
        for key in faulty:
            tables = without(tables, key)
        for table, (name, value) in _PLACEHOLDERS.items():
            if name not in tables.get(table, {}):
                tables = assigned(tables, (table, name), value)


def _with_known(tables: Mapping[str, Any], like: Validated) -> dict[str, Any]:
    """The tables, with those that ``like`` has too as it has them, and so each design."""
    made = {
        name: getattr(like.settings, name)
        for name in TABLES.keys() & tables.keys()
        if tables[name] is like.values.get(name)
    }
    before = like.values.get("activations", {})
    designs = {
        name: like.settings.activations[name] if design is before.get(name) else design
        for name, design in tables.get("activations", {}).items()
    }
    return {**tables, **made, "activations": designs}


def _without_consequences(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without the lack of what a key is meant for that is misspelt, or so called elsewhere."""
    misspelt = {one["loc"][:2] for one in errors if key_meant(one) in ("value", "derivative")}
    unknown = [one["loc"] for one in errors if one["type"] == "extra_forbidden"]
    return [
        one
        for one in errors
        if not (one["type"] == "needed" and one["loc"][:2] in misspelt)
        and not (one["type"] == "missing" and is_named_otherwise(one["loc"], unknown))
    ]


def _removable(key: Key) -> Key:
    """The key to take out for a problem at ``key``: a whole list, a whole design, else the key itself."""
    if key[0] == "activations":
        return key[:2]
    return tuple(takewhile(lambda part: isinstance(part, str), key))
