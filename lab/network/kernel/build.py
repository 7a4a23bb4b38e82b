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
from hashlib import sha256
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # outside of a build, where nothing asks for the hook
    BuildHookInterface = object

HERE = Path(__file__).parent
LIBRARY = "kernel.dll" if sys.platform == "win32" else "kernel.so"
FLAGS = ["-std=gnu11", "-O3", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno", "-g0"]
FOR_512_BITS = ["-mprefer-vector-width=512"]
X86 = {"v4": ("x86-64-v4", FOR_512_BITS), "v3": ("x86-64-v3", [])}
NEON: dict[str, tuple[str, list[str]]] = {"neon": ("", [])}
VARIANTS = {"x86_64": X86, "amd64": X86, "aarch64": NEON, "arm64": NEON}
"""The kinds of processor of a machine, the best first: the name that compilers know it by, and more flags."""


class BuildHook(BuildHookInterface):
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
    """Compile the kernel into a library; raises OSError where it cannot, CalledProcessError with the why.

    ``target`` are more flags of the compiler, and ``machine`` what they compile for, if it is not this one.
    """
    machine = (machine or platform.machine()).lower()
    if machine not in VARIANTS:
        raise OSError(f"the kernel knows no vectors of {machine}")
    command = [*compiler, *target, *FLAGS]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:

        def compiled(kind: tuple[int, str]) -> str:
            size, variant = kind
            processor, more = VARIANTS[machine][variant]
            out = str(Path(folder) / f"{variant}-{size}.o")
            told = [
                *_for_processor(compiler, processor),
                *more,
                f"-DREAL_BYTES={size}",
                f"-DKIND=f{size}_{variant}",
            ]
            _call([*command, *told, "-c", str(HERE / "engine.c"), "-o", out])
            return out

        objects = list(
            pool.map(compiled, [(size, variant) for size in (4, 8) for variant in VARIANTS[machine]])
        )
        made = Path(folder) / library.name
        chooser = [*(["-DX86"] if VARIANTS[machine] is X86 else []), f"-DSOURCES={sources()}"]
        chooser.append(str(HERE / "processor.c"))
        _call([*command, *chooser, *objects, "-shared", "-o", str(made)])
        beside = library.with_suffix(".new")
        shutil.copyfile(made, beside)
        os.replace(beside, library)  # a process that has it open keeps the old one


def sources() -> str:
    """What tells the sources of the kernel from others: the beginning of their sha256."""
    digest = sha256()
    for path in sorted([*HERE.glob("*.c"), *HERE.glob("*.h")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _for_processor(compiler: Sequence[str], processor: str) -> list[str]:
    if not processor:
        return []
    return [f"-mcpu={processor.replace('-', '_')}"] if "ziglang" in compiler else [f"-march={processor}"]


def _wanted() -> str:
    """Which way to take: the one that is asked for, else the machine's compiler, else ziglang."""
    return os.environ.get("LAB_CC") or ("cc" if compilers()["cc"] else "zig")


def _runs(name: str) -> bool:
    return shutil.which(shlex.split(name)[0]) is not None


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
