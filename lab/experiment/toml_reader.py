"""From the bytes of a file to TOML values, or to the one problem that stops it: `tomllib` is the judge."""

import re
import tomllib
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from lab.errors import plain
from lab.experiment.keys import dotted
from lab.experiment.meant import QUOTES, as_written, value_meant, without_escapes
from lab.experiment.toml_statements import given_before, statements
from lab.numerics import TooSmallError

LARGEST = 1_000_000
"""The most bytes an experiment file may have."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DUPLICATE = re.compile(r"Cannot (?:overwrite|declare|redefine|mutate)")
_WIDEST = 100

_HINTS = [
    (
        r"^\0\s*\{",
        'this is no TOML, as JSON is none; a table has a heading, such as [data], and keys: name = "moons"',
    ),
    (r"^\s*([A-Za-z0-9_-]+)\s*\0:\s*$", r"in TOML a table has a heading: [\1]"),
    (r"^\s*([A-Za-z0-9_.\"-]+)\s*\0:=?\s*(.*?)\s*$", r"TOML uses '=': \1 = \2"),
    (r"^\s*([A-Za-z0-9_-]+)\s+\0([^\s:=]\S*)\s*$", r"TOML uses '=': \1 = \2"),
    (r"[{,]\s*[\"']?([\w-]+)[\"']?\s*\0:\s*([^\s,}]+)", r"TOML uses '=': {\1 = \2, …}"),
    (r"^\s*([A-Za-z]+)\s+\0([A-Za-z]+)\s*=", r"a key has no blanks: \1_\2"),
    (r"^\s*([A-Za-z0-9_-]+)\s*\0\s*$", r"a table has a heading in brackets, [\1], and a key a value after ="),
    (r"^\s*\[([\w.-]+\.)?([\w-]+) +\0([\w -]+)\]", r'a name with blanks stands in quotes: [\1"\2 \3"]'),
    (r"[\w\"'\]}]\s*\0,\s*$", "leave out the , at the end"),
    (r"\0(?i:true)(?![\w-])", "write true, in small letters"),
    (r"\0(?i:false)(?![\w-])", "write false, in small letters"),
    (r"\0(?:None|null|nil|NULL)(?![\w-])", "TOML has no such value; leave the key out"),
    (
        r"^\s*(activation|output|value|derivative)\s*=\s*\0(?=[^\"'#]*[(:*/^+-])([A-Za-z][^\"#]*?)\s*(?:#.*)?$",
        r'a formula stands in quotes: \1 = "\2"',
    ),
    (r"[=\[,]\s*\0[A-Za-z_][\w.]*\(", "nothing is computed in this file; write the values"),
    (r"\[\s*([^\[\],]+?)\s*\]\s*\0\s*\*", r"nothing is computed in this file; write [\1, \1, …]"),
    (r"\{[^}]*\0$", "what stands in {…} ends in its line; or write a heading, such as [data]"),
    (r"=\s*\0=", "write a single ="),
    (r"\0\s*[,;]\s*[A-Za-z_.\"-]+\s*=", "each key stands in a line of its own"),
    (r"^\s*\0;|=\s*[0-9.]+\s+\0[A-Za-z]|\0\s*//", "a comment begins with #"),
    (r"^\s*\0η", "a key has plain letters: eta"),
    (r"^\s*\0λ", "a key has plain letters: lambda"),
    (r"[=\[,]\s*\0\(([^()]*)\)", r"a list stands in brackets: [\1]"),
    (r"\0\s*;", "leave out the ;"),
    (
        r"=\s*\0([A-Za-z][\w-]*)\s*,\s*([A-Za-z][\w-]*)\s*(?:#.*)?$",
        r'a list stands in brackets, each text in quotes: ["\1", "\2"]',
    ),
    (r"=\s*\0([A-Za-z][^\"#,\[\]{}]*?)\s*(?:#.*)?$", r'text stands in quotes: "\1"'),
    (r"[=\[,]\s*\0([A-Za-z][A-Za-z0-9_-]*)", r'text stands in quotes: "\1"'),
    (rf"\0[{QUOTES}]([^{QUOTES}]*)", r'text stands in straight quotes: "\1"'),
    (r"(?<![0-9])\0([+-]?)(\.[0-9]+)", r"write \g<1>0\2, with a digit before the point"),
    (r"(?<![0-9.])([+-]?[0-9]+)\0\.", r"write \1.0, with a digit after the point"),
    (r"=\s*\0\s*$", "a value is missing after '='"),
    (r"[\u00a0\u2000-\u200b\u2028\u2029\u202f\u3000\ufeff]", "write plain blanks; this line has others"),
    (r"""(?:"[^"]*|'[^']*)\0$""", "the quote that opens in this line is not closed in it"),
]
"""What a line looks like that has a common mistake at \\0, and what to do about it."""

_WITH_BACKSLASH = re.compile(r'"([^"]*\\[^"\0]*\0[^"]*)"')
"""A text with a backslash, in the midst of which a line is not understood."""

_VALUE = re.compile(r"^[^=#\[]*=(.*)$")

_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")

_OPEN_QUOTE = re.compile(r"^[^'\n]*'[^'\n]*$", re.MULTILINE)


class UnreadableError(Exception):
    """The text is no TOML; the arguments are those of the `Problem` that says where and why."""


def decoded(data: bytes) -> str:
    """The text of the bytes: UTF-8, a byte order mark dropped, lines ended as on Unix.

    Raises UnreadableError for another encoding and for control characters, which TOML does not allow.
    """
    if len(data) > LARGEST:
        raise UnreadableError(0, "", f"is larger than {LARGEST} bytes, which no experiment needs")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableError(0, "", "is UTF-16, not UTF-8; save as UTF-8 (in Notepad: Save as, Encoding)")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"is not UTF-8 (byte 0x{data[error.start]:02x}); save the file as UTF-8"
        raise UnreadableError(line, "", reason) from None
    if found := _CONTROL.search(text):
        line, column = _place(text, found.start())
        reason = f"control character U+{ord(found[0]):04X} at column {column}; remove it"
        raise UnreadableError(line, "", reason)
    return text


def values(text: str) -> dict[str, Any]:
    """The values of a TOML text. Raises UnreadableError with line, column, the line itself and a caret."""
    try:
        return tomllib.loads(text, parse_float=as_written)
    except TooSmallError as error:
        written, _, _ = str(error).partition(" ")
        problem = _worst_line(text, lambda line: written in line.partition("#")[0]), "", str(error)
    except tomllib.TOMLDecodeError as error:
        problem = _syntax_problem(text, str(error))
    except RecursionError:
        line = _worst_line(text, lambda line: line.count("[") + line.count("{"))
        problem = line, "", "brackets are nested too deeply"
    except ValueError:
        line = _worst_line(text, lambda line: max(map(len, re.findall(r"[0-9_]+", line)), default=0))
        problem = line, "", "a number has too many digits"
    raise UnreadableError(*problem)


def _syntax_problem(text: str, message: str) -> tuple[int, str, str]:
    place = _PLACE.search(message)
    reason = _PLACE.sub("", message)
    line, column = (int(place[1]), int(place[2])) if place and place[1] else _place(text, len(text))
    before = list(takewhile(lambda statement: statement[1] <= line, statements(text)))
    if reason == "Unclosed array" and before:
        line, column, reason = before[-1][1], 1, "a list that is not closed by ]"
        written = _STRING.sub('""', text.split("\n")[line - 1]).partition("#")[0]
        if ";" in written or re.search(r"\[[^\]]*[\w.\"]\s+[\w.\"]", written):
            reason = f"a list with {';' if ';' in written else 'a blank'} where a comma is due"
    if reason == """Expected "'\"""" and (opened := _OPEN_QUOTE.search(text)):
        line, column = _place(text, opened.end())
    if _DUPLICATE.match(reason) and (twice := given_before(before)):
        key, first, second = twice
        return second, dotted(key), f"is given twice, on lines {first} and {second}; keep one of them"
    source = text.split("\n")[line - 1]
    marked = f"{source[: column - 1]}\0{source[column - 1 :]}"
    hint = _hint(marked)
    where = f"line {line}, column {column}{hint and f'; {hint}'}"
    return line, "", f"{reason} at {where}\n{_shown(source, column)}"


def _hint(marked: str) -> str:
    """What to do about a line with its mistake marked as in `_HINTS`; empty where that is not known."""
    if text := _WITH_BACKSLASH.search(marked):
        return without_escapes(text[1].replace("\0", ""))
    found = (match.expand(hint) for look, hint in _HINTS if (match := re.search(look, marked)))
    value = _VALUE.match(marked.replace("\0", ""))
    return next(found, "") or (value_meant(value[1]) if value else "")


def _shown(source: str, column: int) -> str:
    """The line and a caret under its column, cut to what is near when the line is long."""
    start = max(0, column - _WIDEST // 2) if len(source) > _WIDEST else 0
    part = plain(source[start : start + _WIDEST].replace("\t", " "), keep="")
    return f"    {part}\n    {' ' * (column - 1 - start)}^"


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _worst_line(text: str, measure: Callable[[str], int]) -> int:
    """The number of the line of which the measure is largest."""
    return max(enumerate(text.split("\n"), 1), key=lambda numbered: measure(numbered[1]))[0]
