"""On which line of a TOML text each key stands, which `tomllib` does not say.

The scanner knows statements and where they end, no more: a heading ``[table]`` or ``[[array]]``, or a
dotted key and its value, which may go over several lines. It never refuses a text; what it cannot read
it passes over to the end of the line, since `tomllib` is the judge of what is TOML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lab.experiment.keys import Key, names_at

_SKIPPED = re.compile(r"[ \t\r\n]+|#[^\n]*")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""{1,3}|\'\'\'.*?\'\'\'{1,3}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
    r"|[\"'#][^\n]*|[\[{\]}\n]|[^\"'#\[{\]}\n]+",
    re.DOTALL,
)
"""A string, what is no string after all or a comment, a bracket or an end of line, and anything else."""


@dataclass(frozen=True)
class Statement:
    """One statement of a TOML text: the whole key, its line (from 1), and which kind of statement."""

    key: Key
    line: int
    kind: Literal["table", "array", "value"]


def statements(text: str) -> Iterator[Statement]:
    """The statements of the text, in its order; lines end as on Unix."""
    heading: Key = ()
    entries: dict[Key, int] = {}
    position, line, counted = 0, 1, 0
    while True:
        while match := _SKIPPED.match(text, position):
            position = match.end()
        if position >= len(text):
            return
        line += text.count("\n", counted, position)
        counted = position
        brackets = 2 if text.startswith("[[", position) else 1 if text[position] == "[" else 0
        try:
            names, position = names_at(text, position + brackets)
        except ValueError:
            position = _line_end(text, position)
            continue
        if brackets == 0:
            yield Statement((*heading, *names), line, "value")
            position = _value_end(text, position)
            continue
        heading = _numbered(names[:-1], entries) + names[-1:]
        if brackets == 2:
            entries[heading] = entries.get(heading, -1) + 1
            yield Statement(heading, line, "array")
            heading = (*heading, entries[heading])
        else:
            heading = _numbered(names, entries)
            yield Statement(heading, line, "table")
        position = _line_end(text, position)


def lines(text: str) -> dict[Key, int]:
    """The first line on which each key, or a key within it, is mentioned."""
    first: dict[Key, int] = {}
    for statement in statements(text):
        for end in range(1, len(statement.key) + 1):
            first.setdefault(statement.key[:end], statement.line)
    return first


def duplicate(found: Iterable[Statement]) -> tuple[Key, int, int] | None:
    """The first key that is given twice: a value, a table's heading, or a table where a value stands.

    With the line where it stands first and the one where it stands again.
    """
    values: dict[Key, int] = {}
    headings: dict[Key, int] = {}
    for statement in found:
        for end in range(1, len(statement.key) + 1):
            if statement.key[:end] in values:
                return statement.key[:end], values[statement.key[:end]], statement.line
        if statement.kind != "array" and statement.key in headings:
            return statement.key, headings[statement.key], statement.line
        known = values if statement.kind == "value" else headings
        known[statement.key] = statement.line
    return None


def _numbered(names: Sequence[str], entries: dict[Key, int]) -> Key:
    key: Key = ()
    for name in names:
        key = (*key, name)
        if key in entries:
            key = (*key, entries[key])
    return key


def _value_end(text: str, position: int) -> int:
    """The end of the line on which the value that begins here ends."""
    depth = 0
    for token in _TOKEN.finditer(text, position):
        if token[0] == "\n" and depth <= 0:
            return token.start()
        depth += (token[0] in "[{") - (token[0] in "]}")
    return len(text)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
