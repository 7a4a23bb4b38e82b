"""The kernels of a program: what each of its steps calls, ``kernel(*arguments, out)`` on arrays.

All but a few are numpy's and scipy's own functions. Every kernel gives NaN where an argument is NaN, except
the comparisons, whose answers are booleans, and `where`, which takes the branch that the mask says.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from lab.activations.formula.operations import COMPARISONS, FAR
from lab.activations.formula.special import erfcx, sinc, sinc_slope
from lab.numerics import Array, scalar

Kernel: TypeAlias = Callable[..., Any]

LARGE = 4096
"""Elements from which on a choice is made by bits."""


def _abs(x: Array, out: Array) -> None:
    """|x|, or of a complex step, x with the sign that its real part lacks."""
    if x.dtype.kind == "c":
        np.multiply(x, np.sign(x.real), out)
    else:
        np.abs(x, out)


def _sign(x: Array, out: Array) -> None:
    """The sign of the real part."""
    if x.dtype.kind == "c":
        np.copyto(out, np.sign(x.real))
    else:
        np.sign(x, out)


def _erf(x: Array, out: Array) -> None:
    from scipy.special import erf

    erf(x, out)


def _sixteenths(x: Array, out: Array) -> None:
    """The multiple of 1/16 next to x towards 0, real: its square is exact for |x| ≤ 2²²."""
    sixteen = scalar(16, x.dtype)
    np.multiply(x, sixteen, out)
    np.trunc(out.real, out.real)
    np.divide(out, sixteen, out)


def _where(mask: Array, yes: Array, no: Array, out: Array) -> None:
    """A choice that costs the same for any mask: the bits of no, changed where the mask says to those of yes.

    Copying under a mask of no pattern takes six times as long; only small arrays hide that.
    """
    bits = _BITS.get(out.dtype.str[1:])
    if bits is None or out.size < LARGE:
        np.copyto(out, no)
        np.putmask(out, mask, yes)
        return
    before, chosen = no.view(bits), out.view(bits)
    np.bitwise_xor(yes.view(bits), before, chosen)
    np.multiply(chosen, mask, chosen)
    np.bitwise_xor(chosen, before, chosen)


_BITS: dict[str, Any] = {"f2": np.dtype(np.int16), "f4": np.dtype(np.int32), "f8": np.dtype(np.int64)}

KERNELS: dict[str, Kernel] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "neg": np.negative,
    "copy": lambda x, out: np.copyto(out, x),
    **{name: getattr(np, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "arctan")},
    **{name: getattr(np, name) for name in ("sinh", "cosh", "tanh", "square", "isnan")},
    "asinh": np.arcsinh,
    "sinc": sinc,
    "sinc_slope": sinc_slope,
    "erf": _erf,
    "erfcx": erfcx,
    "sixteenths": _sixteenths,
    "nearer": lambda x, out: np.minimum(x, scalar(FAR, x.dtype), out=out),
    "abs": _abs,
    "sign": _sign,
    "min": lambda x, y, out: np.minimum(x, y, out=out),
    "max": lambda x, y, out: np.maximum(x, y, out=out),
    **{name: getattr(np, name) for name in COMPARISONS},
    "where": _where,
}
"""All kernels by name."""

MASKS = COMPARISONS | {"isnan"}
"""The kernels that write booleans; only the first argument of `where` reads them."""

IN_PLACE = frozenset(KERNELS) - {"where", "sign"}
"""The kernels that may write where they read."""


def of_numbers(name: str, *numbers: float) -> float:
    """The value of a kernel at numbers."""
    out = np.empty(1)
    with np.errstate(all="ignore"):
        KERNELS[name](*(np.full(1, number) for number in numbers), out)
    return float(out[0])
