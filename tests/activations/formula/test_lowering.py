import mpmath as mp
import numpy as np
import pytest
from scipy import special

from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.kernels import KERNELS
from lab.activations.formula.lowering import lowered
from lab.activations.formula.operations import OPERATIONS
from lab.activations.formula.program import compiled


def computed(expression: Expression, points: np.ndarray) -> np.ndarray:
    out = np.empty_like(points)
    with np.errstate(all="ignore"):
        compiled(expression).run(points, (out,))
    return out


def names(expression: Expression) -> list[str]:
    (root,) = lowered(expression)
    return [node.operation for node in below(root) if node.arguments]


REFERENCES = {
    "sigmoid": special.expit,
    "sigmoid_slope": lambda z: special.expit(z) * special.expit(-z),
    "softplus": lambda z: np.logaddexp(z, 0),
    "sech2": lambda z: 4 * special.expit(2 * z) * special.expit(-2 * z),
    "Phi": special.ndtr,
    "erfc": special.erfc,
    "arccot": lambda z: np.where(z > 1, np.arctan(1 / np.maximum(z, 1)), np.pi / 2 - np.arctan(z)),
    "phi": lambda z: np.exp(-z * z / 2) / np.sqrt(2 * np.pi),
}


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.lowered])
def test_what_is_lowered_has_the_same_value(z, name):
    points = np.linspace(-12, 12, 601)
    np.testing.assert_allclose(computed(z.call(name), points), REFERENCES[name](points), rtol=3e-14)
    assert set(names(z.call(name))) <= set(KERNELS)


def test_every_step_is_a_kernel(z):
    for name in OPERATIONS:
        if name not in ("where", "less", "less_equal", "greater", "greater_equal"):
            arity = 2 if name in ("add", "sub", "mul", "div", "pow", "min", "max") else 1
            expression = (z + 2).call(name, *[z.call("exp")] * (arity - 1))
            for root in (expression, expression.derivative()):
                assert set(names(root)) <= set(KERNELS)


@pytest.mark.parametrize("exponent", [-4, -3, -2, -1.5, -1, -0.5, 0.5, 1.5, 2, 3, 4])
def test_common_powers_need_no_general_power_and_others_do(z, exponent):
    points = np.linspace(0.1, 5, 50)
    assert "pow" not in names((z + 0) ** exponent)
    np.testing.assert_allclose(computed(z**exponent, points), points**exponent, rtol=1e-15)
    assert names(z**1.7) == ["pow"]


def test_a_power_that_is_1_is_nan_where_its_argument_is(z):
    points = np.array([-1.0, 2.0, np.nan])
    log = z.call("log")
    for expression in (log**0, log.graph.constant(1) ** log):
        np.testing.assert_array_equal(computed(expression, points), [np.nan, 1, np.nan])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where(z > 0, 1, 0)", [0, 0, 1, np.nan]),
        ("where(z < 0, 1, 0)", [1, 0, 0, np.nan]),
        ("where(z <= 0, 0, 1)", [0, 0, 1, np.nan]),
        ("where(z >= 0, 1, 0)", [0, 1, 1, np.nan]),
        ("where(z > 0.5, 1, 0)", [0, 0, 1, np.nan]),
        ("where(0 < z, 1, 0)", [0, 0, 1, np.nan]),
        ("where(z > 0, 3, 0)", [0, 0, 3, np.nan]),
        ("where(z >= 0, 0.1, 0.3)", [0.3, 0.1, 0.1, np.nan]),
        ("where(z > 0, 2, z)", [-1, 0, 2, np.nan]),
        ("where(z > 0, z, 2)", [2, 2, 1, np.nan]),
        ("where(z < 0, z, 2)", [-1, 2, 2, np.nan]),
        ("where(log(z) > 0, 1, 2)", [np.nan, 2, 2, np.nan]),
        ("where(log(z) > 0, z, 2*z)", [np.nan, 0, 2, np.nan]),
        ("where(0 > log(z), z, 2)", [np.nan, 0, 2, np.nan]),
        ("where(z > 0, z, log(z))", [np.nan, -np.inf, 1, np.nan]),
        ("where(z > 0, 1/z, exp(z))", [np.exp(-1), 1, 1, np.nan]),
    ],
)
def test_a_choice_is_nan_where_its_comparison_is_undefined(text, expected):
    np.testing.assert_array_equal(Formula(text)(np.array([-1.0, 0, 1, np.nan])), expected)


def test_a_choice_of_two_numbers_is_one_of_them_exactly(z):
    points = np.array([-1e308, -1.0, 0.0, 1.0, 1e308, np.inf, -np.inf])
    for yes, no in [(0.1, 0.7), (1e300, 1e-300), (np.inf, 2.0), (0.0, 3.0)]:
        chosen = z.call("greater", 0).call("where", yes, no)
        np.testing.assert_array_equal(computed(chosen, points), np.where(points > 0, yes, no))


@pytest.mark.parametrize("name", ["tanh", "sech2"])
def test_a_function_of_softplus_is_made_of_one_exponential(z, name):
    expression = z.call("softplus").call(name)
    points = np.linspace(-300, 300, 601)
    softplus = np.logaddexp(points, 0)
    expected = np.tanh(softplus) if name == "tanh" else REFERENCES["sech2"](softplus)
    np.testing.assert_allclose(computed(expression, points), expected, rtol=1e-13)
    assert names(expression).count("exp") == 1
    assert {"max", "log1p", "tanh"}.isdisjoint(names(expression))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("text", "rate"),
    [("exp(-z**2)", 1), ("exp(-z*z/2)", 0.5), ("exp(-0.25*z**2)", 0.25), ("exp(-4*z**2)", 4)],
)
def test_a_bell_keeps_its_digits_in_its_tails(text, rate, dtype):
    """Where z² is rounded first, exp(−z²) has lost 8 bits at z = 26."""
    farthest = np.sqrt(-np.log(np.finfo(dtype).tiny) / rate)
    z = np.linspace(-farthest, farthest, 401).astype(dtype) * dtype(0.99)
    exact = np.array([float(mp.exp(-rate * mp.mpf(float(x)) ** 2)) for x in z])
    np.testing.assert_allclose(Formula(text)(z), exact.astype(dtype), rtol=6 * np.finfo(dtype).eps)


def test_a_bell_beyond_its_tails():
    found = Formula("exp(-z**2)")(np.array([-np.inf, 700.0, np.nan, 0.0]))
    np.testing.assert_array_equal(found, [0, 0, np.nan, 1])


def test_a_quotient_that_levels_off_may_be_written_with_a_minus_in_it():
    z = np.array([-1e20, -5.0, 3.0])
    found = Formula("where(z > 0, z, z*(-0.5*z)/(1 + abs(0.5*z)))")(z)
    np.testing.assert_allclose(found, [-z[0] * -1, -25 / 7, 3.0], rtol=1e-15)
