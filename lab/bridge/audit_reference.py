"""What an audit holds σ and σ′ to: the numbers of a dtype at which they are tried, and what is due there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, isnan, nan
from typing import Any

import numpy as np
from flint import acb, ctx

from lab.errors import LabError
from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.digits import KNOWN, PRECISION
from lab.prover.integrals.complex_balls import continued
from lab.prover.intervals.mean_value_form import ExactFunction, Extent
from lab.prover.provable import exact_form


@dataclass(frozen=True)
class Dtype:
    """A binary format: its digits, and the exponents of its least normal and of its largest number."""

    digits: int
    least: int
    most: int

    @property
    def tiny(self) -> float:
        """The least normal number."""
        return float(2.0**self.least)

    @property
    def largest(self) -> float:
        return float((2 - 2.0 ** (1 - self.digits)) * 2.0**self.most)

    def ulp(self, x: Array) -> Array:
        """The distance of the numbers around x."""
        exponent = np.maximum(np.frexp(x)[1] - 1, self.least)
        return np.asarray(np.ldexp(1.0, exponent - self.digits + 1))


DTYPES = {
    "float64": Dtype(53, -1022, 1023),
    "float32": Dtype(24, -126, 127),
    "bfloat16": Dtype(8, -126, 127),
    "float16": Dtype(11, -14, 15),
}


def tried(dtype: str, kinks: Sequence[float]) -> Array:
    """The z at which a function is tried, in increasing order, with NaN at the end."""
    if dtype in ("float16", "bfloat16"):
        bits = np.arange(2**16, dtype=np.uint32)
        with np.errstate(invalid="ignore"):
            numbers = (
                bits.astype(np.uint16).view(np.float16)
                if dtype == "float16"
                else (bits << 16).view(np.float32)
            )
            z = np.sort(numbers.astype(float))
        z[np.isnan(z)] = np.nan  # where some are signalling ones
        return z
    kind = DTYPES[dtype]
    sizes = np.concatenate(
        [
            np.geomspace(2.0 ** (kind.least - kind.digits + 2), 1e-3, 40),
            np.geomspace(1e-3, 15, 120),
            np.arange(15, 120, 0.25),
            np.linspace(120, 800, 120),
            np.geomspace(800, kind.largest / 2, 60) if dtype == "float32" else np.geomspace(800, 1e300, 60),
        ]
    )
    near = [np.nextafter(np.asarray(k, dtype), np.asarray(way, dtype)) for k in kinks for way in (-inf, inf)]
    points = np.concatenate([-sizes, sizes, [0.0, -inf, inf, nan, *kinks, *near]]).astype(dtype).astype(float)
    return np.append(np.unique(points), -0.0)


_FAR = (2.0**200, 2.0**10)
"""The |z| beyond which a limit is looked for: what falls like 1/|z| is next to 0 beyond the first."""


def _limit(extent: Extent) -> float:
    """The limit of what has this extent near infinity; NaN where it is not known, or there is none."""
    least, most = extent.least.low, extent.greatest.high
    rises, falls = extent.greatest.low == inf, extent.least.high == -inf
    if rises != falls:  # what does both swings
        return inf if rises else -inf
    size = max(abs(least), abs(most))
    if size <= 1e-50:
        return 0.0
    return (least + most) / 2 if isfinite(size) and most - least <= 1e-12 * size else nan


@dataclass(frozen=True)
class Reference:
    """σ and σ′ of a formula to the last digit of float64."""

    sigma: Activation

    @cached_property
    def _balls(self) -> Any:
        form = exact_form(self.sigma)
        if form is None or form.value is None:
            raise LabError(f"{self.sigma} has no formula, so nothing exact is known of it")
        return continued((form.value, form.slope), {})

    @cached_property
    def _limits(self) -> dict[float, list[float]]:
        """The limits of σ and σ′ at −∞ and at ∞; NaN where none is known."""
        form = exact_form(self.sigma)
        assert form is not None
        ends = {-inf: [Interval(-inf, -far) for far in _FAR], inf: [Interval(far, inf) for far in _FAR]}
        functions = [ExactFunction(one, one) for one in (form.value, form.slope) if one is not None]
        return {
            z: [next((x for end in near if not isnan(x := _limit(f.over((end,))))), nan) for f in functions]
            for z, near in ends.items()
        }

    def exact(self, z: Array) -> tuple[Array, Array]:
        """By balls of many digits, at ±∞ by what is proved; the lab's value where they tell nothing."""
        with np.errstate(all="ignore"):
            pair = [np.array(values, dtype=float) for values in self.sigma.with_derivative(z)]
        with ctx.workprec(PRECISION):
            for i, point in enumerate(z.tolist()):
                if abs(point) == inf:
                    for values, limit in zip(pair, self._limits[point], strict=True):
                        values[i] = values[i] if isnan(limit) else limit
                elif isfinite(point):
                    for values, ball in zip(pair, self._balls(acb(point)), strict=True):
                        if ball.real.is_finite() and (
                            ball.real.rel_accuracy_bits() >= KNOWN or ball.real == 0
                        ):
                            values[i] = float(ball.real.mid())
        return pair[0], pair[1]

    def changes(self, z: Array, dtype: str) -> tuple[Array, Array]:
        """By how much σ and σ′ differ from z to the next number of the dtype; NaN where they are infinite."""
        (a, slope), (next_a, next_slope) = (self.exact(one) for one in (z, z + DTYPES[dtype].ulp(z)))
        with np.errstate(invalid="ignore"):
            return np.abs(next_a - a), np.abs(next_slope - slope)

    def quick(self, z: Array) -> tuple[Array, Array]:
        """The lab's float64, which is enough for a dtype of less digits where nothing is wrong."""
        with np.errstate(all="ignore"):
            a, slope = self.sigma.with_derivative(z)
        return a.copy(), slope.copy()
