"""A Dask scheduler and two workers that run as processes of this machine."""

import os
import signal
import subprocess
import sys
import time

import pytest

from lab.errors import LabError
from lab.experiment.variants import load
from lab.runs import cluster, preparation, provenance
from lab.runs.folder import create
from lab.runs.preparation import prepared
from lab.runs.runner import prepared_again, resumed, run
from lab.runs.workers import Task

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
    monkeypatch.setattr(preparation, "LARGEST_CHUNK", 1)


def tables(folder):
    return {path.name: path.read_bytes() for path in (folder.path / "tables").glob("*.csv")}


def tasks(ready, folder):
    return [Task(chunk, ready.plan.variants[chunk.variant], ready.bench, folder) for chunk in ready.chunks]


@pytest.mark.usefixtures("singly")
def test_a_cluster_gives_the_bytes_of_this_machine_and_counts_every_step(small, root, started):
    ready, done = prepared(load(small)), []
    far = run(ready, root, scheduler=started[0], progress=done.append)
    assert sum(done) == ready.trial_steps
    assert tables(far) == tables(run(ready, root))
    assert far.info["failures"] == []


@pytest.mark.usefixtures("singly")
def test_an_interrupt_cancels_what_is_with_the_scheduler_and_the_run_is_resumed(small, root, started):
    ready = prepared(load(small, ["training.epochs=20"]))

    def interrupted(steps):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(ready, root, scheduler=started[0], progress=interrupted)
    (home,) = root.glob("small/*")
    folder = type(run(ready, root))(home)
    assert len(list((home / "trials").glob("*.npz"))) == 1
    with distributed.Client(started[0], set_as_default=False) as client:
        deadline = time.monotonic() + 20
        while (left := processing(client)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left == 0
    resumed(prepared_again(folder), folder, scheduler=started[0])
    assert tables(folder) == tables(run(ready, root))


def processing(client):
    return sum(map(len, client.processing().values()))


@pytest.mark.usefixtures("singly")
def test_a_worker_without_the_file_has_its_data_by_content(small, root, started, monkeypatch, tmp_path):
    rows = "".join(f"{i / 10},{i % 7},{'ab'[i % 3 == 0]}\n" for i in range(100))
    (tmp_path / "own.csv").write_text("p,q,class\n" + rows)
    ready = prepared(load(small, ["data.name=own.csv"]))
    (tmp_path / "own.csv").unlink()
    monkeypatch.setattr(cluster, "data_of", lambda task: ready.data[0])
    folder = create(ready.plan, root)
    outcomes = list(cluster.scheduled(tasks(ready, folder), started[0], lambda steps: None))
    assert [outcome.error for outcome in outcomes] == [""] * 6
    assert all(folder.has_part(chunk) for chunk in ready.chunks)


def test_versions_that_differ_and_addresses_without_a_scheduler_are_told(small, root, started, monkeypatch):
    ready = prepared(load(small))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "version", lambda name: "0.0")
        with pytest.raises(LabError, match=r"the worker tcp://\S+ has .*numpy .*, expected 0\.0"):
            list(cluster.scheduled(tasks(ready, None), started[0], lambda steps: None))
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nowhere", "http://127.0.0.1:9"):
        with pytest.raises(LabError, match=r"expected the address of a Dask scheduler .* tcp://host:8786"):
            list(cluster.scheduled(tasks(ready, None), address, lambda steps: None))


@pytest.mark.usefixtures("singly")
def test_fault_104_the_chunks_of_a_worker_that_is_killed_run_elsewhere(small, root, started):
    """The last test of this file: one worker is left."""
    ready, done = prepared(load(small, ["training.epochs=60", "trials.seeds=6"])), []

    def kill_one(steps):
        if not done:
            os.kill(started[1][0].pid, signal.SIGKILL)
        done.append(steps)

    far = run(ready, root, scheduler=started[0], progress=kill_one)
    assert started[1][0].wait(10) == -signal.SIGKILL
    assert len(done) == 12
    assert tables(far) == tables(run(ready, root, workers=1))


def test_without_the_extra_the_command_to_install_it_is_told(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    ready = prepared(load(small))
    with pytest.raises(LabError, match=r"pip install 'activation-lab\[cluster\]'"):
        list(cluster.scheduled(tasks(ready, None), "tcp://127.0.0.1:9", lambda steps: None))
