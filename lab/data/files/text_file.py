"""Columns of a text file, .csv and its like: read by pandas, line for line as strict as can be."""

import codecs
import gzip
import re
import zlib
from array import array
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from io import StringIO, TextIOWrapper
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from lab.data.counts import check_size
from lab.data.dataset import IntArray
from lab.data.files import text_form
from lab.data.files.cells import MISSING, WORDS, absent, column, number
from lab.data.files.examples import of_examples
from lab.data.files.selection import rises_by_one
from lab.data.files.table import Column, Table
from lab.data.files.text_form import BLANKS, WINDOWS, Form
from lab.errors import PartError, counted

_SAMPLE = (1000, 2**18)
"""The lines from which the form of a file is guessed, or the letters, where lines are long."""

_MOST_ABOVE = 10
"""So many lines above a table are taken for a text that stands there."""

LONGEST_LINE = 2**22
"""The most letters of a line."""

MOST_COLUMNS = 100_000

_BLOCK = 2**20
"""So many letters are looked at together; they are fewer than those of the longest line."""

_CHUNK = 2**20
"""The cells that are read at a time, so that a file takes little more memory than its numbers."""

_EXACT: dict[str, Any] = (
    {"float_precision": "round_trip"} if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1) else {}
)
"""What makes pandas read each number as the double nearest to it; newer ones always do."""

_PACKED = {
    b"\x1f\x8b": "is gzipped; let its name end in .gz",
    b"PK\x03\x04": "is a zip archive, as .xlsx and .npz are, and no text",
    b"PAR1\x15": "is Parquet; let its name end in .parquet",
    b"BZh91AY&SY": "is packed by bzip2; unpack it",
    b"\xfd7zXZ": "is packed by xz; unpack it",
    b"\xd0\xcf\x11\xe0": "is of Excel, as .xls is, and no text; save it as CSV",
}
"""What a file with these first bytes is."""

_NOT_WINDOWS = frozenset(b"\0\x81\x8d\x8f\x90\x9d")
"""Bytes that Windows-1252 does not have, or no text."""

_MARKED_UP = (
    ("JSON", re.compile(r'\s*(\[\s*[\[{]|\{\s*["}])')),
    ("HTML or XML", re.compile(r"\s*<(!doctype|html|table|\?xml)\b", re.IGNORECASE)),
    ("SQL", re.compile(r"\s*(--.*\n\s*)*(insert into|create table|drop table)\b", re.IGNORECASE)),
    ("RTF", re.compile(r"\{\\rtf")),
    ("a pointer of Git LFS (git lfs pull fetches the file)", re.compile("version https://git-lfs")),
)
"""Texts that are no tables, by how they begin."""

_PANDAS_UNNAMED = re.compile(r"Unnamed: \d+(\.\d+)?")


def read(
    path: Path,
    name: str,
    separator: str | None = None,
    header: bool | None = None,
    missing: Collection[str] = (),
) -> Table:
    """The columns of a UTF-8 file, or one marked as UTF-16, also gzipped; blank lines are skipped.

    What is not UTF-8 anywhere is read as Windows-1252, with a note.

    The separator, the decimal mark and the header are guessed where they are not given. A first column
    without a name is an index and is left out, and so is a column without any value. Raises PartError where
    the file is empty, ragged or no table.
    """
    try:
        encoding = _encoding(path, name)
        with _opened(path, encoding) as file:
            sample = list(_sampled(name, file))
        for kind, begins in _MARKED_UP:
            if begins.match("".join(sample[:9])):
                raise PartError(f"{name} holds {kind}, which is not read, expected a table")
        form = replace(text_form.form(name, sample, separator, header), encoding=encoding)
        if form.width > MOST_COLUMNS:
            raise PartError(f"{name} has {form.width} columns, expected at most {MOST_COLUMNS}")
        places = _places(path, name, form)
        titles = _titles(name, form)
        columns = _columns(path, form, titles, missing)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise PartError(f"{name} is damaged: {error}") from error
    except pd.errors.ParserError as error:
        raise PartError(f"{name} cannot be read: {str(error).strip()}") from error
    if len(next(iter(columns.values()))) != len(places):
        raise PartError(f"{name} has quotes or blank lines that may mean two things")
    notes = [*form.notes, *_left_out(titles, columns)]
    return of_examples(Table(name, "line", places, columns, tuple(notes)))


def _opened(path: Path, encoding: str) -> TextIO:
    return TextIOWrapper(_bytes(path), encoding=encoding, newline="")


def _bytes(path: Path) -> Any:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def _blocks(path: Path, name: str) -> Iterator[bytes]:
    """What a file holds once it is unpacked. Raises PartError where that is too large."""
    size = 0
    with _bytes(path) as file:
        while block := file.read(2**20):
            size += len(block)
            check_size(f"{name}, unpacked", size)
            yield block


def _encoding(path: Path, name: str) -> str:
    """UTF-8; or UTF-16, where the file is marked so; or that of Windows, where no line has letters of UTF-8.

    Raises PartError where the file is packed, and with the first line that is none of these.
    """
    first = next(_blocks(path, name), b"")
    if packed := next((kind for begins, kind in _PACKED.items() if first.startswith(begins)), ""):
        raise PartError(f"{name} {packed}")
    usual = "utf-16" if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    blocks = _blocks(path, name)
    with suppress(UnicodeDecodeError):
        deque(codecs.iterdecode(blocks, usual), maxlen=0)
        return usual
    deque(blocks, maxlen=0)  # the rest may be too large
    wrong, is_windows = "", True
    with _bytes(path) as file:
        for at, line in enumerate(file, 1):
            try:
                is_windows &= line.decode().isascii()
            except UnicodeDecodeError as error:
                byte = f"byte 0x{line[error.start]:02x}"
                wrong = wrong or f"line {at}: is not UTF-8 ({byte}); save the file as UTF-8"
                is_windows &= _NOT_WINDOWS.isdisjoint(line)
    if not is_windows:
        raise PartError(f"{name}: {wrong}")
    return WINDOWS


def _rows(path: Path, form: Form) -> TextIO:
    """The file, at its first row."""
    file = _opened(path, form.encoding)
    for _ in islice(file, form.before):
        pass
    if not (form.arff or form.ruled):
        return file
    with file:
        return StringIO("".join(map(form.plain, file)))


def _sampled(name: str, file: TextIO) -> Iterator[str]:
    """Whole lines from the beginning of the file, as many more as end what is quoted there."""
    lines, letters = _SAMPLE
    quotes = 0
    for at, line in enumerate(islice(_lines(name, file), 2 * lines), 1):
        yield line
        letters -= len(line)
        quotes += line.count('"')
        if (at >= lines or (letters < 0 and at > 2)) and quotes % 2 == 0:
            return


def _lines(name: str, file: TextIO, before: int = 0) -> Iterator[str]:
    """The lines of a file after so many, none of which is read that is too long to be one of a table."""
    for at in count(before + 1):
        if not (line := file.readline(LONGEST_LINE + 1)):
            return
        if "\0" in line:
            raise PartError(
                f"{name}: line {at}: holds a zero byte, which no text has; save the file as UTF-8"
            )
        if len(line) > LONGEST_LINE:
            raise PartError(f"{name} has a line of more than {LONGEST_LINE} letters, which is no table")
        yield line


def _places(path: Path, name: str, form: Form) -> IntArray:
    """The line of every row. Raises PartError where a row has another width than the first line says."""
    places = array("q")
    with _rows(path, form) as file:
        lines = _after_plain_blocks(name, file, form, places)
        found = text_form.widths(name, lines, form.separator, form.before + len(places))
        for line, width in found:
            if width != form.width:
                like = "in the first line" if form.titles is None else "in the header"
                told = f"{name}: line {line}: {counted(width, 'field')}, expected {form.width} as {like}"
                after = [(line, width), *islice(found, _SAMPLE[0])]
                raise PartError(told + _why_unlike(path, form, len(places), after))
            places.append(line)
    if not places:
        raise PartError(f"{name} has a header but no rows")
    return np.frombuffer(places, dtype=np.int64)


def _after_plain_blocks(name: str, file: TextIO, form: Form, places: "array[int]") -> Iterator[str]:
    """Put the lines of whole blocks that are plain into ``places``, as is soon done; the lines behind them.

    Each line of a plain block is a row of the right width.
    """
    while text := file.read(_BLOCK) + file.readline(LONGEST_LINE + 1):
        lines = StringIO(text, newline="").readlines()
        at = form.before + len(places)
        is_text = "\0" not in text and len(lines[-1]) <= LONGEST_LINE  # no other can be longer
        if not (is_text and text_form.are_rows(lines, form.separator, form.width)):
            return chain(_lines(name, StringIO(text, newline=""), at), _lines(name, file, at + len(lines)))
        places.extend(range(at + 1, at + len(lines) + 1))
    return iter(())


def _why_unlike(path: Path, form: Form, rows: int, after: Sequence[tuple[int, int]]) -> str:
    """What to do about a line of another width: a comment, or one before or after the table.

    ``after`` has the lines from that on, and their widths; so many ``rows`` stand before it.
    """
    line = after[0][0]
    with _opened(path, form.encoding) as file:
        text = next(islice(file, line - 1, None), "")
    if text_form.is_comment(text):
        return "; a comment is read before the table alone: take this line out"
    widths = [width for _, width in after]
    cells = text.split(None if form.separator == BLANKS else form.separator)
    is_text = not any(number(cell, form.decimal) is not None for cell in cells)
    if is_text and form.width not in widths and len(after) < min(rows, _MOST_ABOVE):
        these = "this line" if len(after) == 1 else "the lines from this one on"
        return f"; the table ends before it: take out {these}"
    usual, times = Counter(widths).most_common(1)[0]
    begins = after[widths.index(usual)][0]
    above = begins - line < _MOST_ABOVE
    if usual != form.width and above and times > 1 and 2 * times > len(after) - widths.index(usual):
        this = "this line" if begins == line else f"line {begins}, with {usual} fields"
        return f"; where the table begins with {this}, take those before it out, or put # before each"
    return ""


def _titles(name: str, form: Form) -> list[str]:
    """A name for every column. Raises PartError where two have the same."""
    if form.titles is None:
        return [f"c{place}" for place in range(form.width)]
    for title in form.titles:
        if title and form.titles.count(title) > 1:
            places = [str(at) for at, other in enumerate(form.titles, 1) if other == title]
            both = "both" if len(places) == 2 else "all"
            told = f"columns {', '.join(places[:-1])} and {places[-1]} are {both} called {title!r}"
            raise PartError(f"{name}: line {form.before}: {told}; give each a name of its own")
    return [
        f"Unnamed: {place}" if not title or _PANDAS_UNNAMED.fullmatch(title) else title
        for place, title in enumerate(form.titles)
    ]


def _columns(
    path: Path, form: Form, titles: list[str], missing: Collection[str], texts: Collection[str] = ()
) -> dict[str, Column]:
    """The columns with these names, or ``texts`` alone, in which numbers are texts too."""
    parts: dict[str, list[Column]] = {title: [] for title in texts or titles}
    with _rows(path, form) as file:
        chunks = pd.read_csv(
            file,
            sep=r"\s+" if form.separator == BLANKS else form.separator,
            decimal=form.decimal,
            header=None,
            names=titles,
            usecols=[*parts],
            index_col=False,
            dtype=str if texts else None,
            na_values=[*MISSING - WORDS, *(one for one in missing if not _is_python_number_alone(one))],
            keep_default_na=False,
            skipinitialspace=True,
            low_memory=False,
            chunksize=max(_CHUNK // form.width, 1),
            **_EXACT,
        )
        with chunks:
            for chunk in chunks:
                for title, read in parts.items():
                    read.append(column(chunk[title], missing, form.decimal, texts=bool(texts)))
    mixed = [title for title, read in parts.items() if len({part.dtype for part in read}) > 1]
    columns = {title: np.concatenate(parts.pop(title)) for title in list(parts) if title not in mixed}
    if mixed:  # numbers up to here and texts from there on: the numbers are read again as texts
        columns |= _columns(path, form, titles, missing, mixed)
    return columns


def _is_python_number_alone(word: str) -> bool:
    """Whether pandas would take a word for a number where `number` does not: for ``1_000`` also 1000."""
    try:
        float(word)
    except ValueError:
        return False
    return number(word) is None


def _left_out(titles: list[str], columns: dict[str, Column]) -> Iterator[str]:
    """Take the index, and what is without values, from the columns; a note on each."""
    for place, title in enumerate(titles):
        given = columns[title]
        unnamed = _PANDAS_UNNAMED.fullmatch(title) is not None
        shown = f"column {place + 1}, which has no name," if unnamed else f"column {title!r}"
        if len(columns) == 1:
            return
        if absent(given).all():
            yield f"{shown} has no values and is left out"
            del columns[title]
        elif unnamed and place == 0:
            yield "the first column, which has no name, is an index and is left out"
            del columns[title]
        elif unnamed and rises_by_one(given):  # of a table that was written twice
            yield f"{shown} is an index and is left out"
            del columns[title]
        elif unnamed:
            yield f"{shown} is called c{place}"
            columns[f"c{place}"] = columns.pop(title)
