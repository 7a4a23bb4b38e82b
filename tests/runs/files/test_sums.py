import subprocess
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from lab.errors import StorageError
from lab.runs.files import sums as room
from lab.runs.files.sums import LOCK, SUMS, changed, keep_sums, require_whole, sums
from lab.storage import locked


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
    before = (folder / SUMS).stat().st_ino
    (folder / LOCK).unlink()
    keep_sums(folder, [elsewhere])
    assert len(sums(folder)) == 3
    assert not (folder / LOCK).exists()
    assert (folder / SUMS).stat().st_ino == before  # not written: the folder may be somebody else's


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


def test_sums_that_are_written_at_once_are_all_kept(folder, monkeypatch):
    """Each takes its time between what it reads and what it writes, as it does with a large file."""
    names = [f"plots/{number}.svg" for number in range(6)]
    for name in names:
        (folder / name).write_text(name)

    def slow(path):
        sleep(0.02)
        return digest_of(path)

    digest_of = room.digest_of
    monkeypatch.setattr(room, "digest_of", slow)
    with ThreadPoolExecutor(len(names)) as several:
        list(several.map(lambda name: keep_sums(folder, [folder / name]), names))
    assert set(names) < set(sums(folder))
    assert not any(changed(folder, name) for name in sums(folder))


def test_who_waits_too_long_for_the_sums_is_told(folder, monkeypatch):
    monkeypatch.setattr(room, "PATIENCE", 0.05)
    held = pytest.raises(StorageError, match=r"\.SHA256SUMS\.lock: another process held it for 0\.05 s")
    with locked(folder / LOCK, 0), held:
        keep_sums(folder, [folder / "a.toml"])
