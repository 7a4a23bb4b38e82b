"""The four files of MNIST, out of whatever they came in.

Nothing is unpacked to disk: the members that bear the names of the four files are read, and no others.
"""

from __future__ import annotations

import gzip
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from lab.data.added import idx
from lab.data.files import npz_file
from lab.errors import PartError, StorageError

LARGEST_FILE = 64 * 2**20
"""The most bytes that a file is read for: 64 MiB; the largest of the four has 47 million."""

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
"""The names of the four files."""

_KERAS = dict(zip(FILES, ("x_train", "y_train", "x_test", "y_test"), strict=True))
_FILE_NAME = re.compile(r"(?:^|/)(train|t10k)-(images|labels)[.-](idx[13])-ubyte(\.gz)?$")


def four_files(path: Path) -> dict[str, bytes]:
    """Name of the file → its uncompressed bytes, for each of `FILES`.

    ``path`` is a folder with the files as they are or as .gz, a .zip or a .tgz (or .tar.gz, .tar) with
    them anywhere inside, or a .npz with the arrays x_train, y_train, x_test and y_test as Keras keeps them.
    Raises StorageError where it is none of these, is damaged, or lacks one.
    """
    name = path.name.lower()
    try:
        if path.is_dir():
            found = dict(_from_folder(path))
        elif not path.exists():
            raise StorageError(f"there is no {path}")
        elif name.endswith(".npz"):
            found = _from_keras(path)
        elif name.endswith(".zip"):
            found = dict(_from_zip(path))
        elif name.endswith((".tgz", ".tar.gz", ".tar")):
            found = dict(_from_tar(path))
        else:
            raise StorageError(f"{path}: expected a folder, a .zip, a .tgz or a .npz with {', '.join(FILES)}")
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError) as error:
        raise StorageError(f"{path} is damaged: {error}") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}") from error
    if missing := [file for file in FILES if file not in found]:
        raise StorageError(f"{path} has no {', '.join(missing)}; expected the four files {', '.join(FILES)}")
    return found


def unpacked(told: str, packed: IO[bytes]) -> bytes:
    """What a gzip file holds. Raises StorageError where that is damaged, or more than `LARGEST_FILE`."""
    try:
        with gzip.open(packed) as file:
            return _bounded(told, file)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise StorageError(f"{told} is damaged: {error}") from error


def _bounded(told: str, file: IO[bytes] | gzip.GzipFile) -> bytes:
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise StorageError(
            f"{told} is larger than {LARGEST_FILE // 2**20} MiB, which none of the four files is"
        )
    return content


def _recognised(member: str) -> tuple[str, bool] | None:
    """The canonical name of a member and whether it is packed; None for any other file."""
    match = _FILE_NAME.search(member)
    if match is None:
        return None
    part, what, kind, packed = match.groups()
    name = f"{part}-{what}-{kind}-ubyte"
    return (name, bool(packed)) if name in FILES else None


def _from_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.iterdir()):
        if (named := _recognised(path.name)) and path.is_file():
            with path.open("rb") as file:
                yield named[0], unpacked(str(path), file) if named[1] else _bounded(str(path), file)


def _from_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if named := _recognised(member.filename):
                told = f"{path}: {member.filename}"
                with archive.open(member) as file:
                    yield named[0], unpacked(told, file) if named[1] else _bounded(told, file)


def _from_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            told = f"{path}: {member.name}"
            if member.size > LARGEST_FILE:
                raise StorageError(
                    f"{told}: {member.size} bytes, expected at most {LARGEST_FILE // 2**20} MiB"
                )
            named = _recognised(member.name)
            if named and member.isfile() and (file := archive.extractfile(member)):
                yield named[0], unpacked(told, file) if named[1] else _bounded(told, file)


def _from_keras(path: Path) -> dict[str, bytes]:
    try:
        arrays = npz_file.arrays(path, str(path), _KERAS.values())
    except PartError as error:
        raise StorageError(str(error)) from error
    for name, array in arrays.items():
        if array.dtype != np.uint8:
            raise StorageError(f"{path}: array {name} holds {array.dtype}, expected uint8")
    return {file: idx.written(arrays[name]) for file, name in _KERAS.items()}
