import pytest

import lab
from lab.errors import LabError
from lab.results.training import interrupted, lacks_nothing, prepare, train
from lab.runs import runner
from lab.runs.runner import Terms


def test_the_newest_run_that_was_interrupted_is_resumed(small, root, monkeypatch):
    def stopped(*given):
        raise KeyboardInterrupt
        yield

    with monkeypatch.context() as patch:
        patch.setattr(runner, "trained", stopped)
        with pytest.raises(KeyboardInterrupt):
            lab.run(small, results=root)
    assert str(interrupted(results=root)).startswith("small/")
    steps = []
    run = lab.resume(results=root, plots=False, progress=lambda *sums: steps.append(sums))
    assert (run.info["status"], steps[-1]) == ("done", (36, 36))
    assert not list((run.path / "plots").iterdir())
    with pytest.raises(LabError, match="nothing to resume"):
        lab.resume(results=root)
    assert lab.resume("small", root, plots=False).layers.equals(run.layers)


def test_of_a_run_that_lacks_nothing_nothing_is_made_again(small, root, monkeypatch, few_figures):
    run = lab.run(small, ["training.epochs=1"], results=root, plots=False)
    assert lacks_nothing(run.folder, plots=False)
    assert not lacks_nothing(run.folder)
    run = lab.resume("small", root)
    assert (run.path / "report.html").is_file()
    assert lacks_nothing(run.folder)
    with monkeypatch.context() as patch:
        patch.setattr(runner, "resumed", None)
        assert lab.resume("small", root).layers.equals(run.layers)
    for file in (run.path / "tables" / "ledger.csv", next((run.path / "plots").glob("*.svg"))):
        content = file.read_bytes()
        file.write_bytes(b"")
        assert not lacks_nothing(run.folder)
        lab.resume("small", root)
        assert file.read_bytes() == content
    run.folder.describe({**run.info, "failures": [{"trials": [0]}]})
    assert not lacks_nothing(run.folder)


def test_whoever_asks_for_it_ends_the_run_himself(small, root):
    run = train(prepare(small, ["training.epochs=1"]), terms=Terms(ends=False), results=root, plots=False)
    assert run.info["status"] == "running"
    run.folder.ended("done")
    assert lab.load("small", root).info["status"] == "done"
