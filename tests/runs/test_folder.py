import io
import json
import os
import pickle
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lab.errors import LabError, StorageError
from lab.runs import folder as results
from lab.runs import table_files
from lab.runs.csv_files import csv
from lab.runs.csv_files import read as read_csv
from lab.runs.folder import RunFolder
from lab.runs.identity import Key
from lab.runs.preparation import Chunk
from lab.runs.root import create
from lab.storage import seal
from lab.training.loop import train
from tests.runs.test_csv_files import TABLE
from tests.training.trainings import training, unlike


def finished(plan, root, **info):
    folder = create(plan, root)
    folder.describe({"status": "done", "title": "", **info})
    return folder


def test_a_table_that_is_not_there_and_a_damaged_run_json_are_refused(plan, root):
    folder = finished(plan, root)
    with pytest.raises(StorageError, match="has no table 'layers': the run has not ended"):
        folder.table("layers")
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


# Parts.

CHUNK = Chunk(variant=3, first=20, stop=22)
PART = "variant-0003-trials-00020-00021.npz"
KEY = Key({"eta": "0.1"}, {"numpy": "2.2"})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "trials").mkdir()
    (tmp_path / "tables").mkdir()
    return RunFolder(tmp_path)


def kept(folder, chunk=CHUNK):
    """The readings of a part, with counts as wide as they are recorded, and its key."""
    readings, key = folder.part(chunk)
    return replace(readings, histograms=readings.histograms.astype(np.int64)), key


def test_a_part_is_read_as_it_was_kept_and_the_same_readings_make_the_same_bytes(folder):
    readings = train(training((3, 4, 2), batch=3, dtype="float32"), range(2))
    folder.keep_checkpoint(CHUNK, {"step": np.array(7)}, KEY)
    assert folder.checkpoint(CHUNK, KEY) == {"step": 7}
    assert (folder.under_way, folder.chunks) == ([CHUNK], [])
    folder.keep_part(CHUNK, readings, KEY)
    assert {path.name for path in (folder.path / "trials").iterdir()} == {PART, f"{PART}.sha256"}
    assert folder.checkpoint(CHUNK, KEY) is None
    assert (folder.under_way, folder.chunks) == ([], [CHUNK])
    assert folder.part(CHUNK)[0].histograms.dtype == np.uint8
    again, key = kept(folder)
    assert key == KEY
    assert unlike(readings, again) == []
    assert again.seconds == readings.seconds
    assert again.columns == readings.columns
    assert again.steps.dtype == np.int64
    folder.keep_part(Chunk(0, 0, 2), readings, KEY)
    one, two = (folder.path / "trials").glob("*.npz")
    assert one.read_bytes() == two.read_bytes()


def test_a_part_holds_plain_arrays_only_and_no_room_for_what_was_not_asked(folder):
    with_neurons, without = (train(training((3, 4, 2), neurons=asked), range(2)) for asked in (True, False))
    folder.keep_part(CHUNK, without, KEY)
    again, _ = kept(folder)
    assert (again.widths, again.neurons) == (None, None)
    assert unlike(again, with_neurons) == ["widths", "neurons"]
    with np.load(folder.path / "trials" / PART, allow_pickle=False) as part:
        assert {part[name].dtype.kind for name in part.files} == {"f", "i", "u", "U"}
        assert part.files == [
            *("key", "steps", "layers", "columns", "figures", "histogram_steps", "histograms"),
            *("diverged", "final", "seconds"),
        ]


def test_a_part_keeps_where_a_trial_lost_its_first_number(folder):
    found = {"origin": np.array(["", "σ′ is NaN"]), "origin_at": np.array([[np.nan, np.nan], [2, -0.5]])}
    readings = replace(train(training((1, 1)), range(2)), **found)
    folder.keep_part(CHUNK, readings, KEY)
    assert unlike(kept(folder)[0], readings) == []


def test_a_missing_part_and_a_damaged_one_are_refused(folder):
    with pytest.raises(StorageError, match=rf"{PART}: cannot be read: No such file or directory"):
        folder.part(CHUNK)
    folder.keep_part(CHUNK, train(training((1, 1)), range(2)), KEY)
    path = folder.path / "trials" / PART
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match=rf"{PART}: is damaged"):
        folder.part(CHUNK)
    folder.keep_part(CHUNK, train(training((1, 1)), range(1)), KEY)
    with pytest.raises(StorageError, match=rf"{PART}: is damaged: it has other trials than its name"):
        folder.part(CHUNK)


def test_a_checkpoint_of_another_key_or_a_damaged_one_is_none(folder):
    folder.keep_checkpoint(CHUNK, {"step": np.array(7)}, KEY)
    assert folder.checkpoint(CHUNK, replace(KEY, trained={"eta": "0.2"})) is None
    path = next((folder.path / "trials").glob("*.checkpoint"))
    path.write_bytes(path.read_bytes()[:-1])
    assert folder.checkpoint(CHUNK, KEY) is None


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
    first["step"] = 0  # what a caller does with it is no other caller's
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


def other_npz():
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, steps=np.arange(3))
    return file.getvalue()


@pytest.mark.parametrize("content", [b"no archive at all", b"", b"PK\x03\x04 torn", other_npz()])
def test_a_sealed_file_that_is_not_a_part_is_refused(folder, content):
    seal(folder.path / "trials" / PART, content)
    with pytest.raises(StorageError, match=rf"{PART}: is not a part of a run"):
        folder.part(CHUNK)


def test_a_table_that_a_library_cannot_write_says_why_though_it_has_no_number_of_the_system(
    folder, monkeypatch
):
    def refuses(*given, **more):
        raise OSError("Error writing bytes to file")  # as pyarrow does

    monkeypatch.setattr(table_files, "csv", refuses)
    with pytest.raises(StorageError, match=r"layers\.csv: cannot be written: Error writing bytes to file"):
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
