"""From values to an experiment, with all that is wrong found in one go and said in the lab's words.

What is wrong is taken out and the rest is read again with defaults in its place, so that the checks that
come after can find their own problems beside those of the types.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import takewhile
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lab.errors import Problem
from lab.experiment.keys import Key, assigned, dotted
from lab.experiment.meant import right_value
from lab.experiment.schema import PARTS, TABLES, Design, Experiment, key_names, part_name
from lab.experiment.source import Source
from lab.spelling import did_you_mean, nearest

_MESSAGES = {
    "finite_number": "must be finite, got {value}",
    "int_type": "expected a whole number, got {value}",
    "float_type": "expected a number, got {value}",
    "string_type": "expected text in quotes, got {value}",
    "bool_type": "expected true or false, got {value}",
    "list_type": "expected a list, got {value}",
    "dict_type": "expected a table, got {value}",
    "model_type": "expected a table, got {value}",
    "greater_than": "must be > {gt:g}, got {value}",
    "greater_than_equal": "must be >= {ge:g}, got {value}",
    "less_than": "must be < {lt:g}, got {value}",
    "less_than_equal": "must be <= {le:g}, got {value}",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
"""What is said for a kind of error of pydantic."""

_EXAMPLES = (("data", "train"), ("data", "test"), ("record", "examples"))
"""The keys that say how many examples there are."""

_LONGEST = 60
_PLACEHOLDERS: dict[str, tuple[str, Any]] = {"data": ("name", "digits"), "network": ("hidden", [])}


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
            line = source.line(finding.other)
            place = f" (line {line})" if line else ""
            message += f" {dotted(finding.other)}{place}; give only one of them"
        if source.is_overridden(finding.key):
            message += " (set by an override)"
        problems.append(Problem(source.line(finding.key), dotted(finding.key), message))
    return list(dict.fromkeys(problems))


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
            return _cut(f"a table of {', '.join(value)}") if value else "an empty table"
    return _cut(repr(value))


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
            news = list(map(_finding, _without_consequences(error.errors())))
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
    """The errors without a design's lack of a formula where one of its keys is a formula's, misspelt."""
    misspelt = {one["loc"][:2] for one in errors if _meant(one) in ("value", "derivative")}
    return [one for one in errors if not (one["type"] == "needed" and one["loc"][:2] in misspelt)]


def _meant(details: ErrorDetails) -> str | None:
    """The key of a design that is meant by an unknown one, whose value is a text."""
    key = details["loc"]
    if key[0] != "activations" or details["type"] != "float_type" or not isinstance(details["input"], str):
        return None
    return nearest(str(key[-1]), key_names(Design))


def _finding(details: ErrorDetails) -> Finding:
    """What pydantic refused, in the lab's words."""
    key: Key = tuple(details["loc"])
    if details["type"] == "needed":
        return Finding(key[:-1], details["msg"])
    if details["type"] == "contradiction":
        return Finding(key, "contradicts", (*key[:-1], details["ctx"]["other"]))
    return Finding(key, _message(key, details))


def _message(key: Key, details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    value = context.get("got", details["input"])
    if key[0] == "vary" and len(key) > 1 and isinstance(value, Mapping):
        return 'expected a list; a key with dots stands in quotes: "network.activation" = [ … ]'
    if kind == "extra_forbidden":
        return _unknown(key, value)
    if kind in ("missing", "literal_error"):
        field = TABLES[str(key[0])].model_fields[str(key[1])]
        words = get_args(field.annotation)
        if kind == "missing":
            near = nearest(str(key[1]), set(details["input"]) - set(key_names(TABLES[str(key[0])])))
            meant = f"is it meant by {near!r}? " if near else ""
            return f"is missing; {meant}expected {field.description}"
        if isinstance(value, str):
            return f"unknown word {_cut(value)!r}; {did_you_mean(value, words)}"
        return f"expected one of {', '.join(words)}, got {described(value)}"
    if near := _meant(details):
        return f"unknown key; did you mean {near!r}?"
    if kind == "float_type" and type(value) is int:
        kind = "finite_number"
    if kind != "expected" and kind not in _MESSAGES:
        return details["msg"]
    message = (
        f"expected {details['msg']}, got {described(value)}"
        if kind == "expected"
        else _MESSAGES[kind].format_map({**context, "value": described(value)})
    )
    if right := right_value(kind, value):
        return f"{message}; write {right}"
    share = kind == "int_type" and key in _EXAMPLES and isinstance(value, float)
    return f"{message}; it counts examples, and is no share of them" if share else message


def belongs(name: str, value: Any) -> str:
    """Where a key with this value belongs; empty where nowhere."""
    is_table = isinstance(value, Mapping)
    homes = [table for table, model in TABLES.items() if name in key_names(model)]
    if is_table:  # as only a part may be
        homes = [table for table in homes if (table, name) in PARTS and part_name(value)]
    if home := next(iter(homes), ""):
        return f"it belongs in the table [{home}]"
    if name in key_names(Experiment) and is_table:
        return f"it belongs at the top level: [{name}]"
    is_above = name in key_names(Experiment) and type(value) in (str, int)
    return "it belongs at the top of the file, above the first table" if is_above else ""


def _unknown(key: Key, value: Any) -> str:
    name = str(key[-1])
    place = belongs(name, value)
    if place and name not in key_names(TABLES.get(str(key[0]), Experiment)):
        return f"unknown key here; {place}"
    if len(key) > 1:
        return f"unknown key; {did_you_mean(name, key_names(TABLES[str(key[0])]))}"
    known = key_names(Experiment)
    within = {one: at for at, table in TABLES.items() for one in key_names(table)}
    if not nearest(name, known) and (near := nearest(name, within)):
        return f"unknown key; did you mean '{within[near]}.{near}'?"
    if isinstance(value, Mapping) and value:
        name = next((table for table, model in TABLES.items() if {*value} <= {*key_names(model)}), name)
    return f"unknown key; {did_you_mean(name, known)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _removable(key: Key) -> Key:
    """The key to take out for a problem at ``key``: a whole list, a whole design, else the key itself."""
    if key[0] == "activations":
        return key[:2]
    return tuple(takewhile(lambda part: isinstance(part, str), key))


def _without(tables: Mapping[str, Any], key: Key) -> dict[str, Any]:
    return {
        name: _without(value, key[1:]) if name == key[0] and isinstance(value, Mapping) else value
        for name, value in tables.items()
        if key != (name,)
    }
