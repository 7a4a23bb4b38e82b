"""How to come by the activations of a library, and how it computes σ and σ′ at some z."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

from lab.activations.catalogue import examples
from lab.activations.table import ROWS
from lab.errors import LabError, in_one_line, installs, told
from lab.experiment.specify import from_spec
from lab.numerics import Array
from lab.own_code import module_of, place_of
from lab.parts import Activation
from lab.spelling import did_you_mean

Both: TypeAlias = Callable[[Array, str], tuple[Array, Array | None]]
"""From z, as float64 numbers of a dtype, and the dtype to σ and σ′, as float64; σ′ is None where unknown.

Raises LacksDtypeError where the library has no such dtype, or does not compute in it.
"""


class LacksDtypeError(LabError):
    """A library cannot compute a function in a dtype; the message says which library, and which dtype."""


@dataclass(frozen=True)
class Known:
    """A function of a library: where it is, what it is by the lab's name, and what it is given besides z."""

    path: str
    sigma: str
    given: Mapping[str, Any] = field(default_factory=dict)


def _alike(folder: str, names: str) -> list[Known]:
    """Functions that the lab knows by the same names."""
    return [Known(folder + name, name) for name in names.split()]


_TORCH = (
    *_alike("", "sigmoid tanh relu erf sin asinh"),
    *_alike("nn.functional.", "silu mish softplus elu celu selu softsign relu6 hardtanh hardsigmoid"),
    *_alike("nn.functional.", "hardswish hardshrink softshrink leaky_relu logsigmoid tanhshrink gelu"),
    Known("nn.functional.gelu", "gelu-tanh", {"approximate": "tanh"}),
    Known("exp", "exponential"),
    Known("atan", "arctan"),
)
_JAX = (
    *_alike("nn.", "relu relu6 leaky_relu hard_tanh hard_sigmoid sparse_sigmoid hard_swish sigmoid"),
    *_alike("nn.", "log_sigmoid tanh softplus squareplus sparse_plus elu celu selu silu mish soft_sign"),
    Known("nn.gelu", "gelu", {"approximate": False}),
    Known("nn.gelu", "gelu-tanh"),
    Known("numpy.exp", "exponential"),
    Known("numpy.arctan", "arctan"),
    Known("numpy.arcsinh", "asinh"),
)
_KERAS = (
    *_alike("activations.", "sigmoid tanh relu relu6 softplus softsign silu mish elu celu selu exponential"),
    *_alike("activations.", "log_sigmoid hard_sigmoid hard_silu hard_tanh hard_shrink soft_shrink"),
    *_alike("activations.", "tanh_shrink gelu squareplus sparse_plus sparse_sigmoid"),
    Known("activations.gelu", "gelu-tanh", {"approximate": True}),
)

LIBRARIES: dict[str, tuple[Known, ...]] = {"torch": _TORCH, "jax": _JAX, "keras": _KERAS}
"""The activations of each library that the lab knows too."""

KNOWN_BY_NAME = (*LIBRARIES, "lab")
"""What an audit needs no file of."""


def imported(name: str) -> ModuleType:
    """A library, by the name of its extra too. Raises LabError with what installs it where it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise LabError(f"{name} is not installed; run: {installs(name)}") from None


def by_torch(function: Callable[[Any], Any]) -> Both:
    """σ and, by autograd, σ′ of a function of torch."""
    torch: Any = imported("torch")

    def both(z: Array, dtype: str) -> tuple[Array, Array]:
        x = torch.tensor(z, dtype=getattr(torch, dtype), requires_grad=True)
        try:
            a = function(x)
            (slope,) = torch.autograd.grad(a, x, torch.ones_like(a))
        except RuntimeError as error:
            if "not implemented for" not in str(error):
                raise
            raise LacksDtypeError(f"torch does not compute it in {dtype}: {in_one_line(error)}") from error
        return a.detach().double().numpy(), slope.double().numpy()

    return both


def by_jax(function: Callable[[Any], Any]) -> Both:
    """The same of a function of jax."""
    jax: Any = imported("jax")

    def both(z: Array, dtype: str) -> tuple[Array, Array]:
        with jax.enable_x64(True):
            a, back = jax.vjp(function, jax.numpy.asarray(z).astype(dtype))
            (slope,) = back(jax.numpy.ones_like(a))
            return np.asarray(a, dtype=float), np.asarray(slope, dtype=float)

    return both


def by_keras(function: Callable[[Any], Any]) -> Both:
    """The same of a function of Keras, by the backend that it has."""
    backend = imported("keras").backend.backend()
    made = {"torch": by_torch, "jax": by_jax}.get(backend)
    if made is None:
        raise LabError(f"Keras runs on {backend}; set KERAS_BACKEND to torch or jax to audit it")
    return made(function)


def by_numpy(function: Callable[[Any], Any], slope: Callable[[Any], Any] | None) -> Both:
    """σ of a function of numpy arrays, and σ′ of another."""

    def both(z: Array, dtype: str) -> tuple[Array, Array | None]:
        if not hasattr(np, dtype):
            raise LacksDtypeError(f"numpy has no {dtype}")
        with np.errstate(all="ignore"):
            x = z.astype(dtype)
            a = np.asarray(function(x), dtype=float)
            return a, None if slope is None else np.asarray(slope(x), dtype=float)

    return both


def of_lab(sigma: Activation) -> Both:
    """The lab's own."""
    return by_numpy(sigma, sigma.derivative)


def functions_of(library: str, only: tuple[str, ...]) -> dict[str, tuple[Activation, Both]]:
    """Name → the lab's σ and the function: of one of `KNOWN_BY_NAME`; of these alone, if there are any."""
    if library == "lab":
        known = {row.name: (sigma := examples()[row.name], of_lab(sigma)) for row in ROWS}
    else:
        module = imported(library)
        if library == "jax":
            importlib.import_module("jax.numpy")
        made = {"torch": by_torch, "jax": by_jax, "keras": by_keras}[library]
        known = {
            _shown(one): (from_spec(one.sigma), made(_called(module, one))) for one in LIBRARIES[library]
        }
    for name in only:
        if name not in known:
            raise LabError(f"{library}: no function {name!r} that the lab knows; {did_you_mean(name, known)}")
    return {name: one for name, one in known.items() if not only or name in only}


def _shown(known: Known) -> str:
    given = ", ".join(f"{name}={value}" for name, value in known.given.items())
    short = known.path.rpartition(".")[2]
    return f"{short}({given})" if given else short


def _called(module: ModuleType, known: Known) -> Callable[[Any], Any]:
    function: Callable[..., Any] = attrgetter(known.path)(module)
    return lambda z: function(z, **known.given)


def from_file(path: Path, name: str, allow_code: bool) -> Both:
    """The function, or the module's class, of this name in a Python file; of torch, jax or numpy.

    Of numpy, σ′ is the function ``NAME_slope``, if there is one. Raises LabError where there is none; and
    where it is called, if it fails or gives no array like z.
    """
    module = module_of(f"{path}:{name}", path.resolve(), allow_code)
    own = {key: value for key, value in vars(module).items() if callable(value) and not key.startswith("_")}
    if name not in own:
        raise LabError(f"{path}: no function {name!r}; {did_you_mean(name, own)}")
    function = own[name]() if isinstance(own[name], type) else own[name]
    used = {
        value.__name__.partition(".")[0] for value in vars(module).values() if isinstance(value, ModuleType)
    }
    if "torch" in used:
        both = by_torch(function)
    else:
        both = by_jax(function) if "jax" in used else by_numpy(function, own.get(f"{name}_slope"))
    return _told(both, f"{path}:{name}")


def _told(both: Both, name: str) -> Both:
    """The same, of which LabError tells what somebody's code raises, and an answer that is not like z."""

    def called(z: Array, dtype: str) -> tuple[Array, Array | None]:
        try:
            found = both(z, dtype)
        except LabError:
            raise
        except Exception as error:
            place = place_of(error) or name
            raise LabError(f"{place}: fails at an array z of {dtype}: {told(error)}") from error
        for symbol, values in zip(("σ", "σ′"), found, strict=True):
            if values is not None and values.shape != z.shape:
                raise LabError(f"{name}: {symbol} of z of the shape {z.shape} is of the shape {values.shape}")
        return found

    return called
