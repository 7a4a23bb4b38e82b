"""Whether every file of a run is what was written."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.errors import StorageError
from lab.runs.chunks import Chunk
from lab.runs.files.folder import RunFolder
from lab.runs.files.sums import changed, sums

GIVEN = ("experiment.toml", "resolved.toml")
"""What a run was asked for: written once, and made again by no command."""


@dataclass(frozen=True)
class Checked:
    """A file of a run, by its path in the run's folder; ``problem`` is empty where it is whole.

    ``summed`` tells whether what was written is known, by a sum or a seal. Else, as in a run of an earlier
    lab, all that is known is that the file is there and can be read.
    """

    file: str
    problem: str = ""
    summed: bool = True


def verified(run: RunFolder) -> list[Checked]:
    """All that a run wrote: its record, what it was asked for, its page and its plots, parts and tables.

    A part of a variant that was trained in another way than its neighbours is told too, and so are trials
    that have no part although the run is done.
    """
    return [*_record(run), *_files(run), *_parts(run), *_tables(run)]


def _record(run: RunFolder) -> Iterator[Checked]:
    name = "run.json"
    try:
        info = run.info
        missing = 0
        if info["status"] == "done" and "watched" not in info:
            failed = sum(len(one["trials"]) for one in info.get("failures", []))
            missing = info["trials_planned"] - failed - sum(len(chunk.trials) for chunk in _made(run))
        problem = f"{run.path / name}: {missing} of its trials have no part" if missing else ""
    except StorageError as error:
        problem = str(error)
    yield Checked(name, problem or changed(run.path, name), name in sums(run.path))


def _files(run: RunFolder) -> Iterator[Checked]:
    """What it was asked for, unless it was watched; its page and its plots."""
    kept = sums(run.path)
    asked = () if run.was_watched else GIVEN
    there = [path.relative_to(run.path).as_posix() for path in run.path.glob("report.html")]
    there += sorted(path.relative_to(run.path).as_posix() for path in run.plots.glob("*"))
    for name in dict.fromkeys([*asked, *sorted(kept.keys() - {"run.json"}), *there]):
        yield Checked(name, changed(run.path, name), name in kept)


def _parts(run: RunFolder) -> Iterator[Checked]:
    trained: dict[int, object] = {}
    for chunk in _made(run):
        file = str(run.parts.path(chunk).relative_to(run.path))
        try:
            _, key = run.parts.read(chunk)
        except StorageError as error:
            yield Checked(file, str(error))
            continue
        same = trained.setdefault(chunk.variant, key.trained) == key.trained
        yield Checked(file, "" if same else f"{file}: is of another training than the first of its variant")


def _made(run: RunFolder) -> list[Chunk]:
    """The chunks of which there is a part, or its seal at least."""
    return list(dict.fromkeys([*run.parts.chunks, *run.parts.sealed]))


def _tables(run: RunFolder) -> Iterator[Checked]:
    folder = run.path / "tables"
    kept = sums(folder)
    there = sorted(path.name for path in folder.glob("*.csv"))
    for name in dict.fromkeys([*kept, *there]):
        yield Checked(f"tables/{name}", changed(folder, name), name in kept)
