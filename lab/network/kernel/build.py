"""Builds the kernel when the package is installed, if anything here can: a hook of the build tool hatch.

A C compiler of the machine is taken, else the package ``ziglang``, which holds one; where neither can be had
the lab runs on numpy alone. ``LAB_CC = cc | zig | none`` forces one of the three. The library holds the
kernel for float and for double and for each kind of processor of the platform; it needs no Python to link
against, so one wheel serves all versions of Python.
"""

import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
LIBRARY = "kernel.dll" if sys.platform == "win32" else "kernel.so"
FLAGS = ["-std=gnu11", "-O3", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno"]
X86 = {
    "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"],
    "v3": ["-march=x86-64-v3"],
}
VARIANTS = {"x86_64": X86, "amd64": X86, "aarch64": {"neon": []}, "arm64": {"neon": []}}
"""The kinds of processor of a machine, the best first, with what a compiler is told of each."""


class BuildHook(BuildHookInterface):  # type: ignore[type-arg, misc]
    """What hatch calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What has to be installed for the build: a compiler, where there is none and one is wanted."""
        return ["ziglang"] if _wanted() == "zig" else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library beside its sources, and put it into the wheel."""
        compiler = compilers().get(_wanted())
        try:
            if compiler is None:
                raise OSError("no C compiler was found")
            build(compiler, HERE / LIBRARY)
        except (OSError, subprocess.CalledProcessError) as error:
            (HERE / LIBRARY).unlink(missing_ok=True)
            if _wanted() != "none":
                self.app.display_warning(
                    f"The compiled kernel is left out, the lab will run on numpy: {error}"
                )
            return
        build_data["artifacts"].append(f"lab/network/kernel/{LIBRARY}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def compilers() -> dict[str, list[str] | None]:
    """The ways to compile that this machine has: name → command, None where there is none."""
    found = next(
        (name for name in (os.environ.get("CC"), "cc", "gcc", "clang") if name and _runs(name)), None
    )
    return {
        "cc": shlex.split(found) if found else None,
        "zig": [sys.executable, "-m", "ziglang", "cc"],
        "none": None,
    }


def build(compiler: Sequence[str], library: Path, target: Sequence[str] = (), machine: str = "") -> None:
    """Compile the kernel into a library; raises CalledProcessError with the compiler's words.

    ``target`` are more flags of the compiler, and ``machine`` what they compile for, if it is not this one.
    """
    variants = VARIANTS.get((machine or platform.machine()).lower(), {})
    if not variants:
        raise OSError(f"the kernel knows no vectors of {machine or platform.machine()}")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:

        def compiled(size: int, variant: str) -> str:
            out = str(Path(folder) / f"{variant}-{size}.o")
            kind = [f"-DREAL_BYTES={size}", f"-DKIND=f{size}_{variant}"]
            _call(
                [
                    *compiler,
                    *target,
                    *FLAGS,
                    *variants[variant],
                    *kind,
                    "-c",
                    str(HERE / "engine.c"),
                    "-o",
                    out,
                ]
            )
            return out

        objects = list(
            pool.map(compiled, *zip(*((size, name) for size in (4, 8) for name in variants), strict=True))
        )
        made = Path(folder) / library.name
        chosen = ["-DX86"] if "v4" in variants else []
        _call(
            [
                *compiler,
                *target,
                *FLAGS[:4],
                *chosen,
                "-shared",
                str(HERE / "processor.c"),
                *objects,
                "-o",
                str(made),
            ]
        )
        shutil.copyfile(made, library.with_suffix(".new"))
        os.replace(library.with_suffix(".new"), library)  # a process that has it open keeps the old one


def _wanted() -> str:
    """Which way to take: the one that is asked for, else the machine's compiler, else ziglang."""
    return os.environ.get("LAB_CC") or ("cc" if compilers()["cc"] else "zig")


def _runs(name: str) -> bool:
    return shutil.which(shlex.split(name)[0]) is not None


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
