"""``python -m tests.benchmarks``, with made-up measurements."""

from types import SimpleNamespace

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.writing import MEASURED, READMES, written

README = "<!-- measured: origin -->\n<!-- end -->\n<!-- measured: step -->\nstale\n<!-- end -->\n"


@pytest.fixture
def readme(monkeypatch, tmp_path):
    """A README of markers, and benchmarks that measure nothing."""
    path = tmp_path / "README.md"
    path.write_text(README)
    made_up = SimpleNamespace(TITLE="a step", rows=lambda: iter([("network", "µs"), ("small", "25")]))
    monkeypatch.setattr(benchmarks, "BENCHMARKS", {"step": made_up})
    monkeypatch.setattr(benchmarks, "READMES", [path])
    monkeypatch.setattr(benchmarks, "on_one_core", lambda: None)
    monkeypatch.setattr(benchmarks, "origin", lambda: "Commit c0ffee.")
    return path


def commits(monkeypatch, *known):
    """What is checked out before and after."""
    turns = iter(known)
    monkeypatch.setattr(benchmarks, "commit", lambda folder: next(turns))


def test_all_is_written_from_one_run(readme, monkeypatch):
    commits(monkeypatch, "c0ffee", "c0ffee")
    benchmarks.main(["--write"])
    table = "| network | µs |\n| --- | --- |\n| small | 25 |"
    assert readme.read_text() == written(README, {"origin": "Commit c0ffee.", "step": table})


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (["c0ffee+"], "commit what has changed first"),
        ([None], "commit what has changed first"),
        (["c0ffee", "decade"], "the files changed meanwhile; nothing was written"),
        (["c0ffee", "c0ffee+"], "the files changed meanwhile; nothing was written"),
    ],
)
def test_what_is_not_of_one_commit_is_not_written(readme, monkeypatch, known, said):
    commits(monkeypatch, *known)
    with pytest.raises(SystemExit, match=said):
        benchmarks.main(["--write"])
    assert readme.read_text() == README


def test_some_are_measured_by_name_and_not_written(readme, capsys):
    benchmarks.main(["step"])
    assert capsys.readouterr().out.splitlines()[:3] == ["Commit c0ffee.", "", "a step"]
    for words in (["--write", "step"], ["setp"]):
        with pytest.raises(SystemExit, match="expected --write alone, or some of step; got"):
            benchmarks.main(words)
    assert readme.read_text() == README


def test_the_readmes_have_markers_of_benchmarks_only():
    names = [name for path in READMES for name, _ in MEASURED.findall(path.read_text("utf-8"))]
    assert names.count("origin") == 1
    assert set(names) <= {"origin", *benchmarks.BENCHMARKS}
