"""Sources that were exported, run as a user runs them: written into a file and imported."""

import importlib.util
import itertools
import sys

import pytest

from lab.bridge.exported import Exported

_COUNT = itertools.count()


@pytest.fixture
def load(tmp_path):
    """Import a source as a module of its own."""

    def loaded(source):
        path = tmp_path / f"exported_{next(_COUNT)}.py"
        path.write_text(source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return loaded


@pytest.fixture
def bare(monkeypatch):
    """No header, whose certificate takes longer than all the rest."""
    monkeypatch.setattr(Exported, "header", ["σ"])


@pytest.fixture
def double(one_thread):
    """What torch makes is in double precision."""
    sys.modules["torch"].set_default_dtype(sys.modules["torch"].float64)


@pytest.fixture
def batch(double):
    """Twelve examples of six features, of three classes."""
    torch = sys.modules["torch"]
    torch.manual_seed(0)
    return torch.randn(12, 6), torch.randint(0, 3, (12,))


@pytest.fixture(autouse=True)
def one_thread():
    """For torch, whose threads hinder each other on small tensors; and its usual precision again."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.set_default_dtype(dtype)
