"""The activation-function design lab.

Design an activation σ, train networks with it beside others, and see layer by layer how fast they learn::

    import lab

    run = lab.run("experiments/vanishing.toml", overrides={"training.epochs": 50})
    run.layers                              # a DataFrame: learning speed, saturation … of every layer
    run.plot("learning_speed")              # a matplotlib figure
    sigma = lab.activation("tanh(z) + a*z", a=0.1)
    sigma(0.5), sigma.derivative(0.5), sigma.slope
    lab.certify(sigma, at_least=0.1)        # proved over all reals, or refuted with a witness
    lab.predict(sigma, depth=5)             # how fast each layer will learn, before any training

The names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.activations import Activation, InPlace, Interval
    from lab.api import Run, activation, certify, load, predict, run
    from lab.certify.certificate import Certificate
    from lab.errors import LabError

__all__ = [
    "Activation",
    "Certificate",
    "InPlace",
    "Interval",
    "LabError",
    "Run",
    "activation",
    "certify",
    "load",
    "predict",
    "run",
]

_HOMES = {
    "Activation": "lab.activations",
    "Certificate": "lab.certify.certificate",
    "InPlace": "lab.activations",
    "Interval": "lab.activations",
    "LabError": "lab.errors",
    "Run": "lab.api",
    "activation": "lab.api",
    "certify": "lab.api",
    "load": "lab.api",
    "predict": "lab.api",
    "run": "lab.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lab' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
