"""What a run was made with, so that its numbers can be reproduced."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from lab.plugins import own_sources

PACKAGES = ("activation-lab", "numpy", "scipy", "pandas", "matplotlib", "pydantic", "python-flint")


def provenance(folder: Path) -> dict[str, Any]:
    """Versions, processor and BLAS, the command line, and the commit of the experiment file's folder."""
    argv = [Path(sys.argv[0]).name, *sys.argv[1:]]
    home = str(Path.home())
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
        "blas": blas(),
        "argv": [word.replace(home, "~") if home != "/" else word for word in argv],
        "git_commit": commit(folder),
    }


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


def commit(folder: Path) -> str | None:
    """The git commit that is checked out around a folder, with ``+`` where files differ from it."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.SubprocessError):
        return None
