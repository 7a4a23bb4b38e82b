"""From the bytes of a file to TOML values, or to the one problem that stops the reading, with a hint."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from lab.errors import Problem
from lab.experiment.keys import dotted
from lab.experiment.line_numbers import duplicate, statements

LARGEST = 1_000_000
"""The most bytes an experiment file may have."""

_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DUPLICATE = re.compile(r"Cannot (?:overwrite|declare|redefine|mutate)")
_COLON = re.compile(r"\s*([A-Za-z0-9_.\"-]+)\s*:\s*(.*?)\s*$")
_BARE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NO_ZERO_BEFORE = re.compile(r"([+-]?)(\.[0-9]+)")
_NO_ZERO_AFTER = re.compile(r"[+-]?[0-9]+\.(?![0-9])")
_WIDEST = 100


class UnreadableError(Exception):
    """The text is no TOML; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def decoded(data: bytes) -> str:
    """The text of the bytes: UTF-8, a byte order mark dropped, lines ended as on Unix.

    Raises UnreadableError for another encoding and for control characters, which TOML does not allow.
    """
    if len(data) > LARGEST:
        raise _unreadable(0, f"is larger than {LARGEST} bytes, which no experiment needs")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _unreadable(0, "is UTF-16, not UTF-8; save as UTF-8 (in Notepad: Save as, Encoding)")
    try:
        text = data.removeprefix(_BOM).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _unreadable(
            line, f"is not UTF-8 (byte 0x{data[error.start]:02x}); save the file as UTF-8"
        ) from None
    if found := _CONTROL.search(text):
        line, column = _place(text, found.start())
        raise _unreadable(line, f"control character U+{ord(found[0]):04X} at column {column}; remove it")
    return text


def values(text: str) -> dict[str, Any]:
    """The values of a TOML text. Raises UnreadableError with line, column, the line itself and a caret."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(_syntax_problem(text, str(error))) from None
    except RecursionError:
        line = _worst_line(text, lambda line: line.count("[") + line.count("{"))
        raise _unreadable(line, "brackets are nested too deeply") from None
    except ValueError:
        line = _worst_line(text, lambda line: max(map(len, re.findall(r"[0-9_]+", line)), default=0))
        raise _unreadable(line, "a number has too many digits") from None


def _syntax_problem(text: str, message: str) -> Problem:
    place = _PLACE.search(message)
    reason = _PLACE.sub("", message)
    line, column = (int(place[1]), int(place[2])) if place and place[1] else _place(text, len(text))
    before = takewhile(lambda statement: statement.line <= line, statements(text))
    if _DUPLICATE.match(reason) and (twice := duplicate(before)):
        key, first, second = twice
        message = f"is given twice, on lines {first} and {second}; keep one of them"
        return Problem(second, dotted(key), message)
    source = text.split("\n")[line - 1]
    hint = _hint(source, column)
    where = f"line {line}, column {column}"
    return Problem(line, "", f"{reason} at {where}{f'; {hint}' if hint else ''}\n{_shown(source, column)}")


def _hint(source: str, column: int) -> str:
    rest = source[column - 1 :]
    if "=" not in source[: column - 1] and (colon := _COLON.match(source)):
        return f"TOML uses '=': {colon[1]} = {colon[2]}"
    if word := _BARE_WORD.match(rest):
        if word[0].lower() in ("true", "false"):
            return f"write {word[0].lower()}, in small letters"
        if "=" in source[: column - 1]:
            return f'text stands in quotes: "{word[0]}"'
    if number := _NO_ZERO_BEFORE.match(rest):
        return f"write {number[1]}0{number[2]}, with a digit before the point"
    if (number := _NO_ZERO_AFTER.search(source[:column])) and number.end() == column:
        return f"write {number[0]}0, with a digit after the point"
    if source[: column - 1].rstrip().endswith("=") and not rest.strip():
        return "a value is missing after '='"
    return ""


def _shown(source: str, column: int) -> str:
    """The line and a caret under its column, cut to what is near when the line is long."""
    start = max(0, column - _WIDEST // 2) if len(source) > _WIDEST else 0
    part = source[start : start + _WIDEST].replace("\t", " ")
    printable = "".join(character if character.isprintable() else "\ufffd" for character in part)
    return f"    {printable}\n    {' ' * (column - 1 - start)}^"


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _worst_line(text: str, measure: Callable[[str], int]) -> int:
    """The number of the line of which the measure is largest."""
    return max(enumerate(text.split("\n"), 1), key=lambda numbered: measure(numbered[1]))[0]


def _unreadable(line: int, message: str) -> UnreadableError:
    return UnreadableError(Problem(line, "", message))
