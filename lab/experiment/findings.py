"""What is wrong with an experiment: the key, what is said of it, and on which line that stands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lab.errors import Problem
from lab.experiment.keys import Key, dotted
from lab.experiment.source import Source


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


def concerns(key: Key, others: Collection[Key]) -> bool:
    """Whether one of the other keys is this key, or lies within it or around it."""
    return any(key[: len(other)] == other[: len(key)] for other in others)
