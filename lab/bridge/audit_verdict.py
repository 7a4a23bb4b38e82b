"""What an audit says of errors: how large in ulp, and what is worse than an error."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan, nan

import numpy as np

from lab.bridge.audit_reference import DTYPES
from lab.numerics import Array

LOOSE = 64.0
"""The error in ulp from which on a verdict tells it."""

AS_Z = 4.0
"""The error that no verdict tells, in steps to the next z: what the last digits of z decide."""


@dataclass(frozen=True)
class Audited:
    """What was found of σ (``of`` is "value") or of σ′ ("slope") of a function in a dtype.

    function, dtype, of, points
        What was tried, and at how many z.
    worst, at, got, due
        The largest error in ulp where normal numbers are due, its z, what was computed there and what is due;
        of the errors that a verdict tells, where there are some. Next to a zero an ulp is that of the values
        around.
    step
        By how many ulp the value that is due differs at the next z; NaN where the error is at most `LOOSE`.
    zero_from, zero_due, zero_alone
        The z of the largest value that is computed as 0, and that value; NaN where there is none. Whether no
        false 0 is beside it, as where a slope passes through 0.
    sign_at, not_finite_at
        A z at which the sign is wrong, where NaN or ∞ is computed and a number is due; NaN where none.
    verdict
        The gravest of it in words.
    """

    function: str
    dtype: str
    of: str
    points: int
    worst: float
    at: float
    got: float
    due: float
    step: float
    zero_from: float
    zero_due: float
    zero_alone: bool
    sign_at: float
    not_finite_at: float

    @property
    def grave(self) -> bool:
        """Whether it is a false 0, a wrong sign, no number at a finite z, or off by half its size or more."""
        unlike = self._loose and self.worst >= 2.0 ** (DTYPES[self.dtype].digits - 1)
        return not (isnan(self.zero_from) and isnan(self.sign_at)) or isfinite(self.not_finite_at) or unlike

    @property
    def _loose(self) -> bool:
        """Whether its worst error is told, which the next z does not explain."""
        return self.worst > LOOSE and not self.worst <= AS_Z * self.step

    @property
    def verdict(self) -> str:
        symbol = "σ" if self.of == "value" else "σ′"
        if not isnan(self.zero_from):
            where = "at" if self.zero_alone else "from"
            return f"{symbol} is 0 {where} z = {self.zero_from:.4g} where it is {self.zero_due:.2g}"
        if isfinite(self.not_finite_at):
            return f"{symbol} is no finite number at z = {self.not_finite_at:.4g}"
        if not isnan(self.sign_at):
            return f"{symbol} has the wrong sign at z = {self.sign_at:.4g}"
        if self._loose:
            return f"{symbol} is off by {self.worst:.3g} ulp at z = {self.at:.4g}"
        if self.worst > LOOSE:
            return f"as exact as z: the next z changes {symbol} by {self.step:.3g} ulp"
        return (
            "exact tails" if isnan(self.not_finite_at) else f"{symbol} is NaN at z = {self.not_finite_at:g}"
        )


def judged(
    function: str, dtype: str, of: str, z: Array, got: Array, due: Array, skipped: Array, change: Array
) -> tuple[Audited, Array]:
    """What there is to say, and the error at each z; ``change`` is that of the due value to the next z."""
    kind = DTYPES[dtype]
    order = np.argsort(z, kind="stable")  # NaN is last
    ulp = kind.ulp(_size_around(due, order, kind.largest))
    with np.errstate(all="ignore"):
        error, step, size = np.abs(got - due) / ulp, change / ulp, np.abs(due)
        rounds_to_infinity = size > kind.largest + kind.ulp(np.array(kind.largest)) / 2
        finite = np.isfinite(due) & ~skipped
        normal = finite & (size >= kind.tiny) & (size <= kind.largest)
    at_end = np.isclose(size, kind.largest, rtol=2.0 ** -(kind.digits - 2)) | rounds_to_infinity
    no_number = ~np.isnan(due) & ~skipped & np.isnan(got) | finite & ~at_end & ~np.isfinite(got)
    false_zero = normal & (got == 0)
    wrong_sign = normal & (np.sign(got) * np.sign(due) < 0)
    error = np.where(normal & np.isfinite(got) & ~at_end, error, 0.0)
    told = (error > LOOSE) & ~(error <= AS_Z * step)
    worst = int(np.argmax(np.where(told, error, 0.0) if told.any() else error))
    ordered, beside = np.pad(false_zero[order], 1), np.empty_like(false_zero)
    beside[order] = ordered[2:] | ordered[:-2]

    def at_largest(mask: Array, values: Array) -> float:
        """The value at that of these places where most is due; NaN where there is none."""
        sizes = np.abs(np.nan_to_num(due, posinf=kind.largest))
        return float(values[np.argmax(np.where(mask, sizes, -1))]) if mask.any() else nan

    nearest = np.argmin(np.where(no_number, np.abs(np.nan_to_num(z)), inf))
    found = Audited(
        function,
        dtype,
        of,
        len(z),
        float(error[worst]),
        at=float(z[worst]),
        got=float(got[worst]),
        due=float(due[worst]),
        step=float(step[worst]),
        zero_from=at_largest(false_zero, z),
        zero_due=at_largest(false_zero, due),
        zero_alone=at_largest(false_zero, beside) == 0,
        sign_at=at_largest(wrong_sign, z),
        not_finite_at=float(z[nearest]) if no_number.any() else nan,
    )
    return found, np.where(no_number | false_zero | wrong_sign, inf, error)


def _size_around(due: Array, order: Array, largest: float) -> Array:
    """The size of what is due, or of what is due on both sides where that is larger, as next to a zero."""
    size = np.abs(np.nan_to_num(due[order], nan=0.0, posinf=largest, neginf=largest))
    sides = np.minimum(np.append(size[1:], 0.0), np.append(0.0, size[:-1]))
    around: Array = np.empty_like(size)
    around[order] = np.minimum(np.maximum(size, sides), largest)
    return around
