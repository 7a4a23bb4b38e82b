"""erfcx x = e^{x²} erfc x for x ≥ 0, which is what the normal distribution's tails are made of.

It falls from 1 at 0 as 1/(x√π), and is computed as v P(t) with v = 2K/(x + K) and t = 1 − v in [−1, 1): P is
a polynomial since (x + K) erfcx x is smooth in t up to x = ∞. A relative error of a few units of precision
is left. That takes a few calls that numpy vectorises, where a library's erfcx goes element by element.
Source: Shepherd & Laframboise, *Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞* (1981), for
the variable t.
"""

from functools import lru_cache
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
