"""σ and σ′ of formulas, against an evaluator that shares nothing with the lab's."""

import pickle
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lab.activations.catalogue import TABLE
from lab.activations.formula.formula import Formula
from lab.numerics import Interval
from tests.exact import Unknown, exact


def value_and_slope(text: str, z: float) -> tuple[float, float]:
    value, slope = (float(exact(text, z, slopes)[0]) for slopes in (False, True))
    return value, slope


BOUNDED = ("tanh", "sech2", "sigmoid", "s", "erf", "sin", "cos", "arctan", "atan", "Phi", "phi")
GROWING = ("asinh", "arcsinh", "softplus", "sp")
NUMBERS = st.sampled_from(["0.5", "2", "1.25", "3", "0.1"])


def _analytic(inner):
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(BOUNDED + GROWING), inner),
        st.builds("{}(tanh({}))".format, st.sampled_from(["exp", "expm1", "sinh", "cosh"]), inner),
        st.builds("{}(1.5 + tanh({}))".format, st.sampled_from(["log", "log1p", "sqrt"]), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("({} / (1.5 + sin({})))".format, inner, inner),
        st.builds("({} {} {})".format, NUMBERS, st.sampled_from("+-*"), inner),
        st.builds("(-{})".format, inner),
        st.builds("sin({})**{}".format, inner, st.sampled_from(["2", "3", "4"])),
        st.builds("(1.5 + sin({}))**{}".format, inner, st.sampled_from(["0.5", "-1", "-2", "1.7"])),
        st.builds("{}**tanh({})".format, NUMBERS, inner),
        st.builds("(1.5 + sin({}))**tanh({})".format, inner, inner),
    )


def _switching(inner):
    compare = st.sampled_from(["<", "<=", ">", ">="])
    return st.one_of(
        _analytic(inner),
        st.builds("{}({})".format, st.sampled_from(["abs", "sign"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, st.one_of(inner, NUMBERS)),
        st.builds("where({} {} {}, {}, {})".format, inner, compare, st.one_of(inner, NUMBERS), inner, inner),
    )


ANALYTIC = st.recursive(st.just("z"), _analytic, max_leaves=5)
SWITCHING = st.recursive(st.just("z"), _switching, max_leaves=6)
POINTS = np.array([-2.6171, -0.7313, 0.2187, 1.4142, 3.0511])

quickly = settings(max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def made(text: str) -> Formula:
    """The formula, unless it is a constant after all."""
    try:
        return Formula(text)
    except Exception as error:
        assume("it must depend on z" not in str(error))
        raise


def check(sigma: Formula, text: str, z: np.ndarray) -> None:
    """σ and σ′ against 60 digits."""
    a, slope = sigma.with_derivative(z)
    try:
        expected = np.array([value_and_slope(text, point) for point in z])
    except Unknown:
        assume(False)
    assume(np.abs(expected).max() < 1e6)
    scale = 1 + np.abs(expected).max()
    np.testing.assert_allclose(a, expected[:, 0], rtol=1e-10, atol=1e-11 * scale)
    np.testing.assert_allclose(slope, expected[:, 1], rtol=1e-10, atol=1e-10 * scale)


def check_shape_dtype_and_nan(sigma: Formula) -> None:
    """They are kept and change nothing."""
    for face in (sigma, sigma.derivative):
        assert np.isnan(face(np.array([0.3, np.nan, -1.7]))).tolist() == [False, True, False]
    z = np.linspace(-3, 3, 12)
    row = sigma.with_derivative(z)
    block = sigma.with_derivative(z.reshape(2, 3, 2))
    for whole, part in zip(row, block, strict=True):
        assert part.shape == (2, 3, 2)
        assert part.ravel().tolist() == whole.tolist()
    assert sigma.derivative(z.astype(np.float32)).dtype == np.float32


def check_by_complex_step(sigma: Formula) -> None:
    """A complex step through the program gives the slope."""
    slope = sigma.derivative(POINTS)
    if np.abs(slope).max() < 1e6:
        step = sigma(POINTS + 1e-30j).imag / 1e-30
        np.testing.assert_allclose(step, slope, rtol=1e-9, atol=1e-9 * (1 + np.abs(slope).max()))


def off_kinks(sigma: Formula, distance: float) -> np.ndarray:
    """The `POINTS` that are farther than this from any kink."""
    return np.array([z for z in POINTS if all(abs(z - kink) > distance for kink in sigma.switches)])


def check_by_differences(sigma: Formula) -> None:
    """The slope is the difference of values, off the kinks."""
    h = 1e-4
    if len(z := off_kinks(sigma, 3 * h)):
        far, near = ((sigma(z + step) - sigma(z - step)) / (2 * step) for step in (2 * h, h))
        found = (4 * near - far) / 3
        if np.abs(found).max() < 1e2:
            np.testing.assert_allclose(sigma.derivative(z), found, rtol=1e-4, atol=1e-4)


@quickly
@given(ANALYTIC)
def test_value_and_slope_of_an_analytic_formula(text):
    sigma = made(text)
    assert sigma.analytic
    check_by_complex_step(sigma)
    check(sigma, text, POINTS)


@quickly
@given(SWITCHING)
def test_value_and_slope_of_any_formula_off_its_kinks(text):
    sigma = made(text)
    check_shape_dtype_and_nan(sigma)
    check_by_differences(sigma)
    z = off_kinks(sigma, 1e-6)
    assume(len(z))
    check(sigma, text, z)


TWINS = {
    "sigmoid(z)": TABLE["sigmoid"](),
    "1/(1 + exp(-z))": TABLE["sigmoid"](),
    "tanh(z)": TABLE["tanh"](),
    "max(z, 0)": TABLE["relu"](),
    "where(z > 0, z, 0)": TABLE["relu"](),
    "where(z < 0, 0.3*z, z)": TABLE["leaky-relu"](0.3),
    "where(z > 0, z, a*expm1(z))": TABLE["elu"](1.7),
    "z*sigmoid(z)": TABLE["silu"](),
    "z*Phi(z)": TABLE["gelu"](),
    "sp(z)": TABLE["softplus"](),
    "softplus(2.5*z)/2.5": TABLE["softplus"](2.5),
    "z/(1 + abs(z))": TABLE["softsign"](),
}


@pytest.mark.parametrize("text", TWINS)
def test_a_formula_equals_the_activation_of_the_table(text):
    written = TWINS[text]
    sigma = Formula(text, (("a", 1.7),) if "a*" in text else ())
    z = np.concatenate([np.linspace(-36, 36, 721) + 0.0123, [0.0]])
    np.testing.assert_allclose(sigma(z), written(z), rtol=2e-14)
    off_zeros = np.abs(written.derivative(z)) > 0.01 * np.abs(z * (np.abs(z) < 2))
    np.testing.assert_allclose(
        sigma.derivative(z)[off_zeros], written.derivative(z)[off_zeros], rtol=3e-14, atol=1e-300
    )
    assert set(written.kinks) <= set(sigma.kinks)
    for zero in (0.0, -0.0):
        assert sigma.derivative(zero) == pytest.approx(written.derivative(zero), rel=1e-15)


@pytest.mark.parametrize("text", ["tanh(z)", "sigmoid(z)", "sp(z)", "z*sigmoid(z)", "z*Phi(z)"])
def test_the_tails_keep_their_precision(text):
    z = np.array([-30.0, -20.25, 20.25, 30.0])
    expected = [value_and_slope(text, point)[1] for point in z]
    np.testing.assert_allclose(Formula(text).derivative(z), expected, rtol=1e-14)
    assert Formula(text).derivative(-20.25) != 0


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("abs(z)", 0.0),
        ("max(z, 0)", 0.0),
        ("min(z, 0)", 0.0),
        ("max(z, 0.25*z)", 1.0),
        ("max(0.25*z, z)", 0.25),
        ("where(z > 0, 3*z, 2*z)", 2.0),
        ("where(z >= 0, 3*z, 2*z)", 3.0),
        ("where(z < 0, 3*z, 2*z)", 2.0),
        ("where(z <= 0, 3*z, 2*z)", 3.0),
        ("sign(z) + z", 1.0),
    ],
)
def test_the_slope_at_a_kink_is_what_the_docstring_says(text, slope):
    assert Formula(text).derivative(0.0) == slope


@pytest.mark.parametrize(
    ("text", "kinks"),
    [
        ("tanh(z)", ()),
        ("abs(z)", (0,)),
        ("abs(z - 1/3)", (1 / 3,)),
        ("min(max(z, -1), 1)", (-1, 1)),
        ("max(tanh(z), 0.5*z)", (-1.9150080481545653, 0, 1.9150080481545653)),
        ("where(z > 2, z, 2*tanh(z))", (2,)),
        ("where(1 > 2, abs(z), z)", ()),
        ("abs(max(z - 0.3331, 0))", (0.3331,)),
        ("sign(max(z, 0))*z", (0,)),
        ("abs(z**2 - 2)", (-(2**0.5), 2**0.5)),
        ("max(z, 300)", (300,)),
        ("max((z - 0.3)**3, 0)", ()),
        ("z*abs(z)", ()),
        ("z/(1 + abs(z))", ()),
        ("abs(1e-200*(z - 0.3331))", (0.3331,)),
    ],
)
def test_kinks(text, kinks):
    sigma = Formula(text)
    assert sigma.kinks == pytest.approx(kinks, rel=1e-13, abs=1e-13)
    assert sigma.analytic


@pytest.mark.parametrize(
    ("text", "switches", "jumps"),
    [
        ("sign(z)", (0.0,), (0.0,)),
        ("where(z > 0.5, z, 0)", (0.5,), (0.5,)),
        ("abs(z)", (0.0,), ()),
        ("max((z - 0.3)**3, 0)", (0.3,), ()),  # nor is it a kink
    ],
)
def test_switches_and_jumps(text, switches, jumps):
    assert Formula(text).switches == pytest.approx(switches, abs=1e-13)
    assert Formula(text).jumps == pytest.approx(jumps, abs=1e-12)


def test_kinks_of_a_zero_of_higher_order_without_end():
    """Every zero of sin³ out to the end of the grid is found, to a few units of precision."""
    switches = np.array(Formula("abs(sin(z)**3)").switches)
    near = switches[np.abs(switches) < 30]
    np.testing.assert_allclose(near, np.pi * np.arange(-9, 10), rtol=1e-14, atol=1e-14)


def test_huge_and_tiny_coefficients():
    """Fault 60: 1e300 and 1e-320 come out right, the smallest numbers too."""
    z = np.array([-2.0, 0.0, 3.0])
    for sigma, values, slopes in (
        (Formula("a*z", (("a", 1e300),)), [-2e300, 0, 3e300], [1e300] * 3),
        (Formula("1e-320*z"), [-2 * 1e-320, 0, 3 * 1e-320], [1e-320] * 3),
        (Formula("tanh(1e300*z)"), [-1, 0, 1], [0, 1e300, 0]),
    ):
        assert (sigma(z).tolist(), sigma.derivative(z).tolist()) == (values, slopes)
    assert Formula("tanh(z) + 1e-320*z").derivative(0.0) == 1.0
    assert Formula("1e300*z*1e-300").derivative(2.0) == pytest.approx(1, rel=1e-15)


def test_equal_formulas_are_equal_whatever_the_order_of_their_parameters():
    one, other, third = (
        Formula("a*z + b", given)
        for given in ((("a", 1.0), ("b", 2.0)), (("b", 2.0), ("a", 1.0)), (("a", 1.0), ("b", 3.0)))
    )
    assert one == other != third
    assert hash(one) == hash(other)
    assert one.parameters == other.parameters == (("a", 1.0), ("b", 2.0))


def test_a_formula_travels_to_another_process(travels):
    sigma = Formula("tanh(z) + a*abs(z)", (("a", 0.25),))
    assert sigma.slope_range.low == pytest.approx(-0.25)
    assert sigma.kinks == (0.0,)
    for again in travels(sigma):
        assert again.kinks == (0.0,)
    assert len(pickle.dumps(sigma)) < 300


def test_unclaimed_slope_is_measured():
    sigma = Formula("tanh(z) + a*z", (("a", 0.1),))
    assert sigma.slope_range.low == pytest.approx(0.1, abs=1e-15)
    assert sigma.slope_range.high == pytest.approx(1.1, abs=1e-15)
    assert sigma.range == Interval(-np.inf, np.inf)


def test_no_warning_where_a_formula_is_undefined():
    """Outside its domain a formula is NaN, without a warning."""
    assert np.isnan(Formula("log(z)")(np.array([-1.0, 1.0]))).tolist() == [True, False]
    assert Formula("1/z")(0.0) == np.inf


@pytest.mark.parametrize(
    "text",
    [
        *("sqrt(abs(z))*sin(z)", "tanh(z)*sqrt(abs(z))", "sqrt(z**2 + z**4)", "sqrt(cosh(z) - 1)"),
        *("sqrt(1 - cos(z))", "sqrt(log(1 + z**2))", "sqrt(z*tanh(z))", "sqrt(z**4)", "sqrt(abs(z))"),
    ],
)
def test_where_a_root_is_0_so_is_its_slope_or_what_is_chosen_at_its_kink(text):
    sigma = Formula(text)
    for dtype in (np.float32, np.float64):
        z = np.array([-0.5, 0.0, 0.5], dtype)
        slopes = sigma.derivative(z)
        assert slopes[1] == 0
        assert np.isfinite(slopes).all()


def test_the_size_of_a_size_is_that_size():
    sigma = Formula("sign(z)*sqrt(abs(z)**2)")
    assert (sigma.derivative(0.0), sigma.kinks) == (1.0, ())


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        *(("sign(z)*sqrt(log(1+z**2))", 1.0), ("sign(z)*log(1+z**2)**0.5", 1.0)),
        *(("sign(z)*sqrt(abs(z)*tanh(abs(z)))", 1.0), ("sign(-z)*sqrt(1 - exp(-4*z**2))", -2.0)),
        *(("sign(z)*exp(-z)*sqrt(3*log(1+z**2))", 3**0.5), ("sign(z)*tanh(sqrt(cosh(z) - 1))", 0.5**0.5)),
        *(("sign(z)*sqrt(z**2/(1+abs(z)))", 1.0), ("sign(z)*sqrt(z**4 + z**6)", 0.0)),
        *(("where(z > 0, 1, -1)*sqrt(log(1+z**2))", 1.0), ("2*where(z < 0, 1, -1)*log(1+abs(z))", -2.0)),
        *(("where(0 < z, 1, -1)*sinh(abs(z))", 1.0), ("where(z <= 0, -1, 1)*sqrt(1 - exp(-z**2))", 1.0)),
    ],
)
def test_a_sign_before_a_root_that_touches_0_has_the_slope_between_its_sides(text, slope):
    """Where 0·∞ was taken for 0, σ′ had a hole at 0, a kink that σ has not."""
    sigma = Formula(text)
    assert sigma.derivative(np.array([-1e-7, 0.0, 1e-7])) == pytest.approx(slope, abs=1e-6)
    assert sigma.kinks == ()


@pytest.mark.parametrize(
    ("text", "slope"), [("sign(z)*sqrt(abs(z))", inf), ("sign(z)*sqrt(exp(z) + z**2)", 0)]
)
def test_a_sign_before_another_root_has_its_kink(text, slope):
    assert (Formula(text).derivative(0.0), Formula(text).kinks) == (slope, (0.0,))


@pytest.mark.parametrize(
    ("text", "kinks"),
    [
        *(
            ("sqrt(z**2 + z**4)", (0.0,)),
            ("sqrt(log(1 + (z - 1)**2))", (1.0,)),
            ("sqrt(cosh(z) - 1)", (0.0,)),
        ),
        *(("(z**2 + z**4)**0.25", (0.0,)), ("sqrt(log(1 + (z - 0.3)**2))", (0.3,))),
        *(("sqrt(z**4)", ()), ("(z**2 + z**4)**0.75", ()), ("sqrt(1 + z**2)", ()), ("sqrt(2 + cos(z))", ())),
    ],
)
def test_a_root_has_a_kink_where_it_touches_0(text, kinks):
    assert Formula(text).kinks == pytest.approx(kinks)


@pytest.mark.parametrize("text", ["sqrt(abs(z))", "tanh(z)*sqrt(abs(z))", "sign(z)*sqrt(log(1+z**2))"])
def test_a_root_has_slopes_of_all_orders(text):
    slope = Formula(text).expression
    for _ in range(4):
        slope = slope.derivative()
    assert slope.varies


@pytest.mark.parametrize(
    ("text", "at", "slope"),
    [
        ("where(z == 0, 0, tanh(z))", 0.0, 1.0),
        ("where(z != 0, tanh(z), 0)", 0.0, 1.0),
        ("where(z**2 == 1, z, z**3) + 0.1*z", -1.0, 3.1),
        ("where(tanh(z) == 0, 0, z + where(z == 5, 5, z))", 0.0, 2.0),
        ("where(z == 0, 1, z/(1 - exp(-z)))", 0.0, 0.5),
        ("where(z == 0, -2, 2*z/(exp(-z) - 1))", 0.0, -1.0),
        ("where(z == 1, 1, sinh(z - 1)/(exp(z - 1) - 1))", 1.0, -0.5),
        ("where(z == 0, 0.5, (1 - cos(z))/z**2)", 0.0, 0.0),
        ("where(z == 3, 0.75, z/(1 + z))", 3.0, 1 / 16),
        ("where(max(z, 0) == 0, 0.2*z, z)", -1.0, 0.2),  # of no single point
    ],
)
def test_what_is_said_of_one_point_alone_has_the_slope_around_it(text, at, slope):
    sigma = Formula(text)
    for dtype in (np.float64, np.float32):
        found = sigma.derivative(np.array([at, np.nan], dtype))
        np.testing.assert_allclose(found, [slope, np.nan], rtol=1e-6)
    assert not any(kink == at for kink in sigma.kinks)
