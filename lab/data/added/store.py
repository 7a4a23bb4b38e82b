"""The data sets that are kept on disk, added from a file or fetched; and the list of all data sets."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5
from io import BytesIO
from pathlib import Path

from lab import plugins
from lab.data.added.archives import FILES, four_files, unpacked
from lab.data.added.download import MIRRORS, Progress, downloaded
from lab.data.added.folder import data_folder
from lab.errors import PartError, StorageError, did_you_mean
from lab.parts import DataSource
from lab.storage import write

CHECKSUMS: dict[str, dict[str, str]] = {
    "mnist": {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
    "fashion-mnist": {
        "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    },
}
"""Name of the data set → file → md5 of its uncompressed bytes: which content it is, not a proof of origin."""


@dataclass(frozen=True)
class Listed:
    """A data set, as a list of them tells it.

    Attributes
    ----------
    name
        What to write as ``data.name``.
    where
        "built in", "made from the seed", "added", "not added", "a file of your own" or "installed".
    about
        One sentence.
    parameters
        Its parameters: ``"noise = 0.1"``, or ``"target"`` where there is no default.

    """

    name: str
    where: str
    about: str
    parameters: tuple[str, ...]


def add(name: str, path: Path) -> Path:
    """Put a data set into the data folder from a file or folder, see `archives.four_files`; its new folder.

    All four files are checked before the first is written, and each is there whole or not at all.

    Raises
    ------
    PartError
        ``name`` is not one of `CHECKSUMS`.
    StorageError
        The files are not found or not the known ones, or cannot be written.

    """
    known = _checksums(name)
    return _keep(
        name,
        {file: _checked(name, str(path), file, content, known) for file, content in four_files(path).items()},
    )


def fetch(name: str, mirrors: Sequence[str] | None = None, progress: Progress | None = None) -> Path:
    """Put a data set into the data folder from the network; its new folder.

    For each file the mirrors, those of `MIRRORS` if none are given, are tried in turn until one gives the
    known content. Raises as `add` does, with what each mirror answered.
    """
    known = _checksums(name)
    places = MIRRORS[name] if mirrors is None else mirrors
    return _keep(name, {file: _fetched(name, file, places, known, progress) for file in FILES})


def listing() -> list[Listed]:
    """All data sets, in alphabetical order; an installed one that fails to load is warned of and left out."""
    found = []
    for name in plugins.names("datasets"):
        with suppress(PartError):
            found.append(_listed(name, plugins.find("datasets", name)))
    return found


def _listed(name: str, part: type) -> Listed:
    where = getattr(part, "origin", DataSource.origin)
    if name in CHECKSUMS:
        where = "added" if all((data_folder() / name / file).is_file() for file in FILES) else "not added"
    parameters = tuple(_parameter(field) for field in dataclasses.fields(part))
    return Listed(name, where, (part.__doc__ or "").strip().partition("\n")[0], parameters)


def _parameter(field: dataclasses.Field[object]) -> str:
    if field.default is None or field.default is dataclasses.MISSING:
        return field.name
    return f"{field.name} = {json.dumps(field.default, default=str)}"


def _checksums(name: str) -> Mapping[str, str]:
    if name not in CHECKSUMS:
        raise PartError(f"{name!r} is not a data set that can be added; {did_you_mean(name, CHECKSUMS)}")
    return CHECKSUMS[name]


def _checked(name: str, told: str, file: str, content: bytes, known: Mapping[str, str]) -> bytes:
    found = md5(content, usedforsecurity=False).hexdigest()
    if found != known[file]:
        others = [other for other, checksums in CHECKSUMS.items() if checksums[file] == found]
        hint = f"; it is the one of {others[0]}" if others else ""
        raise StorageError(
            f"{told}: {file} is not the one of {name}: its md5 is {found}, expected {known[file]}{hint}"
        )
    return content


def _fetched(
    name: str, file: str, mirrors: Sequence[str], known: Mapping[str, str], progress: Progress | None
) -> bytes:
    answers = []
    for mirror in mirrors:
        url = f"{mirror}/{file}.gz"
        try:
            content = unpacked(url, BytesIO(downloaded(url, file, progress)))
            return _checked(name, url, file, content, known)
        except StorageError as error:
            answers.append(str(error))
    raise StorageError(
        "\n".join([f"{file} cannot be fetched; put it there with: lab data add {name} --from PATH", *answers])
    )


def _keep(name: str, files: Mapping[str, bytes]) -> Path:
    folder = data_folder() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            write(folder / file, content)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return folder
