"""The activation-function design lab.

Design an activation σ, train networks with it beside others, and see layer by layer how fast they learn:

>>> import lab
>>> sigma = lab.activation("tanh(z) + a*z", a=0.1)
>>> float(sigma.derivative(0.0)), lab.certify(sigma, at_least=0.1).verdict
(1.1, 'CERTIFIED')
>>> lab.predict(sigma, depth=5)["ratio"].round(3).tolist()[-1]
1.0

``run = lab.run("experiments/vanishing.toml")`` trains; ``run.layers`` is a DataFrame of every layer's
learning speed and saturation, and ``run.plot("learning_speed")`` a matplotlib figure.

`activation`, `certify`, `predict`, `export` and `audit` are about one σ, `run`, `resume`, `load` and `verify`
about experiments and their results, each a `Run`. `watch` reads models of torch, `lab.sklearn` has estimators
of scikit-learn. A part of one's own subclasses one of the seven classes of `lab.parts`, or `InPlace`, and
`lab.testing` holds it to what training relies on. What a user can correct is a `LabError`.

The names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.activations.in_place import InPlace
    from lab.api import activation, audit, certify, export, load, predict, resume, run, verify
    from lab.bridge.watch import watch
    from lab.errors import LabError
    from lab.numerics import Interval
    from lab.parts import Activation, Cost, DataSource, Figure, Initialiser, Optimiser, Probe
    from lab.prover.certificate import Certificate
    from lab.results.run import Run

_HOMES = {
    "lab.activations.in_place": ("InPlace",),
    "lab.api": ("activation", "audit", "certify", "export", "load", "predict", "resume", "run", "verify"),
    "lab.bridge.watch": ("watch",),
    "lab.prover.certificate": ("Certificate",),
    "lab.results.run": ("Run",),
    "lab.errors": ("LabError",),
    "lab.numerics": ("Interval",),
    "lab.parts": ("Activation", "Cost", "DataSource", "Figure", "Initialiser", "Optimiser", "Probe"),
}

__all__ = [
    "Activation",
    "Certificate",
    "Cost",
    "DataSource",
    "Figure",
    "InPlace",
    "Initialiser",
    "Interval",
    "LabError",
    "Optimiser",
    "Probe",
    "Run",
    "activation",
    "audit",
    "certify",
    "export",
    "load",
    "predict",
    "resume",
    "run",
    "verify",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name == "sklearn":
        return import_module("lab.sklearn")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'lab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
