"""The four files of MNIST, out of whatever they came in.

Nothing is unpacked to disk: the members that bear the names of the four files are read, and no others.
"""

import gzip
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np

from lab.data.added.mnist import idx_bytes
from lab.data.files import npz_file
from lab.errors import PartError, StorageError, system_reason

LARGEST_FILE = 64 * 2**20
"""The most bytes that a file is read for: 64 MiB; the largest of the four has 47 million."""

LARGEST_ARCHIVE = 4 * LARGEST_FILE
"""The most bytes that a tar is read for, unpacked."""

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)

_KERAS = dict(zip(("x_train", "y_train", "x_test", "y_test"), FILES, strict=True))
_FILE_NAME = re.compile(r"(?:^|/)(train|t10k)-(images|labels)[.-](idx[13])-ubyte(\.gz)?$")

DAMAGED = (gzip.BadGzipFile, zlib.error, EOFError)
"""What is raised of a gzip file that is none, or broken off."""


def four_files(path: Path) -> dict[str, bytes]:
    """Name of the file → its uncompressed bytes, for each of `FILES`.

    ``path`` is a folder with the files as they are or as .gz, a .zip or a .tgz (or .tar.gz, .tar) with
    them anywhere inside, or a .npz with the arrays x_train, y_train, x_test and y_test as Keras keeps them.
    Raises StorageError where it is none of these, is damaged, or lacks one.
    """
    found = {}
    try:
        if path.is_file() and path.suffix.lower() == ".npz":
            for name, array in npz_file.arrays(path, str(path), _KERAS).items():
                if array.dtype != np.uint8:
                    raise StorageError(f"{path}: array {name} holds {array.dtype}, expected uint8")
                found[_KERAS[name]] = idx_bytes(array)
        else:
            for label, member, opened in _members(path):
                match = _FILE_NAME.search(member)
                if match and (name := "{}-{}-{}-ubyte".format(*match.groups())) in FILES:
                    with opened() as file:
                        found[name] = unpacked(label, file) if match[4] else bounded(label, file)
    except PartError as error:
        raise StorageError(str(error)) from error
    except (*DAMAGED, zipfile.BadZipFile, tarfile.TarError, RuntimeError) as error:
        raise StorageError(f"{path} is damaged: {error}") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {system_reason(error)}") from error
    if missing := [file for file in FILES if file not in found]:
        raise StorageError(f"{path} has no {', '.join(missing)}; expected the four files {', '.join(FILES)}")
    return found


def unpacked(label: str, packed: IO[bytes]) -> bytes:
    """What a gzip file holds. Raises StorageError where that is damaged, or more than `LARGEST_FILE`."""
    try:
        with gzip.open(packed) as file:
            return bounded(label, file)
    except DAMAGED as error:
        raise StorageError(f"{label} is damaged: {error}") from error


def bounded(label: str, file: IO[bytes] | gzip.GzipFile, largest: int = LARGEST_FILE) -> bytes:
    """What a file holds. Raises StorageError where that is more than so many bytes."""
    content = file.read(largest + 1)
    if len(content) > largest:
        raise StorageError(f"{label} is larger than {largest // 2**20} MiB, as no file of MNIST is")
    return content


def _members(path: Path) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """The files in a folder or an archive: how messages name each, its own name, and what opens it."""
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.is_file():
                yield str(file), file.name, partial(file.open, "rb")
    elif not path.exists():
        raise StorageError(f"there is no file or folder {path}")
    elif path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{path}: {name}", name, partial(archive.open, name)
    elif path.name.lower().endswith((".tgz", ".tar.gz", ".tar")):
        opener: Any = Path.open if path.suffix.lower() == ".tar" else gzip.open
        with opener(path, "rb") as file:  # at once, as a tar is read for as many bytes as it says
            content = bounded(f"{path}, unpacked,", file, LARGEST_ARCHIVE)
        with tarfile.open(fileobj=BytesIO(content), mode="r:") as tar:
            for member in tar:
                if member.isfile():
                    yield f"{path}: {member.name}", member.name, partial(tar.extractfile, member)
    else:
        raise StorageError(f"{path}: expected a folder, a .zip, a .tgz or a .npz with {', '.join(FILES)}")
