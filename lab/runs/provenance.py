"""What a run was made with, so that its numbers can be reproduced."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from lab.own_code import own_sources

PACKAGES = ("activation-lab", "numpy", "scipy", "pandas", "matplotlib", "pydantic", "python-flint")
"""The lab, and what its numbers, tables and figures come from."""


def provenance(folder: Path) -> dict[str, Any]:
    """Versions, processor and BLAS, the command line, and the commit of the experiment file's folder."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
        "blas": blas(),
        "argv": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "git_commit": commit(folder),
    }


version = cache(metadata.version)
"""Of an installed package; looked up once, for that takes longer than the first steps of a training."""


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
