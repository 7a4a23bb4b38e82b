"""From an activation to what is proved about."""

from math import inf

import pytest

from lab.activations.design.integral import FARTHEST, Integral
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.numerics import Interval
from lab.prover.subject import subject_of


def test_a_formula():
    subject = subject_of(Formula("tanh(z) + a*abs(z)", (("a", 0.1),)), {})
    assert subject.slope.at((0.5,)).low == pytest.approx(0.8864477329)
    assert subject.value.at((0.5,)).low == pytest.approx(0.5121171573)
    assert (subject.slope_over, subject.value_over) == (Interval(-inf, inf), Interval(-inf, inf))
    assert (subject.names, subject.parameters, subject.kinks) == ((), (), (0.0,))
    assert subject.continuity.doubt == ""


def test_parameters_left_open():
    subject = subject_of(Formula("tanh(b*z) + a*z", (("a", 0.1), ("b", 1.0))), {"b": Interval(1.0, 2.0)})
    assert (subject.names, subject.parameters) == (("b",), (Interval(1.0, 2.0),))
    assert subject.slope.at((0.0, 2.0)).high == pytest.approx(2.1)


def test_a_period():
    subject = subject_of(Formula("z + 0.25*sin(2*z)"), {})
    assert subject.slope_over.high == pytest.approx(3.141592653589793)
    assert subject.value_over == Interval(-inf, inf)


def test_a_design_by_its_derivative():
    subject = subject_of(Integral("0.1 + exp(-z**2)"), {})
    assert subject.value is None
    assert subject.slope_over == Interval(-FARTHEST, FARTHEST)
    assert all(abs(z) <= FARTHEST for z in subject.points)
    assert subject.slope.at((0.0,)).low == pytest.approx(1.1)


def test_the_points_are_the_likely_extremes_and_those_next_to_0():
    points = subject_of(Formula("z*s(z)"), {}).points
    assert min(points) == pytest.approx(-2.4, abs=0.02)
    assert max(points) == pytest.approx(2.4, abs=0.02)
    assert subject_of(Formula("max(z, 0)"), {}).points == pytest.approx((0, 0, 0.0125, 0.0125), abs=1e-9)


def test_slopes_that_overflow_are_no_matter():
    assert subject_of(Formula("sinh(z)*1e200"), {}).points
    assert subject_of(Formula("1/z"), {}).continuity.undefined == 0


def test_a_class():
    assert subject_of(Tanh(), {}).slope.at((0.0,)) == Interval(1.0, 1.0)
