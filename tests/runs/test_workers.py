import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.experiment.variants import load
from lab.runs.folder import RunFolder
from lab.runs.preparation import prepared
from lab.runs.workers import Task, trained

MAIN = """
import sys
from pathlib import Path
from lab.runs.preparation import prepared
from lab.runs.runner import run
from lab.experiment.variants import load

if __name__ == "__main__":
    print("started", flush=True)
    run(prepared(load(sys.argv[1], ["training.epochs=100000"])), Path(sys.argv[2]), workers=2)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_chunk_that_fails_says_so_and_the_others_go_on(small, tmp_path, workers):
    ready = prepared(load(small))
    good, bad = RunFolder(tmp_path), RunFolder(tmp_path / "missing")
    (good.path / "trials").mkdir()
    tasks = [
        Task(chunk, ready.plan.variants[chunk.variant], ready.bench, good if chunk.variant else bad)
        for chunk in ready.chunks
    ]
    outcomes = {outcome.chunk.variant: outcome for outcome in trained(tasks, workers, lambda done: None)}
    assert outcomes[1].error == ""
    assert "cannot be written" in outcomes[0].error
    assert [path.suffix for path in sorted((good.path / "trials").iterdir())] == [".npz", ".sha256"]


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes in /proc")
def test_fault_105_workers_end_with_their_parent(small, tmp_path):
    script = tmp_path / "main.py"
    script.write_text(MAIN)
    parent = subprocess.Popen(
        [sys.executable, script, small, tmp_path / "results"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout.readline() == "started\n"
        deadline = time.monotonic() + 30
        while len(workers := spawned_by(parent.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(workers) >= 2
        time.sleep(1.5)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
    deadline = time.monotonic() + 10
    while (
        left := [pid for pid in workers if state_and_parent(pid)[0] not in "ZX"]
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def state_and_parent(pid):
    """Of a process by its number; X and 0 where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "X", 0
    return fields[0], int(fields[1])


def spawned_by(parent):
    return [pid for pid in filter(str.isdigit, os.listdir("/proc")) if state_and_parent(pid)[1] == parent]
