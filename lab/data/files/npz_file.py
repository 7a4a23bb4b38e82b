"""Arrays of a NumPy .npz file, read without trusting it.

An .npz is a zip of .npy files, and a .npy file may hold pickled objects, which run code when they are
loaded; those are refused. Sizes are read from the headers and compared before anything is allocated.
"""

import zipfile
import zlib
from collections.abc import Collection
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from lab.data.counts import check_size
from lab.data.files.table import Rows, texts
from lab.errors import PartError

_WHOLE = ("x", "y")
_PARTS = ("x_train", "y_train", "x_test", "y_test")


def read(path: Path, name: str) -> list[Rows]:
    """The rows of the arrays ``x`` and ``y``, or the train and the test part ``x_train`` … ``y_test``.

    x has shape (rows, …) and is flattened to (rows, features); y has shape (rows,) or (rows, outputs).
    Raises PartError where the arrays are not there, cannot be used or do not fit together.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = {member.removesuffix(".npy") for member in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise PartError(f"{name} is not an .npz file: {error}") from error
    if found >= set(_WHOLE):
        return [_rows(name, arrays(path, name, _WHOLE), *_WHOLE)]
    if found >= set(_PARTS):
        loaded = arrays(path, name, _PARTS)
        train, test = _rows(name, loaded, *_PARTS[:2]), _rows(name, loaded, *_PARTS[2:])
        for array, one, other in (("x", train.x, test.x), ("y", train.y, test.y)):
            if one.shape[1] != other.shape[1]:
                raise PartError(
                    f"{name}: {array}_train has {one.shape[1]} columns but {array}_test has {other.shape[1]}"
                )
        if train.has_texts != test.has_texts:
            raise PartError(f"{name}: one of y_train and y_test holds numbers and the other texts")
        return [train, test]
    held = ", ".join(sorted(found)) or "nothing"
    raise PartError(
        f"{name} holds {held}, expected the arrays x and y, or x_train, y_train, x_test and y_test"
    )


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
    shape, _, dtype = (form.read_array_header_1_0 if first else form.read_array_header_2_0)(file)
    if dtype.hasobject:
        reason = "which are never loaded; save plain numbers or texts"
        raise PartError(f"{subject} holds Python objects (pickled), {reason}")
    if prod(shape) * dtype.itemsize > size:
        raise PartError(f"{subject} is damaged: shape {shape} of {dtype} does not fit in its {size} bytes")


def _rows(name: str, loaded: dict[str, npt.NDArray[Any]], x_name: str, y_name: str) -> Rows:
    x, y = loaded[x_name], loaded[y_name]
    texts_in_y = y.dtype.kind == "U"
    if x.dtype.kind not in "buif":
        raise PartError(f"{name}: array {x_name} holds {x.dtype}, expected numbers")
    if y.dtype.kind not in "buifU":
        raise PartError(f"{name}: array {y_name} holds {y.dtype}, expected numbers or texts")
    if x.ndim == 0 or not x.size:
        raise PartError(f"{name}: array {x_name} is empty: its shape is {x.shape}")
    if y.ndim not in (1, 2) or len(y) != len(x) or not y.size:
        raise PartError(
            f"{name}: array {y_name} has shape {y.shape}, "
            f"expected ({len(x)},) or ({len(x)}, outputs) as {x_name} has shape {x.shape}"
        )
    if texts_in_y and y.size != len(y):
        raise PartError(f"{name}: array {y_name} holds {y.shape[1]} texts a row, expected one label")
    x, y = x.reshape(len(x), -1), y.reshape(len(y), -1)
    check_size(f"{name}: array {x_name} in double precision", 8 * x.size)
    return Rows(
        name,
        "row",
        np.arange(1, len(x) + 1, dtype=np.int64),
        tuple(f"{column + 1} of {x_name}" for column in range(x.shape[1])),
        tuple(f"{column + 1} of {y_name}" for column in range(y.shape[1])),
        x.astype(np.float64),
        texts(y[:, 0].tolist())[:, np.newaxis] if texts_in_y else y.astype(np.float64),
    )
