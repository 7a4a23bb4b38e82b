"""Whether every file of a run is what was written."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.errors import StorageError
from lab.runs.folder import RunFolder
from lab.runs.table_files import require_whole, sums


@dataclass(frozen=True)
class Checked:
    """A file of a run, by its path in the run's folder; ``problem`` is empty where it is whole."""

    file: str
    problem: str = ""


def verified(run: RunFolder) -> list[Checked]:
    """All files of a run that tell their content: run.json, the sealed parts, the tables by their sums.

    A part of a variant that was trained in another way than its neighbours is told too, and so are trials
    that have no part although the run is done.
    """
    return [*_record(run), *_parts(run), *_tables(run)]


def _record(run: RunFolder) -> Iterator[Checked]:
    try:
        missing = run.info["status"] == "done" and run.info["trials_planned"] - sum(
            len(chunk.trials) for chunk in run.chunks
        ) - sum(len(one["trials"]) for one in run.info.get("failures", []))
        yield Checked("run.json", f"{missing} of its trials have no part" if missing else "")
    except StorageError as error:
        yield Checked("run.json", str(error))
    for name in ("experiment.toml", "resolved.toml"):
        yield Checked(name, "" if (run.path / name).is_file() else f"{run.path / name}: is not there")


def _parts(run: RunFolder) -> Iterator[Checked]:
    trained: dict[int, object] = {}
    for chunk in run.chunks:
        file = str(run.part_path(chunk).relative_to(run.path))
        try:
            _, key = run.part(chunk)
        except StorageError as error:
            yield Checked(file, str(error))
            continue
        same = trained.setdefault(chunk.variant, key.trained) == key.trained
        yield Checked(file, "" if same else f"{file}: is of another training than the first of its variant")


def _tables(run: RunFolder) -> Iterator[Checked]:
    folder = run.path / "tables"
    for name in sums(folder):
        try:
            require_whole(folder / name)
            yield Checked(f"tables/{name}")
        except OSError as error:
            yield Checked(f"tables/{name}", f"{folder / name}: cannot be read: {error.strerror}")
        except StorageError as error:
            yield Checked(f"tables/{name}", str(error))
