"""From an activation to what is proved about."""

from math import inf

import pytest

from lab.activations.design.integral import FARTHEST, Integral
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.numerics import Interval
from lab.prover.provable import provable


def test_a_formula():
    family = provable(Formula("tanh(z) + a*abs(z)", (("a", 0.1),)), {})
    assert family.slope.at((0.5,)).low == pytest.approx(0.8864477329)
    assert family.value.at((0.5,)).low == pytest.approx(0.5121171573)
    assert (family.slope_over, family.value_over) == (Interval(-inf, inf), Interval(-inf, inf))
    assert (family.names, family.parameters, family.kinks) == ((), (), (0.0,))
    assert family.continuity.doubt == ""


def test_parameters_left_open():
    family = provable(Formula("tanh(b*z) + a*z", (("a", 0.1), ("b", 1.0))), {"b": Interval(1.0, 2.0)})
    assert (family.names, family.parameters) == (("b",), (Interval(1.0, 2.0),))
    assert family.slope.at((0.0, 2.0)).high == pytest.approx(2.1)


def test_a_period():
    family = provable(Formula("z + 0.25*sin(2*z)"), {})
    assert family.slope_over.high == pytest.approx(3.141592653589793)
    assert family.value_over == Interval(-inf, inf)


def test_a_design_by_its_derivative():
    family = provable(Integral("0.1 + exp(-z**2)"), {})
    assert family.value is None
    assert family.slope_over == Interval(-FARTHEST, FARTHEST)
    assert all(abs(z) <= FARTHEST for z in family.points)
    assert family.slope.at((0.0,)).low == pytest.approx(1.1)


def test_the_points_are_the_likely_extremes_and_those_next_to_0():
    points = provable(Formula("z*s(z)"), {}).points
    assert min(points) == pytest.approx(-2.4, abs=0.02)
    assert max(points) == pytest.approx(2.4, abs=0.02)
    assert provable(Formula("max(z, 0)"), {}).points == pytest.approx((0, 0, 0.0125, 0.0125), abs=1e-9)


def test_slopes_that_overflow_are_no_matter():
    assert provable(Formula("sinh(z)*1e200"), {}).points
    assert provable(Formula("1/z"), {}).continuity.undefined == 0


def test_a_class():
    assert provable(Tanh(), {}).slope.at((0.0,)) == Interval(1.0, 1.0)
