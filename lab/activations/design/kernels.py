"""The shapes that a slope may have: bells k with k(0) = 1, and their antiderivatives K with K(0) = 0.

A kernel is computed in place: its first buffer holds u on entry and K(u) on return, the second receives
k(u), the third is scratch. Every one of them keeps the relative precision of k in its tails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, pi, sqrt
from typing import TypeAlias

import numpy as np
from scipy.special import erf

from lab.activations.hyperbolic import tanh_sech2
from lab.numerics import Array, scalar

Fill: TypeAlias = Callable[[Array, Array, Array], None]

_FAR = 1e18
"""A |u| from which on u/(1 + |u|) and u/√(1 + u²) are ±1 in every dtype, and u² is yet a number of it."""

_NARROW = 64.0
"""A |u| from which on exp(−u²) is 0 in every dtype."""


@dataclass(frozen=True)
class Kernel:
    """A bell k(u) with its antiderivative K(u) = ∫₀^u k.

    fill
        ``fill(u, height, scratch)`` leaves K(u) in ``u`` and k(u) in ``height``.
    total
        K(∞); K(−∞) is its negative, since every kernel is even.
    kinks
        The u where k jumps or has a corner.
    analytic
        Whether ``fill`` takes complex u.
    """

    fill: Fill
    total: float
    kinks: tuple[float, ...] = ()
    analytic: bool = True


def _sech2(u: Array, height: Array, scratch: Array) -> None:
    """K = tanh u, k = sech² u."""
    tanh_sech2(u, u, height, scratch)


def _logistic(u: Array, height: Array, scratch: Array) -> None:
    """K = 4(s(u) − ½) = 2 tanh(u/2), k = 4 s(u)s(−u) = sech²(u/2)."""
    two = scalar(2, u.dtype)
    np.divide(u, two, u)
    tanh_sech2(u, u, height, scratch)
    np.multiply(u, two, u)


def _gauss(u: Array, height: Array, scratch: Array) -> None:
    """K = ½√π erf u, k = exp(−h²) exp(−d(u + h)) with h the first binary digits of u and d = u − h.

    h² is exact, and so is d, so that the exponent is not rounded where it is large; u + h = 2u − d.
    """
    far, sixteen = scalar(_NARROW, u.dtype), scalar(16, u.dtype)
    np.maximum(u, -far, out=u)
    np.minimum(u, far, out=u)
    np.multiply(u, sixteen, height)
    np.trunc(height.real, height.real)
    np.divide(height, sixteen, height)
    np.subtract(u, height, height)  # d
    np.add(u, u, scratch)
    np.subtract(scratch, height, scratch)
    np.multiply(scratch, height, scratch)
    np.negative(scratch, scratch)
    np.exp(scratch, scratch)
    np.subtract(u, height, height)  # h again
    np.multiply(height, height, height)
    np.negative(height, height)
    np.exp(height, height)
    np.multiply(height, scratch, height)
    erf(u, out=u)
    np.multiply(u, scalar(sqrt(pi) / 2, u.dtype), u)


def _cauchy(u: Array, height: Array, scratch: Array) -> None:
    """K = arctan u, k = 1/(1 + u²)."""
    np.multiply(u, u, height)
    np.add(height, scalar(1, u.dtype), height)
    np.reciprocal(height, height)
    np.arctan(u, u)


def _softsign(u: Array, height: Array, scratch: Array) -> None:
    """K = u/(1 + |u|), k = 1/(1 + |u|)²."""
    _one_and_size(u, scratch)
    np.reciprocal(scratch, height)
    np.multiply(height, height, height)
    _share(u, scratch)


def _isru(u: Array, height: Array, scratch: Array) -> None:
    """K = u/√(1 + u²), k = (1 + u²)^(−3/2)."""
    np.multiply(u, u, height)
    np.add(height, scalar(1, u.dtype), height)
    np.sqrt(height, scratch)
    np.multiply(height, scratch, height)
    np.reciprocal(height, height)
    _share(u, scratch)


def _slow(u: Array, height: Array, scratch: Array) -> None:
    """K = sign(u) ln(1 + |u|), k = 1/(1 + |u|)."""
    np.abs(u, scratch)
    np.add(scratch, scalar(1, u.dtype), height)
    np.reciprocal(height, height)
    np.log1p(scratch, scratch)
    np.copysign(scratch, u, u)


def _box(u: Array, height: Array, scratch: Array) -> None:
    """K = u cut off at ±1, k = 1 for |u| ≤ 1, else 0: 1 less the sign of what |u| exceeds 1 by."""
    zero, one = scalar(0, u.dtype), scalar(1, u.dtype)
    np.negative(u, height)
    np.maximum(u, height, out=height)
    np.subtract(height, one, height)
    np.maximum(height, zero, out=height)
    np.sign(height, height)
    np.subtract(one, height, height)
    np.maximum(u, -one, out=u)
    np.minimum(u, one, out=u)


def _one_and_size(u: Array, out: Array) -> None:
    """Write 1 + |u| into ``out``, |u| as max(u, −u), which a complex step passes through."""
    np.negative(u, out)
    np.maximum(u, out, out=out)
    np.add(out, scalar(1, u.dtype), out)


def _share(u: Array, whole: Array) -> None:
    """Divide u by ``whole``, which is about |u| where that is large and may be infinite there."""
    far = scalar(_FAR, u.dtype)
    np.maximum(u, -far, out=u)
    np.minimum(u, far, out=u)
    np.minimum(whole, far, out=whole)
    np.divide(u, whole, u)


KERNELS: dict[str, Kernel] = {
    "sech2": Kernel(_sech2, 1.0),
    "logistic": Kernel(_logistic, 2.0),
    "gauss": Kernel(_gauss, sqrt(pi) / 2),
    "cauchy": Kernel(_cauchy, pi / 2),
    "softsign": Kernel(_softsign, 1.0, kinks=(0.0,)),
    "isru": Kernel(_isru, 1.0),
    "slow": Kernel(_slow, inf, kinks=(0.0,), analytic=False),
    "box": Kernel(_box, 1.0, kinks=(-1.0, 1.0)),
}
"""The kernels by name, from those with the lightest tails to the heaviest, and the box."""
