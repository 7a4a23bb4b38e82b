"""MNIST and Fashion-MNIST, from the lab's data folder."""

import os
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from lab.data.counts import of_part
from lab.data.dataset import Dataset, FloatArray, IntArray, classified
from lab.errors import PartError, system_reason
from lab.parts import DataSource


def data_folder() -> Path:
    """Where the lab keeps added data: $LAB_DATA_DIR, else the user's cache folder."""
    return Path(os.environ.get("LAB_DATA_DIR") or user_cache_path("activation-lab", appauthor=False))


def idx_array(path: Path) -> npt.NDArray[np.uint8]:
    """The array of an uncompressed IDX file of unsigned bytes, read-only.

    The format: two zero bytes, the type (8: unsigned bytes), the number of axes; each axis' length as four
    bytes, the largest first; then the bytes themselves, the last axis fastest. Raises PartError where the
    file cannot be read, or its size is not the one its header gives.

    Source: LeCun, Cortes & Burges, *The MNIST database of handwritten digits* (1998).
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PartError(f"{path}: cannot be read: {system_reason(error)}") from error
    head = content[:4]
    if len(head) < 4 or head[:3] != b"\x00\x00\x08":
        raise PartError(f"{path}: not an IDX file of unsigned bytes: it starts with {head.hex(' ')!r}")
    start = 4 + 4 * head[3]
    shape = tuple(int.from_bytes(content[place : place + 4]) for place in range(4, start, 4))
    if len(content) != start + prod(shape):
        raise PartError(f"{path}: {len(content)} bytes, but its header {shape} means {start + prod(shape)}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def idx_bytes(array: npt.NDArray[np.uint8]) -> bytes:
    """The bytes of an IDX file that holds this array."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(length.to_bytes(4) for length in array.shape)
    return header + array.tobytes()


@dataclass(frozen=True)
class Images(DataSource):
    """Images and labels in the four files of MNIST; abstract.

    The train part starts after the first ``skip`` rows of its own, the test part at the first of its own.
    """

    origin: ClassVar[str] = "not added"
    name: ClassVar[str]
    classes: ClassVar[tuple[str, ...]]
    """What the labels 0, 1, … mean."""
    skip: int = 0

    def __post_init__(self) -> None:
        if self.skip < 0:
            raise ValueError(f"skip = {self.skip}, expected 0 or more")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        parts = self._part("train", "train", self.skip, train), self._part("test", "t10k", 0, test)
        return classified(self.name, *parts, self.classes)

    def _part(self, which: str, prefix: str, first: int, asked: int | None) -> tuple[FloatArray, IntArray]:
        images = self._read(f"{prefix}-images-idx3-ubyte")
        labels = self._read(f"{prefix}-labels-idx1-ubyte")
        last = len(self.classes) - 1
        if labels.max(initial=0) > last:
            raise PartError(f"{self.name}: label {labels.max()} in the {which} part, expected 0…{last}")
        if len(images) != len(labels):
            raise PartError(f"{self.name}: {len(images)} images but {len(labels)} labels in the {which} part")
        left = max(len(images) - first, 0)
        subject = f"{self.name} after skip = {first}" if first else self.name
        rows = slice(first, first + of_part(subject, which, asked, left, left))
        # Cast first: differences of unsigned bytes wrap round.
        x = images[rows].reshape(-1, prod(images.shape[1:])).astype(np.float64) / 255
        return x, labels[rows].astype(np.int64)

    def _read(self, file: str) -> npt.NDArray[np.uint8]:
        name, path = self.name, data_folder() / self.name / file
        if not path.is_file():
            raise PartError(
                f"{name} has not been added: there is no {path}; run `lab data add {name} --from PATH`, "
                f"or `lab data fetch {name}` where there is a network"
            )
        return idx_array(path)


@dataclass(frozen=True)
class Mnist(Images):
    """70000 handwritten digits of 28 × 28 pixels, added once with lab data.

    784 features, 0…255 divided by 255; ten classes. The train part starts after the first ``skip`` of its
    60000; the test part is the first of its own 10000. Usually all of both.

    Source: LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998).
    """

    name = "mnist"
    classes = tuple("0123456789")


@dataclass(frozen=True)
class FashionMnist(Images):
    """70000 articles of clothing of 28 × 28 pixels, added once with lab data.

    Laid out, counted and scaled as MNIST is.

    Source: Xiao, Rasul & Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms* (2017).
    """

    name = "fashion-mnist"
    classes = (
        *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
    )
