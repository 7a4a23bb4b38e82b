"""Ctrl-C and SIGTERM, sent to a real process in the midst of training."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def started(small, root, *words):
    command = [sys.executable, "-m", "lab", "run", small, "--no-plots", "--results", root, *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(Path(root).glob("small/*/run.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    return process


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM], ids=["fault-95-ctrl-c", "fault-96-sigterm"]
)
def test_an_interrupted_run_ends_with_130_and_is_resumed(small, root, number):
    process = started(small, root, "--workers", "1", "-o", "training.steps=200000")
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "once more to stop at once" in err
    (run,) = root.glob("small/*")
    assert err.splitlines()[-1].endswith(f"go on with: lab resume {run}")
    assert "Traceback" not in err
    assert json.loads(next(root.glob("small/*/run.json")).read_text())["status"] == "interrupted"


def test_a_second_interrupt_ends_at_once_and_leaves_no_traceback(small, root):
    process = started(small, root, "--workers", "2", "-o", "training.steps=2000000000")
    process.send_signal(signal.SIGINT)
    with process:
        said = process.stderr.readline() + process.stderr.readline()
        while "once more to stop at once" not in said:
            assert process.poll() is None, said
            said += process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said + err
    (run,) = root.glob("small/*")
    assert err.splitlines()[-1].endswith(f"go on with: lab resume {run}")
