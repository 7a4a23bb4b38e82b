"""What can go wrong: each exception has its message for the user and its exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

INTERRUPTED = 130
"""The exit code of a command that was interrupted."""


class LabError(Exception):
    """Anything that a user can correct.

    The message has one line for each problem. ``exit_code`` is what the command line returns: 1 some trials
    failed, 2 the command or the file is wrong, 3 a claim does not hold, 4 storage.
    """

    exit_code: ClassVar[int] = 2


class PartError(LabError):
    """A part (an activation, a cost, a data set …) cannot be found, or not be made with these parameters."""


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
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ExperimentError(LabError):
    """All problems of an experiment file, in the order of their lines."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(problem.text(source) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ExperimentError], tuple[str, tuple[Problem, ...]]]:
        return ExperimentError, (self.source, self.problems)


def did_you_mean(word: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """A hint for the end of a message: the nearest known word if there is one, then all known words.

    The nearest may be one of ``also``, other spellings that are accepted but not listed.
    """
    names = sorted(known)
    if not names:
        return "there is none"
    near = nearest(word, [*names, *also])
    hint = f"did you mean {near!r}? " if near else ""
    return f"{hint}(known: {', '.join(names)})"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like ``word``, in upper or lower case; None where none is like it."""
    lowered = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else None
