"""A Dask scheduler and two workers that run as processes of this machine."""

import gc
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from lab.errors import LabError
from lab.experiment.variants import load
from lab.processes import interrupt
from lab.runs import identity
from lab.runs.preparation import prepared, prepared_again
from lab.runs.runner import Terms, begun, resumed, run
from lab.runs.work import cluster
from lab.runs.work import tasks as tasks_room
from lab.runs.work.cluster import scheduled
from lab.runs.work.crew import Line
from lab.runs.work.workers import trained
from tests.runs.work.test_workers import tasks_of

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # those of others' threads are not ours


def spawned(folder, name, module, *words):
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *words], stdout=log, stderr=log, cwd=folder
        )


def worker(folder, name, address):
    return spawned(folder, name, "dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """The address of a scheduler, and its two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    where = folder / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", ":0")
    processes = [spawned(folder, "scheduler", "dask_scheduler", *words, "--scheduler-file", str(where))]
    try:
        with distributed.Client(scheduler_file=str(where), timeout=60, set_as_default=False) as client:
            address = client.scheduler.address
            processes += [worker(folder, name, address) for name in ("one", "two")]
            client.wait_for_workers(2, timeout=60)
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture
def singly(monkeypatch):
    """A chunk for each trial."""
    monkeypatch.setattr("lab.runs.chunks.LARGEST_CHUNK", 1)


def tables(folder):
    return {path.name: path.read_bytes() for path in (folder.path / "tables").glob("*.csv")}


class Quiet(Line):
    """A line that keeps what it is told, and is stopped from the start on where it is asked to be."""

    def __init__(self, stop=False):
        self.told, self.stop = [], stop

    def tell(self, task, done):
        self.told.append(done)

    def stopped(self):
        return self.stop


@pytest.mark.usefixtures("singly")
def test_a_cluster_gives_the_bytes_and_keys_of_this_machine_and_counts_every_step(small, root, started):
    ready, done = prepared(load(small, {"vary": {"training.engine": ["numpy", "compiled"]}})), []
    far, near = run(ready, root, Terms(scheduler=started[0]), done.append), run(ready, root)
    assert sum(done) == ready.trial_steps
    assert tables(far) == tables(near)
    assert far.parts.chunks == near.parts.chunks
    assert [far.parts.read(chunk)[1] for chunk in far.parts.chunks] == [
        near.parts.read(chunk)[1] for chunk in near.parts.chunks
    ]
    assert far.info["failures"] == far.info["mixed"] == []


@pytest.mark.usefixtures("singly")
def test_an_interrupt_cancels_what_is_with_the_scheduler_and_the_run_is_resumed(small, root, started):
    ready = prepared(load(small, ["training.epochs=20000"]))
    sent = []

    def interrupted(steps):
        if steps and not sent:
            sent.append(steps)
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        run(ready, root, Terms(scheduler=started[0]), interrupted)
    (home,) = root.glob("small/*")
    folder = type(run(ready, root))(home)
    assert 1 <= len(list((home / "trials").glob("*.npz"))) < len(ready.chunks)
    with distributed.Client(started[0], set_as_default=False) as client:
        deadline = time.monotonic() + 20
        while (left := processing(client)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left == 0
    resumed(prepared_again(folder), folder, Terms(scheduler=started[0]))
    assert tables(folder) == tables(run(ready, root))


def processing(client):
    return sum(map(len, client.processing().values()))


@pytest.mark.usefixtures("singly")
def test_a_worker_without_the_file_has_its_data_by_content(small, root, started, tmp_path):
    rows = "".join(f"{i / 10},{i % 7},{'ab'[i % 3 == 0]}\n" for i in range(100))
    (tmp_path / "own.csv").write_text("p,q,class\n" + rows)
    ready = prepared(load(small, ["data.name=own.csv"]))
    (tmp_path / "own.csv").unlink()
    folder = begun(ready, root)
    outcomes = list(scheduled(tasks_of(ready, folder), started[0], Quiet()))
    assert [outcome.error for outcome in outcomes] == [""] * 6
    assert folder.parts.chunks == list(ready.chunks)


def test_a_run_whose_scheduler_cannot_be_had_is_not_begun(small, root, monkeypatch):
    ready, nobody = prepared(load(small)), Terms(scheduler="tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    with pytest.raises(
        LabError, match=r"--scheduler tcp://127.0.0.1:9: .*expected the address of a Dask sch"
    ):
        begun(ready, root, nobody)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        LabError, match=r"needs Dask, which is not installed; run: pip install -e '\.\[cluster\]'"
    ):
        run(ready, root, nobody)
    assert not root.exists()


def test_nothing_is_sent_once_the_line_is_stopped(small, root, started):
    ready = prepared(load(small))
    folder, line = begun(ready, root), Quiet(stop=True)
    assert list(scheduled(tasks_of(ready, folder), started[0], line)) == []
    assert folder.parts.chunks == line.told == []


def test_a_chunk_goes_on_from_its_checkpoint_on_a_worker(small, root, started, monkeypatch):
    """What was read before it was put down is not read again."""
    ready = prepared(load(small, {"training.steps": 40}))
    folder, line = begun(ready, root), Quiet()
    tasks = tasks_of(ready, folder)
    monkeypatch.setattr(tasks_room, "CALL_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        list(trained(tasks, 1, lambda done: interrupt() if done else None))
    task = tasks[0]
    saved = folder.parts.checkpoint(task.chunk, task.key)
    assert 0 < saved["step"] < 40
    folder.parts.keep_checkpoint(
        task.chunk, saved | {"readings layers": saved["readings layers"] * 0 + 7}, task.key
    )
    assert [one.error for one in scheduled(tasks, started[0], line)] == [""] * len(tasks)
    assert sum(line.told) == ready.trial_steps
    assert not list((folder.path / "trials").glob("*.checkpoint*"))
    layers = folder.parts.read(task.chunk)[0].layers
    assert (layers[0] == 7).all()
    assert (layers[-1] != 7).all()


def test_trials_that_take_too_long_are_given_up_and_other_trainings_refused(small, root, started):
    ready = prepared(load(small, {"training.steps": 10**8}))
    tasks = tasks_of(ready, begun(ready, root))
    slow = list(scheduled(tasks, started[0], Quiet(), 0.01))
    assert [one.error for one in slow] == ["took longer than the 0.03 s that its trials may"] * len(tasks)
    key = replace(tasks[0].key, trained={**tasks[0].key.trained, "eta": "9"})
    (other,) = scheduled([replace(tasks[0], key=key)], started[0], Quiet())
    assert "a worker has not what this machine has: eta was 9, is" in other.error
    (other,) = scheduled([replace(tasks[0], code={"mine.py": "0"})], started[0], Quiet())
    assert other.error == "mine.py changed since the run began"


def test_other_versions_are_refused_or_mixed_with_leave_under_their_own_key(
    small, root, started, monkeypatch
):
    ready = prepared(load(small))
    with monkeypatch.context() as patch:
        patch.setattr(identity, "version", lambda name: "0.0")
        tasks = tasks_of(ready, begun(ready, root))
        with pytest.raises(
            LabError, match=r"the worker tcp://\S+ has not .*numpy was 0\.0, is .*--allow-mixed"
        ):
            list(scheduled(tasks, started[0], Quiet()))
        far = run(ready, root, Terms(scheduler=started[0], mixed=True))
    assert far.info["failures"] == []
    ours = tasks_of(ready, far)[0].key
    assert [far.parts.read(chunk)[1].made_with for chunk in far.parts.chunks] == [ours.made_with] * len(
        far.parts.chunks
    )


def test_an_address_without_a_scheduler_is_told(small, root, monkeypatch):
    ready = prepared(load(small))
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nowhere", "http://127.0.0.1:9"):
        with pytest.raises(LabError, match=r"expected the address of a Dask scheduler .* tcp://host:8786"):
            list(scheduled(tasks_of(ready, begun(ready, root)), address, Quiet()))
        left = [one for one in gc.get_objects() if isinstance(one, distributed.Client)]
        assert all(one.status == "closed" for one in left)


@pytest.mark.usefixtures("singly")
def test_fault_104_the_chunks_of_a_worker_that_is_killed_run_elsewhere(small, root, started):
    """The last test of this file: one worker is left."""
    ready, done = prepared(load(small, ["training.epochs=60", "trials.seeds=6"])), []

    def kill_one(steps):
        if steps and not done:
            os.kill(started[1][0].pid, signal.SIGKILL)
        if steps:
            done.append(steps)

    far = run(ready, root, Terms(scheduler=started[0]), kill_one)
    assert started[1][0].wait(10) == -signal.SIGKILL
    assert len(done) == 12
    assert tables(far) == tables(run(ready, root))


def test_without_the_extra_the_command_to_install_it_is_told(small, root, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    ready = prepared(load(small))
    with pytest.raises(LabError, match=r"pip install -e '\.\[cluster\]'"):
        list(scheduled(tasks_of(ready, begun(ready, root)), "tcp://127.0.0.1:9", Quiet()))
