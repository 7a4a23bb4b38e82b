"""The kernel under the sanitisers of a C compiler: no access outside a buffer, nothing undefined."""

import os
import subprocess
import sys

import pytest

from lab.network.kernel import build

pytestmark = pytest.mark.slow

COVERING = (
    *("tests/network/test_compiled_reading.py", "tests/training/test_compiled.py"),
    "tests/training/test_compiled_reader.py",
)
RUN = """
import sys
from pathlib import Path
import pytest
from lab.network.kernel import library
library.LIBRARIES[:] = [Path(sys.argv[1])]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


def found(compiler, name):
    """A library of the compiler's own; None where it has none."""
    path = subprocess.run(
        [*compiler, f"-print-file-name={name}"], capture_output=True, text=True
    ).stdout.strip()
    return path if os.path.isabs(path) else None


def test_no_access_is_outside_of_a_buffer_and_nothing_is_undefined(monkeypatch, tmp_path):
    compiler = build.compilers()["cc"]
    if compiler is None or sys.platform != "linux" or not (runtime := found(compiler, "libasan.so")):
        pytest.skip("no C compiler with sanitisers")
    made = tmp_path / "kernel.so"
    monkeypatch.setattr(build, "FLAGS", [flag.replace("-O3", "-O1") for flag in build.FLAGS])
    build.build(compiler, made, ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
    told = {"LD_PRELOAD": runtime, "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"}
    command = [sys.executable, "-c", RUN, str(made), *COVERING]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
