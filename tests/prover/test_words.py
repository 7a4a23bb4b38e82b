"""Words of an activation are proved, refuted or left unsaid."""

import numpy as np
import pytest

import lab
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.integral import Integral
from lab.activations.design.knots import Knots
from lab.activations.formula.formula import Formula
from lab.activations.properties import properties
from lab.numerics import REALS, Interval
from lab.prover.words import WORDS, known_words, proved_range


@pytest.mark.parametrize(
    ("text", "holds", "fails"),
    [
        ("z/(1 + abs(z))", "monotone odd bounded", "even floored kinked"),
        ("arctan(z)", "monotone odd bounded", "even floored kinked"),
        ("z/(1 + abs(z)**3)**(1/3)", "monotone odd bounded", "even floored kinked"),
        ("z/(1 + abs(z)**5)**0.2", "monotone odd bounded", "even floored kinked"),
        ("hardtanh(z)", "monotone odd bounded kinked", "even floored"),
        ("plu(z)", "monotone odd floored kinked", "even bounded"),
        ("max(-1, min(1, z)) + 0.01*z", "monotone odd floored kinked", "even bounded"),
        ("min(2, max(z**3, -2))", "monotone odd bounded kinked", "even floored"),
        ("max(z - 1, 0) + min(z + 1, 0)", "monotone odd kinked", "even bounded floored"),
        ("max(z, 0)**(4/3)", "monotone", "odd even bounded floored kinked"),
        ("asinh(z)", "monotone odd", "even bounded floored kinked"),
        ("tanh(z) + 0.1*z", "monotone odd floored", "even bounded kinked"),
        ("max(z, 0.1*z)", "monotone floored kinked", "odd even bounded"),
        ("where(z > 0, z, 0.1*z/(1 + abs(z)))", "monotone kinked", "odd even bounded floored"),
        ("sqrt(max(z, 0))", "monotone kinked", "odd even bounded floored"),
        ("z*sin(z)", "even", "monotone odd bounded floored kinked"),
        (
            "z*sin(z)*cos(3*z + 1)",
            "",
            "monotone odd even floored kinked",
        ),  # nor is it proved to have no bound
        ("tanh(z) - asinh(z)*cos(3*z)", "odd", "monotone even bounded floored kinked"),
        ("z*s(z)", "", "monotone odd even bounded floored kinked"),
        # Its slope is not finite at 0.
        ("sign(z)*abs(z)**(1/3)", "monotone odd kinked", "even bounded floored"),
        ("where(z > 0, 1, 0)", "monotone bounded kinked", "odd even floored"),
        ("where(abs(z) > 0.5, z, 0)", "monotone odd kinked", "even bounded floored"),
        ("z - sign(z)", "odd kinked", "monotone even bounded floored"),
        ("sin(z)/z", "even bounded", "monotone odd floored kinked"),
        ("z*cos(z)", "odd", "monotone even bounded floored kinked"),
        ("z - asinh(z)", "monotone odd", "even bounded floored kinked"),
        ("z - sign(z)*log(1 + abs(z))", "monotone odd", "even bounded floored kinked"),
        ("log(cosh(z))", "even", "monotone odd bounded floored kinked"),
        ("max(z, -z)", "even kinked", "monotone odd bounded floored"),
        ("where(z > 0, log(1 + z), -log(1 - z))", "monotone odd", "even bounded floored kinked"),
        ("(abs(z + 1) - abs(z - 1))/2", "monotone odd bounded kinked", "even floored"),
        ("z*Phi(z) + phi(z)", "monotone", "odd even bounded floored kinked"),
        ("tanh(z)**3", "monotone odd bounded", "even floored kinked"),
        ("exp(z) - 2", "monotone", "odd even bounded floored kinked"),
        ("asinh(exp(z)) - 1", "monotone", "odd even bounded floored kinked"),
        ("sin(z)", "odd bounded", "monotone even floored kinked"),
        ("0.02*log((1 + exp(50*z))/(1 + exp(50*(z - 1))))", "monotone bounded", "odd even floored kinked"),
    ],
)
def test_words_of_formulas(text, holds, fails):
    found = known_words(Formula(text))
    assert tuple(found) == WORDS
    assert " ".join(word for word in WORDS if found[word]) == holds
    assert " ".join(word for word in WORDS if found[word] is False) == fails


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky-relu", "gelu", "softsign"])
def test_of_the_catalogue_they_are_what_it_claims(name):
    sigma = lab.activation(name)
    assert [word for word, holds in known_words(sigma).items() if holds] == list(properties(sigma))


def test_of_a_class_without_a_formula_they_are_what_it_claims(own):
    assert [word for word, holds in known_words(own).items() if holds] == list(properties(own))
    assert proved_range(own) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("z/(1 + abs(z))", -1, 1), ("z*s(z)", -0.27846454276107, np.inf), ("sqrt(max(z, 0))", 0, np.inf)],
)
def test_a_range_is_proved(text, low, high):
    found = proved_range(Formula(text))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9, abs=1e-15)
    assert isinstance(found, Interval)


@pytest.mark.parametrize(
    ("text", "known"),
    [("z**3", REALS), ("z*sin(z)", REALS), ("z*sin(z**2)", REALS), ("max(z*sin(z), 0)", None)],
)
def test_a_range_is_all_reals_or_is_not_proved(text, known):
    assert proved_range(Formula(text)) == known


def test_of_a_design_by_its_slope_the_range_is_proved_where_a_floor_makes_it_the_reals():
    for sigma in (Knots(), ClippedSlope(Formula("tanh(z)"), 0.1), Integral("0.1 + exp(-z**2)")):
        assert proved_range(sigma) == REALS
    assert proved_range(Integral("exp(-z**2)")) is None
