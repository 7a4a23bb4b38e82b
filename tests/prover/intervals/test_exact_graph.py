"""Exact graphs: constants, derivatives, and forms of the same value."""

from math import inf, nextafter

import mpmath as mp
import pytest

from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import below
from lab.activations.formula.operations import FUNCTIONS, OPERATIONS
from lab.activations.formula.parser import parse
from lab.numerics import Interval
from lab.prover.intervals.enclosure import evaluated
from lab.prover.intervals.exact_graph import ExactGraph, exact_expression
from lab.prover.intervals.ranges import RULES
from tests.exact import exact


def of(text):
    return exact_expression(Formula(text).expression)


def values(f, z, *parameters):
    return evaluated((f,), (z, *parameters))[f].values


def test_every_operation_of_formulas_has_a_rule():
    """But where(…), which chooses, and what stands in programs only."""
    assert OPERATIONS.keys() - RULES.keys() <= {"where", "constant", "copy"}
    assert set(FUNCTIONS.values()) - RULES.keys() == {"where"}


def test_constants_are_folded_to_intervals():
    graph = ExactGraph()
    third = graph.constant(1) / 3
    assert mp.mpf(third.values.low) < mp.mpf(1) / 3 < mp.mpf(third.values.high)
    assert third.number is None
    assert (graph.constant(1) / 4).number == 0.25


@pytest.mark.parametrize(("c", "n"), [(1 / 3, 3), (0.2, 5), (1 / 49, 49), (-0.4, 2.5)])
def test_an_exponent_is_the_fraction_that_is_written(c, n):
    graph = ExactGraph()
    assert abs((graph.exponent(graph.constant(c)) * n).number) == 1


@pytest.mark.parametrize(("name", "x"), [("expm1", -10.0), ("tanh", 0.3), ("log", 3.0), ("sqrt", 2.0)])
def test_a_constant_is_folded_to_neighbouring_floats(name, x):
    found = ExactGraph().constant(x).call(name).values
    with mp.workdps(40):
        assert mp.mpf(found.low) < getattr(mp, name)(mp.mpf(x)) < mp.mpf(found.high)
    assert found.high == nextafter(found.low, inf)


def test_an_undefined_constant_stays_undefined():
    graph = ExactGraph()
    undefined = graph.constant(-1).call("log")
    assert (undefined.operation, undefined.values) == ("constant", None)
    assert values(graph.z() + undefined, Interval(0.0, 1.0)) is None


def test_what_is_not_defined_everywhere_does_not_vanish():
    z = ExactGraph().z()
    assert (z.call("tanh") - z.call("tanh")).number == 0
    undefined = z.call("log") - z.call("log")
    assert undefined.number is None
    assert values(undefined, Interval(-2.0, -1.0)) is None


def test_equal_expressions_are_one_node():
    z = ExactGraph().z()
    assert z.call("tanh") + 1.5 * z == 1.5 * z + z.call("tanh")
    assert z.call("tanh") - z != z - z.call("tanh")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + tanh(z)", "2*sigmoid(2*z)"),
        ("tanh(3*z) + 1", "2*sigmoid(2*(3*z))"),
        ("1 - tanh(z)", "2*sigmoid(-2*z)"),
        ("z + 0", "z"),
        ("sinh(z)/cosh(z)", "tanh(z)"),
        ("(sinh(z)*z)/cosh(z)", "tanh(z)*z"),
        ("-(-z)", "z"),
        ("z**1", "z"),
    ],
)
def test_forms_of_the_same_value(text, expected):
    assert written(of(text)) == written(of(expected))


def test_a_power_of_a_positive_number_is_an_exponential():
    power = of("2**(3*z)")
    assert power.operation == "exp"
    factor = power.arguments[0].arguments[1].values
    assert mp.mpf(factor.low) < mp.log(2) < mp.mpf(factor.high)
    assert of("z**z").operation == "pow"


@pytest.mark.parametrize(
    ("name", "said"), [("less", 0), ("greater", 0), ("less_equal", 1), ("greater_equal", 1)]
)
def test_a_comparison_of_equals_says_one_thing_where_they_are_defined(name, said):
    z = ExactGraph().z()
    assert z.graph.apply(name, z, z).number == said
    assert z.graph.apply(name, z.call("log"), z.call("log")).operation == name
    assert z.graph.apply(name, z, -z).operation == name


def written(f):
    """The operations of an expression, for comparison across graphs."""
    return f.operation, f.number, tuple(map(written, f.arguments))


@pytest.mark.parametrize(
    "text",
    [
        *("1 + erf(z)", "1 - erf(z)", "1 + tanh(2*z)", "1 - tanh(z)", "sinh(z)/cosh(z)"),
        *("sin(z)*cos(z)", "(3*sin(2*z))*(-cos(2*z))", "z/(1 + abs(z))", "3*z/(abs(0.5*z) + 1)"),
        *("(z - 1)/(1 + abs(z - 1))", "z/sqrt(z**2 + 4)", "2*z/sqrt(3 + (0.5*z)**2)", "-z/(1 + abs(z))"),
        *("z/sqrt(1 + z**2)", "(-2)*z/(1 + abs(-3*z))"),
    ],
)
def test_a_form_holds_the_value_of_what_it_stands_for(text):
    sigma = of(text)
    with mp.workdps(60):
        for z in (-7.3, -1.0, -0.25, 0.0, 1e-9, 0.5, 2.0, 9.75):
            true, _ = exact(text, z, slopes=False)
            found = values(sigma, Interval(z, z))
            assert mp.mpf(found.low) <= true <= mp.mpf(found.high)
            assert found.high - found.low <= 1e-14 * max(1.0, abs(found.low))


@pytest.mark.parametrize(
    "text",
    ["z/(1 + abs(z + 1))", "z/sqrt(z**2 - 4)", "sin(z)*cos(2*z)", "z/(2 + abs(z))", "z/sqrt(z**3 + 1)"],
)
def test_what_is_only_like_a_form_is_left_alone(text):
    sigma = of(text)
    assert not {"softsign", "isru"} & {node.operation for node in below(sigma)}
    assert sigma.operation in ("div", "mul")


@pytest.mark.parametrize(
    "text",
    [
        *("erf(z)", "1 + erf(z)", "1 - tanh(z)", "z/(1 + abs(z))", "z/sqrt(z**2 + 2)", "sinh(z)/cosh(z)"),
        *("z**3*exp(-z)", "sin(z)*cos(z)", "phi(z)*z", "log1p(z**2)", "2**z"),
    ],
)
def test_first_and_second_derivatives_hold_differences_of_high_precision(text):
    slope = of(text).derivative()
    curvature = slope.derivative()
    with mp.workdps(90):
        h = mp.mpf(10) ** -25
        for z in (-2.5, 0.75, 3.0):
            true, _ = exact(text, z, slopes=True)
            found = values(slope, Interval(z, z))
            assert found.low - mp.mpf(10) ** -40 <= true <= found.high + mp.mpf(10) ** -40
            ahead, behind = (exact(text, mp.mpf(z) + side * h, slopes=True)[0] for side in (1, -1))
            bent = (ahead - behind) / (2 * h)
            found = values(curvature, Interval(z, z))
            assert found.low - mp.mpf(10) ** -20 <= bent <= found.high + mp.mpf(10) ** -20


def test_an_open_parameter_is_a_variable_of_its_own():
    sigma = exact_expression(parse("tanh(z) + a*z*b", {"b": 2.0}, ("a",)))
    z, a = Interval(1.0, 1.0), Interval(0.25, 0.5)
    slope = sigma.derivative()
    found = values(slope, z, a)
    assert found.high - found.low == pytest.approx(0.5)
    assert values(sigma.derivative(1), z, a) == Interval(2.0, 2.0)
    assert values(slope.derivative(1), z, a) == Interval(2.0, 2.0)
    assert not ExactGraph().parameter(1).varies


def test_what_switches_has_no_slope_of_its_own():
    slope = of("where(z > 1, 2*z, 3*z)").derivative()
    for low, high, least, greatest in ((2.0, 3.0, 2.0, 2.0), (-inf, 0.0, 3.0, 3.0), (0.0, 2.0, 2.0, 3.0)):
        assert values(slope, Interval(low, high)) == Interval(least, greatest)
