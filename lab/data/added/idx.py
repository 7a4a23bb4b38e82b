"""The IDX format of MNIST: bytes with their shape before them.

Two zero bytes, the type (8: unsigned bytes), the number of axes; each axis' length as four bytes, the
largest first; then the bytes themselves, the last axis fastest.

Source: LeCun, Cortes & Burges, *The MNIST database of handwritten digits* (1998).
"""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lab.errors import PartError


def read(path: Path) -> npt.NDArray[np.uint8]:
    """The array of an uncompressed IDX file of unsigned bytes, read-only.

    Raises PartError where the file cannot be read, or its size is not the one its header gives.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PartError(f"{path}: cannot be read: {error.strerror}") from error
    head = content[:4]
    if len(head) < 4 or head[:3] != b"\x00\x00\x08":
        raise PartError(f"{path}: not an IDX file of unsigned bytes: it starts with {head.hex(' ')!r}")
    start = 4 + 4 * head[3]
    shape = tuple(int.from_bytes(content[place : place + 4]) for place in range(4, start, 4))
    if len(content) != start + prod(shape):
        raise PartError(f"{path}: {len(content)} bytes, but its header {shape} means {start + prod(shape)}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def written(array: npt.NDArray[np.uint8]) -> bytes:
    """The bytes of an IDX file that holds this array."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(length.to_bytes(4) for length in array.shape)
    return header + array.tobytes()
