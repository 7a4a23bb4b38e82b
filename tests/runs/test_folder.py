import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from lab.errors import LabError, StorageError
from lab.experiment.variants import load
from lab.runs import folder as results
from lab.runs.folder import RunFolder, create, find, results_root, runs
from lab.runs.table_files import csv


@pytest.fixture
def plan(small):
    return load(small)


def finished(plan, root, **info):
    folder = create(plan, root)
    folder.describe({"status": "done", "title": "", **info})
    return folder


def test_a_new_folder_holds_the_experiment_byte_for_byte(plan, small, root):
    folder = create(plan, root)

    assert (folder.path / "experiment.toml").read_bytes() == small.read_bytes()
    assert load(folder.path / "resolved.toml").experiment == plan.experiment
    assert folder.name == "small"
    assert {path.name for path in folder.path.iterdir()} == {
        *("experiment.toml", "resolved.toml", "tables", "plots", "trials")
    }


def test_runs_that_start_in_one_second_have_their_own_folders_and_sort_by_time(plan, root):
    ids = [finished(plan, root).id for _ in range(3)]

    assert len(set(ids)) == 3
    assert [run.id for run in runs(root)] == sorted(ids)


def test_fault_73_a_link_that_leads_out_of_the_results_is_refused(plan, root, tmp_path):
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (root / "small").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(StorageError, match="leads out of"):
        create(plan, root)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_fault_74_results_that_are_a_file_are_refused(plan, root):
    root.write_text("not a folder")

    with pytest.raises(StorageError, match="results cannot be kept here: File exists"):
        create(plan, root)


def test_fault_75_names_that_differ_by_case_alone_are_refused(plan, root):
    (root / "Small").mkdir(parents=True)

    with pytest.raises(StorageError, match="'small' and 'Small' differ by case alone"):
        create(plan, root)


def test_a_run_is_found_by_name_id_beginning_or_path(plan, root):
    old, new = finished(plan, root), finished(plan, root)

    assert find("small", root) == new
    assert find(old.id, root) == old if not new.id.startswith(old.id) else True
    assert find(str(old.path), root) == RunFolder(old.path)
    assert find(f"small/{new.id}", root) == new


def test_a_run_id_that_is_whole_is_that_run_though_others_begin_so(plan, root, monkeypatch):
    monkeypatch.setattr(results, "now", lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    first, second = finished(plan, root), finished(plan, root)
    assert second.id == f"{first.id}-2"
    for text in (first.id, f"small/{first.id}"):
        assert find(text, root).path == first.path
    assert find(second.id, root).path == second.path


def test_fault_88_an_ambiguous_beginning_lists_what_it_may_be(plan, root):
    old, new = finished(plan, root), finished(plan, root)

    with pytest.raises(LabError, match=rf"may be any of: small/{old.id}, small/{new.id}"):
        find("20", root)


def test_an_unknown_run_gets_the_nearest(plan, root):
    finished(plan, root)

    with pytest.raises(LabError, match="there is no run 'smlal'; did you mean 'small'"):
        find("smlal", root)


def test_no_runs_at_all_says_how_to_start_one(root):
    with pytest.raises(LabError, match=r"there are no runs under .*; start one with: lab run"):
        find("small", root)


def test_tables_come_back_as_they_were(plan, root):
    folder = finished(plan, root)
    table = pd.DataFrame({"variant": ["a, b", "NaN"], "x": [1e-300, float("nan")], "n": [1, 2]})
    folder.keep_tables({"layers": table})

    pd.testing.assert_frame_equal(folder.table("layers"), table, check_dtype=False)
    assert (folder.path / "tables" / "layers.csv").read_bytes() == csv(table)


def test_a_table_that_is_not_there_is_told(plan, root):
    folder = finished(plan, root)

    with pytest.raises(StorageError, match="has no table 'layers': the run has not ended"):
        folder.table("layers")
    with pytest.raises(LabError, match="no table 'layer'; did you mean 'layers'"):
        folder.table("layer")


def test_a_damaged_description_is_told(plan, root):
    folder = finished(plan, root)
    (folder.path / "run.json").write_text('{"status": ')

    with pytest.raises(StorageError, match=r"run\.json is damaged"):
        _ = folder.info


def test_a_run_is_locked_while_it_is_written(plan, root):
    folder = finished(plan, root)
    with folder.lock(), pytest.raises(StorageError, match="another process is writing"):
        RunFolder(folder.path).lock()
    with folder.lock():
        pass


def test_run_json_says_its_schema(plan, root):
    folder = finished(plan, root, title="ε")

    assert json.loads((folder.path / "run.json").read_text(encoding="utf-8"))["schema"] == results.RUN_VERSION
    assert folder.info["title"] == "ε"


def test_a_run_of_a_newer_lab_is_refused_and_one_of_an_older_is_brought_up(plan, root, monkeypatch):
    folder = finished(plan, root, title="old")
    monkeypatch.setattr(results, "RUN_VERSION", 2)
    monkeypatch.setattr(results, "MIGRATIONS", {1: lambda info: {**info, "title": info["title"].upper()}})
    assert (folder.info["schema"], folder.info["title"]) == (2, "OLD")
    folder.describe({"title": "new"})
    monkeypatch.setattr(results, "RUN_VERSION", 1)
    with pytest.raises(StorageError, match=r": needs a newer lab: this one reads runs of schema 1, got 2$"):
        _ = folder.info


def test_where_results_go(monkeypatch, tmp_path):
    monkeypatch.delenv("LAB_RESULTS", raising=False)
    assert str(results_root()) == "results"
    monkeypatch.setenv("LAB_RESULTS", str(tmp_path))
    assert results_root() == tmp_path
    assert str(results_root("here")) == "here"
