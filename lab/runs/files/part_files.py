"""The sealed parts of a run: the readings of each chunk, and what a chunk under way goes on from."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from lab.errors import StorageError
from lab.numerics import Array
from lab.runs.chunks import Chunk
from lab.runs.identity import Key
from lab.storage import remove, seal, unsealed
from lab.training.recorder import Readings

_PART = re.compile(r"variant-(\d+)-trials-(\d+)-(\d+)")


@dataclass(frozen=True)
class PartFiles:
    """The parts and the checkpoints in a folder, one of each chunk at most."""

    folder: Path

    def keep(self, chunk: Chunk, readings: Readings, key: Key) -> None:
        """Write the part of a chunk under its key, and drop its checkpoint.

        It is an npz of plain arrays, of those that were asked for; histograms are as narrow as they can be.
        """
        arrays = {name: np.asarray(value) for name, value in vars(readings).items() if value is not None}
        counts = arrays["histograms"]
        arrays["histograms"] = counts.astype(np.min_scalar_type(counts.max(initial=0)))
        self._keep(self.path(chunk), arrays, key)
        remove(self._checkpoint_path(chunk))

    def read(self, chunk: Chunk) -> tuple[Readings, Key]:
        """Read the part of a chunk again. Raises StorageError where it is missing or damaged."""
        values, key = self._kept(self.path(chunk))
        try:
            columns = tuple(map(str, values.pop("columns")))
            readings = Readings(columns=columns, seconds=float(values.pop("seconds")), **values)
        except (KeyError, TypeError) as error:
            raise StorageError(f"{self.path(chunk)}: is not a part of a run: {error}") from error
        if readings.layers.shape[:2] != (len(readings.steps), len(chunk.trials)):
            raise StorageError(f"{self.path(chunk)}: is damaged: it has other trials than its name")
        return readings, key

    def keep_checkpoint(self, chunk: Chunk, saved: Mapping[str, Array], key: Key) -> None:
        """Write what is needed to go on with a chunk that is not at its end."""
        self._keep(self._checkpoint_path(chunk), saved, key)

    def checkpoint(self, chunk: Chunk, key: Key) -> dict[str, Array] | None:
        """What a chunk goes on from; None where there is none, or it is damaged or of another key."""
        try:
            saved, kept = self._kept(self._checkpoint_path(chunk))
        except StorageError:
            return None
        return saved if kept == key else None

    @property
    def chunks(self) -> list[Chunk]:
        """The chunks whose parts are there, by the names of their files."""
        return self._chunks(".npz")

    @property
    def sealed(self) -> list[Chunk]:
        """The chunks of which a part was written, also where the part itself is lost, likewise."""
        return self._chunks(".npz.sha256")

    @property
    def under_way(self) -> list[Chunk]:
        """The chunks that were kept on their way, likewise."""
        return self._chunks(".checkpoint")

    def _chunks(self, suffix: str) -> list[Chunk]:
        paths = self.folder.glob(f"variant-*{suffix}")
        names = (_PART.fullmatch(path.name.removesuffix(suffix)) for path in paths)
        found = (tuple(map(int, name.groups())) for name in names if name)
        return [Chunk(variant, first, last + 1) for variant, first, last in sorted(found) if last >= first]

    def path(self, chunk: Chunk) -> Path:
        """Where the part of a chunk is."""
        name = f"variant-{chunk.variant:04d}-trials-{chunk.first:05d}-{chunk.stop - 1:05d}.npz"
        return self.folder / name

    def _checkpoint_path(self, chunk: Chunk) -> Path:
        return self.path(chunk).with_suffix(".checkpoint")

    def _keep(self, path: Path, arrays: Mapping[str, Array], key: Key) -> None:
        file = io.BytesIO()
        np.savez(file, key=np.array(key.text), **arrays)  # type: ignore[arg-type]  # a name of an array to numpy
        seal(path, file.getvalue())

    def _kept(self, path: Path) -> tuple[dict[str, Any], Key]:
        """What `_keep` wrote. Raises StorageError where it is missing, damaged, or without a key."""
        try:
            with np.load(io.BytesIO(unsealed(path)), allow_pickle=False) as kept:
                values: dict[str, Any] = dict(kept)
            return values, Key.read(str(values.pop("key")))
        except (ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise StorageError(f"{path}: is not a part of a run: {error}") from error
