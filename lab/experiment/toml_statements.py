"""On which line each key of a TOML text stands, which `tomllib` does not tell."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lab.experiment.keys import Key, names_at

_START = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*+(?=.)(\[{0,2})", re.DOTALL)
"""Blanks and comments, and the brackets of a heading after them."""


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
    """The headings and the keys with a value, in their order, as far as the text is TOML."""
    heading: Key = ()
    entries: dict[Key, int] = {}
    position, line, counted = 0, 1, 0
    while start := _START.match(text, position):
        line += text.count("\n", counted, start.end())
        counted = start.end()
        try:
            names, position = names_at(text, counted)
        except ValueError:
            return
        if not start[1]:
            yield Statement((*heading, *names), line, "value")
        elif start[1] == "[":
            heading = _numbered(names, entries)
            yield Statement(heading, line, "table")
        else:
            array = (*_numbered(names[:-1], entries), names[-1])
            entries[array] = entries.get(array, -1) + 1
            heading = (*array, entries[array])
            yield Statement(array, line, "array")
        position = _statement_end(text, position)


def lines(text: str) -> dict[Key, int]:
    """The first line on which each key, or a key within it, is mentioned."""
    first: dict[Key, int] = {}
    for statement in statements(text):
        for end in range(1, len(statement.key) + 1):
            first.setdefault(statement.key[:end], statement.line)
    return first


def duplicate(found: Iterable[Statement]) -> tuple[Key, int, int] | None:
    """The first key that is given twice, and both lines: a value, a heading, or a table where a value is."""
    seen: dict[Key, Statement] = {}
    for statement in found:
        for end in range(1, len(statement.key) + 1):
            before = seen.get(statement.key[:end])
            again = end == len(statement.key) and statement.kind != "array"
            if before and (before.kind == "value" or again):
                return before.key, before.line, statement.line
        seen[statement.key] = statement
    return None


def begun_before(found: Sequence[Statement]) -> tuple[Key, int, int] | None:
    """The key of the last statement, or a table around it, that another mentions too, and both lines."""
    *others, last = found
    for end in range(len(last.key), 0, -1):
        if first := next((one.line for one in others if one.key[:end] == last.key[:end]), 0):
            return last.key[:end], first, last.line
    return None


def _numbered(names: Sequence[str], entries: dict[Key, int]) -> Key:
    """The key of these names, with the number of the entry after each that is an array of tables."""
    key: Key = ()
    for name in names:
        key = (*key, name)
        if key in entries:
            key = (*key, entries[key])
    return key


def _statement_end(text: str, position: int) -> int:
    """The end of the line on which the heading or the value around this position ends."""
    depth = 0
    for token in _TOKEN.finditer(text, position):
        if token[0] == "\n" and depth <= 0:
            return token.start()
        depth += (token[0] in "[{") - (token[0] in "]}")
    return len(text)
