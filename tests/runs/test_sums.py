import subprocess

import pytest

from lab.errors import StorageError
from lab.runs.sums import SUMS, changed, keep_sums, require_whole, sums


@pytest.fixture
def folder(tmp_path):
    """A folder with files and their sums."""
    home = tmp_path / "run"
    (home / "plots").mkdir(parents=True)
    files = [home / name for name in ("a.toml", "plots/one.svg", "plots/two.svg")]
    for path in files:
        path.write_text(path.name)
    keep_sums(home, files)
    return home


def test_sums_are_those_that_sha256sum_reads(folder):
    said = subprocess.check_output(["sha256sum", "--check", SUMS], cwd=folder, text=True)
    assert said.splitlines() == ["a.toml: OK", "plots/one.svg: OK", "plots/two.svg: OK"]


def test_a_file_that_is_written_again_has_a_new_sum_and_the_others_keep_theirs(folder):
    before = dict(sums(folder))
    (folder / "a.toml").write_text("b")
    assert changed(folder, "a.toml").endswith("a.toml: is damaged: its content is not what was written")
    keep_sums(folder, [folder / "a.toml"])
    assert changed(folder, "a.toml") == ""
    assert {name for name in before if sums(folder)[name] != before[name]} == {"a.toml"}


def test_what_is_lost_is_forgotten_only_where_that_is_asked(folder):
    (folder / "plots" / "one.svg").unlink()
    (folder / "a.toml").unlink()
    keep_sums(folder, [folder / "plots" / "two.svg"])
    assert changed(folder, "plots/one.svg").endswith("one.svg: is not there")
    keep_sums(folder, [], forget="plots/")
    assert list(sums(folder)) == ["a.toml", "plots/two.svg"]


def test_a_file_of_another_folder_has_no_sum(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere.svg"
    elsewhere.write_text("x")
    before = (folder / SUMS).stat()
    keep_sums(folder, [elsewhere])
    assert len(sums(folder)) == 3
    assert (folder / SUMS).stat() == before  # not written: the folder may be somebody else's


def test_nothing_is_read_that_leads_out_of_the_folder(folder, tmp_path):
    (folder / "plots" / "one.svg").unlink()
    (folder / "plots" / "one.svg").symlink_to("/dev/zero")
    (folder / "round").symlink_to(folder / "round")
    with (folder / SUMS).open("a") as file:
        file.writelines(f"{'0' * 64}  {name}\n" for name in ("../../etc/passwd", "/dev/zero", "round"))
    for name in ("plots/one.svg", "../../etc/passwd", "/dev/zero"):
        assert "leads out of" in changed(folder, name)
    assert changed(folder, "round")


def test_a_file_without_a_sum_is_taken_as_it_is(folder):
    (folder / "b.csv").write_text("b")
    require_whole(folder / "b.csv")
    (folder / "a.toml").write_text("b")
    with pytest.raises(StorageError, match=r"a\.toml: is damaged"):
        require_whole(folder / "a.toml")
