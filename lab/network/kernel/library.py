"""The kernel as it was built: opened once, its functions chosen for this processor."""

import ctypes
import os
import warnings
from ctypes import POINTER, Structure, c_double, c_int32, c_int64, c_void_p
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

LIBRARIES = [Path(__file__).with_name(name) for name in ("kernel.so", "kernel.dll")]

RESCUE = ctypes.CFUNCTYPE(None, c_int64, c_void_p, c_void_p, c_void_p, c_int64)
"""What computes σ and σ′ where the kernel cannot: layer, z, a, slope, how many."""


class Operation(Structure):
    """An operation of a tape: its number, the registers of its arguments and of its result."""

    _fields_ = tuple((name, c_int32) for name in ("operation", "x", "y", "v", "out"))


class Tape(Structure):
    """A program of operations for one layer."""

    _fields_ = (
        *((name, c_int64) for name in ("operations", "outputs", "registers", "constants", "weak")),
        ("operation", POINTER(Operation)),
        ("constant", c_void_p),
        ("ends", c_void_p),
        ("layer", c_int64),
    )


class Net(Structure):
    """Everything that a step needs but the numbers that change."""

    _fields_ = (
        ("depth", c_int64),
        ("sizes", c_void_p),
        ("both", POINTER(Tape)),
        ("value", POINTER(Tape)),
        ("cost", c_int64),
        ("cancels", c_int64),
        ("floor", c_double),
        ("optimiser", c_int64),
        *((name, c_double) for name in ("eta", "decay", "first", "second", "epsilon")),
        ("x", c_void_p),
        ("y", c_void_p),
        ("x_stride", c_int64),
        ("rescue", RESCUE),
    )


class Reading(Structure):
    """What a reading measures: see ``engine.c``."""

    _fields_ = (
        ("fixed", c_int64),
        ("m", c_int64),
        ("norms_only", c_int64),
        ("of_theta", c_int64),
        ("low_input", c_double),
        ("marks", c_void_p),
        ("near", c_double),
        *((name, c_void_p) for name in ("least", "steepest", "every", "ranks", "statistics", "ranked")),
        *((name, c_void_p) for name in ("z", "a", "blocks")),
        ("blocks_size", c_int64),
        *((name, c_void_p) for name in ("places", "kept_at", "weights")),
    )


_KINDS: dict[str, Any] = {"p": c_void_p, "i": c_int64, "r": RESCUE}


class Functions:
    """The functions of the kernel for one kind of number."""

    def __init__(self, library: ctypes.CDLL, variant: str, size: int) -> None:
        def found(name: str, arguments: str, result: Any = None) -> Any:
            function = library[f"{name}_f{size}_{variant}"]
            function.argtypes = [_KINDS[kind] for kind in arguments]
            function.restype = result
            return function

        self.parameters = found("parameters", "p", c_int64)
        self.workspace = found("workspace", "pi", c_int64)
        self.run = found("run", "pippiippip")
        self.outputs = found("outputs", "pippiippp")
        self.watch = found("watch", "ppippiiiippipp")
        self.tape = found("tape", "ppppipr")
        self.statistics = found("statistics", "", c_int64)()
        names = library[f"operations_f{size}_{variant}"]
        names.restype = ctypes.c_char_p
        self.operations = {name: number for number, name in enumerate(names().decode().split())}


@cache
def library() -> tuple[ctypes.CDLL, str] | None:
    """The library and the kind of this processor; None where it was not built, or nothing in it runs here.

    So it is, with a warning, where it was built for another machine, or of other sources than are here: what
    it computes would be read wrongly. ``LAB_KERNEL = v4 | v3 | neon`` asks for a kind, for tests and
    comparisons.
    """
    for path in LIBRARIES:
        if path.exists():
            opened = _opened(path)
            if opened is None or not _is_of_these_sources(opened):
                built = "for another machine" if opened is None else "of other sources"
                warnings.warn(
                    f"{path}: the compiled kernel was built {built}, so the lab runs on numpy; "
                    "build it again: pip install -e .",
                    stacklevel=2,
                )
                return None
            opened.variant.restype = ctypes.c_char_p
            variant = os.environ.get("LAB_KERNEL") or opened.variant().decode()
            return (opened, variant) if variant else None
    return None


def _opened(path: Path) -> ctypes.CDLL | None:
    """The library; None where this machine cannot load it, as from a folder that several machines share."""
    try:
        return ctypes.CDLL(str(path))
    except OSError:
        return None


def _is_of_these_sources(opened: ctypes.CDLL) -> bool:
    from lab.network.kernel.build import sources

    try:
        opened.sources.restype = ctypes.c_char_p
        return bool(opened.sources().decode() == sources())
    except AttributeError:  # it was built before there was such a function
        return False


@cache
def functions(dtype: np.dtype[Any]) -> Functions | None:
    """The kernel's functions for a dtype; None where there are none."""
    found = library()
    return Functions(*found, dtype.itemsize) if found and dtype.char in "fd" else None
