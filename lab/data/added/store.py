"""The data sets that are kept on disk, added from a file or fetched; and the list of all data sets."""

import dataclasses
import http.client
import json
import urllib.request
from collections.abc import Mapping
from hashlib import md5
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

from lab import plugins
from lab.data.added.archives import FILES, LARGEST_FILE, four_files, unpacked
from lab.data.added.mnist import data_folder
from lab.errors import PartError, StorageError, system_reason
from lab.parts import DataSource
from lab.spelling import did_you_mean
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

MIRRORS: dict[str, tuple[str, ...]] = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ),
    "fashion-mnist": (
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ),
}
"""Name of the data set → folders on the network that hold its four files as .gz."""


MOST_SECONDS = 600
"""How long a mirror may take for a file, however often it sends a little: 17 kB a second for the largest."""


def listing() -> list[dict[str, Any]]:
    """All data sets, in alphabetical order; an installed one that fails to load is left out.

    Each has its ``name``, ``where`` it is (its origin, or "added"), its ``parameters`` with their defaults,
    and a sentence ``about`` it.
    """
    found = []
    parts: dict[str, type[DataSource]] = plugins.usable("datasets")
    for name, part in sorted(parts.items()):
        is_added = name in CHECKSUMS and all((data_folder() / name / file).is_file() for file in FILES)
        row: dict[str, Any] = {"name": name, "where": "added" if is_added else part.origin}
        row["parameters"] = [*map(_parameter, plugins.fields(part).values())]
        found.append(row | {"about": (part.__doc__ or "").strip().partition("\n")[0]})
    return found


def add(name: str, path: Path) -> Path:
    """Put a data set into the data folder from a file or folder, see `four_files`; its new folder.

    All four files are checked before the first is written, and each is there whole or not at all. Raises
    PartError where ``name`` is not one of `CHECKSUMS`, StorageError where the files are not found or not the
    known ones, or cannot be written.
    """
    _require_known(name)
    files = four_files(path)
    return _keep(name, {file: _checked(name, str(path), file, content) for file, content in files.items()})


def fetch(name: str) -> Path:
    """Put a data set into the data folder from the network; its new folder.

    For each file the `MIRRORS` are tried in turn until one gives the known content. Raises as `add` does,
    with what each mirror answered.
    """
    _require_known(name)
    return _keep(name, {file: _fetched(name, file) for file in FILES})


def _parameter(field: dataclasses.Field[object]) -> str:
    if field.default is None or field.default is dataclasses.MISSING:
        return field.name
    return f"{field.name} = {json.dumps(field.default, default=str)}"


def _require_known(name: str) -> None:
    if name not in CHECKSUMS:
        raise PartError(f"{name!r} is not a data set that can be added; {did_you_mean(name, CHECKSUMS)}")


def _checked(name: str, place: str, file: str, content: bytes) -> bytes:
    """The content of a file, once its md5 is the known one."""
    found, expected = md5(content, usedforsecurity=False).hexdigest(), CHECKSUMS[name][file]
    if found != expected:
        others = [other for other, checksums in CHECKSUMS.items() if checksums[file] == found]
        hint = f"; it is the one of {others[0]}" if others else ""
        raise StorageError(
            f"{place}: {file} is not the one of {name}: its md5 is {found}, expected {expected}{hint}"
        )
    return content


def _fetched(name: str, file: str) -> bytes:
    answers = [f"{file} cannot be fetched; put it there with: lab data add {name} --from PATH"]
    for mirror in MIRRORS[name]:
        url = f"{mirror}/{file}.gz"
        try:
            return _checked(name, url, file, unpacked(url, BytesIO(_downloaded(url))))
        except StorageError as error:
            answers.append(str(error))
    raise StorageError("\n".join(answers))


def _downloaded(url: str) -> bytes:
    """What this address holds; StorageError where it does not answer, breaks off or sends too much."""
    content, deadline = bytearray(), monotonic() + MOST_SECONDS
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            total = int(response.headers.get("Content-Length") or 0)
            while block := response.read1(2**16):
                content += block
                if len(content) > LARGEST_FILE:
                    raise StorageError(f"{url}: sends more than {LARGEST_FILE // 2**20} MiB")
                if monotonic() > deadline:
                    raise StorageError(
                        f"{url}: sent {len(content)} bytes in {MOST_SECONDS} s, which is too slow"
                    )
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StorageError(f"{url}: {error}") from error
    if len(content) < total:
        raise StorageError(f"{url}: broke off after {len(content)} of {total} bytes")
    return bytes(content)


def _keep(name: str, files: Mapping[str, bytes]) -> Path:
    folder = data_folder() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            write(folder / file, content)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written: {system_reason(error)}") from error
    return folder
