from dataclasses import dataclass

import pytest

from lab.activations.catalogue import TABLE, examples
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.properties import PROPERTIES, bounded, floored, kinked, monotone, odd, properties
from lab.parts import Activation

Step = TABLE["step"]
Threshold = TABLE["threshold"]

SIGMAS = examples()


def having(name):
    return {of for of, sigma in SIGMAS.items() if PROPERTIES[name](sigma)}


def test_those_of_the_catalogue_that_fall_somewhere():
    """The digits of atlu cancel in its tail, which hides that it rises."""
    assert set(SIGMAS) - having("monotone") - {"threshold"} == {
        *("silu", "swish-beta", "quick-gelu", "gpt-oss", "logish", "smish", "sinlu", "mish", "serf"),
        *("golu", "telu"),
        *("gelu", "gelu-tanh", "gelu-sinc", "phish", "hard-swish", "xielu", "pau", "atlu"),
        *("sin", "gcu", "sine-relu", "lisht", "bump"),
    }


def test_those_of_the_catalogue_that_are_bounded():
    assert having("bounded") == {
        *("sigmoid", "tanh", "lecun-tanh", "softsign", "isru", "arctan", "erf", "sin", "bump", "step"),
        *("relu6", "clipped-relu", "hard-tanh", "hard-sigmoid", "hard-sigmoid-keras-2", "sparse-sigmoid"),
        *("softclip", "gpt-oss", "dyt", "gompertz", "cloglog", "derf"),
    }


def test_those_of_the_catalogue_whose_slope_is_bounded_away_from_zero():
    assert having("floored") == {
        *("identity", "leaky-relu", "prelu", "rrelu", "twisted-tanh", "tanhlu", "siglin", "floored"),
        *("isigmoid", "stac-tanh", "reltanh", "plu", "leaky-hard-tanh", "leaky-hard-sigmoid"),
        *("smooth-leaky", "acon-b", "bent-identity", "leaky-softsign", "damped-snake"),
        *("clipped-slope", "template", "knots"),
    }


def test_those_of_the_catalogue_that_are_odd():
    assert having("odd") == {
        *("identity", "tanh", "lecun-tanh", "twisted-tanh", "tanhlu", "tanh-shrink", "soft-shrink"),
        *("hard-shrink", "hard-tanh", "leaky-hard-tanh", "plu", "stac-tanh", "softsign"),
        *("leaky-softsign", "isru", "asinh", "symlog", "arctan", "erf", "sin", "template", "knots"),
        *("dyt", "derf", "gcu"),
    }


def test_those_of_the_catalogue_with_kinks():
    assert having("kinked") == {name for name, sigma in SIGMAS.items() if sigma.kinks}


@pytest.mark.parametrize(
    ("sigma", "rises"),
    [
        (Threshold(0.5, 0.0), True),
        (Threshold(0.5, 0.5), True),
        (Threshold(0.5, 0.6), False),
        (Floored(Threshold(0.5, 0.6), 0.25), False),
        (Step(), True),
    ],
    ids=str,
)
def test_a_jump_downwards_is_not_monotone(sigma, rises):
    assert monotone(sigma) == rises


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [("z**3", True), ("sinh(z)", True), ("exp(z)", False), ("tanh(z) + 1e-9", False), ("abs(z)", False)],
)
def test_odd_also_where_numbers_overflow(text, mirrored):
    assert odd(Formula(text)) == mirrored


def test_of_a_class_of_ones_own():
    @dataclass(frozen=True)
    class Cubic(Activation):
        def __call__(self, z):
            return z + z**3

        def derivative(self, z):
            return 1 + 3 * z**2

    assert properties(Cubic()) == ("monotone", "odd", "floored")
    assert not bounded(Cubic())
    assert not kinked(Cubic())
    assert floored(Cubic())


def test_properties_are_named_in_their_order():
    assert list(PROPERTIES) == ["monotone", "odd", "bounded", "floored", "kinked"]
    assert properties(Tanh()) == ("monotone", "odd", "bounded")
