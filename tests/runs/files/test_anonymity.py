from pathlib import Path

import pytest

from lab.runs.files.anonymity import anonymous, place, placed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/alice/a.py", "~/a.py"),
        ("File '/home/alice/a.py', line 3", "File '~/a.py', line 3"),
        ("-o data.name=/home/alice", "-o data.name=~"),
        ("/home/alicette/a", "/home/alicette/a"),
        ("/x/home/alice.txt", "/x/home/alice.txt"),
        ("/data/alice/b", "/data/~/b"),
        (r"D:\alice\b", r"D:\~\b"),
        ("alice", "alice"),
        ([{"a": ("/home/alice", 1)}], [{"a": ["~", 1]}]),
        ({"../alice/a.py": "alice"}, {"../~/a.py": "alice"}),
    ],
)
def test_neither_home_nor_user_is_told(text, told, monkeypatch):
    monkeypatch.setenv("HOME", "/home/alice")
    monkeypatch.setenv("LOGNAME", "alice")
    assert anonymous(text) == told


def test_a_folder_is_told_from_another_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/alice")
    run = tmp_path / "results" / "a" / "b"
    assert place(tmp_path / "experiments", run) == "../../../experiments"
    assert place(Path("/home/alice/experiments"), run) == "~/experiments"
    assert place(Path("/nowhere"), run) == "/nowhere"
    for folder in (tmp_path / "experiments", Path("/home/alice/experiments"), Path("/nowhere")):
        assert placed(place(folder, run), run).resolve() == folder
