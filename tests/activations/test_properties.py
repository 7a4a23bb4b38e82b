from dataclasses import dataclass
from math import inf

import pytest

from lab.activations.catalogue import TABLE, examples
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.properties import PROPERTIES, infinite_slopes, monotone, odd, properties, unusable
from lab.parts import Activation

SIGMAS = examples()
HAVING = {
    "monotone": SIGMAS.keys()
    - {
        *("silu", "swish-beta", "quick-gelu", "gpt-oss", "logish", "smish", "sinlu", "mish", "serf"),
        *("golu", "telu", "gelu", "gelu-tanh", "gelu-sinc", "phish", "hard-swish", "xielu", "pau"),
        *("sin", "gcu", "sine-relu", "lisht", "bump"),
    },
    "bounded": {
        *("sigmoid", "tanh", "lecun-tanh", "softsign", "isru", "arctan", "erf", "sin", "bump", "step"),
        *("relu6", "clipped-relu", "hard-tanh", "hard-sigmoid", "hard-sigmoid-keras-2", "sparse-sigmoid"),
        *("softclip", "gpt-oss", "dyt", "gompertz", "cloglog", "derf"),
    },
    "floored": {
        *("identity", "leaky-relu", "prelu", "rrelu", "twisted-tanh", "tanhlu", "siglin", "floored"),
        *("isigmoid", "stac-tanh", "reltanh", "plu", "leaky-hard-tanh", "leaky-hard-sigmoid"),
        *("smooth-leaky", "acon-b", "bent-identity", "leaky-softsign", "damped-snake"),
        *("clipped-slope", "template", "knots"),
    },
    "odd": {
        *("identity", "tanh", "lecun-tanh", "twisted-tanh", "tanhlu", "tanh-shrink", "soft-shrink"),
        *("hard-shrink", "hard-tanh", "leaky-hard-tanh", "plu", "stac-tanh", "softsign"),
        *("leaky-softsign", "isru", "asinh", "symlog", "arctan", "erf", "sin", "template", "knots"),
        *("dyt", "derf", "gcu"),
    },
    "even": {"bump", "lisht"},
    "kinked": {
        *("relu", "relu6", "clipped-relu", "leaky-relu", "prelu", "rrelu", "threshold", "step", "hard-tanh"),
        *("leaky-hard-tanh", "plu", "hard-sigmoid", "hard-sigmoid-keras-2", "leaky-hard-sigmoid"),
        *("sparse-sigmoid", "soft-shrink", "hard-shrink", "hard-swish", "isigmoid", "gpt-oss", "stac-tanh"),
        *("selu", "pau", "sine-relu", "clipped-slope", "knots"),
    },
}
"""Those of the catalogue that have each property."""


@pytest.mark.parametrize("name", PROPERTIES)
def test_those_of_the_catalogue_that_have_a_property(name):
    assert {of for of, sigma in SIGMAS.items() if PROPERTIES[name](sigma)} == HAVING[name]


@pytest.mark.parametrize(
    ("sigma", "rises"),
    [
        (TABLE["threshold"](0.5, 0.0), True),
        (TABLE["threshold"](0.5, 0.5), True),
        (TABLE["threshold"](0.5, 0.6), False),
        (Floored(TABLE["threshold"](0.5, 0.6), 0.25), False),
        (TABLE["step"](), True),
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
    """Neither bounded nor kinked."""

    @dataclass(frozen=True)
    class Cubic(Activation):
        def __call__(self, z):
            return z + z**3

        def derivative(self, z):
            return 1 + 3 * z**2

    assert properties(Cubic()) == ("monotone", "odd", "floored")


def test_properties_are_named_in_their_order():
    assert list(PROPERTIES) == ["monotone", "odd", "even", "bounded", "floored", "kinked"]
    assert properties(Tanh()) == ("monotone", "odd", "bounded")


def test_none_of_the_catalogue_has_an_infinite_slope():
    assert not [name for name, sigma in SIGMAS.items() if infinite_slopes(sigma)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("sqrt(max(z, 0))", [0.0]),
        ("sqrt(abs(z - 1000))", [1000.0]),
        ("z + sign(z)*abs(z)**0.3", [0.0]),
        ("sqrt(abs(z)) + sqrt(abs(z + 2))", [-2.0, 0.0]),
        ("sqrt(max(z, 0) + 1e-3)", []),
        ("z + max(z, 0) - 1e-16*z*log(abs(z) + 1e-300)", []),
        ("tanh(1e6*z)", []),
        ("where(z > 0, tanh(1e6*z), 0)", []),
        ("1e6*z/(1 + abs(1e6*z))", []),
        ("exp(-(1e5*(z - 0.7))**2)", []),
        ("max(z, 0)**1.5", []),
        ("where(z > 0, exp(z), 0*z)", []),
        ("where(z > 1, z**2, -z**3)", []),
    ],
)
def test_where_the_slope_is_infinite(text, places):
    found = infinite_slopes(Formula(text))
    assert sorted(kink for kink, *_ in found) == places
    for kink, z, slope in found:
        assert abs(z - kink) <= 1e-9 * max(1, abs(kink))
        assert abs(slope) > 60
        assert slope == Formula(text).derivative(z)


@pytest.mark.parametrize(
    ("text", "place", "low"),
    [
        ("abs(z)**0.5*sign(z)", 0.0, 0),
        ("sign(z)*sqrt(abs(z))", 0.0, 0),
        ("where(z > 0, z**0.5, -(-z)**0.5)", 0.0, 0),
        ("sign(z - 0.1)*sqrt(abs(z - 0.1))", 0.1, 0),
        ("abs(z - 0.1)**0.5*sign(z - 0.1)", 0.1, 0),
        ("(z**2)**0.25", 0.0, -inf),
        ("((z - 1/3)**2)**0.25", 1 / 3, -inf),
        ("max(z, 0)**0.95", 0.0, 0),
        ("-max(z, 0)**0.95 + z", 0.0, -inf),
        ("z*log(abs(z))", 0.0, -inf),
    ],
)
def test_every_spelling_of_an_infinite_slope_is_one(text, place, low):
    sigma = Formula(text)
    assert [kink for kink, *_ in infinite_slopes(sigma)] == [place]
    assert sigma.slope_range.magnitude == inf
    assert sigma.slope_range.low == low
    assert unusable(sigma) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sqrt(z)", "is undefined at z = -0.5"),
        ("1/z", "is undefined at z = 0"),
        ("exp(exp(z))", "overflows: |σ| is more than 1.8e308 at z = 7"),
        ("where(z > 2, sqrt(z - 3), z)", "is undefined at z = 2.5"),
        ("z*exp(z)", ""),
    ],
)
def test_what_no_network_can_train_with_has_a_reason(text, why):
    assert unusable(Formula(text)) == why
