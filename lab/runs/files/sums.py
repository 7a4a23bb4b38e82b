"""The sums that tell a changed file: the sha256 of what a run wrote, as ``sha256sum --check`` reads them."""

import io
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from lab.errors import StorageError, system_reason
from lab.storage import locked, write

SUMS = "SHA256SUMS"
"""The file that holds the sums, beside the files or in a folder above them."""

LOCK, PATIENCE = f".{SUMS}.lock", 60.0
"""The file whose lock who writes the sums holds, and the seconds that others wait for it."""


def keep_sums(folder: Path, files: Iterable[Path], forget: str | None = None) -> None:
    """Write down the sha256 of these files of a folder, those in its folders too; of others it is left out.

    The sums of other files stay, also those that another process writes meanwhile. But of those whose names
    begin with ``forget``, and that are not there any more, they are dropped. Nothing is written where nothing
    changes, as in a folder that is somebody else's. Raises as `lab.storage.write` and `locked` do.
    """
    home = folder.resolve()
    within = {path: resolved.relative_to(home).as_posix() for path in files
              if (resolved := path.resolve()).is_relative_to(home)}  # fmt: skip
    if not within and not _lost(folder, forget):
        return
    with locked(folder / LOCK, PATIENCE):
        before = sums(folder)
        known = {name: before[name] for name in before.keys() - _lost(folder, forget)}
        known |= {name: digest_of(path) for path, name in within.items()}
        if known != before:
            write(folder / SUMS, "".join(f"{known[name]}  {name}\n" for name in sorted(known)))


def _lost(folder: Path, forget: str | None) -> set[str]:
    """The names in the sums that begin so, and are not there any more; none where ``forget`` is None."""
    begun = (name for name in sums(folder) if forget is not None and name.startswith(forget))
    return {name for name in begun if not (folder / name).is_file()}


def sums(folder: Path) -> Mapping[str, str]:
    """The sha256 of the files of a folder, by their names in it; empty where none were kept."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split("  ", 1) for line in lines if "  " in line)
    return {name: digest for digest, name in pairs}


def digest_of(path: Path) -> str:
    """The sha256 of a file, read block by block."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(io.DEFAULT_BUFFER_SIZE * 16):
            digest.update(block)
    return digest.hexdigest()


def require_whole(path: Path) -> None:
    """Raise StorageError where a file is not what was written, by the sums beside it.

    One without a sum is taken as it is.
    """
    if problem := changed(path.parent, path.name):
        raise StorageError(problem)


def changed(folder: Path, name: str) -> str:
    """Why a file of a folder is not there, or not what its sum says, if it has one; empty where it is."""
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return f"{path}: leads out of {folder}, by a link or by its name"
        if not path.is_file():
            return f"{path}: is not there"
        same = name not in (kept := sums(folder)) or digest_of(path) == kept[name]
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        return f"{path}: cannot be read: {system_reason(error)}"
    return "" if same else f"{path}: is damaged: its content is not what was written"
