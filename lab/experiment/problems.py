"""What is wrong with an experiment, in the lab's words, and where it stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lab.errors import Problem, did_you_mean
from lab.experiment.keys import Key, dotted
from lab.experiment.schema import TABLES, Experiment, key_names
from lab.experiment.source import Source

_WANTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}
_BOUNDS = {
    "greater_than": (">", "gt"),
    "greater_than_equal": (">=", "ge"),
    "less_than": ("<", "lt"),
    "less_than_equal": ("<=", "le"),
}
_LONGEST = 60


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a value: its key, the message, and the key that it contradicts, if any."""

    key: Key
    message: str
    other: Key = ()


def located(source: Source, findings: Iterable[Finding]) -> list[Problem]:
    """The findings with their lines, each once."""
    problems = []
    for finding in findings:
        message = finding.message
        if finding.other:
            message += f" {dotted(finding.other)}{_place(source, finding.other)}; give only one of them"
        if source.is_overridden(finding.key):
            message += " (set by an override)"
        problems.append(Problem(source.line(finding.key), dotted(finding.key), message))
    return list(dict.fromkeys(problems))


def findings(error: ValidationError) -> list[Finding]:
    """What pydantic refused, in the lab's words."""
    return [_finding(details) for details in error.errors()]


def described(value: Any) -> str:
    """A value as a message shows it, with its kind where that is in doubt."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"{str(value).lower()} (a truth value)"
        case int() if abs(value) >= 10**20:
            return f"a number of {len(str(abs(value)))} digits"
        case str():
            return f"{_cut(value)!r} (text)"
        case date() | time():
            return f"{value.isoformat()} (a date or time)"
        case list():
            return "a list" if value else "an empty list"
        case Mapping():
            return "a table"
    return _cut(repr(value))


def _finding(details: ErrorDetails) -> Finding:
    key: Key = tuple(details["loc"])
    if details["type"] == "contradiction":
        return Finding(key, "contradicts", (*key[:-1], details["ctx"]["other"]))
    return Finding(key, _message(key, details))


def _message(key: Key, details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    value = context.get("got", details["input"])
    if key[0] == "vary" and len(key) > 1 and isinstance(value, Mapping):
        return 'expected a list; a key with dots stands in quotes: "network.activation" = [ … ]'
    if kind == "extra_forbidden":
        return _unknown(key)
    if kind == "missing":
        return f"is missing; expected {_field(key).description}"
    if kind == "finite_number" or (kind == "float_type" and type(value) is int):
        return f"must be finite, got {described(value)}"
    if kind in _WANTED:
        return f"expected {_WANTED[kind]}, got {described(value)}"
    if kind in _BOUNDS:
        sign, bound = _BOUNDS[kind]
        return f"must be {sign} {context[bound]:g}, got {described(value)}"
    if kind == "literal_error":
        return _one_of(value, get_args(_field(key).annotation))
    if kind in ("too_short", "string_too_short"):
        return "must not be empty"
    if kind == "expected":
        return f"expected {details['msg']}, got {described(value)}"
    return details["msg"]


def _field(key: Key) -> FieldInfo:
    return TABLES[str(key[0])].model_fields[str(key[1])]


def _one_of(value: Any, words: Iterable[str]) -> str:
    if isinstance(value, str):
        return f"unknown word {_cut(value)!r}; {did_you_mean(value, words)}"
    return f"expected one of {', '.join(words)}, got {described(value)}"


def _unknown(key: Key) -> str:
    name = str(key[-1])
    home = next((table for table, model in TABLES.items() if name in key_names(model)), "")
    if home and home != key[0]:
        return f"unknown key here; it belongs in the table [{home}]"
    known = key_names(TABLES[str(key[0])]) if len(key) > 1 else key_names(Experiment)
    return f"unknown key; {did_you_mean(name, known)}"


def _place(source: Source, key: Key) -> str:
    return f" (line {source.line(key)})" if source.line(key) else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
