"""A data set of one's own: a .csv, .npz or .parquet file."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from lab.data.counts import check_size, of_both, of_part
from lab.data.dataset import Dataset, IntArray, assembled, classified, mapping_note
from lab.data.files import csv_file, npz_file, parquet_file
from lab.data.files.table import Rows, Task, finite, labels, standardised
from lab.errors import PartError, nearest
from lab.numerics import stream
from lab.parts import DataSource

SUFFIXES = (".csv", ".npz", ".parquet")


@dataclass(frozen=True)
class File(DataSource):
    """A file of one's own: a table in .csv or .parquet, or arrays in .npz.

    Usually all rows train and none test; of an .npz that has a test part, all of both. Where both parts are
    taken from one table, the first rows train and the next ones test.

    Attributes
    ----------
    path
        Relative to the experiment file. An .npz holds x and y, or x_train, y_train, x_test and y_test.
    target
        The column to be learnt, or a list of columns of numbers; for .csv and .parquet. All other columns
        are features.
    task
        ``"auto"``: one target of texts, or of whole numbers with 2 … 20 different values, is classification.
    nan
        ``"drop"`` leaves out the rows with a missing, NaN or infinite value.
    standardise
        Features of zero mean and unit variance, by the train part.
    shuffle
        Puts the rows in an order drawn from the seed, before they are counted.

    """

    origin: ClassVar[str] = "a file of your own"
    path: str
    target: str | list[str] | None = None
    task: Task = "auto"
    nan: Literal["refuse", "drop"] = "refuse"
    standardise: bool = False
    shuffle: bool = False

    def __post_init__(self) -> None:
        suffix = Path(self.path).suffix.lower()
        if suffix not in SUFFIXES:
            kinds = ", ".join(SUFFIXES)
            raise ValueError(f"path = {self.path!r}, expected a file of one of the kinds {kinds}")
        if suffix == ".npz" and self.target is not None:
            raise ValueError("target is for .csv and .parquet; in an .npz file the target is the array y")
        if isinstance(self.target, list) and not 0 < len(set(self.target)) == len(self.target):
            raise ValueError(f"target = {self.target}, expected one or more different columns")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        read = self._read(folder)
        parts = [finite(rows, self.nan) for rows in read]
        x, y, places = (np.concatenate([getattr(one, key) for one in parts]) for key in ("x", "y", "places"))
        rows = replace(parts[0], x=x, y=y, places=places)
        meaning = labels(rows, self.task)

        train_rows, test_rows = self._split(train, test, seed, [len(part.x) for part in parts])
        x_train, x_test = x[train_rows], x[test_rows]
        notes: tuple[str, ...] = ()
        if dropped := sum(len(part.x) for part in read) - len(x):
            plural = "s" if dropped > 1 else ""
            notes = (f"{dropped} row{plural} with a missing, NaN or infinite value left out",)
        if self.standardise:
            x_train, x_test, constants = standardised(rows, x_train, x_test)
            notes += constants
        name = Path(self.path).name
        if meaning is None:
            return assembled(name, (x_train, y[train_rows]), (x_test, y[test_rows]), notes=notes)
        classes, index = meaning
        if mapping := mapping_note(classes):
            notes = (mapping, *notes)
        return classified(name, (x_train, index[train_rows]), (x_test, index[test_rows]), classes, notes)

    def _read(self, folder: Path) -> list[Rows]:
        """The file's rows: all in one, or the train and the test part."""
        path = folder / self.path
        try:
            if not path.exists():
                near = nearest(path.name, [beside.name for beside in path.parent.glob("*")])
                hint = f"; did you mean {near!r}?" if near else ""
                raise PartError(f"there is no file {path}{hint}")
            if not path.is_file():
                raise PartError(f"{path} is not a file, expected one of the kinds {', '.join(SUFFIXES)}")
            check_size(self.path, path.stat().st_size)
            if path.suffix.lower() == ".npz":
                return npz_file.read(path, self.path)
            read = csv_file.read if path.suffix.lower() == ".csv" else parquet_file.read
            return [read(path, self.path, self.target)]
        except OSError as error:
            raise PartError(f"{path} cannot be read: {error.strerror or error}") from error

    def _split(
        self, train: int | None, test: int | None, seed: int, lengths: list[int]
    ) -> tuple[IntArray, IntArray]:
        """The numbers of the rows that train and of those that test, in one count over the file's parts."""
        orders = [
            stream(seed, f"data/file/{part}").permutation(length) if self.shuffle else np.arange(length)
            for part, length in zip(("train", "test"), lengths, strict=False)
        ]
        first = lengths[0]
        if len(lengths) == 2:
            rows = of_part(self.path, "train", train, first, first)
            more = of_part(self.path, "test", test, lengths[1], lengths[1])
            return orders[0][:rows], first + orders[1][:more]
        if train is None and test is not None and test >= first:
            raise PartError(f"{self.path}: test = {test} leaves nothing to train on: there are {first} rows")
        rows, more = of_both(self.path, train, test, (first - (test or 0), 0), first)
        return orders[0][:rows], orders[0][rows : rows + more]
