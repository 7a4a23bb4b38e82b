import os
import re
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import pytest

from lab import own_code, plugins
from lab.errors import ExperimentError, LabError, PartError, Problem
from lab.own_code import module_of, own_sources, place_of, raised_by, tried_apart, with_care


def own_cost(folder: Path, name: str) -> type:
    return plugins.find("costs", name, folder=folder, allow_code=True)


def refused(message: str):
    return pytest.raises(PartError, match=f"^{re.escape(message)}$")


def test_no_code_runs_without_leave(tmp_path):
    (tmp_path / "bad.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    with refused("'bad.py:Mine' runs the code of bad.py; if you trust it, say --allow-code"):
        plugins.find("costs", "bad.py:Mine", folder=tmp_path)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1/0", "ZeroDivisionError: division by zero"),
        ("import no_such_module_at_all", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("class", "SyntaxError: invalid syntax (broken.py, line 1)"),
        ("raise ValueError('a\\nb')", "ValueError: a b"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_a_file_that_fails_to_load(tmp_path, code, reason):
    (tmp_path / "broken.py").write_text(code)
    before = set(sys.modules)
    for _ in range(2):
        with refused(f"'broken.py:Mine': broken.py fails to load: {reason}"):
            own_cost(tmp_path, "broken.py:Mine")
    assert not [name for name in set(sys.modules) - before if "broken" in name]


def test_which_class_of_ones_own_raised_it(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(
            "class Mine:\n    def __init__(self, *given):\n        self.size = len(given[0])\n"
            "class Other(Mine):\n    def fall(self):\n        return {}[self.size]\n"
        )
    module = module_of("two.py:Mine", tmp_path / "two.py", True)
    specs = ["one.py:Mine", "two.py:Mine", "two.py:Other"]
    with pytest.raises(TypeError) as told:
        module.Mine(3)
    assert place_of(told.value) == f"{tmp_path}/two.py:3"
    assert raised_by(told.value, specs, tmp_path) == "two.py:Mine"
    assert raised_by(told.value, [specs[0], specs[2]], tmp_path) == "two.py:Other"  # of that file
    with pytest.raises(KeyError) as told:
        module.Other("ab").fall()
    assert raised_by(told.value, specs, tmp_path) == "two.py:Other"
    nobody = ValueError("not of theirs")
    assert (place_of(nobody), raised_by(nobody, specs, tmp_path)) == ("", "")
    assert raised_by(nobody, specs[:1], tmp_path) == "one.py:Mine"


def test_a_file_comes_with_what_it_imports_from_its_folder(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "mine.py").write_text("import numpy, other\nfrom inner import deep")
    (tmp_path / "other.py").write_text("import mine")
    for name in ("inner/__init__.py", "inner/deep.py", "unused.py"):
        (tmp_path / name).write_text("x = 1")
    expected = {tmp_path / name for name in ("mine.py", "other.py", "inner/__init__.py", "inner/deep.py")}
    assert set(own_sources(tmp_path / "mine.py")) == expected


def process(allow_code=False):
    return os.getpid(), allow_code


ENDED = "the code that --allow-code lets run {}; nothing was done"


@pytest.mark.parametrize(
    ("function", "given", "told"),
    [
        (sys.exit, {}, "code of one's own raised SystemExit: "),
        (divmod, {}, "code of one's own raised TypeError: divmod expected 2 arguments, got 0"),
    ],
    ids=["exits", "raises"],
)
def test_what_code_does_that_is_tried_apart(function, given, told):
    with pytest.raises(LabError) as caught:
        tried_apart(function, **given)
    assert str(caught.value) == told
    assert tried_apart(process)[0] != os.getpid()


def file_of(told, allow_code):
    """Ends the process that may run code; else tells what is wrong with a file that names some."""
    if allow_code:
        os._exit(3)
    raise told


PROBLEMS = [Problem(3, "a", f"runs code; {own_code.LEAVE}"), Problem(5, "b", "is wrong")]


@pytest.mark.parametrize(
    ("told", "more"),
    [(ExperimentError("x.toml", PROBLEMS), "\nx.toml:5: b: is wrong"), (PartError("needs leave"), "")],
    ids=["a file with a mistake", "no file"],
)
def test_where_code_ends_its_process_other_mistakes_are_told_too(told, more):
    with pytest.raises(LabError) as caught:
        tried_apart(file_of, told=told, allow_code=True)
    assert str(caught.value) == ENDED.format("ended its process (3)") + more


def test_code_that_is_tried_apart_has_its_time_unless_somebody_is_patient(monkeypatch):
    monkeypatch.setattr(own_code, "CHECK_SECONDS", 0.1)
    with pytest.raises(LabError, match=re.escape(ENDED.format("took longer than 0.1 s"))):
        tried_apart(slow)
    assert tried_apart(slow, patient=True) == "done"


def slow(allow_code=True):
    time.sleep(0.3)
    return "done"


PROBLEM = ExperimentError("a.toml", [Problem(3, "key", "is wrong")])


def raises(error, allow_code=False):
    raise error


@pytest.mark.parametrize("error", [PROBLEM, PartError("no", "size")], ids=["a file's", "a part's"])
def test_an_error_of_the_lab_is_raised_here_as_it_was_there(error):
    with pytest.raises(type(error)) as caught:
        with_care(raises, allow_code=True, patient=False, error=error)
    assert vars(caught.value) == vars(error)
    assert str(caught.value) == str(error)


@pytest.mark.parametrize(("allow_code", "processes"), [(True, 2), (False, 1)])
def test_only_what_may_run_code_is_first_tried_apart(tmp_path, allow_code, processes):
    seen = tmp_path / "seen"
    found = with_care(noted, allow_code=allow_code, patient=False, path=seen)
    assert found == (os.getpid(), allow_code)
    told = seen.read_text().split()
    assert len(set(told)) == len(told) == processes
    assert told[-1] == str(os.getpid())


def noted(path, allow_code):
    with path.open("a") as file:
        file.write(f"{os.getpid()}\n")
    return process(allow_code)


def test_where_no_process_can_begin_code_runs_at_once():
    """As in a process of a pool: multiprocessing lets it have no children."""
    with get_context("spawn").Pool(1) as pool:
        assert pool.apply(with_care, (process,), {"allow_code": True, "patient": False})[1]
