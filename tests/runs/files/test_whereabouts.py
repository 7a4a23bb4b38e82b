import shlex

from lab.experiment.variants import load
from lab.runs.files.root import find
from lab.runs.files.whereabouts import is_usual, results_root, word
from tests.runs.files.test_folder import finished


def test_where_results_go(monkeypatch, tmp_path):
    monkeypatch.delenv("LAB_RESULTS", raising=False)
    assert str(results_root()) == "results"
    monkeypatch.setenv("LAB_RESULTS", str(tmp_path))
    assert results_root() == tmp_path
    assert str(results_root("here")) == "here"


def test_what_names_a_run_in_a_command_finds_it(small, root, tmp_path, monkeypatch):
    """By its name where it is looked for, else by its folder."""
    folder = finished(load(small), root)
    for place in (root, tmp_path / "a place"):
        monkeypatch.setenv("LAB_RESULTS", str(place))
        (named,) = shlex.split(word(folder.path))
        assert (named == str(folder), is_usual(folder.path)) == (place == root, place == root)
        assert find(named, results_root()).path.samefile(folder.path)
    moved = folder.path.rename(tmp_path / "it's moved")
    (named,) = shlex.split(word(moved))
    assert find(named, results_root()).path == moved
