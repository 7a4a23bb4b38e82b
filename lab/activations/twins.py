"""The formulas of the activations that are classes: what is proved of the formula holds for the class.

A row is the name of a class and its formula, with the parameters named as in an experiment file. A row
whose class is not there does no harm, and adding one is adding a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import Expression
from lab.parts import Activation

Twin: TypeAlias = Callable[[Any], tuple[str, Mapping[str, float]]]


def formula_of(sigma: Activation) -> Formula | None:
    """The formula that says what σ is, with its parameters; None where none is known."""
    if isinstance(sigma, Formula):
        return sigma
    name = type(sigma).__name__
    if type(sigma).__module__.partition(".")[0] != "lab":
        return None
    if name == "Floored":
        return _floored(sigma)
    if name not in TWINS:
        return None
    text, parameters = TWINS[name](sigma)
    return Formula(text, tuple(parameters.items()))


def slope_of(sigma: Activation) -> Expression | None:
    """σ′ as an expression, of a class whose σ′ has a formula and σ has none; None where none is known.

    Knots: σ′ = s₁ + Σ rᵢ (z cut off to [zᵢ, zᵢ₊₁] − zᵢ), rᵢ the rise from knot to knot. Clipped: max(f′, ε).
    """
    if isinstance(sigma, Knots) and len(set(sigma.slopes)) > 1:
        rises = [
            f"{(t - s) / (b - a)!r}*(min(max(z, {a!r}), {b!r}) - {a!r})"
            for (a, s), (b, t) in pairwise(zip(map(float, sigma.z), map(float, sigma.slopes), strict=True))
            if s != t
        ]
        return Formula(
            " + ".join([repr(float(sigma.slopes[0])), *(f"({rise})" for rise in rises)])
        ).expression
    if isinstance(sigma, ClippedSlope) and (inner := formula_of(sigma.inner)) is not None:
        return inner.slope_expression.call("max", sigma.floor)
    return None


def _floored(sigma: Any) -> Formula | None:
    """(1 − ε)·inner + ε·z; the inner parameters stand in it as numbers, so that no two names clash."""
    inner = formula_of(sigma.inner)
    if inner is None:
        return None
    text = inner.text
    for name, value in inner.parameters:
        text = re.sub(rf"\b{name}\b", f"({value!r})", text)
    return Formula(f"(1 - floor)*({text}) + floor*z", (("floor", sigma.floor),))


def _without(text: str) -> Twin:
    """Of a σ without parameters."""
    return lambda s: (text, {})


def _leaky(text: str) -> Twin:
    """Of a σ whose leak is called ``slope``."""
    return lambda s: (text, {"slope": s.leak})


def _of(text: str, *names: str) -> Twin:
    """Of a σ whose parameters are called as its fields."""
    return lambda s: (text, {name: getattr(s, name) for name in names})


def _continued(middle: str) -> Twin:
    """Of a σ that goes on with straight lines beyond ±bound."""
    text = (
        f"where(z > bound, {middle}(bound) + slope*(z - bound),"
        f" where(z < -bound, {middle}(-bound) + slope*(z + bound), {middle}(z)))"
    )
    return lambda s: (text, {"slope": s.leak, "bound": s.bound})


_SYMLOG = "where({0} >= 0, log1p({0}), -log1p(-{0}))"

_KERNELS = {
    "sech2": "tanh({})",
    "logistic": "2*tanh({}/2)",
    "gauss": "sqrt(pi)/2*erf({})",
    "cauchy": "arctan({})",
    "softsign": "{0}/(1 + abs({0}))",
    "isru": "{0}/sqrt(1 + {0}**2)",
    "slow": _SYMLOG,
    "box": "min(max({}, -1), 1)",
}
"""The integrals of the kernels of a template."""


def _template(s: Any) -> tuple[str, Mapping[str, float]]:
    names = ("floor", "height", "width", "centre")
    bell = _KERNELS[s.kernel].format("((z - centre)/width)")
    at_0 = _KERNELS[s.kernel].format("(-centre/width)")
    text = f"floor*z + (height - floor)*width*({bell} - {at_0})"
    return text, {name: getattr(s, name) for name in names}


TWINS: dict[str, Twin] = {
    "Identity": _without("z"),
    "Threshold": _of("where(z > t, z, v)", "t", "v"),
    "ReLU": _without("max(z, 0)"),
    "ReLU6": _without("min(max(z, 0), 6)"),
    "LeakyReLU": _leaky("where(z >= 0, z, slope*z)"),
    "PReLU": _leaky("where(z >= 0, z, slope*z)"),
    "RReLU": _of("where(z >= 0, z, (lower + upper)/2*z)", "lower", "upper"),
    "HardTanh": _of("min(max(z, low), high)", "low", "high"),
    "HardSigmoid": _without("min(max(z/6 + 0.5, 0), 1)"),
    "SparseSigmoid": _without("min(max((z + 1)/2, 0), 1)"),
    "HardSwish": _without("z*min(max(z/6 + 0.5, 0), 1)"),
    "Sigmoid": _without("s(z)"),
    "LogSigmoid": _without("-sp(-z)"),
    "Tanh": _without("tanh(z)"),
    "TanhShrink": _without("z - tanh(z)"),
    "Softsign": _without("z/(1 + abs(z))"),
    "Softplus": _of("sp(beta*z)/beta", "beta"),
    "Squareplus": _of("(z + sqrt(z**2 + b))/2", "b"),
    "SparsePlus": _without("where(z <= -1, 0, where(z < 1, (z + 1)**2/4, z))"),
    "ELU": _of("where(z > 0, z, alpha*expm1(z))", "alpha"),
    "CELU": _of("where(z > 0, z, alpha*expm1(z/alpha))", "alpha"),
    "SELU": _without("1.0507009873554805*where(z > 0, z, 1.6732632423543772*expm1(z))"),
    "SiLU": _without("z*s(z)"),
    "Mish": _without("z*tanh(sp(z))"),
    "GELU": _without("z*Phi(z)"),
    "GELUTanh": _without("z*s(2*sqrt(2/pi)*(z + 0.044715*z**3))"),
    "HardShrink": _of("where(abs(z) > threshold, z, 0)", "threshold"),
    "SoftShrink": _of("sign(z)*max(abs(z) - threshold, 0)", "threshold"),
    "Exponential": _without("exp(z)"),
    "TwistedTanh": _of("tanh(z) + twist*z", "twist"),
    "LeCunTanh": _of("1.7159*tanh(2/3*z) + twist*z", "twist"),
    "TanhLU": _of("alpha*tanh(beta*z) + gamma*z", "alpha", "beta", "gamma"),
    "SigLin": _leaky("s(z) + slope*z"),
    "ISigmoid": _continued("s"),
    "StacTanh": _continued("tanh"),
    "ReLTanh": _of(
        "where(z < low, tanh(low) + sech2(low)*(z - low),"
        " where(z > high, tanh(high) + sech2(high)*(z - high), tanh(z)))",
        "low",
        "high",
    ),
    "PLU": lambda s: (
        "max(slope*(z + bound) - bound, min(slope*(z - bound) + bound, z))",
        {"slope": s.leak, "bound": s.bound},
    ),
    "LeakyHardTanh": lambda s: (
        "where(z > high, high + slope*(z - high), where(z < low, low + slope*(z - low), z))",
        {"slope": s.leak, "low": s.low, "high": s.high},
    ),
    "LeakyHardSigmoid": _leaky("where(z > 3, 1 + slope*(z - 3), where(z < -3, slope*(z + 3), z/6 + 0.5))"),
    "SmoothLeaky": _leaky("slope*z + (1 - slope)*sp(z)"),
    "AconB": _of("(1 - p)*z*s(beta*(1 - p)*z) + p*z", "beta", "p"),
    "BentIdentity": _of("a*(sqrt(z**2 + 1) - 1) + z", "a"),
    "LeakySoftsign": _leaky("(1 - slope)*z/(1 + abs(z)) + slope*z"),
    "DampedSnake": _of("z + b/a*sin(a*z)**2", "a", "b"),
    "Asinh": _without("asinh(z)"),
    "Symlog": _without(_SYMLOG.format("z")),
    "Arctan": _without("arctan(z)"),
    "ISRU": _without("z/sqrt(1 + z**2)"),
    "Erf": _without("erf(z)"),
    "Sin": _without("sin(z)"),
    "LiSHT": _without("z*tanh(z)"),
    "Step": _without("where(z > 0, 1, 0)"),
    "Bump": _without("exp(-z**2)"),
    "Template": _template,
}
"""From the name of a class to its formula and the parameters of one σ of that class."""
