"""The tables of measurements: on the screen row by row, and in a README between their markers."""

import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from lab.runs.provenance import blas, commit

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "tests" / "benchmarks" / "README.md")

Rows: TypeAlias = Iterable[Sequence[str]]
"""The cells of a table, row by row as they are measured; the first row is its head."""

MEASURED = re.compile(r"(?<=<!-- measured: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)
"""What stands between the markers ``<!-- measured: step -->`` and ``<!-- end -->``, and the name."""


def shown(rows: Rows, first: int = 38, width: int = 20) -> list[Sequence[str]]:
    """Print each row as soon as it is known; returns them all."""
    known = []
    for title, *cells in rows:
        print(f"{title:{first}}" + "".join(f"{cell:>{width}}" for cell in cells), flush=True)
        known.append((title, *cells))
    return known


def markdown(rows: Rows) -> str:
    """A table of Markdown."""
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body))


def origin() -> str:
    """What is measured, on what, and when: the commit, processor, cores, BLAS, and the day."""
    kernels = [f"{one['internal_api']} {one['version']} ({one['architecture']})" for one in blas()]
    cores = f"{os.cpu_count()} core{'s' * (os.cpu_count() != 1)}"
    day = datetime.now(UTC).date()
    return f"Commit {commit(ROOT)}, on {', '.join([processor(), cores, *kernels])}, {day}."


def processor() -> str:
    """The model of the processor, where the system tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def written(text: str, measured: Mapping[str, str]) -> str:
    """The text with what is measured between the markers of each name; KeyError where a name is unknown."""
    return MEASURED.sub(lambda found: f"{found[1]}{found[2]}{measured[found[1]]}\n", text)
