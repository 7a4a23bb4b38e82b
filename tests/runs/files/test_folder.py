import errno
import json
import os
import pickle
import subprocess

import pandas as pd
import pytest

from lab.errors import LabError, StorageError
from lab.runs.files import folder as results
from lab.runs.files import table_files
from lab.runs.files.csv_files import csv
from lab.runs.files.csv_files import read as read_csv
from lab.runs.files.folder import RunFolder
from lab.runs.files.root import create
from tests.runs.files.test_csv_files import TABLE


def finished(plan, root, **info):
    with create(plan, root) as folder:
        folder.describe({"status": "done", "title": "", **info})
    return folder


def test_a_table_that_is_not_there_and_a_damaged_run_json_are_refused(plan, root):
    folder = finished(plan, root)
    with pytest.raises(StorageError, match="has no table 'layers': the run has not ended"):
        folder.table("layers")
    with pytest.raises(StorageError, match=r"the table is lost; put back what was written$"):
        finished(plan, root, watched="Net").table("layers")
    with pytest.raises(LabError, match="no table 'layer'; did you mean 'layers'"):
        folder.table("layer")
    (folder.path / "run.json").write_text('{"status": ')
    with pytest.raises(StorageError, match=r"run\.json is damaged"):
        _ = folder.info


def test_a_run_is_locked_while_it_is_written(plan, root):
    folder = finished(plan, root)
    with (
        folder.lock(),
        pytest.raises(
            StorageError, match=rf"another process is writing into this run: process {os.getpid()} on "
        ),
    ):
        RunFolder(folder.path).lock()
    with folder.lock():
        pass


def test_a_run_of_a_newer_lab_is_refused_and_one_of_an_older_is_brought_up(plan, root, monkeypatch):
    folder = finished(plan, root, title="ε old")
    assert json.loads((folder.path / "run.json").read_text(encoding="utf-8"))["schema"] == results.RUN_VERSION
    assert folder.info["title"] == "ε old"
    monkeypatch.setattr(results, "RUN_VERSION", 2)
    monkeypatch.setattr(results, "MIGRATIONS", {1: lambda info: {**info, "title": info["title"].upper()}})
    assert (folder.info["schema"], folder.info["title"]) == (2, "Ε OLD")
    folder.describe({"title": "new"})
    monkeypatch.setattr(results, "RUN_VERSION", 1)
    with pytest.raises(StorageError, match=r": needs a newer lab: this one reads runs of schema 1, got 2$"):
        _ = folder.info


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "trials").mkdir()
    (tmp_path / "tables").mkdir()
    return RunFolder(tmp_path)


@pytest.mark.parametrize("text", ["{}", "[]", "", "{", "nul", "[" * 100_000, '{"status": "done"}', "\xff"])
def test_fault_100_a_damaged_record_is_a_line_and_a_clear_error(folder, text):
    (folder.path / "run.json").write_text(text, encoding="latin-1")
    with pytest.raises(StorageError, match="is damaged"):
        _ = folder.info["title"]


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2,3,4\n", b"\xff\xfe", b"variant\n" + b"x" * 100],
    ids=["empty", "ragged", "no text", "torn"],
)
def test_fault_100_a_damaged_table_is_named_with_what_makes_it_again(folder, content):
    folder.keep_tables({"layers": TABLE})
    assert folder.table("layers")["step"].tolist() == [0, 10, 20]
    (folder.path / "tables" / "layers.csv").write_bytes(content)
    with pytest.raises(StorageError, match=r"layers\.csv: is damaged: .*; make it again with: lab resume"):
        folder.table("layers")


def test_a_table_is_read_once_while_its_file_is_the_same(folder, monkeypatch):
    read = []
    monkeypatch.setattr(results, "read", lambda path: read.append(path.name) or read_csv(path))
    folder.keep_tables({"layers": TABLE})
    first = folder.table("layers")
    first.loc[0, "step"] = 7  # what a caller does with it is no other caller's
    first["step"] += 1
    assert folder.table("layers")["step"].tolist() == [0, 10, 20]
    assert read == ["layers.csv"]
    folder.keep_tables({"layers": TABLE.assign(step=TABLE["step"] + 1)})
    assert folder.table("layers")["step"].tolist() == [1, 11, 21]
    assert pickle.loads(pickle.dumps(folder)) == folder
    assert len(pickle.dumps(folder)) < 1000  # without the tables


@pytest.mark.parametrize("lost", results.EVER)
def test_fault_100_a_lost_table_is_named_where_all_are_asked_for(folder, lost):
    folder.keep_tables(dict.fromkeys(results.EVER, TABLE))
    assert list(folder.tables) == list(results.EVER)
    (folder.path / "tables" / f"{lost}.csv").unlink()
    with pytest.raises(StorageError, match=rf"has no table '{lost}': .*; make it with: lab resume"):
        _ = folder.tables


def test_a_table_that_is_written_piece_by_piece_is_the_whole_and_sealed(folder):
    folder.keep_tables({"steps": TABLE})
    with folder.growing_tables() as grow:
        for at in range(3):
            grow("layers", TABLE[at : at + 1])
        assert not (folder.path / "tables" / "layers.csv").exists()
    assert (folder.path / "tables" / "layers.csv").read_bytes() == csv(TABLE)
    command = ["sha256sum", "--check", "SHA256SUMS"]
    said = subprocess.check_output(command, cwd=folder.path / "tables", text=True)
    assert {"layers.csv: OK", "steps.csv: OK"} <= set(said.splitlines())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError("Error writing bytes to file"),
            "Error writing bytes to file",
        ),  # as pyarrow raises, no number
        (OSError(errno.ENOSPC, "No space left on device"), "No space left .*; more than 0 bytes are needed"),
    ],
    ids=["of a library", "fault 97: a full disk"],
)
def test_a_table_that_cannot_be_written_says_why(folder, monkeypatch, error, told):
    def refuses(*given, **more):
        raise error

    monkeypatch.setattr(table_files, "csv", refuses)
    with pytest.raises(StorageError, match=rf"layers\.csv: cannot be written: {told}"):
        folder.keep_tables({"layers": TABLE})


def test_parquet_comes_back(folder):
    pytest.importorskip("pyarrow")
    folder.keep_tables({"layers": TABLE})
    path = folder.path / "tables" / "layers.parquet"
    pd.testing.assert_frame_equal(pd.read_parquet(path), TABLE, check_exact=True)


@pytest.mark.parametrize("name", ["tables", "plots", "trials", ".data", ".lock", ".owner"])
def test_fault_73_a_link_out_of_the_run_is_refused_before_anything_is_written(plan, root, tmp_path, name):
    folder, outside = finished(plan, root), tmp_path / "outside"
    is_file = name in (".lock", ".owner")
    if is_file:
        outside.write_text("mine")
    else:
        outside.mkdir()
    if (folder.path / name).exists():
        (folder.path / name).rmdir()
    (folder.path / name).symlink_to(outside)
    with pytest.raises(StorageError, match=f"{name}: is a link, which may lead out of the run"):
        folder.lock()
    with pytest.raises(StorageError, match="remove the link"):
        folder.keep_tables({"layers": pd.DataFrame({"a": [1]})})
    assert outside.read_text() == "mine" if is_file else not list(outside.iterdir())


def test_every_piece_of_a_table_is_guarded(folder):
    pieces = [pd.DataFrame({"variant": [text]}) for text in ("=1", "relu", "-tanh(z)", "'+1")]
    with folder.growing_tables() as grow:
        for piece in pieces:
            grow("layers", piece)
    cells = (folder.path / "tables" / "layers.csv").read_text().replace('"', "").splitlines()
    assert cells == ["variant", "'=1", "relu", "'-tanh(z)", "''+1"]
    assert folder.table("layers").equals(pd.concat(pieces, ignore_index=True))
