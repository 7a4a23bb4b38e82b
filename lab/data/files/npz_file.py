"""Arrays of a NumPy .npz file, read without trusting it.

An .npz is a zip of .npy files, and a .npy file may hold pickled objects, which run code when they are
loaded; those are refused. Sizes are read from the headers and compared before anything is allocated.
"""

from __future__ import annotations

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


def read(path: Path, told: str) -> list[Rows]:
    """The rows of the arrays ``x`` and ``y``, or the train and the test part ``x_train`` … ``y_test``.

    x has shape (rows, …) and is flattened to (rows, features); y has shape (rows,) or (rows, outputs).
    Raises PartError where the arrays are not there, cannot be used or do not fit together.
    """
    found = names(path, told)
    if found >= set(_WHOLE):
        loaded = arrays(path, told, _WHOLE)
        return [_rows(told, loaded, *_WHOLE)]
    if found >= set(_PARTS):
        loaded = arrays(path, told, _PARTS)
        train, test = _rows(told, loaded, *_PARTS[:2]), _rows(told, loaded, *_PARTS[2:])
        _check_alike(told, train, test)
        return [train, test]
    raise PartError(
        f"{told} holds {', '.join(sorted(found)) or 'nothing'}, "
        f"expected the arrays x and y, or x_train, y_train, x_test and y_test"
    )


def names(path: Path, told: str) -> set[str]:
    """What the arrays in the file are called."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise PartError(f"{told} is not an .npz file: {error}") from error


def arrays(path: Path, told: str, wanted: Collection[str]) -> dict[str, npt.NDArray[Any]]:
    """These arrays of the file. Raises PartError for objects, for more than 2 GiB and for damage."""
    loaded = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in wanted:
                member = archive.getinfo(f"{name}.npy")
                check_size(f"{told}: array {name}", member.file_size)
                with archive.open(member) as file:
                    _check_header(f"{told}: array {name}", file, member.file_size)
                with archive.open(member) as file:
                    loaded[name] = np.lib.format.read_array(file, allow_pickle=False)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise PartError(f"{told} is damaged or of an unknown kind: {error}") from error
    return loaded


def _check_header(told: str, file: IO[bytes], size: int) -> None:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise PartError(f"{told} is of the .npy format {version[0]}.{version[1]}, expected 1.0 or 2.0")
    if dtype.hasobject:
        raise PartError(
            f"{told} holds Python objects (pickled), which are never loaded; save plain numbers or texts"
        )
    if prod(shape) * dtype.itemsize > size:
        raise PartError(f"{told} is damaged: shape {shape} of {dtype} does not fit in its {size} bytes")


def _rows(told: str, loaded: dict[str, npt.NDArray[Any]], x_name: str, y_name: str) -> Rows:
    x, y = loaded[x_name], loaded[y_name]
    if x.dtype.kind not in "buif":
        raise PartError(f"{told}: array {x_name} holds {x.dtype}, expected numbers")
    if y.dtype.kind not in "buifU":
        raise PartError(f"{told}: array {y_name} holds {y.dtype}, expected numbers or texts")
    if x.ndim == 0 or not x.size:
        raise PartError(f"{told}: array {x_name} is empty: its shape is {x.shape}")
    if y.ndim not in (1, 2) or len(y) != len(x) or not y.size:
        raise PartError(
            f"{told}: array {y_name} has shape {y.shape}, "
            f"expected ({len(x)},) or ({len(x)}, outputs) as {x_name} has shape {x.shape}"
        )
    if y.dtype.kind == "U" and y.size != len(y):
        raise PartError(f"{told}: array {y_name} holds {y.shape[1]} texts a row, expected one label")
    x, y = x.reshape(len(x), -1), y.reshape(len(y), -1)
    check_size(f"{told}: array {x_name} in double precision", 8 * x.size)
    return Rows(
        told,
        "row",
        np.arange(1, len(x) + 1, dtype=np.int64),
        tuple(f"{column + 1} of {x_name}" for column in range(x.shape[1])),
        tuple(f"{column + 1} of {y_name}" for column in range(y.shape[1])),
        x.astype(np.float64),
        texts(y[:, 0].tolist())[:, np.newaxis] if y.dtype.kind == "U" else y.astype(np.float64),
    )


def _check_alike(told: str, train: Rows, test: Rows) -> None:
    for name, one, other in (("x", train.x, test.x), ("y", train.y, test.y)):
        if one.shape[1] != other.shape[1]:
            raise PartError(
                f"{told}: {name}_train has {one.shape[1]} columns but {name}_test has {other.shape[1]}"
            )
        if one.dtype != other.dtype:
            raise PartError(f"{told}: one of y_train and y_test holds numbers and the other texts")
