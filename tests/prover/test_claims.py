"""Claims that are proved at a glance: never one that fails, and most of those that hold."""

from math import inf, nextafter

import pytest

from lab.activations.design.integral import Integral
from lab.activations.formula.formula import Formula
from lab.prover.certificate import certify
from lab.prover.claims import plainly_holds
from tests.prover.conftest import CATALOGUE, proved

FEW = ("relu", "softplus", "twisted-tanh")


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_holds_plainly_is_certified_and_no_bound_beyond_the_proved_extreme_does(name):
    sigma, known = CATALOGUE[name], proved(name)
    for claim, beyond in (
        ((known.inf.low, inf), (nextafter(known.inf.high, inf), inf)),
        ((-inf, known.sup.high), (-inf, nextafter(known.sup.low, -inf))),
    ):
        if name in FEW and plainly_holds(sigma, *claim):
            assert certify(sigma, *claim).verdict == "CERTIFIED"
        assert not plainly_holds(sigma, *beyond)


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("tanh(z) + 0.1*z", 0.1, 1.2),
        ("abs(z)", -1, 1),
        ("where(z > 0, z, 0.25*expm1(z))", 0, 1),
        ("z + 0.25*sin(2*z)", 0.4, 1.6),
        ("z*s(z)", -0.1, inf),
    ],
)
def test_what_a_few_boxes_prove(text, at_least, at_most):
    assert plainly_holds(Formula(text), at_least, at_most)


def test_a_slope_at_a_kink_is_left_out():
    assert plainly_holds(Formula("abs(z) + 3*z"), at_least=2)
    assert plainly_holds(Formula("-abs(z)"), at_most=1)
    assert not plainly_holds(Formula("abs(z) + 3*z"), at_least=2.5)


@pytest.mark.parametrize(
    "text", ["where(z > 2, z, z - 1)", "z + log(z)", "z + sqrt(z)", "where(z > 1e9, 2*z, z)", "sin(z**2)"]
)
def test_nothing_holds_plainly_of_what_jumps_or_is_undefined_or_unknown(text):
    assert not plainly_holds(Formula(text), at_least=-3)


def test_a_design_by_its_derivative():
    sigma = Integral("0.1 + exp(-z**2)")
    assert plainly_holds(sigma, 0.1, 1.2)
    assert not plainly_holds(sigma, 0.2, 1.2)


def test_nothing_is_known_of_a_class_without_a_formula(own):
    assert not plainly_holds(own, at_least=-1)
