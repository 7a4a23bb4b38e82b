"""Which branch of its switches a formula takes."""

import pytest

from lab.activations.formula.exact_graph import exact_expression
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import below
from lab.numerics import Interval
from lab.prover.branches import branches, switch_differences


def found(text, low, high):
    """The branches of the formula's switches, by their operation."""
    differences = switch_differences(below(exact_expression(Formula(text).expression)))
    return {node.operation: branch for node, branch in branches(differences, Interval(low, high)).items()}


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("abs(z)", 0, 2, {"abs": 1}),
        ("abs(z)", -2, 0, {"abs": -1}),
        ("abs(z)", -1, 2, {}),
        ("max(z, 1)", 1, 2, {"max": 1}),
        ("max(z, 1)", 0.5, 2, {}),
        ("min(z, 1)", 0, 1, {"min": -1}),
        ("z/(1 + abs(z))", -3, 0, {"softsign": -1}),
        ("where(z > 1, z**2, z)", 1, 2, {"greater": 1}),
        ("where(z <= 1, z**2, z)", 1, 2, {"less_equal": 1}),
        ("where(3*z > 1, z**2, z)", 0.3, 0.4, {}),
        ("sign(z**3 - z)", 0, 1, {}),
        ("sign(z**3 + z)", 0, 1, {"sign": 1}),
        ("max(z**2, z)", 1, 2, {"max": 1}),
        ("log(abs(z) - 2)", 0, 1, {"abs": 1}),
    ],
)
def test_a_branch_is_known_where_it_is_proved(text, low, high, expected):
    assert found(text, low, high) == expected


def test_what_is_0_all_along_has_no_branch():
    """abs(z) − z is 0 for z > 0: greater does not hold there, though greater_equal does."""
    assert found("where(abs(z) - z > 0, z, 2*z)", 1, 2) == {"abs": 1}
    assert found("where(abs(z) - z >= 0, z, 2*z)", 0, 2) == {"abs": 1}


def test_what_is_undefined_has_no_branch():
    assert found("max(log(z), -5)", -1, 1) == {}
