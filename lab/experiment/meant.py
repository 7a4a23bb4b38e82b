"""What is meant by a value that is none, or is of another type than is due: what to write, as TOML."""

import re
import tomllib
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lab.experiment.toml_writer import value_text
from lab.numerics import as_float

_MINUS = re.compile("[\u2010-\u2015\u2212\ufe63\uff0d]")
"""Dashes that are no minus to TOML."""

_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_NUMBER = re.compile(rf"({_PLAIN}|[+-]?\d+,\d+)\s*(?:(%)|/\s*({_PLAIN}))?")
_LIST = re.compile(rf"{_PLAIN}(?:\s*,\s*{_PLAIN})+")

_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)")
"""A number that may be whole, with commas or points for the eye."""

QUOTES = "“”„‟«»‘’‚‛"
"""Quotes that are none to TOML."""

_PATH = re.compile(r"^[A-Za-z]:|\.[A-Za-z]+(?:$|:)")
"""What a path has: a drive, or a file's ending."""

_ESCAPES = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"}
"""What a backslash and a letter make in a text."""


class Parted(float):
    """A number that is written as ``1.000`` is; ``whole`` is what it is if a thousand is meant."""

    whole: str


def as_written(text: str) -> float:
    """The float of a decimal, as `as_float` has it; one that may be meant to be whole is `Parted`.

    >>> as_written("1.000").whole, type(as_written("0.125"))
    ('1000', <class 'float'>)
    """
    value = as_float(text)
    if _THOUSANDS.fullmatch(text):
        value = Parted(value)
        value.whole = text.replace(".", "")
    return value


def number_meant(text: str) -> str:
    """The number that is meant by a text; empty where there is none.

    >>> [number_meant(text) for text in ("10%", "0,1", "−0.1", "1/4", "1e-3", "30", "a,b")]
    ['0.1', '0.1', '-0.1', '0.25', '0.001', '30', '']
    """
    found = _NUMBER.fullmatch(_MINUS.sub("-", text.strip()))
    if not found or len(text) > 50:
        return ""
    number, percent, divisor = found[1].replace(",", "."), found[2], found[3]
    if number.lstrip("+-").isdigit() and not percent and not divisor:
        return str(int(number))
    parts = Decimal(divisor or 1) * (100 if percent else 1)
    with suppress(OverflowError, ZeroDivisionError):
        return value_text(float(Fraction(Decimal(number)) / Fraction(parts)))
    return ""


def value_meant(text: str) -> str:
    """What to write for a value that is no TOML, as the end of a message; empty where that is not known.

    >>> value_meant("0,1 # the rate")
    'write 0.1, with a point; a list stands in brackets: [0, 1]'
    >>> value_meant("30, 30, 30"), value_meant("10 %"), value_meant("fast")
    ('a list stands in brackets: [30, 30, 30]', 'write 0.1', '')
    """
    value = text.partition("#")[0].strip()
    number = number_meant(value)
    if _THOUSANDS.fullmatch(value):
        return f"write {re.sub('[,.]', '', value)}" + (f", or {number} with a point" if number else "")
    if not _LIST.fullmatch(value):
        return number and f"write {number}"
    return f"{number and f'write {number}, with a point; '}a list stands in brackets: {_in_brackets(value)}"


def right_value(kind: str, value: Any) -> str:
    """What to write where pydantic refused a value with an error of this kind; empty where that is not known.

    >>> [right_value(*one) for one in (("list_type", 30), ("float_type", "0.1"), ("int_type", 30.0))]
    ['[30]', '0.1', '30']
    """
    match kind, value:
        case "bool_type", 0 | 1 | "true" | "True" | "false" | "False":
            return value_text(value in (1, "true", "True"))
        case "list_type", str() if _LIST.fullmatch(value):
            return _in_brackets(value)
        case "list_type", str() if value.startswith("["):
            with suppress(ValueError, RecursionError):  # no TOML, too many digits, too many brackets
                return value_text(tomllib.loads(f"list = {value}")["list"])
            return 'its texts in quotes, as ["a", "b"]' if value.endswith("]") else ""
        case "list_type", str() | int() | float():
            return f"[{number_meant(str(value)) or value_text(value)}]"
        case "dict_type" | "model_type", [dict(), *_]:
            return "its heading in single brackets, since [[…]] begins one of several tables"
        case "model_type", str():
            return "its heading in brackets, and its keys in the lines below"
        case "float_type", str():
            return number_meant(value)
        case "int_type" | "expected", Parted():
            return value.whole + (f", or {int(value)}" if value.is_integer() else "")
        case "int_type" | "expected", str() | float():
            text = str(value)
            parted = isinstance(value, str) and _THOUSANDS.fullmatch(text)
            number = number_meant(re.sub("[,.]", "", text) if parted else text).removesuffix(".0")
            return number if number.lstrip("-").isdigit() else ""
    return ""


def without_escapes(text: str) -> str:
    r"""What to write for a path of Windows, or LaTeX, whose backslashes are read as escapes.

    ``text`` is as it stands in the file, or as it was read, with a tab for \\t.

    >>> print(without_escapes("C:\temp\new.csv"))
    a \ begins an escape in "…"; write 'C:\temp\new.csv', in single quotes, or "C:/temp/new.csv"
    """
    path = "".join(_ESCAPES.get(letter, letter) for letter in text)
    slashed = path.replace("\\", "/")
    or_path = f', or "{slashed}"' if _PATH.search(path) else ""
    return f"a \\ begins an escape in \"…\"; write '{path}', in single quotes{or_path}"


def has_escapes(text: str) -> bool:
    """Whether a text that was read has in it what only an escape can make."""
    return not _ESCAPES.keys().isdisjoint(text)


def _in_brackets(numbers: str) -> str:
    return "[" + re.sub(r"\s*,\s*", ", ", numbers) + "]"
