"""What is printed of an enclosure is never narrower than it is."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest

from lab.numerics import Interval
from lab.prover.intervals.enclosure_text import (
    enclosure_text,
    outward_text,
    place_text,
    rounded_down,
    rounded_up,
    shortest_decimal,
)


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(0.1, 0.1), "= 0.1"),
        (Interval(0.0, 0.0), "= 0"),
        (Interval(1 / 3, 1 / 3), "= 0.3333333333333333"),
        (Interval(inf, inf), "= ∞"),
        (Interval(-inf, -inf), "= −∞"),
        (Interval(0.07109585481, 0.07109585482), "= 0.0710958548 ± 1e-10"),
        (Interval(0.1, 0.1 + 1e-13), "= 0.1 ± 1e-12"),
        (Interval(1 - 3e-10, 1.0), "= 1 ± 1e-09"),
        (Interval(0.0710, 0.0711), "∈ [0.07099999, 0.0711]"),
        (Interval(-0.12, 0.25), "∈ [-0.12, 0.25]"),
        (Interval(0.5, inf), "≥ 0.5"),
        (Interval(-inf, 2 / 3), "≤ 0.6666667"),
        (Interval(-inf, inf), "is not bounded by the proof"),
        (Interval(0.0, 5e-324), "∈ [0, 4.940657e-324]"),
    ],
)
def test_words(interval, words):
    assert enclosure_text(interval) == words


def test_a_number_with_its_error_holds_the_enclosure():
    rng = np.random.default_rng(4)
    for x in rng.standard_normal(300) * 10.0 ** rng.integers(-30, 30, 300):
        interval = Interval(*sorted((x, x * (1 + 10.0 ** -rng.integers(9, 15)))))
        middle, error = (Fraction(word) for word in enclosure_text(interval).removeprefix("= ").split(" ± "))
        assert middle - error <= Fraction(interval.low)
        assert Fraction(interval.high) <= middle + error


def test_short_decimals_are_rounded_outwards():
    rng = np.random.default_rng(3)
    for x in rng.standard_normal(300) * 10.0 ** rng.integers(-300, 300, 300):
        assert Fraction(rounded_down(x)) <= Fraction(x) <= Fraction(rounded_up(x))
        assert float(shortest_decimal(x)) == x


def test_what_arithmetic_added_to_a_short_end_is_left_out():
    assert outward_text(Interval(0.1 - 1e-16, 1 + 1e-15)) == "[0.1, 1]"
    assert outward_text(Interval(0.1 - 1e-12, 1 + 1e-12)) == "[0.09999999, 1.000001]"


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ((), ""),
        ((1.5,), ", at z = 1.5"),
        ((-0.0,), ", at z = 0"),
        ((inf,), ", approached as z → ∞"),
        ((-inf,), ", approached as z → −∞"),
        ((-inf, inf), ", approached as z → ±∞"),
    ],
)
def test_places(points, words):
    assert place_text(points) == words
