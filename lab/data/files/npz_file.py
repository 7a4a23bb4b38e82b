"""Arrays of a NumPy .npz file, read without trusting it.

An .npz is a zip of .npy files, and a .npy file may hold pickled objects, which run code when they are
loaded; those are refused. Sizes are read from the headers and compared before anything is allocated.
"""

import zipfile
import zlib
from collections.abc import Collection
from dataclasses import replace
from io import BytesIO
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from lab.data.counts import LARGEST, check_size, few
from lab.data.files.table import Table
from lab.errors import PartError

_OWN = ("x", "y", "x_train", "y_train", "x_test", "y_test")

FEATURES = ("x", "data", "features", "images", "inputs", "arr_0")
TARGETS = ("y", "target", "targets", "labels", "label", "outputs", "arr_1")
"""What the arrays of features and of targets are called, in small or capital letters; the lab's own first."""

_TEST_PARTS = ("test", "val", "valid", "validation")
"""What the part to be tested on is called; the first that is there is taken."""

_LONGEST_HEADER = 10_000
"""The most bytes of a header that numpy takes."""


def read(path: Path, name: str) -> list[Table]:
    """The arrays ``x`` and ``y`` as a table, or those of the train and of the test part, as ``x_train``.

    Other names are those of `FEATURES` and `TARGETS`, also as ``train_images``. x has shape (rows, …) and is
    flattened to (rows, features); y has shape (rows,) or (rows, outputs). Raises PartError where the arrays
    are not there, cannot be used or do not fit together.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = [member.removesuffix(".npy") for member in archive.namelist()]
    except zipfile.BadZipFile as error:
        raise PartError(f"{name} is not an .npz file: {error}") from error
    wanted = _pair(found, "train") or _pair(found, "")
    if wanted:
        wanted += next(filter(None, (_pair(found, part) for part in _TEST_PARTS)), [])
    if not wanted:
        held = ", ".join(sorted(found)) or "nothing"
        raise PartError(
            f"{name} holds {held}, expected the arrays x and y, or x_train, y_train, x_test and y_test"
        )
    loaded = arrays(path, name, wanted)
    parts = [_table(name, loaded, *wanted[at : at + 2]) for at in range(0, len(wanted), 2)]
    for one, other in zip(wanted[:2], wanted[2:], strict=False):
        first, second = parts[0].columns[one], parts[1].columns[other]
        if first.dtype != second.dtype:
            raise PartError(f"{name}: one of {one} and {other} holds numbers and the other texts")
        if first.shape[1:] != second.shape[1:]:
            widths = f"{one} has {first.shape[1]} columns but {other} has {second.shape[1]}"
            raise PartError(f"{name}: {widths}")
    notes = [] if {*wanted} <= {*_OWN} else [f"read from the arrays {', '.join(wanted)}"]
    if others := [one for one in found if one not in wanted]:
        notes.append(f"arrays not used: {', '.join(sorted(others))}")
    x, y = parts[0].columns.values()
    labels = x.shape[1] == 1 and few(len(np.unique(x)), len(x)) and (x == np.floor(x)).all()
    if labels and y[:1].size > 1 and (y != np.floor(y)).any():
        told = f"{wanted[0]} holds one column of few whole numbers, and {wanted[1]} {y.shape[1]} columns"
        notes.append(f"{told}: if these are the features, the two are swapped")
    return [replace(parts[0], notes=tuple(notes)), *parts[1:]]


def _pair(found: Collection[str], part: str) -> list[str]:
    """The names of the features and the targets of a part, or of all rows; none where one is missing."""
    pair, forms = [], ("{0}_{1}", "{1}_{0}", "{0}{1}", "{1}{0}") if part else ("{0}",)
    for words in (FEATURES, TARGETS):
        names = [form.format(word, part) for word in words for form in forms]
        lowered = {one.lower(): one for one in found}
        pair += [lowered[one] for one in names if one in lowered][:1]
    return pair if len(pair) == 2 else []


def arrays(path: Path, name: str, wanted: Collection[str]) -> dict[str, npt.NDArray[Any]]:
    """These arrays of the file. Raises PartError for objects, for more than 2 GiB and for damage."""
    loaded = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for title in wanted:
                member = archive.getinfo(f"{title}.npy")
                check_size(f"{name}: array {title}", member.file_size)
                with archive.open(member) as file:
                    _check_header(f"{name}: array {title}", file, member.file_size)
                with archive.open(member) as file:
                    loaded[title] = np.lib.format.read_array(file, allow_pickle=False)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, ValueError) as error:
        raise PartError(f"{name} is damaged or of an unknown kind: {error}") from error
    return loaded


def _check_header(subject: str, file: IO[bytes], size: int) -> None:
    form = np.lib.format
    first = form.read_magic(file) == (1, 0)
    length = file.read(2 if first else 4)
    if int.from_bytes(length, "little") > _LONGEST_HEADER:
        raise PartError(f"{subject} is damaged: its header has {int.from_bytes(length, 'little')} bytes")
    rest = BytesIO(length + file.read(_LONGEST_HEADER))
    try:
        shape, _, dtype = (form.read_array_header_1_0 if first else form.read_array_header_2_0)(rest)
    except Exception as error:  # the tokenizer's, the parser's, numpy's
        raise PartError(f"{subject} is damaged: its header tells no array") from error
    if dtype.hasobject:
        reason = "which are never loaded; save plain numbers or texts, as of y.astype(str)"
        raise PartError(f"{subject} holds Python objects (pickled), {reason}")
    if not all(0 <= axis <= LARGEST for axis in shape) or prod(shape) * dtype.itemsize > size:
        raise PartError(f"{subject} is damaged: shape {shape} of {dtype} does not fit in its {size} bytes")


def _turned(x_name: str, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> str:
    """What to do where the examples lie along the last axis of x."""
    if x.ndim < 2 or not y.ndim or y.shape[-1] != x.shape[-1]:
        return ""
    turned = f"{x_name}.T" if x.ndim == 2 else f"numpy.moveaxis({x_name}, -1, 0)"
    return f"; an example is a row: save {turned}{' and y.T' if y.ndim == 2 else ''}"


def _table(name: str, loaded: dict[str, npt.NDArray[Any]], x_name: str, y_name: str) -> Table:
    x, y = loaded[x_name], loaded[y_name]
    if y.dtype.kind == "S":
        y = np.char.decode(y, errors="replace")
    texts_in_y = y.dtype.kind == "U"
    if x.dtype.kind not in "buif":
        raise PartError(f"{name}: array {x_name} holds {x.dtype}, expected numbers")
    if y.dtype.kind not in "buifU":
        raise PartError(f"{name}: array {y_name} holds {y.dtype}, expected numbers or texts")
    if x.ndim == 0 or not x.size:
        raise PartError(f"{name}: array {x_name} is empty: its shape is {x.shape}")
    if y.ndim not in (1, 2) or len(y) != len(x) or not y.size:
        told = f"expected ({len(x)},) or ({len(x)}, outputs) as {x_name} has shape {x.shape}"
        raise PartError(f"{name}: array {y_name} has shape {y.shape}, {told}{_turned(x_name, x, y)}")
    if texts_in_y and y.size != len(y):
        raise PartError(f"{name}: array {y_name} holds {y.shape[1]} texts a row, expected one label")
    x, y = x.reshape(len(x), -1), y.reshape(len(y), -1)
    check_size(f"{name}: array {x_name} in double precision", 8 * x.size)
    goals = np.char.strip(y[:, 0]).astype(object) if texts_in_y else y.astype(np.float64)
    columns = {x_name: x.astype(np.float64), y_name: goals}
    return Table(name, "row", np.arange(1, len(x) + 1), columns, target=y_name)
