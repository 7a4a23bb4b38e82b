import re

import pytest

import lab
from lab import storage
from lab.results.page import save_report
from lab.results.training import prepare, train


def test_a_run_writes_its_report_with_its_figures_and_several_runs_have_one_page(small, root, tmp_path):
    run = lab.run(small, ["training.epochs=1"], results=root, plots=False)
    page = run.save_report()
    assert page == run.path / "report.html"
    assert "A small one" in page.read_text(encoding="utf-8")
    both = save_report([run, lab.load(run.path)], tmp_path / "both.html").read_text(encoding="utf-8")
    assert f"<h1>2 runs: {run}, {run}</h1>" in both


def test_the_report_of_a_run_under_way_has_what_has_ended_and_reloads_itself(small, root, monkeypatch):
    pages = []
    writing = storage.write

    def kept(path, data):
        if path.name == "report.html":
            pages.append(data)
        writing(path, data)

    monkeypatch.setattr(storage, "write", kept)
    train(prepare(small, ["training.epochs=1"]), results=root, plots=False, live=1e-9)
    assert all('http-equiv="refresh"' in page for page in pages)
    assert "Under way: 0 of 6 trials have ended." in pages[0]
    assert "The variants: medians" not in pages[0]
    assert "Under way" not in pages[-1], "the figures are drawn by now, which takes longer than a training"
    assert "The variants: medians" in pages[-1]


def test_the_report_of_an_interrupted_live_run_says_so_and_reloads_no_more(small, root):
    def interrupt(done):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(prepare(small), results=root, plots=False, live=1e-9, progress=interrupt)
    page = lab.load("small", root).path / "report.html"
    assert "Interrupted: 0 of 6 trials have ended." in page.read_text(encoding="utf-8")
    assert "data-refresh" not in page.read_text(encoding="utf-8")


def test_the_page_of_a_run_that_is_done_tells_that_and_when_it_ended(small, root, few_figures):
    run = lab.run(small, ["training.epochs=1"], results=root)
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert "<dt>status</dt><dd>done</dd>" in page
    started = run.info["started"]
    assert re.search(rf"<dt>started, ended</dt><dd>{re.escape(started)} – \d{{4}}-", page)
