"""sin x/x and its slope, precise next to 0, where the slope cancels.

For |x| < 1 both are sums of the power series Σ (−1)ᵏ x²ᵏ/(2k + 1)!, also of a complex x.
"""

from math import factorial

import numpy as np

from lab.numerics import Array, scalar

SERIES = [(-1) ** k / factorial(2 * k + 1) for k in range(11)]
SLOPES = [2 * k * c for k, c in enumerate(SERIES)][1:]


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
