"""A σ as data and as a page: JSON for a program, LaTeX for a paper."""

import json
from importlib.metadata import version

import numpy as np

from lab.activations.formula.graph import below
from lab.activations.formula.typeset import typeset
from lab.bridge.exported import Exported
from lab.numerics import Interval
from lab.prover.certificate import certify
from lab.theory.moments import backward_gain, forward_gain

CHECKED_Z = (-700.0, -40.0, -5.0, -1.0, -0.5, 0.0, 0.5, 1.0, 5.0, 40.0, 700.0)
"""Where the file tells values, so that whoever reads the graph can check the reading."""

FORMAT = 1
"""The version of the JSON that is written."""


def json_source(exported: Exported) -> str:
    """The formula, its certificate, its gains and its graph, a list of steps in order.

    A step is ``[operation, argument, …]``, an argument the number of an earlier step; ``["z"]`` is z and
    ``["constant", c]`` a number. ``outputs`` are the steps of σ and σ′, and ``lost`` tells where what they
    compute is not what is due. Numbers that JSON lacks are texts.
    """
    sigma, written = exported.sigma, exported.written
    roots = [form.kernels for form in exported.forms[:2]]
    order = [node for root in roots for node in below(root)]
    at = {node: k for k, node in enumerate(order)}
    steps = [
        ["constant", node.number]
        if node.number is not None
        else [node.operation, *(at[x] for x in node.arguments)]
        for node in order
    ]
    certificate = certify(sigma)
    z = np.array(CHECKED_Z)
    told = {
        "format": FORMAT,
        "made_by": f"activation-lab {version('activation-lab')}",
        "name": exported.name,
        "formula": written.formula,
        "parameters": exported.parameters,
        "kinks": list(sigma.kinks),
        "certificate": {
            "inf_slope": certificate.inf,
            "sup_slope": certificate.sup,
            "inf_slope_at": list(certificate.inf_at),
            "sup_slope_at": list(certificate.sup_at),
            "lipschitz": certificate.lipschitz,
            "range_inf": certificate.range_inf,
            "range_sup": certificate.range_sup,
        },
        "gain": {"forward": forward_gain(sigma), "backward": backward_gain(sigma)},
        "steps": steps,
        "outputs": {"value": at[roots[0]], "slope": at[roots[1]]},
        "lost": exported.lost,
        "values": {
            "z": z.tolist(),
            "value": np.asarray(sigma(z)).tolist(),
            "slope": np.asarray(sigma.derivative(z)).tolist(),
        },
    }
    return json.dumps(_plain(told), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _plain(value: object) -> object:
    """Infinities and NaN as texts, intervals as pairs."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Interval):
        return _plain([value.low, value.high])
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)


def latex_source(exported: Exported) -> str:
    """σ and σ′ as equations, with the header as comments."""
    value, slope, _ = exported.derivatives
    if names := list(exported.parameters):
        value, slope = exported.open, exported.open.derivative()
    lines = [
        *(f"% {line}".rstrip() for line in exported.header),
        r"\begin{align*}",
        rf"  \sigma(z) &= {typeset(value, names)} \\",
        rf"  \sigma'(z) &= {typeset(slope, names)}",
        r"\end{align*}",
    ]
    return "\n".join(lines) + "\n"
