"""The runner's unit: a chunk of trials of one variant, and the part that keeps its readings."""

from __future__ import annotations

import io
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from lab.errors import StorageError
from lab.network.parameters import count
from lab.storage import seal, unsealed
from lab.training.loop import Training
from lab.training.recorder import Readings

CHUNK_BYTES = 2 * 2**20
"""The buffers of a chunk's passes shall stay within about this, so that they live in a core's cache."""

LARGEST_CHUNK = 100


@dataclass(frozen=True)
class Chunk:
    """The trials ``first`` … ``stop`` − 1 of the variant with this number."""

    variant: int
    first: int
    stop: int

    @property
    def trials(self) -> range:
        """The numbers of the trials."""
        return range(self.first, self.stop)

    def path(self, folder: Path) -> Path:
        """Where its part is kept."""
        return folder / f"variant-{self.variant:04d}-trials-{self.first:05d}-{self.stop - 1:05d}.npz"


def chunks(variant: int, training: Training, trials: int) -> list[Chunk]:
    """All trials of a variant in chunks whose size follows from the network's, and from nothing else.

    A trial has the same bits in any chunk; the size decides only how fast it goes.
    """
    sizes = training.network.sizes
    cells = 5 * sum(sizes) * min(training.batch, len(training.train)) + 3 * count(sizes)
    together = CHUNK_BYTES // (cells * training.train.x.itemsize)
    most = max(1, min(int(together), LARGEST_CHUNK))
    size = -(-trials // -(-trials // most))  # as even as can be
    return [Chunk(variant, first, min(first + size, trials)) for first in range(0, trials, size)]


def keep(readings: Readings, path: Path) -> None:
    """Write the sealed part of a chunk: an npz of plain arrays, of those that were asked for."""
    file = io.BytesIO()
    values = {field.name: getattr(readings, field.name) for field in fields(readings)}
    arrays = {name: np.asarray(value) for name, value in values.items() if value is not None}
    np.savez(file, allow_pickle=False, **arrays)
    seal(path, file.getvalue())


def kept(path: Path) -> Readings:
    """Read a sealed part again. Raises StorageError where it is missing or damaged."""
    try:
        with np.load(io.BytesIO(unsealed(path)), allow_pickle=False) as part:
            names = [
                field.name for field in fields(Readings) if field.default is MISSING or field.name in part
            ]
            values = {name: part[name] for name in names}
    except (ValueError, KeyError, EOFError, BadZipFile) as error:
        raise StorageError(f"{path}: is no part of a run: {error}") from error
    columns = tuple(str(name) for name in values.pop("columns"))
    return Readings(columns=columns, seconds=float(values.pop("seconds")), **values)
