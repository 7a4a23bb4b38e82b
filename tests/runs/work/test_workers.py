import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from lab.errors import StorageError
from lab.experiment.variants import load
from lab.processes import interrupt
from lab.runs.bench import Bench
from lab.runs.files.folder import RunFolder
from lab.runs.files.part_files import PartFiles
from lab.runs.identity import key
from lab.runs.preparation import prepared
from lab.runs.work import crew as crew_room
from lab.runs.work import tasks as tasks_room
from lab.runs.work import workers as workers_room
from lab.runs.work.tasks import Task
from lab.runs.work.workers import trained
from tests.training.trainings import unlike

MAIN = """
import sys
from pathlib import Path
from lab.runs.preparation import prepared
from lab.runs.runner import Terms, run
from lab.experiment.variants import load

if __name__ == "__main__":
    print("started", flush=True)
    run(prepared(load(sys.argv[1], ["training.epochs=100000"])), Path(sys.argv[2]), Terms(workers=2))
"""


def tasks_of(ready, *folders, **changes):
    """The tasks of a plan, those of each variant into its folder."""
    for folder in folders:
        (folder.path / "trials").mkdir(exist_ok=True, parents=True)
    keys = [key(one, data.sha256) for (_, one), data in zip(ready.made, ready.data, strict=True)]
    return [
        replace(
            Task(
                chunk,
                ready.made[chunk.variant][1].steps * len(chunk.trials),
                ready.made[chunk.variant][0],
                ready.bench,
                folders[chunk.variant % len(folders)],
                ready.data[chunk.variant],
                keys[chunk.variant],
                {},
            ),
            **changes,
        )
        for chunk in ready.chunks
    ]


def test_a_training_serves_the_next_chunk_where_the_key_is_the_same_and_no_part_is_ones_own(
    small, tmp_path, mine, monkeypatch
):
    mine()
    monkeypatch.setattr("lab.runs.chunks.LARGEST_CHUNK", 1)
    made, real = [], Bench.training
    monkeypatch.setattr(Bench, "training", lambda *given: made.append(given) or real(*given))
    for sigma, times in (("tanh", 1), ("mine.py:Mine", 3)):
        chosen = {"vary": {}, "network.activation": sigma, "trials.seeds": 3}
        ready = prepared(load(small, chosen, allow_code=True))
        made.clear()
        tasks = tasks_of(ready, RunFolder(tmp_path / str(times)))
        assert [outcome.error for outcome in trained(tasks, 1, lambda done: None)] == [""] * 3
        assert len(made) == times


@pytest.fixture(params=[1, 2])
def workers(request, monkeypatch):
    """Two are hired before this process has tried how long it would take alone."""
    if request.param > 1:
        monkeypatch.setattr(workers_room, "HIRING_SECONDS", -1.0)
    return request.param


@pytest.fixture
def impatient(monkeypatch):
    """The pace of a step is taken for that of all."""
    monkeypatch.setattr(workers_room, "HEARING_SECONDS", 0.0)
    monkeypatch.setattr(workers_room, "CALL_SECONDS", 0.0)


def test_what_is_soon_done_starts_no_process(small, tmp_path, monkeypatch):
    monkeypatch.setattr(crew_room, "_Worker", None)
    told, later = [], iter("ab")
    tasks = tasks_of(prepared(load(small)), RunFolder(tmp_path))
    assert [one.error for one in trained(tasks, 8, told.append, meanwhile=later)] == ["", ""]
    assert sum(told) == sum(task.steps for task in tasks)
    assert list(later) == []


def test_what_takes_long_goes_on_here_and_in_other_processes(small, tmp_path, impatient, monkeypatch):
    """With the same bits; what is told of the steps is right, whoever took them. What is to be done meanwhile
    is done as soon as others are hired."""
    monkeypatch.setattr("lab.runs.chunks.LARGEST_CHUNK", 1)
    ready = prepared(load(small, {"training.steps": 40, "trials.seeds": 6}))
    alone, both = RunFolder(tmp_path / "alone"), RunFolder(tmp_path / "both")
    list(trained(tasks_of(ready, alone), 1, lambda done: None))
    monkeypatch.setattr(workers_room, "HIRING_SECONDS", 0.0)
    told, given, worker = [], [], crew_room._Worker

    class Hired(worker):
        def give(self, number, task):
            given.append(number)
            super().give(number, task)

    monkeypatch.setattr(crew_room, "_Worker", Hired)
    tasks = tasks_of(ready, both)

    def meanwhile():
        while len(both.parts.chunks) < 2:
            time.sleep(0.01)
            yield

    assert [one.error for one in trained(tasks, 2, told.append, meanwhile=meanwhile())] == [""] * len(tasks)
    assert 0 < len(given) < len(tasks)
    assert 0 not in given
    assert sum(told) == sum(task.steps for task in tasks)
    assert min(told) >= 0
    for chunk in alone.parts.chunks:
        assert unlike(alone.parts.read(chunk)[0], both.parts.read(chunk)[0]) == []


def test_what_others_would_save():
    """Two processes save half of what is left, eight of them seven eighths."""
    quiet, heard = workers_room._Here(lambda done: None, Event()), time.monotonic() - 100.0
    line = workers_room._Pace(quiet, steps=1000, heard=heard)
    assert line.saved(8) == 0
    line.tell("a task", 100)
    assert line.left == 900
    assert [line.saved(1), *(line.saved(n) / 900 for n in (2, 8))] == pytest.approx(
        [0, 1 / 2, 7 / 8], rel=0.01
    )


def test_the_first_moment_of_a_training_does_not_tell_its_pace():
    """Its first steps are read, and last a hundred times longer than those behind them."""
    line = workers_room._Pace(workers_room._Here(lambda done: None, Event()), steps=100_000)
    line.tell("a task", 0)
    time.sleep(0.01)
    line.tell("a task", 1)
    assert line.saved(2) == 0


def test_what_a_task_tells_when_it_is_tried_once_more_is_not_counted_twice():
    told = []
    line = workers_room._Here(told.append, Event())
    for task, done in (("a", 5), ("b", 1), ("a", 0), ("a", 4), ("a", 7)):
        line.tell(task, done)
    assert sum(told) == 8
    assert min(told) == 0


def test_no_process_begins_for_the_last_chunk(small, tmp_path, impatient, monkeypatch):
    """Another saves nothing where one chunk is left, however long it takes."""
    monkeypatch.setattr(crew_room, "_Worker", None)
    tasks = tasks_of(prepared(load(small, {"training.steps": 40})), RunFolder(tmp_path))
    left = sum(task.steps for task in tasks)

    def told(done):
        nonlocal left
        left -= done
        monkeypatch.setattr(workers_room, "HIRING_SECONDS", 0.0 if left < tasks[-1].steps else 1e9)

    assert [one.error for one in trained(tasks, 8, told)] == ["", ""]
    assert left == 0


def test_a_process_that_may_not_begin_others_trains_alone(small, tmp_path, alone, impatient, monkeypatch):
    """As one of a pool of multiprocessing may not."""
    monkeypatch.setattr(workers_room, "HIRING_SECONDS", 0.0)
    tasks = tasks_of(prepared(load(small, {"training.steps": 40})), RunFolder(tmp_path))
    assert [one.error for one in trained(tasks, 2, lambda done: None)] == ["", ""]


@pytest.mark.parametrize("count", [1, 8])
def test_an_interrupt_ends_also_what_is_done_before_and_after_training(small, tmp_path, count):
    performed = []

    def meanwhile():
        for number in range(9):
            performed.append(number)
            if number == 2:
                interrupt()
            yield

    tasks = tasks_of(prepared(load(small)), RunFolder(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        list(trained(tasks, count, lambda done: None, meanwhile=meanwhile()))
    assert performed == [0, 1, 2]


@pytest.mark.parametrize("fault", [97, 98], ids="fault-{}".format)
def test_what_cannot_be_kept_ends_all_at_once(small, tmp_path, workers, fault):
    """Whatever the system's reason: here the folder of the parts is gone."""
    tasks = tasks_of(prepared(load(small)), RunFolder(tmp_path))
    (tmp_path / "trials").rmdir()
    with pytest.raises(StorageError, match="cannot be written"):
        list(trained(tasks, workers, lambda done: None))


def test_data_that_a_full_disk_cuts_short_are_taken_away(small, tmp_path, impatient, monkeypatch):
    def cut_short(data, folder):
        folder.mkdir()
        (folder / "half").write_text("…")
        raise StorageError("the disk is full")

    monkeypatch.setattr(workers_room, "held", cut_short)
    monkeypatch.setattr(workers_room, "HIRING_SECONDS", -1.0)
    tasks = tasks_of(prepared(load(small, {"training.steps": 40})), RunFolder(tmp_path))
    with pytest.raises(StorageError, match="full"):
        list(trained(tasks, 2, lambda done: None))
    assert not (tmp_path / ".data").exists()


BOMBS = {
    "raise": ("raise ValueError('no\\nway')", "ValueError: no way"),
    "leave": ("raise SystemExit(3)", "SystemExit: 3"),
    "none": ("return None", "TypeError: σ of z of the shape (1, 6, 20) is of NoneType"),
    "shape": ("return np.ones(1)", "TypeError: σ of z of the shape (1, 6, 20) is of the shape (1,)"),
    "end": ("import os; os._exit(3)", "its worker ended (3), twice"),
    "die": ("import os; os.kill(os.getpid(), 9)", "its worker was killed (signal 9)"),
    "hang": ("import time; time.sleep(100)", "took longer than the 6 s that its trials may"),
    "print": ("print('!' * 100)", ""),
}
"""What foreign code does in a worker, and what is said of the trial."""


def test_fault_106_and_104_foreign_code_takes_its_own_trials_along_and_no_other(small, tmp_path, mine, capfd):
    going_off = "".join(
        f"            if self.bomb == {name!r}:\n                {code}\n"
        for name, (code, _) in BOMBS.items()
    )
    mine(
        "    def __call__(self, z):\n",
        "    bomb: str = ''\n"
        "    def __call__(self, z):\n"
        "        import multiprocessing\n"
        f"        if multiprocessing.parent_process():\n{going_off}",
    )
    several = [{"name": "mine.py:Mine", "bomb": bomb} for bomb in BOMBS]
    changed = {"vary": {"network.activation": ["sigmoid", *several, "tanh"]}, "trials.seeds": 1}
    ready = prepared(load(small, changed, allow_code=True))
    tasks = tasks_of(ready, RunFolder(tmp_path))
    ended = sorted(trained(tasks, 2, lambda done: None, 6.0), key=lambda one: one.chunk.variant)
    expected = ["", *(error for _, error in BOMBS.values()), ""]
    assert [one.error.startswith(error) for one, error in zip(ended, expected, strict=True)] == [True] * 10
    assert [bool(one.error) for one in ended] == [bool(error) for error in expected]
    assert not any("\n" in one.error for one in ended)
    assert ["mine.py" in one.trace for one in ended[1:3]] == [True, True]
    assert "!" not in capfd.readouterr().out
    assert not (tmp_path / ".data").exists()


def test_a_long_chunk_is_kept_by_time_and_goes_on_from_there(small, tmp_path, monkeypatch):
    """The same bytes as if it had not been put down: after a checkpoint its process dies."""
    ready = prepared(load(small, {"training.steps": 30}))
    whole = RunFolder(tmp_path / "whole")
    list(trained(tasks_of(ready, whole), 1, lambda done: None))
    folder = RunFolder(tmp_path / "put down")
    monkeypatch.setattr(tasks_room, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(tasks_room, "CHECKPOINT_SHARE", float("inf"))
    monkeypatch.setattr(workers_room, "HEARING_SECONDS", 0.0)
    kept = []

    def dies(self, chunk, saved, key):
        keep(self, chunk, saved, key)
        kept.append(int(saved["step"]))
        if len(kept) % 4 == 0:
            raise MemoryError

    keep = PartFiles.keep_checkpoint
    monkeypatch.setattr(PartFiles, "keep_checkpoint", dies)
    tasks = tasks_of(ready, folder)
    for _ in range(50):
        left = [task for task in tasks if task.chunk not in folder.parts.chunks]
        failed = [one.error for one in trained(left, 1, lambda done: None) if one.error]
        assert set(failed) <= {"MemoryError: "}
        if not failed:
            break
    assert len(kept) > 8
    for chunk in whole.parts.chunks:
        assert unlike(folder.parts.read(chunk)[0], whole.parts.read(chunk)[0]) == []
    assert not list((folder.path / "trials").glob("*.checkpoint*"))


def test_fault_95_the_first_interrupt_puts_down_what_is_under_way(small, tmp_path, workers):
    ready = prepared(load(small, {"training.steps": 10**9}))
    tasks = tasks_of(ready, RunFolder(tmp_path))

    def interrupts(done):
        if done:
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        list(trained(tasks, workers, interrupts))
    assert list((tmp_path / "trials").glob("*.checkpoint"))


def test_fault_70_workers_train_on_what_was_read(small, tmp_path, monkeypatch):
    """The file is rewritten after it was read; code that was is refused."""
    rows = "\n".join(f"{7 * i % 40},{i % 2}" for i in range(40))
    (tmp_path / "mine.csv").write_text(f"a,y\n{rows}")
    ready = prepared(load(small, {"data": {"name": "mine.csv", "target": "y"}}))
    (tmp_path / "mine.csv").write_text("a,y\n1,2\n")
    alone, beside = RunFolder(tmp_path / "one"), RunFolder(tmp_path / "two")
    monkeypatch.setattr(workers_room, "HIRING_SECONDS", -1.0)
    for workers, folder in ((1, alone), (2, beside)):
        assert [one.error for one in trained(tasks_of(ready, folder), workers, lambda done: None)] == ["", ""]
    for chunk in alone.parts.chunks:
        assert unlike(alone.parts.read(chunk)[0], beside.parts.read(chunk)[0]) == []
    (tmp_path / "own.py").write_text("")
    changed = tasks_of(ready, alone, code={"own.py": "another"})
    assert {one.error for one in trained(changed, 1, lambda done: None)} == {
        "own.py changed since the run began"
    }


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes in /proc")
def test_fault_105_workers_end_with_their_parent(small, tmp_path):
    script = tmp_path / "main.py"
    script.write_text(MAIN)
    parent = subprocess.Popen(
        [sys.executable, script, small, tmp_path / "results"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout.readline() == "started\n"
        deadline = time.monotonic() + 120
        while len(workers := spawned_by(parent.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(workers) >= 2
        time.sleep(1.5)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
    deadline = time.monotonic() + 60
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
