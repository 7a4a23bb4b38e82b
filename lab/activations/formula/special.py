"""Kernels that numpy has not: e^{x²} erfc x for x ≥ 0, of which the normal distribution's tails are made, and
sin x/x with its slope, which cancels next to 0.

erfcx falls from 1 at 0 as 1/(x√π), and is computed as v P(t) with v = 2K/(x + K) and t = 1 − v in [−1, 1):
P is a polynomial since (x + K) erfcx x is smooth in t up to x = ∞. A relative error of a few units of
precision is left. That takes a few calls that numpy vectorises, where a library's erfcx goes element by
element. For |x| < 1 sinc and its slope are sums of the power series Σ (−1)ᵏ x²ᵏ/(2k + 1)!, also of complex x.
Source: Shepherd & Laframboise, *Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞* (1981), for
the variable t.
"""

from functools import lru_cache
from math import factorial
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from lab.numerics import Array, scalar

K = 3.0
"""Where t is 0; with this the coefficients fall fastest."""

DEGREES = {2: 6, 4: 10, 8: 22}
"""The degree of P by the bytes of a real number: what is cut off is below its precision."""

POINTS = 64
"""The Chebyshev points at which the series is taken."""

SERIES = [(-1) ** k / factorial(2 * k + 1) for k in range(11)]
SLOPES = [2 * k * c for k, c in enumerate(SERIES)][1:]
"""The coefficients of sinc x, and those of its slope."""


def erfcx(x: Array, out: Array) -> None:
    """Write erfcx x into ``out``, which may be x; for x ≥ 0, or complex x next to it."""
    above, *below = coefficients(x.real.dtype)
    one = scalar(1, x.dtype)
    v, t = np.empty_like(x), np.empty_like(x)
    np.add(x, scalar(K, x.dtype), v)
    np.divide(scalar(2 * K, x.dtype), v, v)
    np.subtract(one, v, t)
    np.multiply(t, above, out)
    for coefficient in below[:-1]:
        np.add(out, coefficient, out)
        np.multiply(out, t, out)
    np.add(out, below[-1], out)
    np.multiply(out, v, out)


@lru_cache
def coefficients(dtype: np.dtype[Any]) -> tuple[Array, ...]:
    """Those of P, the highest first: of the Chebyshev series of a library's erfcx, cut off."""
    from scipy import special
    from scipy.fft import dct

    x = K / np.tan(np.pi * (np.arange(POINTS) + 0.5) / (2 * POINTS)) ** 2
    series = dct(special.erfcx(x) * (x + K) / (2 * K)) / POINTS
    series[0] /= 2
    series = series[: DEGREES[dtype.itemsize] + 1]
    return tuple(scalar(float(c), dtype) for c in chebyshev.cheb2poly(series)[::-1])


def sinc(x: Array, out: Array) -> None:
    """Write S = sin x/x into ``out``, which may be x; 1 at 0, 0 at ±∞."""
    _write(np.sin(x) / x, _sum(SERIES, x), x, out)


def sinc_slope(x: Array, out: Array) -> None:
    """Write S′ = (cos x − S)/x into ``out``, which may be x; 0 at 0 and at ±∞."""
    _write((np.cos(x) - np.sin(x) / x) / x, _sum(SLOPES, x) * x, x, out)


def _sum(coefficients: list[float], x: Array) -> Array:
    square, total = x * x, np.zeros_like(x)
    for coefficient in reversed(coefficients):
        total *= square
        total += scalar(coefficient, x.dtype)
    return total


def _write(far: Array, near: Array, x: Array, out: Array) -> None:
    is_near, infinite = np.abs(x) < 1, np.isinf(x)
    np.copyto(out, far)
    np.copyto(out, near, where=is_near)
    np.copyto(out, 0, where=infinite)
