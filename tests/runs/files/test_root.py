from datetime import UTC, datetime

import pytest

from lab.errors import LabError, StorageError
from lab.experiment.variants import load
from lab.runs.files import root as roots
from lab.runs.files.root import create, find, runs
from tests.runs.files.test_folder import finished


def test_a_new_folder_holds_the_experiment_byte_for_byte(plan, small, root):
    with create(plan, root) as folder:
        pass
    assert (folder.path / "experiment.toml").read_bytes() == small.read_bytes()
    assert load(folder.path / "resolved.toml").experiment == plan.experiment
    assert folder.name == "small"
    assert {path.name for path in folder.path.iterdir()} == {
        *("experiment.toml", "resolved.toml", "SHA256SUMS", ".SHA256SUMS.lock", "tables", "plots", "trials")
    }


@pytest.mark.parametrize("end", [KeyboardInterrupt, StorageError])
def test_a_run_that_is_stopped_before_its_run_json_leaves_no_folder(plan, root, end):
    with pytest.raises(end), create(plan, root):
        raise end
    assert list(root.iterdir()) == []
    before = finished(plan, root)
    with pytest.raises(end), create(plan, root):
        raise end
    assert runs(root) == [before]


def test_runs_that_start_in_one_second_are_told_apart_and_found(plan, root, monkeypatch):
    monkeypatch.setattr(roots, "now", lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    started = [finished(plan, root) for _ in range(3)]
    assert [run.id for run in started] == [f"20260102-030405{number}" for number in ("", "-2", "-3")]
    assert runs(root) == started
    assert find("small", root) == started[-1]
    for run in started:
        assert (
            find(str(run.path), root / "none") == find(run.id, root) == find(f"small/{run.id}", root) == run
        )


def test_the_folder_of_all_runs_of_a_name_means_the_newest_as_the_name_does(plan, root, monkeypatch):
    finished(plan, root)
    newest = finished(plan, root)
    home = root / "small"
    for text in (str(home), f"{home}/", "small"):
        assert find(text, root) == newest
    assert find(str(home), root / "none") == newest
    monkeypatch.chdir(home)
    assert str(find(".", root)) == str(newest)
    monkeypatch.chdir(newest.path)
    assert str(find(".", root)) == str(newest)


def test_fault_94_a_folder_of_a_run_killed_before_it_had_any_is_no_run(plan, root):
    with create(plan, root) as folder:
        assert runs(root) == []  # as kill -9 would leave it here
        (folder.path / "trials" / "0-0.npz").write_bytes(b"")
        assert runs(root) == [folder]  # its run.json is lost
        folder.describe({"status": "done"})
    assert runs(root) == [folder]


def test_a_run_whose_folder_was_renamed_is_found_by_its_new_name(plan, root):
    renamed, newest = finished(plan, root), finished(plan, root)
    renamed = type(renamed)(renamed.path.rename(root / "small" / "for-the-paper"))
    assert runs(root) == [renamed, newest]
    assert find("small", root) == newest
    assert find("for-the-paper", root) == renamed


def links_out(root):
    root.mkdir()
    (root.parent / "elsewhere").mkdir()
    (root / "small").symlink_to(root.parent / "elsewhere")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (links_out, "leads out of"),
        (lambda root: root.write_text("not a folder"), "is a file; expected the folder in which"),
        (lambda root: (root / "Small").mkdir(parents=True), "'small' and 'Small' differ only in case"),
    ],
    ids=["fault 73: a link", "fault 74: a file", "fault 75: case"],
)
def test_results_that_cannot_be_kept_are_refused(plan, root, tmp_path, spoil, reason):
    spoil(root)
    with pytest.raises(StorageError, match=reason), create(plan, root):
        pass
    assert list(tmp_path.glob("elsewhere/*")) == []


def test_runs_are_not_looked_for_in_a_file(root):
    """Fault 74: that there are none would be told of the wrong place."""
    root.write_text("not a folder")
    with pytest.raises(StorageError, match="is a file; expected the folder in which"):
        runs(root)


def test_fault_88_a_text_that_means_no_run_or_several_is_told_what_it_may_be(plan, root):
    with pytest.raises(LabError, match=r"there are no runs under .*; start one with: lab run"):
        find("small", root)
    old = finished(plan, root)
    assert find("20", root) == find("small/20", root) == old
    new = finished(plan, root)
    with pytest.raises(LabError, match=rf"may be any of: {old}, {new}"):
        find("20", root)
    for second in range(10, 22):
        later = root / "small" / f"20990101-0000{second}"
        later.mkdir()
        (later / "run.json").touch()
    with pytest.raises(LabError, match=r"any of: small/20990101-000012, .*-000021 and 4 older ones$"):
        find("20", root)
    with pytest.raises(LabError, match="there is no run 'smlal'; did you mean 'small'"):
        find("smlal", root)
