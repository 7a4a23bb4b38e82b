"""What can go wrong: each exception has its message for the user and its exit code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

INTERRUPTED = 130
"""The exit code of a command that was interrupted."""


class LabError(Exception):
    """Anything that a user can correct.

    The message has one line for each problem, and ``pointer`` lines beneath it, such as a text with a caret.
    ``exit_code`` is what the command line returns: 1 some trials failed, 2 the command or the file is wrong,
    3 a claim does not hold, 4 storage.
    """

    exit_code: ClassVar[int] = 2
    pointer: str = ""


class PartError(LabError):
    """A part (an activation, a cost, a data set …) cannot be found, or not be made with these parameters.

    ``parameter`` is the one that is wrong, where it is one; ``also`` is what else is wrong with the part.
    """

    def __init__(self, message: str, parameter: str = "", also: Iterable[PartError] = ()) -> None:
        self.parameter = parameter
        self.also = tuple(also)
        super().__init__(message)


class ClaimError(LabError):
    """A claim about an activation does not hold, or could not be proved."""

    exit_code: ClassVar[int] = 3


class StorageError(LabError):
    """A result cannot be written, read or trusted."""

    exit_code: ClassVar[int] = 4


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an experiment file.

    ``line`` counts from 1 and is 0 where the problem has no line; ``key`` is the dotted key, or empty.
    """

    line: int
    key: str
    message: str

    def text(self, source: str) -> str:
        """``file:line: key: what is wrong``, leaving out what is not known."""
        place = f"{source}:{self.line}" if self.line else source
        return ": ".join(filter(None, (place, self.key, self.message)))


class ExperimentError(LabError):
    """All problems of an experiment file, in the order of their lines."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(problem.text(source) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ExperimentError], tuple[str, tuple[Problem, ...]]]:
        return ExperimentError, (self.source, self.problems)


_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    r"""Text as an SVG or HTML file may hold it: without control characters, all scripts and signs kept.

    >>> without_controls("a\x1b\u200db")
    'a�\u200db'
    """
    return _NO_TEXT.sub("�", text)


def plain(text: str, keep: str = "\n") -> str:
    r"""Text of letters that can be seen, for a terminal, which would obey control characters.

    >>> plain("a\x1b[31mb")
    'a�[31mb'
    """
    return "".join(letter if letter.isprintable() or letter in keep else "�" for letter in text)


def in_one_line(said: object) -> str:
    r"""What somebody else's code says, in one line.

    >>> in_one_line("expected a number,\n  got x")
    'expected a number, got x'
    """
    return " ".join(str(said).split())


def told(error: BaseException) -> str:
    """An exception of somebody else's code in one line: its type, and what it says.

    >>> told(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    return f"{type(error).__name__}: {in_one_line(error)}"


def system_reason(error: Exception) -> str:
    """Why the system refused something, in its own words; or a library, which has no number for it.

    >>> system_reason(FileNotFoundError(2, "No such file or directory", "a.csv"))
    'No such file or directory'
    >>> system_reason(OSError("the disk is full"))
    'the disk is full'
    """
    return getattr(error, "strerror", None) or in_one_line(error)


def counted(number: float, noun: str) -> str:
    """So many of what the noun names, whose plural is made with an s.

    >>> counted(1, "row"), counted(0, "row")
    ('1 row', '0 rows')
    """
    return f"{number} {noun}{'s' * (number != 1)}"


_UNITS = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


def size_text(count: float) -> str:
    """A number of bytes in words.

    >>> size_text(1234567), size_text(87_000), size_text(1), size_text(25.2e9)
    ('1.2 MiB', '85 KiB', '1 byte', '23 GiB')
    """
    for unit, one in _UNITS:
        if count >= one:
            return f"{two_digits(count / one)} {unit}"
    return counted(round(count), "byte")


def two_digits(number: float) -> str:
    """A number with two digits that count, never with an exponent.

    >>> two_digits(1.234), two_digits(87.4), two_digits(1234)
    ('1.2', '87', '1200')
    """
    return f"{number:.1f}" if number < 9.95 else f"{float(f'{number:.2g}'):.0f}"


def installs(extra: str) -> str:
    """What installs what an optional part needs: one of the extras of pyproject.toml.

    >>> installs("torch")
    "pip install -e '.[torch]' in the clone of the lab"
    """
    return f"pip install -e '.[{extra}]' in the clone of the lab"
