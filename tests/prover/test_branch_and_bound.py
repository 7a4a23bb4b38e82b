"""The search for both extremes: where it ends, what it costs, and what it says."""

from math import inf

import numpy as np
import pytest

from lab.activations.formula.formula import Formula
from lab.numerics import REALS, Interval
from lab.prover.branch_and_bound import MOST_BOXES, extremes, lies_within
from lab.prover.intervals.mean_value_form import ExactFunction
from tests.prover.intervals.test_mean_value_form import function


@pytest.mark.parametrize(
    ("text", "z", "least", "greatest"),
    [
        ("sin(z)", Interval(0.0, 7.0), -1, 1),
        ("z**4 - z**2", Interval(-2.0, 2.0), -0.25, 12),
        ("z*exp(-z**2)", REALS, -0.42888194248035344, 0.42888194248035344),
        ("z**2", REALS, 0, inf),
        ("z", Interval(-3.0, 4.0), -3, 4),
        ("where(z > 0.3, z, -1)", Interval(-1.0, 1.0), -1, 1),
    ],
)
def test_both_extremes(text, z, least, greatest):
    kinks = Formula(text).kinks
    low, high = extremes(function(text), z, kinks=kinks)
    for found, true in ((low, least), (high, greatest)):
        assert found.bounds.low - 1e-12 <= true <= found.bounds.high + 1e-12
        assert true == inf or found.bounds.high - found.bounds.low <= 1e-8
        assert found.stuck == ""
        assert true == inf or Formula(text)(np.float64(found.at[0])) == pytest.approx(true, rel=1e-8)
    assert (low.is_least, high.is_least) == (True, False)


def test_the_ends_of_the_domain_belong_to_it():
    low, high = extremes(function("where(z >= 1, 5, where(z <= 0, -5, z))"), Interval(0.0, 1.0))
    assert (low.bounds, high.bounds) == (Interval(-5.0, -5.0), Interval(5.0, 5.0))


def test_a_kink_that_is_no_float_costs_nothing(monkeypatch):
    looked = []
    over = ExactFunction.over

    def counted(self, box, *settled):
        looked.append(box)
        return over(self, box, *settled)

    monkeypatch.setattr(ExactFunction, "over", counted)
    text = "where(3*z > 1, 1, 2)"
    low, high = extremes(function(text), REALS, kinks=Formula(text).kinks)
    assert (low.bounds, high.bounds) == (Interval(1.0, 1.0), Interval(2.0, 2.0))
    assert len(looked) <= 20


def test_a_claim_is_decided_beyond_the_usual_width():
    f, z = function("exp(z) - z"), Interval(-3.0, 3.0)
    low, closer = (extremes(f, z, claim=claim)[0].bounds.low for claim in (REALS, Interval(1 - 1e-14, inf)))
    assert closer >= max(low, 1 - 1e-14)


def test_a_search_without_end_ends():
    low, high = extremes(function("z*sin(z)*sin(sqrt(2)*z)"), REALS)
    assert (low.bounds.low, high.bounds.high) == (-inf, inf)
    assert low.stuck
    low, _ = extremes(function("sin(z)*sin(1.5*z)*cos(0.7*z)"), Interval(-1e5, 1e5), most=20)
    assert low.stuck == "20 intervals do not suffice"
    assert low.bounds.low <= -0.8 <= low.bounds.high + 0.5
    assert MOST_BOXES <= 2000


def test_next_to_a_pole_at_0_the_order_is_known_and_elsewhere_it_is_given_up():
    low, high = extremes(function("1/z"), Interval(-1.0, 1.0))
    assert (low.bounds, high.bounds) == (Interval(-inf, -inf), Interval(inf, inf))
    low, high = extremes(function("1/(z - 0.3)"), Interval(-1.0, 1.0))
    assert (low.bounds.low, high.bounds.high) == (-inf, inf)
    assert low.stuck == "the proof does not come through near z = 0.3"


@pytest.mark.parametrize(
    ("text", "tails"),
    [
        ("exp(z)", (-inf,)),
        ("exp(-abs(z))", (-inf, inf)),
        ("max(z, 0)", ()),
        ("0*z + 1/(1 + exp(z))", (inf,)),
        ("z**2", ()),
        ("min(exp(z), exp(-z))*(1 + z**2)", (-inf, inf)),
    ],
)
def test_an_infimum_that_is_a_limit_only(text, tails):
    low, _ = extremes(function(text), REALS, kinks=Formula(text).kinks)
    assert low.tails == tails
    assert low.bounds == Interval(0.0, 0.0)


def test_parameters_are_split_too():
    """Least at z = a = 1/2, where nothing is monotone."""
    f = function("(z - a)**2 + (a - 0.5)**2 + a*z", "a")
    low, high = extremes(f, Interval(-2.0, 2.0), (Interval(0.0, 1.0),))
    assert low.bounds.low <= 0.125 <= low.bounds.high + 0.1
    assert low.bounds.high - low.bounds.low <= 1e-4
    assert len(low.at) == 2
    assert high.bounds.low <= 7.25 <= high.bounds.high + 2


@pytest.mark.parametrize(
    ("text", "z", "claim", "holds"),
    [
        ("sin(z)", REALS, Interval(-1.0, 1.0), True),
        ("z**4 - z**2", Interval(-2.0, 2.0), Interval(-0.26, 12.1), True),
        ("z**4 - z**2", Interval(-2.0, 2.0), Interval(-0.24, 12.1), False),
        ("z*exp(-z**2)", REALS, Interval(-0.43, 0.43), True),
        ("z*exp(-z**2)", REALS, Interval(-0.43, 0.42), False),
        ("z**2", REALS, Interval(0.0, inf), True),
        ("z**2", REALS, Interval(-inf, 1e300), False),
        ("1/z", REALS, Interval(-inf, 1e300), False),
    ],
)
def test_values_lie_within_a_claim(text, z, claim, holds):
    assert lies_within(function(text), z, claim) is holds


def test_values_at_kinks_do_not_count_and_all_others_do():
    f = function("where(z >= 1, where(z <= 1, 9, 1), 0)")
    assert lies_within(f, REALS, Interval(0.0, 1.0), (1.0,))
    assert not lies_within(f, REALS, Interval(0.0, 1.0), (2.0,))
    assert not lies_within(f, Interval(1.0, 2.0), Interval(0.0, 1.0))
