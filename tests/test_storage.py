import os
import stat
import subprocess

import pytest

from lab.errors import StorageError
from lab.storage import seal, unsealed, write


def test_a_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path):
    write(tmp_path / "a.txt", "σ′ ≥ ε")
    write(tmp_path / "a.txt", b"again")

    assert (tmp_path / "a.txt").read_bytes() == b"again"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_write_that_fails_keeps_the_old_file(tmp_path, monkeypatch):
    write(tmp_path / "a.txt", "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"a\.txt: cannot be written: No space left on device"):
        write(tmp_path / "a.txt", "new")

    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(StorageError, match="No such file or directory"):
        write(tmp_path / "none" / "a.txt", "x")


def test_a_seal_is_what_sha256sum_reads(tmp_path):
    seal(tmp_path / "part.npz", b"numbers")

    assert unsealed(tmp_path / "part.npz") == b"numbers"
    checked = subprocess.run(
        ["sha256sum", "--check", "part.npz.sha256"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.stdout == "part.npz: OK\n"


@pytest.mark.parametrize("bit", [0, 3, 50])
def test_a_flipped_bit_is_found(tmp_path, bit):
    path = tmp_path / "part.npz"
    seal(path, b"numbers")
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)

    with pytest.raises(StorageError, match="is damaged"):
        unsealed(path)


def test_a_missing_seal_is_told(tmp_path):
    (tmp_path / "part.npz").write_bytes(b"numbers")

    with pytest.raises(StorageError, match="cannot be read: No such file"):
        unsealed(tmp_path / "part.npz")


def test_files_can_be_read_by_their_owner(tmp_path):
    write(tmp_path / "a.txt", "x")

    assert (tmp_path / "a.txt").stat().st_mode & stat.S_IRUSR
