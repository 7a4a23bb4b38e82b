import io
import os
import shutil
import signal
import stat
import subprocess
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest

import lab
from lab.errors import LabError, StorageError
from lab.storage import locked, migrated, seal, unsealed, write, written


def test_a_file_is_written_whole_for_its_owner_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "a.txt"
    write(path, "σ′ ≥ ε")
    assert path.read_bytes() == "σ′ ≥ ε".encode()
    write(path, b"again")
    assert path.read_bytes() == b"again"
    assert path.stat().st_mode & stat.S_IRUSR
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_keeps_the_old_file(tmp_path, monkeypatch):
    write(tmp_path / "a.txt", "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"a\.txt: cannot be written: No space left on device"):
        write(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


@pytest.mark.parametrize(
    ("free", "size", "told"),
    [
        (0, 1200, "; it takes 1.2 KiB, 0 bytes are free"),
        (4096, 3_000_000, "; it takes 2.9 MiB, 4.0 KiB are free"),
        (2**33, 1200, "; it takes 1.2 KiB"),
        (1000, None, "; more than 1.5 KiB are needed, 1000 bytes are free"),
    ],
    ids=["nothing free", "too little free", "no more files", "written piece by piece"],
)
def test_a_full_disk_is_told_in_numbers_that_say_something(tmp_path, monkeypatch, free, size, told):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))

    def fill():
        with written(tmp_path / "a.csv", size) as file:
            file.write(b"a" * 1500)
            file.flush()
            raise OSError(28, "No space left on device")

    with pytest.raises(StorageError) as failure:
        fill()
    assert str(failure.value).partition("on device")[2] == told


def test_a_missing_folder_and_a_missing_seal_are_told(tmp_path):
    with pytest.raises(StorageError, match="No such file or directory"):
        write(tmp_path / "none" / "a.txt", "x")
    (tmp_path / "part.npz").write_bytes(b"numbers")
    with pytest.raises(StorageError, match="cannot be read: No such file"):
        unsealed(tmp_path / "part.npz")


def test_a_seal_is_what_sha256sum_reads_and_a_flipped_bit_is_found(tmp_path):
    path = tmp_path / "part.npz"
    seal(path, b"numbers")
    assert unsealed(path) == b"numbers"
    command = ["sha256sum", "--check", "part.npz.sha256"]
    assert subprocess.check_output(command, cwd=tmp_path, text=True) == "part.npz: OK\n"
    for bit in (0, 3, 50):
        data = bytearray(b"numbers")
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        with pytest.raises(StorageError, match="is damaged"):
            unsealed(path)


def test_a_link_in_the_place_of_the_temporary_file_is_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / f".a.txt.{os.getpid()}.tmp").symlink_to(outside)
    write(tmp_path / "a.txt", "new")
    assert outside.read_text() == "mine"
    assert (tmp_path / "a.txt").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "outside"]


@pytest.fixture
def windows(monkeypatch):
    """What Windows refuses: a folder is not opened, and there is neither O_DIRECTORY nor who may use it."""
    opened = os.open

    def refusing(path, *given, **named):
        if os.path.isdir(path):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *given, **named)

    monkeypatch.setattr(os, "open", refusing)
    for word in ("O_DIRECTORY", "O_NOFOLLOW", "sched_getaffinity", "fork"):
        monkeypatch.delattr(os, word, raising=False)
    for word in ("SIGKILL", "SIGALRM", "SIGPIPE", "SIGHUP"):
        monkeypatch.delattr(signal, word, raising=False)


def test_a_run_is_kept_where_windows_refuses_what_posix_has(small, root, windows):
    run = lab.run(small, results=root, plots=False)
    assert run.info["status"] == "done"
    assert len(run.trials) == 6
    assert lab.resume(run.path, plots=False).layers.equals(run.layers)


def test_a_folder_that_cannot_be_synced_is_a_warning_and_the_file_is_kept(tmp_path, monkeypatch):
    synced = os.fsync

    def no_folders(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", no_folders)
    with pytest.warns(UserWarning, match="is written but not synced: Invalid argument"):
        write(tmp_path / "a.txt", "kept")
    assert (tmp_path / "a.txt").read_text() == "kept"


# A fault at every call by which the store changes a disk.


class Killed(BaseException):
    """The process ended here: nothing of it is done any more."""


class Faulty:
    """Counts the calls of the store: open, write, fsync, replace, and fsync of the folder.

    The call number ``at`` fails as on a full disk, or, where the process ``dies``, it and all that follow, so
    that nothing is tidied up.
    """

    def __init__(self, patch, at=0, dies=False):
        self.calls, self.at, self.dies = 0, at, dies
        opened, replaced, unlinked, synced = Path.open, Path.replace, Path.unlink, os.fsync
        removed = shutil.rmtree
        counts = self.count

        class File(io.FileIO):
            def write(self, data):
                counts()
                return super().write(data)

        def open_(path, mode="r", *given, **named):
            if mode != "xb":
                return opened(path, mode, *given, **named)
            counts()
            return File(path, mode)

        def replace(path, target):
            counts()
            return replaced(path, target)

        def unlink(path, missing_ok=False):
            if self.dies and 0 < self.at <= self.calls:
                raise Killed
            return unlinked(path, missing_ok)

        def fsync(descriptor):
            counts()
            return synced(descriptor)

        def rmtree(path, ignore_errors=False):
            if self.dies and 0 < self.at <= self.calls:
                raise Killed
            return removed(path, ignore_errors)

        patch.setattr(Path, "open", open_)
        patch.setattr(Path, "replace", replace)
        patch.setattr(Path, "unlink", unlink)
        patch.setattr(os, "fsync", fsync)
        patch.setattr(shutil, "rmtree", rmtree)

    def count(self):
        self.calls += 1
        if self.dies and 0 < self.at <= self.calls:
            raise Killed
        if self.calls == self.at:
            raise OSError(28, "No space left on device")


def table_bytes(run):
    return {path.name: path.read_bytes() for path in (run.path / "tables").iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An experiment file, the tables of its run, and how often the run calls the store."""
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "tiny.toml"
    path.write_text(
        '[data]\nname = "xor"\n[network]\nhidden = [2]\n[training]\nbatch = 2\nsteps = 2\n'
        '[trials]\nseeds = 2\n[vary]\n"training.eta" = [0.1, 1.0]\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        store = Faulty(patch)
        run = lab.run(path, results=folder / "whole", plots=False)
    assert store.calls > 80
    return path, table_bytes(run), store.calls


def survives(whole, root, at, dies):
    """A run into which the fault falls is resumed to the tables of one that was let alone."""
    path, tables, _ = whole
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a folder that is not synced, or a part that is trained again
        Faulty(patch, at, dies)
        ended = None
        try:
            lab.run(path, results=root, plots=False)
        except (StorageError, Killed) as error:
            ended = error
    assert isinstance(ended, Killed) == dies
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folders = list(root.glob("tiny/*"))
        kept = [part for folder in folders for part in folder.glob("trials/*.sha256")]
        before = {part: part.stat().st_mtime_ns for part in kept}
        if dies:
            assert folders, "who is dead removes no folder"
        try:
            run = lab.resume(folders[0] if folders else root / "tiny", plots=False)
        except LabError:
            assert not kept, "a trial that was finished is lost"
            assert not any((folder / "run.json").is_file() for folder in folders)
            run = lab.run(path, results=root, plots=False)
    assert table_bytes(run) == tables
    assert {part: part.stat().st_mtime_ns for part in kept} == before
    assert not list(run.path.rglob("*.tmp"))


@pytest.mark.parametrize("dies", [False, True], ids=["fault-97-disk-full", "fault-94-killed"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.55, 0.8])
def test_a_run_survives_a_fault_at_some_calls_of_the_store(whole, tmp_path, share, dies):
    survives(whole, tmp_path, max(1, round(share * whole[2])), dies)


@pytest.mark.slow
@pytest.mark.parametrize("dies", [False, True], ids=["fault-97-disk-full", "fault-94-killed"])
def test_a_run_survives_a_fault_at_every_call_of_the_store(whole, tmp_path, dies):
    for at in range(1, whole[2] + 1):
        survives(whole, tmp_path / str(at), at, dies)


def test_a_lock_keeps_others_out_until_it_is_let_go(tmp_path):
    path = tmp_path / ".lock"
    kept_out = pytest.raises(StorageError, match=r"\.lock: another process held it for 0 s; try again later")
    with locked(path, 0), kept_out, locked(path, 0):
        pass
    with locked(path, 0):
        pass


def test_no_lock_is_taken_behind_a_link_or_where_nothing_can_be_written(tmp_path):
    (tmp_path / "other").write_text("mine")
    (tmp_path / ".lock").symlink_to(tmp_path / "other")
    with pytest.raises(StorageError, match=r"\.lock: is a link"), locked(tmp_path / ".lock", 0):
        pass
    assert (tmp_path / "other").read_text() == "mine"
    with pytest.raises(StorageError, match="cannot be written: Is a directory"), locked(tmp_path, 0):
        pass


def test_values_of_an_old_version_are_brought_up_one_version_after_the_other():
    steps = {1: lambda values: {"b": values["a"]}, 2: lambda values: {"c": values["b"], "schema": 9}}
    for old in ({"a": 5}, {"a": 5, "schema": 1}, {"b": 5, "schema": 2}, {"c": 5, "schema": 3}):
        assert migrated(old, steps) == {"c": 5, "schema": 3}
    assert migrated({"a": 5, "schema": "1"}, steps) == {"a": 5, "schema": "1"}
