from collections.abc import Callable
from pathlib import Path

import pytest

SMALLEST = """\
[data]
name = "digits"
[network]
hidden = [3]
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write an experiment file: the text, or the bytes, under a name."""

    def write(text: str | bytes = SMALLEST, name: str = "trial.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write
