"""What a run was made with, so that its numbers can be reproduced."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from getpass import getuser
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from lab.own_code import own_sources

PACKAGES = ("activation-lab", "numpy", "scipy", "pandas", "matplotlib", "pydantic", "python-flint")


def provenance(folder: Path) -> dict[str, Any]:
    """Versions, processor and BLAS, the command line, and the commit of the experiment file's folder."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "packages": versions(),
        "blas": blas(),
        "argv": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "git_commit": commit(folder),
    }


_version = cache(metadata.version)
"""Of an installed package; looked up once, for that takes longer than the first steps of a training."""


def versions() -> dict[str, str]:
    """Of the lab and of what its numbers come from: package → version."""
    return {name: _version(name) for name in PACKAGES}


def place(folder: Path, start: Path) -> str:
    """Where a folder is, seen from another one, so that it names no home; `placed` goes there again.

    Where the two have no folder in common it is told from the root, or from the home as ``~``.
    """
    there, here = folder.resolve(), start.resolve()
    if there.parts[:2] == here.parts[:2]:
        return Path(os.path.relpath(there, here)).as_posix()
    return _home_as_tilde(there)


def _home_as_tilde(folder: Path) -> str:
    home = Path.home()
    inside = home != Path(home.anchor) and folder.is_relative_to(home)
    return (Path("~") / folder.relative_to(home)).as_posix() if inside else str(folder)


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


def code(resolved: str, folder: Path) -> dict[str, str]:
    """The Python files that an experiment names and that are there, and what they import from beside them,
    with their sha256.

    Only those that are there, since a title may read like ``"file.py:Class"`` too.
    """
    names = sorted(set(re.findall(r'"([^"\n]+\.py):[^"\n]+"', resolved)))
    files = [folder / name for name in names if (folder / name).is_file()]
    found = dict.fromkeys(source for file in files for source in own_sources(file))
    return code_of([os.path.relpath(source, folder) for source in found], folder)


def code_of(names: Iterable[str], folder: Path) -> dict[str, str]:
    """The sha256 of those of these files that are there, by their names."""
    files = {name: folder / name for name in names}
    return {name: sha256(path.read_bytes()).hexdigest() for name, path in files.items() if path.is_file()}


def blas() -> list[dict[str, Any]]:
    """The BLAS libraries that are loaded, and the kernel each chose for this processor."""
    keys = ("internal_api", "version", "architecture", "threading_layer")
    return [
        {key: library.get(key) for key in keys}
        for library in threadpool_info()
        if library.get("user_api") == "blas"
    ]


_GIT = ("--no-optional-locks", "-c", "core.fsmonitor=", "-c", f"core.hooksPath={os.devnull}")
"""What keeps git from writing, and from running a program that the folder's own configuration names."""

_FILTERS = r"^filter\..*\.(clean|process)$"
"""Programs that git runs on files to find out whether they differ."""


def commit(folder: Path) -> str | None:
    """The git commit that is checked out around a folder, with ``+`` where files differ from it.

    Whether they do is not asked, and told by ``?``, where the folder's own configuration names filters: git
    would run them.
    """

    def git(*words: str, check: bool = True) -> str:
        own_alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", "-C", str(folder), *_GIT, *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            check=check,
            env=os.environ | (own_alone if words[0] == "config" else {}),
        )
        return done.stdout.strip()

    try:
        head = git("rev-parse", "HEAD")
        if git("config", "--get-regexp", _FILTERS, check=False):
            return f"{head}?"
        return head + ("+" if git("status", "--porcelain", "-uno", "--ignore-submodules=all") else "")
    except (OSError, subprocess.SubprocessError):
        return None
