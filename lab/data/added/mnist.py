"""MNIST and Fashion-MNIST, from the lab's data folder."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import ClassVar

import numpy as np

from lab.data.added import idx
from lab.data.added.folder import data_folder
from lab.data.counts import of_part
from lab.data.dataset import Dataset, FloatArray, IntArray
from lab.data.labels import classified
from lab.errors import PartError
from lab.parts import DataSource


@dataclass(frozen=True)
class Mnist(DataSource):
    """70000 handwritten digits of 28 × 28 pixels, added once with lab data.

    784 features, 0…255 divided by 255; ten classes. The train part starts after the first ``skip`` of its
    60000; the test part is the first of its own 10000. Usually all of both.

    Source: LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998).
    """

    origin: ClassVar[str] = "not added"
    skip: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a skip below 0."""
        _check_skip(self.skip)

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """The first rows of both parts, after ``skip``; the seed and the folder play no part."""
        return _images("mnist", tuple("0123456789"), self.skip, train, test)


@dataclass(frozen=True)
class FashionMnist(DataSource):
    """70000 articles of clothing of 28 × 28 pixels, added once with lab data.

    Laid out, counted and scaled as MNIST is.

    Source: Xiao, Rasul & Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms* (2017).
    """

    origin: ClassVar[str] = "not added"
    skip: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a skip below 0."""
        _check_skip(self.skip)

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """The first rows of both parts, after ``skip``; the seed and the folder play no part."""
        articles = (
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        )
        return _images("fashion-mnist", articles, self.skip, train, test)


def _check_skip(skip: int) -> None:
    if skip < 0:
        raise ValueError(f"skip = {skip}, expected 0 or more")


def _images(name: str, classes: tuple[str, ...], skip: int, train: int | None, test: int | None) -> Dataset:
    def part(which: str, prefix: str, first: int, asked: int | None) -> tuple[FloatArray, IntArray]:
        images = _read(name, f"{prefix}-images-idx3-ubyte")
        labels = _read(name, f"{prefix}-labels-idx1-ubyte")
        if labels.max(initial=0) >= len(classes):
            raise PartError(
                f"{name}: label {labels.max()} in the {which} part, expected 0…{len(classes) - 1}"
            )
        if len(images) != len(labels):
            raise PartError(f"{name}: {len(images)} images but {len(labels)} labels in the {which} part")
        left = max(len(images) - first, 0)
        told = f"{name} after skip = {first}" if first else name
        rows = slice(first, first + of_part(told, which, asked, left, left))
        # Cast first: differences of unsigned bytes wrap round.
        x = images[rows].reshape(-1, prod(images.shape[1:])).astype(np.float64) / 255
        return x, labels[rows].astype(np.int64)

    return classified(name, part("train", "train", skip, train), part("test", "t10k", 0, test), classes)


def _read(name: str, file: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    path = data_folder() / name / file
    if not path.is_file():
        raise PartError(
            f"{name} has not been added: there is no {path}; run `lab data add {name} --from PATH`, "
            f"or `lab data fetch {name}` where there is a network"
        )
    return idx.read(path)
