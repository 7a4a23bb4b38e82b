"""Values that float64, or float32, would lose on the way; and that nothing else changes."""

import ast
from math import inf, nan

import mpmath as mp
import numpy as np
import pytest

from lab.activations.formula.formula import Formula
from tests.exact import judged

PLAIN = ["tanh(z)", "sigmoid(z)", "max(z, 0)", "arctan(z)", "sin(z)", "erf(z) + 0.1*z", "0.1*z + 0.9*tanh(z)"]
LOST = [
    *("z*tanh(exp(z))", "z*exp(-exp(-z))", "z*log(2 - exp(-exp(z)))", "tanh(sinh(z))", "log(2*cosh(z))"),
    "z/cosh(z)",
]
"""Where float64 runs over on the way, or an exponential of an exponential does."""

Z = np.concatenate([[0.0], *([-x, x] for x in np.geomspace(0.01, 1e4, 25))])


@pytest.mark.parametrize("text", PLAIN)
def test_a_formula_without_weak_z_has_the_bits_of_its_program(text):
    sigma = Formula(text)
    careful = sigma._both
    assert careful.weak(np.dtype(float)) == ()
    with np.errstate(all="ignore"):
        plain_values = careful._plain(Z)
    for found, plain in zip(sigma.with_derivative(Z), plain_values, strict=True):
        assert found.tobytes() == plain.tobytes()


@pytest.mark.parametrize("text", LOST)
@pytest.mark.parametrize(("dtype", "allowed"), [(np.float64, 1e-13), (np.float32, 5e-6)])
def test_values_and_slopes_that_run_over_on_the_way(text, dtype, allowed):
    sigma, tree = Formula(text), ast.parse(text, mode="eval")
    z = Z.astype(dtype)
    weak = sigma._both.weak(np.dtype(dtype))
    assert weak
    tiny = float(np.finfo(dtype).tiny)
    for point, *found in zip(z.tolist(), *sigma.with_derivative(z), strict=True):
        for value, true in zip(found, judged(tree, point), strict=True):
            cost = 4 * np.finfo(dtype).eps * abs(point)
            bound = (allowed + float(cost)) * abs(true) if abs(true) >= tiny else 2 * tiny
            assert abs(mp.mpf(float(value)) - true) <= bound, f"{value} at {point}"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("z*sigmoid(z)", (0.0, 0.0), (inf, 1.0)),
        ("z/(1 + abs(z))", (-1.0, 0.0), (1.0, 0.0)),
        ("tanh(z)", (-1.0, 0.0), (1.0, 0.0)),
        ("z*Phi(z)", (0.0, 0.0), (inf, 1.0)),
        ("z*tanh(exp(z))", (0.0, 0.0), (inf, 1.0)),
        ("z*(arctan(z)/pi + 0.5)", (-1 / np.pi, 0.0), (inf, 1.0)),
        ("arctan(z) - pi/2", (-np.pi, 0.0), (0.0, 0.0)),
        ("z**2 - z", (inf, -inf), (inf, inf)),
        ("arctan(z) + exp(-z)*z", (-inf, inf), (np.pi / 2, 0.0)),
        ("log(1 + z**2)", (inf, 0.0), (inf, 0.0)),
        ("sin(z)", (nan, nan), (nan, nan)),
        ("z + 2*sin(z)", (-inf, nan), (inf, nan)),
        ("cos(z)*exp(-z**2)", (0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_at_infinity_stand_the_limits_where_there_are_some(text, low, high, dtype):
    found = Formula(text).with_derivative(np.array([-inf, inf], dtype))
    np.testing.assert_allclose(np.transpose(found), [low, high], rtol=2e-7)


@pytest.mark.parametrize("z", [1e16, 1e100, 1.7e308])
def test_exponentials_of_exponentials_far_out(z):
    """Where the exponent of e^z is itself no whole number below 2⁵²."""
    for text, value, slope in (
        ("z*tanh(exp(z))", z, 1.0),
        ("z*exp(-exp(-z))", z, 1.0),
        ("exp(-exp(z))", 0.0, 0.0),
        ("exp(z)/(2 + exp(z))", 1.0, 0.0),
    ):
        assert [float(x[0]) for x in Formula(text).with_derivative(np.array([z]))] == [value, slope]


FAR_OUT = {
    "log(cosh(z))": ("z", 1.0),
    "log(2*cosh(z))": ("z", 1.0),
    "log(exp(z) + exp(-z))": ("z", 1.0),
    "log(cosh(z)) - abs(z)": (-np.log(2), 0.0),
    "z/cosh(z)": (0.0, 0.0),
    "tanh(z)/cosh(z)": (0.0, 0.0),
    "sin(z)/cosh(z)": (0.0, 0.0),
    "sigmoid(z)/cosh(z)": (0.0, 0.0),
    "z/(2 + exp(z) + exp(-z))": (0.0, 0.0),
    "z*exp(z)/(2 + exp(z))": ("z", 1.0),
    "sqrt(1 + exp(2*z))": (inf, inf),
    "asinh(exp(z))": ("z", 1.0),
    "exp(z)*exp(2 - z)": (np.exp(2), 0.0),
}
"""Formulas with σ and σ′ to the last digit where z is large; "z" is z itself."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("text", FAR_OUT)
def test_values_and_slopes_as_far_out_as_there_are_numbers(text, dtype):
    most = float(np.finfo(dtype).max)
    sizes = [2.5e15, 2e17, 1e18, 3e19, 1e30, 1e100, 1e300, 1e305, 1e308, most]
    z = np.array([size for size in sizes if size <= most], dtype)
    rtol = 4 * np.finfo(dtype).eps
    for found, due in zip(Formula(text).with_derivative(z), FAR_OUT[text], strict=True):
        np.testing.assert_allclose(found, z if due == "z" else np.full_like(z, due), rtol=rtol)


def test_what_rounding_alone_is_left_of_two_orders_of_size_is_not_known():
    assert np.isnan(Formula("exp(z)*exp(-sqrt(3 + z**2))")(1e17))


def test_squares_and_slopes_that_leave_the_numbers_of_a_dtype():
    asinh = Formula("log(z + sqrt(z**2 + 1))")
    assert asinh(1e200) == pytest.approx(200 * np.log(10) + np.log(2), rel=1e-15)
    assert asinh(np.float32(1e20)) == pytest.approx(20 * np.log(10) + np.log(2), rel=1e-6)
    assert asinh.derivative(-1e200) == pytest.approx(1e-200, rel=1e-13)
    with mp.workdps(40):
        true = float(judged(ast.parse("z*sigmoid(z)", mode="eval"), -90.0)[1])
    assert true == pytest.approx(-7.3e-38, rel=0.01)
    assert Formula("z*sigmoid(z)").derivative(np.float32(-90)) == pytest.approx(true, rel=1e-6)


@pytest.mark.parametrize("text", LOST)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (3, 1, 4)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shapes_and_dtypes_are_kept(text, shape, dtype):
    z = np.full(shape, -9.0, dtype)
    sigma = Formula(text)
    row = sigma.with_derivative(np.full(1, -9.0, dtype))
    for found, (one,) in zip(sigma.with_derivative(z), row, strict=True):
        assert (found.shape, found.dtype) == (shape, dtype)
        assert (found == one).all()
    assert sigma(z).shape == sigma.derivative(z).shape == shape


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("text", [*PLAIN, *LOST])
def test_nan_stays_and_what_is_beside_it_does_not_change(text, dtype):
    z = np.array([nan, 0.5, -7.0, nan, 6.5], dtype)
    for found, alone in zip(
        Formula(text).with_derivative(z), Formula(text).with_derivative(z[[1, 2, 4]]), strict=True
    ):
        assert np.isnan(found).tolist() == [True, False, False, True, False]
        np.testing.assert_array_equal(found[[1, 2, 4]], alone)


@pytest.mark.parametrize("text", LOST)
def test_a_value_does_not_depend_on_what_it_is_computed_with(text):
    sigma = Formula(text)
    for whole, face in zip(sigma.with_derivative(Z), (sigma, sigma.derivative), strict=True):
        np.testing.assert_allclose(face(Z), whole, rtol=1e-14, atol=1e-300)
        assert [face(z) for z in Z] == face(Z).tolist()


@pytest.mark.parametrize("text", LOST)
def test_a_complex_step_passes_as_it_is(text):
    sigma = Formula(text)
    z = Z + 1e-30j
    value, slope, scratch = (np.empty_like(z) for _ in range(3))
    with np.errstate(all="ignore"):
        sigma._both.program.run(z, (value, slope, scratch))
    np.testing.assert_array_equal(sigma(z), value)
    near = np.abs(Z) < 3
    np.testing.assert_allclose(sigma(z[near]).imag / 1e-30, sigma.derivative(Z[near]), rtol=1e-12)


def test_a_slope_of_what_is_divided_by_a_cosh_of_any_size_is_a_number():
    sigma = Formula("z/cosh(z*exp(-z))")
    slopes = sigma.derivative(np.array([-1e3, -100.0, -38.0, -5.0, 1.0]))
    assert (slopes[:4] == 0).all()
    assert slopes[4] == pytest.approx(1 / np.cosh(np.exp(-1.0)), rel=1e-15)  # the slope of z·e^−z is 0 there


@pytest.mark.parametrize("text", ["z*erf(exp(z))", "(z*exp(z) - 1)/(1 + exp(z))", "z*erf(sinh(z))"])
def test_far_out_the_slope_is_the_limit_where_exponents_run_over(text):
    np.testing.assert_array_equal(Formula(text).derivative(np.array([1e3, 1e20, 1e300])), 1.0)


@pytest.mark.parametrize(
    ("text", "slopes"),
    [
        ("sqrt(abs(z**2)) - tanh(-z**2)", [-1, 1]),
        ("sqrt(abs(z**2)) + sigmoid(z)", [-1, 1]),
        ("z**3/(1 + z**2)*sigmoid(z)", [0, 1]),
        ("z*erf(sinh(z))", [-1, 1]),
    ],
)
@pytest.mark.parametrize("size", [1e60, 1e110, 1e160, 1e300])
def test_far_out_a_power_runs_over_beside_no_exponential(text, slopes, size):
    """A slope was 0 for 1, or infinite, where z² or z³ was no float64."""
    sigma, z = Formula(text), np.array([-size, size])
    np.testing.assert_allclose(sigma.derivative(z), slopes, rtol=1e-15)
    np.testing.assert_allclose(sigma(z), slopes * z, rtol=1e-15)


def test_equal_exponents_cancel_whatever_their_signs_are_written_as():
    """It was −4.01e8 at the first: (−z)² and z² were not seen to be one exponent."""
    z = -np.array([100297503.01509705, 1e15, 1e200])
    np.testing.assert_allclose(Formula("log(erfc(-z))").derivative(z), -2 * z, rtol=1e-15)


@pytest.mark.parametrize("text", ["sigmoid(z - 3) + sigmoid(z + 3) - 1", "tanh(z - 1) + tanh(z + 1) + 1"])
def test_a_difference_of_exponentials_does_not_outgrow_what_is_left(text):
    np.testing.assert_array_equal(Formula(text)(np.array([-1e20, -1e3])), -1.0)


def test_what_is_lost_at_a_kink_alone_makes_no_more_than_that_weak():
    """Half of |z| < 2 was computed with more room, which took a prediction seconds."""
    (weak,) = Formula("sqrt(abs(z - 1))").weak(float)
    assert weak.high - weak.low < 1e-3
