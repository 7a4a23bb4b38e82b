"""Anyone's σ and σ′ held to references of 60 digits: the error in ulp, and what is worse than an error.

float16 and bfloat16 are tried at all of their 65 536 numbers, float32 and float64 at a sample: tails, the
least numbers, kinks and beside them, both zeros, ±∞ and NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import inf, isfinite, isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
from flint import acb, ctx

from lab.bridge.audit_libraries import KNOWN_BY_NAME, Both, LacksDtypeError, from_file, functions_of
from lab.errors import LabError, in_one_line
from lab.experiment.specify import from_spec
from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.digits import KNOWN, PRECISION
from lab.prover.integrals.complex_balls import continued
from lab.prover.intervals.mean_value_form import ExactFunction, Extent
from lab.prover.provable import exact_form
from lab.spelling import did_you_mean


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

LOOSE = 64.0
"""The error in ulp from which on a verdict tells it."""

AS_Z = 4.0
"""The error that no verdict tells, in steps to the next z: what the last digits of z decide."""

DOUBTED = 1.0
"""The error in ulp from which on a reference is computed again by balls, where it was the lab's float64."""

MOST_DOUBTED = 400
"""The references of a function and dtype that are computed again: those with the largest errors."""


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


def as_record(found: Audited) -> dict[str, Any]:
    """A row of the table."""
    return {**asdict(found), "verdict": found.verdict}


_FAR = (2.0**200, 2.0**10)
"""The |z| beyond which a limit is looked for: what falls like 1/|z| is next to 0 beyond the first."""


def _limit(extent: Extent) -> float:
    """The limit of what has this extent near infinity; NaN where it is not known, or there is none."""
    least, most = extent.least.low, extent.greatest.high
    if extent.greatest.low == inf or extent.least.high == -inf:
        return inf if extent.greatest.low == inf else -inf
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


def tried(dtype: str, kinks: Sequence[float]) -> Array:
    """The z at which a function is tried, in increasing order, with NaN at the end."""
    if dtype in ("float16", "bfloat16"):
        bits = np.arange(2**16, dtype=np.uint32)
        if dtype == "float16":
            return np.sort(bits.astype(np.uint16).view(np.float16).astype(float))
        with np.errstate(invalid="ignore"):  # the signalling NaN
            return np.sort((bits << 16).view(np.float32).astype(float))
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


def _judged(
    function: str, dtype: str, of: str, z: Array, got: Array, due: Array, skipped: Array, change: Array
) -> tuple[Audited, Array]:
    """What there is to say, and the error at each z; ``change`` is that of the due value to the next z."""
    kind = DTYPES[dtype]
    order = np.argsort(z, kind="stable")  # NaN is last
    size = np.abs(np.nan_to_num(due[order], nan=0.0, posinf=kind.largest, neginf=kind.largest))
    sides = np.minimum(np.append(size[1:], 0.0), np.append(0.0, size[:-1]))
    around = np.empty_like(size)
    around[order] = np.minimum(np.maximum(size, sides), kind.largest)
    with np.errstate(all="ignore"):
        error = np.abs(got - due) / kind.ulp(around)
        rounds_to_infinity = np.abs(due) > kind.largest + kind.ulp(np.array(kind.largest)) / 2
        normal = np.isfinite(due) & (np.abs(due) >= kind.tiny) & (np.abs(due) <= kind.largest) & ~skipped
    at_end = np.isclose(np.abs(due), kind.largest, rtol=2.0 ** -(kind.digits - 2)) | rounds_to_infinity
    odd = (np.isfinite(due) | np.isinf(due)) & ~skipped & np.isnan(got)
    odd |= np.isfinite(due) & ~skipped & ~at_end & ~np.isfinite(got)
    false_zero = normal & (got == 0)
    wrong_sign = normal & (np.sign(got) * np.sign(due) < 0)
    step = change / kind.ulp(around)
    error = np.where(normal & np.isfinite(got) & ~at_end, error, 0.0)
    told = (error > LOOSE) & ~(error <= AS_Z * step)
    worst = int(np.argmax(np.where(told, error, 0.0) if told.any() else error))

    def largest(mask: Array) -> int | None:
        return (
            int(np.argmax(np.where(mask, np.abs(np.nan_to_num(due, posinf=kind.largest)), -1)))
            if mask.any()
            else None
        )

    ordered = np.pad(false_zero[order], 1)
    beside = np.empty_like(false_zero)
    beside[order] = ordered[2:] | ordered[:-2]
    zero, sign = largest(false_zero), largest(wrong_sign)
    no_number = int(np.argmin(np.where(odd, np.abs(np.nan_to_num(z)), inf))) if odd.any() else None
    return (
        Audited(
            function,
            dtype,
            of,
            len(z),
            float(error[worst]),
            at=float(z[worst]),
            got=float(got[worst]),
            due=float(due[worst]),
            step=float(step[worst]),
            zero_from=nan if zero is None else float(z[zero]),
            zero_due=nan if zero is None else float(due[zero]),
            zero_alone=zero is not None and not beside[zero],
            sign_at=nan if sign is None else float(z[sign]),
            not_finite_at=nan if no_number is None else float(z[no_number]),
        ),
        np.where(odd | false_zero | wrong_sign, inf, error),
    )


def _beside(z: Array, places: Sequence[float], dtype: str) -> Array:
    """Whether z is one of these places, or so near that their own rounding matters."""
    near = np.array(places, dtype=float)
    return np.asarray((np.abs(z[:, None] - near) <= 4 * DTYPES[dtype].ulp(near)).any(axis=1))


def held(function: str, both: Both, sigma: Activation, dtype: str) -> Iterator[tuple[Audited, Array, Array]]:
    """What there is to say of σ and of σ′ of a function in a dtype; each with all z and the errors there."""
    z = tried(dtype, sigma.kinks)
    found = both(z, dtype)
    reference = Reference(sigma)
    dues = reference.exact(z) if dtype == "float64" else reference.quick(z)
    skipped = _beside(z, (*sigma.kinks, *sigma.jumps), dtype)
    for k, of in enumerate(("value", "slope")):
        got = found[k]
        if got is None:
            continue
        change = np.full(len(z), nan)
        _, errors = _judged(function, dtype, of, z, got, dues[k], skipped, change)
        doubted = np.argsort(-errors, kind="stable")[:MOST_DOUBTED]
        doubted = doubted[errors[doubted] > DOUBTED]
        if dtype != "float64" and len(doubted):
            dues[k][doubted] = reference.exact(z[doubted])[k]
        loose = doubted[errors[doubted] > LOOSE]
        change[loose] = reference.changes(z[loose], dtype)[k]
        judged, errors = _judged(function, dtype, of, z, got, dues[k], skipped, change)
        yield judged, z, errors


@dataclass(frozen=True)
class Audit:
    """What an audit found: its ``rows``, each with the z that were tried and the errors there.

    ``left_out`` tells the functions that could not be tried in a dtype, by why.
    """

    rows: list[tuple[Audited, Array, Array]]
    left_out: dict[str, list[str]]

    @property
    def notes(self) -> list[str]:
        """A line for each reason why something was left out."""
        return [
            f"{why}: {names[0] if len(names) == 1 else f'{len(names)} functions'} left out there"
            for why, names in self.left_out.items()
        ]


def audited(
    what: str | Path,
    name: str = "",
    *,
    dtypes: Sequence[str] = tuple(DTYPES),
    formula: str = "",
    only: Sequence[str] = (),
    allow_code: bool = False,
) -> Audit:
    """What an audit finds; see `lab.api.audit`.

    Raises LabError also where nothing could be tried in any of the dtypes.
    """
    for dtype in dtypes:
        if dtype not in DTYPES:
            raise LabError(f"no dtype {dtype!r}; {did_you_mean(dtype, DTYPES)}")
    if what in KNOWN_BY_NAME:
        functions = functions_of(str(what), tuple(only))
    else:
        functions = _of_file(str(what), name, formula, allow_code)
    found = Audit([], {})
    for function, (known, both) in functions.items():
        sigma = from_spec(formula) if formula else known
        for dtype in dtypes:
            try:
                found.rows.extend(held(function, both, sigma, dtype))
            except LacksDtypeError as error:
                found.left_out.setdefault(str(error), []).append(function)
    if found.left_out and not found.rows:
        others = ", ".join(dtype for dtype in DTYPES if dtype not in dtypes)
        raise LabError(f"{'; '.join(found.notes)}; nothing was tried, expected one of {others}")
    return found


def _of_file(what: str, name: str, formula: str, allow_code: bool) -> dict[str, tuple[Activation, Both]]:
    """The function of a file: its name → the σ that it is to compute, and what computes it."""
    path, _, function = what.rpartition(":") if not name and ":" in what else (what, "", name)
    if not path.endswith(".py"):
        raise LabError(f"no library {what!r} to audit; {did_you_mean(what, KNOWN_BY_NAME)}")
    if not function:
        raise LabError(f"{path}: which function is σ? Write {path}:NAME")
    both = from_file(Path(path), function, allow_code)
    try:
        return {function: (from_spec(formula or function), both)}
    except LabError as error:
        if formula:
            raise
        raise LabError(
            f"{in_one_line(error)}; what {function} is to compute is said by a name of the lab's, or by "
            'a formula: --formula "z*Phi(z)", in Python formula="z*Phi(z)"'
        ) from error
