"""What decides the numbers of a part, and what it was made with: so that no other is taken for it."""

import dataclasses
import inspect
import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from lab.activations.formula.formula import formula_of
from lab.own_code import OWN_MODULE
from lab.runs.provenance import blas, version
from lab.training.examples import Examples
from lab.training.stack import Training

PACKAGES = ("activation-lab", "numpy", "scipy", "python-flint")
"""The packages whose version may decide the last bits of a number."""


@dataclasses.dataclass(frozen=True)
class Key:
    """The key of a part.

    ``trained`` is what decides its numbers: the settings of its variant as they came out, the text of each σ,
    data and code by their sha256, the seed, the engine. ``made_with`` is what decides their last bits: the
    versions, and for numpy's engine the BLAS kernel and the features of the processor.
    """

    trained: Mapping[str, str]
    made_with: Mapping[str, str]

    @property
    def text(self) -> str:
        """The key as JSON, which `read` gives back."""
        return json.dumps(vars(self), ensure_ascii=False)

    @staticmethod
    def read(text: str) -> "Key":
        """The key that a `text` says. Raises ValueError where it is none."""
        told = json.loads(text)
        names = [field.name for field in dataclasses.fields(Key)]
        found: list[Any] = [told.get(name) if isinstance(told, dict) else None for name in names]
        if not all(isinstance(one, dict) and all(isinstance(x, str) for x in one.values()) for one in found):
            raise ValueError("its key is damaged")
        return Key(*found)


TOLD_OTHERWISE = frozenset({"network", "train", "test"})
"""The fields of a training that its key has in other words: examples by the sha256 of all data."""


def differences(was: Mapping[str, str], present: Mapping[str, str], longest: float = inf) -> str:
    """What differs between two keys, in words: ``numpy was 2.1.0, is 2.2.0``; empty where nothing does.

    Of values that are longer than ``longest`` it is told alone that they differ.
    """
    told = []
    for name in {**was, **present}:
        old, new = (key.get(name, "not told") for key in (was, present))
        if old != new:
            long = max(len(old), len(new)) > longest
            told.append(f"{name} was another" if long else f"{name} was {old}, is {new}")
    return ", ".join(told)


def key(training: Training, data: str) -> Key:
    """The key of all parts of a training whose data have this sha256: the trials are told by the part.

    Equal trainings have equal keys however a file spells them, and whatever their variants are called.
    """
    return Key(decided_by(training, data), made_with(training.engine))


def decided_by(training: Training, data: str) -> dict[str, str]:
    """What decides the numbers of a training, in words, but for their last bits."""
    network = training.network
    fields = (field.name for field in dataclasses.fields(training) if field.name not in TOLD_OTHERWISE)
    return {
        "data": f"{data}{' in classes' if training.train.labelled else ''}",
        "sizes": "-".join(map(str, network.sizes)),
        "activations": "; ".join(
            f"{_text(sigma)} = {formula}" if (formula := formula_of(sigma)) is not None else _text(sigma)
            for sigma in network.sigmas
        ),
        **{name: _text(getattr(training, name)) for name in fields},
        **{name: _text(getattr(network, name)) for name in ("cost", "surrogate_floor")},
        "dtype": str(training.train.x.dtype),
    }


def made_with(engine: str) -> dict[str, str]:
    """What decides the last bits of numbers on this machine, by an engine."""
    versions = {name: version(name) for name in PACKAGES}
    if engine != "numpy":
        return versions
    import scipy.linalg  # noqa: F401  # whose BLAS is loaded in every process then, whatever ran there before

    kernels = [
        " ".join(str(one[key]) for key in ("internal_api", "version", "architecture")) for one in blas()
    ]
    found: Any = np.show_config(mode="dicts")
    features = found.get("SIMD Extensions", {}).get("found", [])
    return versions | {"BLAS": "; ".join(sorted(set(kernels))), "CPU features": " ".join(features)}


def _text(value: Any) -> str:
    """A value in words that are the same in every process; arrays, and what is long, by their sha256."""
    if isinstance(value, np.ndarray):
        content = np.ascontiguousarray(value)
        return f"{content.dtype}{content.shape} {sha256(content.tobytes()).hexdigest()}"
    if isinstance(value, Examples):
        return f"{len(value)} examples {_text(value.x)} {_text(value.y)}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (f"{field.name}={_text(getattr(value, field.name))}" for field in dataclasses.fields(value))
        return f"{_class(type(value))}({', '.join(fields)})"
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    nameless = type(value).__repr__ is object.__repr__  # type: ignore[comparison-overlap]
    kind: Any = type(value)
    return _class(kind) if nameless else repr(value)


@cache
def _class(part: Any) -> str:
    """The name of a class; of one that is not the lab's own, with the sha256 of the file that defines it."""
    name = f"{part.__module__}.{part.__qualname__}"
    if name.startswith(("lab.", OWN_MODULE)):
        return name
    try:
        file = inspect.getsourcefile(part)
    except TypeError:
        file = None
    return f"{name} {sha256(Path(file).read_bytes()).hexdigest()}" if file else name
