"""On which line each key of a TOML text stands, which `tomllib` does not tell."""

import re
from collections.abc import Iterator, Sequence

from lab.experiment.keys import Key, names_at, prefixes

_START = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*+(?=.)(\[{0,2})", re.DOTALL)
"""Blanks and comments, and the brackets of a heading after them."""


_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""{1,3}|\'\'\'.*?\'\'\'{1,3}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
    r"|[\"'#][^\n]*|[\[{\]}\n]|[^\"'#\[{\]}\n]+",
    re.DOTALL,
)
"""A string, what is no string after all or a comment, a bracket or an end of line, and anything else."""


def statements(text: str) -> Iterator[tuple[Key, int]]:
    """The whole key, and the line from 1, of each heading and each value, as far as the text is TOML."""
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
            yield (*heading, *names), line
        elif start[1] == "[":
            heading = _numbered(names, entries)
            yield heading, line
        else:
            array = (*_numbered(names[:-1], entries), names[-1])
            entries[array] = entries.get(array, -1) + 1
            heading = (*array, entries[array])
            yield array, line
        position = _statement_end(text, position)


def lines(text: str) -> dict[Key, int]:
    """The first line on which each key, or a key within it, is mentioned."""
    first: dict[Key, int] = {}
    for key, line in statements(text):
        for inner in prefixes(key):
            first.setdefault(inner, line)
    return first


def given_before(found: Sequence[tuple[Key, int]]) -> tuple[Key, int, int] | None:
    """The key of the last statement, or a table around it, that another mentions too, and both lines."""
    *others, (last, line) = found
    for key in prefixes(last):
        if first := next((at for other, at in others if other[: len(key)] == key), 0):
            return key, first, line
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
