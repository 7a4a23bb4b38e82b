"""A σ taken out of the lab, as source that depends on nothing but its framework."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.bridge.export_forms import DTYPES
from lab.bridge.export_languages import c_source, jax_source, keras_source, numpy_source
from lab.bridge.export_text import json_source, latex_source
from lab.bridge.export_torch import torch_source
from lab.bridge.exported import Exported
from lab.errors import LabError
from lab.parts import Activation
from lab.spelling import did_you_mean

TARGETS: dict[str, tuple[Callable[[Exported], str], int, Sequence[str]]] = {
    "jax": (jax_source, 3, DTYPES),
    "keras": (keras_source, 2, DTYPES),
    "numpy": (numpy_source, 2, DTYPES),
    "c": (c_source, 2, ("float64",)),
    "latex": (latex_source, 0, ()),
    "json": (json_source, 2, DTYPES),
}
"""The targets that have no options, how many of σ, σ′ and σ″ they compute, and in what; torch has options."""

NAMES = ("torch", *TARGETS)


@dataclass(frozen=True)
class Source:
    """The text of a file, and where what it computes is not what is due, a line each."""

    text: str
    lost: list[str]


def source_of(
    sigma: Activation, to: str = "torch", *, learn: bool = False, plain: bool = False, wide: bool = False
) -> Source:
    """The source of σ, σ′ and σ″ in the language ``to``: torch, jax, keras, numpy, c, latex or json.

    >>> from lab.activations.formula.formula import Formula
    >>> "np.exp(-z)" in source_of(Formula("z*exp(-z)"), "numpy").text
    True

    It is written from the graph that the lab computes with, so its tails are exact. The header tells the
    formula, what is proved of σ′, the gains, the version, and where values are lost all the same.

    Only for torch: with ``learn`` the parameters are nn.Parameters; with ``plain`` σ is written in plain
    operations, for ONNX and forward mode; with ``wide`` float32 is computed in float64.

    Raises LabError where there is no such language, or it has no such option; PartError where σ has no
    formula.
    """
    if to not in NAMES:
        raise LabError(f"no language {to!r} to export to; {did_you_mean(to, NAMES)}")
    if to == "torch":
        told = Exported(sigma, learn, 1 if plain else 3, DTYPES[:1] if wide else DTYPES)
        return Source(torch_source(told, plain=plain, wide=wide), told.lost)
    if given := [f"--{word}" for word, on in (("learn", learn), ("plain", plain), ("wide", wide)) if on]:
        raise LabError(f"{given[0]} is for torch; export to {to} has no options")
    write, count, dtypes = TARGETS[to]
    told = Exported(sigma, count=count, dtypes=dtypes)
    return Source(write(told), told.lost)
