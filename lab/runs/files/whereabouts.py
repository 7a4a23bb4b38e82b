"""Where results are kept, and how a command names the run in a folder."""

import os
import shlex
from pathlib import Path


def results_root(given: str | Path | None = None) -> Path:
    """Where results are kept: as given, else $LAB_RESULTS, else ``results`` under the current folder."""
    return Path(given or os.environ.get("LAB_RESULTS") or "results")


def is_usual(path: Path) -> bool:
    """Whether a command looks for the run in this folder without being told of the place."""
    return path.resolve() == (results_root() / path.parent.name / path.name).resolve()


def word(path: Path) -> str:
    """What names the run in this folder in a command: its name and id, or the folder if that is elsewhere.

    >>> word(Path("results/vanishing/20260131-235959")), word(Path("my results/vanishing/20260131-235959"))
    ('vanishing/20260131-235959', "'my results/vanishing/20260131-235959'")
    """
    return shlex.quote(f"{path.parent.name}/{path.name}" if is_usual(path) else str(path))
