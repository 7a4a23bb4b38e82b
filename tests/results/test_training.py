import pytest

import lab
from lab.errors import LabError
from lab.results.training import interrupted, prepare, train
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
    assert str(interrupted(results=root)[1]).startswith("small/")
    steps = []
    run = lab.resume(results=root, plots=False, progress=lambda *sums: steps.append(sums))
    assert (run.info["status"], steps[-1]) == ("done", (36, 36))
    assert not list((run.path / "plots").iterdir())
    with pytest.raises(LabError, match="nothing to resume"):
        lab.resume(results=root)
    assert lab.resume("small", root, plots=False).layers.equals(run.layers)


def test_whoever_asks_for_it_ends_the_run_himself(small, root):
    run = train(prepare(small, ["training.epochs=1"]), terms=Terms(ends=False), results=root, plots=False)
    assert run.info["status"] == "running"
    run.folder.ended("done")
    assert lab.load("small", root).info["status"] == "done"
