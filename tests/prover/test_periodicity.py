"""Periods that are seen, and none that are not there."""

from math import pi

import pytest

from lab.activations.formula.exact_graph import ExactGraph, exact_expression
from lab.activations.formula.formula import Formula
from lab.activations.formula.parser import parse
from lab.prover.periodicity import period_of


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
def test_a_period(text, expected):
    found = seen(text)
    assert expected <= found <= expected * (1 + 1e-14)


@pytest.mark.parametrize(
    "text",
    ["z", "z + sin(z)", "sin(z**2)", "sin(z)*z", "sin(z) + sin(pi*z)", "sin(2*z) + sin(3*z)", "cos(exp(z))"],
)
def test_none(text):
    """2 and 3 have a period in common, but not that of the slower one."""
    assert seen(text) is None


def test_the_slope_may_have_one_where_sigma_has_none():
    assert seen("z + 0.5*sin(z)**2") is None
    assert seen("z + 0.5*sin(z)**2", of_slope=True) == pytest.approx(pi)


def test_a_rate_that_is_a_parameter_is_no_number():
    assert period_of(exact_expression(parse("sin(a*z)", {}, ("a",)))) is None
    assert period_of(exact_expression(parse("a*sin(3*z)", {}, ("a",)))) == pytest.approx(2 * pi / 3)


def test_a_constant_has_none():
    assert period_of(ExactGraph().constant(2)) is None
