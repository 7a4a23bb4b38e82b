from os import getpid

import pytest

import lab
from lab.errors import ClaimError, ExperimentError, LabError, StorageError
from lab.results.run import Run
from lab.results.training import interrupted, lacks_nothing, prepare, train
from lab.runs import runner
from lab.runs.files.folder import RunFolder
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


OWN = """\
from dataclasses import dataclass
import numpy as np
import lab

@dataclass(frozen=True)
class Wrong(lab.Activation):
    def __call__(self, z):
        return np.sin(z)
    def derivative(self, z):
        return 1.1 * np.cos(z)

@dataclass(frozen=True)
class Unmade(lab.Activation):
    def __post_init__(self):
        raise RuntimeError("not today")
    def __call__(self, z):
        return z
    def derivative(self, z):
        return z

@dataclass(frozen=True)
class Lost(lab.DataSource):
    def load(self, train, test, seed, folder):
        raise KeyError("lost")
"""

FAULTY = """\
title = 3
[data]
name = "nowhere.csv"
[network]
hidden = [4, 4, 4]
activation = ["own.py:Wrong", "own.py:Unmade", "bell"]
[training]
etta = 1
[activations.bell]
value = "tanh(z)"
at_least = 0.1
"""


def refused(written, path, text, **given):
    """What is raised of a file beside `OWN`, and its problems: line → what is said of it."""
    (path / "own.py").write_text(OWN, encoding="utf-8")
    with pytest.raises(LabError) as caught:
        prepare(written(text), allow_code=True, **given)
    lines = (line.split(":", 2) for line in str(caught.value).splitlines())
    return caught.type, [(int(at), said) for _, at, said in lines]


def test_one_list_tells_what_is_wrong_with_the_file_its_classes_its_claims_and_its_data(written, tmp_path):
    kind, told = refused(written, tmp_path, FAULTY)
    assert kind is ExperimentError
    expected = {
        1: ["title: expected text"],
        3: ["data.name: there is no file"],
        6: ["[0]: own.py: Wrong(): derivative: ", "[1]: 'own.py:Unmade': RuntimeError: not today"],
        8: ["training.etta: unknown key; did you mean 'eta'?"],
        11: ["activations.bell.at_least: the claim 0.1 is REFUTED"],
    }
    assert sorted({line for line, _ in told}) == list(expected)
    assert len(told) == 6
    for line, words in expected.items():
        assert all(any(word in said for at, said in told if at == line) for word in words)


def test_of_data_that_cannot_be_read_a_class_is_told_beside_the_others(written, tmp_path):
    kind, told = refused(written, tmp_path, FAULTY.replace("nowhere.csv", "own.py:Lost"))
    assert kind is ExperimentError
    assert any("'own.py:Lost' fails to load: KeyError: 'lost'" in said for line, said in told if line == 3)


def test_of_data_whose_table_has_a_mistake_no_more_is_told(written, tmp_path):
    _, told = refused(written, tmp_path, FAULTY.replace("[network]", "trian = 3\n[network]"))
    assert [said for line, said in told if line in (3, 4)] == [told[1][1]]
    assert "trian" in told[1][1]


def test_of_data_whose_counts_alone_are_wrong_the_columns_are_told_too(written, tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n", encoding="utf-8")
    wrong = 'name = "a.csv"\ntest = -1\ntarget = "z"\nignore = ["u"]'
    _, told = refused(written, tmp_path, FAULTY.replace('name = "nowhere.csv"', wrong))
    assert [(line, said.split(":")[0].strip()) for line, said in told if line in range(3, 7)] == [
        (4, "data.test"),
        (5, "data.target"),
        (6, "data.ignore"),
    ]


def test_faults_of_classes_and_claims_alone_are_no_mistakes_of_the_file(written, tmp_path):
    mended = FAULTY.replace("title = 3", "").replace("etta", "eta").replace("nowhere.csv", "digits")
    kind, told = refused(written, tmp_path, mended.replace("Unmade", "Wrong"))
    assert kind is ClaimError
    assert [line for line, _ in told] == [6, 6, 11]
    assert [line for line, _ in refused(written, tmp_path, mended, unchecked=True)[1]] == [6, 11]


def test_an_optimiser_of_ones_own_that_writes_no_step_is_refused_before_it_trains(written, tmp_path):
    code = """
from dataclasses import dataclass
import lab
@dataclass(frozen=True)
class Own(lab.Optimiser):
    def step(self, state, gradient, eta, number, out):
        return -eta * gradient
"""
    (tmp_path / "own.py").write_text(code, encoding="utf-8")
    path = written('[data]\nname = "moons"\n[network]\nhidden = [3]\n[training]\noptimiser = "own.py:Own"\n')
    with pytest.raises(ClaimError, match=r":6: training\.optimiser: own\.py: Own\(\): step 1 writes no Δθ"):
        prepare(path, allow_code=True)


@pytest.mark.parametrize(
    ("value", "gradient", "said"),
    [
        ("((a - y) ** 2).sum(-2)", "out[...] = a - y", r"Own\(\): the error δ is 0\.\d+, -?\d"),
        ("((a - y) ** 2).sum(-2)", "return 2 * (a - y)", r"the error δ is nan, "),
        ("((a - y) ** 2).mean()", "out[...] = 2 * (a - y)", r"C_x is of the shape \(\), \(2, 5\) is due"),
        ("((a - y) ** 2).sum(-2)", "out[...] = a - x", r"NameError: .*own\.py:10"),
    ],
)
def test_a_wrong_cost_of_ones_own_is_refused_before_it_trains(written, tmp_path, value, gradient, said):
    """It had trained with a wrong gradient, or ended in a traceback."""
    code = f"""
from dataclasses import dataclass
import lab
@dataclass(frozen=True)
class Own(lab.Cost):
    def value(self, z, a, y, sigma):
        return {value}

    def gradient(self, a, y, out):
        {gradient}
"""
    (tmp_path / "own.py").write_text(code, encoding="utf-8")
    path = written('[data]\nname = "moons"\n[network]\nhidden = [3]\ncost = "own.py:Own"\n')
    with pytest.raises(ClaimError, match=rf":5: network\.cost: own\.py: .*{said}"):
        prepare(path, allow_code=True)
    (note,) = (one for one in prepare(path, allow_code=True, unchecked=True).notes if "unchecked" in one)
    assert "own.py: " in note


def test_no_other_writes_into_a_run_until_it_is_done_also_while_it_is_drawn(small, root, monkeypatch):
    def another(run, **given):
        assert RunFolder(run.path).status == "running"
        with pytest.raises(
            StorageError, match=f"another process is writing into this run: process {getpid()} on"
        ):
            lab.resume("small", root)
        return []

    monkeypatch.setattr(Run, "save_plots", another)
    run = lab.run(small, ["training.epochs=1"], results=root)
    assert run.info["status"] == "done"
    with RunFolder(run.path).lock():
        pass
