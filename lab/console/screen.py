"""A page: what a command prints, as text for a reader or as JSON for a program.

Results go to stdout; progress, notes and errors to stderr.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.errors import plain

if TYPE_CHECKING:
    import pandas as pd

    from lab.parts import Tables

PIPE_WIDTH = 1000
"""Columns where the output goes to no terminal: nothing is cut."""

WIDTHS = range(20, 10_000)
"""What $COLUMNS may be; outside, as 0 in some editors, the terminal is asked."""

LEAST_WIDTH, LAST_WIDTH = 12, 32
"""While a column can be spared a text has this room, and a last column this; half of it where it folds."""

WHOLE = 24
"""The width up to which a text, such as the id of a run, is not folded while a column can be spared."""


@dataclass(frozen=True)
class Rows:
    """A table under its title. A cell is text, a number, or None where there is nothing.

    ``spare`` are columns that a narrow terminal does without, the first to go first. What is ``whole`` has no
    last column of text cut short.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    spare: Sequence[str] = ()
    whole: bool = False


@dataclass(frozen=True)
class Note:
    """A line for stderr."""

    text: str


Block: TypeAlias = str | Text | Rows | Note
"""A part of a page: a line, a styled line, a table, or a note."""


@dataclass(frozen=True)
class Page:
    """What a command has to say.

    ``value`` is for a program, ``body`` for a reader; a body that is a generator is made only where it is
    read. ``plots`` are files that were drawn and ``pages`` those for a browser, which close the body;
    ``exit_code`` is the command's.
    """

    value: Any
    body: Iterable[Block]
    plots: Sequence[Path] = ()
    pages: Sequence[Path] = ()
    exit_code: int = 0


def show(page: Page, as_json: bool = False) -> int:
    """Print a page; returns its exit code."""
    if as_json:
        from lab.console.as_json import json_text

        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        click.echo(json_text(page.value, encoding))
        return page.exit_code
    files = *(("page", path) for path in page.pages), *(("plot", path) for path in page.plots)
    for block in (*page.body, *(verbatim(f"{kind}: {path}") for kind, path in files)):
        if isinstance(block, Rows):
            _print_table(block)
        elif isinstance(block, Note):
            err().print(f"note: {plain(block.text)}")
        else:
            text = Text(plain(block)) if isinstance(block, str) else block
            out().print(text, soft_wrap=text.no_wrap)
    return page.exit_code


def bold(text: str) -> Text:
    """A line that stands out."""
    return Text(plain(text), style="bold")


def dim(text: str) -> Text:
    """A line that explains."""
    return Text(plain(text), style="dim")


def verbatim(text: str, style: str = "") -> Text:
    """Lines to be copied: none is broken, however narrow the terminal."""
    return Text(plain(text), style=style, no_wrap=True)


def table(
    records: Sequence[Mapping[str, Any]], title: str = "", spare: Sequence[str] = (), *, whole: bool = False
) -> Rows:
    """A row a record, of which there is one at least; their keys are the columns. See `Rows`."""
    return Rows(list(records[0]), [list(record.values()) for record in records], title, spare, whole)


def rows_of(
    frame: pd.DataFrame, headings: Mapping[str, str], title: str = "", spare: Sequence[str] = ()
) -> Rows:
    """The columns of a DataFrame that have headings, in the order of these; of ``spare`` see `Rows`."""
    shown = [column for column in headings if column in frame]
    cells = frame[shown].astype(object).to_numpy().tolist()
    return Rows(
        [headings[name] for name in shown], cells, title, [headings[name] for name in spare if name in shown]
    )


def drawn(name: str, tables: Tables, plot: Path | None, title: str = "") -> list[Path]:
    """Draw a figure into this PNG, if there is one, and an SVG beside it; returns the files."""
    if plot is None:
        return []
    from lab.figures import PAGES, draw, draw_page, save

    figure = draw_page(name, tables, title) if name in PAGES else draw(name, tables, title)
    return save(figure, plot.parent, plot.stem)


def out() -> Console:
    """The console of results."""
    return _console(sys.stdout)


def err() -> Console:
    """The console of progress, notes and errors."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    columns = os.environ.get("COLUMNS", "")
    wanted = int(columns) if re.fullmatch("[0-9]{1,5}", columns) else 0
    width = wanted if wanted in WIDTHS else None if stream.isatty() else PIPE_WIDTH
    height = None if width is None else 25  # with both given rich asks no terminal, not even a dumb one
    others = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    return Console(
        file=stream,
        width=width,
        height=height,
        highlight=False,
        markup=False,
        emoji=False,
        force_jupyter=False,
        _environ=others,
    )


def _print_table(given: Rows) -> None:
    """Print a table; numbers stand to the right.

    No number and no heading is broken: where the table is wider than the terminal columns are left out that
    it can spare, which is told, and a last column of text is cut short, unless it is to be whole; only then
    cells fold.
    """
    console, columns = out(), given.columns
    if given.title:
        console.print(bold(given.title))
    cells = [[plain(cell_text(value)) for value in row] for row in given.rows]
    right = [any(isinstance(row[i], int | float) for row in given.rows) for i in range(len(columns))]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    least = [
        width if number or width <= WHOLE else max(len(name), LEAST_WIDTH)
        for name, width, number in zip(columns, widths, right, strict=True)
    ]
    least[0] = max(least[0], min(widths[0], WHOLE))
    wanted = [*least[:-1], max(least[-1], min(widths[-1], LAST_WIDTH // (2 if given.whole else 1)))]
    kept = _kept(wanted, map(columns.index, given.spare), console.width)
    room = _fitted(console.width, *([each[at] for at in kept] for each in (widths, wanted, least)))
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for at, width in zip(kept, room, strict=True):
        side: Literal["left", "right"] = "right" if right[at] else "left"
        shown.add_column(columns[at], justify=side, overflow="fold", width=width)
    for row in cells:
        most = max(room[-1], LEAST_WIDTH)
        if not given.whole and not right[kept[-1]] and len(row[kept[-1]]) > most:
            row[kept[-1]] = f"{row[kept[-1]][: most - 1]}…"
        shown.add_row(*(Text(row[at]) for at in kept))
    if console.is_terminal:
        console.print(shown)
    else:  # a pager would break lines that are padded to the widest
        with console.capture() as padded:
            console.print(shown)
        console.file.write("".join(f"{line.rstrip()}\n" for line in padded.get().splitlines()))
    if left := [columns[at].strip() for at in range(len(columns)) if at not in kept]:
        console.print(dim(f"no room for: {', '.join(left)}"))


def _fitted(width: int, widths: list[int], *ends: list[int]) -> list[int]:
    """How wide each column is: the widest gives way first, to what is wanted, to the least, then to all."""
    room = width - 2 * (len(widths) - 1)
    widths = [min(one, width) for one in widths]
    for end in (*ends, [1] * len(widths)):
        while sum(widths) > room and (wide := [at for at, one in enumerate(widths) if one > end[at]]):
            widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _kept(least: Sequence[int], spare: Iterable[int], width: int) -> list[int]:
    """The places of the columns that are shown: of the spare ones as many go as have no room."""
    kept = list(range(len(least)))
    for at in spare:
        if sum(least[one] + 2 for one in kept) - 2 <= width:
            break
        kept.remove(at)
    return kept


def cell_text(value: Any) -> str:
    """A value as a table shows it: three significant digits, and a dash for what is missing."""
    if value is None or value != value:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(value)
    return f"{value:.3g}" if isinstance(value, float) else str(value)
