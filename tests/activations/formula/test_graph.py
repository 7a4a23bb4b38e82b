import math

import pytest

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.kernels import KERNELS
from lab.activations.formula.operations import ARITY, FUNCTIONS, OPERATIONS


def size(*roots: Expression) -> int:
    return len(below(*roots))


def test_equal_expressions_are_one_node(z):
    first, again = (z * 2).call("tanh"), (2 * z).call("tanh")
    assert first == again
    assert hash(first) == hash(again)
    assert size(first + 1, again * 3) == 8  # z, 2, 2z, tanh 2z, 1, 3 and the two results


def test_expressions_of_two_graphs_differ(z):
    assert FloatGraph().z() != z


@pytest.mark.parametrize("name", ["add", "mul"])
def test_arguments_change_places_where_that_changes_nothing(z, name):
    y = z.call("exp")
    assert z.call(name, y) == y.call(name, z)


@pytest.mark.parametrize("name", ["sub", "div", "pow", "min", "max"])
def test_and_not_where_it_would(z, name):
    y = z.call("exp")
    assert z.call(name, y) != y.call(name, z)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda z: z + 0, lambda z: z),
        (lambda z: 0 + z, lambda z: z),
        (lambda z: z - 0, lambda z: z),
        (lambda z: 0 - z, lambda z: -z),
        (lambda z: z - z, lambda z: z.graph.constant(0)),
        (lambda z: z * 1, lambda z: z),
        (lambda z: 1 * z, lambda z: z),
        (lambda z: z * -1, lambda z: -z),
        (lambda z: z * 0, lambda z: z.graph.constant(0)),
        (lambda z: z / 1, lambda z: z),
        (lambda z: z**1, lambda z: z),
        (lambda z: z**0, lambda z: z.graph.constant(1)),
        (lambda z: z.graph.constant(1) ** z, lambda z: z.graph.constant(1)),
        (lambda z: z.call("neg").call("neg"), lambda z: z),
        (lambda z: z.call("less", 0).call("where", z, z), lambda z: z),
        (lambda z: z.graph.constant(1).call("where", z, 2), lambda z: z),
        (lambda z: z.graph.constant(0).call("where", z, 2), lambda z: z.graph.constant(2)),
    ],
)
def test_what_does_nothing_is_dropped(z, made, expected):
    assert made(z) == expected(z)


@pytest.mark.parametrize(
    "made",
    [
        lambda log: log * 0,
        lambda log: 0 / log,
        lambda log: log - log,
        lambda log: log**0,
        lambda log: log.graph.constant(1) ** log,
        lambda log: log.call("less", 0).call("where", 2, 2),
        lambda log: 0 * log.call("sin"),
        lambda log: 0 * (1 / log.graph.z()),
        lambda log: 0 * log.graph.z() ** -1,
        lambda log: 0 * log.graph.z() ** 0.5,
        lambda log: 0 * log.graph.z() ** log.graph.z(),
        lambda log: 0 * (2 * (0 * log)),
    ],
)
def test_what_is_undefined_somewhere_does_not_become_a_number(z, made):
    """0·log z is NaN at z = −1."""
    assert made(z.call("log")).number is None


def test_total(z):
    assert (z**3 / 7 - z.call("exp")).total
    assert not z.call("log1p").total
    assert not (z.call("sqrt") + z).total
    assert not (z / 0).total


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda z: z + -z.call("exp"), lambda z: z - z.call("exp")),
        (lambda z: -z + z.call("exp"), lambda z: z.call("exp") - z),
        (lambda z: z - -z.call("exp"), lambda z: z + z.call("exp")),
        (lambda z: -z - z.call("exp"), lambda z: -(z + z.call("exp"))),
        (lambda z: -(z - 1), lambda z: 1 - z),
        (lambda z: -z * z.call("exp"), lambda z: -(z * z.call("exp"))),
        (lambda z: -z / 3, lambda z: -(z / 3)),
        (lambda z: 3 / -z, lambda z: -3 / z),
        (lambda z: -(3 * z), lambda z: -3 * z),
        (lambda z: 3 * -z, lambda z: -3 * z),
        (lambda z: z / -1, lambda z: -z),
        (lambda z: z * z, lambda z: z**2),
        (lambda z: (-z) ** 2, lambda z: z**2),
        (lambda z: (-2 * z) ** 4, lambda z: (2 * z) ** 4),
        (lambda z: (-z).call("cosh"), lambda z: z.call("cosh")),
        (lambda z: (-z).call("tanh"), lambda z: -z.call("tanh")),
        (lambda z: (-2 * z).call("erf"), lambda z: -(2 * z).call("erf")),
        (lambda z: -((z - 1) / 3), lambda z: (1 - z) / 3),
        (lambda z: -z * z, lambda z: -(z**2)),
        (lambda z: 2 * (3 * z), lambda z: 6 * z),
        (lambda z: (2 * z) / 2, lambda z: z),
        (lambda z: 0.5 * (z * 2), lambda z: z),
        (lambda z: 2 * (z / 2), lambda z: z),
        (lambda z: (2 * z) * (0.5 * z.call("exp")), lambda z: z * z.call("exp")),
    ],
)
def test_signs_and_factors_come_to_one_place(z, made, expected):
    assert made(z) == expected(z)


@pytest.mark.parametrize(
    "made",
    [
        lambda z: 0.1 * (3 * z),  # 0.1·3 is not a float
        lambda z: 3 * (z / 3),  # nor is 1/3
        lambda z: (0.1 * z) / 3,
        lambda z: 1e300 * (1e300 * z),
    ],
)
def test_factors_that_would_be_rounded_stay_apart(z, made):
    assert sum(node.operation in ("mul", "div") for node in below(made(z))) == 2


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
def test_numbers_are_folded(name, numbers, expected):
    graph = FloatGraph()
    folded = graph.apply(name, *(graph.constant(number) for number in numbers))
    assert folded.number == pytest.approx(expected, rel=1e-15)


def test_folding_takes_no_longer_for_large_numbers():
    graph = FloatGraph()
    nine = graph.constant(9)
    assert (nine ** (nine**nine)).number == math.inf


def test_the_derivative_of_a_number_and_of_z(z):
    assert z.graph.constant(3).derivative().number == 0
    assert z.derivative().number == 1
    assert (3 * z - 1).derivative().number == 3
    assert z.call("sign").derivative().number == 0


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (lambda z: z**2, lambda z: 2 * z),
        (lambda z: z**3, lambda z: 3 * z**2),
        (lambda z: z.call("exp"), lambda z: z.call("exp")),
        (lambda z: z.call("tanh"), lambda z: z.call("sech2")),
        (lambda z: z.call("sigmoid"), lambda z: z.call("sigmoid_slope")),
        (lambda z: z.call("softplus"), lambda z: z.call("sigmoid")),
        (lambda z: z.call("abs"), lambda z: z.call("sign")),
        (lambda z: (2 * z).call("sin"), lambda z: (2 * z).call("cos") * 2),
        (lambda z: z * z.call("Phi"), lambda z: z * z.call("phi") + z.call("Phi")),
    ],
)
def test_derivatives_are_the_expressions_of_the_textbook(z, of, expected):
    assert of(z).derivative() == expected(z)


def test_a_slope_shares_what_the_value_computed(z):
    value = z.call("exp") * z
    slope = value.derivative()
    assert size(value, slope) == size(value) + 1  # only e^z + z e^z is new


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
