"""From an activation to what is proved about."""

from fractions import Fraction
from math import inf, nextafter, pi
from operator import itemgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.activations.design.integral import Integral
from lab.activations.design.knots import Knots
from lab.activations.formula.formula import Formula
from lab.activations.formula.parser import parse
from lab.activations.hyperbolic import Tanh
from lab.numerics import REALS, Interval
from lab.prover.certificate import certify
from lab.prover.claims import plainly_holds
from lab.prover.intervals.exact_graph import ExactGraph, exact_expression
from lab.prover.provable import period_of, provable

first = itemgetter(0)


def test_a_formula():
    family = provable(Formula("tanh(z) + a*abs(z)", (("a", 0.1),)), {})
    assert family.slope.at((0.5,)).low == pytest.approx(0.8864477329)
    assert family.value.at((0.5,)).low == pytest.approx(0.5121171573)
    assert (family.slope_over, family.value_over) == (REALS, REALS)
    assert (family.names, family.parameters, family.kinks) == ((), (), (0.0,))
    assert family.continuity.doubt == ""


def test_parameters_left_open():
    family = provable(Formula("tanh(b*z) + a*z", (("a", 0.1), ("b", 1.0))), {"b": Interval(1.0, 2.0)})
    assert (family.names, family.parameters) == (("b",), (Interval(1.0, 2.0),))
    assert family.slope.at((0.0, 2.0)).high == pytest.approx(2.1)


def test_a_period():
    family = provable(Formula("z + 0.25*sin(2*z)"), {})
    assert family.slope_over.high == pytest.approx(pi)
    assert family.value_over == REALS


def test_a_design_by_its_derivative():
    family = provable(Integral("0.1 + exp(-z**2)"), {})
    assert family.value is None
    assert family.slope_over == REALS
    assert family.slope.at((0.0,)).low == pytest.approx(1.1)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(-60, 60), st.integers(-9, 9)), min_size=2, max_size=6, unique_by=first),
)
def test_knots_are_proved_to_go_from_the_least_to_the_largest_as_they_were_written(knots):
    """No rounding of the lab's own refutes or doubts that, and what is one float more is refuted."""
    places, slopes = zip(*sorted((place / 7, slope / 10) for place, slope in knots), strict=True)
    sigma, least, largest = Knots(places, slopes), min(slopes), max(slopes)
    found = certify(sigma, at_least=least, at_most=largest)
    assert (found.verdict, found.inf, found.sup) == (
        "CERTIFIED",
        Interval(least, least),
        Interval(largest, largest),
    )
    assert found.inf_at[0] in (*places, 0.0)
    assert found.sup_at[0] in (*places, 0.0)
    assert plainly_holds(sigma, least, largest)
    assert certify(sigma, at_least=nextafter(least, inf)).verdict == "REFUTED"
    assert certify(sigma, at_most=nextafter(largest, -inf)).verdict == "REFUTED"


def test_knots_between_their_places_are_a_line():
    family = provable(Knots((-0.3, 0.1, 0.7), (0.1, 0.9, 0.2)), {})
    assert (family.kinks, family.corners) == ((), (-0.3, 0.1, 0.7))
    slope = family.slope.at((0.4,))
    assert (
        slope.low
        <= Fraction(0.9)
        + (Fraction(0.2) - Fraction(0.9)) * (Fraction(0.4) - Fraction(0.1)) / (Fraction(0.7) - Fraction(0.1))
        <= slope.high
    )
    assert slope.high - slope.low < 1e-15


def test_the_points_are_the_likely_extremes_and_those_next_to_0():
    points = provable(Formula("z*s(z)"), {}).points
    assert min(points) == pytest.approx(-2.4, abs=0.02)
    assert max(points) == pytest.approx(2.4, abs=0.02)
    assert provable(Formula("max(z, 0)"), {}).points == pytest.approx((0, 0, 0.0125, 0.0125), abs=1e-9)


def test_slopes_that_overflow_are_no_matter():
    assert provable(Formula("sinh(z)*1e200"), {}).points
    assert provable(Formula("1/z"), {}).continuity.undefined == 0


def test_a_class(own):
    assert provable(Tanh(), {}).slope.at((0.0,)) == Interval(1.0, 1.0)
    assert provable(own, {}) is None


def seen(text, of_slope=False):
    sigma = exact_expression(Formula(text).expression)
    return period_of(sigma.derivative() if of_slope else sigma)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sin(z)", 2 * pi),
        ("cos(-z)", 2 * pi),
        ("sin(2*z + 1) + cos(6*z)", pi),
        ("exp(sin(z/4*8))*cos(3 - 2*z)", pi),
        ("where(sin(z) > 0, sin(2*z), 0)", 2 * pi),
        ("sin(0.1*(3*z)) + 2", 2 * pi / (0.1 * 3)),
    ],
)
def test_a_period_of(text, expected):
    found = seen(text)
    assert expected <= found <= expected * (1 + 1e-14)


@pytest.mark.parametrize(
    "text",
    ["z", "z + sin(z)", "sin(z**2)", "sin(z)*z", "sin(z) + sin(pi*z)", "sin(2*z) + sin(3*z)", "cos(exp(z))"],
)
def test_no_period(text):
    """2 and 3 have a period in common, but not that of the slower one."""
    assert seen(text) is None


def test_the_slope_may_have_one_where_sigma_has_none():
    assert seen("z + 0.5*sin(z)**2") is None
    assert seen("z + 0.5*sin(z)**2", of_slope=True) == pytest.approx(pi)


def test_neither_a_rate_that_is_a_parameter_nor_a_constant_has_a_period():
    assert period_of(exact_expression(parse("sin(a*z)", {}, ("a",)))) is None
    assert period_of(exact_expression(parse("a*sin(3*z)", {}, ("a",)))) == pytest.approx(2 * pi / 3)
    assert period_of(ExactGraph().constant(2)) is None
