"""Where the lab keeps the data sets that are not built in."""

from __future__ import annotations

import os
from pathlib import Path

from lab.errors import StorageError


def data_folder() -> Path:
    """$LAB_DATA_DIR, else ``activation-lab`` in $XDG_CACHE_HOME, else in ``~/.cache``.

    Raises StorageError where there is no home folder to look in.
    """
    if own := os.environ.get("LAB_DATA_DIR"):
        return Path(own)
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(cache):  # the XDG specification: a relative path is to be ignored
        return Path(cache) / "activation-lab"
    try:
        return Path.home() / ".cache" / "activation-lab"
    except RuntimeError as error:
        raise StorageError("there is no home folder to keep data in; set LAB_DATA_DIR to a folder") from error
