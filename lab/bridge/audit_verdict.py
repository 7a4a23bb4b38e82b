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

UNLIKE = 1e-3
"""The relative error from which on a value is another one."""

FAR = 1000.0
"""The |z| from which on what is lost is told last."""

TOLD_FIRST = 1e5
"""Of grave faults the first is told, unless another loses this many times as much."""


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
    number_at, number_got, number_due
        A z at which what is computed is off by a thousandth of its size, or is a number where 0 is due, or
        less than the least normal one; that number, and what is due; NaN where there is none.
    sign_at, sign_due, not_finite_at, not_finite_due
        A z at which the sign is wrong, where NaN or ∞ is computed and a number is due, and what is due there;
        NaN where none.
    of_nan
        The number that σ of NaN is, which hides that one was lost; NaN where it is none.
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
    number_at: float
    number_got: float
    number_due: float
    sign_at: float
    sign_due: float
    not_finite_at: float
    not_finite_due: float
    of_nan: float

    @property
    def grave(self) -> bool:
        """Whether it is a false 0 or number, also of NaN, a wrong sign, or none at a finite z."""
        return bool(self._graves)

    @property
    def _graves(self) -> list[tuple[float, str]]:
        """Each grave fault in words, with the size of what is lost by it, which is 0 far out."""
        where = "at" if self.zero_alone else "from"
        zero = f"is 0 {where} z = {self.zero_from:.4g} where it is {self.zero_due:.2g}"
        number = f"is {self.number_got:.4g} at z = {self.number_at:.4g} where it is {self.number_due:.4g}"
        no_number = f"is no finite number at z = {self.not_finite_at:.4g}"
        sign = f"has the wrong sign at z = {self.sign_at:.4g}"
        faults = (
            (not isnan(self.zero_from), self.zero_from, self.zero_due, zero),
            (isfinite(self.not_finite_at), self.not_finite_at, self.not_finite_due, no_number),
            (not isnan(self.sign_at), self.sign_at, self.sign_due, sign),
            (not isnan(self.of_nan), nan, nan, f"of NaN is {self.of_nan:.4g}"),
            (not isnan(self.number_at), self.number_at, self.number_got - self.number_due, number),
        )
        return [
            (abs(lost) if abs(z) <= FAR else 0.0, f"{self._symbol} {words}")
            for there, z, lost, words in faults
            if there
        ]

    @property
    def _symbol(self) -> str:
        return "σ" if self.of == "value" else "σ′"

    @property
    def _loose(self) -> bool:
        """Whether its worst error is told, which the next z does not explain."""
        return self.worst > LOOSE and not self.worst <= AS_Z * self.step

    @property
    def verdict(self) -> str:
        symbol, graves = self._symbol, self._graves
        if graves:
            most = max(size for size, _ in graves)
            return next(words for size, words in graves if size >= most / TOLD_FIRST)
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
        lost, step, size = np.abs(got - due), change / ulp, np.abs(due)
        error = lost / ulp
        rounds_to_infinity = size > kind.largest + kind.ulp(np.array(kind.largest)) / 2
        finite = np.isfinite(due) & ~skipped
        normal = finite & (size >= kind.tiny) & (size <= kind.largest)
    at_end = np.isclose(size, kind.largest, rtol=2.0 ** -(kind.digits - 2)) | rounds_to_infinity
    no_number = ~np.isnan(due) & ~skipped & np.isnan(got) | finite & ~at_end & ~np.isfinite(got)
    false_zero = normal & (got == 0)
    with np.errstate(invalid="ignore"):
        false_number = finite & (size < kind.tiny) & (np.abs(got) > np.maximum(2 * kind.tiny, LOOSE * ulp))
    false_number &= ~no_number
    wrong_sign = normal & (np.sign(got) * np.sign(due) < 0)
    error = np.where(normal & np.isfinite(got) & ~at_end, error, 0.0)
    told = (error > LOOSE) & ~(error <= AS_Z * step)
    false_number |= told & (error > UNLIKE * 2.0**kind.digits) & ~false_zero & ~wrong_sign
    worst = int(np.argmax(np.where(told, error, 0.0) if told.any() else error))
    ordered, beside = np.pad(false_zero[order], 1), np.empty_like(false_zero)
    beside[order] = ordered[2:] | ordered[:-2]

    def at_largest(mask: Array, values: Array) -> float:
        """The value at that of these places where most is due; NaN where there is none."""
        sizes = np.abs(np.nan_to_num(due, posinf=kind.largest))
        return float(values[np.argmax(np.where(mask, sizes, -1))]) if mask.any() else nan

    def nearest(mask: Array, values: Array) -> float:
        """The value at that of these places which is nearest to 0; NaN where there is none."""
        return float(values[np.argmin(np.where(mask, np.abs(np.nan_to_num(z)), inf))]) if mask.any() else nan

    numbers = np.where(false_number, lost, 0.0)
    most_of_them = false_number & (numbers >= numbers.max() / 2)
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
        number_at=nearest(most_of_them, z),
        number_got=nearest(most_of_them, got),
        number_due=nearest(most_of_them, due),
        sign_at=at_largest(wrong_sign, z),
        sign_due=at_largest(wrong_sign, due),
        not_finite_at=nearest(no_number, z),
        not_finite_due=nearest(no_number, due),
        of_nan=nearest(np.isnan(z) & np.isnan(due), got) if of == "value" else nan,
    )
    return found, np.where(no_number | false_zero | false_number | wrong_sign, inf, error)


def _size_around(due: Array, order: Array, largest: float) -> Array:
    """The size of what is due, or of what is due on both sides where that is larger, as next to a zero."""
    size = np.abs(np.nan_to_num(due[order], nan=0.0, posinf=largest, neginf=largest))
    sides = np.minimum(np.append(size[1:], 0.0), np.append(0.0, size[:-1]))
    around: Array = np.empty_like(size)
    around[order] = np.minimum(np.maximum(size, sides), largest)
    return around
