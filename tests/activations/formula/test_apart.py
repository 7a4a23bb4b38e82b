"""Formulas with exponents apart: the same function, where e^z itself is no number, too."""

import ast
from math import inf, isnan, nan

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings

from lab.activations.formula.apart import EXPONENTIAL, apart
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import below
from lab.activations.formula.program import of_kernels
from lab.activations.formula.refusal import FormulaError
from lab.activations.formula.rewrites import precise
from tests.exact import FORMULAS, judged, roughly
from tests.prover.intervals.test_enclosure import FUZZ

TEXTS = [
    *("z/cosh(z)", "tanh(z)/cosh(z)", "sin(z)/cosh(z)", "sinh(z)/cosh(z)**2", "1/(1 + sech2(z))"),
    *("z*sigmoid(z)", "z*tanh(softplus(z))", "softplus(z)*sigmoid(-z)", "z*exp(z)/(2 + exp(z))"),
    *("sqrt(1 + exp(2*z))/cosh(z)", "log(3*cosh(z))", "log1p(exp(z)*cosh(z))", "asinh(exp(z))"),
    *("z*expm1(z)/exp(z)", "z*exp(-exp(-z))", "arctan(exp(-z)/(1 + exp(-z)))*exp(z)"),
    *("erfc(z)*exp(z**2)", "Phi(z)*exp(z**2/2)/cosh(z)", "abs(sinh(z))/(1 + cosh(z))"),
    *("where(z > 1, exp(z), 2*exp(-z))/cosh(2*z)", "erf(exp(z))", "phi(z)*cosh(z)"),
    *("sigmoid(z)*sigmoid(-z)*exp(abs(z))", "exp(z)**2/(1 + exp(z)**3)"),
    *("(exp(-z) - exp(-2*z))*exp(z)", "z*2**z/cosh(z)", "exp(z)**sin(z)", "(z**2 + 1)**exp(-z)"),
    *("where(phi(z) > 0, z, 2)", "sign(sigmoid(z))*z"),
]
NEAR = np.array([-700.5, -90.25, -41.5, -7.5, -0.75, -0.01, 0.01, 0.375, 5.5, 21.0, 88.5, 700.5])
FAR = [1e4, 1e10, 1e18, 1e100, 1e300]


def outputs(formula, z, checked=False):
    """σ and σ′ of a formula with exponents apart."""
    sigma = Formula(formula)
    roots = (precise(sigma.expression), precise(sigma.slope_expression))
    program = of_kernels(apart(*roots, checked=checked))
    buffers = tuple(np.empty_like(z) for _ in range(program.given))
    with np.errstate(all="ignore"):
        program.run(z, buffers)
    return buffers[:2]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("dtype", "allowed", "count"), [(np.float64, 1e-12, 2), (np.float32, 2e-5, 1)])
def test_it_is_the_same_function(text, dtype, allowed, count):
    """σ and σ′, and in float32 σ alone: that keeps no digits of what cancels."""
    z = NEAR.astype(dtype)
    tree, limits = ast.parse(Formula(text).text, mode="eval"), np.finfo(dtype)
    rough = ast.parse(text, mode="eval")
    for point, *found in zip(z.tolist(), *outputs(text, z), strict=True):
        known = judged(tree, point) or (), roughly(rough, point) or ()
        for value, true, held in zip(found[:count], *known, strict=False):
            size = abs(true)
            if limits.tiny <= size < limits.max and abs(held - true) <= 1e-13 * size:
                assert abs(mp.mpf(float(value)) - true) <= (allowed + 4 * limits.eps * abs(point)) * size


@settings(FUZZ, max_examples=25)
@given(FORMULAS)
def test_random_formulas_are_the_same_functions(text):
    try:
        sigma = Formula(text)
    except FormulaError:
        assume(False)
    assume(any(node.operation in EXPONENTIAL for node in below(sigma.expression)))
    tree = ast.parse(sigma.text, mode="eval")
    for point, *found in zip(NEAR.tolist(), *outputs(text, NEAR), strict=True):
        rough, known = (evaluate(tree, point) for evaluate in (roughly, judged))
        for value, true, held in zip(found, known or (), rough or (), strict=False):
            size = abs(true)
            if np.finfo(float).tiny <= size < np.finfo(float).max and abs(held - true) <= 1e-13 * size:
                assert isnan(value) or abs(mp.mpf(float(value)) - true) <= 1e-11 * size


@pytest.mark.parametrize("z", FAR)
@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [
        ("z/cosh(z)", 0.0, 0.0),
        ("z*exp(z)/(2 + exp(z))", "z", 1.0),
        ("z*tanh(softplus(z))", "z", 1.0),
        ("log(3*cosh(z))", "z + log(3/2)", 1.0),
        ("log(exp(z) + exp(-z))", "z", 1.0),
        ("asinh(exp(z))", "z + log(2)", 1.0),
        ("log1p(exp(z) + exp(z/2))", "z", 1.0),
        ("exp(z)*exp(2 - z)", "e**2", 0.0),
        ("sqrt(1 + exp(2*z))", inf, inf),
    ],
)
def test_what_is_left_of_exponents_of_any_size(text, value, slope, z):
    due = eval(value, {"log": np.log, "e": np.e, "z": z}) if isinstance(value, str) else value
    found = outputs(text, np.array([z]), checked=True)
    assert float(found[0][0]) == pytest.approx(due, rel=1e-15)
    assert float(found[1][0]) == pytest.approx(slope, abs=1e-30)


def test_what_rounding_alone_is_left_of_is_not_known_if_it_is_checked():
    text, z = "exp(z)*exp(-sqrt(3 + z**2))", np.array([1e17])
    assert np.isnan(outputs(text, z, checked=True)[0]).all()
    assert np.isfinite(outputs(text, z, checked=False)[0]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("text", "slope"),
    [("max(z*sech2(erf(z + 0.01)), 2*z)", 0.4199743416140261), ("0.25*exp(where(z > 0, z, 0.1*z)) + z", 1.0)],
)
def test_exponents_far_out_that_are_choices_or_bounded(text, slope, dtype):
    z = -np.geomspace(3e4, 1e20, 9).astype(dtype)
    np.testing.assert_allclose(Formula(text).derivative(z), dtype(slope), rtol=4 * np.finfo(dtype).eps)


def test_an_exponent_that_runs_over_is_not_known_if_it_is_checked():
    assert np.isnan(outputs("z*exp(3*z)*exp(-2.5*abs(z))", np.array([1e308]), checked=True)[0]).all()


@pytest.mark.parametrize("text", TEXTS)
def test_nan_stays(text):
    for found in outputs(text, np.array([nan, 0.5, nan])):
        assert np.isnan(found).tolist() == [True, False, True]


def test_a_formula_without_an_exponential_is_left_as_it_is():
    sigma = Formula("z/(1 + abs(z))")
    z = np.concatenate([-np.geomspace(1e-3, 1e308, 50), [0.0], np.geomspace(1e-3, 1e308, 50)])
    for found, plain in zip(outputs(sigma.text, z), sigma.with_derivative(z), strict=True):
        assert found.tobytes() == plain.tobytes()


def test_an_exponent_that_is_never_below_0_is_its_own_largest():
    """Of 1 + (1 + e^z)² it is 2·max(z, 0), of which nothing is left beside that of its dividend."""
    sigma = Formula("z*((1 + exp(z))**2 - 1)/((1 + exp(z))**2 + 1)")
    z = np.array([1e3, 1e16, 1e20, 1e200])
    np.testing.assert_allclose(sigma(z), z, rtol=1e-14)
