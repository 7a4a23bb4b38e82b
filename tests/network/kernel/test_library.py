import numpy as np
import pytest

from lab.network.kernel import build
from lab.network.kernel.library import functions, library


def test_the_kernel_is_for_floats_and_doubles():
    assert functions(np.dtype("f2")) is None
    assert functions(np.dtype("c16")) is None
    assert (functions(np.dtype("f4")) is None) == (library() is None)


def test_the_operations_of_both_have_the_same_numbers():
    if library() is not None:
        assert functions(np.dtype("f4")).operations == functions(np.dtype("f8")).operations


def test_a_kernel_of_other_sources_is_left_alone(monkeypatch):
    if library() is None:
        pytest.skip("the kernel was not built here")
    monkeypatch.setattr(build, "sources", lambda: "0123456789abcdef")
    with pytest.warns(UserWarning, match=r"built of other sources, .* build it again: pip install -e \."):
        assert library.__wrapped__() is None


def test_a_kernel_that_this_machine_cannot_load_is_left_alone(monkeypatch, tmp_path):
    foreign = tmp_path / "kernel.so"
    foreign.write_bytes(b"\x7fELF of a machine that is not this one")
    monkeypatch.setattr("lab.network.kernel.library.LIBRARIES", [foreign])
    with pytest.warns(
        UserWarning, match=r"kernel\.so: .* was built for another machine, so the lab runs on numpy"
    ):
        assert library.__wrapped__() is None
