import math

import numpy as np
import pytest

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import below
from lab.activations.formula.kernels import KERNELS
from lab.activations.formula.operations import ARITY, FUNCTIONS, OPERATIONS


def test_equal_expressions_are_one_node(z):
    first, again = (z * 2).call("tanh"), (2 * z).call("tanh")
    assert first == again
    assert hash(first) == hash(again)
    assert len(below(first + 1, again * 3)) == 8  # z, 2, 2z, tanh 2z, 1, 3 and the two results


def test_expressions_of_two_graphs_differ(z):
    assert FloatGraph().z() != z


@pytest.mark.parametrize("name", ["add", "mul", "sub", "div", "pow", "min", "max"])
def test_arguments_change_places_where_that_changes_nothing_and_not_where_it_would(z, name):
    y = z.call("exp")
    assert (z.call(name, y) == y.call(name, z)) == (name in ("add", "mul"))


def test_what_does_nothing_is_dropped(z):
    zero, one, two = map(z.graph.constant, (0, 1, 2))
    for made, expected in (
        ([z + 0, 0 + z, z - 0, z * 1, 1 * z, z / 1, z**1, z.call("neg").call("neg")], z),
        ([z.call("less", 0).call("where", z, z), one.call("where", z, 2)], z),
        ([0 - z, z * -1], -z),
        ([z - z, z * 0], zero),
        ([z**0, one**z], one),
        ([zero.call("where", z, 2)], two),
    ):
        assert set(made) == {expected}


def test_what_is_undefined_somewhere_does_not_become_a_number(z):
    """0·log z is NaN at z = −1."""
    log, one = z.call("log"), z.graph.constant(1)
    for made in (
        *(log * 0, 0 / log, log - log, log**0, one**log, 0 * log.call("sin"), 0 * (2 * (0 * log))),
        *(0 * (1 / z), 0 * z**-1, 0 * z**0.5, 0 * z**z, log.call("less", 0).call("where", 2, 2)),
    ):
        assert made.number is None


def test_total(z):
    assert (z**3 / 7 - z.call("exp")).total
    assert not z.call("log1p").total
    assert not (z.call("sqrt") + z).total
    assert not (z / 0).total


def test_a_factor_goes_into_a_choice_that_is_0_elsewhere(z):
    """So 0·∞ never arises, in a language that computes both, where e^z runs over in what is not taken."""
    mask, rises = z.call("greater", 0), z.call("expm1")
    assert mask.call("where", 0, 1) * 2 * rises == mask.call("where", 0, 2 * rises)
    assert z * mask.call("where", 1, 0) == mask.call("where", z, 0)
    assert (mask.call("where", 0, 1) * z.call("log")).operation == "mul"  # undefined on the right


@pytest.mark.parametrize(
    ("text", "slope", "kinks"),
    [
        ("sign(z)*log(1 + abs(z))", 1.0, ()),
        ("-sign(z)*(sqrt(1 + abs(z)) - 1)/3", -1 / 6, ()),
        ("sign(z)*(1 - exp(-abs(z)))*2", 2.0, ()),
        ("sign(z)*(abs(z) + 0.1*z**2)", 1.0, ()),
        ("abs(z)/(1 + abs(z))*sign(z)", 1.0, ()),
        ("sign(z)*min(abs(z), 1)", 1.0, (-1.0, 1.0)),
        ("abs(z)*(sign(z)*exp(z))/(2 + abs(z))", 0.5, ()),
        ("sign(z)*sqrt(z**2 + abs(z))", math.inf, (0.0,)),
        ("sign(z)*(z + abs(z))", 1.0, (0.0,)),
        ("sign(z)*sqrt(abs(z))", math.inf, (0.0,)),
        ("cbrt(z)", math.inf, (0.0,)),
        ("z*sqrt(abs(z))", 0.0, ()),
        ("z*abs(z)**0.3 + z", 1.0, ()),
        ("z**2*sqrt(abs(z))", 0.0, ()),
        ("abs(z)*sqrt(abs(z))/(1 + abs(z))", 0.0, ()),
        ("z*sqrt(abs(z))/(1 + abs(z))", 0.0, ()),
        ("z*sign(z)", 0.0, (0.0,)),
    ],
)
def test_an_odd_function_of_signs_and_sizes_has_its_own_slope_at_0(text, slope, kinks):
    sigma = Formula(text)
    assert (sigma.derivative(0.0), sigma.kinks) == (pytest.approx(slope), kinks)
    assert sigma.derivative(np.array([math.nan, 0.0]))[0] != 0


def test_signs_and_factors_come_to_one_place(z):
    y = z.call("exp")
    for made, expected in (
        (z + -y, z - y),
        (-z + y, y - z),
        (z - -y, z + y),
        (-z - y, -(z + y)),
        (-(z - 1), 1 - z),
        (-z * y, -(z * y)),
        (-z * z, -(z**2)),
        (-z / 3, -(z / 3)),
        (3 / -z, -3 / z),
        (-(3 * z), -3 * z),
        (3 * -z, -3 * z),
        (z / -1, -z),
        (-((z - 1) / 3), (1 - z) / 3),
        (z * z, z**2),
        ((-z) ** 2, z**2),
        ((-2 * z) ** 4, (2 * z) ** 4),
        ((-z).call("cosh"), z.call("cosh")),
        ((-z).call("tanh"), -z.call("tanh")),
        ((-2 * z).call("erf"), -(2 * z).call("erf")),
        (2 * (3 * z), 6 * z),
        ((2 * z) / 2, z),
        (0.5 * (z * 2), z),
        (2 * (z / 2), z),
        (3 * (z / 3), z),  # whose 1/3 is no float, but is not needed
        ((2 * z) * (0.5 * y), z * y),
    ):
        assert made == expected


def test_factors_that_would_be_rounded_stay_apart(z):
    """0.1·3 is no float, nor is 1/3."""
    for made in (0.1 * (3 * z), 3 * (z / 7), (0.1 * z) / 3, 1e300 * (1e300 * z)):
        assert sum(node.operation in ("mul", "div") for node in below(made)) == 2


@pytest.mark.parametrize(
    ("name", "numbers", "expected"),
    [
        ("add", (2, 3), 5),
        ("sub", (2, 3), -1),
        ("div", (1, 4), 0.25),
        ("pow", (2, -1), 0.5),
        ("neg", (2,), -2),
        ("exp", (1,), math.e),
        ("sigmoid", (0,), 0.5),
        ("sech2", (1,), 1 / math.cosh(1) ** 2),
        ("softplus", (0,), math.log(2)),
        ("Phi", (0,), 0.5),
        ("phi", (0,), 1 / math.sqrt(2 * math.pi)),
        ("min", (2, 3), 2),
        ("less", (2, 3), 1),
        ("greater_equal", (2, 3), 0),
        ("where", (1, 5, 6), 5),
        ("sign", (-3,), -1),
    ],
)
def test_numbers_are_folded(z, name, numbers, expected):
    folded = z.graph.apply(name, *map(z.graph.constant, numbers))
    assert folded.number == pytest.approx(expected, rel=1e-15)


def test_folding_takes_no_longer_for_large_numbers(z):
    nine = z.graph.constant(9)
    assert (nine ** (nine**nine)).number == math.inf


def test_the_derivative_of_a_number_and_of_z(z):
    assert z.graph.constant(3).derivative().number == 0
    assert z.derivative().number == 1
    assert (3 * z - 1).derivative().number == 3
    assert z.call("sign").derivative().number == 0


def test_derivatives_are_the_expressions_of_the_textbook(z):
    for of, slope in (
        (z**2, 2 * z),
        (z**3, 3 * z**2),
        (z.call("exp"), z.call("exp")),
        (z.call("tanh"), z.call("sech2")),
        (z.call("sigmoid"), z.call("sigmoid_slope")),
        (z.call("softplus"), z.call("sigmoid")),
        (z.call("abs"), z.call("sign")),
        ((2 * z).call("sin"), (2 * z).call("cos") * 2),
        (z * z.call("Phi"), z * z.call("phi") + z.call("Phi")),
    ):
        assert of.derivative() == slope


def test_a_slope_shares_what_the_value_computed(z):
    value = z.call("exp") * z
    assert len(below(value, value.derivative())) == len(below(value)) + 1  # only e^z + z e^z is new


def test_arguments_come_before_what_rests_on_them(z):
    expression = (z.call("tanh") + z**2).call("exp")
    nodes = below(expression)
    assert nodes[-1] == expression
    for at, node in enumerate(nodes):
        assert set(node.arguments) <= set(nodes[:at])


def test_every_function_of_a_formula_is_an_operation():
    assert set(FUNCTIONS.values()) <= set(OPERATIONS)
    assert set(ARITY) == set(FUNCTIONS.values())


def test_every_operation_is_computed_one_way():
    """By a kernel of its name or by what it is lowered to."""
    for name, operation in OPERATIONS.items():
        assert (name in KERNELS) != (operation.lowered is not None)


def test_a_quotient_by_the_number_0_has_a_slope_that_is_no_error(z):
    assert (z / (z - z)).derivative().number == math.inf


@pytest.mark.parametrize(
    ("text", "place", "slope"),
    [
        ("(exp(z) + 1)/(exp(z) + 2)", 30.0, math.exp(-30)),
        ("(z + 3*abs(z))/(1 + abs(z))", 1e9, 4e-18),
        ("z*(exp(z) + 1)/(exp(z) + 1 + sin(z))", 40.0, 1.0),
        ("(2*z**2 + z)/(z**2 + 1)", 1e6, -1e-12),
    ],
)
def test_what_dividend_and_divisor_share_does_not_cancel_in_the_slope(text, place, slope):
    assert Formula(text).derivative(place) == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "place", "slope"),
    [
        ("z/sqrt(1 + 1.7*z**2)", -2e4, (1 + 1.7 * 4e8) ** -1.5),
        ("z/(1 + 1.7*z**2)**0.5", 2e4, (1 + 1.7 * 4e8) ** -1.5),
        ("z*2/sqrt(3 + (z/3)**2)", 1e9, 6 / (3 + 1e18 / 9) ** 1.5),
        ("z/(1 + abs(z)**3)**(1/3)", 1e6, 1e-24),
        ("z*abs(z)/(1 + z**2)", -1e6, 2e-18),
        ("(3 + z)/sqrt(1 + z**2)", 1e8, -3e-16),
        ("(z/0.75)/(1 + abs(z/0.75))", 1.5, 1 / 0.75 / 9),
        ("((z - 1)/0.75)/sqrt(1 + ((z - 1)/0.75)**2)", 1.75, 1 / 0.75 / 2**1.5),
        ("(2*z + 1)*abs(2*z + 1)", 1.5, 16.0),
    ],
)
def test_what_powers_of_one_base_have_in_common_does_not_cancel_in_the_slope(text, place, slope):
    assert Formula(text).derivative(place) == pytest.approx(slope, rel=1e-7)
