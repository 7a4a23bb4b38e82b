"""A data set of one's own: a table in a text or Parquet file, or arrays in an .npz file."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import numpy as np

from lab.data.counts import check_size, of_both, of_part
from lab.data.dataset import Dataset, IntArray, assembled, classified, mapping_note
from lab.data.files.kinds import KINDS, NOT_READ, kind_of, no_file, remedy
from lab.data.files.rows import Names, Rows, Task, filled, finite, listed
from lab.data.files.scales import standardised, unscaled
from lab.errors import PartError, counted, system_reason
from lab.numerics import stream
from lab.parts import DataSource
from lab.spelling import nearest

if TYPE_CHECKING:
    from lab.data.files.table import Table

_OF_TABLES = ("target", "features", "ignore", "one_hot", "missing")
_OF_TEXTS = ("separator", "header")

Part: TypeAlias = IntArray | slice
"""The rows of the train or of the test part."""


@dataclass(frozen=True)
class File(DataSource):
    """A file of one's own: a table in a text file or in .parquet, or arrays in .npz.

    Usually all rows train and none test; of an .npz that has a test part, all of both. Where both parts are
    taken from one table, the first rows train and the next ones test.

    Attributes
    ----------
    path
        Relative to the experiment file. A text file may be gzipped. An .npz holds x and y, or x_train,
        y_train, x_test and y_test, or others that `lab.data.files.npz_file` takes for these.
    target
        The column to be learnt, or a list of columns of numbers; without it, the column called target,
        label, class or y.
    task
        ``"auto"``: texts, and whole numbers with few different values, are ``"classes"``; all else is
        ``"numbers"``.
    nan
        ``"drop"`` leaves out the rows with a missing, NaN or infinite value; ``"mean"`` puts the mean of the
        feature in the train part where a feature is missing.
    standardise
        Features of zero mean and unit variance, by the train part.
    shuffle
        Puts the rows in an order drawn from the seed, before they are counted.
    features, ignore
        The columns that are features, else all but the target; and those that are left out. Names, or
        patterns such as ``"f*"``. Here as below, a name alone is a list of one.
    one_hot
        Texts of few kinds become columns of 0 and 1; a list names the columns that do, also of numbers.
    missing
        Words, or numbers, that stand for a missing value, beside those of `lab.data.files.cells.MISSING`.
    separator, header
        What stands between the columns of a text file, ``" "`` being any blanks, and whether its first line
        names them; ``false`` calls them c0, c1 … Both are guessed where they are left out.

    """

    origin: ClassVar[str] = "a file of your own"
    path: str
    target: Names | None = None
    task: Task = "auto"
    nan: Literal["refuse", "drop", "mean"] = "refuse"
    standardise: bool = False
    shuffle: bool = False
    features: Names | None = None
    ignore: Names | None = None
    one_hot: bool | Names = True
    missing: Names | None = None
    separator: str | None = None
    header: bool | None = None

    def __post_init__(self) -> None:
        kind = kind_of(self.path)
        if kind in NOT_READ:
            raise ValueError(f"{kind} is not read; {remedy(self.path, kind)}")
        if kind is None:
            raise ValueError(f"path = {self.path!r}, expected a file of one of the kinds {KINDS}")
        given = [one.name for one in fields(self) if getattr(self, one.name) != one.default]
        for key in given:
            if kind == ".npz" and key in _OF_TABLES:
                raise ValueError(f"{key} is for tables; an .npz file holds the features x and the target y")
            if kind in (".npz", ".parquet") and key in _OF_TEXTS:
                raise ValueError(f"{key} is for text files, not for {kind}")
        if isinstance(self.target, list) and not 0 < len(set(self.target)) == len(self.target):
            raise ValueError(f"target = {self.target}, expected one or more different columns")
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise ValueError(f"separator = {self.separator!r}, expected one letter, such as ; or a blank")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        return self.dataset(self.rows(folder), train, test, seed)

    def dataset(self, parts: list[Rows], train: int | None, test: int | None, seed: int) -> Dataset:
        """The data set of the `rows` of the file."""
        from lab.data.files.targets import meaning

        rows, lengths = self._joined(parts)
        found = meaning(rows, self.task)
        train_part, test_part = self._split(train, test, seed, lengths)
        x_train, x_test = rows.x[train_part], rows.x[test_part]
        mapped = mapping_note(found.classes) if found.classes else ""
        notes = [*rows.notes, *filter(None, (found.note, mapped))]
        if self.nan == "mean":
            notes += filled(rows, x_train, x_test)
        notes += standardised(rows, x_train, x_test) if self.standardise else unscaled(rows, x_train)
        name = Path(self.path).name
        if not found.classes:
            y_train, y_test = rows.y[train_part], rows.y[test_part]
            return assembled(name, (x_train, y_train), (x_test, y_test), notes=tuple(notes))
        seen = found.index[train_part], found.index[test_part]
        if not self.shuffle and any(0 < len(np.unique(part)) < len(found.classes) for part in seen):
            notes.append("not shuffled, and a part lacks a class; try shuffle = true")
        return classified(name, (x_train, seen[0]), (x_test, seen[1]), found.classes, tuple(notes))

    def _joined(self, parts: list[Rows]) -> tuple[Rows, list[int]]:
        """The rows that can be used, those of a train part before those of a test part; how many of each."""
        parts = [finite(rows, self.nan) for rows in parts]
        if len(parts) == 1:
            return parts[0], [len(parts[0].x)]
        x, y, places = (np.concatenate([getattr(one, key) for one in parts]) for key in ("x", "y", "places"))
        notes = tuple(note for one in parts for note in one.notes)
        return replace(parts[0], x=x, y=y, places=places, notes=notes), [len(one.x) for one in parts]

    def rows(self, folder: Path) -> list[Rows]:
        """The rows of the one part or the two, features and targets chosen."""
        from lab.data.files.selection import chosen

        how = self.target, self.features, self.ignore, self.one_hot
        try:
            return [chosen(table, *how) for table in self.read(folder)]
        except PartError as error:
            told = error
            for key in _OF_TEXTS:
                given, unset = getattr(self, key), dict[str, Any]({key: None})
                if given is not None:
                    with suppress(PartError):
                        replace(self, **unset).rows(folder)
                        wrong = f"{key} = {json.dumps(given)} is wrong, the columns are there without it"
                        told = PartError(f"{error}; {wrong}", key)
            raise told from None

    def read(self, folder: Path) -> list[Table]:
        """What the file holds: a table, or one of the train and one of the test part.

        Raises PartError where it is not there or cannot be read.
        """
        from lab.data.files import npz_file, text_file

        path, missing = folder / self.path, listed(self.missing)
        try:
            if "://" in self.path:
                raise PartError(f"{self.path!r} is an address; download the file, and name it by its path")
            if not path.exists():
                near = nearest(path.name, [beside.name for beside in path.parent.glob("*")])
                hint = f"; did you mean {near!r}?" if near else ""
                raise PartError(f"there is no file {path}{hint}")
            if not path.is_file():
                raise PartError(f"{path} {no_file(path)}")
            check_size(self.path, path.stat().st_size)
            if path.suffix.lower() == ".npz":
                return npz_file.read(path, self.path)
            if path.suffix.lower() == ".parquet":
                from lab.data.files import parquet_file

                return [parquet_file.read(path, self.path, missing)]
            return [text_file.read(path, self.path, self.separator, self.header, missing)]
        except OSError as error:
            raise PartError(f"{path}: cannot be read: {system_reason(error)}") from error

    def _split(self, train: int | None, test: int | None, seed: int, lengths: list[int]) -> tuple[Part, Part]:
        """The rows that train and those that test, in one count over the file's parts."""
        start = first = lengths[0]
        if len(lengths) == 2:
            rows = of_part(self.path, "train", train, first, first)
            more = of_part(self.path, "test", test, lengths[1], lengths[1])
        else:
            if train is None and test is not None and test >= first:
                left = f"leaves nothing to train on, of {counted(first, 'row')}"
                raise PartError(f"{self.path}: test = {test} {left}", "test")
            rows, more = of_both(self.path, train, test, (first - (test or 0), 0), first)
            start = rows
        if not self.shuffle:  # no copy
            return slice(rows), slice(start, start + more)
        orders = [
            stream(seed, f"data/file/{part}").permutation(length)
            for part, length in zip(("train", "test"), lengths, strict=False)
        ]
        order = np.concatenate([orders[0], *(first + one for one in orders[1:])])
        return order[:rows], order[start : start + more]
