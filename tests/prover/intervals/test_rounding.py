"""Interval arithmetic against fractions: right to the last digit, at the limits of the floats too."""

import struct
from fractions import Fraction
from math import inf, isfinite, nextafter

import numpy as np
import pytest
from flint import arb

from lab.numerics import Interval
from lab.prover.intervals.rounding import add, div, mul, neg, sub, upper

SPECIAL = [0.0, 1.0, -1.0, 0.5, 5e-324, -5e-324, 1e308, -1e308, 1e-200, 2.0**-1022]
OPERATIONS = {
    add: lambda x, y: x + y,
    sub: lambda x, y: x - y,
    mul: lambda x, y: x * y,
    div: lambda x, y: x / y,
}


def drawn(rng):
    """Floats of all sizes."""
    kind = rng.integers(4)
    if kind == 0:
        return float(rng.choice(SPECIAL))
    if kind == 1:
        return float(rng.uniform(-10, 10))
    if kind == 2:
        return float(rng.integers(-50, 50))
    x = struct.unpack("d", rng.bytes(8))[0]
    return x if isfinite(x) else 1.0


def box(rng):
    return Interval(*sorted((drawn(rng), drawn(rng))))


def below(exact):
    """The greatest float that is not above a fraction."""
    try:
        near = float(exact)
    except OverflowError:
        return nextafter(inf, 0) if exact > 0 else -inf
    return near if Fraction(near) <= exact else nextafter(near, -inf)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_the_hull_of_the_ends_rounded_outwards_and_no_further(operation):
    rng = np.random.default_rng(1)
    for _ in range(4000):
        x, y = box(rng), box(rng)
        if operation is div and y.low <= 0 <= y.high:
            assert div(x, y) is None
            continue
        exact = [
            OPERATIONS[operation](Fraction(a), Fraction(b)) for a in (x.low, x.high) for b in (y.low, y.high)
        ]
        found = operation(x, y)
        assert found == Interval(below(min(exact)), -below(-max(exact))), (x, y)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (add(Interval(1.0, inf), Interval(2.0, 3.0)), Interval(3.0, inf)),
        (add(Interval(-inf, 1.0), Interval(1.0, inf)), Interval(-inf, inf)),
        (sub(Interval(1.0, inf), Interval(1.0, inf)), Interval(-inf, inf)),
        (neg(Interval(-inf, 2.0)), Interval(-2.0, inf)),
        (mul(Interval(0.0, 0.0), Interval(-inf, inf)), Interval(0.0, 0.0)),
        (mul(Interval(-inf, -2.0), Interval(3.0, inf)), Interval(-inf, -6.0)),
        (mul(Interval(-inf, inf), Interval(-1.0, 0.0)), Interval(-inf, inf)),
        (div(Interval(1.0, 2.0), Interval(4.0, inf)), Interval(0.0, 0.5)),
        (div(Interval(-inf, 2.0), Interval(-4.0, -1.0)), Interval(-2.0, inf)),
        (div(Interval(1.0, 2.0), Interval(0.0, 1.0)), None),
    ],
)
def test_unbounded_intervals(found, expected):
    assert found == expected


@pytest.mark.parametrize(
    ("ball", "expected"),
    [
        (arb(1) / 3, nextafter(1 / 3, inf)),
        (arb(0.25), 0.25),
        (arb(2) ** 2000, inf),
        (-(arb(2) ** -2000), -0.0),
        (arb("nan"), inf),
    ],
)
def test_the_least_float_that_is_not_less_than_a_ball(ball, expected):
    assert upper(ball) == expected
