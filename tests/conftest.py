"""A small experiment that runs in a moment, and results that go to a folder of their own."""

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Generator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings

from lab import cli, plugins

# The same examples on every machine, so that a test fails for all or for none; new ones are looked for
# by `pytest --hypothesis-profile=search`.
settings.register_profile("search", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Files of tests have no doctests; looked for in one that cannot be imported, they would hide why."""
    return [found for found in (yield) if not isinstance(found, DoctestModule)]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole suite takes all cores; a file that is named, which is quicker without, takes one."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    worker = "PYTEST_XDIST_WORKER" in os.environ  # which must not start workers of its own
    if whole and not worker and config.getoption("numprocesses", 0) is None:
        config.option.numprocesses, config.option.dist = "logical", "worksteal"


def pytest_collection_finish() -> None:
    """What was collected stays to the end, so no garbage is looked for in it again and again."""
    gc.collect()
    gc.freeze()


SMALL = """\
title = "A small one"

[data]
name = "digits"
train = 60
test = 20

[network]
hidden = [6, 5]

[training]
batch = 20
epochs = 2

[trials]
seeds = 3

[vary]
"network.activation" = ["sigmoid", "soft"]

[activations.soft]
value = "tanh(z) + floor*z"
floor = 0.1
at_least = 0.1
"""


@pytest.fixture(scope="session", autouse=True)
def no_machine():
    """Pages are as wide as they like, whatever the terminal that the tests are started from.

    No file of a test has to outlast a power cut; `test_storage` holds that those of users do.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


PREDICTED: dict[tuple[object, ...], list] = {}


@pytest.fixture
def predicted_once(monkeypatch):
    """What is predicted of parts of the lab's own is kept for all tests."""
    from lab.runs.forecast import prediction  # which loads scipy

    real, identity = prediction.layers, prediction.decided_by

    def layers(training):
        network, fixed = training.network, training.recording.fixed_examples
        parts = (*network.sigmas, network.cost, training.initialiser)
        if not all(type(part).__module__.startswith("lab.") for part in parts):
            return real(training)
        examples = [one for data in (training.train, fixed) if data for one in (data.x, data.y)]
        told = (told for told in identity(training, "").items() if told[0] not in prediction.UNPREDICTED)
        asked = (*told, *(one.tobytes() for one in examples))
        if asked not in PREDICTED:
            PREDICTED[asked] = real(training)
        return PREDICTED[asked]

    monkeypatch.setattr(prediction, "layers", layers)


@pytest.fixture
def small(tmp_path: Path, predicted_once) -> Path:
    """The file of a small experiment."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def few_figures(monkeypatch):
    """Two figures of all, where it does not matter how each is drawn."""
    from lab import figures  # which loads matplotlib

    few = {name: figures.TABLE[name] for name in ("learning_speed", "training")}
    monkeypatch.setattr(figures, "TABLE", few)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where results go."""
    return tmp_path / "results"


SMALLEST = """\
[data]
name = "digits"
[network]
hidden = [3]
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write an experiment file: the text, or the bytes, under a name."""

    def write(text: str | bytes = SMALLEST, name: str = "trial.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture
def lab(monkeypatch, capsys, tmp_path):
    """Call the command line in a folder of its own; returns its exit code, and what it printed and noted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LAB_RESULTS", str(tmp_path / "results"))
    monkeypatch.setenv("LAB_DATA_DIR", str(tmp_path / "data"))

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["lab", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


MINE = """\
from dataclasses import dataclass
import numpy as np
from lab import Activation

@dataclass(frozen=True)
class Mine(Activation):
    def __call__(self, z):
        return np.sin(z)
    def derivative(self, z):
        return np.cos(z)
"""


@pytest.fixture
def mine(tmp_path: Path) -> Callable[..., None]:
    """Write the activation mine.py:Mine beside the small experiment, with new text in place of old."""
    return lambda old="", new="": (tmp_path / "mine.py").write_text(MINE.replace(old, new))


@pytest.fixture
def alone(monkeypatch):
    """This process may begin no other, so that code of one's own runs in it, where that is no matter."""
    monkeypatch.setattr(multiprocessing.current_process(), "_config", {"daemon": True})


@pytest.fixture
def installed(monkeypatch):
    """Pretend that a package has installed these entry points: name → value."""

    def install(kind: str, **named: str) -> None:
        points = [EntryPoint(name.replace("_", "-"), value, f"lab.{kind}") for name, value in named.items()]
        monkeypatch.setattr(plugins, "entry_points", lambda group: EntryPoints(points).select(group=group))

    plugins.installed.cache_clear()
    yield install
    plugins.installed.cache_clear()
