"""What an experiment varies: the keys of ``[vary]`` and the values of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lab.errors import did_you_mean
from lab.experiment.keys import Key, assigned, parsed, told
from lab.experiment.problems import Finding, described
from lab.experiment.reading import Reading, reading
from lab.experiment.schema import SPEC_KEYS, TABLES, Experiment, key_names

_REFUSED = {
    "title": "the title is of the whole experiment",
    "schema": "the schema is of the whole file",
    "trials": "every variant gets the same trials, so that variants are compared in pairs",
    "vary": "a variant varies nothing itself",
}


@dataclass(frozen=True)
class Axis:
    """One varied key: as the file writes it, as a key, and its values."""

    text: str
    key: Key
    values: tuple[Any, ...]


def axes(read: Reading) -> tuple[list[Axis], list[Finding]]:
    """What the experiment varies, and what is wrong with keys and lists; a wrong one is left out."""
    good: list[Axis] = []
    found = []
    for text, values in read.settings.vary.items():
        key = _parsed(text)
        message = _refusal(key, read.values, read.settings) or _listed(values)
        if any(key == other.key for other in good):
            message = f"{told(key)} is varied twice; expected one list of values"
        if message:
            found.append(Finding(("vary", text), message))
        else:
            good.append(Axis(text, key, tuple(values)))
    return good, found


def with_right_values(
    read: Reading, varied: Iterable[Axis], parts: Callable[[Experiment, Key], list[Finding]]
) -> tuple[list[Axis], list[Finding]]:
    """The axes with those values alone that may stand at their key, and what is wrong with the others.

    ``parts(settings, key)`` says what is wrong with the parts of the key's table.
    """
    good: list[Axis] = []
    found: list[Finding] = []
    for axis in varied:
        known = set(parts(read.settings, axis.key))
        right = []
        for value in axis.values:
            news = [finding for finding in _findings_at(read, axis.key, value, parts) if finding not in known]
            found += [_at_value(axis, value, finding) for finding in news]
            if not news:
                right.append(value)
        if right:
            good.append(replace(axis, values=tuple(right)))
    return good, found


def _findings_at(
    read: Reading, key: Key, value: Any, parts: Callable[[Experiment, Key], list[Finding]]
) -> list[Finding]:
    changed = reading(assigned(read.values, key, value))
    return list(changed.findings) or parts(changed.settings, key)


def _at_value(axis: Axis, value: Any, finding: Finding) -> Finding:
    where = "" if finding.key[: len(axis.key)] == axis.key else f"{told(finding.key)}: "
    message = f"the value {_short(value)}: {where}{finding.message}"
    return Finding(("vary", axis.text), message, finding.other)


def _parsed(text: str) -> Key:
    """The key that ``text`` names, or a key of no table where it names none."""
    try:
        return parsed(text)
    except ValueError:
        return (text,)


def _listed(values: list[Any]) -> str:
    """What is wrong with the list of values; empty where nothing is."""
    if not values:
        return "is an empty list; expected the values to try"
    for index, value in enumerate(values):
        if value in values[:index] and not isinstance(value, bool):
            return f"the value {_short(value)} is given twice; expected different values"
    return ""


def _refusal(key: Key, values: Mapping[str, Any], settings: Experiment) -> str:
    """Why this key cannot be varied; empty where it can."""
    table = str(key[0])
    if table in _REFUSED:
        return f"{table} cannot be varied: {_REFUSED[table]}"
    if len(key) == 1 and (table in TABLES or table == "activations"):
        return "is a whole table; vary one of its keys"
    if key[:2] in SPEC_KEYS and len(key) > 2:
        part = values.get(table, {}).get(key[1])
        if not isinstance(part, Mapping):
            return f'{told(key[:2])} is not a table here; write {told(key[:2])} = {{name = "…", …}} first'
        return ""
    if len(key) == 2 and table in TABLES and (table == "data" or key[1] in key_names(TABLES[table])):
        return ""
    if len(key) == 3 and table == "activations" and key in _design_keys(settings):
        return ""
    return _unknown(told(key), settings)


def _unknown(text: str, settings: Experiment) -> str:
    tables = [name for name in TABLES if name not in _REFUSED]
    known = [f"{table}.{key}" for table in tables for key in key_names(TABLES[table])]
    known += map(told, _design_keys(settings))
    table = text.partition(".")[0]
    near = [name for name in known if name.startswith(f"{table}.")] or known
    return f"is no key of this file; {did_you_mean(text, near)}"


def _design_keys(settings: Experiment) -> list[Key]:
    """The keys of the designs that can be varied: claims, formulas that are given, and parameters."""
    claims = ("at_least", "at_most")
    return [
        ("activations", name, key)
        for name, design in settings.designs.items()
        for key in (*design, *(claim for claim in claims if claim not in design))
    ]


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value[:8])) + (", …]" if len(value) > 8 else "]")
    return repr(value) if isinstance(value, str) and len(value) < 60 else described(value)
