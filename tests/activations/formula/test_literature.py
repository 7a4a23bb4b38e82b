"""σ and σ′ of what papers print and of the table's rows, at |z| up to 10⁴ and ±∞, to the last digits."""

from itertools import pairwise
from math import inf, isnan

import mpmath as mp
import numpy as np
import pytest

from lab.activations.formula.formula import Formula
from lab.activations.table import ROWS
from tests.activations.formula.literature import rows
from tests.activations.test_table import numbers_of, with_numbers
from tests.exact import judged

SIZES = [1e-3, 0.03, 0.3, 0.7, 1.5, 2.5, 5.0, 9.0, 17.0, 40.0, 95.0, 1e3, 1e4]
Z = [float(np.float32(1.0372 * side * size)) for size in SIZES[:-1] for side in (-1, 1)] + [-1e4, 0.0, 1e4]
"""Numbers of both dtypes, with no kink among them but 0."""

ALLOWED = {np.float64: 1e-13, np.float32: 5e-6}
"""The relative error of σ′ by dtype, beside what is rounded on the way."""

REACHED = {
    "pau": {np.float32: 5.2e-6},
}
"""The formulas that do not reach it, and the relative error that they have."""

DEFAULTS = {
    row.name: (row.formula, numbers_of(row, {}))
    for row in ROWS
    if not any(default is None for default, _ in row.parameters.values())
}
CASES = {**{text: (text, {}) for text in rows()}, **DEFAULTS}


def conditioning(judge, z, slope):
    """What the rounding of numbers near z, and the cancellation of terms as large as σ′ around, may cost."""
    h = 1e-9
    beside = judge(mp.mpf(z) * (1 + h))
    moved = abs(beside[1] - slope) / h if beside else mp.mpf(0)
    around = [abs(found[1]) for x in (z - 0.5, z, z + 0.5) if (found := judge(x))]
    return 4 * (moved + max(around))


def worst(sigma, judge, dtype):
    """The largest relative error of σ′ at `Z` beyond what conditioning explains."""
    limits = np.finfo(dtype)
    z = np.array(Z, dtype)
    errors = [0.0]
    for point, value, slope in zip(Z, sigma(z), sigma.derivative(z), strict=True):
        if (known := judge(point)) is None:
            continue
        true_value, true = known
        if abs(true_value) < float(limits.max):
            assert not isnan(value), f"σ({point!r}) is no number, not {float(true_value)}"
        if abs(true) >= float(limits.max):
            continue
        assert not isnan(slope), f"σ′({point!r}) is no number, not {float(true)}"
        error = abs(mp.mpf(float(slope)) - true)
        if abs(true) < float(limits.tiny):
            assert error <= 2 * float(limits.tiny), f"σ′({point!r}) = {slope!r}, not {float(true)}"
        elif error > ALLOWED[dtype] * abs(true) and error > float(limits.eps) * conditioning(
            judge, point, true
        ):
            errors.append(float(error / abs(true)))
    return max(errors)


def remembered(tree):
    """The judge of a formula, asked once for each z."""
    known = {}

    def judge(z):
        if z not in known:
            known[z] = judged(tree, z)
        return known[z]

    return judge


@pytest.mark.parametrize("name", CASES)
def test_every_slope_has_its_digits(name):
    text, numbers = CASES[name]
    sigma = Formula(text, tuple(numbers.items()))
    judge = remembered(with_numbers(sigma.text, numbers))
    for dtype in ALLOWED:
        found = worst(sigma, judge, dtype)
        known = REACHED.get(name, {}).get(dtype, 0.0)
        assert 0.5 * known <= found <= 1.5 * known, f"{dtype.__name__}: {found}"


UNSEEN = {"z*((1 + exp(z))**2 - 1)/((1 + exp(z))**2 + 1)"}
"""Where cancellation at large z hides a limit."""

NEARING = [1e11, 1e12, 1e13, 1e14, 1e15]


def limit(values):
    """What values at `NEARING` tend to; None where that is not seen."""
    if abs(values[-1] - values[-2]) <= 1e-10 * abs(values[-1]):
        return float(values[-1])
    pairs = list(pairwise(values))
    if all(abs(after) > abs(before) and after * before > 0 for before, after in pairs):
        return float(mp.sign(values[-1])) * inf
    return 0.0 if all(abs(after) < 0.5 * abs(before) for before, after in pairs) else None


def at_infinity(name):
    """The pairs of what σ and σ′ are at ±∞ and what they tend to, by dtype."""
    text, numbers = CASES[name]
    sigma = Formula(text, tuple(numbers.items()))
    tree = with_numbers(sigma.text, numbers)
    for side in (-1, 1):
        nearing = [judged(tree, side * z) for z in NEARING]
        if None not in nearing:
            for face, values in zip((sigma, sigma.derivative), zip(*nearing, strict=True), strict=True):
                if (expected := limit(values)) is not None:
                    for dtype in ALLOWED:
                        yield dtype, float(face(np.array([side * inf], dtype))[0]), expected


@pytest.mark.parametrize("name", CASES)
def test_at_infinity_stand_the_limits(name):
    lost = 0
    for dtype, found, expected in at_infinity(name):
        if isnan(found):
            lost += 1
        else:
            assert found == pytest.approx(expected, rel=1e-9 if dtype is np.float64 else 1e-6, abs=0.0)
    assert (lost > 0) == (name in UNSEEN)
