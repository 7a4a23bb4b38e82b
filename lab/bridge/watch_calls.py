"""Which calls of torch are activations, and what σ each is here."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import inf, nan
from typing import Any

from lab import plugins
from lab.parts import Activation

ELEMENTWISE: dict[str, tuple[tuple[str, str, Any], ...]] = {
    **dict.fromkeys(("relu", "relu6", "tanh", "sigmoid", "logsigmoid", "log_sigmoid", "hardsigmoid"), ()),
    **dict.fromkeys(("hardswish", "tanhshrink", "softsign", "silu", "mish", "selu", "gelu"), ()),
    **dict.fromkeys(("elu", "celu"), (("alpha", "alpha", 1.0),)),
    **dict.fromkeys(("hardshrink", "softshrink"), (("lambd", "threshold", 0.5),)),
    "leaky_relu": (("negative_slope", "slope", 0.01),),
    "rrelu": (("lower", "lower", 1 / 8), ("upper", "upper", 1 / 3)),
    "prelu": (("weight", "slope", None),),
    "threshold": (("threshold", "t", None), ("value", "v", None)),
    "hardtanh": (("min_val", "low", -1.0), ("max_val", "high", 1.0)),
    "softplus": (("beta", "beta", 1.0),),
}
"""The elementwise activations of torch by the name of the call, which the lab knows too.

Each with its arguments after the first in their order: what torch calls it, what the lab does, and the
default. Torch puts ``_`` behind the name of a call in place, and before some others.
"""

HOLDING = {
    **dict.fromkeys(("clamp", "clip", "clamp_min"), ("min", "max")),
    **dict.fromkeys(("maximum", "max"), ("other",)),
}
"""Calls that hold z above a bound, or between two, by name, with what torch calls these."""


def z_of(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Sequence[Any]]:
    """The z of a call and its other arguments: of a maximum of zeros and z this is the second.

    >>> z_of("tanh", (0.5,), {}), z_of("leaky_relu", (0.5, 0.2), {})
    ((0.5, ()), (0.5, (0.2,)))
    """
    z: Any
    z, rest = (args[0], args[1:]) if args else (kwargs.get("input"), ())
    if name in ("maximum", "max") and hasattr(z, "any") and _bound(z) == 0:
        z, rest = (*rest, kwargs.get("other"))[0], (z,)
    return z, rest


def sigma_of(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Activation | None:
    """The σ of a call of torch by its name and its arguments after the first; None where it is none.

    None too where σ is not one for the whole layer: a PReLU with a slope of its own for every channel.

    >>> sigma_of("leaky_relu_", (0.2,), {})
    LeakyReLU(slope=0.2)
    >>> str(sigma_of("gelu", (), {"approximate": "tanh"}))
    'gelu-tanh()'
    >>> sigma_of("conv2d", (), {}) is None
    True
    """
    name = name.strip("_")
    if name in HOLDING:
        return _holding(name, args, kwargs)
    if name not in ELEMENTWISE:
        return None
    given: list[tuple[str, float]] = []
    for k, (theirs, ours, default) in enumerate(ELEMENTWISE[name]):
        value = args[k] if k < len(args) else kwargs.get(theirs, default)
        if hasattr(value, "detach"):
            value = value.detach().flatten().tolist()
            if len(value) != 1:
                return None
            (value,) = value
        given.append((ours, float(value)))
    is_tanh = name == "gelu" and kwargs.get("approximate") == "tanh"
    return made("gelu-tanh" if is_tanh else name, tuple(given))


def _holding(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Activation | None:
    """The ReLU that holds z above 0, or the hard tanh between two bounds around 0; None of other bounds."""
    given: dict[str, Any] = {**kwargs, **dict(zip(HOLDING[name], args, strict=False))}
    if "dim" in given or (name == "max" and not hasattr(given.get("other"), "any")):
        return None
    low, high = _bound(given.get(HOLDING[name][0])), _bound(given.get("max"))
    if low == 0 and high in (None, inf):
        return made("relu", ())
    if low is None or high is None or not -inf < low <= 0 < high < inf:
        return None
    return made("hard-tanh", (("low", low), ("high", high)))


def _bound(x: Any) -> float | None:
    """The number that x is, also as a tensor; NaN of one that is learned, is several or is in torch.vmap."""
    if not hasattr(x, "any"):
        return None if x is None else float(x)
    try:
        return nan if x.requires_grad else 0.0 if not x.any() else x.item() if x.numel() == 1 else nan
    except RuntimeError:
        return nan


@lru_cache(maxsize=256)
def made(name: str, parameters: tuple[tuple[str, float], ...]) -> Activation:
    """The activation of the lab by its name and parameters, once."""
    sigma: Activation = plugins.build("activations", {"name": name, **dict(parameters)})
    return sigma
