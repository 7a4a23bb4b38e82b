"""Where a formula loses digits of σ′: what is computed, beside balls of many digits."""

from itertools import groupby
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from flint import acb, ctx

from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.integrals.complex_balls import continued
from lab.prover.provable import exact_form

ALLOWED = {4: 5e-6, 8: 1e-13}
"""The relative error of σ′ that is no loss, by the bytes of a number."""

PRECISION, KNOWN = 1000, 60
"""The bits that are computed with, and those that have to be known of σ′ for it to be a measure."""

_SIZES = np.geomspace(1e-3, 1e4, 43)
_GRID: Array = np.concatenate([-_SIZES[::-1], _SIZES])


class Loss(NamedTuple):
    """The z between which σ′ is off, and its largest relative error there; ∞ where it is no finite number."""

    z: Interval
    error: float

    def __str__(self) -> str:
        what = (
            f"off by up to {self.error:.1g} of itself" if isfinite(self.error) else "not computed as a number"
        )
        return f"σ′ is {what} for z from {self.z.low:.3g} to {self.z.high:.3g}"


def lost_digits(sigma: Activation, dtype: Any = np.float64) -> list[Loss]:
    """Where on a grid of 10⁻³ ≤ |z| ≤ 10⁴ the slope has a larger relative error than `ALLOWED`.

    Next to a zero of σ′ the error counts in comparison to what σ′ is around it. Nothing is known of a σ
    without a formula, nor where σ′ is too small for the dtype.

    >>> from lab.activations.formula.formula import Formula
    >>> lost_digits(Formula("z - tanh(z)"))
    []
    >>> print(lost_digits(Formula("1/log(3 + z**2) - 1/log(4 + z**2)"))[-1])
    σ′ is off by up to 3e-08 of itself for z from 46.4 to 1e+04
    """
    kind = np.dtype(dtype)
    form = exact_form(sigma)
    if form is None or kind.itemsize not in ALLOWED:
        return []
    z = np.unique(_GRID.astype(kind))
    with np.errstate(all="ignore"):
        computed = np.asarray(sigma.derivative(z), dtype=float)
    exact = _exact(z, continued((form.slope,), {}))
    size = np.nan_to_num(np.abs(exact), posinf=np.inf)
    around = np.maximum(size, np.minimum(np.append(size[1:], 0), np.append(0, size[:-1])))
    with np.errstate(all="ignore"):
        error = np.abs(computed - exact) / around
    limits = np.finfo(kind)
    lost = ~(error <= ALLOWED[kind.itemsize]) & (size >= limits.tiny) & (size <= limits.max)
    found = []
    for is_lost, group in groupby(range(len(z)), lambda i: bool(lost[i])):
        if is_lost:
            at = list(group)
            ends = z[max(at[0] - 1, 0)], z[min(at[-1] + 1, len(z) - 1)]
            worst = float(np.where(np.isfinite(computed[at]), error[at], np.inf).max())
            found.append(Loss(Interval(*map(float, ends)), worst))
    return found


def _exact(z: Array, slope: Any) -> Array:
    """The values of σ′ to the last digit of float64; NaN where they are not known."""
    values = np.full(len(z), np.nan)
    with ctx.workprec(PRECISION):
        for i, point in enumerate(z.tolist()):
            ball = slope(acb(point))[0].real
            if ball.is_finite() and ball.rel_accuracy_bits() >= KNOWN:
                values[i] = float(ball.mid())
    return values
