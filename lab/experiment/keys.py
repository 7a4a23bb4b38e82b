"""Dotted keys: where a value stands in a file of nested tables.

A key is a tuple of names and list indices; written, it is TOML's dotted key with indices in brackets:
``("network", "hidden", 1)`` is ``network.hidden[1]`` and ``("vary", "network.activation")`` is
``vary."network.activation"``.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import reduce
from typing import Any, TypeAlias

from lab.experiment.toml_writer import key_text

Key: TypeAlias = tuple[str | int, ...]
"""Names of tables and indices of lists, from the outermost inwards."""

_NAME = re.compile(r'[ \t]*(?:([A-Za-z0-9_-]+)|("(?:[^"\\\n]|\\[^\n])*"|\'[^\'\n]*\'))[ \t]*')
_INDEX = re.compile(r"\[([0-9]{1,9})\]")


def dotted(key: Key) -> str:
    """The key as one writes it: dotted, indices in brackets, names quoted where they need it."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{key_text(part)}" for part in key]
    return "".join(parts).removeprefix(".")


def parsed(text: str) -> Key:
    """The key that is written as ``text``. Raises ValueError where it is no dotted key."""
    names, position = names_at(text, 0)
    key: Key = names
    while match := _INDEX.match(text, position):
        key = (*key, int(match[1]))
        position = match.end()
        if text.startswith(".", position):
            names, position = names_at(text, position + 1)
            key = (*key, *names)
    if position != len(text):
        raise ValueError(f"{text!r} is not a dotted key such as network.hidden or network.hidden[0]")
    return key


def parsed_or_name(text: str) -> Key:
    """The key that is written as ``text``, or the text as one name where it is no dotted key."""
    try:
        return parsed(text)
    except ValueError:
        return (text,)


def names_at(text: str, position: int) -> tuple[tuple[str, ...], int]:
    """The dotted names that begin at ``position``, and the position after them and their blanks.

    Raises ValueError where no name stands.
    """
    names: list[str] = []
    while match := _NAME.match(text, position):
        names.append(match[1] or tomllib.loads(f"name = {match[2]}")["name"])
        position = match.end()
        if not text.startswith(".", position):
            return tuple(names), position
        position += 1
    raise ValueError(f"no key at {text[position : position + 20]!r}")


def assigned(place: Any, key: Key, value: Any, before: Key = ()) -> Any:
    """The tables with ``value`` at ``key``; what is not on the way there is shared, nothing is changed.

    Tables that are missing on the way are made. Raises ValueError where the way leads through
    something that is no table, or to an entry that its list does not have; ``before`` is the way so far.
    """
    if not key:
        return value
    step, rest, reached = key[0], key[1:], (*before, key[0])
    if isinstance(step, int):
        if not isinstance(place, list):
            raise ValueError(f"{dotted(before)} is not a list, so it has no entry [{step}]")
        if step >= len(place):
            raise ValueError(f"index {step} is out of range: {dotted(before)} has {_entries(len(place))}")
        return [*place[:step], assigned(place[step], rest, value, reached), *place[step + 1 :]]
    if not isinstance(place, Mapping):
        raise ValueError(f"{dotted(before)} is not a table, so it has no key {step!r}")
    return {**place, step: assigned(place.get(step, {}), rest, value, reached)}


def without(tables: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """The tables without a key of theirs, or of tables within them; nothing is changed."""
    return {
        name: without(value, key[1:]) if name == key[0] and isinstance(value, Mapping) else value
        for name, value in tables.items()
        if key != (name,)
    }


def at(values: Mapping[str, Any], key: Key) -> Any:
    """The value of a key; None where there is none."""
    try:
        return reduce(lambda value, part: value[part], key, values)  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None


def prefixes(key: Key) -> list[Key]:
    """The key itself and the tables around it, the outermost last."""
    return [key[:end] for end in range(len(key), 0, -1)]


def _entries(count: int) -> str:
    if count == 0:
        return "no entries"
    return "only [0]" if count == 1 else f"{count} entries, [0] to [{count - 1}]"
