"""What run.json tells of places: where they are, without the name of a user or of a home."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from getpass import getuser
from pathlib import Path
from typing import Any


def place(folder: Path, start: Path) -> str:
    """Where a folder is, seen from another one, so that it names no home; `placed` goes there again.

    Where the two have no folder in common it is told from the root, or from the home as ``~``.
    """
    there, here = folder.resolve(), start.resolve()
    if there.parts[:2] == here.parts[:2]:
        return Path(os.path.relpath(there, here)).as_posix()
    home = Path.home()
    inside = home != Path(home.anchor) and there.is_relative_to(home)
    return (Path("~") / there.relative_to(home)).as_posix() if inside else str(there)


def placed(text: str, start: Path) -> Path:
    """The folder that `place` told of."""
    return start.resolve() / Path(text).expanduser()


def anonymous(value: Any) -> Any:
    """The value with ``~`` for the home folder, and for the user's name in paths, in every text in it."""
    names = _names()
    return _without(names, value) if names else value


def _without(names: re.Pattern[str], value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_without(names, key): _without(names, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without(names, one) for one in value]
    return names.sub("~", value) if isinstance(value, str) else value


def _names() -> re.Pattern[str] | None:
    """What tells who somebody is: the home where it begins a path, the user's name as a folder of one."""
    home, user = str(Path.home()), ""
    with suppress(OSError, KeyError, ImportError):  # there are users without a name
        user = getuser()
    begins, ends = r"(?<![\w./\\-])", r"(?=[/\\\s\"':,;)\]]|$)"
    found = [f"{begins}{re.escape(home)}{ends}"] if home != Path(home).anchor else []
    found += [rf"(?<=[/\\]){re.escape(user)}{ends}"] if user else []
    return re.compile("|".join(found)) if found else None
