import os
import signal
import stat
import subprocess

import pytest

import lab
from lab.errors import StorageError
from lab.storage import seal, unsealed, write


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
