"""Data that were read once, held in files for the workers of a run: all see the same content.

The files are mapped into memory, so that several workers need no more of it than one.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from lab.data.dataset import Dataset
from lab.storage import written

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True)
class Held:
    """Data in the files of a folder; ``sha256`` is that of their content."""

    folder: Path
    name: str
    classes: tuple[str, ...]
    sha256: str

    def dataset(self) -> Dataset:
        """The data; those of one content are mapped once."""
        return _mapped(self)


def held(data: Dataset, folder: Path) -> Held:
    """Write the data into a folder of this folder. Raises StorageError where they cannot be written."""
    home = folder / data.sha256
    home.mkdir(parents=True, exist_ok=True)
    for name in ARRAYS:
        with written(home / f"{name}.npy") as file:
            # Into a file itself numpy writes past Python, and tells a full disk without its name.
            np.save(SimpleNamespace(write=file.write), getattr(data, name), allow_pickle=False)
    return Held(home, data.name, data.classes, data.sha256)


@lru_cache(maxsize=4)
def _mapped(one: Held) -> Dataset:
    arrays = {name: np.load(one.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS}
    return Dataset(name=one.name, **arrays, classes=one.classes, sha256=one.sha256, notes=())
