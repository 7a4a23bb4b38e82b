"""The kernel is built again, as an installation does, by whatever compiler is here."""

import ctypes
import sys
from importlib.util import find_spec

import pytest

from lab.network.kernel import build
from lab.network.kernel.build import VARIANTS, compilers


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cc", "zig"])
def test_a_compiler_makes_a_library_that_knows_its_processor(name, tmp_path):
    compiler = compilers()[name]
    if compiler is None or (name == "zig" and not find_spec("ziglang")):
        pytest.skip(f"there is no {name}")
    build.build(compiler, tmp_path / "kernel.so")
    library = ctypes.CDLL(str(tmp_path / "kernel.so"))
    library.variant.restype = ctypes.c_char_p
    assert library.variant().decode() in {"", *(name for kinds in VARIANTS.values() for name in kinds)}


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("ziglang"), reason="only zig builds for other machines")
@pytest.mark.parametrize(
    ("target", "machine"),
    [("aarch64-linux-gnu", "aarch64"), ("aarch64-macos", "arm64"), ("x86_64-windows-gnu", "AMD64")],
)
def test_other_machines(target, machine, tmp_path):
    build.build(compilers()["zig"], tmp_path / "kernel.so", ["-target", target], machine)
    assert (tmp_path / "kernel.so").stat().st_size > 10_000


def test_an_unknown_machine_has_no_kernel(tmp_path):
    with pytest.raises(OSError, match="no vectors of vax"):
        build.build([sys.executable], tmp_path / "kernel.so", machine="vax")


@pytest.mark.parametrize(("asked", "found"), [("none", []), ("zig", ["ziglang"]), ("cc", [])])
def test_only_zig_has_to_be_installed_for_a_build(asked, found, monkeypatch):
    monkeypatch.setenv("LAB_CC", asked)
    assert build.BuildHook.dependencies(None) == found


def test_a_machine_without_a_compiler_asks_for_zig(monkeypatch):
    monkeypatch.delenv("LAB_CC", raising=False)
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", "")
    assert build.BuildHook.dependencies(None) == ["ziglang"]
