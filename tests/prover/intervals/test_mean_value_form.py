"""Extents over boxes: sound, tight where they can be, and careful at kinks."""

from math import inf

import mpmath as mp
import numpy as np
import pytest

from lab.activations.formula.formula import Formula
from lab.activations.formula.parser import parse
from lab.numerics import REALS, Interval
from lab.prover.intervals.exact_graph import exact_expression
from lab.prover.intervals.mean_value_form import FAR, ExactFunction, middle_of


def function(text, *left_open):
    f = exact_expression(parse(text, {}, left_open))
    return ExactFunction(f, f, len(left_open))


def extent(text, low, high):
    return function(text).over((Interval(low, high),))


@pytest.mark.parametrize(
    "text",
    [
        *("z*exp(-z)", "sin(3*z) + z**2", "abs(z - 0.3)*z"),
        *("min(z, z**2)", "z/(1 + abs(z))", "tanh(z)*z - z**3"),
    ],
)
def test_the_enclosures_of_both_extremes_are_sound_and_tight(text):
    f, sigma = function(text), Formula(text)
    for low, high in ((-2.0, -1.0), (-0.5, 0.25), (0.4, 0.45), (0.9, 1.1), (2.0, 2.125), (-3.0, 4.0)):
        found = f.over((Interval(low, high),))
        values = sigma(np.linspace(low, high, 4001))
        least, greatest = values.min(), values.max()
        assert found.least.low - 1e-12 <= least <= found.least.high + 1e-6
        assert found.greatest.low - 1e-6 <= greatest <= found.greatest.high + 1e-12
        if high - low <= 0.125:
            assert found.least.high - found.least.low <= 1e-2


def test_where_it_is_monotone_the_ends_tell_all():
    found = extent("z*exp(-z)", 2.5, 3.0)  # intervals alone give [0.124, 0.246]
    with mp.workdps(40):
        assert found.least.low <= 3 * mp.exp(-3) <= found.least.high
        assert found.greatest.low <= 2.5 * mp.exp(-2.5) <= found.greatest.high
    assert found.least.high - found.least.low < 1e-16
    assert (found.least_at, found.greatest_at) == ((3.0,), (2.5,))


def test_where_it_is_convex_the_lowest_point_is_found():
    found = extent("exp(z) - 2*z", 0.25, 1.0)
    assert found.least_at == (pytest.approx(np.log(2), abs=1e-8),)
    with mp.workdps(40):
        assert found.least.low <= 2 - 2 * mp.log(2) <= found.least.high
    assert found.least.high - found.least.low < 1e-10


def test_where_it_may_jump_only_values_count():
    """The mean value form must not cross a jump: beside it the slope is 0 and the value is not."""
    found = extent("where(z > 0.1, 1, 0) + where(z > 0, 0, 0)*z", -1.0, 1.0)
    assert (found.least.low, found.greatest.high) == (0.0, 1.0)
    assert found.gradient == ()
    found = extent("where(z > 0.1, 5, 0) + z", 0.0, 0.25)
    assert found.greatest.high >= 5.25


def test_a_kink_of_a_continuous_function_may_be_crossed():
    found = extent("abs(z) + 0.5*z", -1.0, 1.0)
    assert found.least.low <= 0.0 <= found.least.high
    assert found.gradient == (Interval(-0.5, 1.5),)


def test_beside_a_jump_the_limit_counts():
    """Without its ends, a box has one branch, and the value of that branch at the end."""
    found = extent("where(z > 0, 1 + z, z)", 0.0, 1.0)
    assert found.least == Interval(1.0, 1.0)
    found = extent("where(z > 0, 1 + z, z)", -1.0, 0.0)
    assert found.greatest == Interval(0.0, 0.0)
    assert function("where(z > 0, 1 + z, z)").at((0.0,)) == Interval(0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "low", "high", "least", "greatest"),
    [
        ("z", 1.0, inf, Interval(1.0, 1.0), Interval(inf, inf)),
        ("-z**3", 1.0, inf, Interval(-inf, -inf), Interval(-1.0, -1.0)),
        ("exp(z)", -inf, -1.0, Interval(0.0, 0.0), None),
        ("-exp(z)", -inf, -1.0, None, Interval(0.0, 0.0)),
        ("z*exp(z)", -inf, -1.0, None, Interval(0.0, 0.0)),
        ("1/z", 1.0, inf, Interval(0.0, 0.0), Interval(1.0, 1.0)),
        ("exp(z)", 1.0, inf, None, Interval(inf, inf)),
    ],
)
def test_in_a_tail_the_limit_counts(text, low, high, least, greatest):
    found = extent(text, low, high)
    assert least is None or found.least == least
    assert greatest is None or found.greatest == greatest


def test_where_it_is_undefined_nothing_is_known():
    for text in ("log(z)", "1/z", "sqrt(z)"):
        found = extent(text, -1.0, 1.0)
        assert (found.least, found.greatest) == (REALS, REALS)
        assert function(text).at((-1.0,)) == REALS or text == "1/z"


def test_what_is_settled_is_not_looked_at_closely():
    f = function("z*exp(-z)")
    assert f.over((Interval(2.0, 3.0),), Interval(-1.0, 1.0)).gradient == ()
    assert f.over((Interval(2.0, 3.0),), Interval(0.2, 1.0)).gradient != ()


def test_parameters_stand_at_their_ends_where_the_function_is_monotone_in_them():
    f = function("a*z + b*z**2", "a", "b")
    found = f.over((Interval(1.0, 2.0), Interval(0.5, 1.0), Interval(-1.0, -0.25)))
    assert found.greatest == Interval(1.0, 1.0)
    found = f.over((Interval(1.0, 1.0), Interval(0.5, 1.0), Interval(-1.0, -0.25)))
    assert found.least == Interval(-0.5, -0.5)
    assert found.least_at == (1.0, 0.5, -1.0)
    assert found.greatest == Interval(0.75, 0.75)
    assert len(found.gradient) == 3


def test_the_middle_of_an_unbounded_interval_lies_farther_and_farther_out():
    z = Interval(1.0, inf)
    middles = []
    while z.low < FAR:
        middles.append(middle_of(z))
        z = Interval(middles[-1], inf)
    assert middles[:4] == [2.0, 4.0, 16.0, 256.0]
    assert middles[-1] == FAR
    assert middle_of(Interval(-inf, -4.0)) == -16.0
    assert middle_of(REALS) == 0.0
    assert middle_of(z) == FAR
