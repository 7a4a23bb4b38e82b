"""σ from σ′ by quadrature, against the closed forms in mpmath."""

import mpmath as mp
import numpy as np
import pytest

from lab.activations.design.integral import FARTHEST, LARGEST_ERROR, Integral
from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from lab.errors import PartError
from lab.numerics import Interval
from lab.testing import check_activation

BELL = Integral("floor + (1 - floor)*exp(-z**2)", (("floor", 0.05),))
Z = np.concatenate([np.linspace(-12, 12, 193) + 0.0123, [0.0, 1e-9, -40.5, 99.5, 700.0, -3000.25, 9999.5]])


def floored(value):
    """0.1 z + 0.9 times the value."""
    return lambda z: mp.mpf(0.1) * z + mp.mpf(0.9) * value(z)


CLOSED = {
    "0.1 + 0.9*exp(-z**2)": floored(lambda z: mp.sqrt(mp.pi) / 2 * mp.erf(z)),
    "0.1 + 0.9*sech2(z)": floored(mp.tanh),
    "sech2(z)": mp.tanh,
    "0.1 + 0.9/(1 + z**2)": floored(mp.atan),
    "1/(1 + z**2)": mp.atan,
    "1/(1 + z**2)**1.5": lambda z: z / mp.sqrt(1 + z**2),
    "1/(1 + abs(z))**2": lambda z: z / (1 + abs(z)),
    "4*s(z)*s(-z)": lambda z: 2 * mp.tanh(z / 2),
    "z**3": lambda z: z**4 / 4,
    "abs(z)": lambda z: z * abs(z) / 2,
    "max(0.1, 1 - abs(z))": lambda z: mp.sign(z) * _tent(abs(z)),
    "where(z > 0.3, 1, 0.25)": lambda z: z / 4 + max(z - mp.mpf(0.3), 0) * mp.mpf(3) / 4,
    "where(abs(3*z) < 1, 1, 0.5)": lambda z: z / 2 + mp.sign(z) * min(abs(z), mp.mpf(1) / 3) / 2,
    "where(z > 7.77, 1, 0)": lambda z: max(z - mp.mpf(7.77), 0),
    "where(abs(z - 0.5) < 0.0001, 1, 0.1)": lambda z: (
        z / 10 + (min(max(z, mp.mpf(0.4999)), mp.mpf(0.5001)) - mp.mpf(0.4999)) * mp.mpf(0.9)
    ),
    "where(z > 700.5, 1, 0.5)": lambda z: z / 2 + max(z - mp.mpf(700.5), 0) / 2,
    "1e300*exp(-z**2)": lambda z: mp.mpf(1e300) * mp.sqrt(mp.pi) / 2 * mp.erf(z),
    "1e-320*exp(-z**2)": lambda z: mp.mpf(1e-320) * mp.sqrt(mp.pi) / 2 * mp.erf(z),
}


def _tent(z):
    """∫₀^z max(0.1, 1 − t) dt for z ≥ 0: its kink lies at 0.9."""
    kink = 1 - mp.mpf(0.1)
    return min(z, kink) - min(z, kink) ** 2 / 2 + max(z - kink, 0) * mp.mpf(0.1)


@pytest.mark.parametrize("text", CLOSED)
def test_closed_forms(text):
    sigma = Integral(text)
    with mp.workdps(40):
        for z, value in zip(Z, sigma(Z), strict=True):
            exact = CLOSED[text](mp.mpf(float(z)))
            allowed = mp.mpf(1e-12) * abs(exact) + mp.mpf(1e-322)
            assert abs(mp.mpf(float(value)) - exact) <= allowed, f"z = {z}"
    assert sigma.estimate <= 1e-13


@pytest.mark.parametrize("z", [1e-300, 1e-20, 1e-9, 1e-3])
def test_small_z_keep_their_relative_precision(z):
    assert BELL(z) == pytest.approx(z, rel=1e-6 if z == 1e-3 else 1e-14)
    assert BELL(-z) == -BELL(z)
    assert BELL(0.0) == 0.0


def test_the_derivative_is_the_formula_and_an_odd_design_is_odd():
    rate = Formula(BELL.text, BELL.parameters)
    assert BELL.derivative(Z).tolist() == rate(Z).tolist()
    np.testing.assert_allclose(BELL(-Z), -BELL(Z), rtol=1e-14)


BEYOND = {
    "1/(1 + z**2)": mp.atan,
    "1/(1 + abs(z))": lambda z: mp.sign(z) * mp.log(1 + abs(z)),
    "sqrt(abs(z))": lambda z: mp.sign(z) * abs(z) ** mp.mpf(1.5) * 2 / 3,
    "1 - z/20000": lambda z: z - z * z / 40000,
    "exp(-z**2)": lambda z: mp.sqrt(mp.pi) / 2 * mp.erf(z),
    "where(z > 50000, 1, 0.5)": lambda z: z / 2 + max(z - 50000, 0) / 2,
    "0.1 + 0.9*exp(-((z - 20000)/3000)**2)": lambda z: z / 10 + mp.mpf(0.9) * _bell_area(z),
}


def _bell_area(z):
    """∫₀^z exp(−((t − 20000)/3000)²) dt."""
    return 1500 * mp.sqrt(mp.pi) * (mp.erf((z - 20000) / mp.mpf(3000)) + mp.erf(mp.mpf(20) / 3))


@pytest.mark.parametrize("text", BEYOND)
def test_sigma_and_its_slope_are_as_written_for_all_z(text):
    sigma = Integral(text)
    size = np.array([FARTHEST * 1.0001, 2 * FARTHEST, 4.5e4, 1e8, 1e30, 1e150])
    for z in (size, -size):
        exact = [float(BEYOND[text](mp.mpf(x))) for x in z.tolist()]
        np.testing.assert_allclose(sigma(z), exact, rtol=1e-11)
        np.testing.assert_allclose(sigma.derivative(z), Formula(text)(z), rtol=1e-15)
    assert not sigma.frozen


@pytest.mark.parametrize(
    ("text", "limit"),
    [("1/(1 + z**2)", np.pi / 2), ("exp(-z**2)", np.sqrt(np.pi) / 2), ("0.1 + sech2(z)", np.inf)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_at_infinity_sigma_is_its_limit(text, limit, dtype):
    found = Integral(text)(np.array([-np.inf, np.inf], dtype))
    np.testing.assert_allclose(found, [-limit, limit], rtol=1e-6)
    assert found.dtype == dtype


def test_what_turns_too_often_goes_on_as_a_straight_line():
    sigma = Integral("1.1 + sin(z)")
    assert sigma.frozen
    z = np.array([2 * FARTHEST, 1e8])
    for side in (-1.0, 1.0):
        slope = 1.1 + np.sin(side * FARTHEST)
        assert sigma.derivative(side * z).tolist() == [slope, slope]
        np.testing.assert_allclose(sigma(side * z), sigma(side * FARTHEST) + side * (z - FARTHEST) * slope)


def test_kinks_and_jumps_of_the_slope():
    sigma = Integral("where(3*z > 1, 1, 2)")
    assert sigma.kinks == pytest.approx((1 / 3,), rel=1e-15)
    left, right = np.nextafter(1 / 3, [-1, 1])
    assert sigma(right) - sigma(left) < 1e-15
    assert sigma(1.0) == pytest.approx(4 / 3, rel=1e-14)
    assert sigma.derivative(np.array([0.3, 0.4])).tolist() == [2.0, 1.0]


def test_where_the_slope_only_turns_there_is_no_kink():
    sigma = Integral("max(0.1, 1 - abs(z - 1/3))")
    assert sigma.kinks == ()
    assert sigma.switches == pytest.approx((1 / 3 - 0.9, 1 / 3, 1 / 3 + 0.9))
    assert (sigma.slope_range, sigma.steepest) == (Interval(0.1, 1.0), 1 / 3)


def test_the_slope_is_measured():
    found = BELL.slope_range
    assert (found.low, found.high) == pytest.approx((0.05, 1.0), abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("text", ["0.1 + 0.9*exp(-z**2)", "where(abs(3*z) < 1, 1, 0.5)", "1/(1 + z**2)"])
def test_float32_stays_float32_and_is_right(text, dtype):
    z = np.linspace(-9, 9, 181).astype(dtype).reshape(1, 181)
    sigma = Integral(text)
    for found in (sigma(z), sigma.derivative(z), *sigma.with_derivative(z)):
        assert (found.dtype, found.shape) == (dtype, z.shape)
    exact = np.array([float(CLOSED[text](mp.mpf(float(x)))) for x in z.ravel()])
    relative = 2e-6 if dtype is np.float32 else 1e-13
    np.testing.assert_allclose(sigma(z).ravel(), exact, rtol=relative, atol=1e-7 * (dtype is np.float32))


def test_whole_numbers_and_single_numbers():
    assert BELL(2) == BELL(2.0)
    assert BELL(np.array([2, 3])).tolist() == BELL(np.array([2.0, 3.0])).tolist()
    assert np.ndim(BELL(2.0)) == 0


def test_nan_in_nan_out_and_nowhere_else():
    z = np.array([0.5, np.nan, -2e4])
    for face in (BELL, BELL.derivative):
        assert np.isnan(face(z)).tolist() == [False, True, False]


@pytest.mark.parametrize("text", ["sin(100*z)", "where(sin(z) > 0, 1, 0.1)", "0.1 + abs(sin(3*z))"])
def test_what_no_table_is_fine_enough_for_is_refused(text):
    with pytest.raises(PartError, match=r"cannot be integrated to 1e-12 \(the error is about \d"):
        Integral(text)


NARROW = {
    "1.1 + sin(z)": lambda z: mp.mpf(1.1) * z + 1 - mp.cos(z),
    "sqrt(abs(z))": lambda z: mp.sign(z) * abs(z) ** mp.mpf(1.5) * 2 / 3,
    "1/(1e-6 + z**2)": lambda z: mp.atan(z / mp.sqrt(mp.mpf(1e-6))) / mp.sqrt(mp.mpf(1e-6)),
    "exp(-((z - 3.03)/0.005)**2) + 0.1": lambda z: _bell(z, mp.mpf(3.03), mp.mpf(0.005)),
    "exp(-((z - 3000)/0.5)**2) + 0.1": lambda z: _bell(z, mp.mpf(3000), mp.mpf(0.5)),
}


def _bell(z, centre, width):
    areas = [mp.sqrt(mp.pi) / 2 * width * mp.erf((x - centre) / width) for x in (0, z)]
    return mp.mpf(0.1) * z + areas[1] - areas[0]


@pytest.mark.parametrize("text", NARROW)
def test_panels_are_split_until_narrow_details_are_integrated(text):
    sigma = Integral(text)
    assert sigma.estimate <= 1e-13
    z = np.concatenate([Z, np.linspace(2.9, 3.1, 41), np.linspace(2998, 3002, 41), np.geomspace(1e-6, 1, 20)])
    with mp.workdps(40):
        for point, value in zip(z, sigma(z), strict=True):
            exact = NARROW[text](mp.mpf(float(point)))
            assert abs(mp.mpf(float(value)) - exact) <= mp.mpf(1e-12) * (1 + abs(exact)), f"z = {point}"


def test_a_stack_is_its_parts_bit_for_bit():
    z = np.random.default_rng(0).normal(size=(4, 30, 7)) * 3
    together = BELL(z)
    assert all(np.array_equal(BELL(one), part) for one, part in zip(z, together, strict=True))


def test_the_estimate_is_about_the_true_error():
    for width in (0.4, 0.2, 0.1, 0.05):
        sigma = Integral(f"0.1 + exp(-((z - 2.3)/{width})**2)")
        with mp.workdps(40):
            true = _bell(mp.mpf(10), mp.mpf(2.3), mp.mpf(width))
            relative = abs(mp.mpf(float(sigma(10.0))) - true) / (1 + true)
        assert relative <= 2 * sigma.estimate + 1e-15
        assert sigma.estimate <= LARGEST_ERROR


@pytest.mark.parametrize(("centre", "width"), [(0.0, 1e-4), (3.0, 1e-5), (300.0, 1e-6)])
def test_cuts_make_a_bell_seen_that_no_node_sees(centre, width):
    text = f"exp(-((z - {centre})/{width})**2) + 0.1"
    blind = Integral(text)
    cuts = tuple((centre + width * np.linspace(-8, 8, 65)).tolist())
    seeing = Integral(text, cuts=cuts)
    z = np.concatenate([Z, centre + width * np.linspace(-3, 3, 7)])
    with mp.workdps(40):
        exact = [_bell(mp.mpf(float(x)), mp.mpf(centre), mp.mpf(width)) for x in z]
        wrong, right = (
            max(abs(mp.mpf(float(value)) - true) for value, true in zip(sigma(z), exact, strict=True))
            for sigma in (blind, seeing)
        )
    assert set(cuts) <= set(seeing.edges.tolist())
    assert blind.estimate < 1e-13
    assert wrong > width / 3
    assert right <= 1e-12


@pytest.mark.parametrize(
    ("text", "parameters", "message"),
    [
        ("floor + q", (("floor", 0.1),), "column 9: unknown name 'q'"),
        ("0.5", (), "is the constant 0.5; it must depend on z"),
        ("exp(-z**2)", (("a", 1.0),), "the parameter 'a' does not occur in it"),
        ("a*exp(-z**2)", (("a", float("nan")),), "the parameter 'a' must be finite"),
    ],
)
def test_a_text_that_is_no_formula(text, parameters, message):
    with pytest.raises(FormulaError, match=message):
        Integral(text, parameters)


@pytest.mark.parametrize(
    "text",
    [
        *("0.05 + 0.95*exp(-z**2)", "0.1 + 0.9*sech2(z)", "0.1 + 1/(1 + z**2)", "1.5 + tanh(z)"),
        *("max(0.1, 1 - abs(z))", "where(z > 0.3, 1, 0.25)", "where(abs(z) < 1, 1, 0.5 + exp(-z**2))"),
    ],
)
def test_the_conformance_suite_holds(text):
    check_activation(Integral(text))


def test_it_is_a_value(travels):
    one = Integral("a*exp(-z**2) + b", (("b", 0.1), ("a", 1.0)))
    other = Integral("a*exp(-z**2) + b", (("a", 1.0), ("b", 0.1)))
    assert one == other
    assert hash(one) == hash(other)
    assert one.parameters == (("a", 1.0), ("b", 0.1))
    travels(one)
    cut = Integral(one.text, one.parameters, (0.01, 0.02))
    assert cut != one
    assert repr(cut) == repr(one)
    assert all(again.cuts == cut.cuts for again in travels(cut))
