"""What the command line shows: tables and results on stdout, progress and notes on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import isnan
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 1000
"""Columns where the output goes to no terminal: nothing is cut."""

LEAST_WIDTH = 12
"""A last column of text is cut no shorter."""

SECONDS_BETWEEN_LINES = 10.0


def out() -> Console:
    """The console of results."""
    return _console(sys.stdout)


def err() -> Console:
    """The console of progress, notes and errors."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
    """Print a table under its title; numbers stand to the right.

    Where it is wider than the terminal, a last column of text is cut short, and only then others fold.
    """
    console = out()
    if title:
        console.print(plain(title), style="bold")
    cells = [[plain(told(value)) for value in row] for row in rows]
    right = [any(isinstance(row[i], int | float) for row in rows) for i in range(len(columns))]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    room = console.width - sum(widths[:-1]) - 2 * len(columns)
    cut = not right[-1] and max(room, LEAST_WIDTH) < widths[-1]
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name, is_number in zip(columns, right, strict=True):
        made.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        last = f"{row[-1][: max(room, LEAST_WIDTH) - 1]}…" if cut and len(row[-1]) > room else row[-1]
        made.add_row(*map(Text, [*row[:-1], last]))
    console.print(made)


def told(value: Any) -> str:
    """A value as a table shows it: three significant digits, and a dash for what is missing."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value)


def plain(text: str) -> str:
    """Text without control characters, which a terminal would obey."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


@contextmanager
def progress(total: int, noun: str) -> Iterator[Callable[[int], None]]:
    """Tell progress on stderr: a bar with the time that is left on a terminal, else a line now and then."""
    console = err()
    if console.is_terminal and not console.is_dumb_terminal:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(noun, total=total)
            yield lambda more: bar.advance(task, more)
        return
    yield _lines(console, total, noun)


def _lines(console: Console, total: int, noun: str) -> Callable[[int], None]:
    began = said = monotonic()
    done = 0

    def advance(more: int) -> None:
        nonlocal done, said
        done += more
        now = monotonic()
        if now - said >= SECONDS_BETWEEN_LINES and done:
            said = now
            left = (now - began) * (total - done) / done
            console.print(f"{noun}: {100 * done / total:.0f} %, about {left:.0f} s left")

    return advance
