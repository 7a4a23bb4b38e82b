"""Experiment files to start from: those that the lab ships."""

import re
import tomllib
from pathlib import Path

from lab.errors import LabError, StorageError
from lab.spelling import did_you_mean
from lab.storage import write

BY_HAND = Path("course", "01-demon.toml")
"""The experiment of a network that is small enough to be worked by hand."""


def folder() -> Path:
    """Where the shipped experiments are: in the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "experiments"


def listing() -> list[tuple[str, str]]:
    """The templates: name and title; after the others those of the course, ``course/01-…``, in its order."""
    return [
        (
            path.relative_to(folder()).with_suffix("").as_posix(),
            str(tomllib.loads(path.read_text(encoding="utf-8")).get("title", "")),
        )
        for pattern in ("*.toml", "course/*.toml")
        for path in sorted(folder().glob(pattern), key=lambda path: path.stem)
    ]


def written(template: str, to: Path | None = None) -> list[Path]:
    """Copy a template, and the files that it names, into the folder of ``to``; returns the new files.

    One of the course may be named without its folder.

    Raises LabError where there is no such template, StorageError where a file is there already.
    """
    names = [name for name, _ in listing()]
    by_stem = {name.rpartition("/")[2]: name for name in names}
    name = template if template in names else by_stem.get(template)
    if name is None:
        raise LabError(f"no template {template!r}; {did_you_mean(template, names, by_stem)}")
    source = folder() / f"{name}.toml"
    text = source.read_text(encoding="utf-8")
    target = to or Path(source.name)
    beside = re.findall(r'"([\w.-]+\.(?:py|csv|npz))\b', text)
    copies = {target: source} | {target.parent / file: source.parent / file for file in beside}
    for path in copies:
        if path.exists():
            raise StorageError(f"{path}: is there already; name another file with --to")
    for path, original in copies.items():
        write(path, original.read_bytes())
    return list(copies)
