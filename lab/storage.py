"""Writing files so that each is there whole or not at all, and reading those of an older version."""

import errno
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, TypeAlias

from lab.errors import StorageError, size_text, system_reason

Migrations: TypeAlias = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]
"""How values of an older version are brought up to the next: version → function."""


def write(path: Path, data: bytes | str) -> None:
    """Write a file atomically: a temporary file beside it, fsync, rename over it, fsync of the folder.

    The temporary file is new: a link that lies in its place is not followed. Where the folder cannot be
    synced, the file is there all the same; a warning says that a power cut could still lose it. Raises
    StorageError with the system's reason where it cannot be written.
    """
    content = data.encode() if isinstance(data, str) else data
    with written(path, len(content)) as file:
        file.write(content)


@contextmanager
def written(path: Path, size: int | None = None) -> Iterator[IO[bytes]]:
    """A file to write piece by piece, which takes its place whole, as by `write`, at the end of the context.

    ``size`` is how many bytes it will have, where that is known; a full disk is told with it.

    Raises StorageError with the system's reason; what was there before stays then.
    """
    if not path.name:
        raise StorageError(f"{str(path)!r} is no name of a file")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:
            yield file
            size = file.tell()
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        begun = temporary.stat().st_size if temporary.exists() else 0
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise unwritten(path, error, begun, size) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Meanwhile hold the kernel's lock on a file, which stays; another process that wants it waits.

    Raises StorageError where it cannot be had within so many ``seconds``, or lies behind a link.
    """
    from filelock import FileLock, Timeout

    if path.is_symlink():
        raise StorageError(f"{path}: is a link, which may lead out of the folder; remove the link")
    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise StorageError(f"{path}: another process held it for {seconds:g} s; try again later") from None
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {system_reason(error)}") from error
    try:
        yield
    finally:
        lock.release()


def remove(path: Path) -> None:
    """Remove a sealed file and its seal, if they are there."""
    for each in (_sealed(path), path):
        each.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what writes that were cut short have left in a folder; none may be under way there."""
    for left in folder.glob(".*.tmp"):
        left.unlink(missing_ok=True)


def seal(path: Path, data: bytes) -> None:
    """Write a file and beside it its sha256, in the form that ``sha256sum --check`` reads."""
    write(path, data)
    write(_sealed(path), f"{sha256(data).hexdigest()}  {path.name}\n")


def unsealed(path: Path) -> bytes:
    """The content of a sealed file. Raises StorageError where it is missing or not what was sealed."""
    try:
        data, line = path.read_bytes(), _sealed(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {system_reason(error)}") from error
    if line.split()[:1] != [sha256(data).hexdigest()]:
        raise StorageError(f"{path}: is damaged: its content is not what was sealed")
    return data


def migrated(values: dict[str, Any], migrations: Migrations) -> dict[str, Any]:
    """The values as the newest version writes them; their key ``schema`` is their version, else it is 1."""
    version = values.get("schema", 1)
    while type(version) is int and version in migrations:
        values = {**migrations[version](values), "schema": version + 1}
        version += 1
    return values


def unwritten(path: Path, error: OSError, begun: int, size: int | None = None) -> StorageError:
    """That a file cannot be written, of which so much was begun; of a full disk, what it lacks for the size.

    A disk may be full with room to spare: of files, or of what one user may have.
    """
    told = f"{path}: cannot be written: {system_reason(error)}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free, needed = shutil.disk_usage(path.parent).free, begun if size is None else size
        takes = f"more than {size_text(begun)} are needed" if size is None else f"it takes {size_text(size)}"
        told += f"; {takes}" + f", {size_text(free)} are free" * (free <= needed)
    return StorageError(told)


def _sealed(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _sync(folder: Path) -> None:
    """Make a rename last; systems that open no folder, as Windows, see to it themselves."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        warnings.warn(f"{folder}: is written but not synced: {system_reason(error)}", stacklevel=3)
