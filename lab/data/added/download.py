"""Files from the network."""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Callable

from lab.data.added.archives import LARGEST_FILE
from lab.errors import StorageError

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

Progress = Callable[[str, int, int], None]
"""Told as a file arrives: its name, the bytes so far, and how many there will be (0: not known)."""

_SECONDS = 30
_AT_ONCE = 2**16


def downloaded(url: str, file: str, progress: Progress | None) -> bytes:
    """What the network holds at this address, told to ``progress`` as ``file`` while it arrives.

    Raises StorageError with the reason where it does not answer within 30 seconds, refuses, breaks off or
    sends more than 64 MiB.
    """
    content = bytearray()
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as response:
            total = int(response.headers.get("Content-Length") or 0)
            while piece := response.read(_AT_ONCE):
                content += piece
                if len(content) > LARGEST_FILE:
                    raise StorageError(
                        f"{url} is larger than {LARGEST_FILE // 2**20} MiB, which no file here is"
                    )
                if progress:
                    progress(file, len(content), total)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StorageError(f"{url}: {error}") from error
    if len(content) < total:
        raise StorageError(f"{url}: broke off after {len(content)} of {total} bytes")
    return bytes(content)
