"""A σ as data and as a page: JSON for a program, LaTeX for a paper."""

import json
from collections.abc import Callable
from importlib.metadata import version

import numpy as np

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.lowering import lowered
from lab.activations.formula.rewrites import precise
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
    ``["constant", c]`` a number. ``outputs`` are the steps of σ and σ′. Numbers that JSON lacks are texts.
    """
    sigma, written = exported.sigma, exported.written
    roots = lowered(precise(written.expression), precise(written.slope_expression))
    order = below(*roots)
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
        rf"  \sigma(z) &= {_latex(value, names)} \\",
        rf"  \sigma'(z) &= {_latex(slope, names)}",
        r"\end{align*}",
    ]
    return "\n".join(lines) + "\n"


ADDED, MULTIPLIED, RAISED, WHOLE = range(4)


def _latex(root: Expression, names: list[str]) -> str:
    made: dict[Expression, tuple[str, int]] = {}
    for node in below(root):
        made[node] = _node(node, [made[x] for x in node.arguments], names)
    return made[root][0]


def _node(node: Expression, x: list[tuple[str, int]], names: list[str]) -> tuple[str, int]:
    """A node as LaTeX, and how tightly that holds together."""
    name = node.operation
    if node.number is not None:
        text = f"{node.number:.17g}" if node.number != round(node.number, 6) else f"{node.number:g}"
        return (
            (text, WHOLE if node.number >= 0 else ADDED)
            if "e" not in text
            else (_power_of_ten(text), MULTIPLIED)
        )
    if name in ("z", "parameter"):
        return ("z" if name == "z" else _symbol(names[node.position - 1])), WHOLE
    if name in _SHAPES:
        return _SHAPES[name](*x)
    function = _FUNCTIONS.get(name) or rf"\operatorname{{{name}}}"
    return rf"{function}\left({', '.join(one for one, _ in x)}\right)", WHOLE


def _power_of_ten(text: str) -> str:
    digits, exponent = text.split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"


def _symbol(name: str) -> str:
    word, digits = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    base, _, below_it = word.partition("_")
    text = rf"\{base}" if base in _GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    index = below_it + digits
    return f"{text}_{{{index}}}" if index else text


_GREEK = ("alpha", "beta", "gamma", "epsilon", "lambda", "mu", "sigma", "theta", "tau")


def _within(x: tuple[str, int], tightness: int) -> str:
    return x[0] if x[1] >= tightness else rf"\left({x[0]}\right)"


_SHAPES: dict[str, Callable[..., tuple[str, int]]] = {
    "add": lambda x, y: (f"{x[0]} + {_within(y, MULTIPLIED)}", ADDED),
    "sub": lambda x, y: (f"{x[0]} - {_within(y, MULTIPLIED)}", ADDED),
    "mul": lambda x, y: (rf"{_within(x, MULTIPLIED)} \, {_within(y, RAISED)}", MULTIPLIED),
    "div": lambda x, y: (rf"\frac{{{x[0]}}}{{{y[0]}}}", RAISED),
    "neg": lambda x: (f"-{_within(x, MULTIPLIED)}", ADDED),
    "pow": lambda x, y: (f"{_within(x, WHOLE)}^{{{y[0]}}}", RAISED),
    "exp": lambda x: (f"e^{{{x[0]}}}", RAISED),
    "expm1": lambda x: (f"e^{{{x[0]}}} - 1", ADDED),
    "sqrt": lambda x: (rf"\sqrt{{{x[0]}}}", WHOLE),
    "abs": lambda x: (rf"\left|{x[0]}\right|", WHOLE),
    "sech2": lambda x: (rf"\operatorname{{sech}}^2\left({x[0]}\right)", RAISED),
    "sigmoid_slope": lambda x: (rf"s'\left({x[0]}\right)", WHOLE),
    "softplus": lambda x: (rf"\ln\left(1 + e^{{{x[0]}}}\right)", WHOLE),
    "log1p": lambda x: (rf"\ln\left(1 + {_within(x, MULTIPLIED)}\right)", WHOLE),
    "where": lambda c, x, y: (
        rf"\begin{{cases}} {x[0]} & {c[0]} \\ {y[0]} & \text{{else}} \end{{cases}}",
        WHOLE,
    ),
    "less": lambda x, y: (f"{x[0]} < {y[0]}", ADDED),
    "less_equal": lambda x, y: (rf"{x[0]} \le {y[0]}", ADDED),
    "greater": lambda x, y: (f"{x[0]} > {y[0]}", ADDED),
    "greater_equal": lambda x, y: (rf"{x[0]} \ge {y[0]}", ADDED),
}

_FUNCTIONS = {
    "log": r"\ln",
    "Phi": r"\Phi",
    "phi": r"\varphi",
    "sigmoid": "s",
    "arctan": r"\arctan",
    **{name: rf"\{name}" for name in ("sin", "cos", "tanh", "sinh", "cosh", "min", "max")},
}
