"""A σ taken out of the lab, as source that depends on nothing but its framework."""

from collections.abc import Callable

from lab.bridge.export_languages import c_source, jax_source, keras_source, numpy_source
from lab.bridge.export_text import json_source, latex_source
from lab.bridge.export_torch import torch_source
from lab.bridge.exported import Exported
from lab.errors import LabError, did_you_mean
from lab.parts import Activation

TARGETS: dict[str, Callable[[Exported], str]] = {
    "jax": jax_source,
    "keras": keras_source,
    "numpy": numpy_source,
    "c": c_source,
    "latex": latex_source,
    "json": json_source,
}
"""The targets that have no options; torch has."""

NAMES = ("torch", *TARGETS)


def exported(
    sigma: Activation, to: str = "torch", *, learn: bool = False, plain: bool = False, wide: bool = False
) -> str:
    """The source of σ, σ′ and σ″ in the language ``to``: torch, jax, keras, numpy, c, latex or json.

    It is written from the graph that the lab computes with, so its tails are exact. The header tells the
    formula, what is proved of σ′, the gains and the version.

    Only for torch: with ``learn`` the parameters are nn.Parameters; with ``plain`` σ is written in plain
    operations, for ONNX; with ``wide`` float32 is computed in float64.

    Raises LabError where there is no such language, or it has no such option; PartError where σ has no
    formula.

    >>> from lab.activations.formula.formula import Formula
    >>> "np.exp(-z)" in exported(Formula("z*exp(-z)"), "numpy")
    True
    """
    if to not in NAMES:
        raise LabError(f"no language {to!r} to export to; {did_you_mean(to, NAMES)}")
    if to == "torch":
        return torch_source(Exported(sigma), learn=learn, plain=plain, wide=wide)
    if given := [f"--{word}" for word, on in (("learn", learn), ("plain", plain), ("wide", wide)) if on]:
        raise LabError(f"{given[0]} is for torch; export to {to} has no options")
    return TARGETS[to](Exported(sigma))
