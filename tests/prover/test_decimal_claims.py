from fractions import Fraction
from math import inf, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.numerics import Interval
from lab.prover.certificate import certify
from lab.prover.decimal_claims import holds_as_written, multiplied
from lab.prover.intervals.enclosure import enclosed
from lab.prover.provable import exact_form, provable

AS_WRITTEN = "proved on every interval of z, of the decimal as it is written"


@pytest.mark.parametrize(
    ("formula", "at_least", "at_most"),
    [
        ("where(z > 0, z, z/10)", 0.1, inf),
        ("max(z, z/10)", 0.1, inf),
        ("tanh(z) + z/10", 0.1, 1.1),
        ("z/10", 0.1, 0.1),
        ("-z/10", -0.1, -0.1),
        ("2*(tanh(z)/5 + z/20)", 0.1, 0.5),
        ("min(z, z/100)", 0.01, 1.0),
        ("abs(z)/10 + z", 0.9, inf),
    ],
)
def test_a_claim_that_holds_as_it_is_written_is_certified(formula, at_least, at_most):
    found = certify(Formula(formula), at_least, at_most)
    assert (found.verdict, found.reason) == ("CERTIFIED", AS_WRITTEN)


@pytest.mark.parametrize(
    ("formula", "at_least", "at_most"),
    [
        ("tanh(z) + 0.7*z/7", 0.1, inf),  # 0.7 is held as less
        ("0.3*z/3", 0.1, inf),
        ("where(z > 0, z, z/10) - z*1e-18", 0.1, inf),
        ("z/10", nextafter(0.1, 1), inf),
        ("z/10", -inf, nextafter(nextafter(0.1, 0), 0)),
        ("z/3", -inf, 0.3333333333333333),
    ],
)
def test_a_claim_that_fails_by_less_than_a_digit_is_not_certified(formula, at_least, at_most):
    assert certify(Formula(formula), at_least, at_most).verdict != "CERTIFIED"


def test_what_is_not_proved_for_want_of_a_digit_says_which_number_is_held():
    found = certify(Formula("tanh(z) + 0.7*z/7"), at_least=0.1)
    told = "; a formula's numbers and the claim are float64, in which 0.1 is 0.10000000000000000555"
    assert found.reason.endswith(told)


@given(st.integers(1, 9999), st.integers(1, 4), st.integers(1, 60), st.integers(0, 1))
def test_only_what_is_true_is_proved(numerator, digits, divisor, more):
    """σ′ comes down to a quotient below the claim, at it or above; it is proved where that is not below."""
    claim = Fraction(numerator, 10**digits)
    slope = Fraction(numerator * divisor // 10**digits + more, divisor)
    family = provable(Formula(f"{slope.numerator}*z/{slope.denominator} + tanh(z)"), {})
    bound = float(claim)
    assert holds_as_written(family, bound, nextafter(bound, 0), is_least=True) == (slope >= claim)


MIXED = exact_form(Formula("max(z/10, 2*(z/4 - tanh(z)/3)) + where(z > 1, -z/7, z**2) + min(z, 3)")).value


@settings(max_examples=30)
@given(st.integers(1, 1000), st.floats(-5, 5))
def test_a_multiple_is_one(factor, z):
    x, y = (enclosed(f, Interval(z, z)) for f in (MIXED, multiplied(MIXED, factor)))
    assert factor * (x.low + x.high) / 2 == pytest.approx((y.low + y.high) / 2, rel=1e-12, abs=1e-12)
