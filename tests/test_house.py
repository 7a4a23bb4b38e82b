"""The rules of the house, read off the source: nothing runs text as code, and rooms look one way."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import lab
from tests.conftest import SMALL, pytest_cmdline_main

ROOT = Path(lab.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

ROOMS = [
    {"errors", "spelling", "storage", "processes", "numerics", "markup"},
    {"parts"},
    {"own_code"},
    {"plugins"},
    {"activations"},
    {"prover"},
    {"theory"},
    {"network"},
    {"data"},
    {"experiment"},
    {"training"},
    {"runs"},
    {"analysis"},
    {"figures", "report"},
    {"bridge"},
    {"testing"},
    {"results"},
    {"api"},
    {"sklearn"},
    {"console"},
    {"commands"},
    {"cli", "__init__", "__main__"},
]
"""The rooms in the order of their dependence: each imports only from its own set and those before."""

RANK = {room: at for at, rooms in enumerate(ROOMS) for room in rooms}

FORBIDDEN_MODULES = {
    *("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "yaml", "code"),
}
FORBIDDEN_CALLS = {
    *("eval", "exec", "builtins.eval", "builtins.exec", "os.system", "os.popen", "yaml.load"),
    "np.load_pickle",
}
FORBIDDEN_FLAGS = {"shell", "allow_pickle"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def offences(source: str) -> Iterator[str]:
    """What in this source runs text or bytes as code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in FORBIDDEN_CALLS or name.rpartition(".")[2] in {"read_pickle", "to_pickle"}:
                yield f"line {node.lineno}: {name}"
            modes = [word.value for word in node.keywords if word.arg == "mode"] + node.args[2:3]
            if name in {"compile", "builtins.compile"} and "'eval'" not in map(ast.unparse, modes):
                yield f"line {node.lineno}: compile"
            for word in node.keywords:
                if word.arg in FORBIDDEN_FLAGS and ast.unparse(word.value) != "False":
                    yield f"line {node.lineno}: {word.arg}={ast.unparse(word.value)}"
        for module in imported(node):
            if module.partition(".")[0] in FORBIDDEN_MODULES:
                yield f"line {node.lineno}: import {module}"
        if isinstance(node, ast.Name) and node.id in {"eval", "exec", "__import__"}:
            yield f"line {node.lineno}: {node.id}"


def imported(node: ast.AST) -> list[str]:
    """The modules that a statement imports; ``from a import b`` counts as a and as a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def rooms_imported(path: Path) -> set[str]:
    """The rooms of the lab that a file imports, wherever in it."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        known_by_name_alone = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if known_by_name_alone and room_of(path) == "parts":
            node.body = [ast.Pass()]
    modules = [name for node in ast.walk(tree) for name in imported(node)]
    return {name.split(".")[1] for name in modules if name.startswith("lab.")} & RANK.keys()


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_nothing_runs_text_as_code():
    found = {named(path): list(offences(path.read_text())) for path in FILES}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "exec('1')",
        "run = eval",
        "compile('1', '', 'exec')",
        "compile('1', '', mode='single')",
        "import pickle",
        "from pickle import loads",
        "import marshal",
        "import yaml",
        "os.system('true')",
        "subprocess.run('true', shell=True)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=trusted)",
        "pd.read_pickle(path)",
        "frame.to_pickle(path)",
        "__import__('os')",
    ],
)
def test_what_runs_text_as_code_would_be_found(source):
    assert len(list(offences(source))) >= 1


def test_a_file_is_in_a_room_and_imports_only_from_rooms_before_it():
    for path in FILES:
        below = {room for room in rooms_imported(path) if RANK[room] > RANK[room_of(path)]}
        assert below == set(), named(path)


def test_figures_and_reports_know_tables_only():
    for path in (*ROOT.glob("figures/**/*.py"), *ROOT.glob("report/**/*.py")):
        assert rooms_imported(path) & {"network", "experiment"} == set(), named(path)


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("lab", {"numpy", "scipy", "pandas", "matplotlib", "pydantic"}),
        ("lab.activations", {"pandas", "matplotlib", "pydantic", "flint"}),
        ("lab.network.backprop", {"pandas", "matplotlib", "pydantic", "flint"}),
        ("lab.figures", {"flint"}),
    ],
)
def test_what_importing_a_room_loads(module, unwanted):
    script = f"import sys, {module}; print(*sorted({unwanted!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(("worker", "processes"), [(False, "logical"), (True, None)])
def test_the_whole_suite_takes_all_cores_and_a_worker_of_it_none(worker, processes, monkeypatch):
    """A worker reads the same configuration as the process that started it."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    if worker:
        monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    config = SimpleNamespace(
        args_source=pytest.Config.ArgsSource.TESTPATHS,
        getoption=lambda name, default: None,
        option=SimpleNamespace(numprocesses=None, dist="no"),
    )
    pytest_cmdline_main(config)
    assert config.option.numprocesses == processes


HEAVY = {
    *("numpy", "numpy.ma", "scipy", "scipy.special", "scipy.optimize", "scipy.stats", "pandas"),
    *("matplotlib", "pydantic", "flint", "rich", "jinja2"),
}
"""What takes long to load."""

FILE = {"numpy", "numpy.ma", "pydantic", "flint", "rich"}
"""What it takes to read an experiment file with a claim, and to tell of it."""

TABLES = {"numpy", "numpy.ma", "pandas", "rich"}
STATISTICS = {"scipy", "scipy.special", "scipy.optimize", "scipy.stats"}

NEEDED = (
    {
        "--help": set(),
        "run --help": set(),
        "--version": set(),
        "new": {"rich"},
        "list": {"rich"},
        "list --json": {"rich"},
        "data list": {"numpy", "rich"},
        "formulas": {"numpy", "rich"},
        "certify tanh": {"numpy", "numpy.ma", "flint", "rich"},
        "check small.toml": FILE,
        "run small.toml --dry-run": FILE,
        "predict tanh": FILE | TABLES,
        "predict small.toml": FILE | TABLES,
    },
    {"schema": {"numpy", "pydantic", "flint"}},
    {"show small": TABLES, "compare small": TABLES | STATISTICS},
    {
        "plot small training": {"matplotlib"} | TABLES - {"rich"},
        "plot small learning_speed": {"matplotlib", *STATISTICS} - {"scipy.stats"} | TABLES - {"rich"},
    },
)
"""What of it each command may load. Those of one process are in the order of what they may."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small experiment and a run of it."""
    place = tmp_path_factory.mktemp("commands")
    (place / "small.toml").write_text(SMALL, encoding="utf-8")
    lab.run(place / "small.toml", results=place / "results", plots=False)
    return place


SAID = f"""\
import sys
from lab.cli import main
for words in sys.argv[1:]:
    sys.argv = ["lab", *words.split()]
    try:
        main()
    except SystemExit as ended:
        print("ended", ended.code, flush=True)
    print(*({HEAVY!r} & sys.modules.keys()), "next", sep="\\n", file=sys.stderr, flush=True)
"""


@pytest.mark.parametrize("needed", NEEDED, ids=lambda needed: next(iter(needed)))
def test_a_command_loads_only_what_it_needs(needed, folder):
    here = {**os.environ, "PYTHONPATH": str(ROOT.parent), "LAB_RESULTS": "results"}
    asked = [sys.executable, "-c", SAID, *needed]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=folder, env=here)
    printed = done.stdout.split("ended 0\n")
    assert len(printed) == len(needed) + 1
    assert all(printed[:-1])
    loaded = [HEAVY & {*said.splitlines()} for said in done.stderr.split("next\n")[:-1]]
    for words, found in zip(needed, loaded, strict=True):
        assert found <= needed[words], words


def test_the_account_of_formulas_names_each_of_its_files():
    from lab.activations import formula

    files = {path.stem for path in (ROOT / "activations" / "formula").glob("*.py")} - {"__init__"}
    assert files == set(re.findall(r"`(\w+)`", formula.__doc__))
